"""工作日历: the months of a year with their marks, entries in words, and what a change would move."""

from __future__ import annotations

from calendar import Calendar, monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from agencies.actors import Actor
from agencies.directory import Directory
from cases.policy.calendar import SATURDAY, WorkingCalendar
from cases.policy.entered.days import LOCAL_KINDS, PLAN, LocalDay
from cases.selectors.paging import Row
from cases.web.show.words import say
from cases.workflow.clockwork.lists import KIND as OF_LIST
from cases.workflow.clockwork.moving import Effect
from cases.workflow.task_kinds import KINDS
from cases.workflow.view import Text
from cases.workflow.workdays import calendar_for, parameter_days

KIND_LABELS: Final = {
    "plan": Text("全国放假安排", "National plan"),
    "holiday": Text("本地放假", "Local holiday"),
    "disaster": Text("灾害停工日", "Disaster day"),
    "workday": Text("调休上班", "Local working day"),
    "national": Text("按全国安排", "As the national plan"),
}
STATUSES: Final = {
    "proposed": (Text("待核对", "To be checked"), "warn"),
    "in_force": (Text("有效", "In force"), "ok"),
    "rejected": (Text("未采用", "Refused"), "bad"),
    "taken_back": (Text("已收回", "Taken back"), ""),
    "superseded": (Text("已更正", "Corrected"), ""),
    "withdrawn": (Text("已撤销", "Withdrawn"), ""),
}
_LIST_DAYS: Final = Text("名单反馈", "Answer to a list")
WEEKDAYS: Final = tuple(map(Text, "一二三四五六日", ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")))
MONDAY_FIRST: Final = Calendar(0)
MOST_KINDS: Final = 8


def months(region: str, year: int, entries: Iterable[Row], directory: Directory, only: int = 0) -> list[dict[str, Any]]:
    """Each month (or one) as weeks of days: worked or not, 休 or 班 where it is no plain day, and whose word it is."""
    calendar = calendar_for(region, directory)
    marks = _marks(region, entries, directory)
    return [
        {
            "number": month,
            "first": date(year, month, 1),
            "weeks": [
                [_day(day, calendar, marks) if day.month == month else None for day in week]
                for week in MONDAY_FIRST.monthdatescalendar(year, month)
            ],
        }
        for month in ((only,) if only else range(1, 13))
    ]


def _marks(region: str, entries: Iterable[Row], directory: Directory) -> dict[date, dict[str, Any]]:
    """Who spoke last of a day: the nearest region, an entry before a parameter."""
    said: list[tuple[LocalDay, dict[str, Any]]] = [
        (day, {"label": KIND_LABELS[day.kind], "reason": gettext("地区参数"), "href": "", "kind": day.kind})
        for day in parameter_days(region, directory)
    ]
    for row in entries:
        if row["kind"] != PLAN and row["status"] == "in_force" and region.startswith(row["region"]):
            about = {"label": KIND_LABELS[row["kind"]], "reason": row["reason"], "kind": row["kind"]}
            about["href"] = reverse("web:calendar_entry", args=[row["id"]])
            said.append((LocalDay(row["region"], row["kind"], row["first_day"], row["last_day"]), about))
    marks: dict[date, dict[str, Any]] = {}
    for one, about in sorted(said, key=lambda pair: len(pair[0].region)):
        marks |= dict.fromkeys(one.days(), about)
    return marks


def _note(mark: dict[str, Any]) -> str:
    label, reason = mark["label"], mark["reason"]
    return say(Text(f"{label.zh}：{reason}", f"{label.en}: {reason}"))


def _day(day: date, calendar: WorkingCalendar, marks: dict[date, dict[str, Any]]) -> dict[str, Any]:
    worked, weekend = calendar.is_workday(day), day.weekday() >= SATURDAY
    holiday = not worked and (not weekend or calendar.is_statutory_holiday(day))
    mark = marks.get(day)
    # 休 and 班 as printed calendars have them: a day off of a holiday, a weekend day that is worked.
    sign = gettext("班") if worked and weekend else gettext("休") if holiday else ""
    tone = "on" if sign and worked else "off" if sign else "weekend" if weekend else ""
    return {
        "day": day,
        "sign": sign,
        "tone": tone,
        "local": mark is not None,
        "label": say(mark["label"]) if mark else "",
        "note": _note(mark) if mark else "",
        "href": mark["href"] if mark else "",
        "unsure": not calendar.certain(day),
    }


def row(found: Row) -> dict[str, Any]:
    """An entry in words."""
    label, tone = STATUSES[found["status"]]
    return {
        "id": found["id"],
        "href": reverse("web:calendar_entry", args=[found["id"]]),
        "kind": found["kind"],
        "kind_label": KIND_LABELS[found["kind"]],
        "region": found["region"],
        "first": found["first_day"],
        "last": found["last_day"] if found["last_day"] != found["first_day"] else None,
        "reason": found["reason"],
        "source": found["source"],
        "label": label,
        "tone": tone,
        "agency": found["entered_agency_id"],
        "enterer": found["enterer"] if found["entered_agency_id"] else gettext("系统"),
        "entered_at": found["entered_at"],
        "decider": found["decider"] or "",
        "decided_at": found["decided_at"],
        "ender": found["ender"] or "",
        "ended_at": found["ended_at"],
        "ended_reason": found["ended_reason"],
    }


def plan_days(days: dict[str, list[str]] | None) -> list[dict[str, Any]]:
    """A plan's days off and worked days as spans, as a notice writes them."""
    if days is None:
        return []
    return [
        {"label": gettext("放假"), "spans": _spans(days["holidays"])},
        {"label": gettext("调休上班"), "spans": _spans(days["workdays"])},
    ]


def _spans(days: list[str]) -> list[str]:
    found: list[list[date]] = []
    for day in map(date.fromisoformat, days):
        if found and day - found[-1][-1] == timedelta(days=1):
            found[-1].append(day)
        else:
            found.append([day])
    return [f"{one[0]:%m-%d} – {one[-1]:%m-%d}" if len(one) > 1 else f"{one[0]:%m-%d}" for one in found]


def effect(found: Effect) -> dict[str, Any]:
    """What a change would do, in words."""
    kinds = [
        (say(_LIST_DAYS if kind == OF_LIST else KINDS[kind].label), n)
        for kind, n in found.kinds.most_common(MOST_KINDS)
    ]
    return {
        "looked_at": found.looked_at,
        "moved": found.moved,
        "shifts": [(_shift(days), n) for days, n in sorted(found.shifts.items())],
        "kinds": kinds,
        "overdue": found.overdue,
        "unsure": found.unsure,
    }


def _shift(days: int) -> str:
    if days == 0:
        return gettext("同日")
    if days > 0:
        return ngettext("推迟 %(n)s 日", "推迟 %(n)s 日", days) % {"n": days}
    return ngettext("提前 %(n)s 日", "提前 %(n)s 日", -days) % {"n": -days}


def kinds(chosen: str) -> list[tuple[str, Text, bool]]:
    return [(kind, KIND_LABELS[kind], kind == chosen) for kind in LOCAL_KINDS]


def regions(actor: Actor, directory: Directory) -> list[tuple[str, str]]:
    """The regions of somebody's posts, what lies in them and around them, and the whole country."""
    own = {post.region_code for post in actor.posts}
    found = [code for code in directory.regions if any(code.startswith(one) or one.startswith(code) for one in own)]
    return [("", gettext("全国")), *((code, directory.region_path(code)) for code in sorted(found))]


def last_of(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
