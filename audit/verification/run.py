"""Running a verification: one snapshot, one process or several, and what only the whole trail can show."""

import gc
import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from itertools import pairwise
from typing import Any

import psycopg2
from django.db import connections

from audit.sight import working_as
from audit.verification import projections
from audit.verification.projections import Problem
from audit.verification.ranges import HIGHEST, LOWEST, Progress, unheard, verify_range
from audit.verification.report import Report
from audit.verification.sealed import strays
from audit.verification.tally import Tally

# Fewer events than this are not worth a second process.
WORTH_SPLITTING = 50_000
# The index has the order of the streams; the planner, not knowing how many chunks follow, might sort for each of them.
_BEGIN = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
_PLAN = "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL jit = off"


@working_as("verifier")
def verify(
    *,
    stream: str | None = None,
    workers: int = 1,
    replay: bool = True,
    using: str = "default",
    progress: Progress = unheard,
) -> Report:
    """Verify the whole audit trail, or one stream. Read-only; raises nothing for what it finds.

    Without `replay` no state is rebuilt from its events. `progress` hears how many one process has read so far.

    Reads one snapshot through a connection of its own. Inside a transaction of the caller it reads through that one
    instead, the caller's own events included, and uses one process.
    """
    started = time.perf_counter()
    with _without_collector(), _snapshot(using) as (connection, shared):
        if stream is not None:
            tally = verify_range(connection, stream, stream + "\x01", replay=replay, progress=progress)
            unused = unsettled = None
        else:
            tally = _all_streams(connection, workers if shared else 1, using, replay=replay, progress=progress)
            whole = (*strays(connection, tally.sealed), *_unread(connection, tally), *_lost(connection, tally))
            for problem in whole:
                tally.report(problem)
            unused, unsettled = tally.last_id - tally.events, _unsettled(connection)
    return Report(
        events=tally.events,
        streams=tally.streams,
        seconds=time.perf_counter() - started,
        last_id=tally.last_id,
        sealed=tally.sealed,
        erased=tally.erased,
        missing_sealed=tuple(tally.missing),
        unused_ids=unused,
        unsettled=unsettled,
        projections=tuple(sorted(projections.registered())) if replay else (),
        problem_count=tally.problem_count,
        problems=tally.in_order(),
    )


@contextmanager
def _without_collector() -> Iterator[None]:
    """The pass makes millions of objects and no cycles; to look them through for some takes a quarter of its time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextmanager
def _snapshot(using: str) -> Iterator[tuple[Any, bool]]:
    """A psycopg2 connection inside a transaction, and whether its snapshot can be shared with other processes."""
    django = connections[using]
    if django.in_atomic_block:
        yield django.connection, False
        return
    with closing(psycopg2.connect(**django.get_connection_params())) as connection:
        with connection.cursor() as cursor:
            cursor.execute(_BEGIN)
            cursor.execute(_PLAN)
        yield connection, True


def _all_streams(connection: Any, workers: int, using: str, *, replay: bool, progress: Progress) -> Tally:
    bounds = _bounds(connection, workers) if workers > 1 else [LOWEST, HIGHEST]
    if len(bounds) == 2:
        return verify_range(connection, LOWEST, HIGHEST, replay=replay, progress=progress)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
    parameters = connections[using].get_connection_params()
    total = Tally()
    # spawn: a fork would share this process's database connections.
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _set_up) as pool:
        jobs = [
            pool.submit(_verify_part, parameters, snapshot, first, last, replay=replay)
            for first, last in pairwise(bounds)
        ]
        for job in jobs:
            total.add(job.result())
    return total


def _bounds(connection: Any, parts: int) -> list[str]:
    """Stream names that cut the trail into about equal parts, from a sample of its blocks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'audit_event'::regclass")
        rows = max(cursor.fetchone()[0], 0)
        percent = min(100.0, 100.0 * WORTH_SPLITTING / max(rows, 1))
        cursor.execute("SELECT stream FROM audit_event TABLESAMPLE SYSTEM (%s)", [percent])
        sample = sorted(stream for (stream,) in cursor)
    if len(sample) * 100.0 / percent < WORTH_SPLITTING:
        return [LOWEST, HIGHEST]
    cuts = {sample[len(sample) * part // parts] for part in range(1, parts)}
    return [LOWEST, *sorted(cuts), HIGHEST]


def _set_up() -> None:
    import django  # in the worker only: the apps register their projection verifiers as they load

    django.setup()
    gc.disable()


@working_as("verifier")
def _verify_part(parameters: dict[str, Any], snapshot: str, first: str, last: str, *, replay: bool) -> Tally:
    with closing(psycopg2.connect(**parameters)) as connection, connection.cursor() as cursor:
        cursor.execute(_BEGIN)
        cursor.execute("SET TRANSACTION SNAPSHOT %s", [snapshot])
        cursor.execute(_PLAN)
        return verify_range(connection, first, last, replay=replay)


def _unread(connection: Any, tally: Tally) -> list[Problem]:
    """Rows that the walk from stream to stream did not meet: twins of an event, a stream beyond every name."""
    found = _count(connection)
    if found == tally.events:
        return []
    return [
        Problem(
            None,
            "",
            None,
            "unread",
            f"库中有 {found} 条记录，按记录链只读到 {tally.events} 条，其余未能核验",
            f"there are {found} events, of which the walk along the streams met {tally.events}",
        )
    ]


def _lost(connection: Any, tally: Tally) -> list[Problem]:
    """Fewer events up to some id than an earlier verification counted there: the only trace of a deleted stream end."""
    through, counted = tally.checkpoint
    found = _count(connection, through) if counted else 0
    if found >= counted:
        return []
    return [
        Problem(
            None,
            "",
            None,
            "lost",
            f"编号 {through} 及以前现有 {found} 条记录，上次核验时为 {counted} 条，有 {counted - found} 条被删除",
            f"{found} events up to id {through}, where an earlier verification counted {counted}: some were deleted",
        )
    ]


def _count(connection: Any, through: int = 2**63 - 1) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_event WHERE id <= %s", [through])
        count: int = cursor.fetchone()[0]
        return count


def _unsettled(connection: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_event WHERE tx >= pg_snapshot_xmin(pg_current_snapshot())")
        count: int = cursor.fetchone()[0]
        return count
