"""个人信息清除: what is due to go, and the two steps by two people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from agencies.errors import AgencyError
from audit import clock
from cases.models.erasure import Erasure
from cases.retention import acts
from cases.retention.finding import proposals
from cases.web.pages import PageRequest, page
from cases.web.show.records import erasure as erasure_page
from cases.web.show.words import say
from cases.workflow.errors import NotAllowed, NotVisible

OPEN = [Erasure.State.PROPOSED.value, Erasure.State.CONFIRMED.value, Erasure.State.HELD.value]
DONE = [Erasure.State.ERASED.value]


@page
def erasures(request: PageRequest) -> HttpResponse:
    """What is due, or with ?view=done what has gone. A POST is one step of one erasure."""
    actor, leading = request.actor, erasure_page.visible(request.actor)
    if not leading:
        raise NotAllowed(erasure_page.NEITHER, code="may_not_erase")
    refused, status = None, 200
    if request.method == "POST":
        try:
            messages.success(request, _step(request, leading))
            return redirect("web:erasures")
        except AgencyError as error:
            refused, status = error.text, error.status
    done, now = request.GET.get("view") == "done", clock.now()
    context = {
        "rows": [erasure_page.row(actor, found, now) for found in proposals(actor, leading, DONE if done else OPEN)],
        "done": done,
        "holds": list(erasure_page.HOLDS.items()),
        "refused": say(refused) if refused else "",
    }
    return render(request, "web/erasures.html", context, status=status)


def _step(request: PageRequest, leading: list[int]) -> str:
    """Do what the button says and return the sentence about it."""
    asked = request.POST.get("erasure", "")
    found = next((one for one in proposals(request.actor, leading, OPEN + DONE) if str(one.pk) == asked), None)
    if found is None:
        raise NotVisible
    steps: dict[str, tuple[Callable[..., Any], dict[str, str], str]] = {
        "confirm": (acts.confirm, {}, gettext("已确认，请另一名审核人或签发人清除")),
        "erase": (acts.erase, {}, gettext("个人信息已清除，审计证明仍然有效")),
        "hold": (acts.hold, {"reason": request.POST.get("reason", "")}, gettext("已暂缓清除")),
    }
    step = steps.get(request.POST.get("do", ""))
    if step is None:
        raise NotVisible
    act, more, said = step
    act(actor=request.actor, erasure_id=found.pk, now=clock.now(), **more)
    return said
