"""A result of a list as a file of any length: read in pages, written as it is read, and never whole in memory.

That it is taken is on record before its first byte, with who, which conditions and how many rows; when the last byte
has left, a second event tells how many rows it really held and the SHA-256 of the whole. A broken one says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction
from django.http import StreamingHttpResponse

from agencies.access.reads import note_export
from agencies.authority import event_actor
from audit import clock
from audit.actions import Action
from audit.services import record
from cases.intake.export import csv_line, neutral
from cases.intake.feedback.workbook import Workbook
from cases.selectors.paging import Row
from cases.web.pages import PageRequest
from cases.web.taking import CSV, XLSX

KINDS: Final = {"xlsx": XLSX, "csv": CSV}


@dataclass(slots=True)
class Table:
    """A file on its way. `pages` come as they are read; `cells` makes a line of each row."""

    what: str
    name: str
    title: str
    heads: Sequence[str]
    pages: Iterable[Sequence[Row]]
    cells: Callable[[Row], Sequence[Any]]
    # How many rows are expected, and whether that is exact or a lower bound.
    rows: int
    exact: bool
    more: dict[str, Any] = field(default_factory=dict)


class Pieces:
    """What was written since the last look: the sink of a workbook that is sent while it is made."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self._held.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back: `take` hands out all there is."""

    def take(self) -> bytes:
        data, self._held = b"".join(self._held), []
        return data


def streamed(request: PageRequest, table: Table, kind: str) -> StreamingHttpResponse:
    """The file, on record before it begins."""
    now = clock.now()
    more = {**table.more, "format": kind, "exact": table.exact}
    note_export(
        actor=request.actor, what=table.what, rows=table.rows, file_hash="", now=now, request=request, more=more
    )
    response = StreamingHttpResponse(_told(request, table, kind), content_type=KINDS[kind])
    response["Content-Disposition"] = f'attachment; filename="{table.name}.{kind}"'
    response["Cache-Control"] = "no-store"
    return response


def _told(request: PageRequest, table: Table, kind: str) -> Iterator[bytes]:
    """The pieces of the file; and, at its end or where it is broken off, the event that says what it held."""
    digest, written, whole = hashlib.sha256(), [0], False
    try:
        for piece in (workbook if kind == "xlsx" else plain)(table, written):
            digest.update(piece)
            yield piece
        whole = True
    finally:
        data = {"what": table.what, "rows": written[0], "sha256": digest.hexdigest(), "complete": whole}
        actor = event_actor(request.actor)
        with transaction.atomic():
            record(
                stream=f"account/{request.actor.username}",
                action=Action.EXPORT_ENDED,
                actor=actor,
                data=data,
                now=clock.now(),
            )


def _lines(table: Table, written: list[int]) -> Iterator[list[list[Any]]]:
    """The lines of each page."""
    for rows in table.pages:
        written[0] += len(rows)
        yield [list(table.cells(row)) for row in rows]


def plain(table: Table, written: list[int]) -> Iterator[bytes]:
    """UTF-8 with a mark; `written` counts the rows."""
    yield b"\xef\xbb\xbf" + csv_line([table.title]) + csv_line(table.heads)
    for lines in _lines(table, written):
        yield b"".join(csv_line(line) for line in lines)


def workbook(table: Table, written: list[int]) -> Iterator[bytes]:
    """The pieces of a workbook as they are packed."""
    out = Pieces()
    with Workbook(out, clock.now()) as book:
        with book.sheet(table.name) as sheet:
            sheet.write([neutral(table.title)])
            sheet.write(list(table.heads))
            for lines in _lines(table, written):
                for line in lines:
                    # Text stands in inline strings, which are no formulas; neutral besides, for it may become a CSV.
                    sheet.write([cell if isinstance(cell, int | float) else neutral(cell) for cell in line])
                if data := out.take():
                    yield data
        yield out.take()
    yield out.take()
