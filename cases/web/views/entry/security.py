"""账号与安全: the own password, second factors and sessions on one page, and who helps."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from agencies.access.sessions import standing_of
from agencies.access.standing import ENTRY, is_fresh
from agencies.digits import from_digits
from agencies.errors import AgencyError
from agencies.models import User
from agencies.services import end_sessions, new_recovery_codes, remove_factor
from audit import clock
from cases.web.pages import PageRequest, page
from cases.web.show.own import security as shown
from cases.web.show.words import say
from cases.web.views.entry import confirm
from cases.workflow.errors import NotVisible


@never_cache
@page
def security(request: PageRequest) -> HttpResponse:
    """The page, and what its buttons do."""
    own = User.objects.get(pk=request.actor.user_id)
    if request.method != "POST":
        return _shown(request, own)
    change = CHANGES.get(request.POST.get("do", ""))
    if change is None:
        raise NotVisible
    try:
        return change(request, own)
    except AgencyError as refused:
        return _shown(request, own, status=refused.status, refused=say(refused.text))


def _shown(request: PageRequest, own: User, *, status: int = 200, refused: str = "") -> HttpResponse:
    context = shown.context(own, request.session.get(ENTRY, ""), standing_of(request))
    return render(request, "web/entry/security.html", {**context, "refused": refused}, status=status)


def _sign_out(request: PageRequest, own: User) -> HttpResponse:
    end_sessions(actor=request.actor, user=own, only=request.POST.get("session", ""), now=clock.now())
    messages.success(request, gettext("已退出该处登录"))
    return redirect("web:security")


def _sign_out_others(request: PageRequest, own: User) -> HttpResponse:
    count = end_sessions(actor=request.actor, user=own, but=request.session.get(ENTRY), now=clock.now())
    messages.success(request, gettext("已退出其他 %(n)s 处登录") % {"n": count})
    return redirect("web:security")


def _remove(request: PageRequest, own: User) -> HttpResponse:
    if not is_fresh(request.session):
        return confirm.ask_first(request)
    typed = request.POST.get("factor", "")
    number = from_digits(typed) or 0
    session = request.session.get(ENTRY)
    remove_factor(actor=request.actor, user=own, factor_id=number, now=clock.now(), session=session)
    messages.success(request, gettext("已移除，其他设备上的登录已退出"))
    return redirect("web:security")


def _codes(request: PageRequest, own: User) -> HttpResponse:
    if not is_fresh(request.session):
        return confirm.ask_first(request)
    codes = new_recovery_codes(actor=request.actor, user=own, now=clock.now())
    return render(request, "web/entry/codes.html", {"codes": codes})


CHANGES: dict[str, Callable[[PageRequest, User], HttpResponse]] = {
    "sign_out": _sign_out,
    "sign_out_others": _sign_out_others,
    "remove": _remove,
    "codes": _codes,
}
