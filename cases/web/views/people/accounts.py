"""账号: for an administrator the accounts of their agencies, and one of these."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from agencies.errors import AgencyError
from agencies.selectors import administered
from cases.web.pages import PageRequest, page
from cases.web.show import accounts as accounts_page
from cases.web.show.settings.entrance import PEOPLE, recent
from cases.web.views.people.changes import change, find
from cases.workflow.errors import NotAllowed
from cases.workflow.view import Text


@never_cache
@page
def accounts(request: PageRequest) -> HttpResponse:
    """The accounts that this person administers, and one change to one of them."""
    _require_administrator(request)
    told, status = _told(request)
    if "done" in told:
        messages.success(request, told["done"])
        return redirect("web:accounts")
    context = {**accounts_page.listed(request.actor, request.GET), "recent": recent(request.actor, *PEOPLE)}
    return render(request, "web/accounts.html", {**context, **told}, status=status)


@never_cache
@page
def person(request: PageRequest, username: str) -> HttpResponse:
    """One account: roles with their days and ceilings, who gave them, substitutions; and what can be done."""
    _require_administrator(request)
    user = find(request, username)
    told, status = _told(request, username)
    if "done" in told:
        messages.success(request, told["done"])
        return redirect("web:person", username)
    changed = recent(request.actor, *PEOPLE, stream=f"account/{user.username}")
    context = {**accounts_page.of_person(request.actor, user), "recent": changed}
    return render(request, "web/person.html", {**context, **told}, status=status)


def _told(request: PageRequest, username: str | None = None) -> tuple[dict[str, Any], int]:
    """What the change that was asked for answers, if one was: with a refusal, what was typed."""
    if request.method != "POST":
        return {}, 200
    try:
        return change(request, username), 200
    except AgencyError as refused:
        typed = {**request.POST.dict(), "roles": request.POST.getlist("roles")}
        return {"refused": refused.text, "typed": typed}, refused.status


def _require_administrator(request: PageRequest) -> None:
    if not administered(request.actor):
        raise NotAllowed(
            Text(
                "账号由单位管理员管理。需要开设账号的，请联系本单位管理员；忘记密码的，请联系安全管理员。",
                "Ask your agency's administrator for an account, the security administrator for a forgotten password.",
            )
        )
