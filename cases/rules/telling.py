"""What the events of the stream `rules/<kind>` say of a version: everything it says itself, and what became of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from audit.actions import Action
from audit.chain import canonical
from audit.log import EventActor
from audit.services import record
from cases.models.rules import RuleVersion

PREFIX: Final = "rules/"


def stream_of(kind: str) -> str:
    return f"{PREFIX}{kind}"


def content_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a version says, as its event holds it; `row` has the columns of the table, `file_hash` that of the paper."""
    return {
        "kind": row["kind"],
        "key": row["key"],
        "region": row["region_id"],
        "repeal": row["repeal"],
        "body": row["body"],
        "effective_from": _day(row["effective_from"]),
        "effective_to": _day(row["effective_to"]),
        "source": row["source"],
        "article": row["article"],
        "certainty": row["certainty"],
        "supersedes": str(row["supersedes_id"]) if row["supersedes_id"] else None,
        "file": row["file_hash"],
    }


def digest_of(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(content)).hexdigest()


def reason_hash(reason: str) -> str | None:
    """Free text stays out of the body; that it is still the same can be checked."""
    return hashlib.sha256(reason.encode()).hexdigest() if reason else None


def tell(
    version: RuleVersion,
    action: Action,
    acting: EventActor,
    now: datetime,
    *,
    content: Mapping[str, Any] | None = None,
    ended: Mapping[str, Any] | None = None,
) -> None:
    """Record a step in the caller's transaction; `ended` says how the version before it ended and who had used it."""
    data = {
        "version": str(version.pk),
        "status": str(version.status),
        "digest": version.digest,
        "region": version.region_id,
        "reason": reason_hash(version.reason),
        "content": content,
        "ended": ended,
    }
    record(
        stream=stream_of(version.kind),
        action=action,
        actor=acting,
        data={name: value for name, value in data.items() if value is not None},
        now=now,
    )


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None
