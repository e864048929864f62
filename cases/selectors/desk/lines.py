"""What a row of the workbench tells of its case: what the four agencies found, and what is still awaited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from agencies import visibility
from agencies.actors import Actor
from cases.selectors.paging import fetch


def states(actor: Actor, case_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """By case, of those that this person reads whole: results of the findings, open kinds of task, sort of user.

    `urged`: a question of supervision about it waits for its answer.
    """
    if not case_ids:
        return {}
    rows = fetch(
        f"""SELECT c.id::text AS id,
            coalesce(c.facts->'determination'->>'subject', c.facts->'findings'->'trace_subscriber'->>'subject')
                AS subject,
            (SELECT jsonb_object_agg(f.key, f.value->>'result')
                FROM jsonb_each(c.facts->'findings') f)::text AS results,
            (SELECT array_agg(DISTINCT t.kind) FROM cases_task t WHERE t.case_id = c.id AND t.state = 'open') AS open
        FROM cases_case c WHERE c.id = ANY(%s::uuid[]) AND {visibility.whole("c.id")}""",
        [list(case_ids), visibility.whole_keys(actor)],
    )
    return {
        row["id"]: {
            "subject": row["subject"] or "",
            "results": orjson.loads(row["results"]) if row["results"] else {},
            "open": frozenset(row["open"] or ()),
            "urged": "answer_urge" in (row["open"] or ()),
        }
        for row in rows
    }
