"""The clock page of a case and the figures of who held work how long, beside the same as hand-written SQL.

`python -m bench clocks --cases 100000 --json` seeds a throwaway database and asks each in turn with its SQL, which
reads behind the wall. One object a workload: p50 and p95 in milliseconds, the number of statements, the ratio of p50.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.listing.seed import seed
from bench.listing.workloads import HANDLER, SUPERVISOR
from bench.sandbox import sandbox

# What the page shows, read without asking who looks.
_CASE_BY_HAND = (
    "SELECT * FROM cases_case WHERE number = %(number)s",
    "SELECT t.* FROM cases_task t JOIN cases_case c ON c.id = t.case_id WHERE c.number = %(number)s",
    """SELECT i.*, u.display_name FROM cases_clockinterval i JOIN cases_case c ON c.id = i.case_id
        LEFT JOIN agencies_user u ON u.id = i.person_id WHERE c.number = %(number)s ORDER BY i.started_at""",
)
# Office time from a table of worked days; no pauses split off, no deadlines that moved on.
_DWELL_BY_HAND = """
WITH day AS MATERIALIZED (SELECT d::date AS day, sum(CASE WHEN extract(isodow FROM d) < 6 THEN 32400 ELSE 0 END)
        OVER (ORDER BY d) - CASE WHEN extract(isodow FROM d) < 6 THEN 32400 ELSE 0 END AS before,
        CASE WHEN extract(isodow FROM d) < 6 THEN 32400 ELSE 0 END AS long
    FROM generate_series('2019-01-01'::date, '2027-12-31', '1 day') AS d),
held AS (SELECT t.agency_id, t.id, bool_or(t.closed_at > t.due_at) AS late, sum(
        b.before + least(greatest(extract(epoch FROM l.ends::time)::int - 32400, 0), b.long)
        - a.before - least(greatest(extract(epoch FROM l.begins::time)::int - 32400, 0), a.long)) AS worked
    FROM cases_task t JOIN cases_clockinterval i ON i.task_id = t.id,
    LATERAL (SELECT i.started_at AT TIME ZONE 'Asia/Shanghai' AS begins,
        i.ended_at AT TIME ZONE 'Asia/Shanghai' AS ends) l
    JOIN day a ON a.day = l.begins::date JOIN day b ON b.day = l.ends::date
    WHERE t.closed_at >= %(since)s AND t.closed_at < %(until)s
      AND t.case_id IN (SELECT case_id FROM cases_caseagency WHERE agency_id = ANY(%(agencies)s)) GROUP BY 1, 2)
SELECT agency_id, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY worked),
    percentile_cont(0.9) WITHIN GROUP (ORDER BY worked), max(worked), avg(late::int) FROM held GROUP BY 1
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cases", type=int, default=100_000, help="how many cases (100000)")
    parser.add_argument("--rounds", type=int, default=60, help="how often each page is asked (60)")


def run(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    with sandbox() as box:
        superuser = box.connect("postgres")
        seed(superuser, arguments.cases)
        plain = superuser.cursor()
        for name, who, ours, raw in _workloads(plain):
            yield {"bench": "clocks", "cases": arguments.cases, "workload": name} | _measured(
                who, ours, raw, arguments.rounds
            )
        superuser.close()


Work = tuple[str, Any, Callable[[], int], Callable[[], None]]


def _workloads(plain: Any) -> Iterator[Work]:
    from agencies.actors import find_actor

    handler, supervisor = find_actor(HANDLER), find_actor(SUPERVISOR)
    yield _case_page(plain, handler)
    yield from _figures(plain, handler, supervisor)


def _case_page(plain: Any, handler: Any) -> Work:
    from cases.selectors.clocks.case import case_clocks
    from cases.workflow.workdays import calendar_for

    plain.execute(
        "SELECT number FROM cases_case WHERE lead_agency_id = %s ORDER BY id LIMIT 2000", [handler.agency_ids[0]]
    )
    numbers = [row[0] for row in plain.fetchall()]
    now, turn = datetime.now(UTC), random.Random(3)

    def page() -> int:
        found = case_clocks(handler, turn.choice(numbers), now, calendar_for)
        return len(found["tasks"]) if found else 0

    def by_hand() -> None:
        number = turn.choice(numbers)
        for sql in _CASE_BY_HAND:
            plain.execute(sql, {"number": number})
            plain.fetchall()

    return "case_clock", handler, page, by_hand


def _figures(plain: Any, handler: Any, supervisor: Any) -> Iterator[Work]:
    from cases.selectors.clocks.dwell import DwellFilter, dwell
    from cases.workflow.workdays import calendar_for

    plain.execute("SELECT min(opened_at), max(coalesce(closed_at, opened_at)) FROM cases_task")
    first, last = plain.fetchone()
    whole = DwellFilter(since=first, until=last + timedelta(days=1))
    month = DwellFilter(since=last - timedelta(days=90), until=last - timedelta(days=60))
    for name, who, wanted, groups in (
        ("dwell_all_by_agency", supervisor, whole, ("agency",)),
        ("dwell_all_by_agency_and_stage", supervisor, whole, ("agency", "stage")),
        ("dwell_city_by_agency", handler, whole, ("agency",)),
        ("dwell_month_by_agency", supervisor, month, ("agency",)),
        ("dwell_month_by_person", handler, month, ("person",)),
    ):

        def ours(who: Any = who, wanted: DwellFilter = wanted, groups: tuple[str, ...] = groups) -> int:
            return sum(row["tasks"] for row in dwell(who, wanted, groups, calendar_for))

        def by_hand(who: Any = who, wanted: DwellFilter = wanted) -> None:
            values = {"since": wanted.since, "until": wanted.until, "agencies": list(who.agency_ids)}
            plain.execute(_DWELL_BY_HAND, values)
            plain.fetchall()

        yield name, who, ours, by_hand


def _measured(who: Any, ours: Callable[[], int], raw: Callable[[], None], rounds: int) -> dict[str, Any]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from agencies.sight import seeing

    with seeing(who), CaptureQueriesContext(connection) as seen:
        rows = ours()
    took, by_hand = [], []
    for _ in range(rounds):
        with seeing(who):
            took.append(_timed(ours))
        by_hand.append(_timed(raw))
    p50, p50_raw = statistics.median(took), statistics.median(by_hand)
    return {
        "rows": rows,
        "queries": len(seen),
        "p50_ms": round(p50, 2),
        "p95_ms": round(statistics.quantiles(took, n=20)[-1], 2),
        "sql_p50_ms": round(p50_raw, 2),
        "sql_p95_ms": round(statistics.quantiles(by_hand, n=20)[-1], 2),
        "ratio": round(p50 / p50_raw, 2),
    }


def _timed(call: Callable[[], Any]) -> float:
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000
