"""One page for every act of the table: fill in, check what cannot be undone, confirm; a refusal keeps the form."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters

from agencies.access import proof
from agencies.access.rates import UPLOADS, spend, spend_act
from agencies.access.standing import is_fresh
from agencies.errors import AgencyError
from agencies.models import User
from cases.selectors.case import get_case
from cases.selectors.paging import Row
from cases.web import acting, entrance, repeats
from cases.web.acting import Form
from cases.web.acts import doing, drafting, files
from cases.web.forms import holds_personal
from cases.web.pages import PageRequest, inside, page
from cases.web.show.acts import receipt
from cases.web.show.papers.document import to_hand_over
from cases.web.show.privacy.watermark import watermark
from cases.web.show.words import say, sentences
from cases.web.views.entry import confirm
from cases.workflow import engine
from cases.workflow.errors import IdempotencyConflict, NotVisible, WorkflowError
from cases.workflow.second import codes
from cases.workflow.step_up import StepUpRequired, check_step_up
from cases.workflow.transitions import TRANSITIONS

EDIT = ("edit", "row", "save")
# Pressed on a page that has shown what is about to be done; `again`: and that the same has just been done.
CONFIRMED = ("confirm", "again")


@sensitive_post_parameters("password", "code", "credential")
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
    context["second"] = _second(form)
    context["to_serve"] = to_hand_over(form.case, form.transition.action.value)
    response = render(request, "web/action.html", context, status=status)
    # Stepping back by the browser's button finds what was typed, but for names, numbers and addresses of people, which
    # the browser is told not to remember at all. Where nothing may be stored Chromium would forget everything.
    response["Cache-Control"] = "private, no-cache"
    return response


def _second(form: Form) -> str:
    """Where the first of two persons shows the other the way to this very act."""
    if form.case is None or form.refusal is None or form.refusal.code != "four_eyes":
        return ""
    action = form.transition.action.value
    shown = codes.may_show(form.actor, form.case["id"], action, now=form.now)
    return reverse("web:second", args=[form.case["number"], action]) if shown else ""


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
        files.take_files(request, form)
        if step in EDIT:
            return _show(request, form, extra_row=name)
        before = None if step == "again" else repeats.done_before(form)
        # What cannot be undone is never done from the first page, whatever step the request names.
        if before or step == "check" or (form.transition.one_way and step not in CONFIRMED):
            return _check(request, form, before)
        if problem := _proof_typed(request, form):
            return _check(request, form, before, problem=problem)
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


def _proof_typed(request: PageRequest, form: Form) -> str:
    """Take the proof that was typed on the check page; what is wrong with it, empty where nothing is.

    Where the page had no room for one, or it is not needed any more, nothing is asked here.
    """
    if "prove" not in request.POST or not form.transition.step_up or is_fresh(request.session):
        return ""
    typed = {name: request.POST.get(name, "") for name in ("password", "code", "credential")}
    if not any(typed.values()):
        return gettext("请填写密码、动态码或恢复码，再确认办理")
    try:
        proof.step_up(request, User.objects.get(pk=request.actor.user_id), **typed)
    except AgencyError as refused:
        return say(refused.text)
    return ""


def _check(request: PageRequest, form: Form, before: Row | None, *, problem: str = "") -> HttpResponse:
    """The page to read before it is done; `before`: the act by which the same has just been done."""
    context = acting.check_context(form, doing.rehearse(form)) | {"before": before} | _marked(request, form)
    context |= {"draft": drafting.keep(form), "problem": problem}
    if form.transition.step_up and not is_fresh(request.session):
        context["proof"] = entrance.ways_to_prove(request, User.objects.get(pk=request.actor.user_id))
    return render(request, "web/action_check.html", context, status=400 if problem else 409 if before else 200)


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
    """What cannot be undone has its receipt on a page of its own; of the rest a message says what it led to."""
    drafting.drop(form)
    said = gettext("已办理：%(label)s（%(number)s）") % {"label": say(form.transition.label), "number": result.number}
    if form.transition.one_way:
        onward = reverse("web:act_receipt", args=[result.number, result.version])
    else:
        onward = reverse("web:case", args=[result.number])
        text = sentences([said, *acting.consequences(result)])
        found = receipt.links(request.actor, result, now=form.now)
        more = format_html_join(" ", '<a href="{}">{}</a>', ((href, label) for label, href in found))
        messages.success(request, format_html("{} {}", text, more))
    return redirect(inside(request, onward))
