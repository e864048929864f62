"""For the security administrator: how somebody gets in, and opening the way in again."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from agencies.authority import agencies_of
from agencies.errors import AgencyError
from agencies.models import User
from agencies.selectors import administered
from agencies.services import end_sessions, give_password, reset_factors, unlock
from agencies.vocabulary import Role
from audit import clock
from cases.web.pages import PageRequest, page
from cases.web.show.own import security as shown
from cases.web.show.words import say
from cases.workflow.errors import NotVisible


@never_cache
@page
def help_person(request: PageRequest, username: str) -> HttpResponse:
    """The page of one person, and what its buttons do."""
    user = User.objects.filter(username=username, is_system=False).first()
    helped = {agency.id for agency in administered(request.actor, Role.SECURITY_ADMIN)}
    # Every agency of the person is asked, not only the first.
    if user is None or not helped or any(agency.pk not in helped for agency in agencies_of(user)):
        raise NotVisible
    if request.method != "POST":
        return _shown(request, user)
    change = CHANGES.get(request.POST.get("do", ""))
    if change is None:
        raise NotVisible
    try:
        return change(request, user)
    except AgencyError as refused:
        return _shown(request, user, status=refused.status, refused=say(refused.text))


def _shown(request: PageRequest, user: User, *, status: int = 200, refused: str = "", secret: str = "") -> HttpResponse:
    context = {**shown.context_of_other(request.actor, user), "refused": refused, "secret": secret}
    return render(request, "web/entry/help.html", context, status=status)


def _password(request: PageRequest, user: User) -> HttpResponse:
    return _shown(request, user, secret=give_password(actor=request.actor, user=user, now=clock.now()))


def _factors(request: PageRequest, user: User) -> HttpResponse:
    count = reset_factors(actor=request.actor, user=user, now=clock.now())
    return _done(request, user, gettext("已重置双因素（%(n)s 个），本人下次登录后重新设置") % {"n": count})


def _unlock(request: PageRequest, user: User) -> HttpResponse:
    unlock(actor=request.actor, user=user, now=clock.now())
    return _done(request, user, gettext("已解除锁定，本人可以立即登录"))


def _sign_out(request: PageRequest, user: User) -> HttpResponse:
    only = request.POST.get("session") or None
    count = end_sessions(actor=request.actor, user=user, only=only, now=clock.now())
    return _done(request, user, gettext("已退出 %(n)s 处登录") % {"n": count})


def _done(request: PageRequest, user: User, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("web:help_person", user.username)


CHANGES: dict[str, Callable[[PageRequest, User], HttpResponse]] = {
    "password": _password,
    "factors": _factors,
    "unlock": _unlock,
    "sign_out": _sign_out,
}
