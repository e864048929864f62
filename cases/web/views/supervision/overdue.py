"""逾期事项: what is overdue now, by agency and task by task, or what was overdue in a week."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from agencies.actors import Actor
from agencies.directory import get_directory
from agencies.vocabulary import Label
from audit import clock
from cases.policy.calendar import working_days_between
from cases.policy.dated import CHINA
from cases.selectors.overdue import (
    AgencyOverdue,
    OverdueFilter,
    OverdueWork,
    overdue_agencies,
    overdue_tasks,
    overdue_work,
)
from cases.selectors.overdue.steps import fired
from cases.selectors.paging import Row
from cases.web import filters
from cases.web.pages import PageRequest, page
from cases.web.show.supervision.steps import tags
from cases.web.show.supervision.urging import urge_href
from cases.web.show.words import say
from cases.workflow.task_kinds import KINDS
from cases.workflow.workdays import calendar_for

PAGE_SIZE = 25
WEEKS = 8
# A page that is longer is not read; the bulletin has them all.
MOST_SHOWN = 300

WORDS = {
    "title": Label("逾期事项", "Overdue work"),
    "sub": Label(
        "期限已过、尚未办结的事项，按承办单位汇总", "Open tasks past their deadline, by the agency that owes them"
    ),
    "rules": Label("期限与催办规则", "Rules of deadlines and reminders"),
    "urges": Label("督办", "Supervision"),
    "filter": Label("筛选", "Filter"),
    "ask": Label("查询", "Search"),
    "reset": Label("重置", "Reset"),
    "by_agency": Label("按单位", "By agency"),
    "agency": Label("承办单位", "Agency"),
    "count": Label("逾期", "Overdue"),
    "pressed": Label("其中已督办", "With the commission"),
    "reported": Label("其中已通报", "With the supervision"),
    "oldest": Label("最早到期", "Oldest deadline"),
    "list": Label("逾期清单", "List"),
    "longest": Label("逾期最久的在前", "Longest overdue first"),
    "due": Label("期限", "Deadline"),
    "task": Label("事项", "Task"),
    "steps": Label("已采取", "Steps taken"),
    "act": Label("办理", "Act"),
    "urge": Label("督办", "Urge"),
    "urged": Label("督办待答复", "Asked, no answer yet"),
    "open": Label("查看", "Open"),
    "none": Label("没有逾期事项", "Nothing is overdue"),
    "none_text": Label("换一个条件，或查看全部", "Change the filter, or show all"),
    "scroll": Label("表格，可左右滚动", "Table, scrolls sideways"),
    "done": Label("办结", "Done"),
    "still": Label("仍未办结", "still open"),
    "days": Label("逾期工作日", "Working days overdue"),
    "unassigned": Label("未分派", "not assigned"),
}


@page
def overdue(request: PageRequest) -> HttpResponse:
    """Now, with a pager; with `week` (its Monday) what was overdue in that week, whatever became of it."""
    actor, now = request.actor, clock.now()
    agencies = overdue_agencies(actor, OverdueFilter(), now=now)
    offered = _offered(actor, agencies, now)
    given = filters.given(request.GET, offered)
    wanted = OverdueFilter(
        agency_id=int(given["agency"]) if "agency" in given else None,
        region=given.get("district"),
        kind=given.get("kind"),
    )
    context: dict[str, Any] = {
        "words": WORDS,
        "selects": filters.selects(offered, given),
        "chips": filters.chips(request.GET, offered, given),
        "unread": filters.unread(request.GET, offered, given),
    }
    if "week" in given:
        return render(request, "web/supervision/overdue.html", context | _of_week(actor, wanted, given["week"]))
    found = overdue_tasks(actor, wanted, now=now, cursor=filters.cursor(request.GET), size=PAGE_SIZE)
    told = fired(actor, [row["id"] for row in found.rows])
    shown = overdue_agencies(actor, wanted, now=now)
    # A long list is counted up to a thousand; the agencies' counts beside it are whole, and these are one figure.
    count = f"{sum(row.overdue for row in shown):,}"
    lines = [_line(actor, row, told.get(row["id"], [])) for row in found.rows]
    context |= {
        "agencies": shown,
        "page": filters.paged(found, lines) | {"total": count},
        "total": Label(f"共 {count} 件", f"{count} in all"),
    }
    return render(request, "web/supervision/overdue.html", context)


def _offered(actor: Actor, agencies: list[AgencyOverdue], now: datetime) -> list[filters.Select]:
    named = [(str(row.agency["id"]), row.agency["name"]) for row in agencies]
    monday = timezone.localtime(now, CHINA).date()
    monday -= timedelta(days=monday.weekday())
    weeks = [monday - timedelta(weeks=n) for n in range(WEEKS)]
    return [
        filters.Select("agency", say(WORDS["agency"]), say(Label("全部单位", "All agencies")), named),
        filters.Select(
            "district",
            say(Label("区县", "District")),
            say(Label("全部区县", "All districts")),
            filters.districts(actor, get_directory()),
        ),
        filters.Select(
            "kind",
            say(WORDS["task"]),
            say(Label("全部事项", "All tasks")),
            [(code, kind.label) for code, kind in KINDS.items()],
        ),
        filters.Select(
            "week",
            say(Label("时间", "Time")),
            say(Label("目前", "Now")),
            [(day.isoformat(), _week_name(day)) for day in weeks],
        ),
    ]


def _week_name(monday: date) -> Label:
    sunday = monday + timedelta(days=6)
    return Label(f"{monday:%m-%d} 至 {sunday:%m-%d} 一周", f"Week of {monday:%m-%d} to {sunday:%m-%d}")


def _line(actor: Actor, row: Row, told: list[Row]) -> dict[str, Any]:
    return {
        **row,
        "label": KINDS[row["kind"]].label,
        "tags": tags(told),
        "who": row["assignee"]["name"] if row["assignee"] else "",
        "urge": "" if row["urged"] else urge_href(actor, row["number"], row["region"]["code"], row["id"]),
    }


def _of_week(actor: Actor, wanted: OverdueFilter, week: str) -> dict[str, Any]:
    monday = datetime.combine(date.fromisoformat(week), datetime.min.time(), CHINA)
    until = min(monday + timedelta(weeks=1), clock.now())
    # Of a week that is over its Sunday is the last day, as in the bulletin: the instant of its end is Monday already.
    last = min(monday.date() + timedelta(days=6), until.astimezone(CHINA).date())
    rows = overdue_work(actor, since=monday, until=until, region=wanted.region, agency_id=wanted.agency_id)
    rows = [row for row in rows if wanted.kind in (None, row.kind)]
    told = fired(actor, [row.task_id for row in rows[:MOST_SHOWN]])
    count = f"{len(rows):,}"
    shown = Label(f"共 {count} 件，列出前 {MOST_SHOWN} 件", f"{count} in all, the first {MOST_SHOWN} are listed")
    return {
        "week": _week_name(monday.date()),
        "rows": [_past(row, last, told.get(row.task_id, [])) for row in rows[:MOST_SHOWN]],
        "page": {"total": count},
        "total": shown if len(rows) > MOST_SHOWN else Label(f"共 {count} 件", f"{count} in all"),
    }


def _past(row: OverdueWork, last: date, told: list[Row]) -> dict[str, Any]:
    calendar = calendar_for(row.region["code"], get_directory())
    end = row.closed_at.astimezone(CHINA).date() if row.closed_at else last
    return {
        "work": row,
        "label": KINDS[row.kind].label,
        "days": working_days_between(row.due_at.astimezone(CHINA).date(), end, calendar),
        "tags": tags(told),
    }
