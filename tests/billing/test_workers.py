"""A run through real workers, and workers that are killed: every bill once, nothing half written, nothing lost."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections, transaction

from audit import clock
from cases.billing.runs import acts, working
from cases.billing.runs.acts import review_run, start_run
from cases.models.money import BillRun
from cases.tasks import resume_bill_runs
from tests.billing.city import bills, city, month, person, receive
from tests.billing.kills import every_bill_once, killed_until_done
from tests.conftest import child, wait_for
from tests.workflow.world import World

CASES = 6
WORKER = [sys.executable, "-m", "celery", "-A", "config", "worker", "--concurrency", "2", "--loglevel", "INFO"]


def ready(count: int) -> tuple[World, list[str], BillRun]:
    """The readings of so many cases, taken in; the clock of every process stands in December."""
    world = World()
    cases = city(world, count)
    clock.set_clock(world.now, frozen=True)
    return world, cases, receive(world, month(count))


def until(condition: Callable[[], bool], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)
    return condition()


def state(run: BillRun) -> str:
    return BillRun.objects.get(id=run.id).state


@pytest.mark.usefixtures("fresh_db", "demo_city")
def test_workers_killed_at_any_moment_bill_and_review_every_row_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acts, "ring", lambda _run: None)
    world, cases, run = ready(CASES)
    start_run(actor=person("grid-billing1"), run_id=run.id, now=world.now)
    killed = killed_until_done(run.id, seed=3, state="billed")
    review_run(actor=person("grid-reviewer1"), run_id=run.id, now=world.now)
    killed += killed_until_done(run.id, seed=4, state="reviewed")
    assert killed >= 2
    every_bill_once(cases)


@pytest.mark.usefixtures("fresh_db", "demo_city")
def test_a_run_goes_through_a_real_worker_and_on_when_that_is_killed_in_the_middle(
    celery_worker_process: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, cases, run = ready(3)
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        # The worker has billed its chunk and waits for this lock where it writes the rows: in the middle.
        cursor.execute("LOCK TABLE cases_billrunrow IN SHARE MODE")
        start_run(actor=person("grid-billing1"), run_id=run.id, now=world.now)
        assert until(_waiting)
        children = Path(f"/proc/{celery_worker_process}/task/{celery_worker_process}/children").read_text().split()
        for each in [celery_worker_process, *map(int, children)]:
            os.kill(each, signal.SIGKILL)
    assert until(lambda: not bills(cases[0])), "what was not committed never happened"
    assert state(run) == "billing"
    with child(WORKER, tmp_path / "second.log") as second:
        wait_for(lambda: " ready." in (tmp_path / "second.log").read_text(), second, tmp_path / "second.log")
        monkeypatch.setattr("cases.tasks.STANDSTILL", timedelta(seconds=-1))
        resume_bill_runs.apply()
        assert until(lambda: state(run) == "billed"), (tmp_path / "second.log").read_text()
        review_run(actor=person("grid-reviewer1"), run_id=run.id, now=world.now)
        assert until(lambda: state(run) == "reviewed")
    every_bill_once(cases)
    assert working.work(run.id).state == "reviewed", "nothing is left to do"


def _waiting() -> bool:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])
