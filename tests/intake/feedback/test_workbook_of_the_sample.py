"""The workbook has every cell of the issuer's file where it stood, and an answer beside every row of the list."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from cases.intake.export import neutral
from cases.intake.feedback.drawing import CLOSING_SHEET, RESULT_HEADERS
from cases.intake.lists.reading import detect_encoding
from cases.models import FeedbackRow
from tests.intake.feedback.telling import drawn
from tests.intake.samples import TRUTH, bring, content_of, rows_of

pytestmark = pytest.mark.usefixtures("demo_city")


def original(content: bytes) -> dict[str, list[list[Any]]]:
    """The file as python-calamine, or Python's own csv, reads it; nothing of the product in between."""
    if content.startswith(b"PK"):
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return {name: list(book.get_sheet_by_name(name).iter_rows()) for name in book.sheet_names}
    import csv

    text = content.decode(detect_encoding(content))
    return {"名单": list(csv.reader(io.StringIO(text, newline="")))}


def shown(cell: Any) -> Any:
    """As a cell has to stand in the workbook: dates as a person reads them, what would run as a formula shown."""
    if isinstance(cell, datetime | date | time | timedelta):
        return str(cell)
    return neutral(cell) if isinstance(cell, str) else cell


def compared(content: bytes, sheets: dict[str, list[list[Any]]]) -> None:
    for name, rows in original(content).items():
        told = sheets[name]
        assert len(told) == len(rows), name
        for number, (row, other) in enumerate(zip(rows, told, strict=True), 1):
            used = [shown(cell) for cell in row]
            while used and used[-1] in ("", None):
                used.pop()
            assert other[: len(used)] == used, f"{name} row {number}"


@pytest.mark.parametrize("kind", ["telecom", "trace", "grid", "tips"])
def test_every_cell_of_the_sample_stands_where_it_stood_and_every_row_is_answered(kind: str) -> None:
    bring(kind)
    version, sheets = drawn(kind)
    compared(content_of(kind), sheets)
    told = [row for name in original(content_of(kind)) for row in sheets[name]]
    heads = [row for row in told if row[-5:] == list(RESULT_HEADERS)]
    assert len(heads) == 1
    answered = [row for row in told if row[-2] and row not in heads]
    assert len(answered) == version.rows == len(rows_of(kind)) == FeedbackRow.objects.filter(version=version).count()
    assert version.answered + version.unanswered == version.rows
    if kind == "telecom":
        assert len(TRUTH["telecom"]) == version.rows
    assert list(sheets)[-1] == CLOSING_SHEET
