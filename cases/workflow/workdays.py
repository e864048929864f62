"""The working calendar of a region: the national plans with its own days and those of the regions around it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from agencies.directory import Directory
from cases.policy.calendar import WorkingCalendar, national_calendar
from cases.policy.entered.days import HOLIDAY, WORKDAY, LocalDay, calendar_of
from cases.selectors.calendar.entered import EnteredDays, entered_days

# Lists of ISO dates that a region set before there were entries; they count like entries of that region.
PARAMETERS = (("calendar.holidays", HOLIDAY), ("calendar.workdays", WORKDAY))


class Standing(NamedTuple):
    """The calendar of a region and its name, which every event of a case keeps."""

    calendar: WorkingCalendar
    version: str


class _Process:
    """The calendars made of one directory, one set of entries and one release; another of these, and they go."""

    made_of: tuple[Directory, EnteredDays, WorkingCalendar] | None = None
    by_region: dict[str, Standing]
    # Most of thousands of regions have the same days, whose name is long in the making.
    by_days: dict[tuple[frozenset[date], frozenset[date]], Standing]


def calendar_for(region_code: str, directory: Directory) -> WorkingCalendar:
    """The calendar by which deadlines of this region are counted; the empty region is the whole country."""
    return standing_in(region_code, directory).calendar


def calendar_version(region_code: str, directory: Directory) -> str:
    """The name of that calendar, for the events of what is counted by it."""
    return standing_in(region_code, directory).version


def standing_in(region_code: str, directory: Directory) -> Standing:
    entered, national = entered_days(directory.stamp), national_calendar()
    made = _Process.made_of
    if made is None or made[0] is not directory or made[1] is not entered or made[2] is not national:
        _Process.by_region, _Process.by_days = {}, {}
        _Process.made_of = directory, entered, national
    by_region, by_days = _Process.by_region, _Process.by_days
    if (found := by_region.get(region_code)) is None:
        calendar = calendar_with(region_code, directory, entered.local)
        days = calendar.local_holidays, calendar.local_workdays
        if (found := by_days.get(days)) is None:
            found = by_days[days] = Standing(calendar, calendar.version())
        by_region[region_code] = found
    return found


def calendar_with(
    region_code: str, directory: Directory, local: Iterable[LocalDay], plans: dict[int, Any] | None = None
) -> WorkingCalendar:
    """The region's calendar, were these the entries of regions (and these plans entered beside those that are)."""
    known = {**entered_days(directory.stamp).plans, **(plans or {})}
    said = [*parameter_days(region_code, directory), *local]
    return calendar_of(region_code, national_calendar(), known, said)


def parameter_days(region_code: str, directory: Directory) -> Iterator[LocalDay]:
    """What the parameters `calendar.*` say here: the list of the nearest region that has one, the latest of it.

    A county's list replaces the city's. An entry of the same region goes before its list.
    """
    for key, kind in PARAMETERS:
        days = directory.parameter(key, region_code, date.max)
        if not days:
            continue
        region = _whose(directory, key, region_code)
        for day in sorted(map(date.fromisoformat, days)):
            yield LocalDay(region, kind, day, day)


def _whose(directory: Directory, key: str, region_code: str) -> str:
    found = (
        one.region_code
        for one in directory.parameters.get(key, ())
        if one.holds_on(date.max) and region_code.startswith(one.region_code)
    )
    return max(found, key=len)
