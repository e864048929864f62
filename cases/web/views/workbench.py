"""工作台: the first page of the day, of each sort of person."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from audit import clock
from cases.web.frame import is_separated
from cases.web.pages import PageRequest, page
from cases.web.show.desk import officer
from cases.web.show.starts import starts


@page
def workbench(request: PageRequest) -> HttpResponse:
    """What is due; for the three separated administrators, who have no work on cases, what is theirs."""
    if is_separated(request.actor):
        return render(request, "web/more.html", {"home": True})
    context = officer.desk(request.actor, request.GET.dict(), clock.now())
    return render(request, "web/workbench.html", {**context, "starts": starts(request.actor)})


@page
def more(request: PageRequest) -> HttpResponse:
    """Everything the bottom bar of a phone has no room for."""
    return render(request, "web/more.html")
