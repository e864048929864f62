"""The rows that need work, as a file for whoever sent the list: his own columns and cells, and what to do about each.

Sources: RFC 4180; OWASP "CSV Injection" for the leading characters that a spreadsheet would run as a formula.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from cases.intake.lists.values import text_of
from cases.intake.selectors import headers_of, raw_rows
from cases.models import ListBatch

RESULT_HEADERS = ("行号", "处理结果", "原因与办法")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def error_csv(batch: ListBatch) -> Iterator[bytes]:
    """Refused and weak rows as UTF-8 CSV with a mark, row by row. Holds personal data: for the sender only."""
    yield b"\xef\xbb\xbf"
    yield _line([*headers_of(batch), *RESULT_HEADERS])
    for fate in ("reject", "weak"):
        for cells, result in raw_rows(batch, fate):
            reasons = " ".join([result["reason"], *result["notes"]])
            yield _line([*cells, result["row"], result["fate"], reasons])


def neutral(cell: Any) -> str:
    """A cell that a spreadsheet shows and never runs; a plain negative number stays a number."""
    text = text_of(cell)
    if text.startswith(_FORMULA) and not text.removeprefix("-").replace(".", "", 1).isdigit():
        return f"'{text}"
    return text


def _line(cells: list[Any]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerow([neutral(cell) for cell in cells])
    return buffer.getvalue().encode()
