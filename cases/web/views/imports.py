"""监测名单导入: a file and its batch, then a page with what became of every row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from agencies.access.rates import EXPORTS, UPLOADS, spend
from agencies.directory import get_directory
from audit import clock
from audit.access.writing import Way
from cases.intake.ledger.statement import Stated
from cases.intake.lists.synonyms import SYNONYMS, template_header
from cases.intake.reading_log import note_rows
from cases.intake.receiving import content_of, find_agency, receive_list
from cases.intake.selectors import batch_rows, get_batch
from cases.intake.services import process_list
from cases.intake.steps.mapping import LED
from cases.models import ListBatch
from cases.web import filters
from cases.web.pages import PageRequest, page
from cases.web.show import imports as import_page
from cases.web.show.lists import ledger
from cases.web.show.lists.running import running
from cases.web.show.lists.steps import next_address, steps, steps_of
from cases.web.taking import CSV, XLSX, as_workbook, attachment
from cases.workflow.errors import InvalidInput, NotAllowed, NotVisible

# A person waits this long for the answer; a longer list goes on in the background and its page shows how far it is.
PATIENCE_SECONDS = 20.0


@page
def imports(request: PageRequest) -> HttpResponse:
    """Upload a list; beside it the batches that came before."""
    if request.method != "POST":
        return _upload(request, 200)
    try:
        batch, again = _receive(request)
    except InvalidInput as wrong:
        return _upload(request, 400, errors=wrong.fields)
    except NotAllowed as refused:
        return _upload(request, 403, refused=refused.text)
    return redirect(next_address(batch) + ("?again=1" if again else ""))


def _upload(request: PageRequest, status: int, **said: Any) -> HttpResponse:
    """The form with what was typed, beside the lists that came before."""
    listed = ledger.listing(request.actor, request.GET)
    context = {**import_page.upload_context(request.actor, request.POST.dict(), **said), **listed, "steps": steps(1)}
    return render(request, "web/imports.html", context, status=status)


@page
def template(request: PageRequest, kind: str) -> HttpResponse:
    """An empty list of this kind, to be filled in."""
    if kind not in SYNONYMS or not import_page.senders(request.actor):
        raise NotVisible
    content = as_workbook([template_header(kind)])
    return attachment(content, f"template-{kind}.xlsx", XLSX)


@page
def result(request: PageRequest, batch_id: UUID) -> HttpResponse:
    """What became of the rows; while the import runs, how far it is. A POST goes on with one that stands still."""
    batch = get_batch(request.actor, batch_id)
    if batch is None:
        raise NotVisible
    if request.method == "POST":
        import_page.check(request.actor, batch)
        process_list(batch_id=batch.id, actor=request.actor, now=clock.now(), budget_seconds=PATIENCE_SECONDS)
        return redirect("web:import", batch_id=batch.id)
    if batch.state in LED:
        return redirect(next_address(batch))
    after, fate = import_page.position(request.GET)
    rows, following = (
        batch_rows(import_page.reader(request.actor), batch, after=after, fate=fate) if batch.columns else ([], None)
    )
    note_rows(request.actor, batch, len(rows), way=Way.LIST, request=request)
    context = import_page.result_context(request.actor, batch, rows, following, fate)
    context |= ledger.of_batch(request.actor, batch)
    context |= {
        "run": running(batch, clock.now()),
        "steps": steps_of(batch),
        "again": request.GET.get("again") == "1",
        "unread": filters.unread(request.GET, (), {}, ("fate", gettext("去向"), fate)),
    }
    return render(request, "web/import_result.html", context)


@page
def refused(request: PageRequest, batch_id: UUID) -> HttpResponseBase:
    """The rows that were not taken, with the reasons, for whoever sent the list; the download is recorded."""
    return _download(request, batch_id, import_page.export_refused)


@page
def elsewhere(request: PageRequest, batch_id: UUID) -> HttpResponseBase:
    """The rows whose region is not on the system, for whoever sent the list; the download is recorded."""
    return _download(request, batch_id, import_page.export_away)


def _download(
    request: PageRequest, batch_id: UUID, export: Callable[[PageRequest, ListBatch], bytes]
) -> HttpResponseBase:
    batch = get_batch(request.actor, batch_id)
    if batch is None:
        raise NotVisible
    spend(EXPORTS, str(request.actor.user_id))
    response = HttpResponse(export(request, batch), content_type=CSV)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(batch.name)}.csv"
    response["Cache-Control"] = "no-store"
    return response


def _receive(request: PageRequest) -> tuple[ListBatch, bool]:
    """Keep the file and look at its columns; returns the batch and whether this very file had been imported before."""
    spend(UPLOADS, str(request.actor.user_id))
    upload = request.FILES.get("file")
    content = content_of(upload)
    now, name = clock.now(), request.POST.get("batch", "")
    batch, _fresh = receive_list(
        actor=request.actor,
        content=content,
        filename=(upload.name if upload else "") or "",
        kind=request.POST.get("kind", ""),
        agency=find_agency(request.POST.get("agency", ""), get_directory()),
        batch_name=name,
        now=now,
        led=True,
        stated=Stated(*(request.POST.get(field, "") for field in ("issuer", "level", "due"))),
    )
    return batch, batch.state == batch.State.DONE
