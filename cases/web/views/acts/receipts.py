"""The receipt of one act: for whoever did it, and for whoever reads that event of the case."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from audit import clock
from cases.selectors.case import get_case
from cases.web.pages import PageRequest, page
from cases.web.show.acts import receipt as shown
from cases.workflow.errors import NotVisible


@page
def receipt(request: PageRequest, number: str, seq: int) -> HttpResponse:
    """What was done, what it led to, whose turn it is, and what this person does next."""
    case = get_case(request.actor, number)
    row = shown.event_of(request.actor, case, seq) if case else None
    if case is None or row is None:
        raise NotVisible
    return render(request, "web/acts/receipt.html", shown.build(request.actor, case, row, clock.now()))
