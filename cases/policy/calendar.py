"""Working days of China with their make-up days (调休), and the counting rules of 民事诉讼法 85 and 行政处罚法 85.

The plan of a year is a State Council notice published in the autumn before it.  A year without a plan is counted from
weekends and the holidays that have a fixed date; every result that touches such a year says so (暂定), because the
lunar holidays and the make-up days are not known.  Plans come from the package ``chinesecalendar`` (MIT).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from chinese_calendar import constants

from cases.policy.dated import load

MONDAY, SATURDAY, SUNDAY = 0, 5, 6
ASK_FROM_MONTH = 10
ONE_DAY = timedelta(days=1)


class Counted(NamedTuple):
    """A last day and whether it rests on a year whose plan is not published."""

    day: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class YearPlan:
    """The published plan of one year: the days off (weekends inside a holiday included) and the make-up days."""

    year: int
    holidays: frozenset[date]
    workdays: frozenset[date]


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Which days are worked; a value, so that a decision can be repeated with the calendar it was taken under."""

    plans: Mapping[int, YearPlan] = field(default_factory=dict)
    local_holidays: frozenset[date] = frozenset()
    local_workdays: frozenset[date] = frozenset()

    def known(self, year: int) -> bool:
        """Say whether the plan of this year is published."""
        return year in self.plans

    def certain(self, day: date) -> bool:
        """Say whether this day cannot change any more.

        The plan of the next year has moved 29 to 31 December whenever 1 January fell on a Sunday, Monday or Tuesday
        (2006, 2007, 2011, 2018), so those days wait for it.
        """
        if not self.known(day.year):
            return False
        if day.month < 12 or day.day < 29 or self.known(day.year + 1):
            return True
        return date(day.year + 1, 1, 1).weekday() not in (MONDAY, 1, SUNDAY)

    def is_workday(self, day: date) -> bool:
        """Say whether this day is worked; local days go before the national plan."""
        if day in self.local_workdays:
            return True
        if day in self.local_holidays:
            return False
        plan = self.plans.get(day.year)
        if plan is None:
            return day.weekday() < SATURDAY and not _fixed_holiday(day)
        return day in plan.workdays or (day.weekday() < SATURDAY and day not in plan.holidays)

    def is_statutory_holiday(self, day: date) -> bool:
        """Say whether this day lies in a published holiday, its bridging days included, or is a fixed holiday.

        The whole published period counts: 行政强制法 43 protects the holiday, and a cut on 4 October would defeat it.
        Ordinary weekends are not statutory holidays.
        """
        plan = self.plans.get(day.year)
        if day in self.local_holidays:
            return True
        return day in plan.holidays if plan is not None else _fixed_holiday(day)

    def missing_year(self, day: date) -> int | None:
        """Return the year that work already reaches and whose plan is not known: this one, from October the next.

        The State Council publishes a plan in the last weeks of the year before.
        """
        if not self.known(day.year):
            return day.year
        ahead = day.year + 1
        return ahead if day.month >= ASK_FROM_MONTH and not self.known(ahead) else None

    def rests_on_unknown(self, first: date, last: date) -> bool:
        """Say whether a day that can still change lies between these two, both included."""
        return any(not self.certain(first + n * ONE_DAY) for n in range((last - first).days + 1))

    def version(self) -> str:
        """Name this calendar: twelve hex digits of SHA-256 over its plans and, where there are any, its local days."""
        digest = hashlib.sha256()
        for year in sorted(self.plans):
            plan = self.plans[year]
            days = [*sorted(plan.holidays), *sorted(plan.workdays)]
            digest.update(f"{year}:{','.join(d.isoformat() for d in days)};{len(plan.holidays)}\n".encode())
        for name, local in (("off", self.local_holidays), ("on", self.local_workdays)):
            if local:
                digest.update(f"{name}:{','.join(d.isoformat() for d in sorted(local))}\n".encode())
        return digest.hexdigest()[:12]

    def with_plan(self, plan: YearPlan) -> "WorkingCalendar":
        """Return this calendar with the plan of one more year (or a corrected one)."""
        return replace(self, plans=MappingProxyType({**self.plans, plan.year: plan}))

    def with_local_days(
        self, *, holidays: frozenset[date] = frozenset(), workdays: frozenset[date] = frozenset()
    ) -> "WorkingCalendar":
        """Return this calendar with a region's own extra days off and worked days."""
        return replace(
            self,
            local_holidays=self.local_holidays | holidays,
            local_workdays=self.local_workdays | workdays,
        )

    def next_workday(self, day: date) -> date:
        """Return this day if it is worked, else the first worked day after it."""
        while not self.is_workday(day):
            day += ONE_DAY
        return day


@cache
def national_calendar() -> WorkingCalendar:
    """Return the calendar of every year the package knows."""
    years = sorted({day.year for day in constants.holidays})
    return WorkingCalendar(
        plans=MappingProxyType(
            {
                year: YearPlan(
                    year,
                    frozenset(d for d in constants.holidays if d.year == year),
                    frozenset(d for d in constants.workdays if d.year == year),
                )
                for year in years
            }
        )
    )


def add_working_days(start: date, count: int, cal: WorkingCalendar) -> Counted:
    """Return the day on which a period of ``count`` working days ends: the first day is not counted.

    Zero means the start itself, rolled to the next working day.  Raises ValueError for a negative count.
    """
    if count < 0:
        raise ValueError("a period cannot be negative")
    day = start
    provisional = not cal.certain(start) if count == 0 else False
    left = count
    while left or not cal.is_workday(day):
        day += ONE_DAY
        provisional = provisional or not cal.certain(day)
        left -= cal.is_workday(day) and left > 0
    return Counted(day, provisional)


def add_calendar_days(start: date, count: int, cal: WorkingCalendar) -> Counted:
    """Return the last day of a period of calendar days: first day not counted, a day off at the end rolls on."""
    if count < 0:
        raise ValueError("a period cannot be negative")
    return roll_forward(start + count * ONE_DAY, cal)


def add_months(start: date, count: int, cal: WorkingCalendar) -> Counted:
    """Return the last day of a period of months: the same day of the month, or that month's last; rolls on."""
    if count < 0:
        raise ValueError("a period cannot be negative")
    return roll_forward(months_later(start, count), cal)


def months_later(start: date, count: int) -> date:
    """Return the same day of a later month, or that month's last day."""
    index = start.month - 1 + count
    year, month = start.year + index // 12, index % 12 + 1
    month_end = date(year + month // 12, month % 12 + 1, 1) - ONE_DAY
    return date(year, month, min(start.day, month_end.day))


def roll_forward(day: date, cal: WorkingCalendar) -> Counted:
    """Return this day, or the next working day when it is a day off (民事诉讼法 85)."""
    last = cal.next_workday(day)
    passed = (day + n * ONE_DAY for n in range((last - day).days + 1))
    return Counted(last, any(not cal.certain(d) for d in passed))


def working_days_between(start: date, end: date, cal: WorkingCalendar) -> int:
    """Count the working days after ``start`` up to and including ``end``; zero when ``end`` is not later."""
    return sum(cal.is_workday(start + n * ONE_DAY) for n in range(1, (end - start).days + 1))


@cache
def _fixed_days() -> tuple[tuple[date, frozenset[tuple[int, int]]], ...]:
    rows = load("calendar")["fixed"]
    days = [(row["effective_from"], frozenset((m, d) for m, d in row["days"])) for row in rows]
    return tuple(sorted(days, reverse=True))


def _fixed_holiday(day: date) -> bool:
    """Say whether the day is a holiday by its date alone in the year's 放假办法."""
    for since, days in _fixed_days():
        if day >= since:
            return (day.month, day.day) in days
    return False
