"""Two people: the cut goes on record as one person's act, the confirmation as another's on their own login."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters

from agencies.access import proof
from agencies.access.rates import spend_act
from agencies.access.standing import is_fresh
from agencies.errors import AgencyError
from agencies.models import User
from audit import clock
from audit.ids import new_id
from cases.web import acting, entrance
from cases.web.acts import doing
from cases.web.pages import PageRequest, page
from cases.web.show.law.cut import before_confirming
from cases.web.show.phone import second as shown
from cases.web.show.phone import task as about
from cases.web.show.phone.steps import local_input
from cases.web.show.words import say
from cases.web.views.phone.entered import execution
from cases.web.views.phone.frame import Visit, own, shell, show, visit
from cases.workflow.actions import Action
from cases.workflow.drafts import services as drafts
from cases.workflow.errors import NotVisible, StaleVersion, WorkflowError
from cases.workflow.onsite.steps import EXECUTE
from cases.workflow.second import codes
from cases.workflow.second.redeeming import redeem
from cases.workflow.step_up import StepUpRequired, check_step_up
from cases.workflow.transitions import TRANSITIONS

CONFIRM = Action.CONFIRM_SUSPENSION.value


@sensitive_post_parameters("password", "code", "credential")
@page
def confirm(request: PageRequest, number: str) -> HttpResponse:
    """Read it again, make the act, and wait for the other; or confirm what the other one made."""
    at = visit(request, number)
    if request.method == "POST":
        return _sent(at)
    if about.cut_of(at.case).get("confirmed_at") and not at.act(CONFIRM).allowed:
        return redirect("web:suspension_receipt", number=at.case["number"])
    return _page(at)


def _sent(at: Visit) -> HttpResponse:
    step = at.request.POST.get("step", "")
    try:
        own(at.request)
        if step == "another":
            codes.mint(at.request.actor, at.case["id"], CONFIRM, now=at.now)
            return redirect("web:suspension_confirm", number=at.case["number"])
        if step == "second":
            return _confirmed(at)
        return _executed(at) if step == "execute" else _page(at)
    except (WorkflowError, AgencyError) as refused:
        if refused.status == 404:
            raise
        return _page(at, refused=refused)


def _executed(at: Visit) -> HttpResponse:
    """实施停电, by the engine, after whoever acts has proved who it is."""
    if at.steps.refused:
        return redirect("web:suspension_statement", number=at.case["number"])
    if not at.steps.checked or at.steps.lacking:
        step = "suspension_photo" if at.steps.checked else "suspension_checks"
        return redirect(f"web:{step}", number=at.case["number"])
    form = execution(at)
    _prove(at)
    spend_act(EXECUTE, at.request.actor.user_id)
    doing.perform(form)
    drafts.drop(at.request.actor, at.case["id"], EXECUTE)
    codes.mint(at.request.actor, at.case["id"], CONFIRM, now=at.now)
    return redirect("web:suspension_confirm", number=at.case["number"])


def _prove(at: Visit) -> None:
    """By what was typed on this page, else by an earlier proof. Raises StepUpRequired, AgencyError, WorkflowError."""
    request, typed = at.request, {name: at.request.POST.get(name, "") for name in ("password", "code", "credential")}
    asked = {"action": EXECUTE, "case_id": at.case["id"], "actor": request.actor, "now": at.now}
    try:
        check_step_up(proven=is_fresh(request.session), **asked)
    except StepUpRequired:
        if not any(typed.values()):
            raise
        proof.step_up(request, User.objects.get(pk=request.actor.user_id), **typed)
        check_step_up(proven=is_fresh(request.session), **asked)


def _confirmed(at: Visit) -> HttpResponse:
    """复核停电, by the other person."""
    form = acting.form_for(at.request, at.case, TRANSITIONS[CONFIRM])
    spend_act(CONFIRM, at.request.actor.user_id)
    doing.perform(form)
    drafts.drop(at.request.actor, at.case["id"], CONFIRM)
    return redirect("web:suspension_receipt", number=at.case["number"])


def _page(at: Visit, *, refused: WorkflowError | AgencyError | None = None) -> HttpResponse:
    cut = about.cut_of(at.case)
    made, may = cut.get("state") == "executed", at.act(CONFIRM).allowed
    side = "second" if may else "waiting" if made else "first"
    context: dict[str, Any] = {
        "side": side,
        "key": at.request.POST.get("key") or str(new_id()),
        "refused": _said(at, refused) if refused else None,
        "progress": about.progress(3, 66 if not made else 83, _counted(made, cut)),
    }
    if side == "first":
        context |= _first(at)
    else:
        context |= _standing(at)
        context["entered"] = before_confirming(at.request.actor, at.case, CONFIRM)
        context["typed"] = _typed(at)
        context["why_not"] = at.act(CONFIRM).refusal
    return show(at, "confirm", context, status=refused.status if refused else 200)


def _first(at: Visit) -> dict[str, Any]:
    form, refusal = execution(at), None
    if at.keeps and at.steps.checked and not at.steps.lacking:
        try:
            doing.rehearse(form)
        except WorkflowError as met:
            refusal = met
    asks = not is_fresh(at.request.session)
    user = User.objects.get(pk=at.request.actor.user_id)
    return {
        "rows": shown.to_check(at.case, at.steps, at.now),
        "refusal": refusal,
        "incomplete": at.keeps and (not at.steps.checked or bool(at.steps.lacking)),
        "may": at.keeps,
        "why_not": at.act(EXECUTE).refusal if not at.keeps else None,
        "asks": asks,
        **(entrance.ways_to_prove(at.request, user) if asks and at.keeps else {}),
    }


def _standing(at: Visit) -> dict[str, Any]:
    code = codes.current(at.request.actor, at.case["id"], CONFIRM)
    people = shown.people(at.request, at.request.actor, at.case, code, at.now)
    follow = f"{reverse('web:suspension_state')}?case={at.case['number']}"
    receipt = reverse("web:suspension_receipt", args=[at.case["number"]])
    return {"people": people, "follow": follow, "receipt": receipt}


def _typed(at: Visit) -> dict[str, str]:
    post = at.request.POST
    fields = {name: post.get(f"f.{name}", "") for name in ("confirmed_at", "load_is_zero", "reading", "photo_reason")}
    return {**fields, "confirmed_at": fields["confirmed_at"] or local_input(at.now)}


def _said(at: Visit, refused: WorkflowError | AgencyError) -> dict[str, Any]:
    """The reason above the page; a page that was read before something changed says so."""
    fields = getattr(refused, "fields", {}) or {}
    if isinstance(refused, StepUpRequired):
        return {"text": gettext("办理前须再次确认身份：请填写密码或动态码"), "fields": []}
    lines = [{"anchor": f"i-{name}", "text": say(text)} for name, text in fields.items()]
    stale = isinstance(refused, StaleVersion)
    return {"text": say(refused.text), "article": getattr(refused, "article", ""), "fields": lines, "stale": stale}


def _counted(made: bool, cut: dict[str, Any]) -> str:  # noqa: FBT001 - the two facts it is told from
    return gettext("%(n)s / 2 人已确认") % {"n": int(made) + bool(cut.get("confirmed_at"))}


@page
def state(request: PageRequest) -> HttpResponse:
    """The two people, asked for by the page that waits: no sign of a person."""
    at = visit(request, request.GET.get("case", ""))
    return render(request, "web/phone/people.html", {"case": at.case, **_standing(at)})


@page
def code(request: PageRequest) -> HttpResponse:
    """Where the scanned code leads the second person: to the confirmation, on their own login."""
    typed, error, status = request.GET.get("code", ""), "", 200
    if request.method == "POST":
        typed = request.POST.get("code", "")
        try:
            found = redeem(typed, request.actor, now=clock.now())
        except WorkflowError as refused:
            error, status = say(refused.text), refused.status
        else:
            if found.action == CONFIRM:
                return redirect("web:suspension_confirm", number=found.number)
            return redirect("web:action", number=found.number, action=found.action)
    return shell(request, "code", {"code": typed[:20], "error": error}, status=status)


@page
def receipt(request: PageRequest, number: str) -> HttpResponse:
    """The number, what comes next, what was confirmed, and the next household."""
    at = visit(request, number)
    found = shown.receipt(request.actor, at.case, at.now)
    if found is None:
        raise NotVisible
    correct = at.act(Action.ATTACH_DOCUMENT.value)
    # What is on record is not changed: a correction is put beside it, with what proves it.
    page = reverse("web:action", args=[at.case["number"], correct.action])
    href = f"{page}?paper=correction" if correct.allowed else ""
    return show(at, "receipt", {"receipt": found, "correct": href})
