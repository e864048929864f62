"""账号: for an administrator the accounts of the agency and its sub-units."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from agencies.access.passwords.rules import one_time_password
from agencies.errors import AgencyError, BadInput
from agencies.models import Agency, Membership, User
from agencies.selectors import administered, managed_accounts
from agencies.services import create_user, disable_user, enable_user, end_role, give_password, grant_role
from agencies.vocabulary import Confidentiality
from audit import clock
from cases.web.pages import PageRequest, page
from cases.web.show import accounts as accounts_page
from cases.workflow.errors import NotAllowed, NotVisible
from cases.workflow.view import Text


@never_cache
@page
def accounts(request: PageRequest) -> HttpResponse:
    """The accounts that this person administers, and one change to one of them."""
    if not administered(request.actor):
        raise NotAllowed(
            Text(
                "账号由单位管理员管理。需要开设账号或重设密码的，请联系本单位管理员。",
                "Accounts are managed by the agency's administrator; ask them for an account or a new password.",
            )
        )
    told: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        try:
            told = _change(request)
        except AgencyError as refused:
            told, status = {"refused": refused.text, "typed": request.POST.dict()}, refused.status
        if "done" in told:
            messages.success(request, told["done"])
            return redirect("web:accounts")
    return render(request, "web/accounts.html", {**accounts_page.context(request.actor), **told}, status=status)


def _change(request: PageRequest) -> dict[str, Any]:
    """`done`: a sentence; or `secret`: a password that is shown once, on this very page and nowhere else."""
    change = CHANGES.get(request.POST.get("do", ""))
    if change is None:
        raise NotVisible
    return change(request)


def _user(request: PageRequest) -> User:
    """The account named, among those that this person manages."""
    username = request.POST.get("username", "")
    if username not in {person.username for person in managed_accounts(request.actor)}:
        raise NotVisible
    return User.objects.get(username=username)


def _agency(request: PageRequest) -> Agency:
    code = request.POST.get("agency", "")
    if code not in {agency.code for agency in administered(request.actor)}:
        raise NotVisible
    return Agency.objects.get(code=code)


def _create(request: PageRequest) -> dict[str, Any]:
    secret, typed = one_time_password(), request.POST
    user = create_user(
        actor=request.actor,
        agency=_agency(request),
        roles=[typed.get("role", "")],
        ceiling=typed.get("ceiling", Confidentiality.ORDINARY.value),
        username=typed.get("username", "").strip(),
        display_name=typed.get("display_name", "").strip(),
        staff_no=typed.get("staff_no", "").strip(),
        password=secret,
        now=clock.now(),
    )
    return {"secret": secret, "secret_of": user.username}


def _reset(request: PageRequest) -> dict[str, Any]:
    user = _user(request)
    if user.pk == request.actor.user_id:
        raise BadInput("自己的密码请在“修改密码”中修改。", "Change your own password on its own page.")
    secret = give_password(actor=request.actor, user=user, now=clock.now())
    return {"secret": secret, "secret_of": user.username}


def _disable(request: PageRequest) -> dict[str, Any]:
    user = _user(request)
    disable_user(actor=request.actor, user=user, now=clock.now())
    return {"done": gettext("已停用账号 %(name)s") % {"name": user.username}}


def _enable(request: PageRequest) -> dict[str, Any]:
    user = _user(request)
    enable_user(actor=request.actor, user=user, now=clock.now())
    return {"done": gettext("已启用账号 %(name)s") % {"name": user.username}}


def _grant(request: PageRequest) -> dict[str, Any]:
    user, agency = _user(request), _agency(request)
    grant_role(
        actor=request.actor,
        user=user,
        agency=agency,
        role=request.POST.get("role", ""),
        ceiling=request.POST.get("ceiling", Confidentiality.ORDINARY.value),
        now=clock.now(),
    )
    return {"done": gettext("已授予 %(name)s 角色") % {"name": user.username}}


def _end(request: PageRequest) -> dict[str, Any]:
    user, agency, role = _user(request), _agency(request), request.POST.get("role", "")
    held = Membership.objects.filter(user=user, agency=agency, role=role, active=True).first()
    if held is None:
        raise NotVisible
    end_role(actor=request.actor, membership=held, now=clock.now())
    return {"done": gettext("已收回 %(name)s 的角色") % {"name": user.username}}


CHANGES: dict[str, Callable[[PageRequest], dict[str, Any]]] = {
    "create": _create,
    "reset": _reset,
    "disable": _disable,
    "enable": _enable,
    "grant": _grant,
    "end": _end,
}
