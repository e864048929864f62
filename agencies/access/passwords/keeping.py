"""The present password of an account: how it comes to be, when it has to go, when it opens nothing any more.

By the machine's clock: the demo's clock leaps over weeks.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from agencies.access.passwords.rules import CHANGE_AFTER, DENGBAO, NOT_AGAIN, ONE_TIME
from agencies.errors import BadInput
from agencies.models import Password, PastPassword, User
from audit import clock
from audit.sight import working_as


def is_public(password: str | None) -> bool:
    """The password of the demo, which everybody knows, where this is no demo."""
    return password == settings.DEMO_PASSWORD and not settings.DEMO


def accept(user: User, new: str) -> None:
    """Put the hash of a new password into the account, unsaved. Raises BadInput with what is wrong with it."""
    if is_public(new):
        raise BadInput(
            "这是演示环境公开的密码，不能使用。请另设一个密码。",
            "This is the public password of the demo; choose another one.",
            field="password",
        )
    try:
        validate_password(new, user)
    except ValidationError as error:
        reasons = " ".join(error.messages)
        raise BadInput(
            f"密码不能使用：{reasons}", f"The password cannot be used: {reasons}", field="password"
        ) from error
    if user.pk and settings.PASSWORD_PROFILE == DENGBAO and _used_before(user, new):
        raise BadInput(
            f"密码不能使用：最近 {NOT_AGAIN} 次用过的密码不能再用。",
            f"The password cannot be used: it is one of your last {NOT_AGAIN}.",
            field="password",
        )
    user.set_password(new)


@working_as("entry")
def keep(user: User, *, replaced: str, by_other: bool, new: str) -> dict[str, str | bool]:
    """Note the password that was just set and the hash it replaced; returns what the event tells of it.

    One that somebody else chose has to be changed at once and opens nothing after a day. That of the demo is no secret.
    """
    now = clock.real_now()
    given = by_other and not (settings.DEMO and new == settings.DEMO_PASSWORD)
    expires = now + ONE_TIME if given else None
    Password.objects.update_or_create(user=user, defaults={"set_at": now, "must_change": given, "expires_at": expires})
    if replaced:
        PastPassword.objects.create(user=user, password=replaced, replaced_at=now)
        old = PastPassword.objects.filter(user=user).order_by("-id").values_list("id", flat=True)[NOT_AGAIN:]
        PastPassword.objects.filter(pk__in=list(old)).delete()
    told: dict[str, str | bool] = {"password_set_at": _iso(now), "must_change": given}
    return told | ({"expires_at": _iso(expires)} if expires else {})


@working_as("entry")
def is_over(user: User) -> bool:
    """Whether the password was for one use and its day has passed."""
    return Password.objects.filter(user=user, expires_at__lte=clock.real_now()).exists()


@working_as("entry")
def known(user: User) -> Password | None:
    """What is known of the present password."""
    return Password.objects.filter(user=user).first()


def due_at(set_at: datetime | None) -> datetime | None:
    """When a password set at this instant has to be changed; None where the profile wants no regular change."""
    return set_at + CHANGE_AFTER if set_at and settings.PASSWORD_PROFILE == DENGBAO else None


@working_as("entry")
def _used_before(user: User, new: str) -> bool:
    past = PastPassword.objects.filter(user=user).order_by("-id").values_list("password", flat=True)[: NOT_AGAIN - 1]
    return any(check_password(new, old) for old in [user.password, *past])


def _iso(at: datetime) -> str:
    return at.isoformat()
