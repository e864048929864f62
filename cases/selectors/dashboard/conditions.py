"""What counts for each figure, as a condition on a row `f` of the figures of cases.

A figure and the list of exactly its cases are the same text. Parameters: since, until, before_since, before_until; of
tasks also watching and own, the keys of sight.
"""

from __future__ import annotations

from typing import Final

from cases.selectors.clocks.statement import CALLED_OFF, STANDS

MINING: Final = "f.finding IN ('self_operated', 'hosted')"
OPEN_AT: Final = "f.opened_at < {at} AND (f.closed_at IS NULL OR f.closed_at >= {at})"
LISTED: Final = "f.opened_at >= %(since)s AND f.opened_at < %(until)s"
DONE: Final = "f.closed_at >= %(since)s AND f.closed_at < %(until)s AND f.outcome <> 'merged'"
DONE_BEFORE: Final = "f.closed_at >= %(before_since)s AND f.closed_at < %(before_until)s AND f.outcome <> 'merged'"
# Confirmed mining that uses power at an instant: not cut, stopped or closed by then.
USES_AT: Final = "f.kwh IS NOT NULL AND f.opened_at < {at} AND (f.ended_at IS NULL OR f.ended_at >= {at})"
_CALLED_OFF: Final = ", ".join(f"'{state}'" for state in CALLED_OFF)
_OWN: Final = "t.agency_id * 4 + t.rank = ANY(%(own)s) OR coalesce(t.unit_id * 4 + t.rank = ANY(%(own)s), false)"
# A task `t` whose deadline, extensions and pauses counted in, lies in the span. What was called off says nothing, and
# what stands still is late with nothing. Of an own part the own tasks alone.
DUE: Final = f"""t.due_at >= %(since)s AND t.due_at < %(until)s AND t.state NOT IN ({_CALLED_OFF})
    AND NOT (t.closed_at IS NULL AND {STANDS}) AND (%(watching)s OR {_OWN})"""
# Done by then: its clock ran no longer. A deadline ahead of which the clock stopped for good cannot have passed since.
KEPT: Final = """t.closed_at IS NOT NULL AND (t.closed_at <= t.due_at OR NOT EXISTS (SELECT FROM cases_clockinterval r
    WHERE r.task_id = t.id AND r.state = 'running' AND r.ended_at > t.due_at))"""
# Where a case went, or stands, that was neither cut off nor charged; each case is exactly one of these.
GONE: Final = """CASE WHEN f.cut_at IS NOT NULL OR f.charged THEN 'measured'
    WHEN f.stage = 'closed' AND f.outcome IN ('false_positive', 'merged', 'handled') THEN f.outcome
    WHEN f.stage = 'closed' THEN 'elsewise'
    WHEN f.stage = 'monitoring' AND f.watched THEN 'watched'
    ELSE f.stage END"""
WENT: Final = (
    *("false_positive", "watched", "verification", "monitoring", "suspension", "penalty_tariff"),
    *("handled", "elsewise", "merged"),
)

LISTS: Final = {
    "open": OPEN_AT.format(at="%(until)s"),
    "listed": LISTED,
    "dispatched": f"{LISTED} AND f.dispatched",
    "mining": f"{LISTED} AND {MINING}",
    "cut": f"{LISTED} AND f.cut_at IS NOT NULL",
    "charged": f"{LISTED} AND f.charged",
    "ended": f"{LISTED} AND f.stage = 'closed'",
    "done": DONE,
    "missed": f"f.case_id IN (SELECT t.case_id FROM cases_task t WHERE {DUE} AND NOT ({KEPT}))",
    "uses": USES_AT.format(at="%(until)s"),
    "billed": """f.case_id IN (SELECT b.case_id FROM bill_figures_seen(%(keys)s::bigint[], %(watching)s) b
        WHERE b.issued_at >= %(since)s AND b.issued_at < %(until)s)""",
    **{f"went-{code}": f"{LISTED} AND {GONE} = '{code}'" for code in WENT},
}
