"""What an administrator does to an account, from the list or from the page of the person: one function a change.

Each answers `done`, a sentence; or `secret`, a password that is shown once, on this very page and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.translation import gettext

from agencies.access.passwords.rules import one_time_password
from agencies.digits import from_digits
from agencies.errors import BadInput
from agencies.models import Agency, Membership, Substitution, User
from agencies.selectors import administered, kept_accounts
from agencies.services import (
    change_user,
    create_user,
    disable_user,
    enable_user,
    end_role,
    end_substitution,
    grant_role,
    grant_substitution,
    limit_role,
)
from agencies.vocabulary import Confidentiality
from audit import clock
from cases.web.pages import PageRequest
from cases.workflow.errors import NotVisible

Told = dict[str, Any]


def change(request: PageRequest, username: str | None = None) -> Told:
    """Do what the button says. `username`: whose page it is; else the form names the account."""
    do = request.POST.get("do", "")
    if do == "create" and username is None:
        return _create(request)
    changed = CHANGES.get(do)
    if changed is None:
        raise NotVisible
    return changed(request, find(request, username or request.POST.get("username", "")))


def find(request: PageRequest, username: str) -> User:
    """The account named, among those that this person keeps."""
    found = kept_accounts(request.actor).filter(username=username).first()
    if found is None:
        raise NotVisible
    return found


def _agency(request: PageRequest) -> Agency:
    code = request.POST.get("agency", "")
    if code not in {agency.code for agency in administered(request.actor)}:
        raise NotVisible
    return Agency.objects.get(code=code)


def _create(request: PageRequest) -> Told:
    secret, typed = one_time_password(), request.POST
    role = typed.get("role", "")
    user = create_user(
        actor=request.actor,
        agency=_agency(request),
        roles=[role] if role else [],
        username=typed.get("username", "").strip(),
        display_name=typed.get("display_name", "").strip(),
        staff_no=typed.get("staff_no", "").strip(),
        password=secret,
        now=clock.now(),
    )
    return {"secret": secret, "secret_of": user.username}


def _rename(request: PageRequest, user: User) -> Told:
    name, number = request.POST.get("display_name", "").strip(), request.POST.get("staff_no", "").strip()
    change_user(actor=request.actor, user=user, display_name=name, staff_no=number, now=clock.now())
    return {"done": gettext("已更正 %(name)s 的姓名和工号") % {"name": user.username}}


def _disable(request: PageRequest, user: User) -> Told:
    disable_user(actor=request.actor, user=user, now=clock.now())
    return {"done": gettext("已停用账号 %(name)s") % {"name": user.username}}


def _enable(request: PageRequest, user: User) -> Told:
    enable_user(actor=request.actor, user=user, now=clock.now())
    return {"done": gettext("已启用账号 %(name)s") % {"name": user.username}}


def _grant(request: PageRequest, user: User) -> Told:
    role, ceiling = request.POST.get("role", ""), request.POST.get("ceiling") or Confidentiality.ORDINARY.value
    grant_role(
        actor=request.actor,
        user=user,
        agency=_agency(request),
        role=role,
        ceiling=ceiling,
        first_day=_day_if_any(request, "from_day"),
        last_day=_day_if_any(request, "to_day"),
        now=clock.now(),
    )
    return {"done": gettext("已授予 %(name)s 角色") % {"name": user.username}}


def _end(request: PageRequest, user: User) -> Told:
    role = request.POST.get("role", "")
    held = Membership.objects.filter(user=user, agency=_agency(request), role=role, active=True).first()
    if held is None:
        raise NotVisible
    if day := _day_if_any(request, "to_day"):
        limit_role(actor=request.actor, membership=held, last_day=day, now=clock.now())
        said = gettext("%(name)s 的角色到 %(last)s 止（含当日），期满自动收回")
        return {"done": said % {"name": user.username, "last": day.isoformat()}}
    end_role(actor=request.actor, membership=held, now=clock.now())
    return {"done": gettext("已收回 %(name)s 的角色") % {"name": user.username}}


def _substitute(request: PageRequest, user: User) -> Told:
    typed = request.POST
    made = grant_substitution(
        actor=request.actor,
        absent=user,
        substitute=find(request, typed.get("substitute", "")),
        agency=_agency(request),
        roles=typed.getlist("roles"),
        first_day=_day(typed.get("first_day", ""), "first_day"),
        last_day=_day(typed.get("last_day", ""), "last_day"),
        reason=typed.get("reason", ""),
        now=clock.now(),
    )
    said = gettext("由 %(who)s 代理至 %(last)s（含当日），期满自动终止")
    return {"done": said % {"who": made.substitute.display_name, "last": made.last_day.isoformat()}}


def _day(typed: str, field: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise BadInput("日期须写作 2026-12-01 的形式。", "Write days as 2026-12-01.", field=field) from None


def _day_if_any(request: PageRequest, field: str) -> date | None:
    typed = request.POST.get(field, "").strip()
    return _day(typed, field) if typed else None


def _end_substitution(request: PageRequest, user: User) -> Told:
    named = request.POST.get("substitution", "")
    found = Substitution.objects.filter(absent=user, pk=from_digits(named) or 0).first()
    if found is None:
        raise NotVisible
    end_substitution(actor=request.actor, substitution=found, now=clock.now())
    return {"done": gettext("已提前结束代理")}


CHANGES: dict[str, Callable[[PageRequest, User], Told]] = {
    "rename": _rename,
    "disable": _disable,
    "enable": _enable,
    "grant": _grant,
    "end": _end,
    "substitute": _substitute,
    "end_substitution": _end_substitution,
}
