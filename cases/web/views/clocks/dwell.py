"""用时统计: who held work how long over a period, as a page and as a file."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from agencies.access.rates import EXPORTS, spend
from agencies.visibility import sight_keys
from audit import clock
from cases.selectors.clocks.dwell import dwell
from cases.selectors.paging import Row
from cases.web import filters
from cases.web.pages import PageRequest, page
from cases.web.show.clocks import dwell as show
from cases.web.show.words import say
from cases.web.taking import taken
from cases.workflow.errors import NotVisible
from cases.workflow.workdays import calendar_for


@page
def working_time(request: PageRequest) -> HttpResponse:
    """The figures with their filters; the heads of the columns sort."""
    selects, given, asked, rows = _read(request)
    order = given.get("order", "running")
    context = {
        "page": {"total": show.found(rows, asked.by)},
        "rows": [show.line(row, asked.by) for row in rows],
        "by": say(show.BY[asked.by]),
        "columns": [
            {"text": say(text), "href": filters.with_value(request.GET, "order", name), "current": name == order}
            for name, text in show.COLUMNS.items()
        ],
        "selects": filters.selects(selects, given),
        "chips": filters.chips(request.GET, selects, given),
        "unread": filters.unread(request.GET, selects, given),
        "first": asked.first.isoformat(),
        "last": asked.last.isoformat(),
        "problems": [{"field": name, "text": text} for name, text in asked.problems.items()],
        "typed": {name: request.GET.get(name, "").strip() for name in ("from", "to")},
        "query": request.GET.urlencode(),
    }
    return render(request, "web/clocks/dwell.html", context, status=400 if asked.problems else 200)


@page
def working_time_file(request: PageRequest, kind: str) -> HttpResponse:
    """What the page shows, as XLSX or CSV; taking it is logged."""
    if kind not in ("xlsx", "csv"):
        raise NotVisible
    _, _, asked, rows = _read(request)
    spend(EXPORTS, str(request.actor.user_id))
    return taken(request, show.table(rows, asked.by), kind, what="working_time", name="working-time")


def _read(request: PageRequest) -> tuple[list[filters.Select], dict[str, str], show.Asked, list[Row]]:
    if not sight_keys(request.actor):
        raise NotVisible
    selects = show.offered(request.actor)
    given = filters.given(request.GET, selects)
    asked = show.asked(request.GET, given, clock.now())
    rows = dwell(request.actor, asked.wanted, (asked.by,), calendar_for, sort=given.get("order", "running"))
    return selects, given, asked, rows
