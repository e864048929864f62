"""The clocks that administrative law sets: hearing, delivery, reconsideration, lawsuit, time bar and the like."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any, NamedTuple

from cases.policy import law
from cases.policy.calendar import (
    Counted,
    WorkingCalendar,
    add_calendar_days,
    add_months,
    add_working_days,
    months_later,
)
from cases.policy.dated import load


class StatutoryDeadline(NamedTuple):
    """The last day of a period set by law, its length, and where the law says so."""

    key: str
    last_day: date
    provisional: bool
    amount: int
    unit: str
    article: str
    zh: str
    en: str


def clock_keys() -> tuple[str, ...]:
    """Return the keys of every clock on record."""
    return tuple(_clocks())


def statutory_deadline(key: str, start: date, cal: WorkingCalendar, region: str = "") -> StatutoryDeadline:
    """Return when the period that begins with the event of ``start`` ends; KeyError for an unknown clock.

    Raises ValueError when the rule was not yet in force on that day.
    """
    row = _clocks()[key]
    if start < row["effective_from"]:
        raise ValueError(f"the rule of {key} begins on {row['effective_from']}")
    last = _count(row["unit"], row["amount"], start, cal)
    article = law.cite(row["basis"], start, region) or law.cite("project.analogy", start)
    return StatutoryDeadline(key, last.day, last.provisional, row["amount"], row["unit"], article, row["zh"], row["en"])


class Counting(NamedTuple):
    """How a deadline was found: the day counting begins, the day it falls on, and what was passed over.

    ``nominal`` is the last day before a day off rolled it on, ``rolled`` by how many days; ``off`` counts the days off
    inside a period of working days.  ``nature`` is ``within``, or ``after`` where the thing waits for the period's end.
    """

    deadline: StatutoryDeadline
    since_zh: str
    since_en: str
    begins: date
    nominal: date
    rolled: int
    off: int
    nature: str
    certainty: str


def counting(key: str, start: date, cal: WorkingCalendar, region: str = "") -> Counting:
    """Return the deadline with how it was counted; raises as `statutory_deadline` does."""
    found, row = statutory_deadline(key, start, cal, region), _clocks()[key]
    nominal, off = found.last_day, 0
    if found.unit == "working_days":
        passed = (start + timedelta(days=n) for n in range(1, (found.last_day - start).days + 1))
        off = sum(not cal.is_workday(day) for day in passed)
    elif found.unit == "calendar_days":
        nominal = start + timedelta(days=found.amount)
    else:
        nominal = months_later(start, found.amount * (12 if found.unit == "years" else 1))
    return Counting(
        found,
        row["since_zh"],
        row["since_en"],
        start + timedelta(days=1),
        nominal,
        (found.last_day - nominal).days,
        off,
        row.get("nature", "within"),
        row.get("certainty", load("statutory_clocks")["defaults"]["certainty"]),
    )


def begins(key: str) -> date:
    """Return the first day on which the rule of this clock was in force."""
    first: date = _clocks()[key]["effective_from"]
    return first


def late_fine(fine: Decimal, due: date, paid_on: date) -> Decimal:
    """Return what is added to a fine paid late: 3 % of it a day, at most the fine itself (行政处罚法 72)."""
    if fine < 0:
        raise ValueError("a fine is no negative amount")
    per_day = Decimal(load("statutory_clocks")["late_fine"]["per_day"])
    days = max(0, (paid_on - due).days)
    return min(fine, fine * per_day * days).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _count(unit: str, amount: int, start: date, cal: WorkingCalendar) -> Counted:
    if unit == "working_days":
        return add_working_days(start, amount, cal)
    if unit == "calendar_days":
        return add_calendar_days(start, amount, cal)
    return add_months(start, amount * (12 if unit == "years" else 1), cal)


@cache
def _clocks() -> dict[str, dict[str, Any]]:
    return {row["key"]: row for row in load("statutory_clocks")["clock"]}
