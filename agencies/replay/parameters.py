"""Regional parameters, from the streams `config/<key>`. Other streams of that kind tell of none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import orjson

from agencies.replay.rows import fetch, fold_each, sets_differ
from audit.actions import Action
from audit.verification.projections import Event, Problem, Scope, Streams

_PARAMETERS = """SELECT 'config/' || key AS stream, region_id, value::text AS value, effective_from, effective_to,
    source FROM agencies_regionparameter WHERE"""


def verify_parameters(scope: Scope, streams: Streams) -> Iterator[Problem]:
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for row in fetch(scope, _PARAMETERS, "'config/' || key"):
        value = orjson.loads(row["value"])
        found[row["stream"]].append(
            (row["region_id"], value, row["effective_from"], row["effective_to"], row["source"])
        )
    folded, damaged = fold_each(streams, _fold)
    yield from damaged.values()
    for stream in sorted((folded.keys() | found.keys()) - damaged.keys()):
        told, seq = folded.get(stream, ([], 0))
        yield from sets_differ(stream, seq, told, found[stream], "地区参数", "agencies_regionparameter")


def _fold(events: Iterable[Event]) -> tuple[list[tuple[Any, ...]], int]:
    """The rows of one key: each value holds until the next one of its region begins."""
    regions: dict[str, list[tuple[date, Any, str]]] = defaultdict(list)
    seq = 0
    for event in events:
        seq, data = event.seq, event.body.get("data", {})
        if event.body["action"] == Action.PARAMETER_CHANGED:
            begins = date.fromisoformat(data["effective_from"])
            regions[data["region"]].append((begins, data["value"], data["source"]))
    rows: list[tuple[Any, ...]] = []
    for region, values in regions.items():
        values.sort(key=lambda value: value[0])
        ends = [*(begins for begins, _, _ in values[1:]), None]
        for (begins, value, source), end in zip(values, ends, strict=True):
            rows.append((region, value, begins, end, source))
    return rows, seq
