"""From the bytes of a file to rows of cells: encoding by trial, CSV and workbooks, sheets one after another.

Rows are handed out one by one: a list of a million rows costs no more memory than its text. What is no list is refused
with a sentence that says what to send instead.
"""

from __future__ import annotations

import csv
import io
import zipfile
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from cases.intake.lists.judging.epoch import counts_from_1904
from cases.intake.lists.sentences import NotAList
from cases.intake.lists.values import text_of
from cases.intake.lists.workbooks.process import BrokenWorkbook, WorkbookTooLarge, read_workbook

Row = list[Any]

# A file of this size is refused; megabytes as a file manager and the sender count them.
TOO_LARGE = 200_000_000
MAX_BYTES = TOO_LARGE - 1
# A workbook unpacks to about ten times its size; a hundred times, or over this sum, is a bomb.
MAX_UNPACKED = 1024 * 1024 * 1024
MAX_RATIO = 200
# A stray NUL in some cell is no reason to refuse a list; one byte in fifty of them is no text.
MAX_NULS = 50
_PIECE = 1 << 20
_MARKS = (",", "\t", ";", "|")
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_OTHER_FILES = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")


class Source(Protocol):
    """Where the rows of a sheet come from."""

    def rows(self) -> Iterator[Row]: ...


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet (a CSV file is one): its name and its rows, read anew at every call. What is hidden is no list."""

    name: str
    source: Source
    hidden: bool = False
    # The columns, where they are known beforehand: then no row is a header, and every row is one of the list.
    heads: tuple[str, ...] = ()
    # Its serial days are counted from 1904.
    from_1904: bool = False

    def rows(self) -> Iterator[Row]:
        return self.source.rows()


@dataclass(frozen=True, slots=True)
class _Csv:
    content: bytes
    encoding: str
    delimiter: str

    def rows(self) -> Iterator[Row]:
        stream = io.TextIOWrapper(io.BytesIO(self.content), self.encoding, newline="")
        # Strict: a quotation mark that is never closed would swallow all the rows behind it.
        reader = csv.reader(stream, delimiter=self.delimiter, strict=True)
        try:
            yield from reader
        except csv.Error as error:
            raise NotAList("broken_csv", line=reader.line_num) from error


def open_list(content: bytes) -> list[Sheet]:
    """The sheets of a file. Raises NotAList with a sentence when it is none, or one that must not be opened."""
    if not content or content.isspace():
        raise NotAList("empty_file")
    if len(content) > MAX_BYTES:
        raise NotAList("too_large")
    if content.startswith(_OTHER_FILES):
        raise NotAList("other_format")
    if content.startswith((_ZIP, _OLE)):
        return _open_workbook(content)
    encoding = detect_encoding(content)
    return [Sheet("", _Csv(content, encoding, _delimiter(content, encoding)))]


def detect_encoding(content: bytes) -> str:
    """The first encoding that reads every byte: by mark, then UTF-8, then GB18030.

    Statistical guessers were wrong on short Chinese files; trial decoding was right on every sample.
    """
    candidates: tuple[str, ...] = ("utf-8", "gb18030")
    if content.startswith(BOM_UTF8):
        candidates = ("utf-8-sig",)
    elif content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        candidates = ("utf-16",)
    elif content[:4096].count(0) > len(content[:4096]) // MAX_NULS:
        candidates = tuple(e for e in ("utf-16-le", "utf-16-be") if _looks_like_text(content, e))
    for encoding in candidates:
        if _decodes(content, encoding):
            return encoding
    binary = b"\x00" in content[:4096] and candidates != ("utf-16",)
    raise NotAList("other_format" if binary else "unknown_encoding")


def _looks_like_text(content: bytes, encoding: str) -> bool:
    """In the other order of bytes a separator is a sign that no list holds (U+2C00, U+0900, U+3B00, U+7C00)."""
    head = content[:4096].decode(encoding, "ignore")
    return any(mark in head for mark in _MARKS) and "\x00" not in head


def _decodes(content: bytes, encoding: str) -> bool:
    decoder = getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(content), _PIECE):
            decoder.decode(content[start : start + _PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(content: bytes, encoding: str) -> str:
    """The separator that cuts the first lines into the most, and equally many, cells."""
    head = content[:65_536].decode(encoding, "ignore").splitlines()[:30]

    def score(mark: str) -> tuple[int, int]:
        counts = [len(cells) for cells in csv.reader(head, delimiter=mark) if any(cells)]
        usual = max(set(counts), key=counts.count, default=1)
        return (counts.count(usual) if usual > 1 else 0, usual)

    return max(_MARKS, key=score)


def _open_workbook(content: bytes) -> list[Sheet]:
    if content.startswith(_ZIP):
        _refuse_dangerous(content)
    elif "EncryptedPackage".encode("utf-16-le") in content:
        raise NotAList("encrypted")
    try:
        sheets = read_workbook(content)
    except BrokenWorkbook as error:
        raise NotAList("broken_workbook") from error
    except WorkbookTooLarge as error:
        raise NotAList("workbook_too_large") from error
    from_1904 = counts_from_1904(content)
    return [Sheet(lines.name, lines, lines.hidden, from_1904=from_1904) for lines in sheets]


def _refuse_dangerous(content: bytes) -> None:
    """A bomb is refused from its directory, before anything is unpacked; macros are refused as such."""
    try:
        entries = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except zipfile.BadZipFile as error:
        raise NotAList("broken_workbook") from error
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(len(content), 1):
        raise NotAList("zip_bomb")
    if any(entry.filename.lower().endswith("vbaproject.bin") for entry in entries):
        raise NotAList("macros")
    if any(entry.flag_bits & 1 for entry in entries):
        raise NotAList("encrypted")


def is_blank(row: Row) -> bool:
    return not any(cell not in ("", None) and text_of(cell) for cell in row)
