"""Cases: the list, the ids behind it for whoever acts on all of a result, and how many there are.

The list is read through doors of the database (`cases/sql/case_list_door_v1.sql`), which ask for the sight themselves;
ids are UUIDv7, so their order is that of opening.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import orjson

from agencies import visibility
from agencies.actors import Actor
from agencies.directory import Directory, get_directory
from agencies.visibility import Part
from cases.selectors import refs
from cases.selectors.clocks.statement import STANDS
from cases.selectors.evidence import by_family
from cases.selectors.listing.through import through
from cases.selectors.listing.wanted import CaseFilter, Order, Sort
from cases.selectors.paging import (
    CAP,
    DEFAULT_PAGE_SIZE,
    Cursor,
    Page,
    Row,
    capped,
    fetch,
)

__all__ = ["CaseFilter", "Order", "Place", "Sort", "count_cases", "list_cases", "matching"]
_NUMBER = re.compile(r"[A-Z]{2,6}[0-9]{2}-[0-9]+")


def list_cases(
    actor: Actor,
    wanted: CaseFilter,
    *,
    cursor: str | None = None,
    size: int = DEFAULT_PAGE_SIZE,
    exact: bool = False,
) -> Page:
    """The cases this person sees, in the order that was asked for. Raises InvalidCursor.

    Of the newest first the total is exact up to CAP, or always where `exact`; of the other orders it always is.
    """
    at = wanted.order.keyset.decode(cursor)
    if at is None and wanted.numbers is None and wanted.q and _NUMBER.fullmatch(wanted.q.strip().upper()):
        # A whole number that this person sees is the only answer; the beginning of one is a part like any other.
        whole = _page(actor, replace(wanted, numbers=(wanted.q.strip().upper(),), q=None), at, size, exact=exact)
        if whole.rows:
            return whole
    return _page(actor, wanted, at, size, exact=exact)


class Place(NamedTuple):
    """Where one case stands in the order of a list."""

    key: str
    id: str


def matching(actor: Actor, wanted: CaseFilter, *, after: Place | None = None, size: int = 1000) -> list[Place]:
    """The next cases of a result, in its order, as their places: for whoever goes through all of it.

    The last of them is `after` of the next call; fewer than `size` are the last. What is opened or changed meanwhile
    neither doubles nor hides another case of the result.
    """
    at = None if after is None else Cursor((after.key, after.id))
    rows = fetch(f"SELECT id::text AS id, key FROM {_DOOR} WHERE id IS NOT NULL", _asked(actor, wanted, at, 0, size))
    return [Place(row["key"], row["id"]) for row in rows]


def count_cases(actor: Actor, wanted: Sequence[CaseFilter]) -> list[int]:
    """How many cases each of these would list, exactly, in one statement."""
    asked = orjson.dumps([each.as_json() for each in wanted]).decode()
    counts = fetch("SELECT case_list_counts(%s::jsonb, %s::jsonb) AS counts", [through(actor), asked])[0]["counts"]
    return [int(count) for count in counts]


_DOOR: Final = "case_list(%s::jsonb, %s::jsonb, %s, %s, %s, %s::uuid, %s, %s, %s)"
_ROWS: Final = f"""
WITH listed AS MATERIALIZED (SELECT row_number() OVER () AS place, d.* FROM {_DOOR} d)
SELECT l.n, l.before, l.key, (SELECT n FROM agencies_stamp) AS stamp,
       l.subject, l.kwh, l.strengths, l.awaited, l.open_tasks,
       c.id, c.number, c.title, c.stage, c.version, c.region_code, c.level, c.source, c.outcome,
       CASE WHEN p.whole THEN c.review_on END AS review_on, c.confidentiality, p.whole, c.lead_agency_id,
       c.opened_at, c.updated_at, c.stage_since, c.closed_at,
       t.kind, t.agency_id, t.unit_id, t.assignee_id, u.display_name AS assignee_name, t.due_at, t.provisional,
       t.paused
FROM listed l
LEFT JOIN cases_case c ON c.id = l.id
LEFT JOIN LATERAL (SELECT {visibility.whole("c.id")} AS whole) p ON true
LEFT JOIN LATERAL (SELECT t.*, {STANDS} AS paused FROM cases_task t WHERE t.case_id = c.id AND t.state = 'open'
                   AND (p.whole OR t.agency_id = ANY(%s) OR t.unit_id = ANY(%s))
                   ORDER BY paused, t.due_at, t.id LIMIT 1) t ON true
LEFT JOIN agencies_user u ON u.id = t.assignee_id
ORDER BY l.place
"""


def _page(actor: Actor, wanted: CaseFilter, at: Cursor | None, size: int, *, exact: bool) -> Page:
    seeing = visibility.case_agencies(actor)
    if not seeing:
        return Page([], None, None, 0, exact=True)
    cap = CAP if wanted.order.sort is Sort.OPENED and not exact else None
    asked = [*_asked(actor, wanted, at, cap, size + 1), visibility.whole_keys(actor), seeing, seeing]
    rows = fetch(_ROWS, asked)
    directory = get_directory(stamp=rows[0]["stamp"])
    shown = [_shown(row, directory) for row in rows if row["id"] is not None]
    total = capped(rows[0]["n"]) if cap is not None else (rows[0]["n"], True)
    page = wanted.order.keyset.page(shown, at, size, total)
    # Read backward, the row that came from the page before is counted as one before this page.
    cut = at is not None and at.backward and len(shown) > size
    for row in page.rows:
        del row["key"]
    return replace(page, before=None if rows[0]["before"] is None else rows[0]["before"] + cut)


def _asked(actor: Actor, wanted: CaseFilter, at: Cursor | None, cap: int | None, limit: int) -> list[Any]:
    key, beyond = (str(at.values[0]), str(at.values[1])) if at is not None else (None, None)
    order = wanted.order
    conditions = orjson.dumps(wanted.as_json()).decode()
    backward = at is not None and at.backward
    return [through(actor), conditions, order.sort.value, order.descending, key, beyond, backward, cap, limit]


def _shown(row: Row, directory: Directory) -> Row:
    holder = None
    if row["kind"] is not None:
        holder = {
            "kind": row["kind"],
            "agency": refs.agency(directory, row["agency_id"]),
            "unit": refs.agency(directory, row["unit_id"]),
            "assignee": refs.person(row["assignee_id"], row["assignee_name"]),
            "due_at": row["due_at"],
            "provisional": row["provisional"],
            "paused": row["paused"],
        }
    plain = ("number", "title", "stage", "version", "level", "source", "outcome", "review_on", "confidentiality")
    return {
        "id": str(row["id"]),
        "key": row["key"],
        **{name: row[name] for name in plain},
        "part": (Part.WHOLE if row["whole"] else Part.OWN).value,
        "opened_at": row["opened_at"],
        "updated_at": row["updated_at"],
        "stage_since": row["stage_since"],
        "closed_at": row["closed_at"],
        "region": refs.region(directory, row["region_code"]),
        "lead_agency": refs.agency(directory, row["lead_agency_id"]),
        "next_task": holder,
        "subject": row["subject"],
        "monthly_kwh": None if row["kwh"] is None else f"{row['kwh'].normalize():f}",
        "signals": by_family(row["strengths"], row["awaited"] or ()),
        "open_tasks": row["open_tasks"],
    }
