"""Canonical bytes and the hash chain: RFC 8785 (JCS), and RFC 6962's leaf hash. Pure: values in, bytes out.

`leaf = SHA-256(0x00 ‖ body)`; the next event of the stream carries that leaf in its body as `prev`, in hex.
"""

import hashlib
from typing import Any

import orjson

from audit.jcs import CanonicalError, encode

__all__ = ["NO_PREV", "CanonicalError", "canonical", "canonical_plain", "check_link", "commitment", "leaf"]

# `prev` of the first event of a stream.
NO_PREV = bytes(32)

_LEAF_PREFIX = b"\x00"
# orjson writes what RFC 8785 wants for these types and for ASCII keys (sorting bytes = sorting UTF-16 units there);
# floats, subclasses, other keys and integers beyond 2^53 take the slow road. Tests hold both roads to the same bytes.
_PLAIN = frozenset({str, int, bool, type(None)})
_OPTIONS = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_STRICT_INTEGER
    | orjson.OPT_PASSTHROUGH_SUBCLASS
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
)


def canonical(value: Any) -> bytes:
    """The RFC 8785 bytes of a JSON value. Raises CanonicalError for what JSON or the RFC does not have."""
    return canonical_plain(value) if is_plain(value) else encode(value)


def canonical_plain(value: Any) -> bytes:
    """`canonical` for a value known to be plain (`is_plain`): it is not looked through again."""
    try:
        return orjson.dumps(value, option=_OPTIONS)
    except orjson.JSONEncodeError:
        # A lone surrogate, an integer beyond 2^53 or a nesting too deep: the slow road decides and explains.
        return encode(value)


def is_plain(value: Any) -> bool:
    """Whether the value consists of what the fast path writes byte for byte as RFC 8785 does."""
    kind = type(value)
    if kind in _PLAIN:
        return True
    if kind is dict:
        return all(
            type(key) is str and key.isascii() and (type(item) in _PLAIN or is_plain(item))
            for key, item in value.items()
        )
    return (kind is list or kind is tuple) and all(type(item) in _PLAIN or is_plain(item) for item in value)


def leaf(body: bytes) -> bytes:
    """SHA-256(0x00 ‖ body), 32 bytes: the RFC 6962 leaf hash of an event."""
    return hashlib.sha256(_LEAF_PREFIX + body).digest()


def commitment(salt: bytes, data: Any) -> str:
    """sha256(salt ‖ canonical(data)) in hex: what a body says of data that may have to be erased."""
    return hashlib.sha256(salt + canonical(data)).hexdigest()


def check_link(*, head_seq: int, head_leaf: bytes, seq: int, prev: bytes) -> str | None:
    """Why an event with this seq and prev does not follow the head of its stream; None when it does."""
    if seq != head_seq + 1:
        return f"seq {seq} does not follow {head_seq}"
    if prev != head_leaf:
        return f"prev {prev.hex()} is not the leaf {head_leaf.hex()} of seq {head_seq}"
    return None
