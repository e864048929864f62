"""The open cases under a person's responsibility with their facts, for looking at all of them by a rule.

A page of rows at a time in the order of their ids: so many statements as there are pages, however many cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from agencies import visibility
from agencies.actors import Actor
from cases.selectors.law.blindspots import watching_keys
from cases.selectors.paging import Row, fetch

CHUNK: Final = 500
_NOBODY: Final = UUID(int=0)


def open_regions(actor: Actor | None, region: str | None) -> list[tuple[str, int]]:
    """In which regions such cases lie, and how many in each. None as the actor: the operator, who sees all."""
    condition, values = _condition(actor, region)
    rows = fetch(f"SELECT c.region_code, count(*) AS n FROM cases_case c WHERE {condition} GROUP BY 1", values)
    return [(row["region_code"], row["n"]) for row in rows]


def open_cases(actor: Actor | None, regions: list[str], most: int) -> Iterator[Row]:
    """The cases in these regions, the oldest first, at most so many."""
    condition, values = _condition(actor, None)
    sql = f"""SELECT c.id, c.number, c.title, c.stage, c.version, c.region_code, c.level, c.source, c.outcome,
        c.review_on, c.lead_agency_id, c.facts::text AS facts, c.opened_at, c.stage_since, c.confidentiality
        FROM cases_case c WHERE {condition} AND c.region_code = ANY(%s) AND c.id > %s ORDER BY c.id LIMIT %s"""
    after, left = _NOBODY, most
    while left > 0:
        rows = fetch(sql, [*values, regions, after, min(CHUNK, left)])
        yield from rows
        if len(rows) < min(CHUNK, left):
            return
        after, left = rows[-1]["id"], left - len(rows)


def _condition(actor: Actor | None, region: str | None) -> tuple[str, list[Any]]:
    within = "c.stage <> 'closed' AND (%s::text IS NULL OR starts_with(c.region_code, %s))"
    if actor is None:
        return within, [region, region]
    return f"{within} AND {visibility.whole('c.id')}", [region, region, watching_keys(actor)]
