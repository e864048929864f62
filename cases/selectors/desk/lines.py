"""What a row of the workbench tells of its case: what the four agencies found, and what is still awaited."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
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


def windows(actor: Actor, task_ids: Sequence[str]) -> dict[str, datetime]:
    """From when on a supply may be cut, of those of the tasks that have such a time; of cases that are seen."""
    if not task_ids:
        return {}
    rows = fetch(
        f"""SELECT t.id::text AS id, (t.data->>'window_from')::timestamptz AS opens FROM cases_task t
        WHERE t.id = ANY(%s::uuid[]) AND t.data ? 'window_from' AND {visibility.seen("t.case_id")}""",
        [list(task_ids), visibility.sight_keys(actor)],
    )
    return {row["id"]: row["opens"] for row in rows}
