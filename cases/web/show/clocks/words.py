"""The words for clocks: why they stood still or waited, and lengths of working time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext, ngettext

from cases.policy.deadlines import office_day
from cases.web.show.words import listed, say
from cases.workflow.view import Text

REASONS: Final = {
    "opened": Text("交办", "Handed over"),
    "answered": Text("协查已答复", "Assistance answered"),
    "stay_lifted": Text("恢复执行", "Stay lifted"),
    "objection_answered": Text("异议已答复", "Objection answered"),
    "assistance": Text("协查待答复", "Awaits assistance"),
    "stay": Text("中止执行", "Stayed"),
    "objection": Text("异议待答复", "Awaits the answer to an objection"),
    "notice": Text("通知期未满", "Notice has not run"),
    "monitoring": Text("持续监测，未到复核日", "Monitored until the day of review"),
    "follow_up": Text("回头看未到日", "Day of the follow-up visit not come"),
    "closed": Text("已办结", "Closed"),
    "nothing_open": Text("没有待办", "Nothing open"),
}
STATES: Final = {
    "running": Text("计时中", "Running"),
    "paused": Text("暂停计时", "Paused"),
    "waiting": Text("等待期", "Waiting"),
    "ended": Text("已结束", "Ended"),
    "unborn": Text("未开始", "Not begun"),
}
ENDS: Final = {
    "done": Text("已完成", "Done"),
    "returned": Text("已退回", "Returned"),
    "cancelled": Text("已取消", "Called off"),
}
EXTENSIONS: Final = {
    "asked": Text("待审批", "To be decided"),
    "granted": Text("已批准", "Granted"),
    "refused": Text("未批准", "Refused"),
    "fell_away": Text("未审批即失效", "Fell away undecided"),
}
HOUR: Final = 3600


def reason(code: str) -> str:
    return say(REASONS.get(code, code))


def reasons(codes: Iterable[str]) -> str:
    return listed(reason(code) for code in codes)


def span(seconds: int) -> str:
    """A length of working time: in working days of office hours, less than one in hours."""
    _, day = office_day()
    if seconds == 0:
        return "0"
    if seconds < day:
        hours = max(round(seconds / HOUR, 1), 0.1)
        return gettext("%(n)s 小时") % {"n": f"{hours:g}"}
    written = f"{seconds / day:.1f}".removesuffix(".0")
    return ngettext("%(n)s 个工作日", "%(n)s 个工作日", 1 if written == "1" else 2) % {"n": written}


def days(seconds: int) -> str:
    """The same as a number of working days, for a column that says so."""
    _, day = office_day()
    return f"{seconds / day:.2f}"
