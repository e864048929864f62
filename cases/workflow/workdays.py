"""The working calendar that holds in a region: the national plan with the region's own days."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from agencies.directory import Directory
from cases.policy.calendar import WorkingCalendar, national_calendar


def calendar_for(region_code: str, directory: Directory) -> WorkingCalendar:
    """The calendar by which deadlines of this region are counted.

    A region's own days are the parameters `calendar.holidays` and `calendar.workdays`: lists of ISO dates, of the
    nearest region that has such a list (a county's list replaces the city's).
    """
    holidays = _days(directory, "calendar.holidays", region_code)
    workdays = _days(directory, "calendar.workdays", region_code)
    if not holidays and not workdays:
        return national_calendar()
    return _local(holidays, workdays)


def _days(directory: Directory, key: str, region_code: str) -> tuple[str, ...]:
    value: Any = directory.parameter(key, region_code, date.max)
    return tuple(sorted(value)) if value else ()


@lru_cache(maxsize=256)
def _local(holidays: tuple[str, ...], workdays: tuple[str, ...]) -> WorkingCalendar:
    return national_calendar().with_local_days(
        holidays=frozenset(map(date.fromisoformat, holidays)), workdays=frozenset(map(date.fromisoformat, workdays))
    )
