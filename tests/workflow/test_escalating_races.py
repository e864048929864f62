"""Two sweeps at once, a sweep and an act at once, a worker that is killed: nothing twice, nothing for what is over."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg2
import pytest
from django.db import connections, transaction

from audit.verification import verify
from cases.models import Escalation, Outbox, Task
from cases.policy.escalation import STEPS
from cases.workflow.clockwork import escalating
from cases.workflow.clockwork.escalating import escalate
from tests.conftest import Clone
from tests.workflow.test_races import race
from tests.workflow.world import World, at

pytestmark = pytest.mark.usefixtures("demo_city", "fresh_db")
LATE = at("2026-11-20 12:00")
IDENTIFIED: dict[str, Any] = {"result": "identified", "subject": "sole_trader", "lines": 1}


@pytest.fixture
def world(settings: Any) -> World:
    settings.OUTBOX_TASK = ""
    return World()


def told() -> int:
    return Outbox.objects.filter(topic__startswith="deadline.").count()


def test_two_sweeps_in_the_same_minute_fire_each_step_once(world: World) -> None:
    for n in range(12):
        world.open(region_code="320303" if n % 3 else "320302")
    found = race(*[lambda: escalate(now=LATE, chunk=3) for _ in range(4)])
    assert all(isinstance(one, escalating.Sweep) for one in found), found
    escalate(now=LATE)
    assert sum(one.steps for one in found) <= Escalation.objects.count() == 12 * len(STEPS)
    assert told() == 12 * 3
    assert verify().ok


def test_a_task_that_is_done_in_the_same_moment_is_told_before_or_not_at_all(world: World) -> None:
    """The sweep holds the deadline: the act waits, and what fired had fired while the task was open."""
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["trace_subscriber"])
    world.now = LATE
    order = [
        *race(
            lambda: escalate(now=LATE),
            lambda: world.act(case, "telecom-handler1", "report_subscriber", **IDENTIFIED),
        )
    ]
    assert not [one for one in order if isinstance(one, Exception)], order
    task = Task.objects.get(kind="trace_subscriber")
    assert task.state == "done"
    steps = Escalation.objects.filter(task=task).count()
    assert steps in (0, len(STEPS)), "all that were due, or none"
    assert verify().ok


def test_a_sweep_leaves_what_an_act_holds_and_an_act_waits_for_what_a_sweep_holds(world: World) -> None:
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["trace_subscriber"])
    other = world.open()
    with transaction.atomic():
        world.now = LATE
        world.act(case, "telecom-handler1", "report_subscriber", **IDENTIFIED)
        # The act is done and not yet committed.
        swept = in_a_thread(lambda: escalate(now=LATE))
        assert swept.steps == len(STEPS), "of the other case"
        assert set(in_a_thread(lambda: list(Escalation.objects.values_list("case_id", flat=True)))) == {UUID(other)}
    assert escalate(now=LATE + timedelta(days=30)).steps == len(STEPS), "what the act opened, not what it ended"
    assert not Escalation.objects.filter(task__kind="trace_subscriber").exists()


def test_an_act_waits_for_a_sweep_that_is_not_committed(world: World) -> None:
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["trace_subscriber"])
    waiting = threading.Event()
    found: list[Any] = []

    def act() -> None:
        waiting.set()
        world.now = LATE
        found.append(world.act(case, "telecom-handler1", "report_subscriber", **IDENTIFIED))
        connections.close_all()

    thread = threading.Thread(target=act)
    with transaction.atomic():
        assert escalate(now=LATE).steps == len(STEPS)
        thread.start()
        waiting.wait(10)
        thread.join(0.5)
        assert thread.is_alive(), "the act is done although a sweep holds its task"
    thread.join(30)
    assert len(found) == 1
    assert Escalation.objects.filter(task__kind="trace_subscriber").count() == len(STEPS)
    assert verify().ok


def test_a_sweep_that_is_killed_has_done_nothing_of_its_chunk(world: World, fresh_db: Clone) -> None:
    for _ in range(6):
        world.open()
    connections.close_all()
    child = os.fork()
    if child == 0:  # a worker: killed inside its second chunk, everything written and not committed
        real, calls = escalating.record_many_by, []

        def hangs(*args: Any, **more: Any) -> Any:
            calls.append(real(*args, **more))
            if len(calls) == 2:
                os.kill(os.getpid(), signal.SIGKILL)
            return calls[-1]

        escalating.record_many_by = hangs  # type: ignore[assignment]
        try:
            escalate(now=LATE, chunk=2)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert Escalation.objects.count() == 2 * len(STEPS)
    until = time.monotonic() + 20
    while Escalation.objects.count() < 6 * len(STEPS) and time.monotonic() < until:
        escalate(now=LATE + timedelta(minutes=1), chunk=2)  # the server may hold the dead one's rows for a moment
    assert Escalation.objects.values("task", "step").distinct().count() == Escalation.objects.count() == 6 * len(STEPS)
    assert told() == 6 * 3
    assert verify().ok


def test_the_ledger_only_grows_and_a_change_behind_its_back_is_found(world: World, fresh_db: Clone) -> None:
    world.open()
    escalate(now=at("2026-11-05 09:00"))
    assert verify().ok
    for statement in ("UPDATE cases_escalation SET late = true", "DELETE FROM cases_escalation"):
        with pytest.raises(psycopg2.Error, match="stays on record"):
            as_owner(fresh_db, statement)
    columns = "task_id, case_id, region_code, step, fell_at, fired_at, late, outcome, whom, agency_id, roles, rule"
    added = (
        f"INSERT INTO cases_escalation ({columns}, due_at, event_seq) SELECT {columns}, due_at + interval '1 day', 99"
    )
    with pytest.raises(psycopg2.IntegrityError, match="escalation_step_once"):
        as_owner(fresh_db, added.replace(" + interval '1 day'", "") + " FROM cases_escalation")
    as_owner(fresh_db, f"{added} FROM cases_escalation")
    assert [problem.code for problem in verify().problems] == ["escalation"], "a row that no event names"
    as_owner(fresh_db, "ALTER TABLE cases_escalation DISABLE TRIGGER escalation_stays")
    as_owner(fresh_db, "DELETE FROM cases_escalation WHERE event_seq = 99")
    as_owner(fresh_db, "UPDATE cases_escalation SET late = true")
    assert [problem.code for problem in verify().problems] == ["escalation"]
    as_owner(fresh_db, "DELETE FROM cases_escalation")
    assert {problem.code for problem in verify().problems} == {"escalation", "watch"}


def test_a_deadline_that_nobody_watches_is_found(world: World, fresh_db: Clone) -> None:
    world.open()
    as_owner(fresh_db, "UPDATE cases_deadlinewatch SET paused = true")
    assert [problem.code for problem in verify().problems] == ["watch"]
    as_owner(fresh_db, "DELETE FROM cases_deadlinewatch")
    assert [problem.code for problem in verify().problems] == ["watch"]


def as_owner(clone: Clone, statement: str) -> None:
    with closing(psycopg2.connect(clone.owner_url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement)


def in_a_thread(call: Callable[[], Any]) -> Any:
    (found,) = race(call)
    if isinstance(found, Exception):
        raise found
    return found
