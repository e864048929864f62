"""The life of a version: asked for, drawn up by a worker, checked, sent; each step an event of the answering agency."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Thread
from typing import Any, Final
from uuid import UUID

from celery import current_app
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Max
from kombu.exceptions import OperationalError

from agencies.actors import Actor
from agencies.authority import event_actor
from agencies.directory import get_directory
from audit.actions import Action
from audit.log import EventActor
from audit.services import record
from audit.sight import working_as
from cases.intake.feedback.access import answering_agency, answering_post, check_answering
from cases.intake.feedback.checking import check_document, what_is_missing
from cases.intake.feedback.drawing import Drawn, Incomplete, Progress, TooWide, one_moment, write_version
from cases.intake.feedback.results import feedback_due
from cases.intake.lists.sentences import NotAList
from cases.models import Feedback, ListBatch
from cases.models.feedback import lock_answers
from cases.models.sealing import CannotOpen
from cases.workflow.errors import GuardRefused
from cases.workflow.view import Text

logger = logging.getLogger(__name__)

STATES = Feedback.State
STANDSTILL: Final = timedelta(minutes=5)
_PROBLEMS: Final = {
    Incomplete: "incomplete",
    TooWide: "too_wide",
    CannotOpen: "cannot_open",
    NotAList: "unreadable",
}
NOT_DONE: Final = Text(
    "名单尚未导入完成，不能生成反馈；请待导入完成后再办理。",
    "The list is not imported yet; draw the feedback up when it is.",
)
WITHDRAWN: Final = Text(
    "名单已撤回，不再反馈；名单有误的，请导入更正后的名单。",
    "The list was withdrawn and is not answered any more; import the right one.",
)
WRONG_STATE: Final = {
    STATES.DRAWING: Text("这一版正在生成，请稍后再办理。", "This version is being drawn up; try again in a moment."),
    STATES.FAILED: Text("这一版未能生成，请重新生成。", "This version could not be drawn up; draw it up again."),
    STATES.DRAWN: Text("这一版尚未核对，请先核对。", "This version was not checked yet; check it first."),
    STATES.CHECKED: Text("这一版已经核对。", "This version is checked already."),
    STATES.SENT: Text(
        "这一版已经报送，不再改动；如有补充或更正，请生成新的一版。",
        "This version was sent and does not change; draw up a new one to add or correct something.",
    ),
}
ERASED: Final = Text(
    "名单中有行的个人信息已按期清除，这一版的反馈表随之清除；请重新生成后再办理。",
    "Personal data of rows of the list were erased, and the workbook of this version with them; draw it up again.",
)


def ring(version: Feedback) -> None:
    """Ask a worker to draw it up, and wait for nobody."""
    Thread(target=_ring, args=(str(version.id),), name="feedback-bell", daemon=True).start()


def _ring(version_id: str) -> None:
    try:
        current_app.send_task("cases.draw_feedback", [version_id], retry=False)
    except OperationalError:
        # It loses nothing: a sweep takes up versions that stand still.
        logger.warning("no worker could be rung for feedback %s", version_id)


def rows_so_far(version: Feedback) -> int:
    """How many rows of a version that is being drawn up are done, as far as is known."""
    return int(cache.get(_key(version)) or 0)


def _key(version: Feedback) -> str:
    return f"feedback/{version.id}/{version.started_at.isoformat()}"


def ask_for(*, actor: Actor, batch: ListBatch, now: datetime) -> Feedback:
    """Begin the next version, or anew the one that was not sent yet. Raises NotAllowed, GuardRefused.

    The version that is being drawn up at this moment is handed back as it is.
    """
    check_answering(actor, batch)
    agency = answering_agency(batch)
    if batch.state == ListBatch.State.WITHDRAWN:
        raise GuardRefused(WITHDRAWN, code="list_withdrawn")
    if batch.state != ListBatch.State.DONE:
        raise GuardRefused(NOT_DONE, code="import_not_done")
    with working_as("feedback"), transaction.atomic():
        # Whoever asks for the same list at the same moment waits here, and then finds the version that was begun.
        lock_answers(batch.id)
        versions = Feedback.objects.filter(batch_id=batch.id)
        version, fresh = versions.exclude(state=STATES.SENT).first(), False
        if version is not None and version.state == STATES.DRAWING:
            return version
        sent = versions.filter(state=STATES.SENT).order_by("number").last()
        if version is None:
            number = (versions.aggregate(last=Max("number"))["last"] or 0) + 1
            version = Feedback(batch_id=batch.id, number=number, agency_id=agency.id)
            fresh = True
        _begin(version, batch, actor, sent, now)
        version.save(force_insert=fresh, update_fields=None if fresh else _DRAWN)
    return version


def _begin(version: Feedback, batch: ListBatch, actor: Actor, sent: Feedback | None, now: datetime) -> None:
    version.state, version.problem, version.started_at = STATES.DRAWING, "", now
    version.drawn_by_id, version.drawn_at, version.previous = actor.user_id, None, sent
    version.checked_by, version.checked_at, version.erased_at = None, None, None
    version.due_on, version.sha256, version.size, version.counts = feedback_due(batch), "", 0, {}
    version.rows = version.answered = version.unanswered = version.overdue = 0


_DRAWN: Final = (
    *("state", "problem", "started_at", "drawn_by", "drawn_at", "previous", "checked_by", "checked_at", "erased_at"),
    *("due_on", "sha256", "size", "counts", "rows", "answered", "unanswered", "overdue"),
)


@working_as("feedback")
def draw_version(version_id: UUID | str, now: datetime, progress: Progress | None = None) -> Feedback:
    """Draw it up, unless somebody else is at it or did it. What went with an erasure meanwhile is drawn up again."""
    while True:
        version = Feedback.objects.select_related("batch", "agency", "previous").get(id=version_id)
        if version.state != STATES.DRAWING:
            return version
        try:
            with one_moment():
                if not _alone(version):
                    return version
                drawn = write_version(version, version.batch, version.started_at, _telling(version, progress))
        except (Incomplete, TooWide, CannotOpen, NotAList) as problem:
            logger.warning("feedback %s could not be drawn up: %s", version.id, type(problem).__name__)
            return _failed(version, _PROBLEMS[type(problem)])
        if (done := _finish(version, drawn, now)) is not None:
            return done


def standing_still(now: datetime) -> list[UUID]:
    """Versions that should have been drawn up by now; the one that somebody is still at is among them."""
    late = Feedback.objects.filter(state=STATES.DRAWING, started_at__lt=now - STANDSTILL)
    return list(late.values_list("id", flat=True))


def _telling(version: Feedback, progress: Progress | None) -> Progress:
    def tell(rows: int) -> None:
        cache.set(_key(version), rows, 3600)
        if progress is not None:
            progress(rows)

    return tell


def _alone(version: Feedback) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"drawing/{version.id}"])
        return bool(cursor.fetchone()[0])


@transaction.atomic
def _failed(version: Feedback, problem: str) -> Feedback:
    held = Feedback.objects.select_for_update().get(id=version.id)
    if held.state == STATES.DRAWING:
        held.state, held.problem = STATES.FAILED, problem
        held.save(update_fields=["state", "problem"])
    return held


@transaction.atomic
def _finish(version: Feedback, drawn: Drawn, now: datetime) -> Feedback | None:
    """Mark what was written; None: personal data of the list went meanwhile, and it has to be drawn up again."""
    held = Feedback.objects.select_for_update().get(id=version.id)
    if held.state != STATES.DRAWING:
        return held
    if held.erased_at is not None:
        held.erased_at = None
        held.save(update_fields=["erased_at"])
        return None
    held.state, held.drawn_at = STATES.DRAWN, now
    held.rows, held.answered, held.unanswered = drawn.rows, drawn.answered, drawn.rows - drawn.answered
    held.overdue, held.counts, held.sha256, held.size = drawn.overdue, drawn.counts, drawn.sha256, drawn.size
    held.save(update_fields=_DRAWN)
    drawer = EventActor(held.drawn_by_id, held.drawn_by.username, held.agency_id)
    _tell(Action.FEEDBACK_DRAWN, held, drawer, now)
    return held


def check_version(*, actor: Actor, version: Feedback, now: datetime) -> Feedback:
    """Check that every row is in it and that the file is the one that was drawn up. Raises NotAllowed, GuardRefused."""
    check_answering(actor, version.batch)
    with working_as("feedback"), transaction.atomic():
        held = _held(version, STATES.DRAWN)
        if missing := what_is_missing(held):
            raise GuardRefused(missing, code="feedback_incomplete")
        held.state, held.checked_by_id, held.checked_at = STATES.CHECKED, actor.user_id, now
        held.save(update_fields=["state", "checked_by", "checked_at"])
        _tell(Action.FEEDBACK_CHECKED, held, _acting(actor, held), now)
    return held


def send_version(*, actor: Actor, version: Feedback, document_number: str, sent_on: str, now: datetime) -> Feedback:
    """Put down that it went to the issuer, under which number and when; from then on it stays as it is.

    Raises NotAllowed, InvalidInput (document_number, sent_on), GuardRefused.
    """
    check_answering(actor, version.batch)
    with working_as("feedback"), transaction.atomic():
        held = _held(version, STATES.CHECKED)
        number, day = check_document(document_number, sent_on, held, now)
        if missing := what_is_missing(held):
            raise GuardRefused(missing, code="feedback_incomplete")
        held.state, held.sent_by_id, held.sent_at = STATES.SENT, actor.user_id, now
        held.document_number, held.sent_on = number, day
        held.save(update_fields=["state", "sent_by", "sent_at", "document_number", "sent_on"])
        letter = {"document": number, "sent_on": day.isoformat()}
        _tell(Action.FEEDBACK_SENT, held, _acting(actor, held), now, letter)
    return held


def _held(version: Feedback, wanted: str) -> Feedback:
    """The version as it is now, locked. Raises GuardRefused where it is not in the wanted state."""
    # Whoever takes the list back meanwhile is waited for, or waits until this step is done.
    lock_answers(version.batch_id)
    held = Feedback.objects.select_for_update(of=("self",)).select_related("batch", "agency").get(id=version.id)
    if held.batch.state == ListBatch.State.WITHDRAWN:
        raise GuardRefused(WITHDRAWN, code="list_withdrawn")
    if held.state != wanted:
        raise GuardRefused(WRONG_STATE[STATES(held.state)], code=f"feedback_{held.state}")
    if held.erased_at is not None:
        raise GuardRefused(ERASED, code="feedback_erased")
    return held


def _acting(actor: Actor, version: Feedback) -> EventActor:
    post = answering_post(actor, version.batch)
    if post is None:
        return event_actor(actor, role="system")
    return event_actor(actor, post, "handler" if "handler" in post.roles else "reviewer")


def _tell(
    action: Action, version: Feedback, actor: EventActor, now: datetime, letter: Mapping[str, str] | None = None
) -> None:
    """The step as an event of the answering agency."""
    data: dict[str, Any] = {
        "batch": str(version.batch_id),
        "batch_name": version.batch.name,
        "edition": version.number,
        "sha256": version.sha256,
        "rows": version.rows,
        "answered": version.answered,
        "unanswered": version.unanswered,
        "overdue": version.overdue,
        **(letter or {}),
    }
    agency = get_directory().by_id[version.agency_id]
    record(stream=f"agency/{agency.code}", action=action, actor=actor, data=data, now=now)
