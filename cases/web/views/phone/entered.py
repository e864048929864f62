"""What the forms of the steps held, and the acts and files that follow from them."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import QueryDict

from cases.web import forms
from cases.web.acting import Form
from cases.web.acts import doing
from cases.web.show.phone.steps import SLOTS
from cases.web.show.phone.task import cut_of, given_today
from cases.web.views.phone.frame import Visit, token
from cases.workflow.actions import Action
from cases.workflow.errors import InvalidInput, WorkflowError
from cases.workflow.onsite.steps import EXECUTE, ITEMS
from cases.workflow.onsite.taking import take_photo
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import Text

# Typed in the second step; the pictures come beside it.
TYPED: Final = ("executed_at", "reading", "multiplier", "seal_no", "devices", "photo_reason", "note")
LONGEST: Final = 2000


def checks_in(post: QueryDict) -> dict[str, Any]:
    """The answered lines, and the second notice as it was typed."""
    lines = {item: post.get(forms.PREFIX + item, "") for item in ITEMS}
    notice = {name: post.get(f"n.{name}", "").strip()[:40] for name in ("given_at", "method", "recipient")}
    return {"lines": {k: v for k, v in lines.items() if v in ("true", "false")}, "notice": notice}


def photo_in(post: QueryDict) -> dict[str, Any]:
    return {
        "fields": {name: post.get(forms.PREFIX + name, "").strip()[:LONGEST] for name in TYPED},
        "dead": post.get("dead") == "1",
    }


def second_notice(at: Visit, typed: dict[str, str]) -> None:
    """Give the second notice as the act that it is, where today's is not given yet and one was typed.

    Raises WorkflowError. Under the id of the step, so that a step that is sent again gives it once.
    """
    if not typed["method"] or given_today(cut_of(at.case), at.now):
        return
    row = TRANSITIONS[Action.GIVE_FINAL_NOTICE]
    form = Form(at.request.actor, at.case, row, at.now)
    form.data = {name: value for name, value in typed.items() if value}
    form.version, form.key = str(at.case["version"]), f"{token(at.request)}-notice"
    try:
        doing.perform(form)
    except WorkflowError as refused:
        if refused.fields:
            raise InvalidInput(fields={f"n.{name}": text for name, text in refused.fields.items()}) from refused
        raise


def pictures_in(at: Visit) -> dict[str, Text]:
    """Take the pictures that came with the page; what was wrong with each that was not taken."""
    problems = {}
    for slot, _, _ in SLOTS:
        for upload in at.request.FILES.getlist(f"p.{slot}"):
            try:
                file_id = UUID(at.request.POST.get(f"p.{slot}.id", ""))
                take_photo(at.request.actor, at.case, file_id, upload, slot=slot, place=None, now=at.now)
            except ValueError:
                problems[slot] = Text(
                    "这一页不完整，照片没有保存。请重选。", "This page is not whole; choose the picture again."
                )
            except WorkflowError as refused:
                problems[slot] = refused.text
    return problems


def execution(at: Visit) -> Form:
    """The act 实施停电 with what the steps hold, on the version and under the key of the page."""
    form = Form(at.request.actor, at.case, TRANSITIONS[EXECUTE], at.now)
    form.data = {name: value for name, value in at.steps.act.items() if value not in ("", [], None)}
    act = at.act(EXECUTE)
    form.refusal, form.tasks = act.refusal, act.tasks
    if len(act.tasks) == 1:
        form.data["task"] = act.tasks[0]
    form.version = at.request.POST.get("version", "") or str(at.case["version"])
    form.key = at.request.POST.get("key", "")
    return form
