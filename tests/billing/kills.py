"""Runs whose workers are killed again and again, and what is true of the database at every moment and in the end."""

from __future__ import annotations

import os
import random
import signal
import time
from uuid import UUID

from django.core.management import call_command
from django.db import connections, transaction

from cases.billing.runs import working
from cases.models import Case
from cases.models.money import BillRun, BillRunRow

CHUNK = 2
LONGEST = 0.25  # seconds: a worker lives for some chunks, or for none


def killed_until_done(run_id: UUID, *, seed: int, state: str) -> int:
    """Work on a run, killing each worker, until it stands in this state; returns how many were killed at work."""
    chance, killed = random.Random(seed), 0
    while BillRun.objects.get(id=run_id).state != state:
        killed += _killed_at_work(run_id, chance.uniform(0, LONGEST))
        _nothing_is_half_written(run_id)
    return killed


def _killed_at_work(run_id: UUID, seconds: float) -> bool:
    # What a fork inherits it must not close: the server would end the session of both.
    connections.close_all()
    worker = os.fork()
    if worker == 0:
        try:
            working.CHUNK_ROWS = CHUNK  # type: ignore[misc]
            working.work(run_id)
        finally:
            # Never back into the test that this is a copy of.
            os._exit(0)
    time.sleep(seconds)
    if os.waitpid(worker, os.WNOHANG) != (0, 0):
        return False
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)
    return True


def _nothing_is_half_written(run_id: UUID) -> None:
    """Every bill of a case is named by the row that made it, and the other way round; the counts follow the rows."""
    # The server may still be ending the transaction of a session whose client is gone: wait for its lock.
    with transaction.atomic():
        run = BillRun.objects.select_for_update().get(id=run_id)
        rows = list(BillRunRow.objects.filter(run_id=run_id))
        bills = {
            bill["no"] for case in Case.objects.all() for bill in (case.facts.get("surcharge") or {}).get("bills") or []
        }
        assert {row.bill for row in rows if row.bill} == bills, "a bill without its row, or a row without its bill"
        assert run.counts.get("billed", 0) == sum(1 for row in rows if row.fate == "billed")
        assert run.counts.get("approved", 0) == sum(1 for row in rows if row.review == "approved")


def every_bill_once(cases: list[str]) -> None:
    for case in cases:
        bills = Case.objects.get(pk=case).facts["surcharge"]["bills"]
        assert [bill["state"] for bill in bills] == ["reviewed"], bills
    call_command("verify_audit", verbosity=0)
