"""The act behind a form: rehearsed, so that what it would do can be read, and done."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from agencies.directory import get_directory
from cases.web.acting import Form
from cases.workflow import engine
from cases.workflow.deciding.decision import decide, related_case
from cases.workflow.deciding.loading import load_case
from cases.workflow.deciding.opening import decide_opening
from cases.workflow.errors import PreconditionRequired


def rehearse(form: Form) -> dict[str, Any]:
    """What the act would do if it were confirmed now; raises the refusal it would meet. Nothing stays written."""
    with transaction.atomic():
        body = _rehearsed(form)
        # Deciding draws a document number; a rehearsal gives it back.
        transaction.set_rollback(True)
    return body


def _rehearsed(form: Form) -> dict[str, Any]:
    related = related_case(form.transition, form.data)
    other = load_case(related, form.actor.user_id, lock=False) if related else None
    if form.case is None:
        return decide_opening(form.transition, form.actor, get_directory(), form.data, 0, form.now, related=other).body
    loaded = load_case(form.case["id"], form.actor.user_id, lock=False)
    if loaded.view is not None and form.version_number not in (None, loaded.view.version):
        raise engine.stale(loaded.view, form.version_number or 0, form.actor)
    return decide(form.transition, loaded, form.data, form.now, related=other)[0].body


def perform(form: Form) -> engine.Result:
    """Do it. The version and the key of the form make sure that it is done on what was read, and once."""
    if form.case is not None and form.version_number is None:
        raise PreconditionRequired
    return engine.perform(
        case_id=form.case["id"] if form.case else None,
        action=form.transition.action.value,
        actor=form.actor,
        data=form.data,
        expected_version=form.version_number,
        idempotency_key=form.key or None,
        now=form.now,
    )
