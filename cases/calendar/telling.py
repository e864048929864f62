"""What the events of the streams `calendar/<region>` say of an entry; those of the whole country are `…/national`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from audit.actions import Action
from audit.chain import canonical
from audit.log import EventActor
from audit.services import record
from cases.models.calendar import CalendarEntry

PREFIX: Final = "calendar/"
NATIONAL_STREAM: Final = f"{PREFIX}national"


def stream_of(region: str | None) -> str:
    return f"{PREFIX}{region}" if region else NATIONAL_STREAM


def content_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """What an entry says, as its event holds it; `row` has the columns of the table."""
    return {
        "kind": row["kind"],
        "region": row["region_id"],
        "first": row["first_day"].isoformat(),
        "last": row["last_day"].isoformat(),
        "days": row["days"],
        "reason": text_hash(row["reason"]),
        "source": row["source"],
        "supersedes": str(row["supersedes_id"]) if row["supersedes_id"] else None,
    }


def digest_of(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(content)).hexdigest()


def text_hash(text: str) -> str | None:
    """Free text stays out of the body; that it is still the same can be checked."""
    return hashlib.sha256(text.encode()).hexdigest() if text else None


def tell(
    entry: CalendarEntry,
    action: Action,
    acting: EventActor,
    now: datetime,
    *,
    content: Mapping[str, Any] | None = None,
    ended: CalendarEntry | None = None,
) -> None:
    """Record a step in the caller's transaction; `ended` is the entry that this one supersedes from now on."""
    data = {
        "entry": str(entry.pk),
        "status": str(entry.status),
        "digest": entry.digest,
        "reason": text_hash(entry.ended_reason),
        "content": content,
        "ended": None
        if ended is None
        else {"entry": str(ended.pk), "status": str(ended.status), "digest": ended.digest},
    }
    record(
        stream=stream_of(entry.region_id),
        action=action,
        actor=acting,
        data={name: value for name, value in data.items() if value is not None},
        now=now,
    )
