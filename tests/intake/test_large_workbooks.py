"""A large sheet is read in parts, and comes out as if it had been read whole."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter

from cases.intake.lists.workbooks import slices
from cases.intake.lists.workbooks.program import RowsOutOfOrder, read_sheets

SHEET = "xl/worksheets/sheet2.xml"


def book(*, texts_apart: bool = True, top: int = 0, left: int = 0) -> bytes:
    """A small sheet, then one with titles, gaps, merged cells that reach over many rows, and a hidden small one."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"constant_memory": not texts_apart}) as made:
        made.add_worksheet("说明").write_row(0, 0, ["填表说明", '<row r="9"> & ]]>'])
        page = made.add_worksheet("名单")
        page.write_row(top, left, ["户号", "用电地址", "用电量", "备注"])
        for number in range(1, 400):
            if number % 97 == 0:
                continue
            # Towards the end nothing stands in the first column: a part of such rows begins further right.
            account = f"3203{number:09d}" if number < 300 else None
            page.write_row(top + number, left, [account, f'民主路{number}号 <row r="7">', number * 1.5])
        if texts_apart:
            page.merge_range(top + 3, left + 3, top + 390, left + 3, "同一台区")
        hidden = made.add_worksheet("旧表")
        hidden.write_row(0, 0, ["x"])
        hidden.hide()
    return buffer.getvalue()


def changed(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == SHEET else old.read(name))
    return buffer.getvalue()


def read(content: bytes) -> list[tuple[str, bool, list[list[Any]]]]:
    """Cells to the right of a row's last are left out: a part is as wide as its own rows."""
    return [
        (head["name"], head["hidden"], [stripped(row) for row in rows])
        for head, rows in read_sheets(io.BytesIO(content))
    ]


def stripped(row: list[Any]) -> list[Any]:
    while row and row[-1] == "":
        row = row[:-1]
    return row


def count_of_parts(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many parts each sheet that was cut came in, as they are read."""
    counts: list[int] = []
    real = slices._cut

    def counted(*given: Any) -> Any:
        counts.append(0)
        for part in real(*given):
            counts[-1] += 1
            yield part

    monkeypatch.setattr(slices, "_cut", counted)
    return counts


@pytest.mark.parametrize("at", [(0, 0), (5, 2)])
@pytest.mark.parametrize("texts_apart", [True, False])
@pytest.mark.parametrize("size", [300, 2_000, 20_000])
def test_a_sheet_in_parts_reads_as_the_whole_sheet(
    monkeypatch: pytest.MonkeyPatch, size: int, at: tuple[int, int], *, texts_apart: bool
) -> None:
    content = book(texts_apart=texts_apart, top=at[0], left=at[1])
    whole = read(content)
    assert [(name, hidden) for name, hidden, _ in whole] == [("说明", False), ("名单", False), ("旧表", True)]
    assert len(whole[1][2]) == at[0] + 400
    if texts_apart:
        assert [row[at[1] + 3] for row in whole[1][2][at[0] + 3 : at[0] + 391]] == ["同一台区"] * 388
    counts = count_of_parts(monkeypatch)
    monkeypatch.setattr(slices, "PART_BYTES", size)
    assert read(content) == whole
    assert max(counts) > 1


@pytest.mark.parametrize(
    "change",
    [
        lambda text: re.sub(rb'(<row) r="\d+"', rb"\1", text),
        lambda text: text.replace(b"<row", b"<x:row").replace(b"</row", b"</x:row")
        .replace(b"<sheetData", b"<x:sheetData").replace(b"</sheetData", b"</x:sheetData")
        .replace(b"<worksheet", b'<worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'),
        lambda text: text.replace(b'<row r="200"', b'<!-- </sheetData><row r="3"> --><row r="200"'),
    ],
    ids=["rows without numbers", "prefixed", "remark"],
)  # fmt: skip
def test_what_is_laid_out_in_another_way_is_read_whole(
    monkeypatch: pytest.MonkeyPatch, change: Callable[[bytes], bytes]
) -> None:
    content = changed(book(), change)
    whole = read(content)
    assert len(whole[1][2]) >= 395
    counts = count_of_parts(monkeypatch)
    monkeypatch.setattr(slices, "PART_BYTES", 2_000)
    assert read(content) == whole
    assert max(counts, default=1) == 1


def test_rows_that_go_back_are_refused_and_never_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    content = changed(book(), lambda text: text.replace(b'390"', b'12"'))
    monkeypatch.setattr(slices, "PART_BYTES", 2_000)
    with pytest.raises(RowsOutOfOrder):
        read(content)
