"""The rows of a preview that need a look, taken out as a workbook and sent back set right."""

from __future__ import annotations

import io
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext

from agencies.access.rates import EXPORTS, UPLOADS, spend
from audit import clock
from cases.intake.corrections.laying import Laid, lay_corrections
from cases.intake.corrections.writing import filename, take_out_problems
from cases.intake.feedback.taking import CONTENT_TYPE
from cases.intake.receiving import content_of, ring
from cases.intake.steps.preview import is_reading, run_preview
from cases.models import ListBatch
from cases.web.pages import PageRequest, page
from cases.web.show.lists.steps import next_address
from cases.web.show.privacy.watermark import staff_number
from cases.web.views.lists.steps import LOOK, PATIENCE_SECONDS, find_list, moved_on, preview_of
from cases.workflow.errors import GuardRefused, InvalidInput


@page
def problems(request: PageRequest, batch_id: UUID) -> HttpResponseBase:
    """The rows as a workbook, for whoever sent the list; the download is recorded."""
    batch = find_list(request, batch_id)
    spend(EXPORTS, str(request.actor.user_id))
    try:
        content = take_out_problems(
            actor=request.actor, batch=batch, staff_no=staff_number(request), now=clock.now(), request=request
        )
    except GuardRefused as refused:
        return moved_on(request, batch, refused)
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=filename(batch), content_type=CONTENT_TYPE)


@page
def corrections(request: PageRequest, batch_id: UUID) -> HttpResponseBase:
    """Lay a corrected file over the list and read it on trial anew; whoever comes back here is led to the preview."""
    batch = find_list(request, batch_id)
    if request.method != "POST" or request.POST.get("step") == LOOK:
        return redirect(next_address(batch))
    try:
        laid = _lay(request, batch)
    except InvalidInput as wrong:
        return preview_of(request, batch, wrong, at="corrections")
    except GuardRefused as refused:
        return moved_on(request, batch, refused)
    said = gettext("已更正 %(rows)s 行的 %(cells)s 个单元格，预览已重新生成")
    messages.success(request, said % {"rows": laid.rows, "cells": laid.cells})
    if is_reading(run_preview(batch.id, budget_seconds=PATIENCE_SECONDS)):
        ring(batch)
    return redirect("web:import_preview", batch_id=batch.id)


def _lay(request: PageRequest, batch: ListBatch) -> Laid:
    spend(UPLOADS, str(request.actor.user_id))
    upload = request.FILES.get("file")
    return lay_corrections(
        actor=request.actor,
        batch=batch,
        content=content_of(upload),
        filename=(upload.name if upload else "") or "",
        now=clock.now(),
    )
