"""The weeks that are reported on, Monday to Sunday in China, and when the report on one is drawn up.

Sources: 发改运行〔2021〕1283号 三(三) (每周实时动态更新), domain.md rule 3 (`ledger_period = P7D`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from cases.policy.calendar import WorkingCalendar
from cases.policy.dated import CHINA

# The regional parameter: the hour of the morning, or 0 where a region wants no report by itself.
PARAMETER: Final = "reports.hour"
DEFAULT_HOUR: Final = 8
EARLIEST, LATEST = 6, 12
WEEK: Final = timedelta(days=7)
# One that is begun later than this after its hour is marked late.
GRACE: Final = timedelta(hours=1)
# After a longer standstill the reports before these are drawn up by a person who wants them.
MOST_OWED: Final = 26


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """From Monday 00:00 in China up to, and without, the next Monday 00:00."""

    first: date

    def __post_init__(self) -> None:
        if self.first.weekday():
            raise ValueError(f"{self.first} is no Monday")

    @property
    def last(self) -> date:
        return self.first + timedelta(days=6)

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.first, time(), CHINA)

    @property
    def ends(self) -> datetime:
        return datetime.combine(self.first + WEEK, time(), CHINA)

    @property
    def before(self) -> Week:
        return Week(self.first - WEEK)

    @property
    def after(self) -> Week:
        return Week(self.first + WEEK)

    @property
    def year(self) -> int:
        """The year of the report's number: that of the Monday on which it is due, however late it is drawn up."""
        return (self.first + WEEK).year


def week_of(day: date) -> Week:
    """The week in which this day lies."""
    return Week(day - timedelta(days=day.weekday()))


def last_complete(now: datetime) -> Week:
    """The latest week that is over."""
    return week_of(now.astimezone(CHINA).date()).before


def due_at(week: Week, calendar: WorkingCalendar, hour: int) -> datetime:
    """When the report on this week is drawn up: on the Monday after it, or the first working day from then on."""
    return datetime.combine(calendar.next_workday(week.first + WEEK), time(hour), CHINA)


def owed(now: datetime, calendar: WorkingCalendar, hour: int, latest: Week | None) -> list[Week]:
    """The weeks whose reports should be there by now, the oldest first; `latest` is the last one that has them.

    Where there was none yet, only the last week that is due: what was before nobody waited for.
    """
    if not hour:
        return []
    week = last_complete(now)
    while due_at(week, calendar, hour) > now:
        week = week.before
    found = [week]
    while latest is not None and found[-1].before > latest and len(found) < MOST_OWED:
        found.append(found[-1].before)
    return [one for one in reversed(found) if latest is None or one > latest]


def is_late(now: datetime, due: datetime) -> bool:
    return now > due + GRACE


def is_hour(value: Any, _region: str) -> bool:
    """Whether a region may set this: an hour of the morning, or 0 for none."""
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return value == 0 or EARLIEST <= value <= LATEST
