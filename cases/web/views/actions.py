"""One page for every act of the table: fill in, check what cannot be undone, confirm; a refusal keeps the form."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from agencies.access.rates import UPLOADS, spend, spend_act
from agencies.access.standing import is_fresh
from cases.selectors.case import get_case
from cases.selectors.paging import Row
from cases.web import acting, repeats
from cases.web.acting import Form
from cases.web.acts import doing, drafting
from cases.web.forms import holds_personal
from cases.web.pages import PageRequest, inside, page
from cases.web.show.papers.document import to_hand_over
from cases.web.show.privacy.watermark import watermark
from cases.web.show.words import say, sentences
from cases.web.views.entry import confirm
from cases.workflow import engine
from cases.workflow.errors import IdempotencyConflict, NotVisible, WorkflowError
from cases.workflow.step_up import StepUpRequired, check_step_up
from cases.workflow.transitions import TRANSITIONS

EDIT = ("edit", "row", "save")
# Pressed on a page that has shown what is about to be done; `again`: and that the same has just been done.
CONFIRMED = ("confirm", "again")


@page
def act(request: PageRequest, number: str, action: str) -> HttpResponse:
    """An act on a case."""
    case = get_case(request.actor, number)
    if case is None or action not in TRANSITIONS or action == engine.OPEN_CASE:
        raise NotVisible
    form = acting.form_for(request, case, TRANSITIONS[action])
    return _answered(request, form)


@page
def open_case(request: PageRequest) -> HttpResponse:
    """The one act without a case: opening one."""
    return _answered(request, acting.form_for(request, None, TRANSITIONS[engine.OPEN_CASE]))


def _answered(request: PageRequest, form: Form) -> HttpResponse:
    if request.method != "POST":
        return _show(request, form, draft=drafting.take_up(form, request.GET))
    if request.POST.get("step") == "discard":
        drafting.give_up(form)
        messages.success(request, gettext("草稿已放弃"))
        return redirect(request.path)
    return _submitted(request, form)


def _show(
    request: PageRequest, form: Form, *, status: int = 200, draft: dict[str, Any] | None = None, **more: Any
) -> HttpResponse:
    """The form; what was sent with it and not done is kept as a draft."""
    context = acting.context(form, **more) | _marked(request, form)
    context["draft"] = drafting.keep(form) if request.method == "POST" else draft
    context["to_serve"] = to_hand_over(form.case, form.transition.action.value)
    response = render(request, "web/action.html", context, status=status)
    # Stepping back by the browser's button finds what was typed, but for names, numbers and addresses of people, which
    # the browser is told not to remember at all. Where nothing may be stored Chromium would forget everything.
    response["Cache-Control"] = "private, no-cache"
    return response


def _marked(request: PageRequest, form: Form) -> dict[str, Any]:
    """A page that repeats names, numbers or addresses that were typed carries the name of whoever typed them."""
    if not holds_personal(form.transition.inputs, form.data):
        return {}
    return {"watermark": watermark(request, form.now, form.case["number"] if form.case else "")}


def _submitted(request: PageRequest, form: Form) -> HttpResponse:
    """Back to the form, on to the check, or done."""
    step, _, name = request.POST.get("step", "now").partition(":")
    if request.FILES:
        spend(UPLOADS, str(request.actor.user_id))
    try:
        acting.take_files(request, form)
        if step in EDIT:
            return _show(request, form, extra_row=name)
        before = None if step == "again" else repeats.done_before(form)
        # What cannot be undone is never done from the first page, whatever step the request names.
        if before or step == "check" or (form.transition.one_way and step not in CONFIRMED):
            return _check(request, form, before)
        _prove(request, form)
        spend_act(form.transition.action.value, request.actor.user_id)
        result = doing.perform(form)
    except StepUpRequired:
        drafting.keep(form)
        return confirm.ask(request)
    except WorkflowError as refused:
        return _refused(request, form, refused)
    return _done(request, form, result)


def _prove(request: PageRequest, form: Form) -> None:
    """Raises StepUpRequired before an act for which who it is has to be proved anew."""
    if form.case is not None:
        action, proven = form.transition.action.value, is_fresh(request.session)
        check_step_up(action=action, case_id=form.case["id"], actor=form.actor, proven=proven, now=form.now)


def _check(request: PageRequest, form: Form, before: Row | None) -> HttpResponse:
    """The page to read before it is done; `before`: the act by which the same has just been done."""
    context = acting.check_context(form, doing.rehearse(form)) | {"before": before} | _marked(request, form)
    context["draft"] = drafting.keep(form)
    return render(request, "web/action_check.html", context, status=409 if before else 200)


def _refused(request: PageRequest, form: Form, refused: WorkflowError) -> HttpResponse:
    """The form again with everything that was typed, and the reason above it."""
    if refused.status == 404:
        raise refused
    more: dict[str, Any] = {}
    if refused.status in (412, 428) or isinstance(refused, IdempotencyConflict):
        more["stale"] = acting.what_changed(form, refused)
    elif refused.fields:
        more["errors"] = refused.fields
    else:
        more["refusal"] = refused.refusal
    return _show(request, form, status=refused.status, **more)


def _done(request: PageRequest, form: Form, result: engine.Result) -> HttpResponse:
    drafting.drop(form)
    said = gettext("已办理：%(label)s（%(number)s）") % {"label": say(form.transition.label), "number": result.number}
    parts = [said, *acting.consequences(result)]
    messages.success(request, sentences(parts))
    return redirect(inside(request, reverse("web:case", args=[result.number])))
