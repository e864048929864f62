"""When a list has to be answered: a priority list (重点名单) by the next Friday, a full one (全量名单) within a period.

A region sets its own weekday (`list.priority_weekday`) and period (`list.full_feedback`); a list that names a day of
its own is due on that day at 18:00. What a platform pushes or residents report was issued by nobody, and has no day.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from cases.policy.calendar import ONE_DAY, WorkingCalendar, roll_forward
from cases.policy.dated import CHINA, load
from cases.policy.deadlines import UNITS, Deadline, Period, close_of, end_of

WEEKDAY: Final = "list.priority_weekday"
PERIOD: Final = "list.full_feedback"
STATED: Final = "stated"
NOT_ISSUED: Final = "not_issued"
_WEEKDAYS_ZH: Final = "一二三四五六日"
_WEEKDAYS_EN: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_UNITS_ZH: Final = {"working_days": "个工作日", "hours": "小时", "calendar_days": "日"}
_UNITS_EN: Final = {"working_days": "working days", "hours": "hours", "calendar_days": "calendar days"}
_LONGEST: Final = 1000
_PLAIN: Final = {
    "": ("", ""),
    STATED: ("名单写明", "named by the list"),
    NOT_ISSUED: (
        "推送线索或群众举报，不是下发名单，没有反馈期限",
        "pushed or reported, not issued as a list: no answer is due",
    ),
}


def is_weekday(value: object) -> bool:
    """Say whether a value can be the weekday of a region: 1 (Monday) to 7."""
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 7


def is_period(value: object) -> bool:
    """Say whether a value can be the period of a region, such as ``{"working_days": 10}``."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return False
    ((unit, amount),) = value.items()
    return unit in UNITS and isinstance(amount, int) and not isinstance(amount, bool) and 0 < amount <= _LONGEST


def due_of(level: str, received: datetime, cal: WorkingCalendar, override: object = None) -> Deadline:
    """Return when a list of this level (``full`` or ``priority``) is due; ``override`` is what its region sets.

    Raises ValueError for a naive moment of receipt.
    """
    if received.tzinfo is None:
        raise ValueError("a deadline needs an aware start")
    local = "" if override is None else " (region)"
    if level == "priority":
        weekday = override if isinstance(override, int) else int(load("lists")["priority"]["weekday"])
        last = roll_forward(_next(received.astimezone(CHINA).date(), weekday), cal)
        return Deadline(close_of(last.day), f"weekday:{weekday}{local}", last.provisional)
    period = _period(override)
    at, provisional = end_of(period, received, cal)
    return Deadline(at, f"{period.unit}:{period.amount}{local}", provisional)


def counted_again(rule: str, received: datetime, cal: WorkingCalendar) -> Deadline | None:
    """Return what a stored rule gives by this calendar; None where the list named its day, or has none."""
    if rule in _PLAIN:
        return None
    kind, _, value = rule.removesuffix(" (region)").partition(":")
    again = due_of("priority", received, cal, int(value)) if kind == "weekday" else None
    again = again or due_of("full", received, cal, {kind: int(value)})
    return again._replace(rule=rule)


def stated(day: date) -> Deadline:
    """Return the deadline of a list that names its day."""
    return Deadline(close_of(day), STATED, provisional=False)


def describe(rule: str) -> tuple[str, str]:
    """Return a stored rule as a Chinese and an English sentence part; empty where none is stored."""
    if rule in _PLAIN:
        return _PLAIN[rule]
    kind, _, value = rule.removesuffix(" (region)").partition(":")
    zh, en = (
        (
            f"重点名单：下一个星期{_WEEKDAYS_ZH[int(value) - 1]}",
            f"priority list: the next {_WEEKDAYS_EN[int(value) - 1]}",
        )
        if kind == "weekday"
        else (f"全量名单：{value}{_UNITS_ZH[kind]}", f"full list: {value} {_UNITS_EN[kind]}")
    )
    return (f"{zh}（本地区规定）", f"{en} (regional)") if rule.endswith("(region)") else (zh, en)


def _next(day: date, weekday: int) -> date:
    """The next such weekday after a day: a list that comes on a Friday has the whole week."""
    return day + timedelta(days=(weekday - day.isoweekday() - 1) % 7) + ONE_DAY


def _period(override: object) -> Period:
    if isinstance(override, Mapping):
        ((unit, amount),) = override.items()
        return Period(int(amount), str(unit))
    return Period(int(load("lists")["full"]["working_days"]), "working_days")
