"""What speaks for a case, and whom it concerns: the signals by family, and the personal data, masked by default.

A case that absorbed others reads the signals and records of all of them.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from agencies.actors import Actor
from agencies.visibility import seen
from cases.models.sealing import open_cells
from cases.models.vault import PersonalRecord
from cases.selectors.masking import mask
from cases.selectors.paging import Row, fetch
from cases.selectors.scopes import viewing_agencies

MOST_SIGNALS: Final = 300
# A reason given once opens the data for this long, to the person who gave it and nobody else.
REVEALED_FOR: Final = timedelta(minutes=30)

_FAMILY = f"""WITH RECURSIVE family(id) AS (
    SELECT c.id FROM cases_case c WHERE c.id = %s AND {seen("c.id")}
    UNION SELECT m.id FROM cases_case m JOIN family f ON m.merged_into_id = f.id)
"""
_SIGNALS = (
    _FAMILY
    + """SELECT s.family, (coalesce(r.reading, '{}') || s.numbers)::text AS numbers,
    s.observed_from, s.observed_to, r.number AS row, b.name AS batch,
    b.kind, b.agency_id
FROM family f JOIN cases_signal s ON s.case_id = f.id AND s.withdrawn_at IS NULL
LEFT JOIN cases_listrow r ON r.id = s.row_id LEFT JOIN LATERAL case_list_of_row(s.row_id) b ON true
ORDER BY coalesce(s.observed_to, s.created_at) DESC, s.id DESC LIMIT %s"""
)
_RECORDS = _FAMILY + "SELECT p.id FROM family f JOIN cases_personalrecord p ON p.case_id = f.id"
_TYPED = (
    _FAMILY
    + """SELECT s.data::text AS data FROM family f
    CROSS JOIN LATERAL (SELECT 'case/' || f.id AS stream OFFSET 0) n JOIN audit_event e ON e.stream = n.stream
    JOIN audit_sealed s ON s.event_id = e.id WHERE s.data ?| %s::text[] ORDER BY e.id"""
)
_LISTED = (
    _FAMILY
    + """SELECT r.number AS row, r.batch_id, r.sealed, b.columns->'sheets'->coalesce((r.reading->>'sheet')::int, 0)
        ->'columns'->>'ip' AS place
    FROM family f JOIN cases_signal s ON s.case_id = f.id AND s.withdrawn_at IS NULL
    JOIN cases_listrow r ON r.id = s.row_id CROSS JOIN LATERAL case_list_of_row(s.row_id) b
    ORDER BY s.id DESC LIMIT %s"""
)
_REVEALED = """SELECT e.at, (b.body->'set'->'last_reveal'->'items')::text AS items
    FROM audit_event e CROSS JOIN LATERAL (SELECT convert_from(e.body, 'UTF8')::jsonb AS body) b
    WHERE e.stream = 'case/' || %s AND e.actor_id = %s AND e.action = 'reveal_personal_data' AND e.at > %s"""

# Which item of a reveal opens which value, and how the value is masked until then: first the vault, then what people
# typed into the sealed fields of an act. The words of a tip are opened by whatever reason is given, since they say
# where to look; who sent it is not even listed before it is asked for.
VAULT: Final = {
    "holder": ("subscriber", "holder"),
    "phone": ("phone", "phone"),
    "address": ("address", "address"),
    "broadband": ("account", "broadband"),
    "meter": ("account", "meter"),
    "content": ("content", "content"),
    "reporter": ("reporter", "reporter"),
    "reporter_phone": ("reporter", "reporter_phone"),
}
TYPED: Final = {
    "subscriber": ("subscriber", "holder"),
    "holder": ("subscriber", "holder"),
    "phone": ("phone", "phone"),
    "address": ("address", "address"),
    "line_account": ("account", "broadband"),
    "account": ("account", "meter"),
}


def signals(actor: Actor, case_id: UUID | str) -> list[Row]:
    """The observations behind a visible case, the latest first, at most MOST_SIGNALS; numbers as they were read."""
    rows = fetch(_SIGNALS, [str(case_id), viewing_agencies(actor), MOST_SIGNALS])
    return [{**row, "numbers": orjson.loads(row["numbers"] or "{}")} for row in rows]


def revealed(actor: Actor, case_id: UUID | str, *, now: datetime) -> dict[str, datetime]:
    """Which items of personal data this person sees in clear on this case, and until when."""
    opened: dict[str, datetime] = {}
    for row in fetch(_REVEALED, [str(case_id), actor.user_id, now - REVEALED_FOR]):
        until = row["at"] + REVEALED_FOR
        for item in [*orjson.loads(row["items"] or "[]"), "content"]:
            opened[item] = max(until, opened.get(item, until))
    return opened


def personal(actor: Actor, case_id: UUID | str, *, opened: Collection[str]) -> list[dict[str, Any]]:
    """The personal values of a visible case: item, kind, value (masked unless its item is opened), masked."""
    seeing = viewing_agencies(actor)
    found = [row["id"] for row in fetch(_RECORDS, [str(case_id), seeing])]
    records = PersonalRecord.objects.filter(pk__in=found).order_by("field", "created_at", "pk")
    rows = [
        _shown(*VAULT[record.field], record.value, opened)
        for record in records
        if not record.protected or VAULT[record.field][0] in opened
    ]
    for row in fetch(_TYPED, [str(case_id), seeing, list(TYPED)]):
        data = orjson.loads(row["data"])
        rows += [_shown(*TYPED[key], str(data[key]), opened) for key in TYPED if data.get(key)]
    rows += [_shown("network", "network", address, opened) for address in _addresses(case_id, seeing)]
    # The same phone in three lists is one phone.
    return list({(row["item"], row["value"]): row for row in rows}.values())


def _addresses(case_id: UUID | str, seeing: list[int]) -> list[str]:
    """The network addresses of the lists behind a visible case: they stand in the sealed rows and nowhere else."""
    found = []
    for row in fetch(_LISTED, [str(case_id), seeing, MOST_SIGNALS]):
        if row["place"] is not None:
            cells = open_cells(row["sealed"], UUID(str(row["batch_id"])).bytes, row["row"])
            found.append(str(cells[int(row["place"])]).strip())
    return found


def _shown(item: str, kind: str, value: str, opened: Collection[str]) -> dict[str, Any]:
    clear = item in opened
    return {"item": item, "kind": kind, "value": value if clear else mask(kind, value), "masked": not clear}
