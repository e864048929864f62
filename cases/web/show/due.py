"""How a deadline is said: the words first, counted in working days; the instant stands beside them."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext, ngettext

from agencies.directory import held_directory
from audit import clock
from cases.policy.calendar import WorkingCalendar, working_days_between
from cases.web.show.words import say
from cases.workflow.view import Text
from cases.workflow.workdays import calendar_for

WEEKDAYS: Final = (
    *(Text("周一", "Mon"), Text("周二", "Tue"), Text("周三", "Wed"), Text("周四", "Thu"), Text("周五", "Fri")),
    *(Text("周六", "Sat"), Text("周日", "Sun")),
)


class Said(NamedTuple):
    """A deadline in words and its tone: `bad` overdue, `warn` today, empty otherwise."""

    text: str
    tone: str


def when_words(at: datetime) -> str:
    """An instant in local time; the running year is left out."""
    local = timezone.localtime(at)
    return local.strftime("%m-%d %H:%M" if local.year == timezone.localtime(clock.now()).year else "%Y-%m-%d %H:%M")


def clock_words(at: datetime, now: datetime) -> str:
    """The time of day; with the day where it is another one."""
    same = timezone.localtime(at).date() == timezone.localtime(now).date()
    return timezone.localtime(at).strftime("%H:%M") if same else when_words(at)


def day_words(at: datetime) -> str:
    """The day of an instant in local time; the running year is left out."""
    return when_words(at)[:-6]


def long_day(at: datetime) -> str:
    """A deadline with its day of the week: 11-20（周五）18:00."""
    said, local = when_words(at), timezone.localtime(at)
    return gettext("%(day)s（%(weekday)s）%(time)s") % {
        "day": said[:-6],
        "weekday": say(WEEKDAYS[local.weekday()]),
        "time": said[-5:],
    }


def due_words(due_at: datetime, now: datetime, calendar: WorkingCalendar | None = None) -> Said:
    """Overdue by n working days, due today at a time, or n working days left; by the calendar of the region."""
    calendar = calendar or regional()
    end, today = timezone.localtime(due_at), timezone.localtime(now)
    if due_at < now:
        days = working_days_between(end.date(), today.date(), calendar)
        if days == 0:
            return Said(gettext("已超期"), "bad")
        return Said(ngettext("超期 %(n)s 个工作日", "超期 %(n)s 个工作日", days) % {"n": days}, "bad")
    if end.date() == today.date():
        return Said(gettext("今日 %(time)s 到期") % {"time": end.strftime("%H:%M")}, "warn")
    days = working_days_between(today.date(), end.date(), calendar)
    return Said(ngettext("剩 %(n)s 个工作日", "剩 %(n)s 个工作日", days) % {"n": days}, "")


def share_used(opened_at: datetime, due_at: datetime | None, now: datetime) -> int:
    """How much of the time between opening and deadline has passed, in percent from 0 to 100."""
    if due_at is None or due_at <= opened_at:
        return 0
    return max(0, min(100, round((now - opened_at) / (due_at - opened_at) * 100)))


def elapsed_words(opened_at: datetime, now: datetime, calendar: WorkingCalendar | None = None) -> str:
    """How many working days of the region a task has been open."""
    start, today = timezone.localtime(opened_at).date(), timezone.localtime(now).date()
    days = working_days_between(start, today, calendar or regional())
    return ngettext("已用 %(n)s 个工作日", "已用 %(n)s 个工作日", days) % {"n": days}


def regional(region: str = "") -> WorkingCalendar:
    """The calendar of a region without a query; of the whole country where none is named."""
    return calendar_for(region, held_directory())
