"""What speaks for a case, and whom it concerns: the signals by family, and the personal data, masked by default.

A case that absorbed others reads the signals and records of all of them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from agencies.actors import Actor
from cases.models.vault import PersonalRecord
from cases.selectors.masking import mask
from cases.selectors.paging import Row, fetch
from cases.selectors.scopes import viewing_agencies

MOST_SIGNALS: Final = 300
# A reason given once opens the data for this long, to the person who gave it and nobody else.
REVEALED_FOR: Final = timedelta(minutes=30)

_FAMILY = """WITH RECURSIVE family(id) AS (
    SELECT c.id FROM cases_case c WHERE c.id = %s
    AND EXISTS (SELECT 1 FROM cases_caseagency ca WHERE ca.case_id = c.id AND ca.agency_id = ANY(%s))
    UNION SELECT m.id FROM cases_case m JOIN family f ON m.merged_into_id = f.id)
"""
_SIGNALS = (
    _FAMILY
    + """SELECT s.family, (coalesce(r.reading, '{}') || s.numbers)::text AS numbers,
    s.observed_from, s.observed_to, r.number AS row, b.name AS batch,
    b.kind, b.agency_id
FROM family f JOIN cases_signal s ON s.case_id = f.id AND s.withdrawn_at IS NULL
LEFT JOIN cases_listrow r ON r.id = s.row_id LEFT JOIN cases_listbatch b ON b.id = r.batch_id
ORDER BY coalesce(s.observed_to, s.created_at) DESC, s.id DESC LIMIT %s"""
)
_RECORDS = _FAMILY + "SELECT p.id FROM family f JOIN cases_personalrecord p ON p.case_id = f.id AND NOT p.protected"
_REVEALED = """SELECT max(e.at) AS at FROM audit_event e
    WHERE e.stream = 'case/' || %s AND e.actor_id = %s AND e.action = 'reveal_personal_data' AND e.at > %s"""


def signals(actor: Actor, case_id: UUID | str) -> list[Row]:
    """The observations behind a visible case, the latest first, at most MOST_SIGNALS; numbers as they were read."""
    rows = fetch(_SIGNALS, [str(case_id), list(viewing_agencies(actor)), MOST_SIGNALS])
    return [{**row, "numbers": orjson.loads(row["numbers"] or "{}")} for row in rows]


def revealed_until(actor: Actor, case_id: UUID | str, *, now: datetime) -> datetime | None:
    """Until when this person sees the personal data of this case in clear; None: they are masked."""
    at = fetch(_REVEALED, [str(case_id), actor.user_id, now - REVEALED_FOR])[0]["at"]
    return at + REVEALED_FOR if at else None


def personal(actor: Actor, case_id: UUID | str, *, clear: bool) -> list[dict[str, Any]]:
    """The personal data of a visible case by field, masked unless `clear`; who reported a tip is never among them."""
    found = fetch(_RECORDS, [str(case_id), list(viewing_agencies(actor))])
    records = PersonalRecord.objects.filter(pk__in=[row["id"] for row in found]).order_by("field", "created_at", "pk")
    rows = []
    for record in records:
        value = record.value if clear else mask(record.field, record.value)
        rows.append({"field": record.field, "label": record.get_field_display(), "value": value, "masked": not clear})
    return rows
