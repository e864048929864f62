"""The worker's part of a run: chunks looked at for the preview, then chunks of acts through the engine.

The lock on the run lets one worker at a time into it, and the place where it stands is written with the acts it tells
of: a worker that is killed at any point leaves whole chunks, and the next one goes on. Each act names the version that
was previewed, so a case that has moved on since is told and not changed.

A fault that nobody foresaw keeps no other case from its act: its row is found by halving the chunk and set aside with a
sentence. Two such rows in succession are no matter of a row, and stop the run.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import InterfaceError, OperationalError, connection, transaction

from agencies.actors import Actor, NoSuchActor, load_actor
from audit import clock
from audit.actions import Action
from audit.sight import working_as
from cases.models.bulk import BulkRow, BulkRun
from cases.workflow.bulk import Request, perform_many
from cases.workflow.deciding.decision import decide
from cases.workflow.deciding.loading import Loaded, load_cases
from cases.workflow.engine import Result, visible
from cases.workflow.errors import StaleVersion, WorkflowError
from cases.workflow.many.acts import ACTS
from cases.workflow.many.steps import STATES, WORKING, end, note, typed

__all__ = ["WORKING", "sweep", "work"]
logger = logging.getLogger(__name__)
CHUNK_ROWS: Final = 100
# A preview that nobody confirms is given up after so long.
KEPT: Final = timedelta(days=1)
FAULT: Final = {
    "zh": "办理这一件时系统出错，没有办成，已记入系统日志。请在案件中单独办理；仍不成的，请告知系统管理员。",
    "en": "The system failed at this row and did nothing; its log says why. Do it on the case, and tell the"
    " administrator if that fails, too.",
}
GONE: Final = {
    "zh": "办理人账号已停用，没有办理。请由在岗人员办理。",
    "en": "The account of whoever confirmed it is disabled; nothing was done. Somebody in office has to do it.",
}


@working_as("bulk_run")
def work(run_id: UUID | str, *, budget_seconds: float | None = None) -> BulkRun:
    """Go on with a run until it is done or the time is used up (a worker then asks anew)."""
    until = time.monotonic() + budget_seconds if budget_seconds is not None else None
    size, faults = CHUNK_ROWS, 0
    while True:
        run = BulkRun.objects.get(id=run_id)
        if run.state not in WORKING:
            return run
        now = clock.now()
        try:
            (_check_chunk if run.state == STATES.CHECKING else _act_chunk)(run.id, now, size)
            size, faults = CHUNK_ROWS, 0
        except (OperationalError, InterfaceError):
            raise  # The database went away: no row is to blame, and the next turn goes on.
        except Exception as fault:  # noqa: BLE001 — logged with its row, and no reason to keep the others waiting
            size, alone = max(1, size // 2), size == 1
            faults += alone
            if alone:
                _set_aside(run, fault, now, stop=faults > 1)
                size = CHUNK_ROWS if faults > 1 else 1
        if until is not None and time.monotonic() > until:
            return BulkRun.objects.get(id=run_id)


def sweep(now: datetime, standstill: timedelta) -> list[UUID]:
    """Give up previews that nobody confirms; the runs that stand still, whatever became of their worker."""
    waiting = BulkRun.objects.filter(state__in=(STATES.DRAFT, STATES.READY), moved_at__lt=now - KEPT)
    for run_id in waiting.values_list("id", flat=True):
        with transaction.atomic():
            run = BulkRun.objects.select_for_update().get(id=run_id)
            if run.state in (STATES.DRAFT, STATES.READY) and run.moved_at < now - KEPT:
                run.problem = "too_old"
                run.save(update_fields=["problem"])
                end(run, STATES.DROPPED, now)
    stuck = BulkRun.objects.filter(state__in=WORKING, moved_at__lt=now - standstill)
    return list(stuck.values_list("id", flat=True))


@transaction.atomic
def _check_chunk(run_id: UUID, now: datetime, size: int) -> None:
    """Ask the engine of each case whether the act would be done, and write nothing but the answer."""
    run = BulkRun.objects.select_for_update().get(id=run_id)
    if run.state != STATES.CHECKING:
        return
    rows = list(BulkRow.objects.filter(run_id=run.id, number__gt=run.rows_seen).order_by("number")[:size])
    if not rows:
        run.state, run.rows_seen = STATES.READY, run.rows_total
        _moved(run, now, "state", "rows_seen")
        return
    data = typed(run)
    loaded = load_cases((str(row.case_id) for row in rows), run.owner_id, lock=False)
    with transaction.atomic():
        for row in rows:
            _foresee(row, loaded[str(row.case_id)], run.act, data, now)
        # Deciding may draw what only a real act uses.
        transaction.set_rollback(True)
    _store(rows, "version", "fate", "reason", "says")
    _count(run, rows)
    run.rows_seen = rows[-1].number
    _moved(run, now, "rows_seen", "counts")


def _foresee(row: BulkRow, case: Loaded, act: str, data: dict[str, Any], now: datetime) -> None:
    try:
        row.version = visible(case).version
        decide(ACTS[act].transition, case, _data(row, data), now)
    except WorkflowError as refused:
        row.fate, row.reason, row.says = "unfit", refused.code[:40], said(refused)
    else:
        row.fate, row.reason, row.says = "fits", "", {}


@transaction.atomic
def _act_chunk(run_id: UUID, now: datetime, size: int) -> None:
    run = BulkRun.objects.select_for_update().get(id=run_id)
    if run.state != STATES.WORKING:
        return
    rows = _next(run, size)
    try:
        actor: Actor | None = load_actor(run.owner_id)
    except NoSuchActor:
        actor = None
    if not rows or actor is None:
        _finish(run, actor, now)
        return
    data, taken = typed(run), _done_before(run, rows)
    requests = [Request(run.act, _data(row, data), str(row.case_id), row.version + taken[row.case_id]) for row in rows]
    for row, answer in zip(rows, perform_many(requests, actor=actor, now=now), strict=True):
        _judge(row, answer)
    _store(rows, "fate", "reason", "says", "done_version", "leaf")
    _count(run, rows)
    run.counts["fits"] = run.counts.get("fits", 0) - len(rows)
    run.rows_done = rows[-1].number
    _moved(run, now, "rows_done", "counts")


def _next(run: BulkRun, size: int) -> list[BulkRow]:
    """The next rows that are to be done, no case among them twice: a second act rests on what the first one left."""
    found: list[BulkRow] = []
    cases: set[UUID] = set()
    waiting = BulkRow.objects.filter(run_id=run.id, number__gt=run.rows_done, fate="fits").order_by("number")
    for row in waiting[:size]:
        if row.case_id in cases:
            break
        cases.add(row.case_id)
        found.append(row)
    return found


def _done_before(run: BulkRun, rows: Sequence[BulkRow]) -> Counter[UUID]:
    """How often this run itself has already moved each of these cases on."""
    done = BulkRow.objects.filter(run_id=run.id, fate="done", case_id__in=[row.case_id for row in rows])
    return Counter(done.values_list("case_id", flat=True))


def _data(row: BulkRow, data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "task": str(row.task)} if row.task else data


def _judge(row: BulkRow, answer: Result | WorkflowError) -> None:
    if isinstance(answer, Result):
        row.fate, row.done_version, row.leaf = "done", answer.version, answer.leaf
        return
    stale, closed = isinstance(answer, StaleVersion), answer.status in (403, 404)
    row.fate = "changed" if stale else "not_allowed" if closed else "refused"
    row.reason, row.says = answer.code[:40], said(answer)


def said(error: WorkflowError) -> dict[str, str]:
    """A refusal as a row keeps it: the sentence, or those at the fields, and the article."""
    texts = list(error.fields.values()) or [error.text]
    found = {"zh": "；".join(text.zh for text in texts), "en": "; ".join(text.en for text in texts)}
    return {**found, **({"article": error.article} if error.article else {})}


def _finish(run: BulkRun, actor: Actor | None, now: datetime) -> None:
    """All rows have been asked; or whoever confirmed is in office no more, and the rest stays undone."""
    if actor is None:
        rest = BulkRow.objects.filter(run_id=run.id, fate="fits")
        gone = rest.update(fate="not_allowed", reason="account_disabled", says=GONE)
        run.counts = {**run.counts, "fits": 0, "not_allowed": run.counts.get("not_allowed", 0) + gone}
    run.rows_done = run.rows_total
    run.save(update_fields=["rows_done"])
    end(run, STATES.DONE, now)
    if actor is not None:
        note(Action.BULK_ENDED, run, actor, now)


@transaction.atomic
def _set_aside(seen: BulkRun, fault: Exception, now: datetime, *, stop: bool) -> None:
    """The row at which the run stood, with a sentence in the place of an answer; or the run is stopped.

    Nothing where another worker went on with it meanwhile: then the row had no fault of its own.
    """
    logger.error("run %s cannot go on at its next row", seen.id, exc_info=fault)
    run = BulkRun.objects.select_for_update().get(id=seen.id)
    if (run.state, run.rows_seen, run.rows_done) != (seen.state, seen.rows_seen, seen.rows_done):
        return
    checking = run.state == STATES.CHECKING
    following = BulkRow.objects.filter(run_id=run.id, number__gt=run.rows_seen).order_by("number")[:1]
    rows = list(following) if checking else _next(run, 1)
    if stop or not rows:
        run.state, run.problem = STATES.STOPPED, "fault"
        _moved(run, now, "state", "problem")
        return
    rows[0].fate, rows[0].reason, rows[0].says = "unfit" if checking else "refused", "fault", dict(FAULT)
    _store(rows, "fate", "reason", "says")
    _count(run, rows)
    if checking:
        run.rows_seen = rows[0].number
    else:
        run.counts["fits"], run.rows_done = run.counts.get("fits", 0) - 1, rows[0].number
    _moved(run, now, "rows_seen", "rows_done", "counts")


_KINDS: Final = {
    "version": "int", "fate": "text", "reason": "text", "says": "jsonb", "done_version": "int", "leaf": "text",
}  # fmt: skip


def _store(rows: Sequence[BulkRow], *names: str) -> None:
    """These columns of these rows, in one statement."""
    changes = ", ".join(f"{name} = x.{name}{'::jsonb' if _KINDS[name] == 'jsonb' else ''}" for name in names)
    arrays = ", ".join(f"%s::{_KINDS[name].replace('jsonb', 'text')}[]" for name in names)
    values = [
        [orjson.dumps(v).decode() if isinstance(v := getattr(row, name), dict) else v for row in rows] for name in names
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE cases_bulkrow r SET {changes} FROM unnest(%s::int[], {arrays}) AS x(number, {', '.join(names)})"
            " WHERE r.run_id = %s AND r.number = x.number",
            [[row.number for row in rows], *values, str(rows[0].run_id)],
        )


def _count(run: BulkRun, rows: Sequence[BulkRow]) -> None:
    for row in rows:
        run.counts[row.fate] = run.counts.get(row.fate, 0) + 1


def _moved(run: BulkRun, now: datetime, *fields: str) -> None:
    run.moved_at = now
    run.save(update_fields=[*fields, "moved_at"])
