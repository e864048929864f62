"""Short stops of a load that is steady otherwise, by a stated rule: told as what was measured, not as what it means."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median

from cases.policy.dated import applies, records
from cases.policy.energy.days import QUARTERS, Day


@dataclass(frozen=True, slots=True)
class Rule:
    """Below so many percent of the median of the day, and back above it within so many quarters."""

    percent: int
    quarters: int
    least_kw: str
    most: int
    source: str
    certainty: str
    region: str
    effective_from: date
    effective_to: date | None


@dataclass(frozen=True, slots=True)
class Stop:
    """The first quarter below the line, and the first one above it again."""

    begins: int
    ends: int

    @property
    def minutes(self) -> int:
        return (self.ends - self.begins) * 15


def rule(on: date) -> Rule | None:
    """Return the rule of a day; None before there was one."""
    return next((r for r in records(Rule, "load_curve", "stops") if applies(r, on)), None)


def stops(day: Day, on: date) -> list[Stop]:
    """Return the stops of a day.

    None of a day without a steady load, of one with fewer points than quarters (the mean of an hour hides a fall), and
    none where there are more than the rule names.  A fall that is not over by midnight, or has a gap in it or beside
    it, is no stop: nobody knows when it ended.
    """
    known = [value for value in day if value is not None]
    limits = rule(on)
    if limits is None or len(day) != QUARTERS or not known or (middle := median(known)) < Decimal(limits.least_kw):
        return []
    line = middle * limits.percent / 100
    found = [stop for stop in _falls(day, line) if stop.ends - stop.begins <= limits.quarters]
    return found if len(found) <= limits.most else []


def _falls(day: Day, line: Decimal) -> Iterator[Stop]:
    """Yield each fall below the line with a measured quarter above it on either side, and no gap between."""
    begins: int | None = None
    above = False
    for n in range(QUARTERS):
        value = day[n]
        if value is None:
            begins, above = None, False
        elif value < line:
            if begins is None and above:
                begins = n
            above = False
        else:
            if begins is not None:
                yield Stop(begins, n)
            begins, above = None, True
