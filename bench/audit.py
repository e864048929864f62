"""Verification of the audit trail, beside SQL that only recomputes hashes and links.

`python -m bench audit --events 300000 --json` seeds a throwaway database, then for each way of verifying prints the
median of its rounds: events a second by the clock, the seconds of CPU that this side and PostgreSQL spent, and events
per second of CPU of both together, the figure that a busy machine disturbs least. "one_core" ties this process and
PostgreSQL together to a single core.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.importing import cpu
from bench.listing.seed import seed
from bench.sandbox import Sandbox, sandbox

EVENTS_A_CASE = 3

# The yardstick: hash and link of every event, and nothing else (no columns against the body, no sealed data, no
# replay).
SQL = """
SELECT count(*),
       count(*) FILTER (WHERE leaf <> sha256('\\x00'::bytea || body)),
       count(*) FILTER (WHERE prev <> coalesce(leaf_before, decode(repeat('00', 32), 'hex')) OR seq <> seq_before + 1)
FROM (SELECT seq, prev, body, leaf, lag(leaf) OVER w AS leaf_before, coalesce(lag(seq) OVER w, 0) AS seq_before
      FROM audit_event WINDOW w AS (PARTITION BY stream ORDER BY seq)) x
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--events",
        type=int,
        default=300_000,
        help="how many events of cases (300000); agencies and accounts add theirs",
    )
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each way, interleaved (3)")


def run(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """One line for each way of verifying."""
    with sandbox() as box:
        superuser = box.connect("postgres")
        seed(superuser, -(-arguments.events // EVENTS_A_CASE))
        events, size = _shape(superuser)
        ways = _ways(box, superuser, events)
        took: dict[str, list[tuple[float, float, float]]] = {name: [] for name in ways}
        for _ in range(arguments.rounds):
            for name, way in ways.items():
                took[name].append(_measure(way, cpu.postmaster(box.cluster.data)))
        superuser.close()
    for name, rounds in took.items():
        seconds, client, server = (statistics.median(figures) for figures in zip(*rounds, strict=True))
        yield {
            "bench": "audit",
            "workload": name,
            "events": events,
            "body_bytes": size,
            "seconds": round(seconds, 2),
            "events_per_second": round(events / seconds),
            "client_cpu_s": round(client, 2),
            "postgres_cpu_s": round(server, 2),
            # The kernel counts the CPU of others in ticks of 10 ms: a shorter run has no such figure.
            "events_per_cpu_second": round(events / (client + server)) if client + server > 0.1 else None,
        }


def _measure(way: Callable[[], None], postmaster: int) -> tuple[float, float, float]:
    """Seconds by the clock, seconds of CPU of this process and its children, of PostgreSQL."""
    clock, server, client = time.perf_counter(), cpu.tree(postmaster), cpu.own()
    way()
    return time.perf_counter() - clock, cpu.own() - client, cpu.tree(postmaster) - server


def _ways(box: Sandbox, superuser: Any, events: int) -> dict[str, Callable[[], None]]:
    from audit.verification import verify

    def check(**options: Any) -> None:
        report = verify(**options)
        if not report.ok or report.events != events:
            raise RuntimeError(f"the seeded trail does not verify: {report.first}")

    def one_core(**options: Any) -> None:
        with _tied_to_one_core(box.cluster.data):
            check(**options)

    def sql() -> None:
        with superuser.cursor() as cursor:
            cursor.execute("SET max_parallel_workers_per_gather = 0")
            cursor.execute(SQL)
            if cursor.fetchone() != (events, 0, 0):
                raise RuntimeError("the seeded trail does not verify in SQL")

    return {
        "chains": lambda: check(replay=False),
        "chains_one_core": lambda: one_core(replay=False),
        "chains_and_replay": check,
        "chains_and_replay_one_core": one_core,
        "chains_and_replay_2_workers": lambda: check(workers=2),
        "sql_hashes_and_links": sql,
    }


def _shape(superuser: Any) -> tuple[int, int]:
    with superuser.cursor() as cursor:
        cursor.execute("SELECT count(*), round(avg(length(body))) FROM audit_event")
        events, size = cursor.fetchone()
        return int(events), int(size)


@contextmanager
def _tied_to_one_core(data: Path) -> Iterator[None]:
    """This process and the servers PostgreSQL starts from now on share one core."""
    postmaster = cpu.postmaster(data)
    before = os.sched_getaffinity(0)
    core = {min(before)}
    os.sched_setaffinity(0, core)
    os.sched_setaffinity(postmaster, core)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
        os.sched_setaffinity(postmaster, before)
