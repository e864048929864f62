"""Identifiers that leave the system: UUIDv7 (RFC 9562), ordered by time so that indexes grow at one end."""

import uuid

from uuid_utils.compat import uuid7


def new_id() -> uuid.UUID:
    """A fresh UUIDv7 as a standard library UUID; monotonic inside a process."""
    return uuid7()
