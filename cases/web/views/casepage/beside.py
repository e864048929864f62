"""What the page of a case shows in short, in full: the measures with every condition, and all that happened."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from audit import clock
from cases.selectors.case import get_case
from cases.selectors.paging import Row
from cases.selectors.reach.parts import reading
from cases.selectors.timeline import beginning_with
from cases.web import filters
from cases.web.pages import PageRequest, page
from cases.web.show.case import heading
from cases.web.show.casepage.history import history
from cases.web.show.law.options import options
from cases.workflow.errors import NotVisible

PAGE_SIZE = 50


@page
def measures(request: PageRequest, number: str) -> HttpResponse:
    """Every measure by the rules and facts of today or another day, with all that is missing."""
    case = _case(request, number)
    read = reading(request.actor, case["id"])
    found = options(request.actor, case, clock.now(), read, request.GET.get("on", ""))
    if found is None:
        raise NotVisible
    return render(request, "web/case/measures.html", {"case": heading(case), "options": found})


@page
def case_history(request: PageRequest, number: str) -> HttpResponse:
    """Every act that this person reads of the case, with all it changed; `from` begins at one of them."""
    case = _case(request, number)
    read = reading(request.actor, case["id"])
    cursor = filters.cursor(request.GET)
    first = request.GET.get("from", "")
    if not cursor and first.isascii() and first.isdigit() and len(first) < 10:
        cursor = beginning_with(int(first))
    told = history(request.actor, case, read, cursor=cursor, size=PAGE_SIZE, most=None)
    return render(request, "web/case/history.html", {"case": heading(case), "timeline": told})


def _case(request: PageRequest, number: str) -> Row:
    case = get_case(request.actor, number)
    if case is None:
        raise NotVisible
    return case
