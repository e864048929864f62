"""Accounts: made, disabled and enabled by the agency's administrator; passwords."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from agencies.access.backend import is_public
from agencies.actors import Actor
from agencies.authority import administrator_of, event_actor, manager_of
from agencies.errors import AgencyError, BadInput, NotPermitted
from agencies.models import Agency, Client, User
from agencies.services.roles import grant_role
from audit.actions import Action
from audit.log import EventActor
from audit.services import record


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
) -> User:
    """Make an account with its first roles in one agency. Raises NotPermitted, BadInput, AgencyError.

    An account without a role would belong to no agency, and nobody could manage it.
    """
    acting = administrator_of(actor, agency)
    if not roles:
        raise BadInput("请至少选择一个角色。", "Choose at least one role.", field="roles")
    _check(username, display_name, staff_no, language)
    user = User(username=username, display_name=display_name, staff_no=staff_no, language=language, created_at=now)
    _accept_password(user, password)
    user.save(force_insert=True)
    # Name and staff number are personal data: the body of the event holds their commitment only.
    record(
        stream=f"account/{username}",
        action=Action.ACCOUNT_CREATED,
        actor=acting,
        data={"user": user.pk, "agency": agency.pk, "agency_code": agency.code, "language": language},
        sealed={"display_name": display_name, "staff_no": staff_no},
        now=now,
    )
    for role in roles:
        grant_role(actor=actor, user=user, agency=agency, role=role, now=now)
    return user


def disable_user(*, actor: Actor, user: User, now: datetime) -> None:
    """Take an account out of use at once: its next request is refused. Raises NotPermitted, AgencyError."""
    if actor.user_id == user.pk:
        raise AgencyError(
            "不能停用自己的账号。请由本单位的另一名单位管理员办理。",
            "You cannot disable your own account; another administrator of your agency has to do it.",
            code="self_disable",
        )
    _set_active(actor, user, Action.ACCOUNT_DISABLED, active=False, now=now)


def enable_user(*, actor: Actor, user: User, now: datetime) -> None:
    """Put an account back into use. Raises NotPermitted."""
    _set_active(actor, user, Action.ACCOUNT_ENABLED, active=True, now=now)


@transaction.atomic
def change_password(*, actor: Actor, user: User, new: str, now: datetime, current: str | None = None) -> None:
    """Set a password: one's own with the current one, or as the agency's administrator without.

    Every session of the account but the caller's ends, since Django ties sessions to the password's hash.
    Raises NotPermitted, BadInput.
    """
    locked = User.objects.select_for_update().get(pk=user.pk)
    if actor.user_id == locked.pk and not actor.is_system:
        acting, by = event_actor(actor), "self"
        if current is None or not locked.check_password(current):
            raise BadInput("当前密码不正确。", "The current password is not right.", field="current")
    else:
        acting, by = manager_of(actor, locked), "administrator"
    if Client.objects.filter(user=locked).exists():
        raise NotPermitted(
            f"“{locked.username}”是外部系统的账号，没有密码。更换密钥请用 manage.py rotate_client_secret。",
            f"{locked.username} is the account of a system and has no password; use manage.py rotate_client_secret.",
        )
    _accept_password(locked, new)
    locked.save(update_fields=["password"])
    _record(locked, Action.PASSWORD_CHANGED, acting, {"user": locked.pk, "by": by}, now)


@transaction.atomic
def _set_active(actor: Actor, user: User, action: Action, *, active: bool, now: datetime) -> None:
    locked = User.objects.select_for_update().get(pk=user.pk)
    acting = manager_of(actor, locked)
    if locked.is_active is active:
        return
    locked.is_active = active
    locked.save(update_fields=["is_active"])
    _record(locked, action, acting, {"user": locked.pk}, now)


def _record(user: User, action: Action, acting: EventActor, data: dict[str, int | str], now: datetime) -> None:
    record(stream=f"account/{user.username}", action=action, actor=acting, data=data, now=now)


def _accept_password(user: User, password: str) -> None:
    if is_public(password):
        raise BadInput(
            "这是演示环境公开的密码，不能使用。请另设一个密码。",
            "This is the public password of the demo; choose another one.",
            field="password",
        )
    try:
        validate_password(password, user)
    except ValidationError as error:
        reasons = " ".join(error.messages)
        raise BadInput(
            f"密码不能使用：{reasons}", f"The password cannot be used: {reasons}", field="password"
        ) from error
    user.set_password(password)


def _check(username: str, display_name: str, staff_no: str, language: str) -> None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{1,63}", username):
        raise BadInput(
            "用户名须为 2 到 64 位小写字母、数字、点、横线或下划线，以字母或数字开头。",
            "A username has 2 to 64 lower-case letters, digits, dots, hyphens or underscores.",
            field="username",
        )
    if User.objects.filter(username=username).exists():
        raise BadInput(f"用户名“{username}”已经使用。", f"The username {username} is taken.", field="username")
    if not display_name.strip():
        raise BadInput("请填写姓名。", "Give the person's name.", field="display_name")
    for field, text, longest in (("display_name", display_name, 40), ("staff_no", staff_no, 20)):
        if len(text) > longest or not text.isprintable():
            raise BadInput(
                "姓名不超过 40 个字，工号不超过 20 个字符，不含控制字符。",
                f"At most {longest} printable characters.",
                field=field,
            )
    if staff_no and User.objects.filter(staff_no=staff_no).exists():
        raise BadInput(f"工号 {staff_no} 已属于另一账号。", f"Staff number {staff_no} is taken.", field="staff_no")
    if language not in ("zh", "en"):
        raise BadInput("语言只能是中文或英文。", "The language is zh or en.", field="language")
