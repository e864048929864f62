"""What `verify_audit` asks of the registers: every line that an event tells is there as it was, and no other.

A line may be gone after its three years; the trigger `agencies_register_stays` has kept it until then.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from agencies.registers.services import HASHED, IMPACT_STREAM, PROVISION_STREAM, digest_of
from audit.verification.projections import Event, Problem, Scope, Streams

TABLES = {IMPACT_STREAM: "agencies_impactassessment", PROVISION_STREAM: "agencies_provision"}


class Told(NamedTuple):
    """What an event says of a line."""

    event: Event
    digest: str


def verify_registers(scope: Scope, streams: Streams) -> Iterator[Problem]:
    """Compare the lines with their events."""
    seen: dict[str, dict[str, Told]] = {}
    for stream, events in streams:
        seen[stream] = {
            line: Told(event, digest) for event in events for line, digest in event.body["data"]["lines"].items()
        }
    for stream in TABLES:
        if scope.first <= stream < scope.last:
            yield from _compare(scope.connection, stream, seen.get(stream, {}))


def _compare(connection: Any, stream: str, told: dict[str, Told]) -> Iterator[Problem]:
    found, free_since = _read(connection, stream), _free_since(connection)
    for line in sorted(found.keys() | told.keys()):
        event, digest = told.get(line, (None, ""))
        if event is None:
            yield _problem(stream, None, line, "没有事件记载", "no event tells of it")
        elif line not in found:
            if datetime.fromisoformat(event.body["at"]) >= free_since:
                yield _problem(stream, event, line, "已不在库中", "it is gone")
        elif found[line] != digest:
            yield _problem(stream, event, line, "内容已被改动", "it was changed")


def _read(connection: Any, stream: str) -> dict[str, str]:
    names = HASHED[stream]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(names)} FROM {TABLES[stream]}")
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {str(row["id"]): digest_of(stream, _loaded(row)) for row in rows}


def _free_since(connection: Any) -> datetime:
    """What is older than this may have been deleted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now() - interval '3 years'")
        found: datetime = cursor.fetchone()[0]
        return found


def _loaded(row: dict[str, Any]) -> dict[str, Any]:
    """Django's connection leaves jsonb as text, a plain one does not."""
    fields = row.get("fields")
    return {**row, "fields": orjson.loads(fields)} if isinstance(fields, str) else row


def _problem(stream: str, event: Event | None, line: str, zh: str, en: str) -> Problem:
    return Problem(
        event.id if event else None,
        stream,
        event.seq if event else None,
        "register",
        f"登记簿的一行（{line}）{zh}",
        f"a line of the register ({line}): {en}",
    )
