"""What was typed into a search, sealed for its way through an address.

Account numbers, addresses and names are searched for, and an address bar is remembered by browsers, proxies and logs:
so the form posts its words, and goes on to an address that holds them sealed, for the person who typed them alone.
"""

from __future__ import annotations

import base64
from typing import Final

from cases.models.sealing import CannotOpen, key_ring

LONGEST: Final = 60


def seal_words(user_id: int, typed: str) -> str:
    """A token for an address."""
    sealed = key_ring().seal(typed.encode(), _place(user_id))
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def open_words(user_id: int, token: str) -> str:
    """The words of a token of this person; empty for anything else."""
    if not token or len(token) > 600:
        return ""
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        return key_ring().open(sealed, _place(user_id)).decode()[:LONGEST]
    except (ValueError, CannotOpen):
        return ""


def _place(user_id: int) -> bytes:
    return b"search" + user_id.to_bytes(8, "big")
