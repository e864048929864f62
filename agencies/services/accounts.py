"""Accounts: made, renamed, disabled and enabled by those who keep them; passwords."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from agencies.access import live, trail
from agencies.access.passwords import keeping as passwords
from agencies.actors import Actor
from agencies.authority import account_keeper, event_actor, manager_of, security_of
from agencies.errors import AgencyError, BadInput, NotPermitted
from agencies.models import Agency, Client, Membership, User
from agencies.services import separation
from agencies.services.roles import grant_role
from agencies.vocabulary import Confidentiality
from audit.actions import Action

LANGUAGES = ("zh", "en")


@transaction.atomic
def create_user(
    *,
    actor: Actor,
    agency: Agency,
    roles: Sequence[str],
    username: str,
    display_name: str,
    password: str,
    now: datetime,
    staff_no: str = "",
    language: str = "zh",
    ceiling: str = Confidentiality.ORDINARY.value,
) -> User:
    """Make an account in an agency, with first roles at one ceiling. Raises NotPermitted, BadInput, AgencyError.

    Without roles it can log in and do nothing, until the security administrator gives it one.
    """
    acting = account_keeper(actor, agency)
    _check(username, display_name, staff_no, language)
    named = {"username": username, "display_name": display_name, "staff_no": staff_no, "language": language}
    user = User(**named, agency=agency, created_at=now)
    passwords.accept(user, password)
    user.save(force_insert=True)
    given = passwords.keep(user, replaced="", by_other=True, new=password)
    # Name and staff number are personal data: the body of the event holds their commitment only.
    trail.note(
        user,
        Action.ACCOUNT_CREATED,
        {"agency": agency.pk, "agency_code": agency.code, "language": language, **given},
        by=acting,
        sealed={"display_name": display_name, "staff_no": staff_no},
        now=now,
    )
    for role in roles:
        grant_role(actor=actor, user=user, agency=agency, role=role, now=now, ceiling=ceiling)
    return user


@transaction.atomic
def change_user(*, actor: Actor, user: User, display_name: str, staff_no: str, now: datetime) -> None:
    """Correct a name or a staff number. Raises NotPermitted, BadInput."""
    locked = User.objects.select_for_update().get(pk=user.pk)
    acting = manager_of(actor, locked, account_keeper)
    _check_names(display_name, staff_no, locked.pk)
    if (locked.display_name, locked.staff_no) == (display_name, staff_no):
        return
    locked.display_name, locked.staff_no = display_name, staff_no
    locked.save(update_fields=["display_name", "staff_no"])
    sealed = {"display_name": display_name, "staff_no": staff_no}
    trail.note(locked, Action.ACCOUNT_CHANGED, {}, by=acting, sealed=sealed, now=now)


@transaction.atomic
def change_language(*, actor: Actor, language: str, now: datetime) -> None:
    """One's own language: of the pages after the next log-in, and of what is sent. Raises BadInput."""
    own = User.objects.select_for_update().get(pk=actor.user_id)
    if language not in LANGUAGES:
        raise BadInput("语言只能是中文或英文。", "The language is zh or en.", field="language")
    if own.language == language:
        return
    own.language = language
    own.save(update_fields=["language"])
    # The event that is last is the one whose sealed part holds the names.
    sealed = {"display_name": own.display_name, "staff_no": own.staff_no}
    trail.note(own, Action.ACCOUNT_CHANGED, {"language": language}, by=event_actor(actor), sealed=sealed, now=now)


def disable_user(*, actor: Actor, user: User, now: datetime, last: bool = False) -> None:
    """Take an account out of use at once: its next request is refused. Raises NotPermitted, AgencyError.

    `last`: the operator of the system says that an agency shall be without its last such administrator.
    """
    if actor.user_id == user.pk:
        raise AgencyError(
            "不能停用自己的账号。请由另一名管理员办理。",
            "You cannot disable your own account; another administrator has to do it.",
            code="self_disable",
        )
    _set_active(actor, user, Action.ACCOUNT_DISABLED, active=False, now=now, last=last and actor.is_system)


def enable_user(*, actor: Actor, user: User, now: datetime) -> None:
    """Put an account back into use. Raises NotPermitted."""
    _set_active(actor, user, Action.ACCOUNT_ENABLED, active=True, now=now)


@transaction.atomic
def change_password(
    *,
    actor: Actor,
    user: User,
    new: str,
    now: datetime,
    current: str | None = None,
    session: str | None = None,
) -> None:
    """Set a password: one's own with the current one, or a forgotten one as the security administrator without.

    Every session of the account but the one named ends. One that somebody else set has to be changed at once.
    Raises NotPermitted, BadInput.
    """
    locked = User.objects.select_for_update().get(pk=user.pk)
    if actor.user_id == locked.pk and not actor.is_system:
        acting, by = event_actor(actor), "self"
        if current is None or not locked.check_password(current):
            raise BadInput("当前密码不正确。", "The current password is not right.", field="current")
    else:
        acting, by = manager_of(actor, locked, security_of), "administrator"
    if Client.objects.filter(user=locked).exists():
        raise NotPermitted(
            f"“{locked.username}”是外部系统的账号，没有密码。更换密钥请用 manage.py rotate_client_secret。",
            f"{locked.username} is the account of a system and has no password; use manage.py rotate_client_secret.",
        )
    replaced = locked.password
    passwords.accept(locked, new)
    locked.save(update_fields=["password"])
    kept = passwords.keep(locked, replaced=replaced, by_other=by != "self", new=new)
    live.end_all(locked, but=session)
    trail.note(locked, Action.PASSWORD_CHANGED, {"by": by, **kept}, by=acting, now=now)


@transaction.atomic
def _set_active(actor: Actor, user: User, action: Action, *, active: bool, now: datetime, last: bool = False) -> None:
    separation.one_at_a_time()
    locked = User.objects.select_for_update().get(pk=user.pk)
    acting = manager_of(actor, locked)
    if locked.is_active is active:
        return
    if not active:
        for held in Membership.objects.filter(user=locked, active=True):
            separation.check_not_last(held, last=last, today=timezone.localdate(now))
    locked.is_active = active
    locked.save(update_fields=["is_active"])
    if not active:
        live.end_all(locked)
    trail.note(locked, action, {}, by=acting, now=now)


def _check(username: str, display_name: str, staff_no: str, language: str) -> None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{1,63}", username):
        raise BadInput(
            "用户名须为 2 到 64 位小写字母、数字、点、横线或下划线，以字母或数字开头。",
            "A username has 2 to 64 lower-case letters, digits, dots, hyphens or underscores.",
            field="username",
        )
    if User.objects.filter(username=username).exists():
        raise BadInput(f"用户名“{username}”已经使用。", f"The username {username} is taken.", field="username")
    _check_names(display_name, staff_no)
    if language not in LANGUAGES:
        raise BadInput("语言只能是中文或英文。", "The language is zh or en.", field="language")


def _check_names(display_name: str, staff_no: str, own: int | None = None) -> None:
    if not display_name.strip():
        raise BadInput("请填写姓名。", "Give the person's name.", field="display_name")
    for field, text, longest in (("display_name", display_name, 40), ("staff_no", staff_no, 20)):
        if len(text) > longest or not text.isprintable():
            raise BadInput(
                "姓名不超过 40 个字，工号不超过 20 个字符，不含控制字符。",
                f"At most {longest} printable characters.",
                field=field,
            )
    if staff_no and User.objects.filter(staff_no=staff_no).exclude(pk=own or 0).exists():
        raise BadInput(f"工号 {staff_no} 已属于另一账号。", f"Staff number {staff_no} is taken.", field="staff_no")
