"""Sealing the lines in sections, and taking whole sections away after the retention."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import OperationalError

from audit import clock
from audit.access import STREAM
from audit.actions import Action
from audit.log import EventActor, timestamp
from audit.services import Recorded, hold, record, record_by

SYSTEM = EventActor(None, "system")
# The law's six months (网络安全法 21(3)); the database refuses what is younger, too.
LEAST_DAYS = 183
BATCH_ROWS = 10_000
# The first section begins below every number, so that nothing can be put before it.
LOWEST = -(2**63)
COLUMNS = """id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), user_id, username, agency_id, role,
    address, way, case_id::text, target, items::text, purpose, rows, file_hash"""


@dataclass(frozen=True, slots=True)
class Prunable:
    """The lines that the retention lets go: whole sealed sections, up to `through_id`."""

    through_id: int
    lines: int
    first: datetime | None
    last: datetime | None
    before: datetime


def seal_section() -> Recorded | None:
    """Seal the lines that came since the last section; None where there are none, or where somebody keeps writing."""
    through = 0
    with suppress(OperationalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT audit_access_settled()")
        through = cursor.fetchone()[0]
    with transaction.atomic(), connection.cursor() as cursor:
        # Two who seal at once would seal the same lines twice: the second waits here, and then finds them sealed.
        hold(STREAM)
        after = _sealed_through(cursor)
        if through <= after:
            return None
        lines, digest = digest_of(connection.connection, after, through)
        if not lines:
            return None
        return record(
            stream=STREAM,
            action=Action.ACCESS_LOG_SEALED,
            actor=SYSTEM,
            data={"after_id": after, "through_id": through, "lines": lines, "digest": digest},
            now=clock.now(),
        )


def digest_of(plain: Any, after: int, through: int) -> tuple[int, str]:
    """How many lines have after < id <= through, and the SHA-256 over their columns; `plain` is a psycopg2 connection.

    Read in batches by id, so that a year's lines need no more memory than an hour's.
    """
    lines, digest = 0, hashlib.sha256()
    for row in _rows(plain, after or LOWEST, through):
        lines += 1
        digest.update(orjson.dumps(row) + b"\n")
    return lines, digest.hexdigest()


def _rows(plain: Any, after: int, through: int) -> Iterator[tuple[Any, ...]]:
    with plain.cursor() as cursor:
        while True:
            cursor.execute(
                f"SELECT {COLUMNS} FROM audit_access WHERE id > %s AND id <= %s ORDER BY id LIMIT {BATCH_ROWS}",
                [after, through],
            )
            rows = cursor.fetchall()
            yield from rows
            if len(rows) < BATCH_ROWS:
                return
            after = rows[-1][0]


def prunable() -> Prunable:
    """What the retention lets go today. The demo's clock may run ahead; lines go by the real one."""
    before = min(clock.now(), clock.real_now()) - timedelta(days=max(settings.ACCESS_LOG_DAYS, LEAST_DAYS))
    with connection.cursor() as cursor:
        cursor.execute(_PRUNABLE, [STREAM, before])
        through = cursor.fetchone()[0] or 0
        cursor.execute("SELECT count(*), min(at), max(at) FROM audit_access WHERE id <= %s", [through])
        lines, first, last = cursor.fetchone()
    return Prunable(through, lines, first, last, before)


@transaction.atomic
def prune() -> Prunable:
    """Take away what the retention lets go, and leave an event that says how many lines of which time went."""
    hold(STREAM)
    going = prunable()
    if not going.lines or going.first is None or going.last is None:
        return going
    data = {
        "through_id": going.through_id,
        "lines": going.lines,
        "period": [timestamp(going.first), timestamp(going.last)],
        "before": timestamp(going.before.astimezone(UTC)),
        "retention_days": settings.ACCESS_LOG_DAYS,
    }
    record_by(
        "SELECT audit_prune_access(%s)",
        stream=STREAM,
        action=Action.ACCESS_LOG_PRUNED,
        actor=SYSTEM,
        data=data,
        now=clock.now(),
    )
    return going


def _sealed_through(cursor: Any) -> int:
    cursor.execute(_SEALED_THROUGH, [STREAM])
    return int(cursor.fetchone()[0])


_SEALED_THROUGH = """SELECT coalesce(max((convert_from(body, 'UTF8')::jsonb->'data'->>'through_id')::bigint), 0)
    FROM audit_event WHERE stream = %s AND action = 'access_log_sealed'"""
# The last section of those that are old as a whole: nothing younger stands before it.
_PRUNABLE = """WITH section AS (
    SELECT (convert_from(body, 'UTF8')::jsonb->'data'->>'through_id')::bigint AS through_id
    FROM audit_event WHERE stream = %s AND action = 'access_log_sealed'),
young AS (SELECT min(id) AS id FROM audit_access WHERE at >= %s)
SELECT max(s.through_id) FROM section s, young WHERE young.id IS NULL OR s.through_id < young.id"""
