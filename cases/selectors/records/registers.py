"""The two registers for those who oversee; a provision names its case only to whom sees it."""

from __future__ import annotations

from agencies.access.oversight import oversight
from agencies.actors import Actor
from agencies.directory import get_directory
from agencies.visibility import seen, sight_keys
from cases.selectors import refs
from cases.selectors.paging import DEFAULT_PAGE_SIZE, Keyset, Page, Row, fetch, instant

ASSESSED = Keyset("impact", ("recorded_at", "id"), (instant, str), descending=True)
PROVIDED = Keyset("provision", ("provided_at", "id"), (instant, str), descending=True)
MOST_EXPORTED = 10_000


def assessments(actor: Actor, *, cursor: str | None = None, size: int = DEFAULT_PAGE_SIZE) -> Page:
    """The impact assessments this person may read, the latest first. Raises InvalidCursor."""
    at = ASSESSED.decode(cursor)
    beyond, values = ASSESSED.beyond(at, "i.")
    sql = f"""SELECT i.*, u.display_name FROM agencies_impactassessment i
        JOIN agencies_user u ON u.id = i.recorded_by_id
        WHERE i.agency_id = ANY(%s::bigint[]){beyond} ORDER BY {ASSESSED.order(at, "i.")} LIMIT %s"""
    rows = fetch(sql, [_agencies(actor), *values, size + 1])
    return ASSESSED.page([_named(row) for row in rows], at, size, (len(rows), False))


def provisions(actor: Actor, *, cursor: str | None = None, size: int = DEFAULT_PAGE_SIZE) -> Page:
    """The provisions this person may read, the latest first. Raises InvalidCursor."""
    at = PROVIDED.decode(cursor)
    beyond, values = PROVIDED.beyond(at, "p.")
    sql = f"""SELECT p.*, p.fields::text AS items, u.display_name, c.number FROM agencies_provision p
        LEFT JOIN agencies_user u ON u.id = p.recorded_by_id
        LEFT JOIN cases_case c ON c.id = p.case_id AND {seen("c.id")}
        WHERE p.agency_id = ANY(%s::bigint[]){beyond} ORDER BY {PROVIDED.order(at, "p.")} LIMIT %s"""
    rows = fetch(sql, [sight_keys(actor), _agencies(actor), *values, size + 1])
    return PROVIDED.page([_named(row) for row in rows], at, size, (len(rows), False))


def _agencies(actor: Actor) -> list[int]:
    return list(oversight(actor, get_directory()).agencies)


def _named(row: Row) -> Row:
    directory = get_directory()
    return {
        **row,
        "agency": refs.agency(directory, row["agency_id"]),
        "recipient": refs.agency(directory, row.get("recipient_id")),
    }
