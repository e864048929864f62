"""A large XLSX list to rows: seconds and peak memory of the process that reads it, beside the parser on the whole file.

`python -m bench workbooks --rows 1000000 --json`: the list of the import's benchmark as a workbook with its texts in
the cells and with its texts apart (as spreadsheets save them). `parser_…`: python-calamine alone over the same file in
a process of its own, in the same run.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import xlsxwriter

from bench.importing.lists import HEADER, make_rows
from cases.intake.lists.workbooks.process import read_workbook

# Each in a process of its own: how much memory one took is not to be seen behind another's.
_READ = "import sys, bench.workbooks as b; b.tell(sys.argv[1], sys.stdin.buffer.read())"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the list (100000)")


def run(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """One line a way in which spreadsheets keep their texts."""
    for texts in ("in_cells", "apart"):
        content = workbook(arguments.rows, apart=texts == "apart")
        ours, parser = (_timed(way, content) for way in ("product", "parser"))
        yield {
            "bench": "workbooks", "rows": arguments.rows, "texts": texts, "mb": round(len(content) / 1e6, 1),
            "read_rows": ours["rows"], "seconds": ours["seconds"], "reader_peak_mb": ours["child_mb"],
            "caller_peak_mb": ours["own_mb"], "parser_seconds": parser["seconds"], "parser_peak_mb": parser["own_mb"],
            "by_parser_ratio": round(ours["seconds"] / parser["seconds"], 2),
        }  # fmt: skip


def workbook(rows: int, *, apart: bool) -> bytes:
    """The list of the import's benchmark as XLSX."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"constant_memory": not apart}) as book:
        page = book.add_worksheet("名单")
        for number, row in enumerate([HEADER, *make_rows(rows)]):
            page.write_row(number, 0, row)
    return buffer.getvalue()


def _timed(way: str, content: bytes) -> dict[str, Any]:
    told = subprocess.run([sys.executable, "-c", _READ, way], input=content, capture_output=True, check=True)
    rows, seconds, own, child = told.stdout.split()
    return {"rows": int(rows), "seconds": float(seconds), "own_mb": int(own), "child_mb": int(child)}


def tell(way: str, content: bytes) -> None:
    """Print rows, seconds, and peak memory (MB) of this process and of its children."""
    import resource

    started = time.monotonic()
    if way == "product":
        rows = sum(1 for sheet in read_workbook(content) for _ in sheet.rows())
    else:
        from python_calamine import CalamineWorkbook

        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = sum(1 for _ in book.get_sheet_by_index(0).iter_rows())
    seconds = time.monotonic() - started
    # The other figure for this process would begin with what its parent had.
    own = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) // 1024
    print(rows, round(seconds, 2), own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
