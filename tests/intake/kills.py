"""Imports whose workers are killed again and again, and what is true of the database at every moment and in the end."""

from __future__ import annotations

import os
import random
import signal
import time
from datetime import datetime
from uuid import UUID

from django.core.management import call_command
from django.db import connection, connections
from django.db.models import Sum

from agencies.actors import system_actor
from agencies.directory import get_directory
from audit import clock
from bench.importing.lists import as_csv, make_rows
from cases.intake import services
from cases.intake.receiving import find_agency, receive_list
from cases.models import Case, ListBatch, ListRow, PersonalRecord, Signal, Site
from cases.models.intake import INTAKE_LOCK

ROWS, CHUNK = 800, 40
LONGEST = 0.4  # seconds: a worker lives for some chunks, or for none


def killed_imports(kills: int, *, seed: int) -> tuple[int, int]:
    """Import lists, killing their workers `kills` times, and finish them; returns (lists, kills of one at work)."""
    chance, done, part = random.Random(seed), 0, 0
    while done < kills:
        batch = _receive(part)
        while not _finished(batch) and done < kills:
            done += _killed_at_work(batch, chance.uniform(0, LONGEST))
            _nothing_is_half_written()
        if not _finished(batch):
            services.process_list(batch_id=batch, actor=system_actor(), now=clock.now())
        part += 1
    _nothing_is_lost_or_doubled(part)
    return part, done


def _receive(part: int) -> UUID:
    batch, fresh = receive_list(
        actor=system_actor(),
        content=as_csv(make_rows(ROWS, part)),
        filename="list.csv",
        kind="telecom",
        agency=find_agency("telecom_bureau", get_directory()),
        batch_name=f"名单{part}",
        now=clock.now(),
    )
    assert fresh
    found: UUID = batch.id
    return found


def _finished(batch: UUID) -> bool:
    return ListBatch.objects.filter(id=batch, state=ListBatch.State.DONE).exists()


def _killed_at_work(batch: UUID, seconds: float) -> bool:
    """A worker that goes on with the list, ended by the signal nobody can catch; False where it was done before."""
    now = clock.now()
    # What a fork inherits it must not close: the server would end the session of both.
    connections.close_all()
    worker = os.fork()
    if worker == 0:
        _work(batch, now)
    time.sleep(seconds)
    if os.waitpid(worker, os.WNOHANG) != (0, 0):
        return False
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)
    return True


def _work(batch: UUID, now: datetime) -> None:
    try:
        services.CHUNK_ROWS = CHUNK
        services.process_list(batch_id=batch, actor=system_actor(), now=now)
    finally:
        # Never back into the test that this is a copy of.
        os._exit(0)


def _nothing_is_half_written() -> None:
    """Rows, signals, cases and events stand for the same chunks."""
    # The server may still be ending the transaction of a session whose client is gone; its lock says when it is over.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [INTAKE_LOCK])
    batches = ListBatch.objects.aggregate(rows=Sum("rows_done"))
    assert ListRow.objects.count() == (batches["rows"] or 0), "a chunk was written without its progress"
    assert Signal.objects.count() == ListRow.objects.exclude(effect="none").count(), "a row has no signal, or two"
    assert Case.objects.count() == Site.objects.count() == ListRow.objects.filter(effect="new_case").count()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM audit_event WHERE stream LIKE 'case/%%'),"
            " (SELECT sum(version) FROM cases_case)"
        )
        events, versions = cursor.fetchone()
    assert events == (versions or 0), "a case and its events stand for different chunks"


def _nothing_is_lost_or_doubled(lists: int) -> None:
    """Every row once, one case for each meter, every value of a person once; and the trail verifies."""
    rows = [row for part in range(lists) for row in make_rows(ROWS, part)]
    for batch in ListBatch.objects.all():
        numbers = list(ListRow.objects.filter(batch=batch).order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, ROWS + 1)), f"rows of {batch.name} were lost or doubled"
    assert Case.objects.count() == len({row[8] for row in rows}), "a household has no case, or two"
    sights = {(row[0], row[1], row[3][:10], row[2]) for row in rows}
    assert Signal.objects.count() == len(sights), "a sight was lost or counted twice"
    assert PersonalRecord.objects.filter(field="meter").count() == len({row[8] for row in rows})
    call_command("verify_audit", verbosity=0)
