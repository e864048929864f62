"""工作台: what is due, what waits for our receipt, what others owe us, and the messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from agencies.actors import Actor
from audit import clock
from cases.intake.suggestions.reading import open_pairs
from cases.selectors import pages
from cases.selectors.paging import CAP
from cases.selectors.tasks import TaskFilter, list_tasks
from cases.web.frame import is_separated
from cases.web.pages import PageRequest, page
from cases.web.show import tasks, words
from cases.web.show.starts import starts
from cases.workflow.task_kinds import STAGES

PER_GROUP = 12
INCOMING = 8


@page
def workbench(request: PageRequest) -> HttpResponse:
    """The first page of the day; for the three separated administrators, who have no work on cases, what is theirs."""
    if is_separated(request.actor):
        return render(request, "web/more.html", {"home": True})
    now, mine = clock.now(), request.GET.get("scope") == "mine"
    today_end, week_end = tasks.cuts(now)
    counts = pages.due_counts(request.actor, now=now, today_end=today_end, week_end=week_end)
    incoming = _incoming(request.actor)
    others = pages.outgoing(request.actor, now=now)
    context = {
        "today": date_format(timezone.localtime(now), "Y-m-d l"),
        "starts": starts(request.actor),
        "tiles": _tiles(counts, others, incoming["total"]),
        "scopes": _scopes(request.actor, counts.total, mine=mine, now=now),
        "groups": _groups(request.actor, now, mine=mine),
        "mine": mine,
        "incoming": incoming,
        "pairs": _capped(pairs) if (pairs := open_pairs(request.actor)) else "",
        "outgoing": {"rows": others, "count": sum(row["count"] for row in others)},
        "spread": _spread(pages.tasks_by_stage(request.actor)),
    }
    return render(request, "web/workbench.html", context)


@page
def more(request: PageRequest) -> HttpResponse:
    """Everything the bottom bar of a phone has no room for."""
    return render(request, "web/more.html")


def _capped(n: int) -> str:
    return f"{n:,}" if n <= CAP else f"{CAP:,}+"


def _tiles(counts: pages.DueCounts, others: list[dict[str, Any]], waiting: int) -> list[dict[str, Any]]:
    late, today = _capped(sum(row["overdue"] for row in others)), _capped(counts.today)
    owed = sum(row["count"] for row in others)
    return [
        _tile("overdue", gettext("已超期"), "clock-exclamation", counts.overdue, gettext("请优先办理"), "bad"),
        _tile("today", gettext("今日到期"), "calendar-due", counts.today, gettext("今日下班前办理"), "warn"),
        _tile("week", gettext("本周到期"), "calendar-event", counts.week, gettext("含今日 %(n)s 件") % {"n": today}),
        _tile("in", gettext("待签收移交"), "package-import", waiting, gettext("签收或退回")),
        _tile("out", gettext("对方办理中"), "package-export", owed, gettext("其中 %(n)s 件已超期") % {"n": late}),
    ]


def _tile(key: str, label: str, icon: str, count: int, hint: str, tone: str = "") -> dict[str, Any]:
    shown = tone if count else ""
    href = f"{reverse('web:tasks')}?due={key}" if key in tasks.DUE else f"#{key}"
    return {
        "key": key,
        "label": label,
        "icon": icon,
        "count": _capped(count),
        "hint": hint,
        "tone": shown,
        "href": href,
    }


def _scopes(actor: Actor, total: int, *, mine: bool, now: datetime) -> list[dict[str, Any]]:
    given = list_tasks(actor, TaskFilter(assignee_id=actor.user_id, stood_for=actor.stood_for), now=now, size=1)
    return [
        {"label": gettext("本机构"), "count": total, "href": "?", "current": not mine},
        {"label": gettext("分派给我"), "count": given.total_text, "href": "?scope=mine", "current": mine},
    ]


def _groups(actor: Actor, now: datetime, *, mine: bool) -> list[dict[str, Any]]:
    """Overdue, today, the rest of the week, later, standing still: the earliest of each; the link leads to all."""
    spans = tasks.spans(now)
    named = [
        ("overdue", gettext("已超期"), "bad", spans["overdue"]),
        ("today", gettext("今日到期"), "warn", spans["today"]),
        ("week", gettext("本周其余"), "", replace(spans["week"], due_from=spans["today"].due_before)),
        ("later", gettext("之后"), "", spans["later"]),
        ("paused", gettext("暂停计时"), "", spans["paused"]),
    ]
    groups = []
    for key, label, tone, span in named:
        wanted = replace(span, assignee_id=actor.user_id if mine else None, stood_for=actor.stood_for)
        found = list_tasks(actor, wanted, now=now, size=PER_GROUP)
        rows = [{**tasks.shown(actor, row), "overdue": key == "overdue"} for row in found.rows]
        query = urlencode({"due": key, **({"assignee": "me"} if mine else {})})
        more_link = f"{reverse('web:tasks')}?{query}" if found.next else ""
        groups.append(
            {"key": key, "label": label, "tone": tone, "count": found.total_text, "rows": rows, "more": more_link}
        )
    return [group for group in groups if group["rows"]]


def _incoming(actor: Actor) -> dict[str, Any]:
    """Hand-offs from other agencies that nobody here has received yet."""
    waiting, count = pages.incoming(actor, size=INCOMING)
    rows = [tasks.to_receive(actor, row) for row in waiting]
    more_link = reverse("web:tasks") + "?accepted=no" if count > len(rows) else ""
    return {"rows": rows, "count": _capped(count), "total": count, "more": more_link}


def _spread(by_stage: dict[str, int]) -> dict[str, Any]:
    """Open tasks by stage, as a bar drawn on the server."""
    total, x, bars = sum(by_stage.values()), 0.0, []
    for stage in STAGES:
        count = by_stage.get(stage, 0)
        width = round(100 * count / total, 2) if total else 0.0
        look = words.STAGES[stage]
        href = f"{reverse('web:tasks')}?stage={stage}"
        # SVG numbers are written by str(): a localised decimal comma would break the drawing.
        bars.append(
            {"css": look.css, "label": look.text, "count": count, "x": str(x), "width": str(width), "href": href}
        )
        x = round(x + width, 2)
    return {"total": total, "bars": bars}
