"""Agencies, from the streams `agency/<code>`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, Protocol

from agencies.replay.rows import Told, compare, fetch, fold_each
from audit.actions import Action
from audit.verification.projections import Event, Problem, Scope, Streams

_AGENCIES = """SELECT 'agency/' || a.code AS stream, a.id, a.kind, a.region_id, a.name, a.short_name, a.monogram,
    p.code AS parent, a.duties, a.partner_sort, a.active
    FROM agencies_agency a LEFT JOIN agencies_agency p ON p.id = a.parent_id WHERE"""


class Beside(Protocol):
    """What another app keeps of an agency, with its events in the same streams: rebuilt in the same pass."""

    def take(self, event: Event) -> None:
        """One event, in order of seq; a malformed one may raise what a changed body raises."""

    def problems(self, scope: Scope, damaged: Collection[str]) -> Iterable[Problem]:
        """What differs, apart from the streams that could not be read."""


_BESIDE: list[Callable[[], Beside]] = []


def verify_beside(made: Callable[[], Beside]) -> None:
    """Let this be rebuilt, too, whenever agencies are."""
    if made not in _BESIDE:
        _BESIDE.append(made)


def verify_agencies(scope: Scope, streams: Streams) -> Iterator[Problem]:
    beside = [made() for made in _BESIDE]
    told, damaged = fold_each(streams, lambda events: _fold(_shown(events, beside)))
    yield from damaged.values()
    for each in beside:
        yield from each.problems(scope, damaged.keys())
    found = fetch(scope, _AGENCIES, "'agency/' || a.code")
    rows = {row["stream"]: row for row in found if row["stream"] not in damaged}
    yield from compare(told, rows, "单位", "agencies_agency")


def _shown(events: Iterable[Event], beside: Iterable[Beside]) -> Iterator[Event]:
    for event in events:
        for each in beside:
            each.take(event)
        yield event


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
