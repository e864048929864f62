"""The steps of a run that people take: start, go on, throw away, review. Each is an event of the company."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from threading import Thread
from typing import Final
from uuid import UUID

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from agencies.actors import Actor
from agencies.vocabulary import Role
from audit.actions import Action
from audit.sight import working_as
from cases.billing.access import billing_post, find_run, note, post_for, reviewing_post
from cases.models.money import BillRun, BillRunRow
from cases.workflow.errors import GuardRefused, InvalidInput
from cases.workflow.view import Text

logger = logging.getLogger(__name__)
STATES = BillRun.State
WRONG: Final = Text("这一批现在不能办理此步，请刷新后再看。", "This step is not due for the run; look again.")
SAME_PERSON: Final = Text(
    "出账人不能复核自己出的账单，请由另一名复核人员办理。",
    "Whoever made the bills does not review them; somebody else does.",
)


def ring(run_id: UUID) -> None:
    """Ask a worker to go on, and wait for nobody."""
    Thread(target=_ring, args=(str(run_id),), name="bill-run-bell", daemon=True).start()


def _ring(run_id: str) -> None:
    try:
        current_app.send_task("cases.run_bills", [run_id], retry=False)
    except OperationalError:
        # It loses nothing: a sweep takes up runs that stand still.
        logger.warning("no worker could be rung for run %s", run_id)


@transaction.atomic
def start_run(*, actor: Actor, run_id: UUID, now: datetime) -> BillRun:
    """Begin billing, or go on with what was stopped; from then on the bills are this person's. Raises GuardRefused."""
    with working_as("bill_run"):
        run = _held(actor, run_id, STATES.READY, STATES.STOPPED)
        billing_post(actor, run.agency_id)
        if run.billed_at is not None:
            raise GuardRefused(WRONG, code="wrong_state")
        run.state, run.started_by_id, run.started_at, run.moved_at = STATES.BILLING, actor.user_id, now, now
        run.problem = ""
        run.save(update_fields=["state", "started_by", "started_at", "moved_at", "problem"])
        note(Action.BILL_RUN_STARTED, run, actor, now, Role.BILLING, {"done": run.rows_done})
    transaction.on_commit(lambda: ring(run_id))
    return run


@transaction.atomic
def discard_run(*, actor: Actor, run_id: UUID, now: datetime) -> BillRun:
    """Throw a run away that has made no bill; the same file may come again."""
    with working_as("bill_run"):
        run = _held(actor, run_id, STATES.READY)
        billing_post(actor, run.agency_id)
        run.state, run.moved_at = STATES.DISCARDED, now
        run.save(update_fields=["state", "moved_at"])
        note(Action.BILL_RUN_DISCARDED, run, actor, now, Role.BILLING)
    return run


@transaction.atomic
def review_run(
    *, actor: Actor, run_id: UUID, send_back: Iterable[int] = (), note_text: str = "", now: datetime
) -> BillRun:
    """Review all its bills: those of `send_back` (row numbers) are refused with the note, the others approved.

    Raises NotAllowed, GuardRefused (four eyes), InvalidInput (a row without a bill, a refusal without a reason).
    """
    with working_as("bill_run"):
        run = _held(actor, run_id, STATES.BILLED, STATES.STOPPED)
        reviewing_post(actor, run.agency_id)
        if run.billed_at is None:
            raise GuardRefused(WRONG, code="wrong_state")
        if actor.user_id == run.started_by_id:
            raise GuardRefused(SAME_PERSON, code="four_eyes")
        back = sorted(set(send_back))
        rows = BillRunRow.objects.filter(run_id=run.id, number__in=back).exclude(bill="")
        if rows.count() != len(back):
            raise InvalidInput(fields={"back": Text("所选行没有本批账单", "A chosen row has no bill of this run")})
        if back and not note_text.strip():
            raise InvalidInput(fields={"note": Text("退回账单须写明原因", "Say why the bills are sent back")})
        rows.filter(review="").update(review="to_send_back", review_says={"note": note_text.strip()[:400]})
        run.state, run.reviewed_by_id, run.moved_at, run.problem = STATES.REVIEWING, actor.user_id, now, ""
        run.review_started_at = run.review_started_at or now
        run.save(update_fields=["state", "reviewed_by", "review_started_at", "moved_at", "problem"])
        note(Action.BILL_RUN_REVIEW_STARTED, run, actor, now, Role.REVIEWER, {"sent_back": len(back)})
    transaction.on_commit(lambda: ring(run_id))
    return run


def open_steps(run: BillRun, actor: Actor) -> tuple[str, ...]:
    """The steps that this person may take now; each asks again when it is taken."""
    before, after = run.billed_at is None, run.billed_at is not None
    bills = post_for(actor, Role.BILLING, run.agency_id) is not None
    found = []
    if bills and _billable(run) and (run.state == STATES.READY or (run.state == STATES.STOPPED and before)):
        found.append("start")
    if bills and run.state == STATES.READY:
        found.append("discard")
    if awaits_review(run) and after and post_for(actor, Role.REVIEWER, run.agency_id) is not None:
        found.append("review" if actor.user_id != run.started_by_id else "reviewed_by_another")
    return tuple(found)


def _billable(run: BillRun) -> bool:
    """Some row of the file can be asked of its case."""
    return int(run.counts.get("unusable", 0)) < run.rows_total


def awaits_review(run: BillRun) -> bool:
    """All its bills are made, and nobody is reviewing them."""
    return run.state == STATES.BILLED or (run.state == STATES.STOPPED and run.billed_at is not None)


def _held(actor: Actor, run_id: UUID, *states: str) -> BillRun:
    """The run under its lock, in one of these states."""
    find_run(actor, run_id)
    run = BillRun.objects.select_for_update().get(id=run_id)
    if run.state not in states:
        raise GuardRefused(WRONG, code="wrong_state")
    return run
