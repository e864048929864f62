"""Taking deliveries up and writing down what became of them: the SQL of the sending loop.

One process of the installation sends at a time. What it takes up it holds by a lease in the row, renewed while it lives
and over half a minute after it was killed; then the next one takes on. Nothing here lasts longer than a statement, and
no transaction is open while something is sent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from audit import clock
from notifications.delivery.backoff import FOR

LEASE: Final = timedelta(seconds=30)
LOOK_AT: Final = 500  # due deliveries at once
OF_ONE: Final = 2  # at once to one addressee, of two cases: a host that does not answer leaves lanes to the others
DIGEST_LINES: Final = 200
CUT_OFF: Final = "每次投递都被中断 cut off at every attempt"


class Taken(NamedTuple):
    """What one call of a sender is about: one delivery or, for a digest, all of one reader and day, the oldest first.

    `id` is what receivers deduplicate by.
    """

    ids: tuple[UUID, ...]
    channel: str
    addressee: str
    attempts: int
    first_tried_at: datetime
    endpoint: UUID | None = None

    @property
    def id(self) -> UUID:
        return self.ids[0]


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
SELECT id, channel, addressee, digest, not_before, endpoint FROM (
    SELECT d.id, d.outbox_id, d.channel, {ADDRESSEE} AS addressee, d.digest, d.not_before, d.endpoint
      FROM notifications_delivery d
     WHERE d.state = 'waiting' AND d.not_before <= %s AND (d.leased_until IS NULL OR d.leased_until <= %s)
       AND NOT d.channel = ANY(%s) AND NOT {ADDRESSEE} = ANY(%s)
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
RETURNING d.id, d.outbox_id, d.attempts, d.first_tried_at
"""
_OF_DIGEST = f"""
SELECT d.id FROM notifications_delivery d
 WHERE d.state = 'waiting' AND d.digest AND {ADDRESSEE} = %s AND d.not_before = %s ORDER BY d.outbox_id LIMIT %s
"""
_RENEW = (
    "UPDATE notifications_delivery SET leased_until = %s WHERE id = ANY(%s) AND leased_by = %s AND state = 'waiting'"
)
# It did go out, whoever holds it by now.
_SENT = """
UPDATE notifications_delivery SET state = 'sent', sent_at = %s, problem = '', leased_until = NULL, leased_by = NULL
 WHERE id = ANY(%s) AND state <> 'sent'
"""
_FAILED = """
UPDATE notifications_delivery SET state = %s, not_before = coalesce(%s, not_before), problem = %s,
       leased_until = NULL, leased_by = NULL
 WHERE id = ANY(%s) AND leased_by = %s AND state = 'waiting'
"""


@transaction.atomic
def take(me: UUID, *, free: Mapping[str, int], busy: Mapping[str, int], resting: Collection[str]) -> list[Taken] | None:
    """What is due, up to so many for each channel; None while another process sends.

    `busy`: how much is on its way to whom; `resting`: who is left alone for now.
    """
    # Leases are about processes: the machine's clock, also where that of a demonstration stands still.
    now, real = clock.now(), clock.real_now()
    full = [channel for channel, lanes in free.items() if lanes <= 0]
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
        cursor.execute(_OTHERS, [real, me])
        if cursor.fetchone()[0]:
            return None
        cursor.execute(_GIVE_UP, [CUT_OFF, real, now - FOR, now])
        shunned = [*resting, *(addressee for addressee, number in busy.items() if number >= OF_ONE)]
        cursor.execute(_FREE, [now, real, full, shunned, LOOK_AT])
        found = cursor.fetchall()
    return [_take(me, ids, whom, now, real) for ids, whom in _chosen(found, free, busy)]


def _chosen(
    found: Sequence[tuple[UUID, str, str, bool, datetime, UUID | None]],
    free: Mapping[str, int],
    busy: Mapping[str, int],
) -> Iterator[tuple[list[UUID], tuple[str, str, UUID | None]]]:
    """Of what is due as much as there are lanes for, of no addressee more than its share; a digest is one."""
    left, at_once, digests = dict(free), dict(busy), set[tuple[str, datetime]]()
    for id_, channel, addressee, digest, not_before, endpoint in found:
        if left.get(channel, 1) <= 0 or at_once.get(addressee, 0) >= OF_ONE or (addressee, not_before) in digests:
            continue
        left[channel], at_once[addressee] = left.get(channel, 1) - 1, at_once.get(addressee, 0) + 1
        if digest:
            digests.add((addressee, not_before))
        yield (_lines(addressee, not_before) if digest else [id_]), (channel, addressee, endpoint)


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
        cursor.execute(_FAILED, [state, again, problem[:200], list(taken.ids), me])


def _lines(addressee: str, not_before: datetime) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(_OF_DIGEST, [addressee, not_before, DIGEST_LINES])
        return [row[0] for row in cursor.fetchall()]


def _take(me: UUID, ids: list[UUID], whom: tuple[str, str, UUID | None], now: datetime, real: datetime) -> Taken:
    channel, addressee, endpoint = whom
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"until": real + LEASE, "me": me, "now": now, "ids": ids})
        rows = sorted(cursor.fetchall(), key=lambda row: row[1])
    first = min(row[3] for row in rows)
    return Taken(tuple(row[0] for row in rows), channel, addressee, max(row[2] for row in rows), first, endpoint)
