"""Entries of the calendar as people look through them. They are no personal data: whoever is signed in reads all."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import orjson

from cases.selectors.paging import Row, fetch

MOST = 300
_SELECT = """
    SELECT c.id, c.kind, c.region_id AS region, c.first_day, c.last_day, c.days::text AS days, c.reason, c.source,
        c.status, c.supersedes_id, c.entered_by_id, c.entered_agency_id, e.display_name AS enterer, c.entered_at,
        c.decided_by_id, d.display_name AS decider, c.decided_at, c.ended_by_id, f.display_name AS ender, c.ended_at,
        c.ended_reason
    FROM cases_calendarentry c JOIN agencies_user e ON e.id = c.entered_by_id
    LEFT JOIN agencies_user d ON d.id = c.decided_by_id LEFT JOIN agencies_user f ON f.id = c.ended_by_id
"""


def list_entries(region: str, first: date, last: date) -> list[Row]:
    """What was said of these days: of the whole country, of this region, those around it and those in it."""
    where = """
        WHERE c.first_day <= %s AND c.last_day >= %s
          AND (c.region_id IS NULL OR starts_with(c.region_id, %s) OR starts_with(%s, c.region_id))
        ORDER BY c.first_day, c.entered_at, c.id LIMIT %s
    """
    return [_shown(row) for row in fetch(_SELECT + where, [last, first, region, region, MOST])]


def find_entry(entry_id: UUID | str) -> Row | None:
    found = fetch(f"{_SELECT} WHERE c.id = %s", [str(entry_id)])
    return _shown(found[0]) if found else None


def followers(entry_id: UUID | str) -> list[Row]:
    """The entries that correct this one, or were entered to."""
    found = fetch(f"{_SELECT} WHERE c.supersedes_id = %s ORDER BY c.entered_at DESC", [str(entry_id)])
    return [_shown(row) for row in found]


def _shown(row: Row) -> Row:
    return {**row, "days": orjson.loads(row["days"]) if row["days"] else None}
