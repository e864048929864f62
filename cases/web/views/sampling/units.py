"""One drawn case: what a reviewer enters, and what became of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from agencies.access.rates import UPLOADS, spend
from audit import clock
from cases.models import Sample
from cases.oversight.sampling.access import find_sample, find_unit
from cases.oversight.sampling.reviewing import (
    KINDS,
    RESULTS,
    SEVERITIES,
    accept_correction,
    check_reviewer,
    note_finding,
    read_review,
)
from cases.selectors.paging import Row
from cases.selectors.sampling import ANSWERED, TO_REVIEW, UnitFilter, drawn_units, words_of
from cases.web.pages import PageRequest, page, post_only
from cases.web.show import sampling as shown
from cases.web.show.words import say
from cases.web.views.sampling.pages import _today
from cases.workflow.errors import InvalidInput, NotAllowed, NotVisible, WorkflowError

FIELDS = ("result", "kind", "severity", "opinion", "correct_by")


@page
def unit(request: PageRequest, sample_id: UUID, position: int) -> HttpResponse:
    """The form, or what was found; what was typed stays after every refusal."""
    sample = find_sample(request.actor, sample_id)
    if request.method != "POST":
        return _page(request, sample, position, None)
    spend(UPLOADS, str(request.actor.user_id))
    version = request.POST.get("version", "")
    known = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None
    try:
        review = read_review({name: request.POST.get(name, "") for name in FIELDS}, clock.now())
        note_finding(request.actor, sample, position, review, known, clock.now())
    except NotVisible:
        raise
    except WorkflowError as refused:
        return _page(request, sample, position, refused)
    messages.success(request, gettext("已登记抽查结论"))
    return redirect("web:sample", sample_id=sample.pk)


def _page(request: PageRequest, sample: Sample, position: int, refused: WorkflowError | None) -> HttpResponse:
    row = _row(request, sample, position)
    typed = {name: request.POST.get(name, "") for name in FIELDS}
    context: dict[str, Any] = {
        "words": shown.WORDS,
        "sample": sample,
        "unit": shown.unit(sample, row, _today()),
        "told": words_of(request.actor, row),
        "reviewing": row["state"] == TO_REVIEW,
        "accepting": row["state"] == ANSWERED,
        "conflict": _conflict(request, sample, position),
        "typed": typed,
        "errors": refused.fields if isinstance(refused, InvalidInput) else {},
        "refused": None if refused is None or isinstance(refused, InvalidInput) else refused,
        "results": [(code, text, typed["result"] == code) for code, text in RESULTS.items()],
        "kinds": [(code, text, typed["kind"] == code) for code, text in KINDS.items()],
        "severities": [(code, text, typed["severity"] == code) for code, text in SEVERITIES.items()],
    }
    return render(request, "web/sampling/unit.html", context, status=refused.status if refused else 200)


def _row(request: PageRequest, sample: Sample, position: int) -> Row:
    rows = drawn_units(request.actor, sample.pk, UnitFilter())
    found = next((row for row in rows if row["position"] == position), None)
    if found is None:
        raise NotVisible
    return found


def _conflict(request: PageRequest, sample: Sample, position: int) -> str:
    """Why this person does not review the case; empty where nothing stands in the way."""
    try:
        check_reviewer(request.actor, find_unit(request.actor, sample, position))
    except NotAllowed as refused:
        return say(refused.text)
    return ""


@post_only
@page
def accept(request: PageRequest, sample_id: UUID, position: int) -> HttpResponse:
    """The agency has answered, and the reviewer is content with it."""
    sample = find_sample(request.actor, sample_id)
    accept_correction(request.actor, sample, position, clock.now())
    messages.success(request, gettext("已销号"))
    return redirect("web:sample_unit", sample_id=sample.pk, position=position)
