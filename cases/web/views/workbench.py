"""工作台: the first page of the day, of each sort of person."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from audit import clock
from cases.web.frame import is_separated
from cases.web.pages import PageRequest, page
from cases.web.show.desk import crew, officer, overseer
from cases.web.show.settings import entrance
from cases.web.show.starts import starts


@page
def workbench(request: PageRequest) -> HttpResponse:
    """What is due; for the three separated administrators, who have no work on cases, what is theirs."""
    actor, now = request.actor, clock.now()
    if is_separated(actor):
        return render(request, "web/settings/index.html", {**entrance.context(actor), "home": True})
    if overseer.oversees(actor):
        return render(request, "web/desk/overseer.html", overseer.desk(actor, now))
    if crew.is_crew(actor):
        return render(request, "web/desk/crew.html", crew.desk(actor, request.GET.dict(), now))
    context = officer.desk(actor, request.GET.dict(), now)
    return render(request, "web/workbench.html", {**context, "starts": starts(actor)})


@page
def more(request: PageRequest) -> HttpResponse:
    """Everything the bottom bar of a phone has no room for."""
    return render(request, "web/more.html")
