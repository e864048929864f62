"""案件: the list with its filters, and one case with everything about it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from agencies.access.rates import SEARCHES, spend
from agencies.access.reads import note_read
from audit import clock
from audit.access.writing import Way
from cases.selectors.case import find_case_id, get_case
from cases.selectors.cases import list_cases
from cases.web import filters
from cases.web.pages import PageRequest, page
from cases.web.show import case as case_page
from cases.web.show.bulk import bar
from cases.web.show.listing import page as listing
from cases.web.show.listing.asked import asked, jump
from cases.web.show.listing.kept import expanded
from cases.web.show.privacy.watermark import watermark
from cases.web.show.starts import starts
from cases.web.show.supervision.steps import with_steps
from cases.web.show.tips.sealed import links_of_case
from cases.workflow.deciding.available import available_actions
from cases.workflow.errors import NotVisible
from cases.workflow.listing import keeping

PAGE_SIZE = 25


@page
def case_list(request: PageRequest) -> HttpResponse:
    """The cases this person sees. An exact number goes straight to its case."""
    actor, now, typed = request.actor, clock.now(), request.GET.get("q", "").strip()
    if typed or request.GET.get("w"):
        spend(SEARCHES, str(actor.user_id))
    if typed and find_case_id(actor, typed):
        return redirect("web:case", number=typed.upper())
    saved, setting = keeping.views_of(actor), keeping.setting_of(actor)
    params, current = expanded(request.GET, saved, setting.view)
    found = asked(actor, params, now, saved)
    if (place := jump(found, request.GET.get("jump", ""))) is not None:
        return redirect(f"{reverse('web:cases')}{found.with_(after=place)}")
    listed = list_cases(actor, found.wanted, cursor=filters.cursor(request.GET), size=PAGE_SIZE, exact=True)
    context = listing.context(actor, found, listed, now, saved=saved, current=current)
    # What the bar acts on is this result with the conditions of its view, whichever way it was asked for.
    bulk = bar(actor, "cases", QueryDict(found.address.removeprefix("?")), listed.total_text)
    more = {"starts": starts(actor), "density": setting.density, "bulk": bulk}
    return render(request, "web/case_list.html", {**context, **more})


@page
def case_detail(request: PageRequest, number: str) -> HttpResponse:
    """One case: where it stands, what this person may do and why not the rest, evidence, findings, papers, history."""
    actor, now = request.actor, clock.now()
    case = get_case(actor, number)
    if case is None:
        raise NotVisible
    acts = available_actions(case_id=case["id"], actor=actor, now=now)
    context = case_page.build(actor, case, acts, now, request.GET)
    with_steps(actor, context["tasks"])
    context["tips"] = links_of_case(actor, case)
    if context["in_clear"]:
        _note_opened(request, case, context)
        context["watermark"] = watermark(request, now, case["number"])
    return render(request, "web/case_detail.html", context)


def _note_opened(request: PageRequest, case: dict[str, Any], context: dict[str, Any]) -> None:
    """For the access log: the items that stand in clear, and for what this person asked to see them.

    Before the page leaves: what cannot be logged is not shown.
    """
    note_read(
        actor=request.actor,
        way=Way.PAGE,
        case_id=case["id"],
        items=context["in_clear"],
        purpose=context["purpose"],
        rows=len(context["in_clear"]),
        request=request,
    )
