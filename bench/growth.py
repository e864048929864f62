"""Lists into a base that has grown: ten lists, one after another, on a million cases; the tenth beside the first.

`python -m bench growth --cases 1000000 --json`: the base is made by hand (`bench/importing/by_hand.py`) with every row
that imports leave: lists and their rows, sites, keys, signals, cases, events, tasks. Then the product imports lists
without common households, each in a process of its own. One line a list: rows a second, and `ratio`, how often the
time a row of the first goes into it. List 0 stands before the base and is no part of the ratio: the same into an empty
city, which says what the base itself costs (`ratio_empty`).
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from typing import Any

from bench.import_ import load_city
from bench.importing import by_hand, cpu
from bench.importing.alone import Measured, import_alone
from bench.importing.lists import as_csv, make_rows
from bench.sandbox import DATABASE, Sandbox, sandbox

# Rows of a list that open a case of their own.
OPENING = 0.8
# What holds a case and its events together is put back as it was: it belongs to what is measured.
RELIEVED = ("case_row_has_event", "case_event_has_row")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cases", type=int, default=1_000_000, help="cases of the base (1000000)")
    parser.add_argument("--lists", type=int, default=10, help="lists imported into it (10)")
    parser.add_argument("--rows", type=int, default=20_000, help="rows of each list (20000)")


def run(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """One line a list."""
    with sandbox() as box:
        load_city()
        empty = _import(box, arguments.rows, 0)
        _make_base(box, arguments.cases)
        first: Measured | None = None
        for number in range(1, arguments.lists + 1):
            measured = _import(box, arguments.rows, number)
            first = first or measured
            yield {
                "bench": "growth",
                "list": number,
                "cases_before": _cases(box) - measured.effects["new_case"],
                "rows": arguments.rows,
                "rows_per_s": round(arguments.rows / measured.seconds),
                "ratio": round(measured.seconds / first.seconds, 2),
                "ratio_empty": round(measured.seconds / empty.seconds, 2),
                "cpu_ratio": round(measured.cpu / first.cpu, 2),
                "peak_mb": measured.memory_peak,
                "load": os.getloadavg()[0],
            }


def _import(box: Sandbox, rows: int, number: int) -> Measured:
    # Part 0 of the made lists is the base.
    return import_alone(as_csv(make_rows(rows, number + 1)), f"list {number}", cpu.postmaster(box.cluster.data))


def _make_base(box: Sandbox, cases: int) -> None:
    owner, superuser = box.connect("lianzhi_owner"), box.connect("postgres")
    with superuser, superuser.cursor() as cursor:
        cursor.execute("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = ANY(%s)", [list(RELIEVED)])
        triggers = [row[0] for row in cursor.fetchall()]
    relieve, load = by_hand.SAME_ROWS
    by_hand.run(owner, relieve)
    by_hand.load(owner, make_rows(round(cases / OPENING)), load)
    by_hand.run(owner, "; ".join(triggers))
    owner.close()
    superuser.autocommit = True
    with superuser.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    superuser.close()


def _cases(box: Sandbox) -> int:
    superuser = box.cluster.connect(DATABASE, "postgres")
    with superuser.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_case")
        found: int = cursor.fetchone()[0]
    superuser.close()
    return found
