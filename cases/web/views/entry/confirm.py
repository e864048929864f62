"""Prove anew who one is, before an act that cannot be taken back or a change of the own way in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from agencies.access import proof
from agencies.access.standing import is_fresh
from agencies.errors import AgencyError, BadInput
from agencies.models import User
from cases.web import entrance, whose
from cases.web.pages import PageRequest, inside, page
from cases.web.show.words import say


@never_cache
@sensitive_post_parameters("password", "code", "credential")
@page
def confirm(request: PageRequest) -> HttpResponse:
    """The form, and back to where it came from: to a page, or to the filled-in act that was about to be done."""
    own = User.objects.get(pk=request.actor.user_id)
    target, carried = inside(request, reverse("web:security")), entrance.carried_in(request)
    error, status = "", 200
    if request.method == "POST":
        try:
            _take_proof(request, own)
            return _back(request, own, target, carried)
        except AgencyError as refused:
            error, status = say(refused.text), refused.status
    return entrance.confirm_form(request, own, target, carried=carried, status=status, error=error)


def _take_proof(request: PageRequest, own: User) -> None:
    """What was typed here, or that the city's sign-on has asked anew in another window."""
    if "by_sign_on" not in request.POST:
        typed = {name: request.POST.get(name, "") for name in ("password", "code", "credential")}
        proof.step_up(request, own, **typed)
    elif not is_fresh(request.session):
        raise BadInput(
            "还没有重新验证。请先点“在新窗口重新验证”，办好后回到这里继续。",
            "Nothing was proved yet: press “Prove it in a new window” first, then come back here.",
        )


def ask(request: PageRequest) -> HttpResponse:
    """The form in place of the act that was sent; what was typed is carried along."""
    own = User.objects.get(pk=request.actor.user_id)
    carried = entrance.sent(request)
    return entrance.confirm_form(request, own, request.get_full_path(), carried=carried, status=403)


def ask_first(request: PageRequest) -> HttpResponse:
    """For a page that is only opened by whoever has just proved who it is."""
    return redirect(f"{reverse('web:confirm')}?next={request.path}")


def _back(request: PageRequest, own: User, target: str, carried: entrance.Pairs) -> HttpResponse:
    if not carried:
        messages.success(request, gettext("身份已确认"))
        return redirect(target)
    if whose.belongs_to(carried, own.pk):
        return entrance.resume(request, target, carried, step="check")
    messages.warning(request, gettext("那一页上的内容是另一位使用者填写的，没有提交，也没有保留。"))
    return redirect("web:workbench")
