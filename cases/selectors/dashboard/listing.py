"""The cases behind a figure: the same condition as the figure, the newest first, with an exact total."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from agencies.actors import Actor
from agencies.directory import Directory, get_directory
from agencies.visibility import sight_keys
from cases.selectors import refs
from cases.selectors.dashboard.conditions import LISTS
from cases.selectors.dashboard.scope import Scope, Span, scope_of
from cases.selectors.paging import Keyset, Page, Row, fetch

NEWEST_FIRST: Final = Keyset("dashboard", ("id",), (UUID,), descending=True)
# Of an own part nothing is told that does not stand in the head of a case.
OF_AN_OWN_PART: Final = frozenset({"open", "listed", "ended", "done", "missed"})
_PLACE: Final = " AND (%(region)s::text IS NULL OR starts_with(f.region_code, %(region)s))"
_EXACTLY: Final = " AND (%(exactly)s::text IS NULL OR f.region_code = %(exactly)s)"
_OUTSIDE: Final = " AND (%(outside)s::text IS NULL OR NOT starts_with(f.region_code, %(outside)s))"
_SUBJECT: Final = " AND (%(subject)s::text IS NULL OR f.subject = %(subject)s AND f.outcome IS DISTINCT FROM 'merged')"
_KEPT: Final = f"""WITH k AS MATERIALIZED (SELECT f.case_id AS id, f.watched
    FROM case_figures_seen(%(keys)s::bigint[], %(watching)s) f
    WHERE {{condition}}{_PLACE}{_EXACTLY}{_OUTSIDE}{_SUBJECT})"""
_FEW: Final = "few AS MATERIALIZED (SELECT * FROM k WHERE true{beyond} ORDER BY {order} LIMIT %(size)s)"
_ROWS: Final = """SELECT c.id, c.number, c.title, c.region_code, c.stage, c.outcome, c.confidentiality, c.level,
    c.review_on IS NOT NULL AND f.watched AS watched, c.opened_at, c.closed_at, c.updated_at, c.lead_agency_id,
    (SELECT count(*) FROM k) AS total
    FROM few f JOIN cases_case c ON c.id = f.id
    WHERE EXISTS (SELECT FROM cases_caseagency ca WHERE ca.case_id = c.id
        AND ca.agency_id * 4 + ca.rank = ANY(%(own)s))"""


def listable(scope: Scope) -> frozenset[str]:
    """Which figures this person has a list of."""
    return frozenset(LISTS) if scope.watching else OF_AN_OWN_PART | ({"billed"} if scope.billing else frozenset())


@dataclass(frozen=True, slots=True)
class Place:
    """Which of a figure's cases; None means any. `exactly`: in the region itself and in no part of it.

    `outside`: not in the home region.
    """

    region: str | None = None
    exactly: bool = False
    outside: bool = False
    subject: str | None = None


def behind(
    actor: Actor, wanted: Span, figure: str, place: Place | None = None, *, cursor: str | None = None, size: int = 50
) -> Page:
    """One page of the cases of a figure. Raises InvalidCursor, and KeyError for a figure that this person has not."""
    place = place or Place()
    scope, at = scope_of(actor), NEWEST_FIRST.decode(cursor)
    if scope is None or figure not in listable(scope):
        raise KeyError(figure)
    beyond, values = NEWEST_FIRST.beyond(at, "k.")
    parameters: dict[str, Any] = {
        **scope.parameters(),
        "own": sight_keys(actor),
        "since": wanted.since,
        "until": wanted.until,
        "region": place.region,
        "exactly": place.region if place.exactly else None,
        "outside": scope.home if place.outside else None,
        "subject": place.subject if scope.watching else None,
        "size": size + 1,
        "beyond": values[0] if values else None,
    }
    kept = _KEPT.format(condition=LISTS[figure])
    few = _FEW.format(beyond=beyond.replace("%s", "%(beyond)s"), order=NEWEST_FIRST.order(at, "k."))
    rows = fetch(f"{kept}, {few} {_ROWS} ORDER BY {NEWEST_FIRST.order(at, 'f.')}", parameters)
    total = rows[0]["total"] if rows else 0
    directory = get_directory()
    return NEWEST_FIRST.page([_shown(row, directory) for row in rows], at, size, (total, True))


def _shown(row: Row, directory: Directory) -> Row:
    return {**row, "region": refs.region(directory, row["region_code"])}
