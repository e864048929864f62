"""Marking messages as read, and as unread again: all that a person can do to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection

from agencies.actors import Actor
from notifications.selectors import READABLE, readable


def mark_read(
    *,
    actor: Actor,
    now: datetime,
    ids: Iterable[int] | None = None,
    newest: int | None = None,
    arrived: Iterable[int] = (),
) -> int:
    """Mark the actor's own as read: these, or all up to the newest one seen and those seen to arrive; how many it were.

    What the actor cannot read stays unread: nobody has seen it.
    """
    sql = f"UPDATE notifications_message SET read_at = %s WHERE {READABLE} AND read_at IS NULL"
    params: list[Any] = [now, *readable(actor)]
    if newest is not None:
        sql += " AND (id <= %s OR id = ANY(%s))"
        params += [newest, list(arrived)]
    if ids is not None:
        sql += " AND id = ANY(%s)"
        params.append(list(ids))
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)


def mark_unread(*, actor: Actor, ids: Iterable[int] | None = None, read_at: datetime | None = None) -> int:
    """Mark the actor's own messages as unread again: these, or those that were marked as read at one moment."""
    sql = f"UPDATE notifications_message SET read_at = NULL WHERE {READABLE} AND read_at IS NOT NULL"
    sql += " AND (id = ANY(%s) OR read_at = %s)"
    with connection.cursor() as cursor:
        cursor.execute(sql, [*readable(actor), list(ids or ()), read_at])
        return int(cursor.rowcount)
