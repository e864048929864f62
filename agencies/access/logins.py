"""Logins, failed logins and logouts as audit events; and how often a login may be tried.

Django's signals are right here: they are the framework's own events, and there is no other place that sees every
login. The password is never looked at; a name that is no account may be a password typed into the wrong field, so
only a keyed digest of it is kept, which shows repetition and gives nothing away.
"""

from __future__ import annotations

import hashlib
import logging
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from redis.exceptions import RedisError

from agencies.access import sessions
from agencies.errors import TooManyTries
from agencies.models import User
from audit import clock
from audit.actions import Action
from audit.log import EventActor
from audit.services import record

UNKNOWN = "unknown"
# In this many seconds: guesses at one account from wherever, and tries from one place, where a whole office may sit
# behind one address.
WINDOW, PER_ACCOUNT, PER_ADDRESS = 60, 10, 120
logger = logging.getLogger(__name__)


def count_try(username: str, request: HttpRequest | None) -> None:
    """Count an attempt to log in, whichever door it comes through. Raises TooManyTries."""
    if (
        _count(f"account/{username.lower()}") > PER_ACCOUNT
        or _count(f"address/{client_address(request)}") > PER_ADDRESS
    ):
        raise TooManyTries(WINDOW)


def client_address(request: HttpRequest | None) -> str:
    """Who called. Behind a proxy the address that it appended; what a caller wrote before it proves nothing."""
    if request is None:
        return ""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.BEHIND_PROXY else ""
    return forwarded.rsplit(",", 1)[-1].strip() or str(request.META.get("REMOTE_ADDR", ""))


def _count(what: str) -> int:
    """How often in this window, this time included. Losing Redis loses nothing: then nobody is kept out."""
    key = f"tries:{hashlib.sha256(what.encode()).hexdigest()}"
    try:
        cache.add(key, 0, WINDOW)
        count = int(cache.incr(key))
        if count == 1:  # had the window ended between the two, the count would now stay for ever
            cache.touch(key, WINDOW)
    except ValueError:
        return 1
    except RedisError as error:
        logger.warning("attempts to log in cannot be counted: %s", error)
        return 0
    return count


def connect() -> None:
    """Listen; `dispatch_uid` keeps a second call from recording everything twice."""
    user_logged_in.connect(_logged_in, dispatch_uid="agencies.logged_in")
    user_logged_out.connect(_logged_out, dispatch_uid="agencies.logged_out")
    user_login_failed.connect(_login_failed, dispatch_uid="agencies.login_failed")


def _logged_in(sender: Any, request: HttpRequest | None, user: User, **_: Any) -> None:
    if request is not None:
        sessions.begin(request.session)
    _record(user, Action.LOGIN_SUCCEEDED, {"user": user.pk}, request)


def _logged_out(sender: Any, request: HttpRequest | None, user: User | None, **_: Any) -> None:
    if user is not None:
        why = sessions.ended_by(request) if request is not None else ""
        _record(user, Action.LOGGED_OUT, {"user": user.pk, **({"session_end": why} if why else {})}, request)


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
    address = client_address(request)  # personal data, hence sealed
    with transaction.atomic():
        record(
            stream=f"account/{actor.username}",
            action=action,
            actor=actor,
            data=data,
            sealed={"address": address} if address else None,
            now=clock.now(),
        )
