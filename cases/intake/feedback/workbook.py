"""A workbook written row by row into a stream: flat memory, and nothing of it ever lies on a disk in clear.

Writers of workbooks keep the whole of it in memory or put their sheets into temporary files; this one hands each piece
to its stream as soon as it is packed. Text stands in the cells themselves (inline strings) and is never a formula.

Sources: ECMA-376 part 1, 18.3.1 (worksheets), 22.4.2.2 (`_xHHHH_` for characters that XML has none for).
"""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from types import TracebackType
from typing import IO, Any, Final, Protocol, Self
from xml.sax.saxutils import escape, quoteattr

# What a sheet, and a cell of one, can hold; a longer list goes on in a second sheet.
MAX_ROWS: Final = 1_048_576
MAX_TEXT: Final = 32_767
MAX_COLUMNS: Final = 16_384
# A packed file of more than two gigabytes needs an extension that not every reader of workbooks knows.
MAX_SHEET_BYTES: Final = 1_800_000_000
NAME_LENGTH: Final = 31
_FLUSH: Final = 1 << 17
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_NO_NAME: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_STYLES: Final = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="SimSun"/></font>'
    '<font><b/><sz val="11"/><name val="SimSun"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)

_SHEET_HEAD: Final = (
    f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetFormatPr defaultColWidth="16" defaultRowHeight="15"/><sheetData>'
)


class Sink(Protocol):
    """Where the bytes of the workbook go, once and in order."""

    def write(self, data: bytes, /) -> Any: ...

    def flush(self) -> None: ...


class Workbook:
    """Sheets one after another; `closing` names one more that is written in later (see `add_sheet`)."""

    # What a kind of workbook with looks of its own says otherwise.
    styles = _STYLES

    def __init__(self, out: Sink, at: datetime, closing: str = "") -> None:
        self._zip = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=4)  # type: ignore[call-overload]
        self._at = at
        self._closing = closing
        self.names: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()

    def sheet(self, name: str) -> Page:
        return Page(self, name)

    def begin(self, name: str) -> IO[bytes]:
        """The stream of a new sheet under a name that no other has."""
        self.names.append(_free_name(name, [*self.names, self._closing]))
        return self._zip.open(_entry(_sheet_path(len(self.names)), self._at), "w")

    def close(self) -> None:
        """Write what says which sheets there are, and end the file."""
        paths = [_sheet_path(number + 1) for number in range(len(self.names))]
        names = list(self.names)
        if self._closing:
            names.append(self._closing)
            paths.append(CLOSING_PATH)
        for path, text in (
            ("xl/workbook.xml", self.listed(names)),
            ("xl/_rels/workbook.xml.rels", _relations(paths)),
            ("xl/styles.xml", self.styles),
            ("_rels/.rels", _ROOT),
            ("[Content_Types].xml", _types(paths)),
        ):
            self._zip.writestr(_entry(path, self._at), text.encode())
        self._zip.close()

    def listed(self, names: Sequence[str]) -> str:
        """The part that lists the sheets, in the order in which they were written."""
        return _book(names)


class Page:
    """One sheet on its way; it goes on in another one where it is full."""

    head = _SHEET_HEAD
    tail = "</sheetData></worksheet>"

    def __init__(self, book: Workbook, name: str) -> None:
        self._book, self._name, self._part = book, name, 0
        self._begin()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def write(self, cells: Sequence[Any]) -> None:
        if self._row >= MAX_ROWS or self._bytes > MAX_SHEET_BYTES:
            self._end()
            self._begin()
        self._row += 1
        row = self.row(self._row, cells)
        self._waiting.append(row)
        self._held += len(row)
        if self._held >= _FLUSH:
            self._pass_on()

    def row(self, number: int, cells: Sequence[Any]) -> str:
        """One row as it is written."""
        return _row(number, cells)

    def _begin(self) -> None:
        self._part += 1
        self._row = self._bytes = self._held = 0
        self._waiting: list[str] = [self.head]
        self._stream = self._book.begin(self._name if self._part == 1 else f"{self._name}({self._part})")

    def _pass_on(self) -> None:
        data = "".join(self._waiting).encode()
        self._stream.write(data)
        self._bytes += len(data)
        self._waiting.clear()
        self._held = 0

    def _end(self) -> None:
        self._waiting.append(self.tail)
        self._pass_on()
        self._stream.close()


CLOSING_PATH: Final = "xl/worksheets/closing.xml"


def add_sheet(file: IO[bytes], rows: Iterable[Sequence[Any]], at: datetime) -> None:
    """Write the sheet that a finished workbook has named as its closing one."""
    body = "".join(_row(number, cells) for number, cells in enumerate(rows, 1))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(_entry(CLOSING_PATH, at), f"{_SHEET_HEAD}{body}</sheetData></worksheet>".encode())


def _entry(path: str, at: datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, at.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _sheet_path(number: int) -> str:
    return f"xl/worksheets/sheet{number}.xml"


def _free_name(name: str, taken: Iterable[str]) -> str:
    """As the sheet is called, as far as a workbook allows it: 31 characters, some excluded, each name once."""
    clean = _NO_NAME.sub("_", name).strip("' ") or "Sheet"
    used = {other.lower() for other in taken}
    found, number = clean[:NAME_LENGTH], 1
    while found.lower() in used:
        number += 1
        mark = f"_{number}"
        found = f"{clean[: NAME_LENGTH - len(mark)]}{mark}"
    return found


def _row(number: int, cells: Sequence[Any]) -> str:
    written = [
        _cell(f"{letters_of(column)}{number}", cell)
        for column, cell in enumerate(cells[:MAX_COLUMNS])
        if cell is not None and cell != ""
    ]
    return f'<row r="{number}">{"".join(written)}</row>'


def _cell(place: str, cell: Any) -> str:
    if isinstance(cell, bool):
        return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, int | float) and math.isfinite(cell):
        return f'<c r="{place}"><v>{cell!r}</v></c>'
    text = cell_text(str(cell))
    return f'<c r="{place}" s="1" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def cell_text(text: str) -> str:
    if len(text) > MAX_TEXT:
        text = f"{text[: MAX_TEXT - 1]}…"
    # A bare carriage return would come back as a line feed; a reference to it comes back as itself, in every reader.
    return escape(_UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text), {"\r": "&#13;"})


@lru_cache(maxsize=MAX_COLUMNS)
def letters_of(column: int) -> str:
    """0 → A, 26 → AA."""
    letters, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _book(names: Sequence[str]) -> str:
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>' for number, name in enumerate(names, 1)
    )
    return f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>'


def _relations(paths: Sequence[str]) -> str:
    sheets = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" Target="{path.removeprefix("xl/")}"/>'
        for number, path in enumerate(paths, 1)
    )
    styles = f'<Relationship Id="rId{len(paths) + 1}" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{sheets}{styles}</Relationships>'


def _types(paths: Sequence[str]) -> str:
    sheets = "".join(f'<Override PartName="/{path}" ContentType="{_TYPE}.worksheet+xml"/>' for path in paths)
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>{sheets}'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>'
    )


_ROOT: Final = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
