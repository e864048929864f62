"""The draft of a form: kept on every way out that is not the act itself, offered when the person comes back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from django.http import QueryDict
from django.urls import Resolver404, resolve
from django.utils.translation import gettext

from agencies.actors import Actor, load_actor
from agencies.sight import seeing
from audit import clock
from cases.selectors.case import get_case
from cases.web import forms
from cases.web.acting import Form
from cases.web.acts.since import changed_since, told_since
from cases.web.show.due import clock_words
from cases.workflow import engine
from cases.workflow.drafts import services as drafts
from cases.workflow.drafts.services import Kept
from cases.workflow.errors import WorkflowError
from cases.workflow.onsite import steps as onsite
from cases.workflow.transitions import TRANSITIONS

# In the address: put the draft into the form.
TAKEN: Final = "draft"
# A crew has one draft of these, wherever one of it goes on: at the meter on a telephone, or at a desk.
CREW: Final = frozenset({onsite.EXECUTE, onsite.INFEASIBLE})


def take_up(form: Form, params: QueryDict) -> dict[str, Any] | None:
    """What the page says of a draft of this act, None where there is none; put into the form where that was asked.

    Where the act is closed to this person what was typed is shown in any case: it may be read and copied.
    """
    kept = _kept(form)
    if kept is None:
        return None
    taken = params.get(TAKEN) == "1" or form.refusal is not None
    if taken:
        form.data = {**form.data, **kept.data}
    form.beside = not taken
    return _said(form, kept, taken=taken)


def keep(form: Form) -> dict[str, Any] | None:
    """Keep what was typed; what the page says of it."""
    if form.refusal is not None and form.refusal.status == 403:
        return None  # not this person's to do: nobody comes back to it
    try:
        saved_at = _save(form)
    except WorkflowError:
        return None  # too large for a draft; the form itself still has it
    return {"saved": clock_words(saved_at, form.now)} if saved_at else None


def _save(form: Form) -> datetime | None:
    action, case = form.transition.action.value, _case(form)
    if case and action == onsite.EXECUTE:
        return _onto_the_steps(form, case)
    crew = action in CREW
    kept = _kept(form) if crew or form.beside else None
    data = _onto(form, kept.data) if kept and _typed(form) else form.data
    return drafts.save(form.actor, case, action, data, version=form.version_number, now=form.now, shared=crew)


def _onto_the_steps(form: Form, case: str) -> datetime | None:
    """What is typed at a desk goes to what the crew has on its telephones, in its turn."""
    if not _typed(form):
        return None

    def put(data: dict[str, Any]) -> None:
        data.update(_onto(form, data))

    return onsite.change(form.actor, case, None, put, version=form.version_number, now=form.now).saved_at


def _onto(form: Form, kept: Mapping[str, Any]) -> dict[str, Any]:
    """What is typed now over what was kept; files stand beside each other."""
    files = [field.name for field in form.transition.inputs if field.kind == "attachments"]
    both = {name: [*dict.fromkeys([*kept.get(name, ()), *form.data.get(name, ())])] for name in files}
    return {**kept, **form.data, **{name: ids for name, ids in both.items() if ids}}


def _typed(form: Form) -> bool:
    """Whether anything stands in the form but what the page chose."""
    return any(value not in (None, "", [], {}) for name, value in form.data.items() if name not in drafts.GIVEN)


def _kept(form: Form) -> Kept | None:
    action, case = form.transition.action.value, _case(form)
    if case and action in CREW:
        return drafts.load_shared(form.actor, case, action, now=form.now)
    return drafts.load(form.actor, case, action, now=form.now)


def drop(form: Form) -> None:
    """The act is done."""
    drafts.drop(form.actor, _case(form), form.transition.action.value)


def give_up(form: Form) -> None:
    drafts.give_up(form.actor, _case(form), form.transition.action.value)


def keep_carried(user_id: int, target: str, carried: list[tuple[str, str]]) -> None:
    """Keep what was carried through the login, should the person not go back to the form at once."""
    actor = load_actor(user_id)
    with seeing(actor):
        form = _form_of(actor, target, carried)
        if form is not None:
            keep(form)


def _form_of(actor: Actor, target: str, carried: list[tuple[str, str]]) -> Form | None:
    """The form at this address with what was typed into it; None where the address is no form of an act."""
    try:
        match = resolve(urlsplit(target).path)
    except Resolver404:
        return None
    action = {"action": match.kwargs.get("action", ""), "open_case": engine.OPEN_CASE}.get(match.url_name or "", "")
    if action not in TRANSITIONS:
        return None
    case = get_case(actor, match.kwargs["number"]) if match.url_name == "action" else None
    if match.url_name == "action" and case is None:
        return None
    form = Form(actor, case, TRANSITIONS[action], clock.now())
    post = QueryDict(mutable=True)
    for name, value in carried:
        post.appendlist(name, value)
    form.data, form.version = forms.read(form.transition.inputs, post), post.get("version", "")
    form.beside = post.get("beside") == "1"
    return form


def _said(form: Form, kept: Kept, *, taken: bool) -> dict[str, Any]:
    said = {"at": clock_words(kept.saved_at, form.now), "who": kept.name}
    text = gettext("已载入 %(at)s 保存的草稿") if taken else gettext("草稿已于 %(at)s 保存，尚未办理")
    return {
        "text": (text if kept.own else gettext("草稿 %(at)s 由 %(who)s 保存，你可以继续。")) % said,
        "taken": taken,
        "own": kept.own,
        "changes": changed_since(form.actor, form.case, kept.version),
        "told": told_since(form.actor, form.case, kept.version, form.now),
    }


def _case(form: Form) -> str | None:
    return form.case["id"] if form.case else None
