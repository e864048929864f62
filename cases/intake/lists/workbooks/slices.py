"""A large sheet of an XLSX in parts, each a small workbook: a million rows need little more memory than a few thousand.

The parser holds every cell of a sheet at once. Here the text of the sheet is unpacked piece by piece and cut in front
of a row that names its number; a part is the package with just those rows in the sheet. What is not laid out as
spreadsheets lay it out (rows without numbers, prefixed names, raw text, remarks) is not cut but read whole.

Source: ECMA-376 part 1, 18.2.19 (`sheet`), 18.3.1.73 (`row`), 18.3.1.80 (`sheetData`); part 2, 9.3 (relationships).
"""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import dirname, join, normpath
from typing import BinaryIO

# What a sheet may unpack to before it is cut, and about what each part of it does.
PART_BYTES = 16 << 20
_PIECE = 1 << 20
_ATTRIBUTE = re.compile(r"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_BEGIN = re.compile(rb"<sheetData\s*>")
_END = b"</sheetData>"
_NUMBERED_ROW = re.compile(rb'<row\s(?:[^<>]*?\s)?r="\d+"')
# An angle bracket within these is text.
_RAW = re.compile(rb"<!\[CDATA\[|<!--")
# Long enough that none of the marks above is missed because it lies across two pieces.
_OVERLAP = 16


@dataclass(frozen=True, slots=True)
class Layout:
    """The part of the package that a sheet is, where its rows lie (bytes), and what stands before and behind them."""

    part: str
    begin: int
    end: int
    head: bytes
    tail: bytes


class Package:
    """A workbook of whatever kind; the sheets of an XLSX can be cut, those of others are none of its business."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self._sheets = _sheet_parts(file) if zipfile.is_zipfile(file) else []

    def layouts(self) -> list[Layout | None]:
        """How each sheet is cut; None for one that is small or laid out in another way. Empty for another workbook."""
        if not self._sheets:
            return []
        with zipfile.ZipFile(self.file) as package:
            sizes = {entry.filename: entry.file_size for entry in package.infolist()}
            return [_layout(package, part) if sizes.get(part, 0) > PART_BYTES else None for part in self._sheets]

    def whole(self) -> BinaryIO:
        """The workbook as it came."""
        self.file.seek(0)
        return self.file

    def outline(self) -> BinaryIO:
        """The workbook without a cell or text: enough to ask for its sheets."""
        with zipfile.ZipFile(self.file) as package:
            texts = {name for name in package.namelist() if name.lower().endswith("/sharedstrings.xml")}
            return io.BytesIO(_without(package, {*self._sheets, *texts}))

    def parts(self, layout: Layout) -> Iterator[BinaryIO]:
        """The workbook again and again, with no other sheet and each time with the next rows of this one."""
        with zipfile.ZipFile(self.file) as package:
            rest = _without(package, {layout.part, *self._sheets})
            for rows in _cut(package, layout):
                part = io.BytesIO(rest)
                smaller = zipfile.ZipFile(part, "a", zipfile.ZIP_DEFLATED, compresslevel=1)
                with smaller, smaller.open(layout.part, "w") as sheet:
                    sheet.writelines((layout.head, rows, layout.tail))
                part.seek(0)
                yield part


def _sheet_parts(file: BinaryIO) -> list[str]:
    """The part of each sheet, in the order of the workbook; empty where they are not where an XLSX has them."""
    with zipfile.ZipFile(file) as package:
        books = [name for name in package.namelist() if name.lower().endswith("workbook.xml")]
        relations = [f"{dirname(book)}/_rels/{book.rpartition('/')[2]}.rels" for book in books]
        if len(books) != 1 or relations[0].lstrip("/") not in package.namelist():
            return []
        targets = {
            each.get("Id", ""): normpath(join("/", dirname(books[0]), each.get("Target", ""))).lstrip("/")
            for each in _elements(package.read(relations[0].lstrip("/")), "Relationship")
        }
        sheets = _elements(package.read(books[0]), "sheet")
        links = [next((value for name, value in each.items() if name.endswith(":id")), "") for each in sheets]
        return [targets.get(link, "") for link in links]


def _elements(text: bytes, name: str) -> list[dict[str, str]]:
    """The attributes of every element of that name, whatever its prefix."""
    tags = re.findall(rf"<(?:\w+:)?{name}\s([^<>]*)>", text.decode("utf-8", "replace"))
    return [{key: double or single for key, double, single in _ATTRIBUTE.findall(tag)} for tag in tags]


def _layout(package: zipfile.ZipFile, part: str) -> Layout | None:
    """Read once from end to end, for what stands behind the rows (which cells are merged) is needed with the first."""
    with package.open(part) as text:
        head = text.read(_PIECE)
        if (found := _BEGIN.search(head)) is None:
            return None
        begin = at = found.end()
        rest = head[begin:]
        while (where := rest.find(_END)) < 0:
            piece = text.read(_PIECE)
            if not piece or _RAW.search(rest):
                return None
            kept = rest[-_OVERLAP:]
            at += len(rest) - len(kept)
            rest = kept + piece
        if _RAW.search(rest[:where]):
            return None
        return Layout(part, begin, at + where, head[:begin], rest[where:] + text.read())


def _cut(package: zipfile.ZipFile, layout: Layout) -> Iterator[bytes]:
    """The rows in parts that begin with a row that names its number."""
    held, left, enough = bytearray(), layout.end - layout.begin, PART_BYTES
    with package.open(layout.part) as text:
        text.read(layout.begin)
        while left:
            piece = text.read(min(left, _PIECE, PART_BYTES))
            if not piece:
                raise EOFError(layout.part)
            left -= len(piece)
            held += piece
            if left and len(held) < enough:
                continue
            where = _last_numbered_row(held) if left else len(held)
            # Where nothing can be cut, it is not looked for again in every piece.
            enough = PART_BYTES if where else 2 * len(held)
            if where:
                yield bytes(held[:where])
                del held[:where]


def _last_numbered_row(held: bytearray) -> int:
    """Where the last row begins that names its number; 0 for none behind the first."""
    where = len(held)
    while (where := held.rfind(b"<row ", 0, where)) > 0:
        if _NUMBERED_ROW.match(held, where):
            return where
    return 0


def _without(package: zipfile.ZipFile, left_out: set[str]) -> bytes:
    """The package but for these parts."""
    rest = io.BytesIO()
    with zipfile.ZipFile(rest, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as smaller:
        for entry in package.infolist():
            if entry.filename not in left_out:
                with package.open(entry) as old, smaller.open(entry.filename, "w") as new:
                    shutil.copyfileobj(old, new)
    return rest.getvalue()
