"""Taking back a list that was imported by mistake: seconds from the asking to the commit, while no import can go on.

`python -m bench withdrawal --rows 20000 --json`: the product imports the list of `bench import` with so many rows into
a city of its own, in a process of its own, and then withdraws it: every row, case, signal and key. There is no
hand-written counterpart, for a withdrawal is one of the product's own promises, not a way of loading rows.
"""

from __future__ import annotations

import argparse
import os
import resource
from collections.abc import Iterator
from typing import Any

from bench.import_ import cost, load_city
from bench.importing import cpu
from bench.importing.alone import import_alone
from bench.importing.lists import as_csv, make_rows
from bench.sandbox import Sandbox, sandbox

_CASES = "SELECT count(*) FROM cases_case WHERE facts ? 'retracted'"
_SIGNALS = "SELECT count(*) FILTER (WHERE withdrawn_at IS NOT NULL), count(*) FROM cases_signal"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rows", type=int, default=20_000, help="rows of the list (20000)")


def run(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """One line: how long the import took, how long its withdrawal, and the cases and signals that were taken back."""
    content = as_csv(make_rows(arguments.rows))
    with sandbox() as box:
        load_city()
        brought = import_alone(content, "bench", cpu.postmaster(box.cluster.data))
        taken = cost(box, _take_back)
        ((cases,),) = _asked(box, _CASES)
        ((signals, all_signals),) = _asked(box, _SIGNALS)
    yield {
        "bench": "withdrawal",
        "rows": arguments.rows,
        "import_seconds": round(brought.seconds, 2),
        "seconds": round(taken.seconds, 2),
        "cpu_seconds": round(taken.cpu, 2),
        "rows_per_s": round(arguments.rows / taken.seconds),
        "cases": cases,
        "cases_per_s": round(cases / taken.seconds),
        "signals": signals,
        "signals_left": all_signals - signals,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "load": os.getloadavg()[0],
    }


def _take_back() -> None:
    from agencies.actors import system_actor
    from audit import clock
    from audit.sight import working_as
    from cases.intake.ledger.withdrawal import withdraw_batch
    from cases.models import ListBatch

    with working_as("withdrawal"):
        batch = ListBatch.objects.get()
        withdraw_batch(actor=system_actor(), batch=batch, why="trial", now=clock.now())


def _asked(box: Sandbox, question: str) -> list[tuple[Any, ...]]:
    # Behind row-level security the owner would count nothing.
    superuser = box.connect("postgres")
    try:
        with superuser.cursor() as cursor:
            cursor.execute(question)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows
    finally:
        superuser.close()
