"""The day's mail of one reader, made at its moment: of what is still unread then, once a day.

What was read meanwhile is not told again. Whatever is due goes into one mail, that of days on which nothing could be
sent too. A row for the reader and the day is the guard: what becomes due after the mail of the day (another hour was
chosen, a message came while it was made) waits for the next one or, where its deadline does not let it, goes alone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from agencies.vocabulary import Label
from cases.policy.dated import CHINA
from notifications.channels.problems import as_kept
from notifications.choices.planning import next_time, too_late

READ_MEANWHILE: Final = Label("汇总前已读", "read before the digest was made")
_READ = """
UPDATE notifications_delivery d SET state = 'withdrawn', problem = %s
  FROM notifications_message m
 WHERE m.id = d.message_id AND m.read_at IS NOT NULL AND d.id = ANY(%s)
RETURNING d.id
"""
# What was tried and failed goes along before its time: one mail for all.
_DUE = """
SELECT d.id, d.attempts, d.not_before, m.payload->>'due_at'
  FROM notifications_delivery d JOIN notifications_message m ON m.id = d.message_id
 WHERE d.state = 'waiting' AND d.digest AND d.user_id = %s AND d.channel = %s
   AND (d.not_before <= %s OR d.attempts > 0) AND (d.leased_until IS NULL OR d.leased_until <= %s)
 ORDER BY d.outbox_id
"""
_TODAY = "INSERT INTO notifications_dailyrun (name, day, at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
_PUT_OFF = "UPDATE notifications_delivery SET not_before = %s, digest = %s WHERE id = %s"


def lines(user_id: int, channel: str, now: datetime, real: datetime) -> list[UUID]:
    """What the reader's digest of this moment holds, the oldest first; nothing where there is to be none."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [user_id, channel, now, real])
        found = cursor.fetchall()
        cursor.execute(_READ, [as_kept(READ_MEANWHILE), [row[0] for row in found]])
        read = {row[0] for row in cursor.fetchall()}
        left = [row for row in found if row[0] not in read]
        if not left:
            return []
        # One that failed is that of its own day; the others go with it.
        if not any(attempts for _, attempts, _, _ in left):
            cursor.execute(_TODAY, [f"digest {channel} {user_id}", now.astimezone(CHINA).date(), now])
            if not cursor.rowcount:
                cursor.executemany(_PUT_OFF, [_later(row, now) for row in left])
                return []
    return [row[0] for row in left]


def _later(row: tuple[UUID, int, datetime, str | None], now: datetime) -> tuple[Any, ...]:
    id_, _attempts, not_before, due = row
    at = next_time(not_before.astimezone(CHINA).time(), now)
    alone = too_late(at, now, datetime.fromisoformat(due) if due else None)
    return (not_before, False, id_) if alone else (at, True, id_)
