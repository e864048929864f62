"""疑似同一场所: pairs of cases that a list suggests, one beside the other, and the answer that they are two."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from agencies.access.reads import note_read
from agencies.actors import Actor
from agencies.directory import get_directory
from audit import clock
from audit.access.writing import Way
from cases.intake.suggestions.answering import reject
from cases.intake.suggestions.reading import Wanted, find_suggestion, list_suggestions
from cases.intake.suggestions.words import words_of
from cases.policy.matching.weights import comparisons
from cases.selectors.case import MAX_NUMBER
from cases.web import filters
from cases.web.pages import PageRequest, page
from cases.web.show.privacy.watermark import watermark
from cases.web.show.sites import suggestions as suggestion_page
from cases.web.show.words import say
from cases.workflow.errors import GuardRefused, InvalidInput, NotVisible

PAGE_SIZE = 25


@page
def suggestions(request: PageRequest) -> HttpResponse:
    """The pairs that wait for an answer, the likeliest first; by their state also those that were answered."""
    offered = _offered(request.actor)
    given, number = filters.given(request.GET, offered), request.GET.get("case", "").strip()[:MAX_NUMBER]
    wanted = Wanted(given.get("state", "open"), given.get("district", ""), number, given.get("reason", ""))
    found = list_suggestions(request.actor, wanted, cursor=filters.cursor(request.GET), size=PAGE_SIZE)
    context = {
        "page": filters.paged(found, [suggestion_page.row(row) for row in found.rows]),
        "selects": filters.selects(offered, given),
        "chips": filters.chips(request.GET, offered, given),
        "typed": number,
        "unread": filters.unread(request.GET, offered, given),
        "open": wanted.state == "open",
    }
    return render(request, "web/sites/suggestions.html", context)


@page
def suggestion(request: PageRequest, suggestion_id: UUID) -> HttpResponse:
    """Two dossiers side by side. A POST says that they are two."""
    refused, status = "", 200
    if request.method == "POST":
        try:
            reject(actor=request.actor, suggestion_id=suggestion_id, why=request.POST.get("why", ""), now=clock.now())
        except (InvalidInput, GuardRefused) as error:
            refused, status = _said(error), error.status
        else:
            messages.success(request, gettext("已记录为不是同一场所，以后不再提示，也不自动并案"))
            return redirect("web:suggestion", suggestion_id=suggestion_id)
    found = find_suggestion(request.actor, suggestion_id)
    both = suggestion_page.sides(request.actor, found) if found else []
    if found is None or len(both) != len(found["cases"]):
        raise NotVisible
    context = suggestion_page.comparison(request.actor, found, both) | {"refused": refused}
    if _note_opened(request, both):
        context["watermark"] = watermark(request, clock.now(), "")
    return render(request, "web/sites/suggestion.html", context, status=status)


def _note_opened(request: PageRequest, both: list[suggestion_page.Side]) -> bool:
    """For the access log, before the page leaves: what stands in clear, of each case; whether there is any."""
    for side in both:
        if side.in_clear:
            note_read(
                actor=request.actor,
                way=Way.PAGE,
                case_id=side.case["id"],
                items=side.in_clear,
                purpose="",
                rows=len(side.in_clear),
                request=request,
            )
    return any(side.in_clear for side in both)


def _said(error: InvalidInput | GuardRefused) -> str:
    return say(error.fields["why"]) if error.fields else say(error.text)


def _offered(actor: Actor) -> list[filters.Select]:
    states = [(code, text) for code, (text, _tone) in suggestion_page.STATES.items() if code != "open"]
    return [
        filters.Select("state", gettext("状态"), say(suggestion_page.STATES["open"][0]), states),
        filters.Select("district", gettext("区县"), gettext("全部区县"), filters.districts(actor, get_directory())),
        filters.Select(
            "reason", gettext("依据"), gettext("全部依据"), [(code, words_of(code)) for code in comparisons()]
        ),
    ]
