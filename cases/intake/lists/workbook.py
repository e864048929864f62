"""A workbook to rows, in a process of its own that may use so much memory and time and no more.

A workbook of two kilobytes can name a cell in its last corner, or lie about what it unpacks to; the parser then takes
half a terabyte or dies, and takes with it the web server or worker that it runs in. Run as a program, this file reads a
workbook from its standard input and writes one line of JSON for each sheet (its name, and whether it is hidden) and
each row (its cells). A cell that is merged downwards is read in every row that it spans, as a person reads it.
"""

from __future__ import annotations

import io
import os
import resource
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

MEMORY = 2 << 30
CPU_SECONDS = 60
# More text than any list has; cells that share one long text could otherwise multiply it without end.
MAX_OUTPUT = 512 << 20
_BROKEN, _TOO_LARGE = 3, 4


class BrokenWorkbook(ValueError):
    """The bytes are no workbook."""


class WorkbookTooLarge(ValueError):
    """Reading it takes more memory or time than a list may."""


@dataclass(frozen=True, slots=True)
class SheetLines:
    """The rows of one sheet as lines within the output of the reader."""

    name: str
    hidden: bool
    output: bytes
    start: int
    end: int

    def rows(self) -> Iterator[list[Any]]:
        stream = io.BytesIO(self.output)
        stream.seek(self.start)
        while stream.tell() < self.end:
            yield orjson.loads(stream.readline())


def read_workbook(content: bytes) -> list[SheetLines]:
    """All sheets. Raises BrokenWorkbook or WorkbookTooLarge."""
    # An anonymous file in memory: the child may seek in it, and nothing personal touches a disk.
    with os.fdopen(os.memfd_create("workbook"), "w+b") as source:
        source.write(content)
        source.seek(0)
        command = [sys.executable, "-I", __file__]
        with subprocess.Popen(command, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
            output = child.stdout.read(MAX_OUTPUT + 1) if child.stdout else b""
            if len(output) > MAX_OUTPUT:
                child.kill()
    if child.returncode < 0 or child.returncode == _TOO_LARGE:
        raise WorkbookTooLarge
    if child.returncode:
        raise BrokenWorkbook
    return list(_sheets(output))


def _sheets(output: bytes) -> Iterator[SheetLines]:
    """A row begins with a bracket, the head of a sheet with a brace."""
    starts, at = [], 0
    while at < len(output):
        end = output.index(b"\n", at) + 1
        if output[at : at + 1] == b"{":
            starts.append((orjson.loads(output[at:end]), at, end))
        at = end
    for number, (head, _, start) in enumerate(starts):
        end = starts[number + 1][1] if number + 1 < len(starts) else len(output)
        yield SheetLines(head["name"], head["hidden"], output, start, end)


def filled_down(rows: Iterable[list[Any]], merged: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> Iterator[Any]:
    """The rows with each cell that is merged downwards repeated in the rows below its first."""
    spans = {(row, left): bottom for (row, left), (bottom, _right) in merged if bottom > row}
    open_spans: dict[int, tuple[int, Any]] = {}
    for number, row in enumerate(rows):
        for column, (bottom, value) in tuple(open_spans.items()):
            if number > bottom:
                del open_spans[column]
            elif column < len(row) and row[column] == "":
                row[column] = value
        if spans:
            for column, cell in enumerate(row):
                if (bottom := spans.get((number, column), 0)) and cell != "":
                    open_spans[column] = (bottom, cell)
        yield row


def main() -> int:
    """Read standard input, write standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    # A parser that is stopped leaves no picture of its memory behind.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_filelike(sys.stdin.buffer)
        for index, about in enumerate(book.sheets_metadata):
            sheet = book.get_sheet_by_index(index)
            head = {"name": about.name, "hidden": about.visible != SheetVisibleEnum.Visible}
            sys.stdout.buffer.write(orjson.dumps(head) + b"\n")
            for row in filled_down(sheet.iter_rows(), sheet.merged_cell_ranges or ()):
                sys.stdout.buffer.write(orjson.dumps(row, default=str, option=_PLAIN))
    except MemoryError:
        return _TOO_LARGE
    except (CalamineError, OSError, ValueError):
        return _BROKEN
    return 0


# Dates as a person reads them; a line for each row.
_PLAIN = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_APPEND_NEWLINE

if __name__ == "__main__":
    sys.exit(main())
