"""时限: the clocks of one case, now or as they stood at the end of a past day."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from agencies.directory import get_directory
from audit import clock
from cases.policy.clocks import end_of
from cases.policy.dated import CHINA, readable_day
from cases.selectors.clocks.case import case_clocks
from cases.web.pages import PageRequest, page
from cases.web.show.clocks import case as show
from cases.workflow.errors import NotVisible
from cases.workflow.workdays import calendar_for


@page
def case_clock(request: PageRequest, number: str) -> HttpResponse:
    """What ran, what stood still and why, what is left; `on` a past day as it was known then."""
    now = clock.now()
    today = now.astimezone(CHINA).date()
    typed = request.GET.get("on", "").strip()
    on = readable_day(typed) if typed else today
    wrong = on is None or on > today
    found = case_clocks(request.actor, number, end_of(today if wrong or on is None else on, now), calendar_for)
    if found is None:
        raise NotVisible
    calendar = calendar_for(found["region"]["code"], get_directory())
    before = not wrong and on is not None and on < found["opened_at"].astimezone(CHINA).date()
    context = {
        "case": found["case"],
        "whole": found["whole"],
        "at": found["at"],
        "past": not wrong and on != today,
        "typed": typed or today.isoformat(),
        "today": today.isoformat(),
        "opened_on": found["opened_at"].astimezone(CHINA).date().isoformat(),
        "wrong": wrong,
        "before": before,
        "calendar": found["calendar"],
        **show.page(found, calendar),
    }
    return render(request, "web/clocks/case.html", context, status=400 if wrong else 200)
