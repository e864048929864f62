"""Sealed data against the commitments in the bodies: opened, erased on record, or gone without one."""

from collections.abc import Mapping
from typing import Any

import orjson

from audit.chain import CanonicalError, commitment
from audit.verification.projections import Event, Problem
from audit.verification.tally import Tally

_QUERY = """
    SELECT asked.id, s.salt, s.data::text,
           s.event_id IS NULL AND EXISTS (SELECT FROM audit_event r WHERE r.stream = 'sealed/' || asked.id)
    FROM unnest(%s::bigint[]) AS asked(id) LEFT JOIN audit_sealed s ON s.event_id = asked.id
"""


def check_sealed(connection: Any, promised: Mapping[int, Event], tally: Tally) -> None:
    """Compare the sealed data of these events with what their bodies promise.

    Erased data are in order: the commitment in the body stays valid without them.
    """
    if not promised:
        return
    with connection.cursor() as cursor:
        cursor.execute(_QUERY, [list(promised)])
        for event_id, salt, data, erased in cursor:
            if salt is None:
                if erased:
                    tally.erased += 1
                else:
                    tally.missing.append(event_id)
                continue
            tally.sealed += 1
            if not _opens(bytes(salt), data, promised[event_id].body["sealed"]):
                tally.report(_broken(promised[event_id]))


def _opens(salt: bytes, data: str, promise: object) -> bool:
    try:
        return commitment(salt, orjson.loads(data)) == promise
    except CanonicalError:
        return False


def _broken(event: Event) -> Problem:
    return Problem(
        event.id,
        event.stream,
        event.seq,
        "sealed",
        "封存内容与正文中的承诺值不符，封存内容已被改动",
        "the sealed data do not open the commitment in the body: they were changed",
    )


def strays(connection: Any, expected: int) -> list[Problem]:
    """Sealed rows that no event promised; looked for only where there are more rows than `expected`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_sealed")
        if cursor.fetchone()[0] == expected:
            return []
        cursor.execute(
            "SELECT s.event_id, e.stream, e.seq FROM audit_sealed s LEFT JOIN audit_event e ON e.id = s.event_id"
            " WHERE e.id IS NULL OR NOT convert_from(e.body, 'UTF8')::jsonb ? 'sealed' ORDER BY 1 LIMIT 100"
        )
        return [_stray(*row) for row in cursor]


def _stray(event_id: int, stream: str | None, seq: int | None) -> Problem:
    if stream is None:
        told = f"封存内容所属的第 {event_id} 号记录已不在库中", f"event {event_id}, whose sealed data are here, is gone"
    else:
        told = "存在封存内容，但事件正文没有承诺值", "there are sealed data that no body promises"
    return Problem(event_id, stream or "", seq, "stray", *told)
