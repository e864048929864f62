"""工作台: what is due, what waits for our receipt, what others owe us, and the messages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from agencies.actors import Actor
from audit import clock
from cases.selectors import pages
from cases.selectors.paging import CAP
from cases.selectors.tasks import TaskFilter, list_tasks
from cases.web.pages import PageRequest, page
from cases.web.show import tasks, words
from cases.web.show.starts import starts
from cases.workflow.task_kinds import STAGES

PER_GROUP = 12
INCOMING = 8


@page
def workbench(request: PageRequest) -> HttpResponse:
    """The first page of the day."""
    now, mine = clock.now(), request.GET.get("scope") == "mine"
    cuts = _cuts(now)
    counts = pages.due_counts(request.actor, now=now, today_end=cuts[1], week_end=cuts[2])
    incoming = _incoming(request.actor)
    others = pages.outgoing(request.actor, now=now)
    context = {
        "today": date_format(timezone.localtime(now), "Y-m-d l"),
        "starts": starts(request.actor),
        "tiles": _tiles(counts, others, incoming["total"]),
        "scopes": _scopes(request.actor, counts.total, mine=mine, now=now),
        "groups": _groups(request.actor, now, cuts, counts, mine=mine),
        "incoming": incoming,
        "outgoing": {"rows": others, "count": sum(row["count"] for row in others)},
        "spread": _spread(pages.tasks_by_stage(request.actor)),
    }
    return render(request, "web/workbench.html", context)


@page
def more(request: PageRequest) -> HttpResponse:
    """Everything the bottom bar of a phone has no room for."""
    return render(request, "web/more.html")


def _cuts(now: datetime) -> tuple[datetime, datetime, datetime]:
    """Now, the end of today, the end of this week (Sunday midnight), local time."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return now, midnight + timedelta(days=1), midnight + timedelta(days=7 - midnight.weekday())


def _capped(n: int) -> str:
    return f"{n:,}" if n <= CAP else f"{CAP:,}+"


def _tiles(counts: pages.DueCounts, others: list[dict[str, Any]], waiting: int) -> list[dict[str, Any]]:
    late = sum(row["overdue"] for row in others)
    owed = sum(row["count"] for row in others)
    return [
        _tile("overdue", gettext("已超期"), "clock-exclamation", counts.overdue, gettext("请优先办理"), "bad"),
        _tile("today", gettext("今日到期"), "calendar-due", counts.today, gettext("今日下班前办理"), "warn"),
        _tile(
            "week", gettext("本周到期"), "calendar-event", counts.week, gettext("含今日 %(n)s 件") % {"n": counts.today}
        ),
        _tile("in", gettext("待签收移交"), "package-import", waiting, gettext("签收或退回")),
        _tile("out", gettext("对方办理中"), "package-export", owed, gettext("其中 %(n)s 件已超期") % {"n": late}),
    ]


def _tile(key: str, label: str, icon: str, count: int, hint: str, tone: str = "") -> dict[str, Any]:
    shown = tone if count else ""
    return {
        "key": key,
        "label": label,
        "icon": icon,
        "count": _capped(count),
        "hint": hint,
        "tone": shown,
        "href": f"#{key}",
    }


def _scopes(actor: Actor, total: int, *, mine: bool, now: datetime) -> list[dict[str, Any]]:
    given = list_tasks(actor, TaskFilter(assignee_id=actor.user_id), now=now, size=1)
    return [
        {"label": gettext("本机构"), "count": total, "href": "?", "current": not mine},
        {"label": gettext("分派给我"), "count": given.total_text, "href": "?scope=mine", "current": mine},
    ]


def _groups(
    actor: Actor, now: datetime, cuts: tuple[datetime, ...], counts: pages.DueCounts, *, mine: bool
) -> list[dict[str, Any]]:
    """Overdue, today, the rest of the week, later: the earliest of each; the list behind the link has all."""
    wanted = TaskFilter(assignee_id=actor.user_id if mine else None)
    rows = list_tasks(actor, wanted, now=now, size=100).rows
    named = [
        ("overdue", gettext("已超期"), "bad", counts.overdue),
        ("today", gettext("今日到期"), "warn", counts.today),
        ("week", gettext("本周其余"), "", counts.week - counts.today),
        ("later", gettext("之后"), "", counts.total - counts.overdue - counts.week),
    ]
    parts: list[list[Any]] = [[], [], [], []]
    for row in rows:
        parts[sum(row["due_at"] >= cut for cut in cuts)].append(row)
    groups = []
    for (key, label, tone, count), part in zip(named, parts, strict=True):
        shown = [{**tasks.shown(actor, row), "overdue": key == "overdue"} for row in part[:PER_GROUP]]
        number = len(part) if mine else count
        more_link = reverse("web:tasks") + (f"?assignee=me&due={key}" if mine else f"?due={key}")
        groups.append(
            {
                "key": key,
                "label": label,
                "tone": tone,
                "count": _capped(number),
                "rows": shown,
                "more": more_link if number > len(shown) else "",
            }
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
