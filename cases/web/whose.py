"""Whose form it is: written into every form, so that no text is handed to whoever logs in next at the same desk.

A signature without the value it signs: it tells nothing to whoever reads it, and only the server can make one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.core.signing import BadSignature, Signer

FIELD: Final = "whose"
_signer = Signer(salt="cases.web.whose")


def mark(user_id: int) -> str:
    """What stands in a form of this person."""
    return _signer.signature(str(user_id))


def belongs_to(sent: Iterable[tuple[str, str]], user_id: int) -> bool:
    """Whether a form that was sent was drawn for this person; one that does not say so belongs to nobody."""
    try:
        _signer.unsign(f"{user_id}{_signer.sep}{dict(sent).get(FIELD, '')}")
    except BadSignature:
        return False
    return True
