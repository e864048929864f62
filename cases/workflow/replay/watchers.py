"""Commissions and supervisions that were set up later: the database gave them the cases that their region had before.

The event of that is the agency's (`agency_created`), not one of the cases (`cases/sql/case_agencies_v1.sql`).
"""

from __future__ import annotations

from typing import Any

from cases.workflow.replay.tables import SEEN_BY, Lines

_WATCHERS = """
SELECT id::text, region_id FROM agencies_agency
WHERE parent_id IS NULL AND kind IN ('development_commission', 'supervision')
"""


def leave_out_watchers(connection: Any, told: Lines, found: Lines) -> None:
    """Take out, on both sides, what a case need not tell: its watchers of later, and what no act had to add to them."""
    expected, rows = told.tables[SEEN_BY.name], found.tables[SEEN_BY.name]
    given = [line for line in set(rows).difference(expected) if line.split("\t")[2] == "supervisor"]
    if not given:
        return
    with connection.cursor() as cursor:
        cursor.execute(_WATCHERS)
        watchers = dict(cursor.fetchall())
    since = {_key(line): line.split("\t")[3] for line in expected}
    later = {_key(line) for line in given if _watched(line, told, watchers) and _since_before(line, since)}
    for lines in (expected, rows):
        lines[:] = [line for line in lines if _key(line) not in later]


def _key(line: str) -> tuple[str, ...]:
    return tuple(line.split("\t")[:2])


def _since_before(line: str, told: dict[tuple[str, ...], str]) -> bool:
    """No act names this watcher, or one that came later: an act that came before would have added it at its time."""
    at = told.get(_key(line))
    return at is None or line.split("\t")[3] < at


def _watched(line: str, told: Lines, watchers: dict[str, str]) -> bool:
    case_id, agency = line.split("\t")[:2]
    return agency in watchers and any(region.startswith(watchers[agency]) for region in told.regions.get(case_id, ()))
