"""From the outbox to the inboxes, at least once from the outside and exactly once in effect.

One batch is one transaction: read the oldest undelivered rows, write a message for each person and what goes out
beside it, mark the rows. Whatever
dies in between leaves the rows undelivered, and the next run finds them; a row that is delivered twice all the same
meets the unique constraint. Batches run one after the other under an advisory lock, which keeps the messages of a case
in the order of its events; a batch is a handful of set-based statements, so one lane is enough. A row that cannot be
delivered is found by halving its batch, set aside and logged, and tried again later and later for three days; then it
is dead and waits for an administrator. It never blocks the rest.
"""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Sequence
from typing import NamedTuple

from django.db import InterfaceError, OperationalError, connection, transaction

from audit import clock
from notifications.delivery.backoff import next_try
from notifications.delivery.messages import Row, for_endpoints, messages_of
from notifications.delivery.planned import write_deliveries, written

logger = logging.getLogger(__name__)

BATCH = 500
LOCK_NOT_AVAILABLE = "55P03"
# Waits for the batch of another worker, for at most five seconds: a ring must not pass while that one is finishing,
# since its last look may have been just before this row; and a worker that hangs must not take the others with it.
# One that stands still in the middle (a frozen machine) is cut off by the database after half a minute.
_LOCK = """
SET LOCAL lock_timeout = '5s'; SET LOCAL idle_in_transaction_session_timeout = '30s';
SELECT pg_advisory_xact_lock(hashtextextended('notifications/relay', 0))
"""

_CLAIM = """
SELECT o.id, o.topic, o.agency_id, o.payload::text, o.xmin::text,
       CASE WHEN o.case_id IS NULL THEN -1 ELSE agencies_rank(c.confidentiality) END,
       (SELECT n FROM agencies_stamp), o.attempts, o.failed_at
  FROM cases_outbox o LEFT JOIN cases_case c ON c.id = o.case_id
 WHERE o.delivered_at IS NULL AND o.dead_at IS NULL AND o.withdrawn_at IS NULL
   AND (o.not_before IS NULL OR o.not_before <= %s)
 ORDER BY o.id LIMIT %s
"""

_WRITE = """
INSERT INTO notifications_message (outbox_id, user_id, agency_id, case_id, topic, payload, created_at)
SELECT o.id, r.user_id, r.agency_id, o.case_id, o.topic, r.payload, o.created_at
  FROM jsonb_to_recordset(%s::jsonb) AS r(outbox bigint, user_id bigint, agency_id bigint, payload jsonb)
  JOIN cases_outbox o ON o.id = r.outbox
 ORDER BY o.id, r.user_id
ON CONFLICT (outbox_id, user_id) DO NOTHING
RETURNING id, outbox_id, user_id, agency_id, case_id::text, topic, payload::text, created_at
"""

_MARK = "UPDATE cases_outbox SET delivered_at = %s WHERE id = ANY(%s) AND delivered_at IS NULL"
_SET_ASIDE = """
UPDATE cases_outbox SET failed_at = %s, attempts = %s, not_before = %s, dead_at = %s, problem = %s
 WHERE id = %s AND delivered_at IS NULL
"""
_PUT_BACK = """
UPDATE cases_outbox SET failed_at = NULL, attempts = 0, not_before = NULL, dead_at = NULL
 WHERE delivered_at IS NULL AND failed_at IS NOT NULL AND withdrawn_at IS NULL
"""


class Batch(NamedTuple):
    """How many rows were taken up; those that were not delivered have been set aside."""

    claimed: int
    delivered: int


def deliver_all(*, limit: int = 100_000) -> int:
    """Deliver whatever is undelivered, up to `limit` rows. Returns how many rows were delivered."""
    seen = done = 0
    while seen < limit and (batch := _batch(BATCH)).claimed:
        seen, done = seen + batch.claimed, done + batch.delivered
    return done


def deliver_batch(size: int = BATCH) -> int:
    """Deliver the oldest undelivered rows, setting aside what cannot be. Returns how many; 0 while another hangs."""
    return _batch(size).delivered


def try_again() -> int:
    """Put back what was set aside, for the next delivery. Returns how many rows."""
    with connection.cursor() as cursor:
        cursor.execute(_PUT_BACK)
        return int(cursor.rowcount)


@transaction.atomic
def _batch(size: int) -> Batch:
    rows = _claim(size) if _alone() else []
    return Batch(len(rows), _deliver(rows))


def _deliver(rows: Sequence[Row]) -> int:
    """All of these rows or, where that fails, each half by itself, down to the row that is at fault."""
    if not rows:
        return 0
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_WRITE, [json.dumps(messages_of(rows))])
            write_deliveries([written(row) for row in cursor.fetchall()], for_endpoints(rows))
            cursor.execute(_MARK, [clock.now(), [row.id for row in rows]])
    except (OperationalError, InterfaceError):
        raise  # the database's trouble, not a row's: the next sweep finds everything as it was
    except Exception as fault:  # noqa: BLE001 — logged, and whatever it is, the other rows must not wait for it
        if len(rows) == 1:
            _set_aside(rows[0], fault)
            return 0
        half = len(rows) // 2
        return _deliver(rows[:half]) + _deliver(rows[half:])
    return len(rows)


def _set_aside(row: Row, fault: Exception) -> None:
    now = clock.now()
    first, attempts = row.failed_at or now, row.attempts + 1
    again = next_try(first=first, attempts=attempts, now=now, dice=random.random())  # noqa: S311 — no secret
    logger.error("outbox row %s (%s) cannot be delivered and is set aside", row.id, row.topic, exc_info=fault)
    # The first line only: what the database adds below it may repeat the row.
    problem = f"{type(fault).__name__}: {fault}".splitlines()[0][:200]
    with connection.cursor() as cursor:
        cursor.execute(_SET_ASIDE, [first, attempts, again, None if again else now, problem, row.id])


def _alone() -> bool:
    """Wait until no other worker delivers; the lock ends with the transaction."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_LOCK)
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") != LOCK_NOT_AVAILABLE:
            raise
        logger.warning("another worker has held the outbox for five seconds; the next sweep tries again")
        return False
    return True


def _claim(size: int) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [clock.now(), size])
        return [
            Row(id_, topic, agency_id, json.loads(payload), *rest)
            for id_, topic, agency_id, payload, *rest in cursor.fetchall()
        ]
