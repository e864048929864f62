"""From the outbox to the inboxes, at least once from the outside and exactly once in effect.

One batch is one transaction: read the oldest undelivered rows, write a message for each person, mark the rows. Whatever
dies in between leaves the rows undelivered, and the next run finds them; a row that is delivered twice all the same
meets the unique constraint. Batches run one after the other under an advisory lock, which keeps the messages of a case
in the order of its events; a batch is a handful of set-based statements, so one lane is enough. A row that cannot be
delivered is found by halving its batch, set aside and logged, and tried again after an hour: it never blocks the rest.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from django.db import InterfaceError, OperationalError, connection, transaction

from agencies.directory import Directory, get_directory
from agencies.selectors import Person, StandIn, rosters, stand_ins
from audit import clock
from notifications.recipients import Recipient, recipients
from notifications.wording import wording

logger = logging.getLogger(__name__)

BATCH = 500
LOCK_NOT_AVAILABLE = "55P03"
RETRY_AFTER = timedelta(hours=1)  # what was set aside may have failed for a reason that is gone by then
SUM_FROM = 6  # tasks of one kind, from one transaction, for one agency
# What a message may hold. Everything else in a payload, should a later one carry more, stays in the outbox.
KEPT = ("number", "task", "kind", "label_zh", "label_en", "stage", "due_at", "action", "by", "count")

# Waits for the batch of another worker, for at most five seconds: a ring must not pass while that one is finishing,
# since its last look may have been just before this row; and a worker that hangs must not take the others with it.
_LOCK = "SET LOCAL lock_timeout = '5s'; SELECT pg_advisory_xact_lock(hashtextextended('notifications/relay', 0))"

# xmin is the transaction that wrote the row: a list of hundreds of cases is one transaction, an act on a case another.
_CLAIM = """
SELECT o.id, o.topic, o.agency_id, o.payload::text, o.xmin::text, agencies_rank(c.confidentiality),
       (SELECT n FROM agencies_stamp)
  FROM cases_outbox o JOIN cases_case c ON c.id = o.case_id
 WHERE o.delivered_at IS NULL AND (o.failed_at IS NULL OR o.failed_at <= %s) ORDER BY o.id LIMIT %s
"""

_WRITE = """
INSERT INTO notifications_message (outbox_id, user_id, agency_id, case_id, topic, payload, created_at)
SELECT o.id, r.user_id, r.agency_id, o.case_id, o.topic, r.payload, o.created_at
  FROM jsonb_to_recordset(%s::jsonb) AS r(outbox bigint, user_id bigint, agency_id bigint, payload jsonb)
  JOIN cases_outbox o ON o.id = r.outbox
 ORDER BY o.id, r.user_id
ON CONFLICT (outbox_id, user_id) DO NOTHING
"""

_MARK = "UPDATE cases_outbox SET delivered_at = %s WHERE id = ANY(%s) AND delivered_at IS NULL"
_SET_ASIDE = "UPDATE cases_outbox SET failed_at = %s, problem = %s WHERE id = %s"
_PUT_BACK = "UPDATE cases_outbox SET failed_at = NULL WHERE delivered_at IS NULL AND failed_at IS NOT NULL"


class Row(NamedTuple):
    """An undelivered row of the outbox; rows with the same `written_by` were committed by one transaction.

    `rank` is how confidential the case is, `stamp` that of the directory of agencies, at this moment.
    """

    id: int
    topic: str
    agency_id: int | None
    payload: dict[str, Any]
    written_by: str
    rank: int = 0
    stamp: int | None = None


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
            cursor.execute(_WRITE, [json.dumps(_messages(rows))])
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
    logger.error("outbox row %s (%s) cannot be delivered and is set aside", row.id, row.topic, exc_info=fault)
    # The first line only: what the database adds below it may repeat the row.
    problem = f"{type(fault).__name__}: {fault}".splitlines()[0][:200]
    with connection.cursor() as cursor:
        cursor.execute(_SET_ASIDE, [clock.now(), problem, row.id])


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
        cursor.execute(_CLAIM, [clock.now() - RETRY_AFTER, size])
        return [
            Row(id_, topic, agency_id, json.loads(payload), written_by, rank, stamp)
            for id_, topic, agency_id, payload, written_by, rank, stamp in cursor.fetchall()
        ]


def _messages(rows: Sequence[Row]) -> list[dict[str, Any]]:
    directory = get_directory(stamp=rows[0].stamp)
    reached = {agency for row in rows for agency in _reach(row, directory)}
    known, standing_in = rosters(reached), stand_ins(reached)
    return [
        {
            "outbox": row.id,
            "user_id": recipient.user_id,
            "agency_id": recipient.agency_id,
            "payload": content,
        }
        for row in _summed(rows)
        for content in (_content(row),)
        for recipient in _told(row, directory, known, standing_in)
    ]


def _content(row: Row) -> dict[str, Any]:
    """What the message keeps. It is put into words once here: what cannot be read must not reach an inbox."""
    content = {key: row.payload[key] for key in KEPT if key in row.payload}
    wording(row.topic, content)
    return content


def _summed(rows: Sequence[Row]) -> list[Row]:
    """Many tasks of one kind for one agency out of one transaction (an imported list) are told in one line.

    Its last row stands for all, with their count in place of a number; otherwise one list would bury everything else.
    """
    groups: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        same = (
            row.written_by,
            row.topic,
            row.agency_id,
            row.rank,
            *(row.payload.get(key) for key in ("kind", "action", "assignee")),
        )
        groups.setdefault(same, []).append(row)
    told = [row for group in groups.values() if len(group) < SUM_FROM for row in group]
    for group in groups.values():
        if len(group) >= SUM_FROM:
            shared = {key: value for key, value in group[-1].payload.items() if key not in ("number", "task", "due_at")}
            told.append(group[-1]._replace(payload={**shared, "count": len(group)}))
    return sorted(told, key=lambda row: row.id)


def _told(
    row: Row, directory: Directory, known: Mapping[int, Sequence[Person]], standing_in: Sequence[StandIn]
) -> list[Recipient]:
    reach = _reach(row, directory)
    if not reach:
        return []
    addressed = list(dict.fromkeys((reach[0], directory.by_id[reach[0]].principal_id)))
    cleared = {agency: [member for member in members if member.rank >= row.rank] for agency, members in known.items()}
    return recipients(row.payload, addressed, reach, cleared, [each for each in standing_in if each.rank >= row.rank])


def _reach(row: Row, directory: Directory) -> list[int]:
    """The addressed agency first, its principal, and that one's sub-units. Empty for an unknown agency or none."""
    agency = directory.by_id.get(row.agency_id or 0)
    if agency is None:
        return []
    units = [unit.id for unit in directory.units(agency.principal_id)]
    return list(dict.fromkeys((agency.id, agency.principal_id, *units)))
