"""The rows that need a look as a workbook: each with its number, its mark, what is wrong, and its cells as they stand.

One sheet for each sheet of the list. All cells are text, so that a spreadsheet neither rounds a long number nor drops
the zeros before it; what could run as a formula is guarded as in the file of refused rows.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any, Final

from django.http import HttpRequest

from agencies.actors import Actor
from cases.intake.corrections.form import KEYS, mark_of, written
from cases.intake.export import NOT_YOURS, take_out
from cases.intake.feedback.workbook import Workbook
from cases.intake.lists.sentences import row_sentence
from cases.intake.receiving import is_own
from cases.intake.selectors import headers_of
from cases.intake.steps.mending import NOT_OPEN, may_be_mended
from cases.intake.steps.preview import file_row
from cases.intake.steps.reader import mends_of, shown_cells
from cases.models import ListBatch, PreviewRow
from cases.policy.dated import CHINA
from cases.workflow.errors import GuardRefused, NotAllowed

TITLE: Final = (
    "需处理的行，更正后在预览页上传；行号、行标识两列和标题请勿改动，不更正的行可以删去。"
    "含个人信息，不得另作他用，导出已留痕"
)
ROWS_AT_ONCE: Final = 2000


def take_out_problems(
    *, actor: Actor, batch: ListBatch, staff_no: str, now: datetime, request: HttpRequest | None
) -> bytes:
    """The workbook for the sender of the list, noted before it leaves. Raises NotAllowed, GuardRefused."""
    if not is_own(actor, batch):
        raise NotAllowed(NOT_YOURS, code="may_not_export")
    if not may_be_mended(batch):
        raise GuardRefused(NOT_OPEN, code="not_open")
    rows = int(batch.preview["problems"])
    write = partial(_workbook, at=now)
    return take_out(
        actor=actor,
        batch=batch,
        what="problem_rows",
        write=write,
        rows=rows,
        staff_no=staff_no,
        now=now,
        request=request,
    )


def filename(batch: ListBatch) -> str:
    return f"{batch.name}需处理的行.xlsx"


def _workbook(batch: ListBatch, signature: str, *, at: datetime) -> Iterator[bytes]:
    out = io.BytesIO()
    with Workbook(out, at.astimezone(CHINA)) as book:
        sheets = 0
        for index, rows in groupby(_rows(batch), key=lambda pair: pair[0].sheet):
            _sheet(book, batch, index, rows, signature)
            sheets += 1
        if not sheets:
            _sheet(book, batch, 0, iter(()), signature)
    yield out.getvalue()


def _sheet(
    book: Workbook, batch: ListBatch, index: int, rows: Iterator[tuple[PreviewRow, dict[int, str]]], signature: str
) -> None:
    with book.sheet(batch.columns["sheets"][index]["name"] or "需处理的行") as page:
        page.write([f"{TITLE}：{signature}"])
        page.write([*KEYS, *(written(header) for header in headers_of(batch, index))])
        for row, mends in rows:
            page.write(_line(row, mends))


def _line(row: PreviewRow, mends: dict[int, str]) -> list[Any]:
    told = [(row.reason, row.figures), *row.notes]
    # A file that leaves names no case.
    reasons = " ".join(row_sentence(code, figures).zh for code, figures in told if "case" not in figures)
    cells = shown_cells(file_row(row).cells, mends)
    return [str(row.number), mark_of(row), reasons, *(written(cell) for cell in cells)]


def _rows(batch: ListBatch) -> Iterator[tuple[PreviewRow, dict[int, str]]]:
    """The problem rows in the order of the list, each with its mended cells."""
    after = 0
    found = PreviewRow.objects.filter(batch_id=batch.id, problem=True).order_by("number")
    while rows := list(found.filter(number__gt=after)[:ROWS_AT_ONCE]):
        mends = mends_of([batch.id], [row.number for row in rows]).get(batch.id, {})
        for row in rows:
            yield row, mends.get(row.number, {})
        after = rows[-1].number
