"""A verification of the whole trail is kept on record, whatever it found, as an event of `config/audit`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, transaction

from audit.actions import Action
from audit.log import EventActor
from audit.services import Recorded, record
from audit.sight import working_as
from audit.verification.chains import CHECKPOINT_STREAM
from audit.verification.report import Report

SYSTEM = EventActor(None, "system")


@dataclass(frozen=True, slots=True)
class Standing:
    """What is on record of the last verification; `broken` is the first bad event, where one is there."""

    ok: bool
    at: datetime
    by: int | None
    events: int
    streams: int
    seconds: float
    problems: int = 0
    broken: int | None = None
    code: str = ""


@transaction.atomic
def keep(report: Report, actor: EventActor | dict[str, Any], now: datetime) -> Recorded:
    """Record what a verification found. A clean one of the whole trail later betrays ends that were deleted."""
    data: dict[str, Any] = {
        "events": report.events,
        "streams": report.streams,
        "through_id": report.last_id,
        "milliseconds": round(report.seconds * 1000),
    }
    if (first := report.first) is not None:
        data |= {"problems": report.problem_count, "found": first.code}
        data |= {"event": first.event_id} if first.event_id is not None else {}
    action = Action.AUDIT_VERIFIED if report.ok else Action.AUDIT_BROKEN
    return record(stream=CHECKPOINT_STREAM, action=action, actor=actor, data=data, now=now)


@working_as("verifier")
def last_kept() -> Standing | None:
    """The last one on record, whoever asks; None before the first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, at, actor_id, action, body FROM audit_event"
            " WHERE stream = %s AND action = ANY(%s) ORDER BY seq DESC LIMIT 1",
            [CHECKPOINT_STREAM, [Action.AUDIT_VERIFIED.value, Action.AUDIT_BROKEN.value]],
        )
        row = cursor.fetchone()
    return None if row is None else _standing(*row)


def _standing(event: int, at: datetime, by: int | None, action: str, body: bytes) -> Standing:
    try:
        data = orjson.loads(bytes(body))["data"]
        return Standing(
            ok=action == Action.AUDIT_VERIFIED,
            at=at,
            by=by,
            events=data["events"],
            streams=data["streams"],
            seconds=data.get("milliseconds", 0) / 1000,
            problems=data.get("problems", 0),
            broken=data.get("event"),
            code=data.get("found", ""),
        )
    except (ValueError, KeyError, TypeError):
        # The record itself was changed: that is the finding.
        return Standing(ok=False, at=at, by=by, events=0, streams=0, seconds=0.0, problems=1, broken=event, code="json")


@working_as("verifier")
def events_at_most() -> int:
    """At most how many events there are: the highest id, which costs no counting."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM audit_event")
        return int(cursor.fetchone()[0])
