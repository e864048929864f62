"""Where the conditions for a cut are not met: the statement, as the act that it is."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from agencies.access.rates import UPLOADS, spend, spend_act
from cases.web import acting
from cases.web.acting import Form
from cases.web.acts import doing, files
from cases.web.pages import PageRequest, page
from cases.web.show.words import sentences
from cases.web.views.phone.frame import Visit, own, show, visit
from cases.workflow.drafts import services as drafts
from cases.workflow.errors import WorkflowError, from_refusal
from cases.workflow.onsite.steps import EXECUTE, INFEASIBLE
from cases.workflow.transitions import TRANSITIONS


@page
def statement(request: PageRequest, number: str) -> HttpResponse:
    """The lines that were answered with no, what was found, pictures of it; the case goes back to be determined."""
    at = visit(request, number)
    act = at.act(INFEASIBLE)
    if act.refusal is not None:
        raise from_refusal(act.refusal)
    form = acting.form_for(request, at.case, TRANSITIONS[INFEASIBLE])
    if request.method == "POST":
        return _sent(at, form)
    kept = drafts.load_shared(request.actor, at.case["id"], INFEASIBLE, now=at.now)
    form.data = {**(kept.data if kept else {}), **form.data}
    form.data.setdefault("items", at.steps.refused)
    return _page(at, form)


def _page(at: Visit, form: Form, *, status: int = 200, **more: Any) -> HttpResponse:
    return show(at, "statement", {**acting.context(form, **more), "names": at.steps.refused}, status=status)


def _sent(at: Visit, form: Form) -> HttpResponse:
    try:
        own(at.request)
        if at.request.FILES:
            spend(UPLOADS, str(at.request.actor.user_id))
        files.take_files(at.request, form)
        if at.request.POST.get("step") == "save":
            drafts.save(
                form.actor, at.case["id"], INFEASIBLE, form.data, version=form.version_number, now=at.now, shared=True
            )
            messages.success(at.request, gettext("草稿已保存，同组人员可以继续"))
            return redirect("web:suspension", number=at.case["number"])
        spend_act(INFEASIBLE, at.request.actor.user_id)
        result = doing.perform(form)
    except WorkflowError as refused:
        if refused.status == 404:
            raise
        stale = refused.status in (412, 428)
        more: dict[str, Any] = {"stale": acting.what_changed(form, refused)} if stale else {}
        if not stale:
            more = {"errors": refused.fields} if refused.fields else {"refusal": refused.refusal}
        return _page(at, form, status=refused.status, **more)
    for action in (INFEASIBLE, EXECUTE):
        drafts.drop(at.request.actor, at.case["id"], action)
    messages.success(at.request, sentences([gettext("说明已移交"), *acting.consequences(result)]))
    return redirect("web:case", number=result.number)
