"""截至某日: the whole page of a case as it stood at the end of a past day, rebuilt from its events; read-only."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.http import HttpResponse
from django.shortcuts import render

from audit import clock
from cases.policy.dated import CHINA, readable_day
from cases.selectors.case import get_case
from cases.web.pages import PageRequest, page
from cases.web.show.casepage import past as show
from cases.workflow.errors import NotVisible


@page
def case_past(request: PageRequest, number: str) -> HttpResponse:
    """`on`: the day; one that is none, lies ahead, or before the case was opened is said to be so."""
    case = get_case(request.actor, number)
    if case is None:
        raise NotVisible
    now = clock.now()
    on = readable_day(request.GET.get("on", "").strip())
    found = show.build(request.actor, case, _end(on), now, request.GET) if on and on < _today(now) else None
    if found is None:
        context = show.nothing(case, on, _today(now))
        return render(request, "web/case/no_past.html", context, status=400 if on is None else 200)
    return render(request, "web/case_detail.html", found)


def _today(now: datetime) -> date:
    return now.astimezone(CHINA).date()


def _end(on: date) -> datetime:
    return datetime.combine(on + timedelta(days=1), time(), CHINA)
