"""The one statement behind the figures of who held work how long."""

from __future__ import annotations

from datetime import date
from typing import Final

from cases.policy.deadlines import office_day

# What the figures can be grouped by: columns of the task, and two that change while it is held.
GROUPS: Final = {
    "agency": "t.agency_id",
    "stage": "t.stage",
    "kind": "t.kind",
    "region": "t.region_code",
    "unit": "i.unit_id",
    "person": "i.person_id",
}
# What was called off says nothing about whoever held it.
CALLED_OFF: Final = ("cancelled",)
# The calendars are tested from here on; no case is older.
FIRST: Final = date(2019, 1, 1)
OPENS, LONG = office_day()


# Whether the clock of an open task `t` stands still.
STANDS: Final = """EXISTS (SELECT FROM cases_clockinterval ci
    WHERE ci.task_id = t.id AND ci.ended_at IS NULL AND ci.state = 'paused')"""


def statement(groups: tuple[str, ...], *, ended: bool) -> str:
    """Parameters: see `cases.selectors.clocks.dwell`."""
    of = "t.closed_at >= %(since)s AND t.closed_at < %(until)s AND t.state <> ALL(%(called_off)s)"
    still = "t.opened_at < %(until)s AND (t.closed_at IS NULL OR t.closed_at >= %(until)s)"
    return _DWELL.format(
        of=of if ended else still,
        columns=", ".join(f"{GROUPS[group]} AS {group}" for group in groups),
        last="i.ended_at = t.closed_at" if ended else "(i.ended_at IS NULL OR i.ended_at >= %(until)s)",
        names=", ".join(groups),
        named="".join(f" AND {GROUPS[group]} IS NOT NULL" for group in groups if group in ("unit", "person")),
        own=_OWN if "person" in groups else "",
    )


def _worked(moment: str) -> str:
    """Seconds of office time before a local time: of the days before, and of its own day where that is worked."""
    at = f"[s.place + ({moment}::date - DATE '{FIRST.isoformat()}') + 1]"
    return f"o.before{at} + least(greatest(extract(epoch FROM {moment}::time)::int - {OPENS}, 0), o.long{at})"


_OWN = " AND (t.agency_id = ANY(%(agencies)s) OR i.unit_id = ANY(%(agencies)s))"
_ENDS = "least(coalesce(i.ended_at, %(until)s), %(until)s)"
_BEGUN, _ENDED = _worked("s.begins"), _worked("s.ends")
# A joined table of days is taken for millions of rows: an array is asked at its place, and left behind (`told`) before
# anything is grouped, which would write it out with every row. Who watches is asked of the cases of the period alone.
_DWELL = f"""
WITH office AS MATERIALIZED (SELECT %(before)s::int[] AS before, %(long)s::int[] AS long),
task AS MATERIALIZED (
    SELECT t.id, t.case_id, t.agency_id, t.kind, t.stage, t.region_code, t.closed_at, coalesce(p.place, 0) AS place,
        coalesce(t.agency_id * 4 + t.rank = ANY(%(own)s) OR t.unit_id * 4 + t.rank = ANY(%(own)s), false) AS is_own,
        CASE WHEN t.kind IN ('review_monitoring', 'follow_up')
                 THEN date_trunc('day', t.due_at AT TIME ZONE 'Asia/Shanghai')
             WHEN t.kind = 'execute_suspension'
                 THEN (t.data ->> 'window_from')::timestamptz AT TIME ZONE 'Asia/Shanghai' END AS waits
    FROM cases_task t
    LEFT JOIN unnest(%(places)s::text[], %(offsets)s::int[]) AS p(region_code, place) ON p.region_code = t.region_code
    WHERE {{of}}
      AND (%(stage)s::text IS NULL OR t.stage = %(stage)s) AND (%(kind)s::text IS NULL OR t.kind = %(kind)s)
      AND (%(agency)s::bigint IS NULL OR t.agency_id = %(agency)s)
      AND (%(region)s::text IS NULL OR starts_with(t.region_code, %(region)s))),
watched AS MATERIALIZED (
    SELECT ca.case_id FROM cases_caseagency ca JOIN cases_case k ON k.id = ca.case_id
    JOIN agencies_agency a ON a.id = ca.agency_id
    WHERE ca.agency_id * 4 + ca.rank = ANY(%(keys)s::bigint[]) AND ca.case_id IN (SELECT case_id FROM task)
      AND (ca.relation = 'lead' OR ca.relation = 'supervisor' AND starts_with(k.region_code, a.region_id))),
stretch AS MATERIALIZED (
    SELECT i.task_id, {{columns}}, i.state = 'running' AS ran, t.place, t.waits,
        i.started_at AT TIME ZONE 'Asia/Shanghai' AS begins, {_ENDS} AT TIME ZONE 'Asia/Shanghai' AS ends,
        {{last}} AS is_last,
        -- A deadline that lay ahead when the clock stopped for the last time cannot have passed since.
        {{last}} AND i.due_at < CASE WHEN i.state = 'running' THEN {_ENDS}
            ELSE coalesce((SELECT max(r.ended_at) FROM cases_clockinterval r WHERE r.task_id = i.task_id
                AND r.state = 'running' AND r.ended_at <= i.started_at), '-infinity') END AS is_late
    FROM task t JOIN cases_clockinterval i ON i.task_id = t.id
    WHERE (t.is_own OR t.case_id IN (SELECT case_id FROM watched)) AND i.started_at < %(until)s{{named}}{{own}}),
told AS MATERIALIZED (
    SELECT s.*, {_ENDED} - ({_BEGUN}) AS span,
        CASE WHEN s.ran AND s.waits > s.begins
             THEN {_worked("least(s.ends, s.waits)")} - ({_BEGUN}) ELSE 0 END AS waited
    FROM stretch s CROSS JOIN office o),
held AS (
    SELECT {{names}}, coalesce(sum(span) FILTER (WHERE ran), 0) - sum(waited) AS running, sum(waited) AS waiting,
        coalesce(sum(span) FILTER (WHERE NOT ran), 0) AS paused,
        bool_or(is_last) AS is_last, bool_or(is_late) AS is_late
    FROM told GROUP BY task_id, {{names}})
SELECT {{names}}, count(*) AS tasks,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY running) AS median,
    percentile_cont(0.9) WITHIN GROUP (ORDER BY running) AS p90,
    max(running) AS longest, sum(running) AS running, sum(paused) AS paused, sum(waiting) AS waiting,
    count(*) FILTER (WHERE is_last) AS ended_here, count(*) FILTER (WHERE is_late) AS late_tasks
FROM held GROUP BY {{names}}
"""
