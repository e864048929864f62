"""A list step by step: its columns confirmed, its rows looked at and set right, the import started or stopped."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from agencies.digits import from_digits
from audit import clock
from audit.access.writing import Way
from cases.intake.receiving import is_own, ring
from cases.intake.selectors import get_batch
from cases.intake.services import process_list
from cases.intake.steps.mapping import confirm_mapping
from cases.intake.steps.mending import mend_row
from cases.intake.steps.moving import cancel_list, commit_list, resume_list
from cases.intake.steps.preview import is_reading, run_preview
from cases.intake.steps.trial import note_trial, trial_rows
from cases.models import ListBatch
from cases.web import filters
from cases.web.pages import PageRequest, error_page, page, post_only
from cases.web.show import imports as import_page
from cases.web.show.lists import mapping as mapping_page
from cases.web.show.lists import preview as preview_page
from cases.web.show.lists.steps import next_address
from cases.web.show.privacy.watermark import watermark
from cases.web.show.words import say
from cases.workflow.errors import GuardRefused, InvalidInput, NotVisible

# A person waits this long for the answer; a longer list goes on in the background and its page shows how far it is.
PATIENCE_SECONDS = 20.0
# The step of a form that comes back from a new log-in: its page is looked at before anything is done.
LOOK = "edit"


@page
def mapping(request: PageRequest, batch_id: UUID) -> HttpResponse:
    """Which column is what; a POST confirms it and reads the list on trial."""
    batch = find_list(request, batch_id)
    if request.method != "POST" or request.POST.get("step") == LOOK:
        return _mapping_page(request, batch)
    try:
        confirmed = confirm_mapping(
            actor=request.actor,
            batch=batch,
            answers=mapping_page.answers_of(batch, request.POST),
            save=bool(request.POST.get("save")),
            now=clock.now(),
        )
    except InvalidInput as wrong:
        return _mapping_page(request, find_list(request, batch_id), wrong)
    except GuardRefused as refused:
        return moved_on(request, batch, refused)
    if is_reading(run_preview(confirmed.id, budget_seconds=PATIENCE_SECONDS)):
        ring(confirmed)
    return redirect("web:import_preview", batch_id=batch.id)


def _mapping_page(request: PageRequest, batch: ListBatch, wrong: InvalidInput | None = None) -> HttpResponse:
    typed = request.POST if request.method == "POST" else None
    context = mapping_page.mapping_context(request.actor, batch, typed=typed, errors=wrong.fields if wrong else None)
    note_trial(request.actor, batch, context["rows_shown"], way=Way.LIST, request=request)
    return _rendered(request, "web/lists/mapping.html", batch, context, rows=context["rows_shown"], wrong=wrong)


@page
def preview(request: PageRequest, batch_id: UUID) -> HttpResponse:
    """What would become of the rows; a POST sets cells of one row right."""
    batch = find_list(request, batch_id)
    wrong = None
    if request.method == "POST" and request.POST.get("step") != LOOK:
        try:
            _mend(request, batch)
        except InvalidInput as told:
            wrong = told
        except GuardRefused as refused:
            return moved_on(request, batch, refused)
        else:
            return redirect(request.get_full_path())
    if batch.state != ListBatch.State.PREVIEW:
        return redirect(next_address(batch))
    return preview_of(request, batch, wrong)


def preview_of(request: PageRequest, batch: ListBatch, wrong: InvalidInput | None, *, at: str = "rows") -> HttpResponse:
    """The page; what was refused leads to the row it is about, or else to `at`."""
    after, show = preview_page.position(request.GET)
    reader = import_page.reader(request.actor)
    rows, following = ([], None) if is_reading(batch) else trial_rows(reader, batch, after=after, show=show)
    note_trial(request.actor, batch, len(rows), way=Way.LIST, request=request)
    errors = wrong.fields if wrong else None
    typed = request.POST if request.method == "POST" else None
    context = preview_page.preview_context(
        request.actor, batch, rows, following, show, typed=typed, errors=errors, at=at
    )
    context["unread"] = filters.unread(request.GET, (), {}, ("show", gettext("去向"), show))
    return _rendered(request, "web/lists/preview.html", batch, context, rows=len(rows), wrong=wrong)


def _mend(request: PageRequest, batch: ListBatch) -> None:
    mend_row(
        actor=request.actor,
        batch=batch,
        number=from_digits(request.POST.get("row", ""), 10**9) or 0,
        cells=preview_page.mended_cells(request.POST),
        now=clock.now(),
    )


@post_only
@page
def commit(request: PageRequest, batch_id: UUID) -> HttpResponseBase:
    """The import begins, in the name of whoever confirms it."""
    return _step(request, batch_id, partial(commit_list, seen=from_digits(request.POST.get("seen", ""))))


@post_only
@page
def cancel(request: PageRequest, batch_id: UUID) -> HttpResponseBase:
    """Stop; what was committed stays."""
    return _step(request, batch_id, cancel_list)


@post_only
@page
def resume(request: PageRequest, batch_id: UUID) -> HttpResponseBase:
    """Go on with a list that was cancelled."""
    return _step(request, batch_id, resume_list)


def _step(request: PageRequest, batch_id: UUID, move: Callable[..., ListBatch]) -> HttpResponseBase:
    """Do it, and go on to where the batch then is."""
    batch = find_list(request, batch_id)
    if request.POST.get("step") == LOOK:
        return redirect(next_address(batch))
    try:
        return _go(request, move(actor=request.actor, batch=batch, now=clock.now()))
    except GuardRefused as refused:
        return moved_on(request, batch, refused)


def moved_on(request: PageRequest, batch: ListBatch, refused: GuardRefused) -> HttpResponse:
    """What another window has done meanwhile, and the way to where the batch is now."""
    to = reverse("web:import", args=[batch.id])
    return error_page(request, refused.status, gettext("不能办理"), say(refused.text), to=to, tone="warn")


def _go(request: PageRequest, batch: ListBatch) -> HttpResponseBase:
    """A short list is done at once; a long one goes on with a worker, and its page can stop it."""
    if batch.state == ListBatch.State.IMPORTING:
        short = (batch.rows_total or 0) - batch.rows_done <= AT_ONCE
        if short:
            process_list(batch_id=batch.id, actor=request.actor, now=clock.now(), budget_seconds=PATIENCE_SECONDS)
        ring(batch)
    return redirect(next_address(batch))


# Rows; what is longer is left to a worker at once, so that whoever started it sees how far it is and can stop it.
AT_ONCE = 2000


def find_list(request: PageRequest, batch_id: UUID) -> ListBatch:
    batch = get_batch(request.actor, batch_id)
    if batch is None:
        raise NotVisible
    return batch


def _rendered(
    request: PageRequest,
    template: str,
    batch: ListBatch,
    context: dict[str, object],
    *,
    rows: int,
    wrong: InvalidInput | None,
) -> HttpResponse:
    if rows and is_own(request.actor, batch):
        context["watermark"] = watermark(request, clock.now(), batch.name)
    return render(request, template, context, status=wrong.status if wrong else 200)
