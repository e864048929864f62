"""What `verify_audit` asks of the calendar: every entry is what its events say, and no row has none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson

from audit.verification.projections import Event, Problem, Scope, Streams
from cases.calendar.telling import content_of, digest_of, stream_of, text_hash

_ROWS = """
    SELECT id::text AS id, kind, region_id, first_day, last_day, days::text AS days, reason, source, digest, status,
        supersedes_id::text AS supersedes_id, entered_by_id, entered_agency_id, entered_at, decided_by_id, decided_at,
        ended_by_id, ended_at, ended_reason
    FROM cases_calendarentry
    WHERE 'calendar/' || coalesce(region_id, 'national') >= %s AND 'calendar/' || coalesce(region_id, 'national') < %s
"""


def verify_calendar(scope: Scope, streams: Streams) -> Iterator[Problem]:
    """Build every entry from its events and compare it with its row."""
    told: dict[str, dict[str, Any]] = {}
    last: dict[str, Event] = {}
    for _stream, events in streams:
        for one in events:
            last |= dict.fromkeys(_fold(told, one), one)
    found = {row["id"]: row for row in _read(scope)}
    for entry in sorted(told.keys() | found.keys()):
        event = last.get(entry)
        if entry not in found:
            yield _problem(event, "", entry, "已不在库中", "it is gone")
            continue
        stream = stream_of(found[entry]["region_id"])
        if entry not in told or "content" not in told[entry]:
            yield _problem(event, stream, entry, "没有事件记载", "no event tells of it")
        elif wrong := sorted(_differing(told[entry], found[entry])):
            names = ", ".join(wrong)
            yield _problem(event, stream, entry, f"与事件不符：{names}", f"differs from its events: {names}")


def _fold(told: dict[str, dict[str, Any]], event: Event) -> Iterator[str]:
    """What an entry is after this event, and the one that it supersedes."""
    data, actor, at = event.body["data"], event.body["actor"], datetime.fromisoformat(event.body["at"])
    entry: str = data["entry"]
    state = told.setdefault(entry, {})
    if "content" in data:
        state |= {
            "content": data["content"],
            "digest": data["digest"],
            "entered_agency": actor["agency"],
            "entered_by": actor["id"],
            "entered_at": at,
            **dict.fromkeys(("decided_by", "decided_at", "ended_by", "ended_at", "ended_reason")),
        }
    elif data["status"] == "withdrawn":
        state |= {"ended_by": actor["id"], "ended_at": at, "ended_reason": data.get("reason")}
    else:
        state |= {"decided_by": actor["id"], "decided_at": at}
    state["status"] = data["status"]
    yield entry
    if "ended" in data:
        ended = data["ended"]
        before = {"status": ended["status"], "ended_by": actor["id"], "ended_at": at}
        told.setdefault(ended["entry"], {}).update(before)
        yield ended["entry"]


def _differing(told: Mapping[str, Any], row: Mapping[str, Any]) -> set[str]:
    content = content_of(row)
    now = {
        "digest": row["digest"],
        "status": row["status"],
        "ended_reason": text_hash(row["ended_reason"]),
        "entered_by": row["entered_by_id"],
        "entered_at": row["entered_at"],
        "entered_agency": row["entered_agency_id"],
        "decided_by": row["decided_by_id"],
        "decided_at": row["decided_at"],
        "ended_by": row["ended_by_id"],
        "ended_at": row["ended_at"],
    }
    wrong = {name for name, value in now.items() if told.get(name) != value}
    wrong |= {name for name, value in content.items() if told["content"].get(name) != value}
    if digest_of(content) != row["digest"]:
        wrong.add("digest")
    return wrong


def _read(scope: Scope) -> Iterator[dict[str, Any]]:
    with scope.connection.cursor() as cursor:
        cursor.execute(_ROWS, [scope.first, scope.last])
        names = [column[0] for column in cursor.description]
        for row in cursor.fetchall():
            values = dict(zip(names, row, strict=True))
            yield {**values, "days": orjson.loads(values["days"]) if values["days"] else None}


def _problem(event: Event | None, stream: str, entry: str, zh: str, en: str) -> Problem:
    return Problem(
        event.id if event else None,
        event.stream if event else stream,
        event.seq if event else None,
        "calendar",
        f"日历记录 {entry} {zh}",
        f"the entry {entry} of the calendar: {en}",
    )
