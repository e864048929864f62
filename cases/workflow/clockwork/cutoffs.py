"""The rule of each region turned round: which deadlines have which step of 催办 → 督办 → 通报 to take by now."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple

from agencies.directory import Directory
from agencies.vocabulary import Kind
from cases.policy.calendar import WorkingCalendar
from cases.policy.dated import CHINA
from cases.policy.escalation import KEY, STEPS, Override, Rule, Version, cutoff, family_of, versions
from cases.workflow.workdays import calendar_for

logger = logging.getLogger(__name__)

_EVER: Final = datetime(1900, 1, 1, tzinfo=UTC)


class Range(NamedTuple):
    """Deadlines that have taken `done` steps and lie in [since, before) have the next one to take by now."""

    done: int
    since: datetime
    before: datetime


class Region(NamedTuple):
    """What decides in a region: its calendar, the versions of its rule, and what has fallen due by them."""

    code: str
    calendar: WorkingCalendar
    versions: tuple[Version, ...]
    ranges: list[Range]
    supervision: int | None

    def rule(self, due: datetime) -> Rule:
        day = due.astimezone(CHINA).date()
        return next(v.rule for v in reversed(self.versions) if v.since is None or v.since <= day)


def overrides(directory: Directory) -> list[Override]:
    """What regions have set for themselves, now and to come."""
    return [
        Override(p.region_code, p.effective_from, p.effective_to, p.value, p.source)
        for p in directory.parameters.get(KEY, ())
    ]


def versions_in(region: str, directory: Directory) -> tuple[Version, ...]:
    """Every rule of this region. One that cannot be read any more leaves it to the release's, and says so."""
    try:
        return versions(region, overrides(directory))
    except ValueError:
        logger.exception("the escalation rules of region %s cannot be read; those of the release hold", region)
        return versions(region)


def regions_of(codes: Iterable[str], directory: Directory, now: datetime) -> dict[str, Region]:
    """The rule of each region turned round: which deadlines have which step to take.

    Most regions have the same rule and the same days, for which it is turned round once.
    """
    found: dict[str, Region] = {}
    turned: dict[tuple[Any, ...], list[Range]] = {}
    ruled: dict[tuple[Any, ...], tuple[Version, ...]] = {}
    local = overrides(directory)
    for code in codes:
        calendar, family = calendar_for(code, directory), family_of(code, local)
        rules = ruled.get(family) or ruled.setdefault(family, versions_in(code, directory))
        days = (family, calendar.local_holidays, calendar.local_workdays)
        if days not in turned:
            turned[days] = _ranges(rules, calendar, now)
        supervision = directory.addressee(Kind.SUPERVISION, code)
        found[code] = Region(code, calendar, rules, turned[days], supervision.id if supervision else None)
    return found


def _ranges(rules: tuple[Version, ...], calendar: WorkingCalendar, now: datetime) -> list[Range]:
    return [
        Range(done, low, high)
        for version in rules
        for low in (_midnight(version.since) if version.since else _EVER,)
        for done, step in enumerate(STEPS)
        for high in (min(cutoff(step, now, version.rule, calendar), _end(version)),)
        if low < high
    ]


def _end(version: Version) -> datetime:
    return _midnight(version.until or date(9000, 1, 1))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=CHINA)
