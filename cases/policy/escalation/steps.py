"""The steps of one deadline, and the same turned round: before which instant a deadline has to lie to be due a step.

`cutoff` is the inverse of `instant`: a step has fallen due exactly where the deadline lies before the cut-off. With it
a sweep asks an index for what fell due, and nothing for what is only open or has been overdue for long.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from cases.policy.calendar import ONE_DAY, WorkingCalendar, add_working_days
from cases.policy.dated import CHINA
from cases.policy.escalation.rules import Rule

STEPS = ("tomorrow", "today", "overdue", "pressed", "reported")
# To the holder, about a deadline that is still ahead: worth nothing once it is not.
REMINDERS = frozenset(STEPS[:2])
TOLD, OVERTAKEN, NEEDLESS = "told", "overtaken", "needless"
_TICK = timedelta(microseconds=1)


class Step(NamedTuple):
    """A step that has fallen due: when, whether it fires late, and what becomes of it.

    `told`: somebody hears. `overtaken`: a reminder whose time had passed when it could be sent. `needless`: a reminder
    for a time at which the deadline was not there yet, or had passed; whoever set the deadline told it.
    """

    step: str
    fell_at: datetime
    late: bool
    outcome: str


def instant(step: str, due: datetime, rule: Rule, cal: WorkingCalendar) -> datetime:
    """Return when this step of a deadline falls due."""
    day = due.astimezone(CHINA).date()
    if step == "tomorrow":
        return _on(_workdays_back(day - ONE_DAY, rule.tomorrow, cal), rule)
    if step == "today":
        return min(_on(day, rule), due)
    after: int = getattr(rule, step)
    return due if after == 0 else _on(add_working_days(day, after, cal).day, rule)


def cutoff(step: str, now: datetime, rule: Rule, cal: WorkingCalendar) -> datetime:
    """Return the instant before which (exclusive) deadlines have had this step fall due by now."""
    local = now.astimezone(CHINA)
    last = local.date() if local.time() >= rule.at else local.date() - ONE_DAY
    if step == "tomorrow":
        return _midnight(add_working_days(last, rule.tomorrow, cal).day + ONE_DAY)
    if step == "today":
        return max(_midnight(last + ONE_DAY), now + _TICK)
    after: int = getattr(rule, step)
    return now + _TICK if after == 0 else _midnight(_workdays_back(last, after, cal))


def due_steps(due: datetime, since: datetime, done: int, now: datetime, rule: Rule, cal: WorkingCalendar) -> list[Step]:
    """Return the steps after the first `done` that have fallen due by now, in order.

    `since` is when the deadline was set, or its clock went on again: no step falls due before that.
    """
    found = []
    for step in STEPS[done:]:
        at = instant(step, due, rule, cal)
        if at > now:
            break
        outcome = _outcome(step, at, due, since, now)
        fell = at if step in REMINDERS else max(at, since)
        found.append(Step(step, fell, outcome != NEEDLESS and now - fell > rule.late_after, outcome))
    return found


def _outcome(step: str, at: datetime, due: datetime, since: datetime, now: datetime) -> str:
    if step not in REMINDERS:
        return TOLD
    if at <= since or at >= due:
        return NEEDLESS
    day = due.astimezone(CHINA).date()
    over = now.astimezone(CHINA).date() >= day if step == "tomorrow" else now >= due
    return OVERTAKEN if over else TOLD


def _on(day: date, rule: Rule) -> datetime:
    return datetime.combine(day, rule.at, CHINA)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=CHINA)


def _workdays_back(day: date, count: int, cal: WorkingCalendar) -> date:
    """The `count`-th working day at or before this day."""
    while True:
        count -= cal.is_workday(day)
        if count == 0:
            return day
        day -= ONE_DAY
