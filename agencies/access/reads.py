"""Noting that somebody read personal data: the one function that every page, endpoint, export and command calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.http import HttpRequest

from agencies.access.addresses import client_address
from agencies.actors import Actor, Post
from agencies.authority import event_actor
from agencies.visibility import case_agencies
from agencies.vocabulary import Role
from audit import clock
from audit.access.writing import Reading, Way, note
from audit.actions import Action
from audit.log import EventActor
from audit.services import record

# In which of several roles somebody reads: the one that decides first.
_RANK = (
    Role.APPROVER,
    Role.REVIEWER,
    Role.HANDLER,
    Role.FIELD_CREW,
    Role.BILLING,
    Role.SUPERVISOR,
    Role.AGENCY_ADMIN,
)


def note_read(
    *,
    actor: Actor | None,
    way: Way,
    case_id: UUID | str | None = None,
    target: str = "",
    items: Iterable[str] = (),
    purpose: str = "",
    rows: int = 1,
    file_hash: str = "",
    request: HttpRequest | None = None,
    post: Post | None = None,
    now: datetime | None = None,
) -> int:
    """Add a line to the access log; call it before the data are handed out. Returns the number of the line.

    `items` and `purpose` are codes (`phone`, `verification`), never what somebody typed. Raises where the line cannot
    be written: whoever calls lets that pass, so that what cannot be logged is not shown. Without an actor it is the
    operator at the server's shell who reads. `post` says through which post; left out, it is the one that takes part
    in the case, or else the first.
    """
    reading = Reading(way, case_id, target, items, purpose, rows, file_hash)
    return note(
        _who(actor, case_id, post),
        reading,
        now=now or clock.now(),
        address=client_address(request),
    )


@transaction.atomic
def note_export(
    *,
    actor: Actor,
    what: str,
    rows: int,
    file_hash: str,
    now: datetime,
    request: HttpRequest | None,
    way: Way = Way.EXPORT,
    target: str = "",
    case_id: UUID | str | None = None,
    more: Mapping[str, Any] | None = None,
) -> None:
    """Record that data left as this file, before it does: a line of the access log and an event of the person.

    `what` is a code, `file_hash` the SHA-256 of the file in hex; `more` stands in the event beside them.
    """
    note_read(
        actor=actor,
        way=way,
        case_id=case_id,
        target=target,
        items=[what],
        rows=rows,
        file_hash=file_hash,
        request=request,
    )
    record(
        stream=f"account/{actor.username}",
        action=Action.EXPORT_MADE,
        actor=event_actor(actor),
        data={"what": what, **(more or {}), "rows": rows},
        now=now,
    )


def _who(actor: Actor | None, case_id: UUID | str | None, post: Post | None) -> EventActor:
    if actor is None:
        return EventActor(None, "system")
    post = post or _through(actor, case_id)
    role = next((role.value for role in _RANK if post and role in post.roles), "")
    return event_actor(actor, post, role)


def _through(actor: Actor, case_id: UUID | str | None) -> Post | None:
    """The post through which somebody sees a case."""
    if case_id is not None and len(actor.posts) > 1:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT agency_id FROM cases_caseagency WHERE case_id = %s AND agency_id = ANY(%s)"
                " ORDER BY agency_id LIMIT 1",
                [str(case_id), case_agencies(actor)],
            )
            found = cursor.fetchone()
        if found is not None:
            return actor.post_at(found[0])
    return actor.posts[0] if actor.posts else None
