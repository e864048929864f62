"""Days of a reading cycle and the energy that falls on part of them.

Energy that comes out of a division is kept to a millionth of a kWh, so that every printed line can be multiplied
again and gives the printed amount.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

MILLIONTH = Decimal("0.000001")
ZERO = Decimal(0)
ONE_DAY = timedelta(days=1)


class Span(NamedTuple):
    """First and last day, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def split_energy(kwh: Decimal, days: Sequence[int]) -> list[Decimal]:
    """Split energy by days (daily mean × days); the parts always add up to the whole, and none is negative.

    Each boundary is rounded once, so that no part carries the rounding of all the others.
    """
    whole = sum(days)
    if whole <= 0 or min(days) < 0:
        raise ValueError("a split needs days")
    bounds, gone = [ZERO], 0
    for n in days[:-1]:
        gone += n
        bounds.append(scale(kwh, Fraction(gone, whole)))
    bounds.append(kwh)
    return [after - before for before, after in pairwise(bounds)]


def listed_kwh(kwh: Decimal, listed_days: int, cycle_days: int) -> Decimal:
    """Return the energy of the listed days of a cycle: daily mean × days (Sichuan, Zhejiang, Shaanxi)."""
    if not 0 <= listed_days <= cycle_days:
        raise ValueError("listed days lie within the cycle")
    return split_energy(kwh, [listed_days, cycle_days - listed_days])[0]


def scale(number: Decimal, share: Fraction) -> Decimal:
    """Return a share of a number, to a millionth."""
    return (number * share.numerator / share.denominator).quantize(MILLIONTH, ROUND_HALF_UP)


def cut(cycle: Span, starts: Iterable[date]) -> list[Span]:
    """Cut a cycle at the given first days and at every 1 January; days outside it are ignored."""
    new_years = (date(year, 1, 1) for year in range(cycle.first.year + 1, cycle.last.year + 1))
    inside = sorted({day for day in (*starts, *new_years) if cycle.first < day <= cycle.last})
    firsts = [cycle.first, *inside]
    return [Span(a, b) for a, b in zip(firsts, [*(day - ONE_DAY for day in inside), cycle.last], strict=True)]


def months_in(cycle: Span) -> Fraction:
    """Return how many monthly reading cycles this is: whole ones where it ends the day before its own day of a month.

    Any other cycle counts the share of each calendar month that it covers.
    """
    after = cycle.last + ONE_DAY
    whole = (after.year - cycle.first.year) * 12 + after.month - cycle.first.month
    if whole > 0 and after.day == min(cycle.first.day, _month_days(after)):
        return Fraction(whole)
    months = cut(cycle, _month_starts(cycle))
    return sum((Fraction(part.days, _month_days(part.first)) for part in months), Fraction(0))


def overlap(cycle: Span, first: date, last: date | None) -> int:
    """Count the days of the cycle from ``first`` to ``last``; an open end reaches past it."""
    begin, end = max(cycle.first, first), cycle.last if last is None else min(cycle.last, last)
    return max(0, (end - begin).days + 1)


def _month_days(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _month_starts(cycle: Span) -> list[date]:
    first, found = cycle.first.replace(day=1), []
    while first <= cycle.last:
        found.append(first)
        first += timedelta(days=_month_days(first))
    return found
