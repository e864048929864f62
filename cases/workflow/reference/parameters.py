"""What a region may set for itself: the periods of its tasks, its notice periods, its own holidays and workdays.

A value is tried out here with the code that will use it, before it is stored: a parameter that cannot be read would
stop every act of its region.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from agencies.services.parameters import declare
from agencies.vocabulary import Label
from audit import clock
from cases.policy import deadlines, escalation
from cases.policy.calendar import national_calendar
from cases.policy.dated import CHINA
from cases.policy.execution import notice_rule, notice_rule_changes
from cases.policy.lists import due
from cases.policy.privacy import retention
from cases.policy.reports import weeks

USER_CLASSES: Final = {
    "residential": Label("居民用户停电通知期", "notice to residents"),
    "ordinary": Label("一般用户停电通知期", "notice to ordinary users"),
    "important": Label("重要用户停电通知期", "notice to important users"),
}
UNITS: Final = deadlines.UNITS
LONGEST: Final = 1000  # hours or days: more is a slip of the pen
NOTICE_PARTS: Final = {"minimum_hours", "maximum_hours", "second_notice_minutes"}


def declare_parameters() -> None:
    """Make every regional parameter known to the service that stores them."""
    for kind in sorted(deadlines.kinds()):
        declare(f"deadline.{kind}", Label(f"“{kind}”办理期限", f"time for “{kind}”"), _is_period_for(kind))
    for user_class, label in USER_CLASSES.items():
        declare(f"notice.{user_class}", label, _is_notice_for(user_class))
    for key in retention.rules():
        declare(f"retention.{key}", Label(f"“{key}”个人信息保存天数", f"days that “{key}” data stay"), _is_retention)
    declare(due.WEEKDAY, Label("重点名单清零的星期", "weekday of priority lists"), lambda v, _region: due.is_weekday(v))
    declare(due.PERIOD, Label("全量名单反馈期限", "time for full lists"), lambda v, _region: due.is_period(v))
    declare(
        weeks.PARAMETER,
        Label("定期报告生成时间（点，0为不生成）", "hour of the weekly reports, 0 for none"),
        weeks.is_hour,
    )
    declare(escalation.KEY, Label("催办、督办、通报的时间", "steps of escalation"), _is_escalation)
    declare("calendar.holidays", Label("本地放假日", "local holidays"), _is_list_of_days)
    declare("calendar.workdays", Label("本地调休上班日", "local workdays"), _is_list_of_days)


def _is_period_for(kind: str) -> Callable[[Any, str], bool]:
    def accepts(value: Any, _region: str) -> bool:
        if not isinstance(value, dict) or not all(_is_amount(part) for part in value.values() if part not in UNITS):
            return False
        try:
            deadlines.due_at(kind, clock.now(), national_calendar(), value)
        except ValueError:
            return False
        return True

    return accepts


def _is_notice_for(user_class: str) -> Callable[[Any, str], bool]:
    def accepts(value: Any, region: str) -> bool:
        if not isinstance(value, dict) or not value or set(value) - NOTICE_PARTS:
            return False
        if not all(_is_amount(part) for part in value.values()):
            return False
        try:
            # Also with the rules of the places inside that have some of their own, and with those to come.
            for inside, day in notice_rule_changes(region, clock.now().astimezone(CHINA).date()):
                notice_rule(user_class, inside, day, value)
        except ValueError:
            return False
        return True

    return accepts


def _is_escalation(value: Any, region: str) -> bool:
    """Together with what the release says of each day from now on; the parts that a region leaves out are its."""
    today = clock.now().astimezone(CHINA).date()
    try:
        for day in (today, *(day for day in escalation.national_changes(region) if day > today)):
            local = escalation.Override(region, day, None, value, "-")
            escalation.changed(escalation.rule_on(day, region), local)
    except ValueError:
        return False
    return True


def _is_retention(value: Any, _region: str) -> bool:
    days = value.get("days") if isinstance(value, dict) and set(value) == {"days"} else None
    return isinstance(days, int) and not isinstance(days, bool) and 0 < days <= retention.LONGEST_DAYS


def _is_amount(part: Any) -> bool:
    return isinstance(part, int) and not isinstance(part, bool) and 0 < part <= LONGEST


def _is_list_of_days(value: Any, _region: str) -> bool:
    if not isinstance(value, list) or len(set(map(str, value))) != len(value):
        return False
    try:
        return all(isinstance(day, str) and date.fromisoformat(day).isoformat() == day for day in value)
    except ValueError:
        return False
