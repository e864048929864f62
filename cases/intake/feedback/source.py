"""The list as its issuer wrote it: every sheet with all its rows in their order, and which are rows of the list.

Read from the original file while it is kept. Where it went with personal data, the rows are there as they were taken
in, those whose data went as blanks, below the header; title and other rows went with the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

from cases.intake.feeds.reading import open_sheets
from cases.intake.lists.mapping import MappedSheet, map_header
from cases.intake.lists.reading import Row, Sheet
from cases.intake.lists.values import text_of
from cases.intake.receiving import original_file
from cases.intake.steps.columns import sheets_from
from cases.models import ListBatch, ListPart
from cases.models.sealing import open_cells

SHEET_NAME: Final = "名单"
AT_ONCE: Final = 2000


class FileRow(NamedTuple):
    """A row as it stands; `number` is its number in the list, 0 for a title, a header, a sum, a blank line."""

    cells: Row
    number: int = 0
    header: bool = False


@dataclass(frozen=True, slots=True)
class SourceSheet:
    """A sheet; `width` is the number of columns in use, `listed` whether it holds rows of the list."""

    name: str
    width: int
    listed: bool
    rows: Callable[[], Iterator[FileRow]]


def sheets_of(batch: ListBatch) -> list[SourceSheet]:
    """All sheets of the list in their order. The rows of the list count through all of them."""
    if ListPart.objects.filter(batch_id=batch.id).exists():
        return _from_file(batch)
    return _from_rows(batch)


def _from_file(batch: ListBatch) -> list[SourceSheet]:
    sheets = open_sheets(batch.kind, original_file(batch))
    # As it was read: with the columns that a person set right, without the sheets that were left out.
    read = sheets_from(batch.columns, batch.kind, sheets)
    mapped = {id(found.sheet): found for found in read if found.mapping.columns}
    found, before = [], 0
    for sheet in sheets:
        lists = mapped.get(id(sheet))
        width, count = _measure(sheet, lists)
        found.append(SourceSheet(sheet.name or SHEET_NAME, width, lists is not None, _reader(sheet, lists, before)))
        before += count
    return found


def _measure(sheet: Sheet, lists: MappedSheet | None) -> tuple[int, int]:
    """How many columns are in use, and how many rows are rows of the list."""
    width, count = len(sheet.heads), 0
    for index, row in enumerate(sheet.rows()):
        used = len(row)
        while used > width and row[used - 1] in ("", None):
            used -= 1
        width = max(width, used)
        count += lists is not None and index >= lists.skip and lists.is_data(row)
    return width, count


def _reader(sheet: Sheet, lists: MappedSheet | None, before: int) -> Callable[[], Iterator[FileRow]]:
    def rows() -> Iterator[FileRow]:
        if lists is None:
            yield from (FileRow(row) for row in sheet.rows())
            return
        header, number = _header_line(lists), before
        if sheet.heads:
            yield FileRow(list(sheet.heads), header=True)
        for index, row in enumerate(sheet.rows()):
            if index >= lists.skip and lists.is_data(row):
                number += 1
                yield FileRow(row, number)
            else:
                yield FileRow(row, header=index == header)

    return rows


def _header_line(lists: MappedSheet) -> int:
    """The line that names the columns: of those above the data, the one whose words are known, or are the header's."""
    head = list(islice(lists.sheet.rows(), lists.skip))
    scores = [_likeness(lists, row) for row in head]
    return scores.index(max(scores)) if scores else 0


def _likeness(lists: MappedSheet, row: Row) -> tuple[float, int]:
    """How sure its words are; where a person said what the columns are, how many of the header's cells it has."""
    same = sum(bool(text) and text == text_of(cell) for text, cell in zip(lists.mapping.headers, row, strict=False))
    return sum(map_header(lists.mapping.kind, row).confidence.values()), same


_RANGES = """SELECT coalesce((reading ->> 'sheet')::int, 0) AS sheet, min(number), max(number) FROM cases_listrow
    WHERE batch_id = %s GROUP BY 1 ORDER BY 1"""
_KEPT = """SELECT number, sealed FROM cases_listrow WHERE batch_id = %s AND number > %s AND number <= %s
    ORDER BY number LIMIT %s"""


def _from_rows(batch: ListBatch) -> list[SourceSheet]:
    with connection.cursor() as cursor:
        cursor.execute(_RANGES, [str(batch.id)])
        ranges = cursor.fetchall()
    found = []
    for sheet, first, last in ranges:
        kept = batch.columns["sheets"][sheet]
        widest = max((len(cells) for _, cells in _kept(batch.id, first, last)), default=0)
        width = max(len(kept["headers"]), widest)
        found.append(
            SourceSheet(kept["name"] or SHEET_NAME, width, listed=True, rows=_keeper(batch.id, kept, first, last))
        )
    return found


def _keeper(batch_id: UUID, kept: dict[str, Any], first: int, last: int) -> Callable[[], Iterator[FileRow]]:
    def rows() -> Iterator[FileRow]:
        yield FileRow(list(kept["headers"]), header=True)
        for number, cells in _kept(batch_id, first, last):
            yield FileRow(cells, number)

    return rows


def _kept(batch_id: UUID, first: int, last: int) -> Iterator[tuple[int, Row]]:
    after = first - 1
    while after < last:
        with connection.cursor() as cursor:
            cursor.execute(_KEPT, [str(batch_id), after, last, AT_ONCE])
            rows = cursor.fetchall()
        for number, sealed in rows:
            yield number, open_cells(bytes(sealed), batch_id.bytes, number)
        after = rows[-1][0] if rows else last
