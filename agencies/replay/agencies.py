"""Agencies, from the streams `agency/<code>`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from agencies.replay.beside import Of, begun, shown
from agencies.replay.rows import Told, compare, fetch, fold_each
from audit.actions import Action
from audit.verification.projections import Event, Problem, Scope, Streams

_AGENCIES = """SELECT 'agency/' || a.code AS stream, a.id, a.kind, a.region_id, a.name, a.short_name, a.monogram,
    p.code AS parent, a.duties, a.partner_sort, a.active
    FROM agencies_agency a LEFT JOIN agencies_agency p ON p.id = a.parent_id WHERE"""


def verify_agencies(scope: Scope, streams: Streams) -> Iterator[Problem]:
    beside = begun(Of.AGENCIES)
    told, damaged = fold_each(streams, lambda events: _fold(shown(events, beside)))
    yield from damaged.values()
    for each in beside:
        yield from each.problems(scope, damaged.keys())
    found = fetch(scope, _AGENCIES, "'agency/' || a.code")
    rows = {row["stream"]: row for row in found if row["stream"] not in damaged}
    yield from compare(told, rows, "单位", "agencies_agency")


def _fold(events: Iterable[Event]) -> Told:
    row: dict[str, Any] | None = None
    seq = 0
    for event in events:
        seq, data = event.seq, event.body.get("data", {})
        if event.body["action"] == Action.AGENCY_CREATED:
            row = {
                "id": data["agency"],
                "kind": data["kind"],
                "region_id": data["region"],
                "name": data["agency_name"],
                "short_name": data["short_name"],
                "monogram": data["monogram"],
                "parent": data["parent"],
                "duties": data["duties"],
                "partner_sort": data["partner_sort"],
                "active": True,
            }
        elif event.body["action"] == Action.AGENCY_CLOSED and row is not None:
            row["active"] = False
    return Told(row, seq)
