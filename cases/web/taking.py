"""What a page hands out to be kept: a table as CSV or XLSX, on record where it was taken."""

from __future__ import annotations

import hashlib
import io
from typing import Final

from django.http import HttpResponse

from agencies.access import reads
from audit import clock
from cases.intake.export import csv_line
from cases.intake.feedback.workbook import Workbook
from cases.web.pages import PageRequest

CSV: Final = "text/csv; charset=utf-8"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def attachment(content: bytes, name: str, content_type: str = CSV) -> HttpResponse:
    """A file to be kept, by its name."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def as_workbook(table: list[list[str]]) -> bytes:
    """The rows as the one sheet of a workbook."""
    out = io.BytesIO()
    with Workbook(out, clock.now()) as book, book.sheet("sheet") as sheet:
        for row in table:
            sheet.write(row)
    return out.getvalue()


def taken(request: PageRequest, table: list[list[str]], kind: str, *, what: str, name: str) -> HttpResponse:
    """A table as a file; that it was taken is a line of the access log and an event."""
    content = as_workbook(table) if kind == "xlsx" else b"\xef\xbb\xbf" + b"".join(csv_line(row) for row in table)
    digest = hashlib.sha256(content).hexdigest()
    reads.note_export(
        actor=request.actor, what=what, rows=len(table) - 1, file_hash=digest, now=clock.now(), request=request
    )
    return attachment(content, f"{name}.{kind}", XLSX if kind == "xlsx" else CSV)
