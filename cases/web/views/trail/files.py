"""The result of a search as a file, and with its proof; both are on record before the first byte leaves."""

from __future__ import annotations

from typing import Any, BinaryIO

from django.http import FileResponse
from django.utils import timezone

from agencies.access import reads
from agencies.access.rates import EXPORTS, spend
from audit import clock
from cases.oversight.trail.proof import make_package
from cases.oversight.trail.verifying import check_open
from cases.web.pages import PageRequest, page
from cases.web.show.trail.asked import asked
from cases.web.show.trail.files import write_table
from cases.web.taking import CSV, XLSX
from cases.workflow.errors import InvalidInput, NotVisible
from cases.workflow.view import Text

TYPES = {"xlsx": XLSX, "csv": CSV, "zip": "application/zip"}
NOTHING = Text("条件无法识别，没有导出。请回到审计页修改条件。", "The conditions cannot be read; nothing was exported.")


@page
def result(request: PageRequest, form: str) -> FileResponse:
    """What the page shows, all pages of it."""
    if form not in ("xlsx", "csv"):
        raise NotVisible
    check_open()
    spend(EXPORTS, str(request.actor.user_id))
    found, now = asked(request.actor, request.GET), clock.now()
    if found.unread(request.GET):
        raise InvalidInput(NOTHING, code="unread")
    taken = write_table(request.actor, found.wanted, form, now)
    reads.note_export(
        actor=request.actor,
        what="audit_trail",
        rows=taken.rows,
        file_hash=taken.sha256,
        now=now,
        request=request,
        more={"sha256": taken.sha256},
    )
    return _sent(taken.file, form)


@page
def package(request: PageRequest) -> FileResponse:
    """The same events with their bytes, hashes and the program that checks them."""
    check_open()
    spend(EXPORTS, str(request.actor.user_id))
    found, now = asked(request.actor, request.GET), clock.now()
    if found.unread(request.GET) or found.wanted is None:
        raise InvalidInput(NOTHING, code="unread")
    made = make_package(request.actor, found.wanted, found.said(), now)
    more: dict[str, Any] = {"sha256": made.sha256, "manifest": made.manifest}
    reads.note_export(
        actor=request.actor,
        what="audit_package",
        rows=made.rows,
        file_hash=made.sha256,
        now=now,
        request=request,
        more=more,
    )
    return _sent(made.file, "zip")


def _sent(file: BinaryIO, form: str) -> FileResponse:
    name = f"audit-{timezone.localtime(clock.now()):%Y%m%d-%H%M}.{form}"
    response = FileResponse(file, as_attachment=True, filename=name, content_type=TYPES[form])
    response["Cache-Control"] = "no-store"
    return response
