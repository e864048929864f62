"""Reading one's own inbox.

A message of an agency that the person has left is not shown any more, nor one about a case that they do not see (any
more): it is not counted, does not open and cannot be marked. One about no case stays with whoever is in the agency.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from agencies.actors import Actor
from agencies.visibility import case_agencies, seen, sight_keys
from agencies.vocabulary import Label
from cases.workflow.recording.notices import is_path
from notifications.choices.kinds import GROUP_SQL, kind_group
from notifications.wording import wording

# A bell that says more than this says nothing more.
UNREAD_CAP = 999


@dataclass(frozen=True, slots=True)
class InboxMessage:
    """A message as the pages show it; `text` in both languages. Without a case's number it leads to `link`."""

    id: int
    case_id: str | None
    number: str
    agency_id: int
    topic: str
    text: Label
    payload: dict[str, Any]
    at: datetime
    unread: bool

    @property
    def link(self) -> str:
        """The path of the product that a message leads to which is about no case, or about many."""
        link = self.payload.get("link")
        return str(link) if not (self.case_id and self.number) and is_path(link) else ""

    @property
    def group(self) -> str:
        """The group of kinds that it belongs to."""
        return kind_group(self.topic)


# Of the table itself: the actor's own messages that may be read now. Parameters: `readable(actor)`.
READABLE = f"""user_id = %s AND (agency_id = ANY(%s) AND {seen("notifications_message.case_id")}
        OR case_id IS NULL AND agency_id = ANY(%s))"""

_INBOX = f"""
SELECT id, case_id::text, agency_id, topic, payload::text, created_at, read_at IS NULL
  FROM notifications_message
 WHERE {READABLE} {{only}}
 ORDER BY id DESC LIMIT %s
"""


def readable(actor: Actor) -> list[Any]:
    """The parameters of READABLE."""
    return [actor.user_id, case_agencies(actor), sight_keys(actor), [post.agency_id for post in actor.posts]]


def inbox(
    actor: Actor,
    *,
    unread_only: bool = False,
    group: str = "",
    after: int | None = None,
    since: int | None = None,
    ids: Sequence[int] | None = None,
    limit: int = 20,
) -> list[InboxMessage]:
    """The newest messages first; `after` is the id of the last one of the page before, `since` that of one known.

    `ids`: of these alone.
    """
    only = {
        "AND read_at IS NULL": [] if unread_only else None,
        f"AND {GROUP_SQL} = %s": [group] if group else None,
        "AND id < %s": [after] if after is not None else None,
        "AND id > %s": [since] if since is not None else None,
        "AND id = ANY(%s)": [list(ids)] if ids is not None else None,
    }
    wanted = {sql: params for sql, params in only.items() if params is not None}
    params: list[Any] = [*readable(actor), *(each for params in wanted.values() for each in params), limit]
    with connection.cursor() as cursor:
        cursor.execute(_INBOX.format(only=" ".join(wanted)), params)
        return [_message(row) for row in cursor.fetchall()]


class Standing(NamedTuple):
    """How an inbox stands: the id of the newest message (0: none), and the unread, counted to one above UNREAD_CAP."""

    newest: int
    unread: int


def standing(actor: Actor) -> Standing:
    """Both of one moment: what arrives after it has a higher id, since the relay writes in one lane."""
    mine = readable(actor)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT COALESCE((SELECT id FROM notifications_message WHERE {READABLE} ORDER BY id DESC LIMIT 1), 0),"
            f" (SELECT count(*) FROM (SELECT 1 FROM notifications_message WHERE {READABLE}"
            " AND read_at IS NULL LIMIT %s) unread)",
            [*mine, *mine, UNREAD_CAP + 1],
        )
        return Standing(*cursor.fetchone())


def unread_count(actor: Actor) -> int:
    """How many messages are unread, counted to one above UNREAD_CAP."""
    return standing(actor).unread


def find_message(actor: Actor, message_id: int) -> InboxMessage | None:
    """One of the actor's own messages."""
    found = inbox(actor, after=message_id + 1, limit=1)
    return found[0] if found and found[0].id == message_id else None


class Stuck(NamedTuple):
    """A row of the outbox that cannot be delivered, for the operator."""

    id: int
    number: str
    topic: str
    problem: str


def set_aside(limit: int = 100) -> list[Stuck]:
    """The oldest rows of the outbox that were set aside."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.id, coalesce(c.number, o.key, ''), o.topic, o.problem"
            " FROM cases_outbox o LEFT JOIN cases_case c ON c.id = o.case_id"
            " WHERE o.delivered_at IS NULL AND o.failed_at IS NOT NULL AND o.withdrawn_at IS NULL"
            " ORDER BY o.id LIMIT %s",
            [limit],
        )
        return [Stuck(*row) for row in cursor.fetchall()]


def _message(row: tuple[Any, ...]) -> InboxMessage:
    id_, case_id, agency_id, topic, payload, at, unread = row
    content: dict[str, Any] = json.loads(payload)
    return InboxMessage(
        id=id_,
        case_id=case_id,
        number=str(content.get("number", "")),
        agency_id=agency_id,
        topic=topic,
        text=wording(topic, content),
        payload=content,
        at=at,
        unread=unread,
    )
