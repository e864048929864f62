"""What a spreadsheet would run as a formula leaves as text, whatever stands before it; one place writes tables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cases.intake.export import neutral

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u3000=1", "\ufeff=1", "＝1+1",
     "＋1+1", "－a", "＠SUM", '=HYPERLINK("http://x","y")'],
)  # fmt: skip
def test_a_cell_that_would_run_is_shown(cell):
    assert neutral(cell).startswith("'")


@pytest.mark.parametrize("cell", ["-12.5", "-3", "12", "户号", "a=b", "", "XZ21-1"])
def test_any_other_cell_stands_as_it_stood(cell):
    assert neutral(cell) == cell


# This names the type of what `csv_line` wrote.
NAMING = "cases/web/taking.py"


def test_tables_are_written_in_one_place():
    writing = re.compile(r"csv\.(?:writer|DictWriter)|xlsxwriter|openpyxl|text/csv")
    found = {
        str(path.relative_to(ROOT))
        for package in ("audit", "agencies", "cases", "notifications", "config")
        for path in (ROOT / package).rglob("*.py")
        if writing.search(path.read_text(encoding="utf-8"))
    }
    assert found - {"cases/documents/uploads/checking.py"} == {"cases/intake/export.py", NAMING}
