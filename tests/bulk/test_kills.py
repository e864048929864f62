"""Workers of an act on many cases, killed at any moment: every case once, nothing half written, nothing lost."""

from __future__ import annotations

import os
import random
import signal
import time

import pytest
from django.core.management import call_command
from django.db import connections, transaction

from audit import clock
from audit.models import Event
from cases.models.bulk import BulkRow, BulkRun
from cases.workflow.many import working
from cases.workflow.many.steps import confirm
from tests.bulk.office import chosen, dispatched, fates
from tests.workflow.world import World

CASES = 6
LONGEST = 0.12  # seconds: a worker lives for some chunks, or for none


def at_work(run: BulkRun) -> tuple[int, int]:
    """A worker in a process of its own that begins when the pipe is closed; its id, and the pipe."""
    # What a fork inherits it must not close: the server would end the session of both.
    connections.close_all()
    begin, go = os.pipe()
    worker = os.fork()
    if worker == 0:
        try:
            os.close(go)
            os.read(begin, 1)
            working.CHUNK_ROWS = 2  # type: ignore[misc]
            working.work(run.id)
        finally:
            # Never back into the test that this is a copy of.
            os._exit(0)
    os.close(begin)
    return worker, go


def killed(worker: int) -> None:
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)


def killed_in_the_middle(run: BulkRun) -> None:
    """The acts of a chunk are done, and the worker waits where it writes its rows."""
    worker, go = at_work(run)
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("LOCK TABLE cases_bulkrow IN SHARE MODE")
        os.close(go)
        waiting, end = 0, time.monotonic() + 60
        while not waiting and time.monotonic() < end:
            time.sleep(0.02)
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            waiting = cursor.fetchone()[0]
        killed(worker)
    assert waiting


def killed_at_any_moment(run: BulkRun, seconds: float) -> None:
    worker, go = at_work(run)
    os.close(go)
    time.sleep(seconds)
    killed(worker)


def nothing_is_half_written(run: BulkRun) -> None:
    """Every act on a case is told by its row, and the other way round; the counts follow the rows."""
    # The server may still be ending the transaction of a session whose client is gone: wait for its lock.
    with transaction.atomic():
        held = BulkRun.objects.select_for_update().get(id=run.id)
        done = set(BulkRow.objects.filter(run_id=run.id, fate="done").values_list("case_id", flat=True))
        acts = Event.objects.filter(action="accept_task").values_list("stream", flat=True)
        assert sorted(acts) == sorted(f"case/{case}" for case in done), "an act without its row, or the other way round"
        assert held.counts.get("done", 0) == len(done)


@pytest.mark.usefixtures("fresh_db", "demo_city")
def test_workers_killed_at_any_moment_act_on_every_case_once() -> None:
    world, chance = World(), random.Random(5)
    clock.set_clock(world.now, frozen=True)
    run = chosen(world, "telecom-handler1", "accept_task", dispatched(world, CASES))
    confirm(actor=world.person("telecom-handler1"), run_id=run.id, now=world.now)
    killed_in_the_middle(run)
    longest = LONGEST
    nothing_is_half_written(run)
    assert not fates(run.id)["done"], "what was not committed never happened"
    while BulkRun.objects.get(id=run.id).state != "done":
        killed_at_any_moment(run, chance.uniform(0, longest))
        nothing_is_half_written(run)
        longest *= 1.2  # on a busy machine the first of them come to nothing
    assert fates(run.id) == {"done": CASES}
    call_command("verify_audit", verbosity=0)
