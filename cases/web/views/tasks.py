"""待办: everything my agency owes, by due date, with filters and a keyset pager."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from agencies.actors import Actor
from agencies.directory import get_directory
from agencies.vocabulary import Label
from audit import clock
from cases.selectors.tasks import TaskFilter, list_tasks
from cases.web import filters
from cases.web.pages import PageRequest, page
from cases.web.show import tasks, words
from cases.web.show.bulk import bar
from cases.web.show.desk import officer, works
from cases.web.show.words import say
from cases.workflow.task_kinds import KINDS

PAGE_SIZE = 25
WORK = Label("类别", "Sort")
ALL_SORTS = Label("全部类别", "All sorts")


@page
def task_list(request: PageRequest) -> HttpResponse:
    """The list behind the workbench's figures."""
    now = clock.now()
    selects = offered(request.actor)
    given = filters.given(request.GET, selects)
    wanted = wanted_of(request.actor, given, now)
    found = list_tasks(request.actor, wanted, now=now, cursor=filters.cursor(request.GET), size=PAGE_SIZE)
    told = officer.rows(request.actor, found.rows, now)
    rows = [told[row["id"]] for row in found.rows]
    context = {
        "page": filters.paged(found, rows),
        "selects": filters.selects(selects, given),
        "chips": filters.chips(request.GET, selects, given),
        "unread": filters.unread(request.GET, selects, given),
        "receiving": given.get("work") == works.RECEIVE,
        "bulk": bar(request.actor, "tasks", request.GET, found.total_text),
    }
    return render(request, "web/tasks.html", context)


def offered(actor: Actor) -> list[filters.Select]:
    """The drop-downs of the list."""
    receipts = [("no", gettext("待签收")), ("yes", gettext("已签收"))]
    return [
        filters.Select("stage", gettext("阶段"), gettext("全部阶段"), [(k, v.text) for k, v in words.STAGES.items()]),
        filters.Select("district", gettext("区县"), gettext("全部区县"), filters.districts(actor, get_directory())),
        filters.Select("kind", gettext("事项"), gettext("全部事项"), [(k, v.label) for k, v in KINDS.items()]),
        filters.Select("work", say(WORK), say(ALL_SORTS), [(key, say(label)) for key, label in works.NAMES.items()]),
        filters.Select(
            "assignee",
            gettext("承办人"),
            say(works.WHOSE["all"]),
            [("can", say(works.WHOSE["can"])), ("me", say(works.WHOSE["mine"]))],
        ),
        filters.Select(
            "due",
            gettext("期限"),
            gettext("全部期限"),
            [
                ("overdue", gettext("已超期")),
                ("today", gettext("今日到期")),
                ("week", gettext("本周到期")),
                ("later", gettext("之后")),
                ("paused", gettext("暂停计时")),
            ],
        ),
        filters.Select("accepted", gettext("签收"), gettext("全部"), receipts),
    ]


def wanted_of(actor: Actor, given: dict[str, str], now: datetime) -> TaskFilter:
    """What the chosen values narrow the list to."""
    wanted = replace(
        tasks.spans(now).get(given.get("due", ""), TaskFilter()),
        stage=given.get("stage"),
        region=given.get("district"),
        kind=given.get("kind"),
        accepted={"no": False, "yes": True}.get(given.get("accepted", "")),
    )
    return works.narrowed(
        actor,
        wanted,
        whose={"me": "mine"}.get(given.get("assignee", ""), given.get("assignee", "")),
        work=given.get("work", ""),
    )
