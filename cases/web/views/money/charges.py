"""违约用电、窃电等计算: what was typed stands in the address, so that a result can be cited and opened again."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from audit import clock
from cases.billing.charging import FIELDS, NAMES, Answer, calculate
from cases.web.forms import draw
from cases.web.pages import PageRequest, page
from cases.workflow.errors import WorkflowError

# How sure a rule is, in words that stand beside the figures.
LONGEST = 80


@page
def charges(request: PageRequest) -> HttpResponse:
    """One of the calculators; with nothing typed it is the empty form."""
    asked = request.GET.get("kind", "")
    kind = asked if asked in FIELDS else next(iter(FIELDS))
    typed = {f.name: request.GET.get(f.name, "").strip()[:LONGEST] for f in FIELDS[kind]}
    answer: Answer | None = None
    refused: WorkflowError | None = None
    if any(typed.values()):
        try:
            answer = calculate(kind, typed, today=timezone.localtime(clock.now()).date())
        except WorkflowError as error:
            refused = error
    context = {
        "kind": kind,
        "kinds": NAMES.items(),
        "fields": draw(FIELDS[kind], typed, errors=refused.fields if refused else None, path=""),
        "answer": answer,
        "refused": refused if refused and not refused.fields else None,
        "wrong": len(refused.fields) if refused else 0,
    }
    return render(request, "web/money/charges.html", context, status=refused.status if refused else 200)
