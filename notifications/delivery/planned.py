"""What goes out beside the inbox, written in the transaction of the messages: one row for each message and channel."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from audit.ids import new_id
from notifications.channels.endpoints.relaying import for_rows
from notifications.choices.kinds import due_of, kind_group, urgent
from notifications.choices.planning import NOTHING_CHOSEN, plan
from notifications.choices.store import chosen_of
from notifications.delivery.messages import Row


class Written(NamedTuple):
    """A message that was written just now."""

    id: int
    outbox_id: int
    user_id: int
    agency_id: int
    case_id: str | None
    topic: str
    payload: dict[str, Any]
    created_at: datetime


def written(row: tuple[Any, ...]) -> Written:
    """From a row of the database, where the payload is a text."""
    id_, outbox_id, user_id, agency_id, case_id, topic, payload, created_at = row
    return Written(id_, outbox_id, user_id, agency_id, case_id, topic, json.loads(payload), created_at)


# A row that is delivered again after a crash meets the unique constraints, as its messages do.
_WRITE = """
INSERT INTO notifications_delivery (id, outbox_id, message_id, user_id, endpoint, agency_id, case_id, topic, channel,
    digest, content, state, attempts, not_before, problem, created_at)
SELECT r.id, o.id, r.message_id, r.user_id, r.endpoint, r.agency_id, o.case_id, o.topic, r.channel,
    r.digest, r.content, 'waiting', 0, coalesce(r.not_before, o.created_at), '', o.created_at
  FROM jsonb_to_recordset(%s::jsonb) AS r(id uuid, outbox_id bigint, message_id bigint, user_id bigint, endpoint uuid,
    agency_id bigint, channel text, digest boolean, content jsonb, not_before timestamptz)
  JOIN cases_outbox o ON o.id = r.outbox_id
ON CONFLICT DO NOTHING
"""


def write_deliveries(messages: Sequence[Written], rows: Sequence[tuple[Row, dict[str, Any]]] = ()) -> int:
    """Write what is planned for these messages, and for the endpoints of these rows' agencies. Returns how many."""
    return _write([*for_people(messages), *for_agencies(rows)])


def for_agencies(rows: Sequence[tuple[Row, dict[str, Any]]]) -> list[dict[str, Any]]:
    """By what each endpoint of the addressed agency wants to hear."""
    found = for_rows([(row.agency_id, row.topic) for row, _ in rows]) if rows else {}
    return [
        {
            "id": str(new_id()),
            "outbox_id": row.id,
            "agency_id": row.agency_id,
            "endpoint": str(endpoint.id),
            "channel": endpoint.channel,
            "digest": False,
            "content": content,
        }
        for row, content in rows
        for endpoint in found[row.agency_id, row.topic]
    ]


def for_people(messages: Sequence[Written]) -> list[dict[str, Any]]:
    """By the choices of each reader; nothing for who has confirmed no contact."""
    chosen = chosen_of({message.user_id for message in messages})
    return [
        {
            "id": str(new_id()),
            "outbox_id": message.outbox_id,
            "agency_id": message.agency_id,
            "message_id": message.id,
            "user_id": message.user_id,
            "channel": planned.channel,
            "digest": planned.digest,
            "not_before": planned.not_before.isoformat(),
        }
        for message in messages
        for planned in plan(
            topic=message.topic,
            kind_group=kind_group(message.topic),
            user_id=message.user_id,
            chosen=chosen.get(message.user_id, NOTHING_CHOSEN),
            created_at=message.created_at,
            due_at=due_of(message.payload),
            urgent=urgent(message.topic, message.payload, message.created_at),
        )
    ]


def _write(wanted: Sequence[Mapping[str, Any]]) -> int:
    if not wanted:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [json.dumps(wanted)])
        return int(cursor.rowcount)
