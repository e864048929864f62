"""The access log for those who oversee: line by line, and how much each person read on each day.

A line names a case only where the reader of the log sees that case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from agencies.access.oversight import Oversight, oversight
from agencies.actors import Actor
from agencies.directory import get_directory
from agencies.visibility import seen, sight_keys
from cases.selectors import refs
from cases.selectors.paging import DEFAULT_PAGE_SIZE, Keyset, Page, Row, fetch, whole

LATEST_FIRST = Keyset("access", ("id",), (whole,), descending=True)
MOST_EXPORTED = 10_000
BUSIEST = 10


@dataclass(frozen=True, slots=True)
class AccessFilter:
    """What narrows the log; None means any. `since` is inclusive, `until` exclusive.

    `person` is a username, staff number or name. Nobody of that name and nobody overseen look the same: no line.
    """

    person: str | None = None
    agency_id: int | None = None
    way: str | None = None
    case_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


def access_lines(
    actor: Actor, wanted: AccessFilter, *, cursor: str | None = None, size: int = DEFAULT_PAGE_SIZE
) -> Page:
    """The lines this person oversees, the latest first. Raises InvalidCursor."""
    at = LATEST_FIRST.decode(cursor)
    condition, parameters = _conditions(actor, wanted)
    beyond, values = LATEST_FIRST.beyond(at, "l.")
    sql = f"{_LINES} WHERE {condition}{beyond} ORDER BY {LATEST_FIRST.order(at, 'l.')} LIMIT %s"
    rows = fetch(sql, [sight_keys(actor), *parameters, *values, size + 1])
    return LATEST_FIRST.page([_shown(row) for row in rows], at, size, (len(rows), False))


def all_lines(actor: Actor, wanted: AccessFilter) -> list[Row]:
    """The latest MOST_EXPORTED lines, for a file."""
    condition, parameters = _conditions(actor, wanted)
    rows = fetch(
        f"{_LINES} WHERE {condition} ORDER BY l.id DESC LIMIT %s",
        [sight_keys(actor), *parameters, MOST_EXPORTED],
    )
    return [_shown(row) for row in rows]


def busiest_days(actor: Actor, wanted: AccessFilter) -> list[Row]:
    """Who read most on one day: lines, cases and values in clear, local days.

    Pages of lists do not count, nor this log and the registers when they are taken along as files.
    """
    condition, parameters = _conditions(actor, wanted)
    return fetch(
        f"""SELECT l.user_id, min(l.username) AS username, min(u.display_name) AS display_name,
            (l.at AT TIME ZONE 'Asia/Shanghai')::date AS day, count(*) AS lines,
            count(DISTINCT l.case_id) AS cases, sum(l.rows) AS n
        FROM audit_access l LEFT JOIN agencies_user u ON u.id = l.user_id
        WHERE {condition} AND l.way NOT IN ('list', 'command')
            AND NOT (l.way = 'export' AND l.items ?| ARRAY['access_log', 'registers'])
        GROUP BY l.user_id, day ORDER BY n DESC, day DESC, l.user_id LIMIT %s""",
        [*parameters, BUSIEST],
    )


_CALLED = """l.user_id IN (SELECT p.id FROM agencies_user p, (SELECT %s::text AS said) t
    WHERE p.username = lower(said) OR p.display_name = said OR (p.staff_no <> '' AND p.staff_no = said))"""
_LINES = f"""SELECT l.id, l.at, l.user_id, l.username, l.agency_id, l.role, l.address, l.way, l.target,
    l.items::text AS items, l.purpose, l.rows, l.file_hash, u.display_name, c.number
    FROM audit_access l LEFT JOIN agencies_user u ON u.id = l.user_id
    LEFT JOIN cases_case c ON c.id = l.case_id AND {seen("c.id")}"""


def _conditions(actor: Actor, wanted: AccessFilter) -> tuple[str, list[Any]]:
    overseen, parameters = _overseen(oversight(actor, get_directory()))
    parts: list[tuple[str, Any]] = [
        (_CALLED, wanted.person),
        ("l.agency_id = %s", wanted.agency_id),
        ("l.way = %s", wanted.way),
        ("l.case_id = %s", None if wanted.case_id is None else str(wanted.case_id)),
        ("l.at >= %s", wanted.since),
        ("l.at < %s", wanted.until),
    ]
    given = [(text, value) for text, value in parts if value is not None]
    return " AND ".join([overseen, *(text for text, _ in given)]), [*parameters, *(value for _, value in given)]


def _overseen(scope: Oversight) -> tuple[str, list[Any]]:
    return "(l.agency_id = ANY(%s::bigint[]) OR (%s AND l.user_id IS NULL))", [list(scope.agencies), scope.shell]


def _shown(row: Row) -> Row:
    return {
        **row,
        "person": refs.person(row["user_id"], row["display_name"] or row["username"]),
        "agency": refs.agency(get_directory(), row["agency_id"]),
    }
