"""Document numbers drawn by many at once: no gap, no double, also where some of those who draw give up.

`python -m bench numbers --workers 8 --numbers 10000 --json`: on a throwaway database with the demo city, W processes
issue N documents of one kind through `perform` (a referral each: number, text, hash, event); every fiftieth is rolled
back after its number was drawn and done anew. Then the same numbers are drawn by hand: one statement that counts up
and one row written, nothing else. `gaps`, `doubles` and `texts_missing` are read from the tables.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from bench.handoffs.crew import FORK
from bench.sandbox import Sandbox, sandbox

A_CASE = 1
CHUNK = 200
GIVES_UP = 50
KIND = "referral"
BY_HAND = """
CREATE TABLE hand_series (kind text, year int, last int NOT NULL, PRIMARY KEY (kind, year));
CREATE TABLE hand_document (kind text, year int, serial int, PRIMARY KEY (kind, year, serial));
INSERT INTO hand_series VALUES ('referral', 2026, 0);
"""
CHECK = """
SELECT count(*), count(DISTINCT serial), coalesce(max(serial), 0), coalesce(min(serial), 0),
       count(*) FILTER (WHERE v.sha256 IS NULL OR encode(sha256(v.content), 'hex') <> d.sha256)
FROM cases_document d LEFT JOIN cases_documentversion v ON v.document_id = d.id AND v.version = 1 WHERE d.kind = %s
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--workers", type=int, default=8, help="processes (8)")
    parser.add_argument("--numbers", type=int, default=10_000, help="documents issued by all of them together (10000)")


def run(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """One line for the product, one by hand."""
    with sandbox(redis=True) as box:
        shares = _shares(arguments.numbers, arguments.workers)
        seconds = _together(_issue, shares)
        superuser = box.connect("postgres")
        with superuser.cursor() as cursor:
            cursor.execute(CHECK, [KIND])
            rows, different, highest, lowest, without = cursor.fetchone()
        superuser.close()
        yield {
            "bench": "numbers",
            "way": "product",
            "workers": arguments.workers,
            "numbers": rows,
            "seconds": round(seconds, 2),
            "per_second": round(rows / seconds),
            "gaps": highest - lowest + 1 - different if rows else 0,
            "doubles": rows - different,
            "first": lowest,
            "texts_missing": without,
            "given_up": arguments.numbers // GIVES_UP,
        }
        seconds = _by_hand(box, arguments.numbers, arguments.workers)
        hand = {"bench": "numbers", "way": "by_hand", "workers": arguments.workers, "numbers": arguments.numbers}
        yield hand | {"seconds": round(seconds, 2), "per_second": round(arguments.numbers / seconds)}


def _shares(numbers: int, workers: int) -> list[list[tuple[str, int]]]:
    """For each worker its cases, and how many documents are issued on each."""
    from django.core.management import call_command

    from bench.transitions import _disconnect, _open_cases

    call_command("load_demo_city", verbosity=0)
    cases = list(_open_cases(-(-numbers // A_CASE)))
    _dispatch(cases)
    counts = [min(A_CASE, numbers - n * A_CASE) for n in range(len(cases))]
    _disconnect()
    rows = list(zip(cases, counts, strict=True))
    return [rows[n::workers] for n in range(workers)]


def _dispatch(cases: Sequence[str]) -> None:
    """On to verification, from where a case can be referred."""
    from agencies.actors import find_actor
    from agencies.sight import seeing
    from audit.clock import real_now
    from cases.workflow.bulk import Request, perform_many
    from cases.workflow.errors import WorkflowError

    handler = find_actor("drc-handler1")
    data = {"findings": ["check_consumption"]}
    for first in range(0, len(cases), CHUNK):
        asked = [Request("dispatch_verification", data, case) for case in cases[first : first + CHUNK]]
        with seeing(handler):
            answers = perform_many(asked, actor=handler, now=real_now())
        if failed := [answer for answer in answers if isinstance(answer, WorkflowError)]:
            raise failed[0]


def _issue(share: Sequence[tuple[str, int]]) -> None:
    from django.db import transaction

    from agencies.actors import find_actor
    from agencies.sight import seeing
    from audit.clock import real_now
    from cases.workflow.engine import perform

    actor = find_actor("drc-approver1")
    data = {"partner": "320300-police", "matter": "crime", "request": "请依法查处。"}
    done = 0
    with seeing(actor):
        for case_id, count in share:
            for _ in range(count):
                done += 1
                for last in (False, True) if done % GIVES_UP == 0 else (True,):
                    with transaction.atomic():
                        perform(
                            case_id=case_id,
                            action="refer_case",
                            actor=actor,
                            data=data,
                            expected_version=None,
                            idempotency_key=None,
                            now=real_now(),
                        )
                        transaction.set_rollback(not last)


def _by_hand(box: Sandbox, numbers: int, workers: int) -> float:
    superuser = box.connect("postgres")
    with superuser, superuser.cursor() as cursor:
        cursor.execute(BY_HAND)
    superuser.close()

    def draw(share: Sequence[tuple[str, int]]) -> None:
        connection = box.connect("postgres")
        for _, count in share:
            for _ in range(count):
                with connection, connection.cursor() as cursor:
                    cursor.execute("UPDATE hand_series SET last = last + 1 RETURNING last")
                    cursor.execute("INSERT INTO hand_document VALUES ('referral', 2026, %s)", cursor.fetchone())
        connection.close()

    each = [numbers // workers + (n < numbers % workers) for n in range(workers)]
    return _together(draw, [[("", count)] for count in each])


def _together(work: Callable[[Any], None], shares: Sequence[Any]) -> float:
    """Seconds until all processes are done. Raises RuntimeError where one failed."""
    began = time.perf_counter()
    processes = [FORK.Process(target=work, args=(share,)) for share in shares]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        raise RuntimeError("a process that draws numbers has failed")
    return time.perf_counter() - began
