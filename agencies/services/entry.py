"""Second factors of a person, and help for somebody who cannot get in; each change with its event."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db import transaction

from agencies.access import live, lockout, trail
from agencies.access.passwords.rules import one_time_password
from agencies.access.second import factors
from agencies.access.second.factors import Type
from agencies.actors import Actor
from agencies.authority import event_actor, may_help
from agencies.errors import AgencyError, BadInput
from agencies.models import User
from agencies.services.accounts import change_password
from audit.actions import Action
from audit.sight import working_as

LONGEST_NAME = 40


@working_as("entry")
@transaction.atomic
def add_app(*, actor: Actor, user: User, secret: str, code: str, now: datetime, session: str | None) -> list[str]:
    """Take an authenticator app that shows the right code; returns new recovery codes, if there were none.

    Raises BadInput.
    """
    _lock_own(actor, user)
    step = factors.step_of(secret, code.replace(" ", ""))
    if step is None:
        raise BadInput(
            "动态码不正确。请核对手机时间是否准确，输入验证器当前显示的 6 位数字。",
            "The code is wrong. Check the clock of the phone and type the 6 digits that the app shows now.",
            field="code",
        )
    if factors.has_app(user):
        raise AgencyError(
            "已有一个验证器。要换手机，请先移除原来的。",
            "There is an authenticator app already; to change the phone, remove it first.",
            code="factor_exists",
        )
    data = {"secret": get_adapter().encrypt(secret), "step": step}
    return _added(actor, Authenticator.objects.create(user=user, type=Type.TOTP, data=data), user, now, session)


@working_as("entry")
@transaction.atomic
def add_key(
    *, actor: Actor, user: User, name: str, credential: dict[str, Any], counter: int, now: datetime, session: str | None
) -> list[str]:
    """Take a security key whose credential was checked; returns new recovery codes, if there were none."""
    _lock_own(actor, user)
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadInput(
            f"请给密钥起个名称，最多 {LONGEST_NAME} 个字。", f"Name the key, in at most {LONGEST_NAME} characters.",
            field="name",
        )  # fmt: skip
    if Authenticator.objects.filter(user=user, type=Type.WEBAUTHN).count() >= factors.KEYS_LIMIT:
        raise AgencyError(
            f"最多登记 {factors.KEYS_LIMIT} 个安全密钥。请先移除不用的。",
            f"At most {factors.KEYS_LIMIT} security keys; remove one that is not used.",
            code="too_many_keys",
        )
    data = {"name": name, "credential": credential, "counter": counter}
    return _added(actor, Authenticator.objects.create(user=user, type=Type.WEBAUTHN, data=data), user, now, session)


@working_as("entry")
@transaction.atomic
def remove_factor(*, actor: Actor, user: User, factor_id: int, now: datetime, session: str | None) -> None:
    """Give up one of one's own factors; the last one only where none is required. Raises AgencyError."""
    _lock_own(actor, user)
    row = Authenticator.objects.filter(pk=factor_id, user=user, type__in=factors.REAL).first()
    if row is None:
        raise BadInput("没有这个双因素，请刷新页面。", "There is no such factor; load the page again.")
    others = Authenticator.objects.filter(user=user, type__in=factors.REAL).exclude(pk=row.pk).exists()
    if not others and factors.required_of(user):
        raise AgencyError(
            "你的角色必须使用双因素，不能移除最后一个。请先添加另一个。",
            "Your role requires a second factor; add another one before you remove the last.",
            code="last_factor",
        )
    data = {"factor": row.type, "factor_id": row.pk}
    row.delete()
    if not others:
        Authenticator.objects.filter(user=user).delete()
    live.end_all(user, but=session)
    trail.note(user, Action.FACTOR_REMOVED, data, by=event_actor(actor), now=now)


@working_as("entry")
@transaction.atomic
def new_recovery_codes(*, actor: Actor, user: User, now: datetime) -> list[str]:
    """Ten new codes in place of the old ones, to be shown once. Raises AgencyError where there is no factor."""
    _lock_own(actor, user)
    if not factors.has_any(user):
        raise AgencyError("请先设置双因素。", "Set up a second factor first.", code="no_factor")
    Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).delete()
    codes = RecoveryCodes.activate(user).generate_codes()
    trail.note(user, Action.RECOVERY_CODES_MADE, {}, by=event_actor(actor), now=now)
    return codes


@transaction.atomic
def give_password(*, actor: Actor, user: User, now: datetime) -> str:
    """A password for one use within a day, shown once to whoever gives it. Raises NotPermitted."""
    may_help(actor, user)
    secret = one_time_password()
    change_password(actor=actor, user=user, new=secret, now=now)
    return secret


@working_as("entry")
@transaction.atomic
def reset_factors(*, actor: Actor, user: User, now: datetime) -> int:
    """Take all factors of somebody who has lost them; sessions end. Returns how many. Raises NotPermitted."""
    acting = may_help(actor, user)
    factors.lock(user)
    count = Authenticator.objects.filter(user=user, type__in=factors.REAL).count()
    Authenticator.objects.filter(user=user).delete()
    live.end_all(user)
    trail.note(user, Action.FACTORS_RESET, {"factors": count}, by=acting, now=now)
    return count


@transaction.atomic
def unlock(*, actor: Actor, user: User, now: datetime) -> None:
    """Let somebody try again before the lock's time is over. Raises NotPermitted."""
    acting = may_help(actor, user)
    lockout.forget(user)
    trail.note(user, Action.ACCOUNT_UNLOCKED, {}, by=acting, now=now)


@transaction.atomic
def end_sessions(*, actor: Actor, user: User, now: datetime, only: str | None = None, but: str | None = None) -> int:
    """Sign out oneself elsewhere, or as an administrator somebody. Returns how many. Raises NotPermitted."""
    acting = event_actor(actor) if actor.user_id == user.pk else may_help(actor, user)
    if only is not None:
        ended = int(any(str(row.pk) == only for row in live.of(user)))
        if ended:
            live.end(only)
    else:
        ended = live.end_all(user, but=but)
    if ended:
        trail.note(user, Action.SESSIONS_ENDED, {"sessions": ended}, by=acting, now=now)
    return ended


def _lock_own(actor: Actor, user: User) -> None:
    if actor.user_id != user.pk:
        raise BadInput("双因素只能由本人设置。", "Only the person can set up a second factor.")
    factors.lock(user)


def _added(actor: Actor, row: Authenticator, user: User, now: datetime, session: str | None) -> list[str]:
    live.end_all(user, but=session)
    data = {"factor": row.type, "factor_id": row.pk}
    trail.note(user, Action.FACTOR_ADDED, data, by=event_actor(actor), now=now)
    if Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).exists():
        return []
    return new_recovery_codes(actor=actor, user=user, now=now)
