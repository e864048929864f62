"""The clocks that administrative law sets: hearing, delivery, reconsideration, lawsuit, time bar and the like."""

from datetime import date
from functools import cache
from typing import Any, NamedTuple

from cases.policy import law
from cases.policy.calendar import (
    Counted,
    WorkingCalendar,
    add_calendar_days,
    add_months,
    add_working_days,
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


def _count(unit: str, amount: int, start: date, cal: WorkingCalendar) -> Counted:
    if unit == "working_days":
        return add_working_days(start, amount, cal)
    if unit == "calendar_days":
        return add_calendar_days(start, amount, cal)
    return add_months(start, amount * (12 if unit == "years" else 1), cal)


@cache
def _clocks() -> dict[str, dict[str, Any]]:
    return {row["key"]: row for row in load("statutory_clocks")["clock"]}
