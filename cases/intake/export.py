"""The rows that need work, as a file for whoever sent the list: his own columns and cells, and what to do about each.

Sources: RFC 4180; OWASP "CSV Injection" for the leading characters that a spreadsheet would run as a formula.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest

from agencies.access.reads import note_export
from agencies.actors import Actor
from cases.intake.lists.values import text_of
from cases.intake.receiving import is_own
from cases.intake.regions import away_rows
from cases.intake.selectors import headers_of, raw_rows
from cases.models import ListBatch
from cases.selectors.precision.watermark import signature
from cases.workflow.errors import NotAllowed
from cases.workflow.view import Text

RESULT_HEADERS = ("行号", "处理结果", "原因与办法")
AWAY_HEADERS = ("行号", "属地")
AWAY_TITLE = "属地不在本系统的行，含个人信息，仅供函转属地，导出已留痕"
TITLE = "未采用行更正用，含个人信息，不得另作他用，导出已留痕"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
NOT_YOURS: Final = Text(
    "名单的行含个人信息原文，只供报送该名单的单位下载；请由报送单位的经办人下载。",
    "The rows hold personal data in clear; only a handler of the agency that sent the list may download them.",
)


def take_out(
    *,
    actor: Actor,
    batch: ListBatch,
    what: str,
    write: Callable[[ListBatch, str], Iterable[bytes]],
    rows: int,
    staff_no: str,
    now: datetime,
    request: HttpRequest | None,
) -> bytes:
    """Rows in clear for the sender, recorded before the first byte leaves. Raises NotAllowed.

    The file is built as a whole, because the access log keeps the hash of what left. Its first line says who took it.
    """
    if not is_own(actor, batch):
        raise NotAllowed(NOT_YOURS, code="may_not_export")
    content = b"".join(write(batch, signature(actor, staff_no, now, batch.name)))
    note_export(
        actor=actor,
        what=what,
        rows=rows,
        file_hash=hashlib.sha256(content).hexdigest(),
        now=now,
        request=request,
        target=f"import/{batch.id}",
        more={"batch": str(batch.id)},
    )
    return content


def error_csv(batch: ListBatch, signed: str = "") -> Iterator[bytes]:
    """Refused and weak rows as UTF-8 CSV with a mark, row by row. Holds personal data: for the sender only.

    With `signed` the first line says who took it out, when and what for. It stands where a list has its title,
    which an import reads over, so that the corrected file can be sent again as it is.
    """
    yield b"\xef\xbb\xbf"
    if signed:
        yield csv_line([f"{TITLE}：{signed}"])
    current = headers_of(batch)
    yield csv_line([*current, *RESULT_HEADERS])
    for fate in ("reject", "weak"):
        for cells, result in raw_rows(batch, fate, name_cases=False):
            headers = headers_of(batch, result["sheet"])
            if headers != current:
                current = headers
                yield csv_line([*headers, *RESULT_HEADERS])
            reasons = " ".join([result["reason"], *result["notes"]])
            # Rows that end early would put the result under somebody else's header.
            missing = [""] * (len(headers) - len(cells))
            yield csv_line([*cells, *missing, result["row"], result["fate"], reasons])


def away_csv(actor: Actor, batch: ListBatch, signed: str) -> Iterator[bytes]:
    """The rows whose region is not on the system, as they came, to be sent there by letter: for the sender only."""
    yield b"\xef\xbb\xbf"
    yield csv_line([f"{AWAY_TITLE}：{signed}"])
    current: list[str] = []
    for number, cells, sheet, region in away_rows(actor, batch):
        headers = headers_of(batch, sheet)
        if headers != current:
            current = headers
            yield csv_line([*headers, *AWAY_HEADERS])
        yield csv_line([*cells, *[""] * (len(headers) - len(cells)), number, region])


def neutral(cell: Any) -> str:
    """A cell as it stood, which a spreadsheet shows and never runs; a plain negative number stays a number."""
    read = text_of(cell)
    text = cell if isinstance(cell, str) else read
    runs = read.startswith(FORMULA) or text.startswith(FORMULA)
    return f"'{text}" if runs and not read.removeprefix("-").replace(".", "", 1).isdigit() else text


def csv_line(cells: Iterable[Any]) -> bytes:
    """One line of a table that leaves the product, each cell neutral; RFC 4180."""
    buffer = io.StringIO()
    csv.writer(buffer).writerow([neutral(cell) for cell in cells])
    return buffer.getvalue().encode()
