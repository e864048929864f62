"""What a sender is handed: made when it is sent, from the message as its reader finds it in the inbox."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.urls import reverse

from agencies.actors import Actor, NoSuchActor, load_actor
from agencies.sight import seeing
from agencies.vocabulary import Label
from notifications.channels.base import Outgoing, Permanent
from notifications.channels.endpoints.relaying import open_endpoint
from notifications.choices.store import address_of
from notifications.delivery.leases import Taken
from notifications.selectors import InboxMessage, inbox
from notifications.texts import outgoing_text
from notifications.wording import wording

NO_READER = Label("收件人已停用、已离开单位或看不到该案件", "the reader is gone or sees the case no more")
NO_CONTACT = Label("没有已确认的联系方式", "no confirmed contact")

NO_ENDPOINT = Label("单位已停用该接收端", "the agency has switched this endpoint off")
_ROWS = "SELECT user_id, message_id FROM notifications_delivery WHERE id = ANY(%s) ORDER BY outbox_id"
NOT_FOR_GROUPS = Label("案件已提高密级，不再向群组和系统发送", "the case has become confidential")
_ROW = """
SELECT d.topic, d.content::text, d.created_at, c.id IS NOT NULL AND agencies_rank(c.confidentiality) = 0
  FROM notifications_delivery d LEFT JOIN cases_case c ON c.id = d.case_id WHERE d.id = %s
"""


class _Line(NamedTuple):
    topic: str
    link: str
    created_at: datetime
    payload: dict[str, Any]


def outgoing(taken: Taken) -> Outgoing:
    """Raises Permanent where there is nobody left to tell, or no way to."""
    if taken.endpoint is not None:
        return _to_endpoint(taken, taken.endpoint)
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [list(taken.ids)])
        rows = cursor.fetchall()
    return _to_person(taken, rows[0][0], [row[1] for row in rows])


def _to_person(taken: Taken, user_id: int, message_ids: Sequence[int]) -> Outgoing:
    try:
        reader = load_actor(user_id)
    except NoSuchActor:
        raise Permanent(*NO_READER) from None
    messages = _readable(reader, message_ids)
    if not messages:
        raise Permanent(*NO_READER)
    address = address_of(user_id, taken.channel)
    if address is None:
        raise Permanent(*NO_CONTACT)
    lines = [_line(message) for message in messages]
    subject, text = outgoing_text(
        topic=lines[0].topic,
        topics=[line.topic for line in lines],
        payloads=[line.payload for line in lines],
        language=reader.language,
        digest=len(lines) > 1,
        channel=taken.channel,
    )
    return Outgoing(
        id=str(taken.id),
        channel=taken.channel,
        address=address,
        language=reader.language,
        topic=lines[0].topic if len(lines) == 1 else "digest",
        subject=subject,
        text=text,
        link=lines[0].link if len(lines) == 1 else absolute(reverse("notifications:inbox")),
        created_at=lines[0].created_at,
        payload=lines[0].payload if len(lines) == 1 else {"count": len(lines)},
    )


def _readable(reader: Actor, message_ids: Sequence[int]) -> list[InboxMessage]:
    """Those that the reader still finds in the inbox, asked as the reader: by both walls."""
    with seeing(reader):
        return inbox(reader, ids=message_ids, limit=len(message_ids))[::-1]


def _line(message: InboxMessage) -> _Line:
    link = absolute(reverse("notifications:open", args=[message.id]))
    return _Line(message.topic, link, message.at, message.payload)


def _to_endpoint(taken: Taken, endpoint: UUID) -> Outgoing:
    opened = open_endpoint(endpoint)
    if opened is None:
        raise Permanent(*NO_ENDPOINT)
    address, secret, language = opened
    with connection.cursor() as cursor:
        cursor.execute(_ROW, [taken.id])
        topic, content, created_at, ordinary = cursor.fetchone()
    if not ordinary:
        raise Permanent(*NOT_FOR_GROUPS)
    payload = json.loads(content)
    text, number = wording(topic, payload).get(language), payload.get("number")
    return Outgoing(
        id=str(taken.id),
        channel=taken.channel,
        address=address,
        language=language,
        topic=topic,
        subject=text,
        text=text,
        link=absolute(reverse("web:case", args=[number]) if number else reverse("web:tasks")),
        created_at=created_at,
        payload=payload,
        secret=secret,
    )


def absolute(path: str) -> str:
    """The path as an address of this installation."""
    return f"{settings.PUBLIC_URL}{path}"
