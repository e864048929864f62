"""The register of wrong cuts: what each leaves to be compensated, of the cases that this person sees, at their form."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson

from agencies.actors import Actor
from agencies.directory import get_directory
from agencies.visibility import seen, sight_keys
from cases.selectors import refs
from cases.selectors.paging import DEFAULT_PAGE_SIZE, Keyset, Page, Row, fetch
from cases.selectors.precision.facts import facts_shown
from cases.selectors.reach.parts import reading

NEWEST_FIRST = Keyset("compensation", ("id",), (UUID,), descending=True)
# Each case is read at this person's precision, one by one.
MOST_EXPORTED = 2_000


def compensations(actor: Actor, *, cursor: str | None = None, size: int = DEFAULT_PAGE_SIZE) -> Page:
    """The cases with a record of compensation, the newest first; `records` as this person sees them."""
    at, keys = NEWEST_FIRST.decode(cursor), sight_keys(actor)
    if not keys:
        return Page([], None, None, 0, exact=True)
    beyond, values = NEWEST_FIRST.beyond(at, "c.")
    sql = f"""SELECT c.id, c.number, c.title, c.region_code, c.facts::text AS facts FROM cases_case c
        WHERE c.facts ? 'compensation' AND {seen("c.id")}{beyond}
        ORDER BY {NEWEST_FIRST.order(at, "c.")} LIMIT %s"""
    rows = fetch(sql, [keys, *values, size + 1])
    return NEWEST_FIRST.page([_shown(actor, row) for row in rows], at, size, (len(rows), False))


def _shown(actor: Actor, row: Row) -> Row:
    return {
        "id": row["id"],
        "number": row["number"],
        "title": row["title"],
        "region": refs.region(get_directory(), row["region_code"]),
        "records": _records(actor, row),
    }


def _records(actor: Actor, row: Row) -> list[dict[str, Any]]:
    read = reading(actor, row["id"])
    if read is None:
        return []
    facts, _ = facts_shown(orjson.loads(row["facts"]) if read.whole else read.facts, read.viewpoint)
    found: list[dict[str, Any]] = facts.get("compensation") or []
    return found
