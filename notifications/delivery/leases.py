"""Taking deliveries up and writing down what became of them: the SQL of the sending loop.

One process of the installation sends at a time. What it takes up it holds by a lease in the row, renewed while it lives
and over half a minute after it was killed; then the next one takes on. Nothing here lasts longer than a statement, and
no transaction is open while something is sent.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from agencies.vocabulary import Label
from audit import clock
from notifications.channels.base import CHANNELS
from notifications.channels.problems import LONGEST, as_kept
from notifications.delivery import digests
from notifications.delivery.backoff import FOR

LEASE: Final = timedelta(seconds=30)
LOOK_AT: Final = 200  # due deliveries of each channel at once
CUT_OFF: Final = Label("每次投递都被中断", "cut off at every attempt")


class Due(NamedTuple):
    """A delivery that could be taken up: none of its case, channel and addressee comes before it."""

    id: UUID
    channel: str
    addressee: str
    reader: int | None  # of a digest, which holds all that is due to them
    endpoint: UUID | None


class Taken(NamedTuple):
    """What one call of a sender is about: one delivery or, for a digest, all that is due to its reader, oldest first.

    `id` is what receivers deduplicate by: that of the newest, so that a digest with more in it is another one.
    """

    ids: tuple[UUID, ...]
    channel: str
    addressee: str
    attempts: int
    first_tried_at: datetime
    endpoint: UUID | None = None

    @property
    def id(self) -> UUID:
        return self.ids[-1]


# Who stands still with the lock in hand is cut off by the database.
_LOCK = """
SET LOCAL idle_in_transaction_session_timeout = '30s';
SELECT pg_advisory_xact_lock(hashtextextended('notifications/send', 0))
"""
_OTHERS = """
SELECT EXISTS (SELECT FROM notifications_delivery WHERE state = 'waiting' AND leased_until > %s AND leased_by <> %s)
"""
# Whose last attempt should have been long ago, and was never finished: what kills the worker must end, too.
_GIVE_UP = """
UPDATE notifications_delivery SET state = 'dead', problem = %s, leased_until = NULL, leased_by = NULL
 WHERE state = 'waiting' AND leased_until <= %s AND first_tried_at <= %s AND not_before <= %s
"""
ADDRESSEE = "d.channel || ' ' || coalesce(d.user_id::text, d.endpoint::text)"
# Nothing is taken up while an earlier one of its case, channel and addressee waits; one that was planned for later (the
# end of quiet hours, a digest) holds nothing up.
_FREE = f"""
SELECT id, channel, addressee, CASE WHEN digest THEN user_id END, endpoint
  FROM unnest(%s::text[]) AS each (name), LATERAL (
    SELECT d.id, d.outbox_id, d.channel, {ADDRESSEE} AS addressee, d.digest, d.not_before, d.endpoint, d.user_id
      FROM notifications_delivery d
     WHERE d.state = 'waiting' AND d.channel = each.name
       AND d.not_before <= %s AND (d.leased_until IS NULL OR d.leased_until <= %s) AND NOT {ADDRESSEE} = ANY(%s)
       AND NOT EXISTS (
           SELECT FROM notifications_delivery e
            WHERE e.state = 'waiting' AND e.case_id = d.case_id AND e.outbox_id < d.outbox_id AND e.channel = d.channel
              AND e.user_id IS NOT DISTINCT FROM d.user_id AND e.endpoint IS NOT DISTINCT FROM d.endpoint
              AND e.digest = d.digest AND (e.attempts > 0 OR e.not_before <= d.not_before))
     ORDER BY d.not_before, d.outbox_id LIMIT %s) due
 ORDER BY not_before, outbox_id
"""
_TAKE = """
UPDATE notifications_delivery d
   SET leased_until = %(until)s, leased_by = %(me)s, tried_at = %(now)s,
       first_tried_at = coalesce(d.first_tried_at, %(now)s), attempts = least(d.attempts + 1, 32767)
 WHERE d.id = ANY(%(ids)s) AND d.state = 'waiting'
   AND (d.not_before <= %(now)s OR d.digest AND d.attempts > 0)
   AND (d.leased_until IS NULL OR d.leased_until <= %(real)s)
RETURNING d.id, d.outbox_id, d.attempts, d.first_tried_at
"""
_RENEW = (
    "UPDATE notifications_delivery SET leased_until = %s WHERE id = ANY(%s) AND leased_by = %s AND state = 'waiting'"
)
# It did go out, whoever holds it by now.
_SENT = """
UPDATE notifications_delivery SET state = 'sent', sent_at = %s, problem = '', leased_until = NULL, leased_by = NULL
 WHERE id = ANY(%s) AND state <> 'sent'
"""
# In a digest that grows from day to day each line has its own three days.
_FAILED = """
UPDATE notifications_delivery SET state = CASE WHEN first_tried_at <= %s THEN 'dead' ELSE %s END,
       not_before = coalesce(%s, not_before), problem = %s, leased_until = NULL, leased_by = NULL
 WHERE id = ANY(%s) AND leased_by = %s AND state = 'waiting'
"""


@transaction.atomic
def look(me: UUID, *, full: Collection[str], shunned: Collection[str]) -> list[Due] | None:
    """What could be taken up now, the oldest of each channel; None while another process sends.

    `full`: channels that have no lane left; `shunned`: whom to leave alone for now.
    """
    now, real = clock.now(), clock.real_now()
    with connection.cursor() as cursor:
        if not _alone(cursor, me, real):
            return None
        cursor.execute(_GIVE_UP, [as_kept(CUT_OFF), real, now - FOR, now])
        channels = [channel for channel in CHANNELS if channel not in full]
        cursor.execute(_FREE, [channels, now, real, list(shunned), LOOK_AT])
        return [Due(*row) for row in cursor.fetchall()]


@transaction.atomic
def take(me: UUID, chosen: Sequence[Due]) -> list[Taken] | None:
    """Lease these, as far as they are still to be sent; None while another process sends.

    What was taken up, sent, withdrawn or put off since the look is left out.
    """
    # Leases are about processes: the machine's clock, also where that of a demonstration stands still.
    now, real = clock.now(), clock.real_now()
    with connection.cursor() as cursor:
        if not _alone(cursor, me, real):
            return None
        return [taken for due in chosen if (taken := _take(cursor, me, due, now, real)) is not None]


def _alone(cursor: CursorWrapper, me: UUID, real: datetime) -> bool:
    cursor.execute(_LOCK)
    cursor.execute(_OTHERS, [real, me])
    return not cursor.fetchone()[0]


def anything_due() -> bool:
    """Whether there is something to send, so that nobody has to be called for nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM notifications_delivery WHERE state = 'waiting' AND not_before <= %s"
            " AND (leased_until IS NULL OR leased_until <= %s))",
            [clock.now(), clock.real_now()],
        )
        return bool(cursor.fetchone()[0])


def renew(me: UUID, taken: Sequence[Taken]) -> None:
    """They are still being sent."""
    with connection.cursor() as cursor:
        cursor.execute(_RENEW, [clock.real_now() + LEASE, [id_ for each in taken for id_ in each.ids], me])


def sent(taken: Taken) -> None:
    """The other side has it."""
    with connection.cursor() as cursor:
        cursor.execute(_SENT, [clock.now(), list(taken.ids)])


def failed(me: UUID, taken: Taken, problem: str, *, again: datetime | None) -> None:
    """It was refused, until `again`, or for good."""
    state = "dead" if again is None else "waiting"
    with connection.cursor() as cursor:
        cursor.execute(_FAILED, [clock.now() - FOR, state, again, problem[:LONGEST], list(taken.ids), me])


def _take(cursor: CursorWrapper, me: UUID, due: Due, now: datetime, real: datetime) -> Taken | None:
    ids = [due.id] if due.reader is None else digests.lines(due.reader, due.channel, now, real)
    cursor.execute(_TAKE, {"until": real + LEASE, "me": me, "now": now, "real": real, "ids": ids})
    rows = sorted(cursor.fetchall(), key=lambda row: row[1])
    if not rows:
        return None
    first = max(row[3] for row in rows)
    tried = max(row[2] for row in rows)
    return Taken(tuple(row[0] for row in rows), due.channel, due.addressee, tried, first, due.endpoint)
