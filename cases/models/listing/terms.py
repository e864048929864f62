"""Terms by which a personal value is found without being read: keyed hashes of it and of its parts.

A name or an address is found by any two or more characters of it that stand together (pairs and, for more, runs of
three); a number by its beginning or its end from four characters on; a network address by whole groups from its
beginning. Each term says its kind under the key of the blind index, so that no term of one kind equals one of another.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Final

from cases.models.sealing import key_ring

# Kinds by the field of the vault.
VAULT_KINDS: Final[Mapping[str, str]] = {
    "holder": "name",
    "address": "address",
    "broadband": "line",
    "meter": "number",
}
SHORTEST_NUMBER: Final = 4
LONGEST: Final = 120
_SPACES: Final = re.compile(r"[\s\-·,，。.、()（）]+")


def terms_of(kind: str, value: str) -> list[int]:
    """Every term of a value."""
    return sorted({_hashed(kind, part) for part in _PARTS[kind](plain(kind, value)[:LONGEST])})


def terms_shown(kind: str, masked: str) -> list[int]:
    """Every term of a value that stands masked: of what the stars leave, and of nothing else."""
    if kind in ("line", "number"):
        head, _, rest = masked.partition("*")
        return _both_ends(kind, plain(kind, head), plain(kind, rest.rpartition("*")[2]))
    if kind == "ip":
        groups = [group for group in re.split(r"[.:]", masked) if group not in ("", "*")]
        mark = ":" if ":" in masked else "."
        return sorted({_hashed(kind, part) for part in _beginnings(groups, mark)})
    pieces = (plain(kind, piece) for piece in masked.split("*"))
    return sorted({_hashed(kind, part) for piece in pieces for part in _runs(piece)})


def asked(typed: str) -> dict[str, list[list[int]]]:
    """The ways to read what was typed, by kind; of each way all terms have to be there."""
    found: dict[str, list[list[int]]] = {}
    for kind in ("name", "address"):
        if runs := _asked_runs(plain(kind, typed)):
            found[kind] = [sorted({_hashed(kind, run) for run in runs})]
    for kind in ("number", "line"):
        text = plain(kind, typed)
        if len(text) >= SHORTEST_NUMBER and text.isascii() and (text.isalnum() if kind == "line" else text.isdigit()):
            found[kind] = [[_hashed(kind, f"^{text}")], [_hashed(kind, f"{text}$")]]
    if (groups := _groups(typed)) is not None:
        found["ip"] = [[_hashed("ip", groups)]]
    return found


def plain(kind: str, value: str) -> str:
    """A value as it is compared: width, case, spaces and marks make no other one."""
    text = unicodedata.normalize("NFKC", value).strip().lower()
    if kind == "ip":
        return text
    text = text.removesuffix(".0") if kind in ("number", "line") else text
    return _SPACES.sub("", text)


def _runs(text: str) -> Iterable[str]:
    """Pairs and runs of three."""
    yield from (text[i : i + n] for n in (2, 3) for i in range(len(text) - n + 1))


def _asked_runs(text: str) -> list[str]:
    """Of a pair the pair, of more the runs of three."""
    size = min(len(text), 3)
    return [text[i : i + size] for i in range(len(text) - size + 1)] if size >= 2 else []


def _ends(text: str) -> Iterable[str]:
    for size in range(SHORTEST_NUMBER, len(text) + 1):
        yield f"^{text[:size]}"
        yield f"{text[-size:]}$"


def _both_ends(kind: str, head: str, tail: str) -> list[int]:
    found = {f"^{head[:size]}" for size in range(SHORTEST_NUMBER, len(head) + 1)}
    found |= {f"{tail[-size:]}$" for size in range(SHORTEST_NUMBER, len(tail) + 1)}
    return sorted(_hashed(kind, part) for part in found)


def _network(text: str) -> Iterable[str]:
    mark = ":" if ":" in text else "."
    return _beginnings(text.split(mark), mark)


def _beginnings(groups: list[str], mark: str) -> list[str]:
    """Two groups and more from the beginning."""
    return [mark.join(groups[:n]) for n in range(2, len(groups) + 1)]


def _groups(typed: str) -> str | None:
    """A network address or the whole groups of its beginning, as it is compared; None for something else."""
    text = plain("ip", typed)
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        pass
    text = text.removesuffix(".*.*").removesuffix(".*").rstrip(".")
    parts = text.split(".")
    if 2 <= len(parts) <= 3 and all(part.isascii() and part.isdigit() and int(part) < 256 for part in parts):
        return ".".join(str(int(part)) for part in parts)
    return None


_PARTS: Final[Mapping[str, Callable[[str], Iterable[str]]]] = {
    "name": _runs,
    "address": _runs,
    "line": _ends,
    "number": _ends,
    "ip": _network,
}


@lru_cache(maxsize=200_000)
def _hashed(kind: str, part: str) -> int:
    return int.from_bytes(key_ring().blind(f"find/{kind}", part)[:8], "big", signed=True)
