"""Events as they were hashed, for whoever takes them along with their proof."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import orjson

from agencies.actors import Actor
from audit.chain import leaf
from cases.selectors.events import EventFilter, following
from cases.selectors.paging import Row, fetch
from cases.selectors.precision.facts import body_shown
from cases.selectors.precision.proofs import CASE
from cases.selectors.precision.viewers import NOTHING
from cases.selectors.reach.several import View, viewpoints

MOST_PROVEN = 5_000
CHUNK = 500


class Bare(NamedTuple):
    """One event: its bytes, or None and the part that the reader sees; whether the bytes give its hash."""

    id: int
    stream: str
    seq: int
    prev: str
    leaf: str
    named_by_next: str
    body: bytes | None
    shown: dict[str, Any]
    withheld: list[str]
    intact: bool


def chunks(actor: Actor, wanted: EventFilter, size: int = CHUNK) -> Iterator[list[Row]]:
    """The events of the search, the latest first, so many at a time."""
    last: Row | None = None
    while rows := following(actor, wanted, last, size):
        yield rows
        if len(rows) < size:
            return
        last = rows[-1]


def bare_events(actor: Actor, wanted: EventFilter) -> Iterator[Bare]:
    """The events of the search with their bytes, as far as this person may have them."""
    for rows in chunks(actor, wanted):
        cases = {row["stream"].removeprefix(CASE) for row in rows if row["stream"].startswith(CASE)}
        views = viewpoints(actor, cases)
        found = {row["id"]: row for row in fetch(_BYTES, [[row["id"] for row in rows]])}
        yield from (_bare(found[row["id"]], views) for row in rows)


_BYTES = """SELECT e.id, e.stream, e.seq, encode(e.prev, 'hex') AS prev, encode(e.leaf, 'hex') AS leaf, e.body,
    coalesce(encode(f.prev, 'hex'), '') AS named_by_next
    FROM audit_event e LEFT JOIN audit_event f ON f.stream = e.stream AND f.seq = e.seq + 1
    WHERE e.id = ANY(%s)"""


def _bare(row: Row, views: dict[str, View]) -> Bare:
    body = bytes(row["body"])
    intact = leaf(body).hex() == row["leaf"]
    intact = intact and f'"prev":"{row["prev"]}"'.encode() in body and row["named_by_next"] in ("", row["leaf"])
    shown, withheld = _seen(row, body, views) if intact else ({}, [])
    return Bare(
        row["id"],
        row["stream"],
        row["seq"],
        row["prev"],
        row["leaf"],
        row["named_by_next"],
        None if withheld else body,
        shown if withheld else {},
        withheld,
        intact,
    )


def _seen(row: Row, body: bytes, views: dict[str, View]) -> tuple[dict[str, Any], list[str]]:
    if not row["stream"].startswith(CASE):
        return {}, []
    view = views.get(row["stream"].removeprefix(CASE))
    return body_shown(orjson.loads(body), view.viewpoint if view else NOTHING, row["id"])


def heads_of(actor: Actor, streams: Sequence[str]) -> list[tuple[str, int, str]]:
    """The last event of each of these streams that the database lets this person see."""
    rows = fetch(
        """SELECT x.stream, h.seq, h.leaf FROM unnest(%s::text[]) AS x(stream) CROSS JOIN LATERAL (
            SELECT e.seq, encode(e.leaf, 'hex') AS leaf FROM audit_event e WHERE e.stream = x.stream
            ORDER BY e.seq DESC LIMIT 1) h ORDER BY x.stream""",
        [list(streams)],
    )
    return [(row["stream"], row["seq"], row["leaf"]) for row in rows]
