"""The dated rules of escalation: those of the release, and what a region sets for itself from a day on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

from cases.policy.dated import covers, load, most_specific, records

KEY = "escalation.steps"
# What a region may set, all in working days, and the longest of each: more is a slip of the pen.
PARTS = ("tomorrow", "overdue", "pressed", "reported")
LONGEST = {"tomorrow": 20, "overdue": 60, "pressed": 250, "reported": 250}


@dataclass(frozen=True, slots=True)
class _Released:
    """A rule as it stands in the data file."""

    region: str
    effective_from: date
    effective_to: date | None
    source: str
    certainty: str
    tomorrow: int
    overdue: int
    pressed: int
    reported: int
    at: str
    late_after_minutes: int


class Override(NamedTuple):
    """What a region set: from this day, up to the other (exclusive), these parts."""

    region: str
    since: date
    until: date | None
    value: Mapping[str, Any]
    source: str


class Rule(NamedTuple):
    """How many working days before and after the day of a deadline; `own`: the parts that a region set."""

    tomorrow: int
    overdue: int
    pressed: int
    reported: int
    at: time
    late_after: timedelta
    region: str
    source: str
    own: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """As it is kept with every step that it fired."""
        days = f"-{self.tomorrow} 0 +{self.overdue} +{self.pressed} +{self.reported}"
        return f"{days} ({self.region})" if self.own else days


class Version(NamedTuple):
    """The rule of deadlines on days from `since` (None: ever) up to `until` (exclusive; None: for good)."""

    since: date | None
    until: date | None
    rule: Rule


class Whom(NamedTuple):
    """Who is told: the `holder`, the `agency`, the `commission` or the `supervision`, there in these roles."""

    to: str
    roles: tuple[str, ...]


@cache
def whom(step: str) -> Whom:
    """Return who hears of this step."""
    row = load("escalation")["whom"][step]
    return Whom(row["to"], tuple(row["roles"]))


def rule_on(day: date, region: str, overrides: Sequence[Override] = ()) -> Rule:
    """Return the rule of deadlines of this day; a day before the first rule has that one."""
    released = most_specific(_released(), region, day) or min(_released(), key=lambda r: r.effective_from)
    local = _nearest(day, region, overrides)
    rule = Rule(
        released.tomorrow,
        released.overdue,
        released.pressed,
        released.reported,
        time.fromisoformat(released.at),
        timedelta(minutes=released.late_after_minutes),
        released.region,
        released.source,
    )
    return rule if local is None else changed(rule, local)


def changed(rule: Rule, local: Override) -> Rule:
    """Return the rule with the parts that a region set; ValueError where they are none, or make no order."""
    value: Any = local.value
    if not isinstance(value, Mapping) or not value or set(value) - set(PARTS):
        raise ValueError(f"not parts of an escalation: {value!r}")
    for part, days in value.items():
        if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= LONGEST[part]:
            raise ValueError(f"{part} cannot be {days!r} working days")
    made = rule._replace(**value, region=local.region, source=local.source, own=frozenset(value))
    if made.tomorrow < 1 or not made.overdue < made.pressed < made.reported:
        raise ValueError(f"the steps do not follow one another: {made.name}")
    return made


def versions(region: str, overrides: Sequence[Override] = ()) -> tuple[Version, ...]:
    """Return every rule of this region, for the days of deadlines from the beginning to the end, without a gap."""
    days = set(national_changes(region))
    for each in overrides:
        if region.startswith(each.region):
            days |= {each.since} | ({each.until} if each.until else set())
    bounds: list[date | None] = [None, *sorted(days), None]
    found: list[Version] = []
    for since, until in pairwise(bounds):
        rule = rule_on(since or date.min, region, overrides)
        if found and found[-1].rule == rule:
            found[-1] = found[-1]._replace(until=until)
        else:
            found.append(Version(since, until, rule))
    return tuple(found)


def family_of(region: str, overrides: Sequence[Override]) -> tuple[int, ...]:
    """Name what decides the rule of a region: regions of one family have the same versions."""
    released = [n for n, row in enumerate(_released()) if covers(row, region)]
    return (*released, -1, *(n for n, each in enumerate(overrides) if region.startswith(each.region)))


def national_changes(region: str) -> tuple[date, ...]:
    """Return the days from which the release has another rule for this region."""
    days: set[date] = set()
    for row in _released():
        if covers(row, region):
            days |= {row.effective_from} | ({row.effective_to + timedelta(days=1)} if row.effective_to else set())
    return tuple(sorted(days))


def _nearest(day: date, region: str, overrides: Sequence[Override]) -> Override | None:
    held = [
        each
        for each in overrides
        if each.since <= day and (each.until is None or day < each.until) and region.startswith(each.region)
    ]
    return max(held, key=lambda each: (len(each.region), each.since), default=None)


@cache
def _released() -> tuple[_Released, ...]:
    return records(_Released, "escalation", "rule")
