"""Where the rows of a list lie by now: counted by region, and those whose region is not on the system, to be sent on.

A row lies where its case does, which a carrier's answer, a merge or its undoing may change, so it is asked when read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db import connection

from agencies.actors import Actor
from agencies.directory import get_directory
from agencies.visibility import seen, sight_keys
from cases.intake.lists.whereabouts import region_name
from cases.intake.sites.routing import Routes
from cases.models import ListBatch
from cases.models.sealing import open_cells

# A merged case leads to its survivor; what the reader does not see is not there.
_CHAIN = f"""
    chain(site_id, case_id, next) AS (
        SELECT p.site_id, c.id, c.merged_into_id
        FROM placed p JOIN cases_site s ON s.id = p.site_id JOIN cases_case c ON c.id = s.case_id
        UNION ALL
        SELECT h.site_id, c.id, c.merged_into_id FROM chain h JOIN cases_case c ON c.id = h.next
    ), final AS (
        SELECT h.site_id, c.region_code, c.facts -> 'elsewhere' ->> 'region' AS away
        FROM chain h JOIN cases_case c ON c.id = h.case_id WHERE h.next IS NULL AND {seen("c.id")}
    )
"""
_COUNTS = f"""
    WITH RECURSIVE placed AS (
        SELECT coalesce(r.site_id, f.site_id) AS site_id, count(*) AS n
        FROM cases_listrow r LEFT JOIN cases_listrow f ON f.id = r.same_as_id
        WHERE r.batch_id = %s AND coalesce(r.site_id, f.site_id) IS NOT NULL GROUP BY 1
    ), {_CHAIN}
    SELECT f.region_code, f.away, sum(p.n)::bigint FROM placed p LEFT JOIN final f ON f.site_id = p.site_id
    GROUP BY 1, 2
"""
_AWAY = f"""
    WITH RECURSIVE placed AS (
        SELECT DISTINCT r.site_id FROM cases_listrow r WHERE r.batch_id = %s AND r.site_id IS NOT NULL
    ), {_CHAIN}
    SELECT r.number, r.sealed, coalesce((r.reading ->> 'sheet')::int, 0), f.away
    FROM cases_listrow r JOIN final f ON f.site_id = r.site_id
    WHERE r.batch_id = %s AND left(f.away, 4) <> left(f.region_code, 4) ORDER BY r.number
"""


class RegionCount(NamedTuple):
    """`where`: home, routed (to a commission elsewhere), not_here (its region is not on the system), unseen."""

    region: str
    name: str
    where: str
    rows: int

    def as_dict(self) -> dict[str, Any]:
        return self._asdict()


def region_counts(actor: Actor, batch: ListBatch) -> list[RegionCount]:
    """The rows that led to a case, by region: the home city's counties first, then the others, the most rows first.

    `batch` comes from `get_batch`; a case that the reader does not see is counted as `unseen`.
    """
    directory = get_directory()
    routes = Routes(directory.by_id[batch.agency_id].region_code[:4], directory)
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, [str(batch.id), sight_keys(actor)])
        found = [_count(routes, *row) for row in cursor.fetchall()]
    order = ("home", "routed", "not_here", "unseen")
    return sorted(found, key=lambda count: (order.index(count.where), -count.rows, count.region))


def _count(routes: Routes, region: str | None, away: str | None, rows: int) -> RegionCount:
    if region is None:
        return RegionCount("", "", "unseen", rows)
    if away and away[:4] != region[:4]:
        return RegionCount(away, region_name(away), "not_here", rows)
    name = routes.directory.region_path(region)
    return RegionCount(region, name, "home" if routes.is_home(region) else "routed", rows)


def away_rows(actor: Actor, batch: ListBatch) -> Iterator[tuple[int, list[Any], int, str]]:
    """Number, cells in clear, sheet and region of every row whose region is not on the system: for the sender only."""
    with connection.cursor() as cursor:
        cursor.execute(_AWAY, [str(batch.id), sight_keys(actor), str(batch.id)])
        rows = cursor.fetchall()
    for number, sealed, sheet, away in rows:
        yield number, open_cells(bytes(sealed), batch.id.bytes, number), sheet, region_name(away)
