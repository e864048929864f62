"""Too many wrong tries close an account, or an address, for a while: django-axes' attempts, kept in PostgreSQL.

Axes would write down whatever was sent with a failed login. Here an attempt is a name, an address and a number: the
name of an account that exists, or a keyed digest, since a name that is no account may be a password typed into the
wrong field. Both are closed alike, so that a closed door does not tell whether there is an account behind it.

Axes' own reset after a login would also forget what was tried against others from that address: whoever has one
account could go on guessing at another. Here a login forgets the tries at that account alone.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from axes.signals import user_locked_out
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_ipv46_address
from django.db import transaction
from django.db.models import F, Max, Sum
from django.http import HttpRequest
from django.utils import timezone

from agencies.access import trail
from agencies.access.addresses import client_address
from agencies.errors import TooManyTries
from agencies.models import User
from audit import clock
from audit.sight import working_as

NAME, ADDRESS = "username", "ip_address"
Credentials = dict[str, Any] | None


class LockedOut(TooManyTries):
    """Closed until an instant; the sentence is the same for an account that does not exist."""

    code = "locked_out"

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(max(1, round((until - clock.real_now()).total_seconds())))
        at = f"{timezone.localtime(until):%H:%M}"
        self.text = self.text._replace(
            zh=f"登录失败次数过多，已暂停登录，{at} 后再试。急需使用的，请联系安全管理员解除。",
            en=f"Too many failed attempts: logging in is closed until {at}. If it is urgent, ask the security "
            "administrator to open it.",
        )


def name_of(request: HttpRequest | None, credentials: Credentials = None) -> str:
    """The account that was tried, or the digest of a name that is none."""
    typed = str((credentials or {}).get("username") or "").replace("\x00", "")
    if User.objects.filter(username=typed.lower()).exists():
        return typed.lower()
    return "?" + digest(typed)


def digest(typed: str) -> str:
    """Of a name that is no account."""
    return trail.digest(typed, "agencies.logins")


def address_of(request: HttpRequest) -> str | None:
    """The address as PostgreSQL can hold it; None for none (a command, a socket)."""
    address = client_address(request)
    try:
        validate_ipv46_address(address)
    except ValidationError:
        return None
    return address


def described(*_: Any) -> str:
    """How axes' lines in the log call whoever tried."""
    return "a caller"


class Attempts(AxesDatabaseHandler):
    """Axes' handler: what is written of an attempt, when a door is closed, what a login forgets."""

    @working_as("entry")
    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any
    ) -> None:
        if request is None:
            return
        self.clean_expired_user_attempts(request, credentials)
        name, now = name_of(request, credentials), clock.real_now()
        of = {NAME: name, ADDRESS: address_of(request), "user_agent": ""}
        with transaction.atomic():
            _, created = AccessAttempt.objects.select_for_update().get_or_create(
                **of, defaults={"failures_since_start": 1, "attempt_time": now}
            )
            if not created:
                AccessAttempt.objects.filter(**of).update(
                    failures_since_start=F("failures_since_start") + 1, attempt_time=now
                )
        if self.is_locked(request, credentials):
            user_locked_out.send("axes", request=request, username=name, ip_address=of[ADDRESS])

    def user_logged_in(self, sender: Any, request: HttpRequest | None, user: User, **_: Any) -> None:
        forget(user)

    def user_logged_out(self, sender: Any, request: HttpRequest | None, user: User | None, **_: Any) -> None:
        """Nothing: the audit trail has the logout."""

    def is_locked(self, request: HttpRequest | None, credentials: Credentials = None) -> bool:
        return closed_until(name_of(request, credentials), request) is not None


def check(username: str, request: HttpRequest | None) -> None:
    """Raises LockedOut where this account or this address is closed. Asked before any secret is looked at."""
    until = closed_until(name_of(request, {"username": username}), request)
    if until is not None:
        raise LockedOut(until)


def closed_until(name: str, request: HttpRequest | None) -> datetime | None:
    """Until when this name or this request's address is closed; None where neither is."""
    address = None if request is None else address_of(request)
    found = [_until({NAME: name}, settings.LOGIN_TRIES)]
    if address:
        found.append(_until({ADDRESS: address}, settings.LOGIN_TRIES_PER_ADDRESS))
    return max((until for until in found if until), default=None)


@working_as("entry")
def forget(user: User) -> int:
    """Open the account again; returns how many rows of tries there were."""
    return AccessAttempt.objects.filter(username=user.username).delete()[0]


@working_as("entry")
def _until(of: dict[str, str], limit: int) -> datetime | None:
    length: timedelta = settings.AXES_COOLOFF_TIME
    tried = AccessAttempt.objects.filter(**of, attempt_time__gt=clock.real_now() - length).aggregate(
        n=Sum("failures_since_start"), last=Max("attempt_time")
    )
    return tried["last"] + length if (tried["n"] or 0) >= limit else None
