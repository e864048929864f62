"""群众举报: a form for everybody, without an account and without a script; a number to follow it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from agencies.access.addresses import client_address
from agencies.access.rates import ALL_FOLLOWS, ALL_TIPS, FOLLOWS, TIPS, TooOften, spend
from audit import clock
from cases.intake.tips import receipts, taking
from cases.intake.tips.following import standing
from cases.web.frame import other_language
from cases.web.pages import too_often
from cases.web.show.tips.form import context
from cases.web.views.tips.typed import STALE, new_token, read_report, read_token, typed_of
from cases.workflow.errors import InvalidInput

View = Callable[[HttpRequest], HttpResponse]


def public(view: View) -> View:
    """A page for everybody, while the installation has it open. Nothing of it is kept anywhere on its way."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not settings.PUBLIC_TIPS:
            raise Http404
        try:
            response = view(request)
        except TooOften as slow:
            response = too_often(request, slow)
        response["Cache-Control"] = "private, no-store"
        return response

    return guarded


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@public
def report(request: HttpRequest) -> HttpResponse:
    """The form; what is sent is kept, and answered with its number."""
    if request.method != "POST":
        return render(request, "web/tips/report.html", context(new_token(), {}))
    spend(TIPS, client_address(request))
    spend(ALL_TIPS, "all")
    token = request.POST.get("token", "")
    nonce, late = read_token(token)
    try:
        number = taking.take(read_report(request, nonce, late), clock.now())
    except InvalidInput as wrong:
        # A token that is good stays: the same form sent twice is one tip.
        shown = context(
            token if nonce else new_token(), typed_of(request.POST), wrong.fields, had_files=bool(request.FILES)
        )
        return render(request, "web/tips/report.html", shown, status=400)
    taking.ring()
    return render(
        request,
        "web/tips/done.html",
        {"number": receipts.shown(number), "other_language": other_language()},
        status=201,
    )


def again(request: HttpRequest) -> HttpResponse:
    """The form as it was filled in, where its cookie has gone meanwhile; nothing was kept."""
    return public(_again)(request)


def _again(request: HttpRequest) -> HttpResponse:
    from_form = context(new_token(), typed_of(request.POST), {"report": STALE}, had_files=bool(request.FILES))
    return render(request, "web/tips/report.html", from_form, status=403)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@public
def follow(request: HttpRequest) -> HttpResponse:
    """How far a tip is, by its number: one word, and nothing of a case."""
    shown = {"standing": "", "other_language": other_language()}
    if request.method == "POST":
        spend(FOLLOWS, client_address(request))
        spend(ALL_FOLLOWS, "all")
        shown["standing"] = standing(request.POST.get("number", ""))
    return render(request, "web/tips/follow.html", shown)
