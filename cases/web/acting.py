"""Behind the check-and-confirm page: what the form holds, a rehearsal of the act, the act, and what it led to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from agencies.actors import Actor
from agencies.digits import from_digits
from agencies.directory import get_directory
from audit import clock
from audit.ids import new_id
from cases.documents.attachments import AT_ONCE, MAX_BYTES
from cases.documents.uploads import CONTENT_TYPES
from cases.policy.law import in_force
from cases.selectors.attachments import list_attachments
from cases.selectors.paging import Row
from cases.web import forms
from cases.web.acts.since import acts_since, named, overtaken, told_since
from cases.web.offers import offers
from cases.web.pages import PageRequest
from cases.web.show import case as case_page
from cases.web.show import measures, simulation, words
from cases.web.show.law import cut
from cases.web.show.words import say
from cases.workflow import engine
from cases.workflow.actions import Action
from cases.workflow.deciding.available import available_actions
from cases.workflow.errors import IdempotencyConflict, PreconditionRequired, StaleVersion, WorkflowError
from cases.workflow.fields import Transition
from cases.workflow.task_kinds import KINDS
from cases.workflow.view import Refusal


@dataclass(slots=True)
class Form:
    """One act under way: whose, on what, what was typed, on which version it rests, under which key it is sent."""

    actor: Actor
    case: Row | None
    transition: Transition
    now: datetime
    data: dict[str, Any] = field(default_factory=dict)
    version: str = ""
    key: str = ""
    refusal: Refusal | None = None
    tasks: tuple[str, ...] = ()
    # An earlier draft was offered on this page and not put in: what is typed beside it does not take its place.
    beside: bool = False

    @property
    def version_number(self) -> int | None:
        return from_digits(self.version)


def form_for(request: PageRequest, case: Row | None, transition: Transition) -> Form:
    """The form as it was sent, or a fresh one with the case's present version and a new key."""
    form = Form(request.actor, case, transition, clock.now())
    if case is not None:
        acts = available_actions(case_id=case["id"], actor=request.actor, now=form.now)
        mine = next(act for act in acts if act.action == transition.action.value)
        form.refusal, form.tasks = mine.refusal, mine.tasks
    if request.method == "POST":
        form.data = forms.read(transition.inputs, request.POST)
        form.version, form.key = request.POST.get("version", ""), request.POST.get("key", "")
        form.beside = request.POST.get("beside") == "1"
    else:
        form.version, form.key = str(case["version"]) if case else "", str(new_id())
        tasks = [t for t in form.tasks if t == request.GET.get("task") or len(form.tasks) == 1]
        form.data |= {"task": tasks[0]} if tasks else {}
        if transition.action == Action.REVEAL_PERSONAL_DATA:  # the link beside a masked value names it
            form.data["items"] = request.GET.getlist("items")
        elif transition.action == Action.MERGE_CASE:  # that of the comparison of two cases names the other
            form.data |= {name: request.GET[name] for name in ("survivor", "reason_code") if name in request.GET}
        elif transition.action == Action.ATTACH_DOCUMENT and "paper" in request.GET:  # that of a receipt: a correction
            form.data["paper"] = request.GET["paper"]
    return form


def what_changed(form: Form, refused: WorkflowError) -> dict[str, Any]:
    """What others did since the form was opened; the form goes on with the present version and a new key."""
    since, text = form.version_number, say(refused.text)
    if isinstance(refused, IdempotencyConflict):
        text = gettext("这一页先前已提交办理过，这次改动的内容尚未提交")
    elif isinstance(refused, PreconditionRequired):
        text = gettext("这一页不完整，内容尚未提交")
    form.key = str(new_id())
    if form.case is None:
        return {"text": text, "changes": ""}
    form.version = str(form.case["version"])
    found = acts_since(form.actor, form.case, since or 0)
    by_others = any(row["actor"] is None or row["actor"]["id"] != form.actor.user_id for row in found)
    if isinstance(refused, StaleVersion) and (form.refusal or not by_others):
        # The engine's own sentence speaks of others and of submitting again.
        text = gettext("你打开这一页以后，这件案件已有变更，你的内容没有提交")
    elif isinstance(refused, StaleVersion):
        text = overtaken(found, form.actor.user_id, form.now) or text
    told = told_since(form.actor, form.case, since, form.now) if found else []
    return {"text": text, "changes": named(found) if since is not None else "", "told": told}


def context(
    form: Form,
    *,
    errors: Mapping[str, Any] | None = None,
    refusal: Refusal | None = None,
    stale: dict[str, Any] | None = None,
    extra_row: str = "",
) -> dict[str, Any]:
    """The page to fill in. A refusal known before anything was typed closes the form."""
    shown = refusal or form.refusal
    drawn = forms.draw(
        form.transition.inputs,
        form.data,
        errors=errors or {},
        options=offers(form.actor, form.case, form.tasks),
        files=files_of(form),
        extra_row=extra_row,
    )
    listed = [
        {"anchor": forms.anchor(forms.PREFIX + name), "text": _placed(name, text)}
        for name, text in (errors or {}).items()
    ]
    return {
        **_about(form),
        "form": {
            "sealed": any(item.sealed for item in drawn),
            "asks": any(item.widget != "hidden" for item in drawn),
            "fields": drawn,
            "errors": listed,
            **_carried(form),
        },
        "refusal": shown,
        "wanted": _wanted(form, shown),
        "stale": stale,
        "open": form.refusal is None,
        "kept": _kept(form) if form.refusal else [],
        "can_simulate": form.transition.action in simulation.NEEDS,
        "simulation": simulation.shown(form.transition, form.data, form.case, _today(form)),
    }


def _carried(form: Form) -> dict[str, Any]:
    """What each page of the form hands on to the next."""
    return {"key": form.key, "version": form.version, "beside": form.beside}


def _kept(form: Form) -> list[dict[str, Any]]:
    """What was typed on an act that can no longer be done here, to read and to copy."""
    inputs = [f for f in form.transition.inputs if f.kind != "task"]
    return forms.summary(inputs, form.data, offers(form.actor, form.case, form.tasks), files_of(form))


def _wanted(form: Form, refusal: Refusal | None) -> list[dict[str, str]]:
    """What would remove the refusal and can be given on this very page, each with a link to its field."""
    if refusal is None or form.refusal is not None:
        return []
    labels = {field.name: field.label for field in form.transition.inputs}
    return [
        {"text": say(labels[name]), "anchor": forms.anchor(forms.PREFIX + name)}
        for name in refusal.missing
        if name in labels
    ]


def _placed(name: str, text: Any) -> str:
    """An error of the summary; one inside a list says in which row."""
    row = re.search(r"\[(\d+)\]", name)
    return gettext("第 %(n)s 行：%(text)s") % {"n": int(row[1]) + 1, "text": say(text)} if row else say(text)


def check_context(form: Form, foreseen: Mapping[str, Any]) -> dict[str, Any]:
    """The page to check: everything filled in, in words, and what it will lead to."""
    inputs = form.transition.inputs
    after = []
    if foreseen.get("to") and foreseen["to"] != foreseen.get("from"):
        after.append(gettext("进入 %(stage)s") % {"stage": say(words.STAGES[foreseen["to"]].text)})
    after += [_handed(task) for task in foreseen.get("open", ())]
    after += measures.simulated(foreseen.get("set") or {})
    return {
        **_about(form),
        "form": {"hidden": forms.hidden(inputs, form.data), **_carried(form)},
        "summary": forms.summary(inputs, form.data, offers(form.actor, form.case, form.tasks), files_of(form)),
        "after": after,
    }


def consequences(result: engine.Result) -> list[str]:
    """What the act led to, for the message after it."""
    said = [_handed(task) for task in result.opened]
    if result.document_number:
        said.insert(0, gettext("文号 %(number)s") % {"number": result.document_number})
    return [*said, gettext("回执 %(leaf)s") % {"leaf": result.leaf[:12]}]


def _handed(task: Mapping[str, Any]) -> str:
    ref = get_directory().by_id.get(task.get("unit") or task["agency"])
    who = {"agency": ref.short_name if ref else "", "task": say(KINDS[task["kind"]].label)}
    return gettext("交办 %(agency)s“%(task)s”") % who


def _about(form: Form) -> dict[str, Any]:
    case = form.case
    return {
        "act": {
            "label": form.transition.label,
            "one_way": form.transition.one_way,
            "action": form.transition.action.value,
        },
        "case": case_page.heading(case) if case else None,
        "tasks": [case_page.task_row(t, form.now, case["region"]["code"]) for t in case["tasks"]] if case else [],
        "decision": measures.decision(case["facts"]) if case else [],
        "cut_warnings": cut.warnings(case["facts"]) if case else [],
        "entered": cut.before_confirming(form.actor, case, form.transition.action.value) if case else [],
        "basis": _basis(form),
        "back": reverse("web:case", args=[case["number"]]) if case else reverse("web:cases"),
        "keep_at": _keep_at(form),
        "upload": _upload(form),
    }


def _keep_at(form: Form) -> str:
    """Where the page saves a draft by itself."""
    if form.case is None:
        return reverse("web:keep_opening")
    return reverse("web:keep_draft", args=[form.case["number"], form.transition.action.value])


def _upload(form: Form) -> dict[str, Any] | None:
    """Where the page sends a file by itself, and what is said before of files; None where a form takes none."""
    if form.case is None or not forms.upload_names(form.transition.inputs):
        return None
    return {
        "at": reverse("web:act_file", args=[form.case["number"], form.transition.action.value]),
        "limit": MAX_BYTES,
        "mb": MAX_BYTES // 1024 // 1024,
        "all_mb": AT_ONCE * MAX_BYTES // 1024 // 1024,
        "endings": words.listed(sorted(ending.upper().strip(".") for ending in CONTENT_TYPES)),
    }


def _basis(form: Form) -> list[str]:
    """The articles of the table's row as they are cited today where the case lies."""
    found = [in_force(key, _today(form), _region(form)) for key in form.transition.basis]
    return [basis.cite() for basis in found if basis]


def _region(form: Form) -> str:
    return form.case["region"]["code"] if form.case else ""


def _today(form: Form) -> date:
    return timezone.localtime(form.now).date()


def files_of(form: Form) -> dict[str, Row]:
    """The files of the case by their id."""
    return {row["id"]: row for row in list_attachments(form.actor, form.case["id"])} if form.case else {}
