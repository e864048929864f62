"""反馈: asking for a version, its page with check and sending, its report, its workbook."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from agencies.access.rates import EXPORTS, UPLOADS, spend
from audit import clock
from cases.intake.feedback.access import get_version
from cases.intake.feedback.printing import REPORT_TYPE, report_file, report_name
from cases.intake.feedback.report import blocks_of
from cases.intake.feedback.services import ask_for, check_version, ring, send_version
from cases.intake.feedback.taking import CONTENT_TYPE, filename, take_out
from cases.intake.selectors import get_batch
from cases.models import Feedback
from cases.web.pages import PageRequest, page
from cases.web.show.lists import feedback as feedback_page
from cases.web.show.privacy.watermark import staff_number
from cases.workflow.errors import InvalidInput, NotVisible


@page
def draw(request: PageRequest, batch_id: UUID) -> HttpResponse:
    """A POST asks for the next version, or anew for the one that was not sent; a worker draws it up."""
    batch = get_batch(request.actor, batch_id)
    if batch is None:
        raise NotVisible
    if request.method != "POST":
        return redirect("web:import", batch_id=batch.id)
    spend(UPLOADS, str(request.actor.user_id))
    asked = ask_for(actor=request.actor, batch=batch, now=clock.now())
    if asked.state == Feedback.State.DRAWING:
        ring(asked)
    return redirect("web:feedback", batch_id=batch.id, edition=asked.number)


@page
def version(request: PageRequest, batch_id: UUID, edition: int) -> HttpResponse:
    """One version in figures: what is not answered, what is new; a POST checks it, or puts down that it was sent."""
    found = get_version(request.actor, batch_id, edition)
    wrong: InvalidInput | None = None
    if request.method == "POST":
        try:
            _act(request, found)
        except InvalidInput as refused:
            wrong = refused
        else:
            return redirect("web:feedback", batch_id=batch_id, edition=edition)
    context = feedback_page.context(request, found, wrong)
    return render(request, "web/feedback.html", context, status=400 if wrong else 200)


@page
def report(request: PageRequest, batch_id: UUID, edition: int) -> HttpResponse:
    """The cover report as a page, to read and to print."""
    found = get_version(request.actor, batch_id, edition)
    context = {"version": feedback_page.line(found), "batch_id": batch_id, "blocks": blocks_of(found)}
    return render(request, "web/feedback_report.html", context)


@page
def report_docx(request: PageRequest, batch_id: UUID, edition: int) -> FileResponse:
    """The cover report as a file; it holds figures only."""
    found = get_version(request.actor, batch_id, edition)
    return FileResponse(report_file(found), as_attachment=True, filename=report_name(found), content_type=REPORT_TYPE)


@page
def workbook(request: PageRequest, batch_id: UUID, edition: int) -> FileResponse:
    """The workbook, for who may see all of it; taking it out is recorded."""
    found = get_version(request.actor, batch_id, edition)
    spend(EXPORTS, str(request.actor.user_id))
    file = take_out(
        actor=request.actor, version=found, staff_no=staff_number(request), now=clock.now(), request=request
    )
    return FileResponse(file, as_attachment=True, filename=filename(found), content_type=CONTENT_TYPE)


def _act(request: PageRequest, found: Feedback) -> None:
    """The step that the button names."""
    if request.POST.get("act") == "check":
        check_version(actor=request.actor, version=found, now=clock.now())
        messages.success(request, gettext("已核对，可以报送"))
        return
    send_version(
        actor=request.actor,
        version=found,
        document_number=request.POST.get("document_number", ""),
        sent_on=request.POST.get("sent_on", ""),
        now=clock.now(),
    )
    messages.success(request, gettext("已登记报送，这一版不再改动"))
