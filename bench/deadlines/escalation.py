"""One sweep over open deadlines (催办 → 督办 → 通报), beside the same as one hand-written statement.

`python -m bench escalation --deadlines 100000,1000000 --json` seeds a throwaway database for each size (five open
deadlines a case) and times a sweep with nothing due (a third is long overdue and has taken every step), with one of a
hundred due a step, and with all of them; then the first page of the trail, as supervision reads it. `by_hand` is one
statement for one known rule and calendar that writes ledger, message and progress of the same deadlines without an
event; `growth` is the time of a sweep against the first size.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from bench.listing.seed import seed
from bench.listing.workloads import SUPERVISOR
from bench.sandbox import Sandbox, sandbox

A_CASE = 5
SWEEPS = 7  # of those that find nothing; the others change what they find
# A Monday, a minute after the hour of the steps.
NOW = datetime(2026, 11, 16, 1, 1, tzinfo=UTC)
LATER, LONG_AGO = "2026-12-16 10:00Z", "2026-06-16 10:00Z"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--deadlines", default="100000", help="open deadlines; several sizes separated by commas")


def run(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """One line a workload and size; each size in a process and a database of its own."""
    sizes = [int(size) for size in str(arguments.deadlines).split(",")]
    if len(sizes) == 1:
        with sandbox() as place:
            yield from _measured(place, sizes[0])
        return
    first: dict[str, float] = {}
    for size in sizes:
        command = [sys.executable, "-m", "bench", "escalation", "--deadlines", str(size), "--json"]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        for line in map(json.loads, done.stdout.splitlines()):
            took = line.get("sweep_ms") or line["page_ms"]
            before = first.setdefault(line["workload"], took)
            yield line | ({} if size == sizes[0] else {"growth": round(took / before, 2)})


def _measured(place: Sandbox, wanted: int) -> Iterator[dict[str, Any]]:
    from django.conf import settings

    from config.embedded.postgres import SUPERUSER

    settings.OUTBOX_TASK = ""  # no bell: nobody listens
    with closing(place.connect(SUPERUSER)) as root:
        seed(root, max(200, wanted // A_CASE))
        n = _fill(root, wanted)
        for hour, (workload, due) in enumerate((("nothing due", 0), ("1 % due", n // 100), ("all due", n)), start=10):
            _make_due(root, due, f"2026-11-16 {hour}:00Z")  # another deadline each time: it takes its steps anew
            hand = _by_hand(root)
            runs = [_swept() for _ in range(SWEEPS if due == 0 else 1)]
            sweep = statistics.median(seconds for seconds, _ in runs)
            assert runs[0][1] == due == hand[1], (workload, due, runs, hand)
            yield {
                "workload": workload,
                "deadlines": n,
                "steps": due,
                "sweep_ms": round(sweep * 1000, 1),
                "by_hand_ms": round(hand[0] * 1000, 1),
                **({"times": round(sweep / hand[0], 1), "us_a_step": round(sweep * 1e6 / due, 1)} if due else {}),
            }
        yield _looked_back(root, n)


def _looked_back(root: Any, n: int) -> dict[str, Any]:
    """The first page of the trail, as supervision reads it after all that: each event of steps names its cases."""
    from agencies.actors import find_actor
    from agencies.sight import seeing
    from cases.selectors.events import EventFilter, search_events

    supervisor = find_actor(SUPERVISOR)

    def page() -> int:
        with seeing(supervisor):
            return len(search_events(supervisor, EventFilter(), size=20).rows)

    def plainly() -> int:
        with root, root.cursor() as cursor:
            cursor.execute(
                "SELECT id, stream, at, body FROM audit_event WHERE stream ~ '/32' ORDER BY id DESC LIMIT 20"
            )
            rows = cursor.fetchall()
            cursor.execute("SELECT count(*) FROM audit_event WHERE stream ~ '/32'")
            return len(rows)

    seconds, hand = (min(_timed(call)[0] for _ in range(SWEEPS)) for call in (page, plainly))
    told = {"workload": "trail of supervision", "deadlines": n, "page_ms": round(seconds * 1000, 1)}
    return told | {"by_hand_ms": round(hand * 1000, 1), "times": round(seconds / hand, 1)}


def _fill(root: Any, wanted: int) -> int:
    """Open tasks until there are as many as wanted, each with its watch; returns how many."""
    with root, root.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        _triggers(cursor, "DISABLE")
        cursor.execute("UPDATE cases_task SET state = 'done', closed_at = due_at, closed_seq = 1 WHERE state = 'open'")
        cursor.execute(
            """INSERT INTO cases_task (id, case_id, kind, agency_id, roles, state, stage, region_code, rank, opened_at,
                                       due_at, due_rule, provisional, returns, data, opened_seq)
               SELECT gen_random_uuid(),
                      t.case_id, t.kind, t.agency_id, t.roles, 'open', c.stage, c.region_code, t.rank,
                      t.opened_at, %s, t.due_rule, false, 0, '{}', t.opened_seq
               FROM (SELECT DISTINCT ON (case_id) * FROM cases_task ORDER BY case_id, id) t
               JOIN cases_case c ON c.id = t.case_id CROSS JOIN generate_series(1, %s) LIMIT %s""",
            [LATER, A_CASE, wanted],
        )
        cursor.execute("DELETE FROM cases_deadlinewatch")
        cursor.execute(
            """INSERT INTO cases_deadlinewatch (task_id, region_code, due_at, since, done, paused)
               SELECT id, region_code, due_at, opened_at, 0, false FROM cases_task WHERE state = 'open'"""
        )
        n = int(cursor.rowcount)
        _triggers(cursor, "ENABLE ALWAYS")
    root.autocommit = True
    with root.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    root.autocommit = False
    return n


def _make_due(root: Any, n: int, today: str) -> None:
    """These many are due today and have been announced; of the others a third has taken all steps long ago."""
    with root, root.cursor() as cursor:
        cursor.execute(
            """WITH numbered AS (SELECT task_id, row_number() OVER (ORDER BY md5(task_id::text)) AS i
                                 FROM cases_deadlinewatch)
               UPDATE cases_deadlinewatch w SET
                   due_at = CASE WHEN i <= %(n)s THEN %(today)s::timestamptz
                                 WHEN i %% 3 = 0 THEN %(past)s::timestamptz ELSE %(later)s::timestamptz END,
                   done = CASE WHEN i <= %(n)s THEN 1 WHEN i %% 3 = 0 THEN 5 ELSE 0 END
               FROM numbered WHERE numbered.task_id = w.task_id""",
            {"n": n, "today": today, "past": LONG_AGO, "later": LATER},
        )
    root.autocommit = True
    with root.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE cases_deadlinewatch")
    root.autocommit = False


def _swept() -> tuple[float, int]:
    from audit.sight import working_as
    from cases.workflow.clockwork.escalating import escalate

    with working_as("escalation"):
        return _timed(lambda: escalate(now=NOW).steps)


# What somebody would write who knows the one rule: the reminder of today, for whoever holds the task.
_BY_HAND = """
WITH due AS (
    SELECT w.task_id, t.case_id, w.region_code, w.due_at, t.agency_id, t.roles, t.kind, t.stage, c.number
    FROM cases_deadlinewatch w JOIN cases_task t ON t.id = w.task_id JOIN cases_case c ON c.id = t.case_id
    WHERE NOT w.paused AND w.done < 5 AND w.region_code = ANY(%(regions)s) AND w.done = 1
      AND w.due_at < '2026-11-17 00:00+08' FOR UPDATE OF w SKIP LOCKED
), moved AS (
    UPDATE cases_deadlinewatch w SET done = 2 FROM due WHERE w.task_id = due.task_id
), kept AS (
    INSERT INTO cases_escalation (task_id, case_id, region_code, step, due_at, fell_at, fired_at, late, outcome, whom,
                                  agency_id, roles, rule, event_seq)
    SELECT task_id, case_id, region_code, 'today', due_at, '2026-11-16 09:00+08', '2026-11-16 09:01+08', false, 'told',
           'holder', agency_id, roles, 'by hand', 1 FROM due
)
INSERT INTO cases_outbox (key, case_id, topic, agency_id, payload, created_at)
SELECT 'hand/' || task_id, case_id, 'deadline.today', agency_id,
       jsonb_build_object('number', number, 'task', task_id, 'kind', kind, 'stage', stage, 'due_at', due_at), now()
FROM due
"""


def _by_hand(root: Any) -> tuple[float, int]:
    with root.cursor() as cursor:
        cursor.execute("SELECT array_agg(DISTINCT region_code) FROM cases_deadlinewatch")
        regions = cursor.fetchone()[0]

        def by_hand() -> int:
            cursor.execute(_BY_HAND, {"regions": regions})
            return int(cursor.rowcount)

        found = _timed(by_hand)
        root.rollback()
    return found


def _triggers(cursor: Any, way: str) -> None:
    """The watch is filled at once and not row by row."""
    for trigger in ("watch_begin", "watch_follow"):
        cursor.execute(f"ALTER TABLE cases_task {way} TRIGGER {trigger}")


def _timed(call: Callable[[], int]) -> tuple[float, int]:
    start = time.perf_counter()
    found = call()
    return time.perf_counter() - start, found
