"""Work in time and how long it took, by `dwell`: counted over every task of the span, so kept for some minutes.

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
from cases.selectors.clocks.dwell import CalendarOf, DwellFilter, dwell
from cases.selectors.dashboard.scope import Scope, Span
from cases.selectors.paging import Row

KEPT_SECONDS: Final = 600


@dataclass(frozen=True, slots=True)
class InTime:
    """Tasks that ended, and how many of them late."""

    ended: int
    late: int

    @property
    def share(self) -> float | None:
        return (self.ended - self.late) / self.ended if self.ended else None


@dataclass(frozen=True, slots=True)
class WorkFigures:
    """`steps`: a row an agency and kind of task (of a province: a kind), as `dwell` tells them; `regions`: by code."""

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
    return InTime(sum(each.ended for each in known), sum(each.late for each in known))


def _counted(actor: Actor, scope: Scope, wanted: Span, calendar_of: CalendarOf, now: datetime) -> WorkFigures:
    here = DwellFilter(since=wanted.since, until=wanted.until)
    earlier = DwellFilter(since=wanted.before_since, until=wanted.before_until)
    by_place = {
        str(row["region"]["code"]): InTime(row["ended_here"], row["late_tasks"])
        for row in dwell(actor, here, ("region",), calendar_of)
    }
    before = [InTime(row["ended_here"], row["late_tasks"]) for row in dwell(actor, earlier, ("region",), calendar_of)]
    # Over a province the agencies of one sort are told together: thirteen cities have thirteen commissions.
    groups = ("agency", "kind") if len(scope.home) > 2 else ("kind",)
    steps = dwell(actor, here, groups, calendar_of, sort="tasks")
    return WorkFigures(now, steps, by_place, together(by_place.values()), together(before))


def _key(actor: Actor, scope: Scope, wanted: Span) -> str:
    """Everything that the figures depend on but the work itself and the instant at which it is looked at."""
    parts = (
        sorted((post.agency_id, post.kind, post.ceiling, post.region_code) for post in actor.posts),
        (scope, wanted.first, wanted.last, wanted.before()),
        get_directory().stamp,
    )
    return f"dashboard/work/{hashlib.sha256(repr(parts).encode()).hexdigest()}"
