"""What a change of the calendar would do to open deadlines, before it is made: those that the asker sees."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import chain

from agencies.directory import Directory, get_directory
from cases.calendar.entering import Checked
from cases.models.calendar import CalendarEntry
from cases.policy.calendar import WorkingCalendar, YearPlan
from cases.policy.entered.days import LocalDay
from cases.selectors.calendar.entered import entered_days
from cases.workflow.clockwork.lists import open_lists
from cases.workflow.clockwork.moving import Effect, Recounter, effect_of, open_deadlines
from cases.workflow.workdays import calendar_with


def effect_of_days(ready: Checked, now: datetime) -> Effect:
    """Were these days entered, or an entry corrected to them."""
    local = [*_without(ready.before), ready.days]
    return _effect(ready.region, local, {}, now)


def effect_of_withdrawal(entry: CalendarEntry, now: datetime) -> Effect:
    """Were the entry to count no more."""
    return _effect(str(entry.region_id), _without(entry), {}, now)


def effect_of_plan(plan: YearPlan, now: datetime) -> Effect:
    """Were this the plan of its year, all over the country."""
    return _effect("", list(entered_days(get_directory().stamp).local), {plan.year: plan}, now)


def _effect(region: str, local: Sequence[LocalDay], plans: dict[int, YearPlan], now: datetime) -> Effect:
    made = _Made(get_directory(), local, plans)
    lists = open_lists([region], made, inside=True)
    return effect_of(chain(open_deadlines([region], Recounter(made), inside=True), lists), now)


class _Made:
    """The calendars of regions as they would be, each made once."""

    def __init__(self, directory: Directory, local: Sequence[LocalDay], plans: dict[int, YearPlan]) -> None:
        self._directory, self._local, self._plans = directory, local, plans
        self._by_region: dict[str, WorkingCalendar] = {}

    def __call__(self, region: str) -> WorkingCalendar:
        if region not in self._by_region:
            self._by_region[region] = calendar_with(region, self._directory, self._local, self._plans)
        return self._by_region[region]


def _without(entry: CalendarEntry | None) -> list[LocalDay]:
    """What regions say now, but for this entry: of one region one entry speaks of a day."""
    local = entered_days(get_directory().stamp).local
    if entry is None:
        return list(local)
    gone = LocalDay(str(entry.region_id), entry.kind, entry.first_day, entry.last_day)
    return [one for one in local if one != gone]
