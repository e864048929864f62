"""Personal data at rest: AES-256-GCM under a ring of named keys, and keyed hashes to find equal values without reading.

Every ciphertext names its key, so a new key can be put first in the ring while the old ones still open what they
closed; `reseal` moves a value to the current key. The hash key is separate and not rotated with the ring, since every
stored hash would have to be computed again from the opened values.

Sources: NIST SP 800-38D (96-bit random nonce; far below 2^32 values per key), RFC 2104 (HMAC), truncated to 128 bits.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12
BLIND_BYTES = 16
_FORMAT = b"\x01"


class CannotOpen(ValueError):
    """密文无法解密：密钥缺失或数据被改动。请检查 VAULT_KEYS 是否保留了旧密钥。"""


class KeyRing:
    """Named AES keys, the first of which seals; and the key of the blind index."""

    def __init__(self, keys: Mapping[str, bytes], index_key: bytes) -> None:
        if not keys:
            raise ValueError("the key ring is empty")
        self._ciphers = {name.encode(): AESGCM(key) for name, key in keys.items()}
        self.current = next(iter(keys))
        self._prefix = _FORMAT + bytes([len(self.current.encode())]) + self.current.encode()
        self._sealer = self._ciphers[self.current.encode()]
        self._index_key = index_key

    @property
    def mark(self) -> bytes:
        """What everything begins with that the first key closes."""
        return self._prefix

    def seal(self, plain: bytes, bound_to: bytes) -> bytes:
        """Encrypt; `bound_to` says where the value belongs, so that a ciphertext moved elsewhere does not open."""
        nonce = os.urandom(NONCE_BYTES)
        return self._prefix + nonce + self._sealer.encrypt(nonce, plain, self._prefix + bound_to)

    def open(self, sealed: bytes | memoryview, bound_to: bytes) -> bytes:
        """Decrypt under the key the ciphertext names. Raises CannotOpen."""
        sealed = bytes(sealed)
        end = 2 + sealed[1] if len(sealed) > 2 and sealed[:1] == _FORMAT else 0
        cipher = self._ciphers.get(sealed[2:end])
        if cipher is None:
            raise CannotOpen(CannotOpen.__doc__)
        try:
            return cipher.decrypt(sealed[end : end + NONCE_BYTES], sealed[end + NONCE_BYTES :], sealed[:end] + bound_to)
        except InvalidTag as error:
            raise CannotOpen(CannotOpen.__doc__) from error

    def key_of(self, sealed: bytes | memoryview) -> str:
        """The name of the key that closed it."""
        return bytes(sealed)[2 : 2 + sealed[1]].decode()

    def reseal(self, sealed: bytes | memoryview, bound_to: bytes) -> bytes:
        """The same value under the current key."""
        return self.seal(self.open(sealed, bound_to), bound_to)

    def blind(self, kind: str, value: str) -> bytes:
        """16 bytes that are equal for equal values of one kind and tell nothing else without the key."""
        return hmac.digest(self._index_key, f"{kind}\x00{value}".encode(), "sha256")[:BLIND_BYTES]


@lru_cache(maxsize=4)
def _ring(keys: tuple[tuple[str, bytes], ...], index_key: bytes) -> KeyRing:
    return KeyRing(dict(keys), index_key)


def key_ring() -> KeyRing:
    """The ring of the settings (`VAULT_KEYS`, `VAULT_INDEX_KEY`)."""
    return _ring(tuple(settings.VAULT_KEYS.items()), settings.VAULT_INDEX_KEY)


def seal_cells(cells: list[Any], batch: bytes, number: int) -> bytes:
    """The raw cells of one list row, bound to their batch and row number."""
    return key_ring().seal(orjson.dumps(cells), row_place(batch, number))


def open_cells(sealed: bytes | memoryview, batch: bytes, number: int) -> list[Any]:
    """The raw cells of one list row. Raises CannotOpen."""
    cells: list[Any] = orjson.loads(key_ring().open(sealed, row_place(batch, number)))
    return cells


def row_place(batch: bytes, number: int) -> bytes:
    """What the cells of a row are bound to: their batch and row number."""
    return b"row" + batch + number.to_bytes(4, "big")


def part_place(batch: bytes, number: int) -> bytes:
    """What a piece of an original file is bound to: its batch and its place in the file."""
    return b"part" + batch + number.to_bytes(4, "big")


def upload_place(upload: bytes, start: int) -> bytes:
    """What a part of a file that is still being sent is bound to: its upload and where it lies in the file."""
    return b"upload" + upload + start.to_bytes(4, "big")


def preview_place(batch: bytes, number: int) -> bytes:
    """What the cells of a dry reading are bound to."""
    return b"preview" + batch + number.to_bytes(4, "big")


def contact_place(contact: bytes) -> bytes:
    """What the mail address or mobile number of a person is bound to."""
    return b"contact" + contact


def endpoint_place(endpoint: bytes) -> bytes:
    """What the address and the secrets of an agency's endpoint are bound to."""
    return b"endpoint" + endpoint


def bulk_place(run: bytes) -> bytes:
    """What is typed once for many cases is bound to: its run."""
    return b"bulk" + run


def mend_place(batch: bytes, number: int, cell: int) -> bytes:
    """What a mended value is bound to: its batch, row and cell."""
    return b"mend" + batch + number.to_bytes(4, "big") + cell.to_bytes(2, "big")


def draft_place(user: int, case: bytes | None, action: str) -> bytes:
    """What a draft is bound to: its person, its case and its act."""
    return b"draft" + user.to_bytes(8, "big") + (case or bytes(16)) + action.encode()
