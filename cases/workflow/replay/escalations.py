"""What `verify_audit` asks of 催办, 督办, 通报: the ledger is what its events name, every open deadline is watched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from audit.log import timestamp
from audit.verification.projections import Event, Problem, Scope, Streams

PREFIX: Final = "escalation/"

_ROWS = """
SELECT task_id::text, case_id::text, step, due_at, fell_at, late, outcome, whom, agency_id, roles, rule, fired_at
  FROM cases_escalation WHERE region_code = %s AND event_seq = %s ORDER BY id
"""
_COUNTS = """
SELECT region_code, count(*) FROM cases_escalation
 WHERE 'escalation/' || region_code >= %s AND 'escalation/' || region_code < %s GROUP BY 1
"""
_UNWATCHED = """
SELECT t.case_id::text, t.id::text FROM cases_task t LEFT JOIN cases_deadlinewatch w ON w.task_id = t.id
 WHERE t.state = 'open' AND ((w.due_at, w.region_code) IS DISTINCT FROM (t.due_at, t.region_code)
    OR w.paused IS DISTINCT FROM EXISTS (SELECT FROM cases_clockinterval k
        WHERE k.task_id = t.id AND k.ended_at IS NULL AND k.state = 'paused')
    OR w.done IS DISTINCT FROM (SELECT count(*) FROM cases_escalation e WHERE e.task_id = t.id AND e.due_at = t.due_at))
UNION ALL SELECT '', w.task_id::text FROM cases_deadlinewatch w LEFT JOIN cases_task t ON t.id = w.task_id
 WHERE t.state IS DISTINCT FROM 'open' ORDER BY 1, 2 LIMIT 100
"""


def verify_escalations(scope: Scope, streams: Streams) -> Iterator[Problem]:
    """Compare the steps that each event names with the rows that were written with it."""
    named: dict[str, int] = {}
    for stream, events in streams:
        region = stream.removeprefix(PREFIX)
        for event in events:
            told = event.body["data"]["steps"]
            named[region] = named.get(region, 0) + len(told)
            found = _rows(scope, region, event.seq)
            if found != [_line(step, event) for step in told]:
                yield _differs(event)
    yield from _uncounted(scope, named)
    if scope.first == PREFIX:
        yield from _unwatched(scope)


def _rows(scope: Scope, region: str, seq: int) -> list[tuple[Any, ...]]:
    with scope.connection.cursor() as cursor:
        cursor.execute(_ROWS, [region, seq])
        return [
            (*row[:3], timestamp(row[3]), timestamp(row[4]), *row[5:11], timestamp(row[11]))
            for row in cursor.fetchall()
        ]


def _line(step: Mapping[str, Any], event: Event) -> tuple[Any, ...]:
    names = ("task", "case", "step", "due", "fell", "late", "outcome", "whom", "agency", "roles", "rule")
    return (*(step[name] for name in names), event.body["at"])


def _differs(event: Event) -> Problem:
    return Problem(
        event.id,
        event.stream,
        event.seq,
        "escalation",
        "催办记录与事件所列步骤不符",
        "the ledger of escalations differs from the steps of this event",
    )


def _uncounted(scope: Scope, named: Mapping[str, int]) -> Iterator[Problem]:
    with scope.connection.cursor() as cursor:
        cursor.execute(_COUNTS, [scope.first, scope.last])
        found = dict(cursor.fetchall())
    for region in sorted(found.keys() | named.keys()):
        told, rows = named.get(region, 0), found.get(region, 0)
        if told != rows:
            yield Problem(
                None,
                PREFIX + region,
                None,
                "escalation",
                f"催办记录 {rows} 条，事件所列 {told} 条",
                f"the ledger has {rows} steps, the events name {told}",
            )


def _unwatched(scope: Scope) -> Iterator[Problem]:
    with scope.connection.cursor() as cursor:
        cursor.execute(_UNWATCHED)
        for case_id, task in cursor.fetchall():
            yield Problem(
                None,
                f"case/{case_id}" if case_id else PREFIX,
                None,
                "watch",
                f"待办 {task} 的期限跟踪与待办不符",
                f"the deadline of task {task} is not watched as it is",
            )
