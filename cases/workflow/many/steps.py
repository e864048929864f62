"""The steps of a run that its owner takes: choose, fill in, confirm, give up or cancel, go on.

Each is done once: the same form sent again finds the run it made, and a step that is not due changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Thread
from typing import Any, Final
from uuid import UUID

import orjson
from celery import current_app
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from kombu.exceptions import OperationalError

from agencies.actors import Actor
from agencies.authority import event_actor
from audit.actions import Action
from audit.services import record
from audit.sight import working_as
from cases.models.bulk import BulkInput, BulkRow, BulkRun
from cases.models.sealing import bulk_place, key_ring
from cases.selectors.choice import Pick, tasks_of_cases
from cases.workflow.deciding.inputs import clean
from cases.workflow.errors import GuardRefused, InvalidInput, NotAllowed, NotVisible
from cases.workflow.many.acts import ACTS, Act, offered
from cases.workflow.view import Text

logger = logging.getLogger(__name__)
STATES = BulkRun.State
WORKING: Final = (STATES.CHECKING, STATES.WORKING)
NOT_DUE: Final = Text(
    "这一批现在不能办理此步，请刷新后再看。", "This step is not due for the run; refresh and look again."
)
NOTHING: Final = Text(
    "没有选中可列入的行。请在列表中勾选后再办理。", "Nothing was chosen. Tick rows in the list and try again."
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen: cases by id, or tasks; `asked`: how many rows were ticked; `key`: of the form."""

    cases: Sequence[str] = ()
    tasks: Sequence[Pick] = ()
    asked: int = 0
    key: str = ""
    source: str = "cases"
    everything: bool = False
    conditions: Mapping[str, Any] = field(default_factory=dict)


def begin(*, actor: Actor, act: str, chosen: Chosen, now: datetime) -> BulkRun:
    """The rows as they were chosen; nothing is done yet. Raises InvalidInput, NotAllowed, GuardRefused.

    The same key again is the run that it made the first time.
    """
    known = BulkRun.objects.filter(owner_id=actor.user_id, key=chosen.key).first()
    if known is not None:
        return known
    if act not in ACTS:
        raise InvalidInput(fields={"act": Text("请选择要办理的事项", "Choose what is to be done")})
    if ACTS[act] not in offered(actor):
        raise NotAllowed(
            Text(
                f"“{ACTS[act].transition.label.zh}”不由你的岗位办理。请交由有此角色的人员办理。",
                f"“{ACTS[act].transition.label.en}” is not done from your post; leave it to somebody whose role it is.",
            )
        )
    picks = _picks(actor, ACTS[act], chosen)
    if not picks:
        raise InvalidInput(NOTHING, code="nothing_chosen")
    if len(picks) > settings.BULK_ROWS:
        raise GuardRefused(
            Text(
                f"一次最多办理 {settings.BULK_ROWS} 行，所选有 {len(picks)} 行。请增加筛选条件后分批办理。",
                f"At most {settings.BULK_ROWS} rows at once; {len(picks)} were chosen. Narrow the list first.",
            ),
            code="too_many_rows",
        )
    try:
        return _keep(actor, ACTS[act], chosen, picks, now)
    except IntegrityError:
        # Sent twice at the same moment, it is still one run.
        with working_as("bulk_run"):
            return BulkRun.objects.get(owner_id=actor.user_id, key=chosen.key)


def _picks(actor: Actor, act: Act, chosen: Chosen) -> list[Pick]:
    """One pick a row: each case once, or each of its tasks that is the person's.

    The first tasks of all cases come first, so that few chunks have to end at a case that they hold already.
    """
    if not act.by_task:
        cases = [*chosen.cases, *(pick.case_id for pick in chosen.tasks)]
        return [Pick(case_id) for case_id in dict.fromkeys(cases)]
    picks = list(chosen.tasks)
    if chosen.cases:
        owned = tasks_of_cases(actor, chosen.cases)
        for case_id in chosen.cases:
            tasks = owned.get(case_id, [])
            if act.action == "accept_task":
                # Where all are acknowledged, the first says since when.
                tasks = [task for task in tasks if not task[1]] or tasks[:1]
            picks += [Pick(case_id, task_id) for task_id, _ in tasks] or [Pick(case_id)]
    times: dict[str, int] = {}
    rounds = []
    for pick in dict.fromkeys(picks):
        times[pick.case_id] = times.get(pick.case_id, 0) + 1
        rounds.append((times[pick.case_id], pick))
    return [pick for _, pick in sorted(rounds, key=lambda each: each[0])]


_INSERT: Final = """INSERT INTO cases_bulkrow (run_id, number, case_id, task, version, fate, reason, says, leaf)
    SELECT %s, x.n, x.case_id, x.task, 0, 'listed', '', '{}', ''
    FROM unnest(%s::uuid[], %s::uuid[]) WITH ORDINALITY AS x(case_id, task, n)"""


@working_as("bulk_run")
@transaction.atomic
def _keep(actor: Actor, act: Act, chosen: Chosen, picks: Sequence[Pick], now: datetime) -> BulkRun:
    found = len(set(chosen.cases)) + len(chosen.tasks)
    run = BulkRun(
        owner_id=actor.user_id,
        key=chosen.key,
        act=act.action.value,
        source=chosen.source,
        chosen_all=chosen.everything,
        conditions=dict(chosen.conditions),
        state=STATES.DRAFT if act.inputs else STATES.CHECKING,
        rows_total=len(picks),
        not_found=max(0, chosen.asked - found),
        created_at=now,
        moved_at=now,
    )
    run.save(force_insert=True)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [str(run.id), [pick.case_id for pick in picks], [pick.task_id for pick in picks]])
    return run


def fill(*, actor: Actor, run_id: UUID, data: Mapping[str, Any], now: datetime) -> BulkRun:
    """Take what is the same for all rows, and look at each anew. Raises InvalidInput with each field."""
    act = ACTS[find_run(actor, run_id).act]
    clean(act.inputs, data)
    with working_as("bulk_run"), transaction.atomic():
        run = _held(actor, run_id, STATES.DRAFT, STATES.READY, STATES.CHECKING)
        sealed = key_ring().seal(orjson.dumps(data), bulk_place(run.id.bytes))
        BulkInput.objects.update_or_create(run_id=run.id, defaults={"sealed": sealed})
        BulkRow.objects.filter(run_id=run.id).update(fate="listed", reason="", says={})
        _save(run, now, state=STATES.CHECKING, rows_seen=0, counts={})
    return run


def change(*, actor: Actor, run_id: UUID, now: datetime) -> BulkRun:
    """Back from the preview to what is filled in."""
    with working_as("bulk_run"), transaction.atomic():
        run = _held(actor, run_id, STATES.READY, STATES.CHECKING)
        if not ACTS[run.act].inputs:
            raise GuardRefused(NOT_DUE, code="wrong_state")
        _save(run, now, state=STATES.DRAFT)
    return run


def confirm(*, actor: Actor, run_id: UUID, now: datetime) -> BulkRun:
    """Do it, as it was previewed. A second time changes nothing. Raises GuardRefused."""
    with working_as("bulk_run"), transaction.atomic():
        run = _held(actor, run_id, *STATES)
        if run.confirmed_at is not None:
            return run
        if run.state != STATES.READY or not run.counts.get("fits"):
            raise GuardRefused(NOT_DUE, code="wrong_state")
        _save(run, now, state=STATES.WORKING, confirmed_at=now)
        note(Action.BULK_STARTED, run, actor, now)
    return run


def give_up(*, actor: Actor, run_id: UUID, now: datetime) -> BulkRun:
    """Before the confirmation: nothing is done. After it: what is not done yet stays undone. A second time: as it is.

    The chunk under way is done first: its worker holds the run.
    """
    with working_as("bulk_run"), transaction.atomic():
        run = _held(actor, run_id, *STATES)
        if run.ended_at is not None:
            return run
        if run.confirmed_at is None:
            end(run, STATES.DROPPED, now)
            return run
        left = BulkRow.objects.filter(run_id=run.id, fate="fits").update(fate="left")
        run.counts = {**run.counts, "fits": 0, "left": left}
        end(run, STATES.CANCELLED, now)
        note(Action.BULK_ENDED, run, actor, now)
    return run


def resume(*, actor: Actor, run_id: UUID, now: datetime) -> BulkRun:
    """Go on with what was stopped by a fault. Raises GuardRefused."""
    with working_as("bulk_run"), transaction.atomic():
        run = _held(actor, run_id, STATES.STOPPED)
        _save(run, now, state=STATES.WORKING if run.confirmed_at else STATES.CHECKING, problem="")
    return run


def end(run: BulkRun, state: str, now: datetime) -> None:
    """The run is over; what was typed stands in the events by now, or is wanted by nobody."""
    BulkInput.objects.filter(run_id=run.id).delete()
    _save(run, now, state=state, ended_at=now, counts=run.counts)


def typed(run: BulkRun) -> dict[str, Any]:
    """What was filled in for all rows; empty before, and once the run has ended."""
    with working_as("bulk_run"):
        found = BulkInput.objects.filter(run_id=run.id).first()
    if found is None:
        return {}
    data: dict[str, Any] = orjson.loads(key_ring().open(found.sealed, bulk_place(run.id.bytes)))
    return data


def find_run(actor: Actor, run_id: UUID) -> BulkRun:
    """A run of this person. Raises NotVisible."""
    found = BulkRun.objects.filter(id=run_id, owner_id=actor.user_id).first()
    if found is None:
        raise NotVisible
    return found


def note(action: Action, run: BulkRun, actor: Actor, now: datetime) -> None:
    """An event of the person about the run itself; each case has its own."""
    data = {
        "run": str(run.id), "act": run.act, "rows": run.rows_total, "list": run.source, "all": run.chosen_all,
        "conditions": run.conditions, "counts": {name: n for name, n in run.counts.items() if n},
    }  # fmt: skip
    record(stream=f"account/{actor.username}", action=action, actor=event_actor(actor), data=data, now=now)


def ring(run_id: UUID) -> None:
    """Ask a worker to go on, and wait for nobody."""
    Thread(target=_ring, args=(str(run_id),), name="bulk-run-bell", daemon=True).start()


def _ring(run_id: str) -> None:
    try:
        current_app.send_task("cases.run_bulk", [run_id], retry=False)
    except OperationalError:
        # It loses nothing: a sweep takes up runs that stand still.
        logger.warning("no worker could be rung for run %s", run_id)


def _held(actor: Actor, run_id: UUID, *states: str) -> BulkRun:
    """The run under its lock, in one of these states. Raises NotVisible, GuardRefused."""
    run = BulkRun.objects.select_for_update().filter(id=run_id, owner_id=actor.user_id).first()
    if run is None:
        raise NotVisible
    if run.state not in states:
        raise GuardRefused(NOT_DUE, code="wrong_state")
    return run


def _save(run: BulkRun, now: datetime, **changes: Any) -> None:
    run.moved_at = now
    for name, value in changes.items():
        setattr(run, name, value)
    run.save(update_fields=[*changes, "moved_at"])
