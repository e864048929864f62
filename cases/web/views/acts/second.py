"""The second person: the first one's page with the code, and the page on which the other types or scans it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from audit import clock
from cases.selectors.case import get_case
from cases.selectors.paging import Row
from cases.web.pages import PageRequest, page
from cases.web.show import case as case_page
from cases.web.show.acts.second import standing
from cases.web.show.words import say
from cases.workflow.deciding.available import case_and_actions
from cases.workflow.errors import NotVisible, WorkflowError
from cases.workflow.second import codes
from cases.workflow.second.redeeming import redeem
from cases.workflow.transitions import TRANSITIONS


@page
def waiting(request: PageRequest, number: str, action: str) -> HttpResponse:
    """Show a code for the act that waits for another person, and follow how it goes; the other is led to the act."""
    case, now = _case(request, number, action), clock.now()
    if request.method == "POST":
        codes.mint(request.actor, case["id"], action, now=now)
        return redirect("web:second", number=case["number"], action=action)
    view, acts = case_and_actions(case_id=case["id"], actor=request.actor, now=now)
    if any(act.action == action and act.allowed for act in acts):
        return redirect("web:action", number=case["number"], action=action)
    shown = codes.current(request.actor, case["id"], action)
    if shown is None and codes.waits_for_another(view, TRANSITIONS[action], request.actor) is None:
        raise codes.NobodyWaits
    return render(request, "web/acts/second.html", _context(request, case, action, shown))


@page
def state(request: PageRequest) -> HttpResponse:
    """The part of that page which follows live. Asked for by an open page: no sign of a person."""
    action = request.GET.get("act", "")
    case = _case(request, request.GET.get("case", ""), action)
    shown = codes.current(request.actor, case["id"], action)
    if shown is None:
        raise NotVisible
    return render(request, "web/acts/second_state.html", _context(request, case, action, shown))


@page
def enter(request: PageRequest) -> HttpResponse:
    """Type the six digits, or find them filled in by the address that was scanned; then on to the act."""
    code, error, status = request.GET.get("code", ""), "", 200
    if request.method == "POST":
        code = request.POST.get("code", "")
        try:
            found = redeem(code, request.actor, now=clock.now())
        except WorkflowError as refused:
            error, status = say(refused.text), refused.status
        else:
            return redirect("web:action", number=found.number, action=found.action)
    context = {"code": code[:20], "error": error, "locked": status == 429}
    return render(request, "web/acts/second_code.html", context, status=status)


def _context(request: PageRequest, case: Row, action: str, shown: codes.Shown | None) -> dict[str, Any]:
    now = clock.now()
    case = get_case(request.actor, case["number"]) or case
    follow = f"{reverse('web:second_state')}?case={case['number']}&act={action}"
    return {
        "case": case_page.heading(case),
        "second": standing(request, request.actor, case, action, shown, now),
        "follow": follow,
        "mint": reverse("web:second", args=[case["number"], action]),
        "back": reverse("web:case", args=[case["number"]]),
    }


def _case(request: PageRequest, number: str, action: str) -> Row:
    case = get_case(request.actor, number)
    if case is None or action not in TRANSITIONS or not TRANSITIONS[action].must_differ_from:
        raise NotVisible
    return case
