"""驾驶舱: the figures of a region over a period, the cases behind each, and its tables as files."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from agencies.access.rates import EXPORTS, spend
from agencies.directory import get_directory
from audit import clock
from cases.selectors.dashboard.listing import Place, behind, listable
from cases.selectors.dashboard.scope import Scope, scope_of
from cases.web import filters
from cases.web.pages import PageRequest, page
from cases.web.show.dashboard import listed
from cases.web.show.dashboard import page as show
from cases.web.show.dashboard.asked import asked
from cases.web.show.dashboard.facts import read
from cases.web.taking import taken
from cases.workflow.errors import NotVisible

PAGE_SIZE = 25


@page
def dashboard(request: PageRequest) -> HttpResponse:
    """Everything on one page; `fresh` counts the working time anew."""
    scope, now = _scope(request), clock.now()
    wanted = asked(request.GET, now)
    facts = read(request.actor, scope, wanted, now, fresh=request.GET.get("fresh") == "1")
    context = show.context(facts, request.GET)
    return render(request, "web/dashboard/page.html", context, status=400 if wanted.problems else 200)


@page
def dashboard_cases(request: PageRequest) -> HttpResponse:
    """The cases that a figure counts, the newest first."""
    scope = _scope(request)
    wanted = asked(request.GET, clock.now())
    figure, region = request.GET.get("of", ""), request.GET.get("region", "")
    subject = request.GET.get("subject", "")
    if figure not in listable(scope) or (region and region not in get_directory().regions):
        raise NotVisible
    flags = {name: request.GET.get(name) == "1" for name in ("exactly", "outside")}
    place = Place(region or None, subject=subject or None, **flags)
    found = behind(request.actor, wanted.span, figure, place, cursor=filters.cursor(request.GET), size=PAGE_SIZE)
    context: dict[str, Any] = {
        "page": filters.paged(found, found.rows),
        "listed": listed.about(wanted, figure, request.GET),
        "back": wanted.page(),
    }
    return render(request, "web/dashboard/cases.html", context)


@page
def dashboard_file(request: PageRequest, name: str, kind: str) -> HttpResponse:
    """One table as XLSX or CSV; taking it is logged."""
    scope, now = _scope(request), clock.now()
    if kind not in ("xlsx", "csv") or name not in show.TABLES:
        raise NotVisible
    spend(EXPORTS, str(request.actor.user_id))
    table = show.table(read(request.actor, scope, asked(request.GET, now), now), name)
    if table is None:
        raise NotVisible
    return taken(request, table, kind, what="dashboard", name=f"dashboard-{name}")


def _scope(request: PageRequest) -> Scope:
    scope = scope_of(request.actor)
    if scope is None:
        raise NotVisible
    return scope
