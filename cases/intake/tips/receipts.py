"""The number by which a resident follows a tip: drawn from a keyed hash, written so that it survives being copied.

Sixty bits in the alphabet of D. Crockford ("Base 32", crockford.com/base32.html: no I, L, O or U) and a check character
by Luhn's rule modulo 32 (ISO/IEC 7812-1 Annex B for ten digits), which finds every single slip.
"""

from __future__ import annotations

from typing import Final

from cases.models.sealing import key_ring

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHARACTERS: Final = 12
_VALUE: Final = {mark: value for value, mark in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_IGNORED: Final = str.maketrans("", "", "-‐–— \t\r\n　")
# What somebody types beside letters and digits is no number; a longer text is not looked at.
_LONGEST: Final = 40


def draw(tip: bytes) -> str:
    """The number of this tip, the same every time; it cannot be told from the tip without the key."""
    bits = int.from_bytes(key_ring().blind("receipt-number", tip.hex())[:8], "big")
    plain = "".join(ALPHABET[bits >> (5 * place) & 31] for place in range(CHARACTERS))
    return plain + _check(plain)


def shown(number: str) -> str:
    """In groups, as it is read out: `7K3M-9QXA-2BCD-F`."""
    return "-".join(number[start : start + 4] for start in range(0, len(number), 4))


def read(typed: str) -> str | None:
    """The number as it was drawn, whatever of case, hyphens and look-alikes was typed; None for what is none."""
    text = typed[:_LONGEST].translate(_IGNORED).upper()
    if len(text) != CHARACTERS + 1 or not all(mark in _VALUE for mark in text):
        return None
    plain = "".join(ALPHABET[_VALUE[mark]] for mark in text)
    return plain if plain[-1] == _check(plain[:-1]) else None


def blind(number: str) -> bytes:
    """What is kept of it."""
    return key_ring().blind("receipt", number)


def _check(plain: str) -> str:
    total = 0
    for place, mark in enumerate(reversed(plain)):
        value = _VALUE[mark] * (2 if place % 2 == 0 else 1)
        total += value // 32 + value % 32
    return ALPHABET[-total % 32]
