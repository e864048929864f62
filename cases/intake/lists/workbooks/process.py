"""A workbook to rows, in a process of its own that may use so much memory and time and no more.

A workbook of two kilobytes can name a cell in its last corner, or lie about what it unpacks to; the parser then takes
half a terabyte or dies, and takes with it the web server or worker that it runs in.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from cases.intake.lists.workbooks import program

# More text than any list has; cells that share one long text could otherwise multiply it without end.
MAX_OUTPUT = 512 << 20
_ROOT = Path(__file__).resolve().parents[4]
# Isolated: neither the folder it is started in nor the environment has a say in what is imported.
_START = f"import sys; sys.path.append(sys.argv[1]); from {program.__name__} import main; sys.exit(main())"


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
        command = [sys.executable, "-I", "-c", _START, str(_ROOT)]
        with subprocess.Popen(command, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
            output = child.stdout.read(MAX_OUTPUT + 1) if child.stdout else b""
            if len(output) > MAX_OUTPUT:
                child.kill()
    if child.returncode < 0 or child.returncode == program.TOO_LARGE:
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
