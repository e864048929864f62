"""Workbooks to work with: real numbers and days, a header that stays in sight, print set-up; streamed like all others.

Text stands in inline strings, which are no formulas, and is made neutral besides, for it may be saved as CSV later.

Sources: ECMA-376 part 1, 18.3.1 (worksheets, sheetViews, pageSetup), 18.2.6 (definedName `_xlnm.Print_Titles`), 18.8
(styles); 18.17.4.1 (the day numbers of the 1900 date system).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from cases.intake.export import neutral
from cases.intake.feedback.workbook import MAX_COLUMNS, Page, Sink, Workbook, cell_text, letters_of
from cases.policy.dated import CHINA

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_DAY_ZERO: Final = date(1899, 12, 30)
# The looks of a cell, by their place in the styles.
TEXT, HEADER, TITLE, INTEGER, NUMBER, DAY, MOMENT, BOLD, NOTE = range(9)
_FORMATS: Final = ("@", "@", "@", "#,##0", "#,##0.00##", "yyyy-mm-dd", "yyyy-mm-dd hh:mm", "@", "@")
_FONTS: Final = (0, 1, 2, 0, 0, 0, 0, 1, 0)
_FRAMED: Final = (1, 1, 0, 1, 1, 1, 1, 0, 0)
_LINE: Final = "".join(
    f'<{side} style="thin"><color auto="1"/></{side}>' for side in ("left", "right", "top", "bottom")
)


def _styles() -> str:
    formats = sorted(set(_FORMATS))
    numbers = {text: 164 + n for n, text in enumerate(formats)}
    listed = "".join(f'<numFmt numFmtId="{numbers[text]}" formatCode={quoteattr(text)}/>' for text in formats)
    fonts = "".join(
        f'<font>{bold}<sz val="{size}"/><name val="{face}"/></font>'
        for bold, size, face in (("", 10, "仿宋"), ("<b/>", 10, "黑体"), ("<b/>", 16, "黑体"))
    )
    cells = "".join(
        f'<xf numFmtId="{numbers[text]}" fontId="{font}" fillId="{2 if n == HEADER else 0}" borderId="{border}"'
        ' xfId="0" applyNumberFormat="1" applyFont="1" applyBorder="1" applyFill="1" applyAlignment="1">'
        f'<alignment vertical="center"{_wrapped(n)}/></xf>'
        for n, (text, font, border) in enumerate(zip(_FORMATS, _FONTS, _FRAMED, strict=True))
    )
    return (
        f'{_HEAD}<styleSheet xmlns="{_MAIN}"><numFmts count="{len(formats)}">{listed}</numFmts>'
        f'<fonts count="3">{fonts}</fonts><fills count="3"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid">'
        '<fgColor rgb="FFE8EEF5"/></patternFill></fill></fills><borders count="2"><border><left/><right/><top/>'
        f"<bottom/><diagonal/></border><border>{_LINE}<diagonal/></border></borders>"
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{len(_FORMATS)}">{cells}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


def _wrapped(look: int) -> str:
    return ' horizontal="center" wrapText="1"' if look == HEADER else ""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a sheet looks: widths of its columns in characters, and in which row its header stands (0: none)."""

    widths: tuple[float, ...]
    header: int = 0


@dataclass(frozen=True, slots=True)
class As:
    """A cell with a look of its own."""

    look: int
    value: Any


class Book(Workbook):
    """`first` names the sheets that stand in front, whenever they were written."""

    styles = _styles()

    def __init__(self, out: Sink, at: datetime, first: Sequence[str] = ()) -> None:
        super().__init__(out, at)
        self._first = list(first)
        self._headers: dict[str, int] = {}

    def page(self, name: str, layout: Layout) -> Sheet:
        return Sheet(self, name, layout)

    def note_header(self, layout: Layout) -> None:
        """The sheet that was begun last has its header there."""
        if layout.header:
            self._headers[self.names[-1]] = layout.header

    def listed(self, names: Sequence[str]) -> str:
        order = [name for name in self._first if name in names] + [name for name in names if name not in self._first]
        sheets = "".join(
            f'<sheet name={quoteattr(name)} sheetId="{names.index(name) + 1}" r:id="rId{names.index(name) + 1}"/>'
            for name in order
        )
        titles = "".join(
            f'<definedName name="_xlnm.Print_Titles" localSheetId="{order.index(name)}">'
            f"{cell_text(_quoted(name))}!$1:${row}</definedName>"
            for name, row in self._headers.items()
        )
        defined = f"<definedNames>{titles}</definedNames>" if titles else ""
        return f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets>{defined}</workbook>'


class Sheet(Page):
    """One sheet: landscape A4, as wide as the paper, its header repeated on every printed page."""

    tail = (
        '</sheetData><printOptions horizontalCentered="1"/>'
        '<pageMargins left="0.4" right="0.4" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/>'
        "<headerFooter><oddFooter>&amp;C第 &amp;P 页 共 &amp;N 页</oddFooter></headerFooter></worksheet>"
    )

    def __init__(self, book: Book, name: str, layout: Layout) -> None:
        self._layout, self._own = layout, book
        self.head = _sheet_head(layout)
        super().__init__(book, name)
        book.note_header(layout)

    def row(self, number: int, cells: Sequence[Any]) -> str:
        header = number == self._layout.header
        written = [
            _cell(f"{letters_of(column)}{number}", cell, header=header)
            for column, cell in enumerate(cells[:MAX_COLUMNS])
            if cell is not None
        ]
        return f'<row r="{number}">{"".join(written)}</row>'


def _sheet_head(layout: Layout) -> str:
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in enumerate(layout.widths, 1)
    )
    frozen = layout.header and (
        f'<pane ySplit="{layout.header}" topLeftCell="A{layout.header + 1}" activePane="bottomLeft" state="frozen"/>'
    )
    return (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews>'
        f'<sheetView workbookViewId="0">{frozen or ""}</sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols><sheetData>'
    )


def _cell(place: str, cell: Any, *, header: bool) -> str:
    look, value = (cell.look, cell.value) if isinstance(cell, As) else (None, cell)
    if isinstance(value, bool):
        value = "是" if value else "否"
    if isinstance(value, int):
        return f'<c r="{place}" s="{INTEGER if look is None else look}"><v>{value}</v></c>'
    if isinstance(value, Decimal):
        return f'<c r="{place}" s="{NUMBER if look is None else look}"><v>{value:f}</v></c>'
    if isinstance(value, datetime):
        here = value.astimezone(CHINA)
        seconds = here.hour * 3600 + here.minute * 60 + here.second
        return f'<c r="{place}" s="{MOMENT}"><v>{_serial(here.date()) + seconds / 86400:.6f}</v></c>'
    if isinstance(value, date):
        return f'<c r="{place}" s="{DAY}"><v>{_serial(value)}</v></c>'
    plain = HEADER if header else TEXT
    style, text = plain if look is None else look, cell_text(neutral(str(value)))
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _serial(day: date) -> int:
    return (day - _DAY_ZERO).days


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"
