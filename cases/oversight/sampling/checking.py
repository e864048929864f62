"""What `verify_audit` asks of samples: each is what its events say, and its draw comes out the same once more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from audit.actions import Action
from audit.verification.projections import Event, Problem, Scope, Streams
from cases.oversight.sampling.planning import PREFIX
from cases.policy.sampling import Member, draw, drawn_hash, population_hash, seed_of

_SAMPLES = """SELECT id::text AS id, number, region_id AS region, closed_from::text AS closed_from,
    closed_to::text AS closed_to, by AS strata, size, population, population_sha256, plan, drawn, seed
    FROM cases_sample WHERE 'sampling/' || id::text >= %s AND 'sampling/' || id::text < %s ORDER BY id"""
_UNITS = "SELECT number, stratum, position FROM cases_sampleunit WHERE sample_id = %s ORDER BY position"
_FOUND = """SELECT position, result, kind AS problem_kind, severity, coalesce(correct_by::text, '') AS correct_by,
    event_seq AS case_seq, task_id IS NOT NULL AS demanded, accepted_at IS NOT NULL AS accepted
    FROM cases_samplefinding WHERE sample_id = %s ORDER BY position"""
_PLANNED = ("number", "region", "closed_from", "closed_to", "strata", "size", "population", "population_sha256")
_DRAWN = ("plan", "drawn", "seed")


def verify_samples(scope: Scope, streams: Streams) -> Iterator[Problem]:
    """Compare plan, population, draw and findings with their events, and draw again."""
    told = {stream.removeprefix(PREFIX): list(events) for stream, events in streams}
    found = {row["id"]: row for row in _rows(scope, _SAMPLES, [scope.first, scope.last])}
    for name in sorted(told.keys() | found.keys()):
        events = told.get(name, [])
        wrong = _wrong(scope, events, found[name]) if name in found else ["gone"]
        if wrong:
            yield _problem(events, name, ", ".join(wrong))


def _wrong(scope: Scope, events: list[Event], row: dict[str, Any]) -> list[str]:
    planned = next((e for e in events if e.body["action"] == Action.SAMPLE_PLANNED), None)
    drawn = next((e for e in events if e.body["action"] == Action.SAMPLE_DRAWN), None)
    if planned is None:
        return ["no event"]
    wrong = [name for name in _PLANNED if planned.body["data"][name] != row[name]]
    wrong += [] if planned.leaf.hex() == row["plan"] else ["plan"]
    units = _rows(scope, _UNITS, [row["id"]])
    members = [Member(unit["number"], unit["stratum"]) for unit in units]
    wrong += [] if population_hash(members) == row["population_sha256"] else ["population"]
    seated = [(unit["position"], unit["number"]) for unit in units if unit["position"] is not None]
    taken = [number for _, number in seated]
    wrong += [] if [position for position, _ in seated] == list(range(1, len(seated) + 1)) else ["positions"]
    if drawn is None:
        wrong += ["drawn"] if row["seed"] or taken else []
    else:
        said = drawn.body["data"]
        wrong += [name for name in _DRAWN if said[name] != row[name]]
        wrong += [] if seed_of(row["plan"], row["drawn"]) == row["seed"] else ["seed"]
        wrong += [] if draw(members, row["size"], row["seed"]) == taken else ["draw"]
        wrong += [] if drawn_hash(taken) == said["taken_sha256"] else ["taken"]
    return wrong + _findings(scope, events, row["id"])


def _findings(scope: Scope, events: list[Event], sample: str) -> list[str]:
    rows = {row["position"]: row for row in _rows(scope, _FOUND, [sample])}
    said = {e.body["data"]["position"]: e.body["data"] for e in events if e.body["action"] == Action.SAMPLE_FOUND}
    accepted = {e.body["data"]["position"] for e in events if e.body["action"] == Action.SAMPLE_CORRECTED}
    wrong = []
    for position in sorted(rows.keys() | said.keys()):
        row, data = rows.get(position), said.get(position)
        if row is None or data is None or any(row[name] != data[name] for name in data):
            wrong.append(f"finding {position}")
        elif row["accepted"] != (position in accepted):
            wrong.append(f"correction {position}")
    return wrong


def _rows(scope: Scope, sql: str, values: list[Any]) -> list[dict[str, Any]]:
    with scope.connection.cursor() as cursor:
        cursor.execute(sql, values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _problem(events: list[Event], name: str, wrong: str) -> Problem:
    last = events[-1] if events else None
    return Problem(
        last.id if last else None,
        f"{PREFIX}{name}",
        last.seq if last else None,
        "sample",
        f"抽查与事件不符：{wrong}",
        f"a sample differs from its events: {wrong}",
    )
