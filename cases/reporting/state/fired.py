"""Which steps of the escalation had been taken about a late task by an instant: 催办, 督办, 通报."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from cases.selectors.paging import fetch

Fired = Mapping[str, datetime]


class Step(NamedTuple):
    code: str
    zh: str
    en: str


STEPS: Final = (
    Step("overdue", "催办", "Reminder"),
    Step("pressed", "督办", "Supervision"),
    Step("reported", "通报", "Circular"),
)


_FIRED: Final = """
SELECT e.task_id::text AS task, e.step, min(e.fired_at) AS fired_at
FROM cases_escalation e
JOIN unnest(%s::uuid[], %s::timestamptz[]) AS w(task, due) ON w.task = e.task_id AND w.due = e.due_at
WHERE e.step = ANY(%s) AND e.outcome = 'told' AND e.fired_at < %s GROUP BY 1, 2
"""


def fired_until(tasks: Sequence[tuple[str, datetime]], at: datetime) -> dict[str, dict[str, datetime]]:
    """For each of these tasks, named with its deadline, when each step was taken, before this instant."""
    found: dict[str, dict[str, datetime]] = {}
    ids, dues = [task for task, _ in tasks], [due for _, due in tasks]
    for row in fetch(_FIRED, [ids, dues, [step.code for step in STEPS], at]) if tasks else ():
        found.setdefault(row["task"], {})[row["step"]] = row["fired_at"]
    return found
