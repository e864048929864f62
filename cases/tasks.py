"""Work for the Celery workers. Tasks take ids, load, and call one service; what is owed stands in the database."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from celery import shared_task
from django.db.models import Q

from agencies.actors import Actor, NoSuchActor, load_actor, system_actor
from agencies.directory import get_directory
from audit import clock
from audit.log import EventActor
from audit.sight import working_as
from cases.billing.runs import working
from cases.calendar.loading import load_calendar
from cases.calendar.warning import warn_of_missing
from cases.intake.feedback.services import draw_version, standing_still
from cases.intake.receiving import check_sender
from cases.intake.services import process_list
from cases.intake.steps.preview import is_reading, run_preview
from cases.intake.tips import placing
from cases.intake.uploads.finishing import discard_expired
from cases.models import ListBatch
from cases.models.money import BillRun
from cases.oversight.trail import verifying
from cases.reporting.drawing import draw_version as draw_report_version
from cases.reporting.plan import sweep
from cases.retention import acts as retention
from cases.retention import lists, provisions
from cases.retention import tips as reporters
from cases.selectors.counters import fold_task_counters
from cases.workflow.clockwork import lapsing
from cases.workflow.clockwork.escalating import escalate
from cases.workflow.clockwork.recounting import recount
from cases.workflow.drafts import services as drafts
from cases.workflow.errors import NotAllowed
from cases.workflow.many import working as many
from cases.workflow.second import codes

logger = logging.getLogger(__name__)

# Below the time limit of all tasks: a long list is worked on in turns.
TURN_SECONDS = 120.0
STANDSTILL = timedelta(minutes=5)
# A version is drawn up at one moment, hence in one go: of a list of a million rows in some minutes. The broker may hand
# its message out again meanwhile; who is rung a second time sees that somebody is at it.
DRAWING_SECONDS = 3600


@shared_task(name="cases.import_batch")
@working_as("intake")
def import_batch(batch_id: str) -> None:
    """Work on a received list for one turn, and ask for another while it is not done; a preview is read likewise."""
    batch = ListBatch.objects.get(id=batch_id)
    if is_reading(batch):
        if is_reading(run_preview(batch.id, budget_seconds=TURN_SECONDS)):
            import_batch.delay(batch_id)
        return
    summary = process_list(batch_id=batch.id, actor=_sender(batch), now=clock.now(), budget_seconds=TURN_SECONDS)
    if summary.state in (ListBatch.State.RECEIVED, ListBatch.State.IMPORTING):
        import_batch.delay(batch_id)


def _sender(batch: ListBatch) -> Actor:
    """Whoever sent the list. It was accepted: when that person may no longer send, the system goes on with it."""
    try:
        sender = load_actor(batch.received_by_id)
        check_sender(sender, get_directory().by_id[batch.agency_id])
    except (NoSuchActor, NotAllowed):
        return system_actor()
    return sender


@shared_task(name="cases.resume_imports")
@working_as("intake")
def resume_imports() -> None:
    """Take up lists that stand still, whatever became of the message or the worker that had them."""
    unfinished = Q(state__in=(ListBatch.State.RECEIVED, ListBatch.State.IMPORTING))
    unread = Q(state=ListBatch.State.PREVIEW, preview__finished=False)
    stuck = ListBatch.objects.filter(unfinished | unread, moved_at__lt=clock.now() - STANDSTILL)
    for batch_id in stuck.values_list("id", flat=True):
        import_batch.delay(str(batch_id))


@shared_task(name="cases.discard_uploads")
@working_as("uploads")
def discard_uploads() -> None:
    """Throw away lists that were sent in part and not finished within their day."""
    discard_expired(clock.now())


@shared_task(name="cases.draw_feedback", time_limit=DRAWING_SECONDS)
@working_as("feedback")
def draw_feedback(version_id: str) -> None:
    """Draw up one version of the feedback to the issuer of a list; a second worker that is rung for it does nothing."""
    draw_version(version_id, clock.now())


@shared_task(name="cases.resume_feedback")
@working_as("feedback")
def resume_feedback() -> None:
    """Take up versions that stand still, whatever became of the message or the worker that had them."""
    for version_id in standing_still(clock.now()):
        draw_feedback.delay(str(version_id))


@shared_task(name="cases.run_bills")
@working_as("bill_run")
def run_bills(run_id: str) -> None:
    """Go on with a run of bills, or with its review, for one turn, and ask for another while it is not done."""
    if working.work(run_id, budget_seconds=TURN_SECONDS).state in working.WORKING:
        run_bills.delay(run_id)


@shared_task(name="cases.resume_bill_runs")
@working_as("bill_run")
def resume_bill_runs() -> None:
    """Take up runs that stand still, whatever became of the message or the worker that had them."""
    stuck = BillRun.objects.filter(state__in=working.WORKING, moved_at__lt=clock.now() - STANDSTILL)
    for run_id in stuck.values_list("id", flat=True):
        run_bills.delay(str(run_id))


@shared_task(name="cases.run_bulk")
@working_as("bulk_run")
def run_bulk(run_id: str) -> None:
    """Go on with an act on many cases, or with its preview, for one turn, and ask for another while it is not done."""
    if many.work(run_id, budget_seconds=TURN_SECONDS).state in many.WORKING:
        run_bulk.delay(run_id)


@shared_task(name="cases.resume_bulk_runs")
@working_as("bulk_run")
def resume_bulk_runs() -> None:
    """Take up runs that stand still, whatever became of the message or the worker; give up what nobody confirms."""
    for run_id in many.sweep(clock.now(), STANDSTILL):
        run_bulk.delay(str(run_id))


@shared_task(name="cases.draw_report", time_limit=DRAWING_SECONDS)
@working_as("reports")
def draw_report(version_id: str) -> None:
    """Draw up one version of a report; a second worker that is rung for it does nothing."""
    draw_report_version(version_id, clock.now())


@shared_task(name="cases.sweep_reports")
@working_as("reports")
def sweep_reports() -> None:
    """Begin the reports that are due, and take up those that stand still; whatever was missed is made up."""
    for version_id in sweep(clock.now(), STANDSTILL):
        draw_report.delay(version_id)


@shared_task(name="cases.fold_counters")
@working_as("counters")
def fold_counters() -> None:
    """Keep totals a sum over a handful of rows; they are exact with or without it."""
    fold_task_counters()


@shared_task(name="cases.propose_erasures")
@working_as("retention")
def propose_erasures() -> None:
    """Put down the closed cases whose personal data have become due to go; people decide.

    Rows of lists that led to no case go at once, and so do the reporters of tips that are done with, drafts of acts
    that nobody did and codes that are over.
    """
    now = clock.now()
    retention.propose(now)
    lists.erase_lists(now)
    reporters.erase_reporters(now)
    drafts.discard_expired(now)
    codes.discard_expired(now)


@shared_task(name="cases.place_tips")
@working_as("tips")
def place_tips() -> None:
    """Make rows of the tips that wait, whether somebody rang or not."""
    placing.place(clock.now())


@shared_task(name="cases.note_provisions")
@working_as("provisions")
def note_provisions() -> None:
    """Write the register's lines for what the product itself handed to other agencies."""
    provisions.generate(clock.now())


@shared_task(name="cases.close_missed_windows")
@working_as("windows")
def close_missed_windows() -> None:
    """Close the windows of cuts that nobody made: the notice goes back to be served anew."""
    lapsing.close_missed_windows(clock.now())


@shared_task(name="cases.escalate_deadlines")
@working_as("escalation")
def escalate_deadlines() -> None:
    """Fire every step of an open deadline that has fallen due; what this turn leaves, the next one finds."""
    escalate(now=clock.now(), budget_seconds=TURN_SECONDS)


@shared_task(name="cases.watch_calendar")
@working_as("calendar")
def watch_calendar() -> None:
    """Take up the plan of a new year, which comes with a release, and warn while the next one is missing."""
    loading = load_calendar(now=clock.now(), budget_seconds=TURN_SECONDS)
    if loading.missing is not None:
        warn_of_missing(loading.missing, clock.now())
        logger.warning("no holiday plan for %s: deadlines that reach it are provisional", loading.missing)


@shared_task(name="cases.recount_deadlines")
@working_as("calendar")
def recount_deadlines() -> None:
    """Count open deadlines again where the calendar changed, for one turn; rung for by a change, found by the sweep."""
    if recount(now=clock.now(), budget_seconds=TURN_SECONDS).left:
        recount_deadlines.delay()


@shared_task(name="cases.verify_trail", time_limit=DRAWING_SECONDS)
@working_as("verifier")
def verify_trail(job_id: str = "", who: dict[str, Any] | None = None) -> None:
    """Verify the whole trail and keep what was found: by plan every night, or for somebody who waits for it."""
    if job_id and who is not None:
        verifying.run(job_id, EventActor(**who))
    else:
        verifying.run_by_plan()
