"""A monitoring list to cases, events and tasks, beside COPY and set SQL by hand, from the same rows in the same run.

`python -m bench import --rows 100000 --json`: a list of N rows (address, port, pool, first and last seen, operator,
installed address, holder, meter, kWh; one row in ten repeats an earlier one, one in ten is another sight of an earlier
meter) is made from a fixed seed and loaded by hand twice, on the same server: into a clone of the product's database
with every row that the product writes (`ratio`), and into four plain tables (`ratio_four_tables`);
`bench/importing/by_hand.py` says what each does and leaves out. Then the product imports it, from the bytes of the file
to the last commit, in a process of its own, whose memory is the import's alone. A ratio is how often the time by hand
goes into ours; `cpu_ratio` is the same for the CPU of Python and PostgreSQL together, the figure that a busy machine
disturbs least.
"""

from __future__ import annotations

import argparse
import io
import os
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from bench.importing import by_hand, cpu
from bench.importing.alone import import_alone
from bench.importing.lists import as_csv, make_rows
from bench.sandbox import BY_HAND, DATABASE, Sandbox, sandbox

# What both ways write, to be counted beside each other.
COUNTED = (
    *("cases_case", "audit_event", "cases_task", "cases_caseagency", "cases_clockinterval", "cases_outbox"),
    *("cases_casesearch", "cases_listrow", "cases_site", "cases_sitekey", "cases_signal", "cases_personalrecord"),
)


class Cost(NamedTuple):
    """Seconds on the clock, and of CPU of this process and the server together."""

    seconds: float
    cpu: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the list (100000)")


def run(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """One line: rows a second of the three ways, their ratios, the rows that were written, peak memory."""
    rows = make_rows(arguments.rows)
    content = as_csv(rows)
    with sandbox() as box:
        load_city()
        clone(box)
        # By hand first: whatever the server has warmed up helps the product's rivals, not the product.
        hand, plain = _hand(box, rows)
        ours = import_alone(content, "bench", cpu.postmaster(box.cluster.data))
        written, by_hands = _count(box, DATABASE), _count(box, BY_HAND)
    yield {
        "bench": "import",
        "rows": arguments.rows,
        "seconds": round(ours.seconds, 2),
        "rows_per_s": round(arguments.rows / ours.seconds),
        "by_hand_seconds": round(hand.seconds, 2),
        "ratio": round(ours.seconds / hand.seconds, 2),
        "cpu_ratio": round(ours.cpu / hand.cpu, 2),
        "four_tables_seconds": round(plain.seconds, 2),
        "ratio_four_tables": round(ours.seconds / plain.seconds, 2),
        "written": written,
        "written_by_hand": by_hands,
        "rows_per_s_first_tenth": round(ours.rows_per_s(0, 0.1)),
        "rows_per_s_last_tenth": round(ours.rows_per_s(0.9, 1)),
        "fates": ours.fates,
        "effects": ours.effects,
        "peak_mb": ours.memory_peak,
        "peak_mb_before": ours.memory_before,
        "load": os.getloadavg()[0],
    }


def load_city() -> None:
    """The demo city, in the database of the sandbox."""
    from django.conf import settings
    from django.core.management import call_command

    settings.OUTBOX_TASK = ""  # no broker here to ring
    call_command("load_demo_city", verbosity=0, stdout=io.StringIO())


def clone(box: Sandbox) -> None:
    """The product's database as it is before the import, for the hand."""
    from django.db import connections

    from config.embedded import OWNER_ROLE

    connections.close_all()
    superuser = box.cluster.connect()
    superuser.autocommit = True
    with superuser.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE {BY_HAND} TEMPLATE {DATABASE} OWNER "{OWNER_ROLE}"')
    superuser.close()


def cost(box: Sandbox, work: Callable[[], object]) -> Cost:
    """What a piece of work takes."""
    postmaster = cpu.postmaster(box.cluster.data)
    started, before = time.monotonic(), cpu.own() + cpu.tree(postmaster)
    work()
    return Cost(time.monotonic() - started, cpu.own() + cpu.tree(postmaster) - before)


def _hand(box: Sandbox, rows: by_hand.Rows) -> tuple[Cost, Cost]:
    from config.embedded import OWNER_ROLE

    owner = box.cluster.connect(BY_HAND, OWNER_ROLE)
    try:
        found = []
        for prepare, way in (by_hand.SAME_ROWS, by_hand.FOUR_TABLES):
            by_hand.run(owner, prepare)
            found.append(cost(box, lambda way=way: by_hand.load(owner, rows, way)))  # type: ignore[misc]
    finally:
        owner.close()
    return found[0], found[1]


def _count(box: Sandbox, database: str) -> dict[str, int]:
    superuser = box.cluster.connect(database, "postgres")
    with superuser.cursor() as cursor:
        found = {}
        for table in COUNTED:
            cursor.execute(f"SELECT count(*) FROM {table}")
            found[table.partition("_")[2]] = cursor.fetchone()[0]
    superuser.close()
    return found
