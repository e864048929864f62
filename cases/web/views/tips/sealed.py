"""A tip for the commission in charge: opening its reporter is an act with a reason, reading a picture is on record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from agencies.access.rates import REVEALS, spend
from agencies.access.reads import note_read
from audit import clock
from audit.access.writing import Way
from cases.intake.tips import opening
from cases.web.pages import PageRequest, page
from cases.web.show.privacy.watermark import watermark
from cases.web.show.tips import sealed
from cases.workflow.errors import InvalidInput, NotVisible
from cases.workflow.view import Text


@sensitive_post_parameters("note")
@page
def tip(request: PageRequest, tip_id: UUID) -> HttpResponse:
    """One tip. A POST opens its reporter for half an hour to whoever gave the reason, and to nobody else."""
    found, now = _found(request, tip_id), clock.now()
    if request.method == "POST":
        spend(REVEALS, str(request.actor.user_id))
        reason, note = request.POST.get("reason", ""), request.POST.get("note", "")
        try:
            opening.open_reporter(actor=request.actor, tip_id=tip_id, reason=reason, note=note, now=now)
        except InvalidInput as wrong:
            return _page(request, found, now, wrong.fields)
        return redirect("web:tip", tip_id=tip_id)
    return _page(request, found, now, {})


def _page(request: PageRequest, found: opening.SealedTip, now: datetime, errors: Mapping[str, Text]) -> HttpResponse:
    held = opening.opened(request.actor, found.row["id"], now) if found.has_reporter and found.opener else None
    told: dict[str, str] = {}
    if held is not None:
        # Before the page leaves: what cannot be logged is not shown.
        _note(request, found, "reporter", Way.PAGE, held.reason)
        told = opening.reporter(found, held, now)
    context = sealed.context(found, now, told, held.until if held else None)
    context |= {"errors": [{"anchor": name, "text": text} for name, text in errors.items()], "typed": request.POST}
    if told:
        context["watermark"] = watermark(request, now, str(found.row["case_number"] or ""))
    return render(request, "web/tips/tip.html", context, status=400 if errors else 200)


@page
def picture(request: PageRequest, tip_id: UUID, number: int) -> HttpResponse:
    """A picture of a tip, always as a download."""
    found = _found(request, tip_id)
    if number not in found.pictures:
        raise NotVisible
    _note(request, found, "tip_picture", Way.DOWNLOAD)
    content_type, content = opening.picture(found, number)
    ending = content_type.rpartition("/")[2].replace("jpeg", "jpg")
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="tip-{number}.{ending}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _found(request: PageRequest, tip_id: UUID) -> opening.SealedTip:
    found = opening.find_tip(request.actor, tip_id)
    if found is None:
        raise NotVisible
    return found


def _note(request: PageRequest, found: opening.SealedTip, item: str, way: Way, purpose: str = "") -> None:
    note_read(
        actor=request.actor,
        way=way,
        case_id=found.row["case_id"],
        target=f"tip/{found.row['id']}",
        items=[item],
        purpose=purpose,
        request=request,
        post=found.post,
    )
