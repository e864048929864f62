"""What a sender is handed: made when it is sent, from the message as its reader finds it in the inbox."""

from __future__ import annotations

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
from notifications.choices.store import address_of
from notifications.delivery.leases import Taken
from notifications.selectors import InboxMessage, find_message

NO_READER = "收件人已停用、已离开单位或看不到该案件 the reader is gone or sees the case no more"
NO_CONTACT = "没有已确认的联系方式 no confirmed contact"
_SUBJECT = Label("联治：{n} 条消息", "Lianzhi: {n} messages")

_ROWS = "SELECT user_id, message_id, endpoint FROM notifications_delivery WHERE id = ANY(%s) ORDER BY outbox_id"


class _Line(NamedTuple):
    topic: str
    text: str
    link: str
    created_at: datetime
    payload: dict[str, Any]


def outgoing(taken: Taken) -> Outgoing:
    """Raises Permanent where there is nobody left to tell, or no way to."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [list(taken.ids)])
        rows = cursor.fetchall()
    user_id = rows[0][0]
    if user_id is None:
        return _to_endpoint(taken, rows[0][2])
    return _to_person(taken, user_id, [row[1] for row in rows])


def _to_person(taken: Taken, user_id: int, message_ids: Sequence[int]) -> Outgoing:
    try:
        reader = load_actor(user_id)
    except NoSuchActor:
        raise Permanent(NO_READER) from None
    messages = _readable(reader, message_ids)
    if not messages:
        raise Permanent(NO_READER)
    address = address_of(user_id, taken.channel)
    if address is None:
        raise Permanent(NO_CONTACT)
    lines = [_line(message, reader.language) for message in messages]
    subject = lines[0].text if len(lines) == 1 else _SUBJECT.get(reader.language).format(n=len(lines))
    return Outgoing(
        id=str(taken.id),
        channel=taken.channel,
        address=address,
        language=reader.language,
        topic=lines[0].topic if len(lines) == 1 else "digest",
        subject=subject,
        text="\n".join(line.text for line in lines),
        link=lines[0].link if len(lines) == 1 else absolute(reverse("notifications:inbox")),
        created_at=lines[0].created_at,
        payload=lines[0].payload if len(lines) == 1 else {"count": len(lines)},
    )


def _readable(reader: Actor, message_ids: Sequence[int]) -> list[InboxMessage]:
    """Those that the reader still finds in the inbox, asked as the reader: by both walls."""
    with seeing(reader):
        return [message for id_ in message_ids if (message := find_message(reader, id_)) is not None]


def _line(message: InboxMessage, language: str) -> _Line:
    link = absolute(reverse("notifications:open", args=[message.id]))
    return _Line(message.topic, message.text.get(language), link, message.at, message.payload)


def _to_endpoint(taken: Taken, endpoint: UUID) -> Outgoing:
    raise Permanent(NO_CONTACT)


def absolute(path: str) -> str:
    """The path as an address of this installation."""
    return f"{settings.PUBLIC_URL}{path}"
