"""Logins, failed logins and logouts as audit events.

Django's signals are right here: they are the framework's own events, and there is no other place that sees every
login. The password is never looked at; a name that is no account may be a password typed into the wrong field, so
only a keyed digest of it is kept, which shows repetition and gives nothing away.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from agencies.models import User
from audit import clock
from audit.actions import Action
from audit.log import EventActor
from audit.services import record

UNKNOWN = "unknown"


def connect() -> None:
    """Listen; `dispatch_uid` keeps a second call from recording everything twice."""
    user_logged_in.connect(_logged_in, dispatch_uid="agencies.logged_in")
    user_logged_out.connect(_logged_out, dispatch_uid="agencies.logged_out")
    user_login_failed.connect(_login_failed, dispatch_uid="agencies.login_failed")


def _logged_in(sender: Any, request: HttpRequest | None, user: User, **_: Any) -> None:
    _record(user, Action.LOGIN_SUCCEEDED, {"user": user.pk}, request)


def _logged_out(sender: Any, request: HttpRequest | None, user: User | None, **_: Any) -> None:
    if user is not None:
        _record(user, Action.LOGGED_OUT, {"user": user.pk}, request)


def _login_failed(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    typed = str(credentials.get("username") or "")
    user = User.objects.filter(username=typed).first()
    if user is not None:
        _record(user, Action.LOGIN_FAILED, {"user": user.pk, "disabled": not user.is_active}, request)
        return
    digest = salted_hmac("agencies.logins", typed, algorithm="sha256").hexdigest()[:16]
    _write(EventActor(None, UNKNOWN), Action.LOGIN_FAILED, {"name_digest": digest}, request)


def _record(user: User, action: Action, data: dict[str, Any], request: HttpRequest | None) -> None:
    _write(EventActor(user.pk, user.username), action, data, request)


def _write(actor: EventActor, action: Action, data: dict[str, Any], request: HttpRequest | None) -> None:
    # Behind a proxy this is the address the web server reports; personal data, hence sealed.
    address = request.META.get("REMOTE_ADDR", "") if request is not None else ""
    with transaction.atomic():
        record(
            stream=f"account/{actor.username}",
            action=action,
            actor=actor,
            data=data,
            sealed={"address": address} if address else None,
            now=clock.now(),
        )
