"""A list step by step: its columns confirmed, its rows looked at and set right, the import started or stopped."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
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
from cases.web.pages import PageRequest, page, post_only
from cases.web.show import imports as import_page
from cases.web.show.lists import mapping as mapping_page
from cases.web.show.lists import preview as preview_page
from cases.web.show.lists.steps import next_address
from cases.web.show.privacy.watermark import watermark
from cases.workflow.errors import InvalidInput, NotVisible

# A person waits this long for the answer; a longer list goes on in the background and its page shows how far it is.
PATIENCE_SECONDS = 20.0


@page
def mapping(request: PageRequest, batch_id: UUID) -> HttpResponse:
    """Which column is what; a POST confirms it and reads the list on trial."""
    batch = _batch(request, batch_id)
    if request.method != "POST":
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
        return _mapping_page(request, _batch(request, batch_id), wrong)
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
    batch = _batch(request, batch_id)
    wrong = None
    if request.method == "POST":
        try:
            _mend(request, batch)
        except InvalidInput as refused:
            wrong = refused
        else:
            return redirect(request.get_full_path())
    if batch.state != ListBatch.State.PREVIEW:
        return redirect(next_address(batch))
    return _preview_page(request, batch, wrong)


def _preview_page(request: PageRequest, batch: ListBatch, wrong: InvalidInput | None) -> HttpResponse:
    after, show = preview_page.position(request.GET)
    reader = import_page.reader(request.actor)
    rows, following = ([], None) if is_reading(batch) else trial_rows(reader, batch, after=after, show=show)
    note_trial(request.actor, batch, len(rows), way=Way.LIST, request=request)
    errors = wrong.fields if wrong else None
    context = preview_page.preview_context(
        request.actor, batch, rows, following, show, typed=request.POST, errors=errors
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
    batch = commit_list(actor=request.actor, batch=_batch(request, batch_id), now=clock.now())
    return _go(request, batch)


@post_only
@page
def cancel(request: PageRequest, batch_id: UUID) -> HttpResponseBase:
    """Stop; what was committed stays."""
    batch = cancel_list(actor=request.actor, batch=_batch(request, batch_id), now=clock.now())
    return redirect("web:import", batch_id=batch.id)


@post_only
@page
def resume(request: PageRequest, batch_id: UUID) -> HttpResponseBase:
    """Go on with a list that was cancelled."""
    batch = resume_list(actor=request.actor, batch=_batch(request, batch_id), now=clock.now())
    return _go(request, batch)


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


def _batch(request: PageRequest, batch_id: UUID) -> ListBatch:
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
