"""What a page of events changed: bodies as the reader sees them, and what stood there before; for all rows at once.

Three statements, however many events: their bodies, the cases they are about, and the values before them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from agencies.actors import Actor
from audit.chain import leaf as computed
from cases.selectors.paging import Row, fetch
from cases.selectors.precision.facts import before_shown, body_shown
from cases.selectors.precision.proofs import CASE
from cases.selectors.precision.viewers import NOTHING
from cases.selectors.reach.several import viewpoints

Body = dict[str, Any]


class Content(NamedTuple):
    """One event: its body and the facts before it, both as the reader sees them, and the deadlines before it.

    `intact`: the bytes give the hash that is kept.
    """

    body: Body
    before: Body
    dues: dict[str, str]
    withheld: list[str]
    intact: bool


def contents_of(actor: Actor, events: Sequence[Row]) -> dict[int, Content]:
    """By id, of events that were shown to this person (`search_events`)."""
    kept = _bodies([event["id"] for event in events])
    bodies = {id_: body for id_, (body, _) in kept.items()}
    cases = {event["stream"].removeprefix(CASE) for event in events if event["stream"].startswith(CASE)}
    views = viewpoints(actor, cases)
    before = _before([event for event in events if _tells_before(event["stream"], views)], bodies)
    found = {}
    for event in events:
        (raw, intact), (old, dues) = kept.get(event["id"], ({}, False)), before.get(event["id"], ({}, {}))
        if not event["stream"].startswith(CASE):
            found[event["id"]] = Content(raw, old, dues, [], intact)
            continue
        view = views.get(event["stream"].removeprefix(CASE))
        viewpoint = view.viewpoint if view else NOTHING
        shown, withheld = body_shown(raw, viewpoint, event["id"])
        told = {} if viewpoint.only_referred else before_shown(old, raw, viewpoint, event["id"])
        found[event["id"]] = Content(shown, told, dues, withheld, intact)
    return found


def _tells_before(stream: str, views: dict[str, Any]) -> bool:
    """Of a case that is not read whole nothing is told of before: others may have written it."""
    view = views.get(stream.removeprefix(CASE))
    return not stream.startswith(CASE) or (view is not None and view.whole)


def _bodies(ids: list[int]) -> dict[int, tuple[Body, bool]]:
    rows = fetch("SELECT id, leaf, body FROM audit_event WHERE id = ANY(%s)", [ids]) if ids else []
    found = {row["id"]: (bytes(row["body"]), bytes(row["leaf"])) for row in rows}
    return {id_: (_read(body), computed(body) == leaf) for id_, (body, leaf) in found.items()}


def _read(body: bytes) -> Body:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}  # It was changed in the database; its page says so.
    return found if isinstance(found, dict) else {}


def _before(events: Sequence[Row], bodies: dict[int, Body]) -> dict[int, tuple[Body, dict[str, str]]]:
    """The facts and columns, and the deadlines of tasks, that an event changed, as the events before it left them."""
    asked = [event for event in events if event["seq"] > 1 and _changes(bodies.get(event["id"], {}))]
    if not asked:
        return {}
    rows = fetch(
        """SELECT x.id, (b.body->'set')::text AS facts, (b.body->'case')::text AS columns,
            (b.body->'open')::text AS opened, (b.body->'touch')::text AS touched
        FROM unnest(%s::bigint[], %s::text[], %s::integer[]) AS x(id, stream, seq)
        JOIN audit_event e ON e.stream = x.stream AND e.seq < x.seq
        CROSS JOIN LATERAL (SELECT convert_from(e.body, 'UTF8')::jsonb AS body OFFSET 0) b
        WHERE b.body ?| ARRAY['set', 'case', 'open', 'touch'] ORDER BY x.id, e.seq""",
        [[e["id"] for e in asked], [e["stream"] for e in asked], [e["seq"] for e in asked]],
    )
    found: dict[int, tuple[Body, dict[str, str]]] = {event["id"]: ({}, {}) for event in asked}
    for row in rows:
        state, dues = found[row["id"]]
        for part in (row["facts"], row["columns"]):
            state |= orjson.loads(part) if part else {}
        for part, due in ((row["opened"], "due"), (row["touched"], "due_at")):
            dues |= {task["id"]: task[due] for task in orjson.loads(part or "[]") if due in task}
    return found


def _changes(body: Body) -> bool:
    return bool(body.get("set") or body.get("case") or any("due_at" in row for row in body.get("touch") or ()))
