"""When a task is due, and how much working time has passed on a clock that may have been paused.

Counting: the day of the hand-off is not counted, a period of working days ends at 18:00 Asia/Shanghai of its last day
(the office's end, so that nobody is late by working a full day), hours are clock hours.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple

from cases.policy.calendar import Counted, WorkingCalendar, add_calendar_days, add_working_days
from cases.policy.dated import CHINA, load

UNITS = ("working_days", "hours", "calendar_days")
_UNIT_ZH = {"working_days": "个工作日", "hours": "小时", "calendar_days": "日"}
_UNIT_EN = {"working_days": "working days", "hours": "hours", "calendar_days": "calendar days"}


class Deadline(NamedTuple):
    """An instant, the rule that gave it (stored with the task) and whether its calendar is provisional (暂定)."""

    at: datetime
    rule: str
    provisional: bool


class Period(NamedTuple):
    """A length and its unit, one of `UNITS`."""

    amount: int
    unit: str


@cache
def kinds() -> frozenset[str]:
    """Return every task kind that has a default deadline."""
    data = load("deadlines")
    return frozenset(kind for unit in UNITS for kind in data[unit])


@cache
def default_period(kind: str) -> Period:
    """Return the default period of a task kind; KeyError for a kind without one."""
    data = load("deadlines")
    for unit in UNITS:
        if kind in data[unit]:
            return Period(data[unit][kind], unit)
    raise KeyError(f"no deadline is recorded for tasks of kind {kind!r}")


def due_at(kind: str, start: datetime, cal: WorkingCalendar, override: Mapping[str, object] | None = None) -> Deadline:
    """Return when a task opened at ``start`` is due.

    ``override`` is a region's own period: ``{"unit": "working_days", "amount": 3}`` or ``{"working_days": 3}``.
    Raises ValueError for a naive start or an override that is no period.
    """
    period = default_period(kind) if override is None else _period(override)
    rule = f"{kind}:{period.amount} {period.unit}{'' if override is None else ' (region)'}"
    at, provisional = end_of(period, start, cal)
    return Deadline(at, rule, provisional)


def end_of(period: Period, start: datetime, cal: WorkingCalendar) -> tuple[datetime, bool]:
    """Return the instant at which a period that begins at ``start`` ends, and whether that is provisional."""
    if start.tzinfo is None:
        raise ValueError("a deadline needs an aware start")
    if period.unit == "hours":
        return start + timedelta(hours=period.amount), False
    day = start.astimezone(CHINA).date()
    add = add_working_days if period.unit == "working_days" else add_calendar_days
    last: Counted = add(day, period.amount, cal)
    return close_of(last.day), last.provisional


def close_of(day: date) -> datetime:
    """Return the instant at which a working day's periods end (18:00 Asia/Shanghai)."""
    return datetime.combine(day, _office_hours()[1], CHINA)


def counted_again(
    rule: str, start: datetime, pauses: Iterable[tuple[datetime, datetime]], cal: WorkingCalendar
) -> Deadline | None:
    """Return what a stored rule gives by this calendar, moved by the pauses; None for a rule that counts no days."""
    kind, _, period = rule.partition(":")
    amount, _, unit = period.removesuffix(" (region)").partition(" ")
    if unit not in UNITS or unit == "hours" or not kind:
        return None
    at, provisional = end_of(Period(int(amount), unit), start, cal)
    moved = postponed(at, pauses, cal)
    return Deadline(moved, rule, provisional or (moved != at and rests_on_unknown(at, moved, cal)))


def rests_on_unknown(start: datetime, end: datetime, cal: WorkingCalendar) -> bool:
    """Say whether the time between two instants rests on days whose plan is not published."""
    return cal.rests_on_unknown(start.astimezone(CHINA).date(), end.astimezone(CHINA).date())


def describe(rule: str) -> tuple[str, str]:
    """Return a stored rule as a Chinese and an English sentence part."""
    amount, unit = rule.split(":", 1)[1].split(" ")[:2]
    local = rule.endswith("(region)")
    zh = f"{amount}{_UNIT_ZH[unit]}" + ("，至当日18时" if unit != "hours" else "") + ("（本地区规定）" if local else "")
    en = f"{amount} {_UNIT_EN[unit]}" + (", until 18:00" if unit != "hours" else "") + (" (regional)" if local else "")
    return zh, en


def postponed(due: datetime, pauses: Iterable[tuple[datetime, datetime]], cal: WorkingCalendar) -> datetime:
    """Return a deadline moved by the working time during which its clock stood still.

    Pauses may overlap and are merged; only the part before the deadline moves it, and that part may grow as it moves.
    """
    left = 0
    for begin, end in _merged(pauses):
        moved = advance(due, left, cal)
        if begin < moved:
            left += working_seconds(begin, end, cal)
    return advance(due, left, cal)


def advance(start: datetime, seconds: int, cal: WorkingCalendar) -> datetime:
    """Return the instant at which ``seconds`` of working time after ``start`` have passed; start itself for zero."""
    if seconds <= 0:
        return start
    opens, closes = _office_hours()
    local = start.astimezone(CHINA)
    day = local.date()
    while True:
        if cal.is_workday(day):
            begin = max(local, datetime.combine(day, opens, CHINA))
            room = (datetime.combine(day, closes, CHINA) - begin).total_seconds()
            if seconds <= room:
                return begin + timedelta(seconds=seconds)
            seconds -= max(0, int(room))
        day += timedelta(days=1)


def working_seconds(
    start: datetime, end: datetime, cal: WorkingCalendar, pauses: Iterable[tuple[datetime, datetime]] = ()
) -> int:
    """Return the seconds of office time (09:00–18:00 of working days) from ``start`` to ``end`` outside the pauses."""
    total = _office_seconds(start, end, cal)
    for begin, stop in _merged(pauses):
        total -= _office_seconds(max(begin, start), min(stop, end), cal)
    return total


def working_days(seconds: int) -> float:
    """Return seconds of office time as working days, for display."""
    opens, closes = _office_hours()
    return seconds / _seconds_between(opens, closes)


def _period(override: Mapping[str, object]) -> Period:
    if "unit" in override:
        unit, amount = override.get("unit"), override.get("amount")
    else:
        unit = next((u for u in UNITS if u in override), None)
        amount = override.get(unit) if unit else None
    if unit not in UNITS or not isinstance(amount, int) or isinstance(amount, bool) or amount < 0:
        raise ValueError(f"not a period: {dict(override)!r}")
    return Period(amount, str(unit))


def office_day() -> tuple[int, int]:
    """When the office opens, in seconds after midnight, and how many seconds it is open."""
    opens, closes = _office_hours()
    return opens.hour * 3600 + opens.minute * 60, _seconds_between(opens, closes)


@cache
def _office_hours() -> tuple[time, time]:
    data = load("deadlines")
    return time.fromisoformat(data["day_start"]), time.fromisoformat(data["day_end"])


def _seconds_between(opens: time, closes: time) -> int:
    return (closes.hour - opens.hour) * 3600 + (closes.minute - opens.minute) * 60


def _office_seconds(start: datetime, end: datetime, cal: WorkingCalendar) -> int:
    if end <= start:
        return 0
    opens, closes = _office_hours()
    first, last = start.astimezone(CHINA), end.astimezone(CHINA)
    total = 0.0
    for n in range((last.date() - first.date()).days + 1):
        day = first.date() + timedelta(days=n)
        if cal.is_workday(day):
            begin = max(first, datetime.combine(day, opens, CHINA))
            stop = min(last, datetime.combine(day, closes, CHINA))
            total += max(0.0, (stop - begin).total_seconds())
    return int(total)


def _merged(pauses: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Return the intervals in order, overlapping ones joined, so that no second is taken off twice."""
    merged: list[tuple[datetime, datetime]] = []
    for begin, end in sorted(p for p in pauses if p[1] > p[0]):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged
