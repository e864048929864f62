"""Single sign-on as events of the account."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from agencies.access.addresses import client_address
from agencies.models import User
from audit import clock
from audit.actions import Action
from audit.log import EventActor
from audit.services import record


def accepted(request: HttpRequest, user: User, subject: str, *, strong: bool) -> None:
    """Somebody came through the city's sign-on; the provider's own name for the person is sealed."""
    _write(
        request,
        EventActor(user.pk, user.username),
        Action.SSO_ACCEPTED,
        {"user": user.pk, "second_factor": strong},
        {"subject": subject[:255]},
    )


def refused(request: HttpRequest, code: str, named: str) -> None:
    """Nobody came through; of a name that is no account's only a keyed digest is kept."""
    digest = salted_hmac("agencies.sso", named, algorithm="sha256").hexdigest()[:16] if named else None
    data = {"code": code, **({"name_digest": digest} if digest else {})}
    _write(request, EventActor(None, "unknown"), Action.SSO_REFUSED, data, {})


def _write(
    request: HttpRequest, actor: EventActor, action: Action, data: dict[str, Any], sealed: dict[str, str]
) -> None:
    address = client_address(request)
    hidden = {**sealed, **({"address": address} if address else {})}
    with transaction.atomic():
        record(
            stream=f"account/{actor.username}",
            action=action,
            actor=actor,
            data=data,
            sealed=hidden or None,
            now=clock.now(),
        )
