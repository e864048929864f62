"""What `verify_audit` asks of the registers: every line that an event tells is there as it was, and no other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from agencies.registers.services import HASHED, IMPACT_STREAM, PROVISION_STREAM, digest_of
from audit.verification.projections import Event, Problem, Scope, Streams

TABLES = {
    IMPACT_STREAM: ("agencies_impactassessment", "true"),
    # The product's own lines follow from other events.
    PROVISION_STREAM: ("agencies_provision", "event_id IS NULL"),
}


def verify_registers(scope: Scope, streams: Streams) -> Iterator[Problem]:
    """Compare the lines with their events."""
    seen: dict[str, dict[str, Event]] = {}
    for stream, events in streams:
        seen[stream] = {event.body["data"]["line"]: event for event in events}
    for stream in TABLES:
        if scope.first <= stream < scope.last:
            yield from _compare(scope.connection, stream, seen.get(stream, {}))


def _compare(connection: Any, stream: str, told: dict[str, Event]) -> Iterator[Problem]:
    found = _read(connection, stream)
    for line in sorted(found.keys() | told.keys()):
        event = told.get(line)
        if event is None:
            yield _problem(stream, None, line, "没有事件记载", "no event tells of it")
        elif line not in found:
            yield _problem(stream, event, line, "已不在库中", "it is gone")
        elif found[line] != event.body["data"]["digest"]:
            yield _problem(stream, event, line, "内容已被改动", "it was changed")


def _read(connection: Any, stream: str) -> dict[str, str]:
    table, condition = TABLES[stream]
    names = HASHED[stream]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(names)} FROM {table} WHERE {condition}")
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {str(row["id"]): digest_of(stream, _loaded(row)) for row in rows}


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
