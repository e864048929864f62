"""停电赔偿登记: what wrong cuts leave to be compensated, to read and to take along."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from agencies.access.rates import EXPORTS, spend
from cases.selectors.records.compensation import MOST_EXPORTED, compensations
from cases.web import filters
from cases.web.pages import PageRequest, page
from cases.web.show.law import compensation as show
from cases.web.show.records import access as access_page
from cases.web.show.words import say
from cases.web.taking import attachment

PAGE_SIZE = 25


@page
def register(request: PageRequest) -> HttpResponse:
    """The cases of this person in which a cut was wrong."""
    found = compensations(request.actor, cursor=filters.cursor(request.GET), size=PAGE_SIZE)
    return render(request, "web/compensation.html", {"page": filters.paged(found, list(show.lines(found.rows)))})


@page
def register_csv(request: PageRequest) -> HttpResponse:
    """The same as a file; taking it is logged."""
    spend(EXPORTS, str(request.actor.user_id))
    rows = [show.cells(line) for line in show.lines(compensations(request.actor, size=MOST_EXPORTED).rows)]
    content = access_page.as_csv([say(head) for head in show.HEADS], rows)
    access_page.note_export(request, "compensation", len(rows), content)
    return attachment(content, "compensation.csv")
