"""Every event of an account: what its person does at the doors, and what administrators do to it.

Whoever names no account that there is leaves a line in one stream of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.crypto import salted_hmac

from agencies.models import User
from audit import clock
from audit.actions import Action
from audit.log import EventActor
from audit.services import record

_NOBODY: Final = EventActor(None, "unknown")


def note(
    account: User | None,
    action: Action,
    data: Mapping[str, Any],
    *,
    by: EventActor | None = None,
    address: str = "",
    sealed: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> None:
    """Append an event to the stream of the account, which `data` names, too; None: there is no such account.

    `by`: who acted, where it is not the person. The address is personal data, hence sealed with what else is.
    """
    if account is None:
        own = _NOBODY
    else:
        own, data = EventActor(account.pk, account.username), {"user": account.pk, **data}
    hidden = {**(sealed or {}), **({"address": address} if address else {})}
    with transaction.atomic():
        record(
            stream=f"account/{own.username}",
            action=action,
            actor=by or own,
            data=data,
            sealed=hidden or None,
            now=now or clock.now(),
        )


def digest(typed: str, door: str) -> str:
    """Shows that the same was typed again at this door, and gives nothing away."""
    return salted_hmac(door, typed, algorithm="sha256").hexdigest()[:16]
