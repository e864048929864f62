"""The worker's part of a run: chunks of acts through the engine, each with its rows in one transaction.

The lock on the run lets one worker at a time into it, the place where it stands is written with the acts it tells of,
and no row is asked twice: a worker that is killed at any point leaves whole chunks, and the next one goes on.

A fault that nobody foresaw keeps no other account from its bill: its row is found by halving the chunk and set aside
with a sentence. Two such rows in succession are no matter of a row, and stop the run.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import InterfaceError, OperationalError, connection, transaction

from agencies.actors import Actor, NoSuchActor, load_actor, system_actor
from agencies.vocabulary import Role
from audit import clock
from audit.actions import Action
from audit.sight import working_as
from cases.billing.access import note, post_for
from cases.models.money import BillRun, BillRunRow
from cases.policy.tariff.words import PERIODS
from cases.selectors.paging import fetch
from cases.workflow.bulk import Request, perform_many
from cases.workflow.engine import Result
from cases.workflow.errors import WorkflowError

logger = logging.getLogger(__name__)
CHUNK_ROWS: Final = 200
STATES = BillRun.State
WORKING: Final = (STATES.BILLING, STATES.REVIEWING)
# What a row may say besides, as the act asks for it.
_MORE: Final = ("used_before", "energy_price", "demand_kw", *PERIODS)
_TASKS: Final = """SELECT t.case_id::text AS case_id, t.id::text AS id, t.data->>'bill' AS bill FROM cases_task t
    WHERE t.case_id = ANY(%s::uuid[]) AND t.kind = %s AND t.state = 'open' AND t.agency_id = %s
    AND NOT coalesce((t.data->>'adjustment')::boolean, false)"""
_BILLS: Final = """SELECT c.id::text AS case_id, b->>'no' AS no, b->>'amount' AS amount, b->>'surcharge' AS surcharge,
        b->>'cycle_from' AS first, b->>'cycle_to' AS last
    FROM cases_case c CROSS JOIN LATERAL (SELECT c.facts->'surcharge'->'bills'->-1 AS b) x
    WHERE c.id = ANY(%s::uuid[])"""


@working_as("bill_run")
def work(run_id: UUID | str, *, budget_seconds: float | None = None) -> BillRun:
    """Go on with a run until it is done or the time is used up (a worker then asks anew)."""
    until = time.monotonic() + budget_seconds if budget_seconds is not None else None
    size, faults = CHUNK_ROWS, 0
    while True:
        run = BillRun.objects.get(id=run_id)
        if run.state not in WORKING:
            return run
        now = clock.now()
        try:
            (_bill_chunk if run.state == STATES.BILLING else _review_chunk)(run.id, now, size)
            size, faults = CHUNK_ROWS, 0
        except (OperationalError, InterfaceError):
            raise  # The database went away: no row is to blame, and the next turn goes on.
        except Exception as fault:  # noqa: BLE001 — logged with its row, and no reason to bill nobody else
            size, alone = max(1, size // 2), size == 1
            faults += alone
            if alone:
                _set_aside(run, fault, now, stop=faults > 1)
                size = CHUNK_ROWS if faults > 1 else 1
        if until is not None and time.monotonic() > until:
            return BillRun.objects.get(id=run_id)


@transaction.atomic
def _set_aside(seen: BillRun, fault: Exception, now: datetime, *, stop: bool) -> None:
    """The row at which the run stood, with a sentence in the place of its bill or review; or the run is stopped.

    Nothing where another worker went on with it meanwhile: then the row had no fault of its own.
    """
    logger.error("run %s cannot go on at its next row", seen.id, exc_info=fault)
    run = BillRun.objects.select_for_update().get(id=seen.id)
    if (run.state, run.rows_done, run.reviews_done) != (seen.state, seen.rows_done, seen.reviews_done):
        return
    billing = run.state == STATES.BILLING
    rows = _next(run, run.rows_done, 1, fate="ready") if billing else _next(run, run.reviews_done, 1, fate="billed")
    if stop or not rows:
        _stop(run, Role.BILLING if billing else Role.REVIEWER, "fault", now)
        return
    row = rows[0]
    if billing:
        row.fate, row.reason, row.says = "refused", "fault", dict(FAULT)
        run.rows_done = row.number
    else:
        row.review, row.review_says = "not_reviewed", dict(FAULT)
        run.reviews_done = row.number
    row.save(update_fields=["fate", "reason", "says", "review", "review_says"])
    _count(run, [row.fate if billing else row.review])
    _moved(run, now, "rows_done", "reviews_done", "counts")


def _actor(run: BillRun, user_id: int | None, role: Role, problem: str, now: datetime) -> Actor | None:
    """Whoever set it going, if that person may still; else the run stops, and somebody else may take it up."""
    try:
        actor = load_actor(user_id or 0)
    except NoSuchActor:
        actor = None
    if actor is not None and post_for(actor, role, run.agency_id) is not None:
        return actor
    _stop(run, role, problem, now)
    return None


def _stop(run: BillRun, role: Role, problem: str, now: datetime) -> None:
    run.state, run.problem, run.moved_at = STATES.STOPPED, problem, now
    run.save(update_fields=["state", "problem", "moved_at"])
    note(Action.BILL_RUN_STOPPED, run, system_actor(), now, role, {"problem": problem})


@transaction.atomic
def _bill_chunk(run_id: UUID, now: datetime, size: int) -> None:
    run = BillRun.objects.select_for_update().get(id=run_id)
    if run.state != STATES.BILLING:
        return
    actor = _actor(run, run.started_by_id, Role.BILLING, "starter_gone", now)
    if actor is None:
        return
    rows = _next(run, run.rows_done, size, fate="ready")
    if not rows:
        run.rows_done, run.state, run.billed_at = run.rows_total, STATES.BILLED, now
        _moved(run, now, "rows_done", "state", "billed_at")
        note(Action.BILL_RUN_BILLED, run, actor, now, Role.BILLING, dict(run.counts))
        return
    tasks = {task["case_id"]: task["id"] for task in _open(rows, "issue_bill", run.agency_id)}
    asked = [Request("issue_bill", _bill_data(row, run, tasks), str(row.case_id)) for row in rows]
    answers = perform_many(asked, actor=actor, now=now)
    _note_bills(rows, answers)
    _count(run, [row.fate for row in rows])
    run.rows_done = rows[-1].number
    _moved(run, now, "rows_done", "counts")


def _next(run: BillRun, after: int, size: int, **which: Any) -> list[BillRunRow]:
    found = BillRunRow.objects.filter(run_id=run.id, number__gt=after, **which).order_by("number")
    return list(found[:size])


def _open(rows: Sequence[BillRunRow], kind: str, agency_id: int) -> list[dict[str, Any]]:
    return fetch(_TASKS, [[str(row.case_id) for row in rows], kind, agency_id])


def _bill_data(row: BillRunRow, run: BillRun, tasks: dict[str, str]) -> dict[str, Any]:
    read = row.reading
    data: dict[str, Any] = {
        "month": read["month"],
        "kwh": read["kwh"],
        "cycle_from": _iso(row.cycle_from),
        "cycle_to": _iso(row.cycle_to),
    }
    if task := tasks.get(str(row.case_id)):
        data["task"] = task
    data |= {name: read[name] for name in _MORE if name in read}
    if run.due_on is not None and row.cycle_to is not None:
        data["due_on"] = max(run.due_on, row.cycle_to).isoformat()
    return data


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _note_bills(rows: Sequence[BillRunRow], answers: Sequence[Result | WorkflowError]) -> None:
    """Each row with its bill or the sentence of the refusal, in one statement."""
    bills = {row["case_id"]: row for row in fetch(_BILLS, [[str(row.case_id) for row in rows]])}
    for row, answer in zip(rows, answers, strict=True):
        made = bills.get(str(row.case_id), {})
        same = (made.get("first"), made.get("last")) == (_iso(row.cycle_from), _iso(row.cycle_to))
        if isinstance(answer, WorkflowError):
            row.fate, row.reason, row.says = "refused", answer.code[:32], said(answer)
        elif same:
            row.fate, row.bill = "billed", made["no"]
            row.amount, row.surcharge = Decimal(made["amount"]), Decimal(made["surcharge"])
        else:
            raise RuntimeError(f"row {row.number} was billed and its bill is not the last one of its case")
    _store(
        "fate = x.fate, reason = x.reason, says = x.says::jsonb, bill = x.bill, amount = x.amount,"
        " surcharge = x.surcharge",
        (
            ("fate", "text"), ("reason", "text"), ("says", "text"), ("bill", "text"), ("amount", "numeric"),
            ("surcharge", "numeric"),
        ),
        rows,
    )  # fmt: skip


def said(error: WorkflowError) -> dict[str, str]:
    """A refusal as a row keeps it: the sentence, or those at the fields."""
    texts = list(error.fields.values()) or [error.text]
    found = {"zh": "；".join(text.zh for text in texts), "en": "; ".join(text.en for text in texts)}
    return {**found, **({"article": error.article} if error.article else {})}


def _store(changes: str, columns: Sequence[tuple[str, str]], rows: Sequence[BillRunRow]) -> None:
    arrays = ", ".join(f"%s::{kind}[]" for _name, kind in columns)
    names = ", ".join(name for name, _kind in columns)
    values = [
        [orjson.dumps(v).decode() if isinstance(v := getattr(row, name), dict) else v for row in rows]
        for name, _kind in columns
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE cases_billrunrow r SET {changes} FROM unnest(%s::int[], {arrays}) AS x(number, {names})"
            " WHERE r.run_id = %s AND r.number = x.number",
            [[row.number for row in rows], *values, str(rows[0].run_id)],
        )


@transaction.atomic
def _review_chunk(run_id: UUID, now: datetime, size: int) -> None:
    run = BillRun.objects.select_for_update().get(id=run_id)
    if run.state != STATES.REVIEWING:
        return
    actor = _actor(run, run.reviewed_by_id, Role.REVIEWER, "reviewer_gone", now)
    if actor is None:
        return
    rows = _next(run, run.reviews_done, size, fate="billed")
    if not rows:
        run.reviews_done, run.state, run.reviewed_at = run.rows_total, STATES.REVIEWED, now
        _moved(run, now, "reviews_done", "state", "reviewed_at")
        note(Action.BILL_RUN_REVIEWED, run, actor, now, Role.REVIEWER, dict(run.counts))
        return
    tasks = {task["bill"]: task["id"] for task in _open(rows, "review_bill", run.agency_id)}
    due = [row for row in rows if row.bill in tasks]
    answers = perform_many([_review(row, tasks) for row in due], actor=actor, now=now) if due else []
    found = dict(zip((row.number for row in due), answers, strict=True))
    for row in rows:
        _note_review(row, found.get(row.number))
    _store("review = x.review, review_says = x.review_says::jsonb", (("review", "text"), ("review_says", "text")), rows)
    _count(run, [row.review for row in rows])
    run.reviews_done = rows[-1].number
    _moved(run, now, "reviews_done", "counts")


def _review(row: BillRunRow, tasks: dict[str, str]) -> Request:
    back = row.review == "to_send_back"
    data = {"task": tasks[row.bill], "decision": "refuse" if back else "approve"}
    if back and row.review_says.get("note"):
        data["note"] = row.review_says["note"]
    return Request("review_bill", data, str(row.case_id))


FAULT: Final = {
    "zh": "办理这一行时系统出错，没有办成，已记入系统日志。请在案件中单独办理；仍不成的，请告知系统管理员。",
    "en": "The system failed at this row and did nothing; its log says why. Do it on the case, and tell the"
    " administrator if that fails, too.",
}
NOT_DUE: Final = {
    "zh": "该账单没有待复核的事项：已在案件中复核，或随名单撤销而失效。",
    "en": "No review of this bill is due: it was reviewed on the case, or fell with its list.",
}


def _note_review(row: BillRunRow, answer: Result | WorkflowError | None) -> None:
    if answer is None:
        row.review, row.review_says = "not_reviewed", dict(NOT_DUE)
    elif isinstance(answer, WorkflowError):
        row.review, row.review_says = "not_reviewed", said(answer)
    else:
        row.review = "sent_back" if row.review == "to_send_back" else "approved"


def _count(run: BillRun, fates: Sequence[str]) -> None:
    for fate in fates:
        run.counts[fate] = run.counts.get(fate, 0) + 1


def _moved(run: BillRun, now: datetime, *fields: str) -> None:
    run.moved_at = now
    run.save(update_fields=[*fields, "moved_at"])
