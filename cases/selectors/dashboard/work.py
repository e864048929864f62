"""What was done in time, and how long work took (`dwell`): counted over every task of the span, so kept for minutes.

Whoever shows these says of when they are (`at`). Two people with the same sight share them. Losing the cache loses
nothing: they are counted again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.core.cache import cache

from agencies.actors import Actor
from agencies.directory import get_directory
from agencies.visibility import sight_keys
from cases.selectors.clocks.dwell import CalendarOf, DwellFilter, dwell
from cases.selectors.dashboard.conditions import DUE, KEPT
from cases.selectors.dashboard.scope import Scope, Span
from cases.selectors.paging import Row, fetch

KEPT_SECONDS: Final = 600
_DUE: Final = f"""SELECT f.region_code, count(*) AS due, count(*) FILTER (WHERE {KEPT}) AS kept,
        count(*) FILTER (WHERE t.closed_at IS NULL) AS standing
    FROM cases_task t JOIN case_figures_seen(%(keys)s::bigint[], %(watching)s) f ON f.case_id = t.case_id
    WHERE {DUE} GROUP BY 1"""


@dataclass(frozen=True, slots=True)
class InTime:
    """Tasks whose deadline lay in the span, how many were done by it, and how many are not done to this day."""

    due: int
    kept: int
    standing: int

    @property
    def late(self) -> int:
        """Done, and after the deadline."""
        return self.due - self.kept - self.standing

    @property
    def share(self) -> float | None:
        return self.kept / self.due if self.due else None


@dataclass(frozen=True, slots=True)
class WorkFigures:
    """`steps`: a row an agency and kind of task (of a province: a kind), as `dwell` tells them; `regions`: by place."""

    at: datetime
    steps: list[Row]
    regions: dict[str, InTime]
    now: InTime
    before: InTime

    def inside(self, code: str, *, exactly: bool = False) -> InTime:
        """Of everything in a region, or of what names no part of it."""
        return together(
            each for place, each in self.regions.items() if (place == code if exactly else place.startswith(code))
        )

    def outside(self, code: str) -> InTime:
        return together(each for place, each in self.regions.items() if not place.startswith(code))


def work_figures(
    actor: Actor, scope: Scope, wanted: Span, calendar_of: CalendarOf, *, now: datetime, fresh: bool = False
) -> WorkFigures:
    """As they were counted at most ten minutes ago; `fresh`: counted now."""
    key = _key(actor, scope, wanted)
    known = None if fresh else cache.get(key)
    if isinstance(known, WorkFigures) and known.at <= now:
        return known
    counted = _counted(actor, scope, wanted, calendar_of, now)
    cache.set(key, counted, KEPT_SECONDS)
    return counted


def together(parts: Iterable[InTime]) -> InTime:
    known = list(parts)
    return InTime(*(sum(getattr(each, name) for each in known) for name in ("due", "kept", "standing")))


def _counted(actor: Actor, scope: Scope, wanted: Span, calendar_of: CalendarOf, now: datetime) -> WorkFigures:
    here = DwellFilter(since=wanted.since, until=wanted.until)
    by_place = _in_time(actor, scope, wanted.since, wanted.until)
    before = _in_time(actor, scope, wanted.before_since, wanted.before_until)
    # Over a province the agencies of one sort are told together: thirteen cities have thirteen commissions.
    groups = ("agency", "kind") if len(scope.home) > 2 else ("kind",)
    steps = dwell(actor, here, groups, calendar_of, sort="tasks")
    return WorkFigures(now, steps, by_place, together(by_place.values()), together(before.values()))


def _in_time(actor: Actor, scope: Scope, since: datetime, until: datetime) -> dict[str, InTime]:
    """By the place of the case."""
    parameters = {**scope.parameters(), "own": sight_keys(actor), "since": since, "until": until}
    return {row["region_code"]: InTime(row["due"], row["kept"], row["standing"]) for row in fetch(_DUE, parameters)}


def _key(actor: Actor, scope: Scope, wanted: Span) -> str:
    """Everything that the figures depend on but the work itself and the instant at which it is looked at."""
    parts = (
        sorted((post.agency_id, post.kind, post.ceiling, post.region_code) for post in actor.posts),
        (scope, wanted.first, wanted.last, wanted.before()),
        get_directory().stamp,
    )
    return f"dashboard/due/{hashlib.sha256(repr(parts).encode()).hexdigest()}"
