"""Contacts at rest: sealed with the ring of the vault, bound to their row; the code follows from what the row holds."""

from __future__ import annotations

from uuid import UUID

from django.utils.crypto import salted_hmac

from cases.models.sealing import contact_place, key_ring
from notifications.choices.models import Contact

DIGITS = 6


def sealed(contact_id: UUID, value: str) -> bytes:
    """The value closed, for the row with this id and no other."""
    return key_ring().seal(value.encode(), contact_place(contact_id.bytes))


def opened(contact: Contact) -> str:
    """The value. Raises CannotOpen."""
    return key_ring().open(contact.sealed, contact_place(contact.id.bytes)).decode()


def code_of(contact: Contact) -> str:
    """The code of this row and nonce: in no column, no queue and no log."""
    digest = salted_hmac(
        "notifications.choices.code", contact.id.hex + bytes(contact.nonce).hex(), algorithm="sha256"
    ).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 10**DIGITS:0{DIGITS}d}"
