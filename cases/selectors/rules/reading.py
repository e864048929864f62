"""Versions of rules as people look through them. They are no personal data: whoever is signed in reads all of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from cases.selectors.paging import CAP, DEFAULT_PAGE_SIZE, Keyset, Page, Row, capped, fetch, instant

LATEST_FIRST = Keyset("rules", ("proposed_at", "id"), (instant, UUID), descending=True)
_FROM = """
    FROM cases_ruleversion v JOIN agencies_user p ON p.id = v.proposed_by_id
    LEFT JOIN agencies_user d ON d.id = v.decided_by_id LEFT JOIN cases_rulefile f ON f.id = v.file_id WHERE true
"""
_COLUMNS = """
    SELECT v.id, v.kind, v.key, v.region_id AS region, v.repeal, v.body::text AS body, v.effective_from, v.effective_to,
        v.holds_to, v.source, v.article, v.certainty, v.status, v.supersedes_id, v.proposed_by_id, v.proposed_agency_id,
        p.display_name AS proposer, v.proposed_at, v.decided_by_id, d.display_name AS decider, v.decided_at, v.reason,
        f.filename, f.sha256
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which versions; a region stands for itself, what lies in it, and what it lies in (whose rules hold there too)."""

    kind: str = ""
    region: str = ""
    status: str = ""
    day: date | None = None


def list_versions(wanted: Wanted, *, cursor: str | None = None, size: int = DEFAULT_PAGE_SIZE) -> Page:
    """The versions, the latest proposal first. Raises InvalidCursor."""
    at = LATEST_FIRST.decode(cursor)
    where, parameters = _where(wanted)
    count = f"SELECT count(*) AS n FROM (SELECT 1 {_FROM} {where} LIMIT {CAP + 1}) AS counted"
    total = fetch(count, parameters)[0]["n"]
    beyond, values = LATEST_FIRST.beyond(at, "v.")
    sql = f"{_COLUMNS} {_FROM} {where} {beyond} ORDER BY {LATEST_FIRST.order(at, 'v.')} LIMIT {size + 1}"
    rows = [_shown(row) for row in fetch(sql, [*parameters, *values])]
    return LATEST_FIRST.page(rows, at, size, capped(total))


def find_version(version_id: UUID | str) -> Row | None:
    found = fetch(f"{_COLUMNS} {_FROM} AND v.id = %s", [str(version_id)])
    return _shown(found[0]) if found else None


def followers(version_id: UUID | str) -> list[Row]:
    """The versions that follow this one, or were proposed to."""
    found = fetch(f"{_COLUMNS} {_FROM} AND v.supersedes_id = %s ORDER BY v.proposed_at DESC", [str(version_id)])
    return [_shown(row) for row in found]


def _where(wanted: Wanted) -> tuple[str, list[Any]]:
    conditions = ""
    parameters: list[Any] = []
    for column, value in (("kind", wanted.kind), ("status", wanted.status)):
        if value:
            conditions += f" AND v.{column} = %s"
            parameters.append(value)
    if wanted.region:
        conditions += " AND (starts_with(v.region_id, %s) OR starts_with(%s, v.region_id))"
        parameters += [wanted.region, wanted.region]
    if wanted.day:
        conditions += " AND v.effective_from <= %s AND (v.holds_to IS NULL OR v.holds_to >= %s)"
        parameters += [wanted.day, wanted.day]
    return conditions, parameters


def _shown(row: Row) -> Row:
    return {**row, "body": orjson.loads(row["body"])}
