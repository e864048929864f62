"""Which steps of 催办 → 督办 → 通报 the present deadlines of tasks have taken, as far as somebody was told."""

from __future__ import annotations

from collections.abc import Sequence

from agencies.actors import Actor
from agencies.visibility import seen, sight_keys
from cases.selectors.paging import Row, fetch


def fired(actor: Actor, task_ids: Sequence[str]) -> dict[str, list[Row]]:
    """By task, in their order: `step`, `fired_at`, `late`. Of cases that this person sees."""
    if not task_ids:
        return {}
    rows = fetch(
        f"""SELECT e.task_id::text AS task, e.step, e.fired_at, e.late
        FROM cases_escalation e JOIN cases_task t ON t.id = e.task_id AND t.due_at = e.due_at
        WHERE e.task_id = ANY(%s::uuid[]) AND e.outcome = 'told' AND {seen("e.case_id")} ORDER BY e.id""",
        [list(task_ids), sight_keys(actor)],
    )
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["task"], []).append(row)
    return found
