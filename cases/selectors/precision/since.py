"""What was written on a case after a version that somebody has read, with what stood there before, as they see it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson

from agencies.actors import Actor
from cases.selectors.paging import Row, fetch
from cases.selectors.precision.facts import before_shown, body_shown
from cases.selectors.reach.parts import reading

# More than that is read on the page of the case.
LOOKED_AT = 12
_SQL = """SELECT e.id, e.seq, e.action, convert_from(e.body, 'UTF8') AS body FROM audit_event e
    WHERE e.stream = %s AND e.seq > %s ORDER BY e.seq LIMIT %s"""
_BEFORE = """SELECT (b.body->'set')::text AS facts, (b.body->'case')::text AS columns
    FROM audit_event e CROSS JOIN LATERAL (SELECT convert_from(e.body, 'UTF8')::jsonb AS body) b
    WHERE e.stream = %s AND e.seq <= %s ORDER BY e.seq"""


def written_since(actor: Actor, case_id: UUID | str, version: int) -> list[Row]:
    """The events after this version: `seq`, `body` and `before`, both as this person may see them.

    Of a case that is not read whole there are none: the timeline tells which acts were done, nobody what they changed.
    """
    read = reading(actor, case_id)
    if read is None or not read.whole:
        return []
    stream = f"case/{case_id}"
    rows = fetch(_SQL, [stream, version, LOOKED_AT])
    state = _state(stream, version) if rows else {}
    found = []
    for row in rows:
        body = orjson.loads(row["body"])
        before = before_shown(state, body, read.viewpoint, row["id"])
        found.append({"seq": row["seq"], "body": body_shown(body, read.viewpoint, row["id"])[0], "before": before})
        state = {**state, **(body.get("set") or {}), **(body.get("case") or {})}
    return found


def _state(stream: str, version: int) -> dict[str, Any]:
    """Facts and columns as the events up to this version left them."""
    state: dict[str, Any] = {}
    for row in fetch(_BEFORE, [stream, version]):
        for part in (row["facts"], row["columns"]):
            state |= orjson.loads(part) if part else {}
    return state
