"""What runs in the process that reads a workbook: from its standard input to lines of JSON on its standard output.

One line for each sheet (its name, and whether it is hidden) and one for each of its rows (its cells, from column A on).
A cell that is merged downwards is read in every row that it spans, as a person reads it.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain, islice
from typing import Any, BinaryIO

import orjson

from cases.intake.lists.workbooks.slices import Package

MEMORY = 2 << 30
CPU_SECONDS = 120
BROKEN, TOO_LARGE = 3, 4
# Dates as a person reads them; a line for each row.
_PLAIN = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_APPEND_NEWLINE

Merged = Iterable[tuple[tuple[int, int], tuple[int, int]]]


class RowsOutOfOrder(ValueError):
    """A later part of a sheet holds rows that belong before those of an earlier one."""


def main() -> int:
    """Read standard input, write standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    # A parser that is stopped leaves no picture of its memory behind.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from python_calamine import CalamineError

    try:
        _write_sheets()
    except MemoryError:
        return TOO_LARGE
    except (CalamineError, OSError, ValueError):
        return BROKEN
    return 0


def _write_sheets() -> None:
    for head, rows in read_sheets(sys.stdin.buffer):
        sys.stdout.buffer.write(orjson.dumps(head) + b"\n")
        for row in rows:
            sys.stdout.buffer.write(orjson.dumps(row, default=str, option=_PLAIN))


def read_sheets(file: BinaryIO) -> Iterator[tuple[dict[str, Any], Iterator[list[Any]]]]:
    """Each sheet with its rows, which have to be read before the next sheet is asked for."""
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    package = Package(file)
    layouts = package.layouts()
    large = any(layouts)
    book = CalamineWorkbook.from_filelike(package.outline() if large else package.whole())
    sheets = list(book.sheets_metadata)
    if len(layouts) != len(sheets):
        layouts = [None] * len(sheets)
    # The texts of a large workbook are held once: by the whole of it or by the part that is read.
    whole = None if large else book
    del book
    for index, (about, layout) in enumerate(zip(sheets, layouts, strict=True)):
        whole = None if layout else whole or CalamineWorkbook.from_filelike(package.whole())
        parts = map(CalamineWorkbook.from_filelike, package.parts(layout)) if layout else iter([whole])
        head = {"name": about.name, "hidden": about.visible != SheetVisibleEnum.Visible}
        yield head, rows_of(map(partial(_sheet, index), parts))


def _sheet(index: int, book: Any) -> Any:
    return book.get_sheet_by_index(index)


def rows_of(parts: Iterable[Any]) -> Iterator[list[Any]]:
    """The rows of a sheet from its parts, which follow each other. Raises RowsOutOfOrder where they do not."""
    parts = iter(parts)
    first = next(parts, None)
    if first is not None:
        merged = first.merged_cell_ranges or ()
        rows = _joined(chain([first], parts))
        del first  # no longer than it is read
        yield from filled_down(rows, merged)


def _joined(parts: Iterable[Any]) -> Iterator[list[Any]]:
    """A part begins with a blank row for each row that comes before it in the sheet."""
    done = 0
    for part in parts:
        if part.start is None:
            continue
        top, left = part.start
        if top < done:
            raise RowsOutOfOrder
        for row in islice(part.iter_rows(), done, None):
            done += 1
            yield [""] * left + row
        del part  # not held while the next one is made


def filled_down(rows: Iterable[list[Any]], merged: Merged) -> Iterator[list[Any]]:
    """The rows with each cell that is merged downwards repeated in the rows below its first."""
    spans = {(row, left): bottom for (row, left), (bottom, _right) in merged if bottom > row}
    open_spans: dict[int, tuple[int, Any]] = {}
    for number, row in enumerate(rows):
        for column, (bottom, value) in tuple(open_spans.items()):
            if number > bottom:
                del open_spans[column]
            elif column >= len(row):
                row.extend([""] * (column - len(row)) + [value])
            elif row[column] == "":
                row[column] = value
        if spans:
            for column, cell in enumerate(row):
                if (bottom := spans.get((number, column), 0)) and cell != "":
                    open_spans[column] = (bottom, cell)
        yield row
