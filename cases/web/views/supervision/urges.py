"""督办: what supervision has asked of whom, until when, and the answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from agencies.actors import Actor
from agencies.directory import get_directory
from agencies.vocabulary import Label
from audit import clock
from cases.policy.calendar import working_days_between
from cases.policy.dated import CHINA
from cases.selectors.overdue.urges import STATES, UrgeFilter, urges
from cases.selectors.paging import Row
from cases.web import filters
from cases.web.pages import PageRequest, page
from cases.web.show.tasks import is_for
from cases.web.show.words import say
from cases.workflow.forms.cooperation import URGENCY
from cases.workflow.task_kinds import KINDS
from cases.workflow.workdays import calendar_for

PAGE_SIZE = 25
LEVELS = dict(URGENCY)
STATE_WORDS = dict(
    zip(
        STATES,
        (
            Label("未答复", "Not answered"),
            Label("已答复", "Answered"),
            Label("已退回", "Returned"),
            Label("已撤销", "Called off"),
        ),
        strict=True,
    )
)
WORDS = {
    "title": Label("督办", "Supervision"),
    "sub": Label("督查单位提出的督办和被督办单位的答复", "What supervision has asked, and how it was answered"),
    "overdue": Label("逾期事项", "Overdue work"),
    "rules": Label("期限与催办规则", "Rules of deadlines and reminders"),
    "filter": Label("筛选", "Filter"),
    "ask": Label("查询", "Search"),
    "reset": Label("重置", "Reset"),
    "list": Label("督办清单", "List"),
    "case": Label("案件", "Case"),
    "whom": Label("被督办单位", "Asked of"),
    "demand": Label("督办要求", "Demand"),
    "asked": Label("提出", "Asked"),
    "due": Label("答复期限", "Answer due"),
    "answer": Label("答复", "Answer"),
    "about": Label("事项", "Task"),
    "late": Label("逾期", "late"),
    "in_time": Label("按期", "in time"),
    "reply": Label("去答复", "Answer"),
    "hidden": Label("内容见案件办理记录", "See the record of the case"),
    "one": Label(
        "同一单位在同一案件上有未答复的督办时，不能再次督办；答复或撤销后可再提出。",
        "While one question to an agency on a case is open, no second can be asked; after the answer it can.",
    ),
    "none": Label("没有督办", "Nothing has been asked"),
    "none_text": Label(
        "督查人员可在案件页或逾期事项中提出督办", "Supervisors ask from the page of a case or from the overdue work"
    ),
    "scroll": Label("表格，可左右滚动", "Table, scrolls sideways"),
}


@page
def urge_list(request: PageRequest) -> HttpResponse:
    """The questions this person may know of: the latest first, or by deadline."""
    actor, now = request.actor, clock.now()
    offered = _offered(actor)
    given = filters.given(request.GET, offered)
    wanted = UrgeFilter(
        agency_id=int(given["agency"]) if "agency" in given else None,
        state=given.get("state"),
        level=given.get("level"),
        region=given.get("district"),
        late={"yes": True, "no": False}.get(given.get("late", "")),
    )
    found = urges(
        actor,
        wanted,
        now=now,
        by_due=given.get("sort") == "due",
        cursor=filters.cursor(request.GET),
        size=PAGE_SIZE,
    )
    context = {
        "words": WORDS,
        "page": filters.paged(found, [_line(actor, row, now) for row in found.rows]),
        "total": Label(f"共 {found.total_text} 件", f"{found.total_text} in all"),
        "selects": filters.selects(offered, given),
        "chips": filters.chips(request.GET, offered, given),
        "unread": filters.unread(request.GET, offered, given),
    }
    return render(request, "web/supervision/urges.html", context)


def _offered(actor: Actor) -> list[filters.Select]:
    directory = get_directory()
    own = tuple({post.region_code for post in actor.posts})
    agencies = [
        (str(a.id), a.name)
        for a in directory.by_code.values()
        if a.active and not a.is_unit and a.region_code.startswith(own)
    ]
    everything = say(Label("全部", "All"))
    return [
        filters.Select("state", say(Label("答复情况", "State")), everything, list(STATE_WORDS.items())),
        filters.Select(
            "late",
            say(Label("是否逾期", "Lateness")),
            everything,
            [("yes", Label("逾期未答复或逾期答复", "Late")), ("no", Label("未逾期", "Not late"))],
        ),
        filters.Select("agency", say(WORDS["whom"]), say(Label("全部单位", "All agencies")), agencies),
        filters.Select("level", say(Label("方式", "Level")), everything, list(LEVELS.items())),
        filters.Select(
            "district",
            say(Label("区县", "District")),
            say(Label("全部区县", "All districts")),
            filters.districts(actor, directory),
        ),
        filters.Select(
            "sort",
            say(Label("排序", "Order")),
            say(Label("新的在前", "Latest first")),
            [("due", Label("答复期限先后", "By deadline"))],
        ),
    ]


def _line(actor: Actor, row: Row, now: datetime) -> dict[str, Any]:
    end = row["closed_at"] or now
    late = end > row["due_at"]
    mine = row["state"] == "open" and is_for(actor, {**row, "roles": row["roles"]})
    query = urlencode({"task": str(row["id"])})
    return {
        **row,
        "level_text": LEVELS.get(row["level"], ""),
        "about_text": KINDS[row["about"]].label if row["about"] in KINDS else "",
        "state_text": STATE_WORDS[row["state"]],
        "late": _late(row, end) if late else None,
        "reply": f"{reverse('web:action', args=[row['number'], 'answer_urge'])}?{query}" if mine else "",
    }


def _late(row: Row, end: datetime) -> Label:
    calendar = calendar_for(row["region_code"], get_directory())
    days = working_days_between(
        timezone.localtime(row["due_at"], CHINA).date(), timezone.localtime(end, CHINA).date(), calendar
    )
    return Label(f"逾期 {days} 个工作日", f"{days} working days late") if days else WORDS["late"]
