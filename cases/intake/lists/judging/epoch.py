"""Whether a workbook counts its days from 1904, as some do; read in that file only, never asked of its parser.

A cell that is formatted as a date comes right out of the parser. A bare serial number does not: it would be four years
and a day too early.

Sources: ECMA-376 part 1, 18.2.28 (`workbookPr/@date1904`); MS-XLS 2.4.77 (Date1904, record 0x0022); MS-CFB 2.2 to 2.6
(the file around it).
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Iterator

# Days between the two first days.
OFFSET = 1462
_FLAG = re.compile(rb"<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*[\"'](?:1|true|on)[\"']")
_HEAD_BYTES = 1 << 20
_DATE_1904, _END_OF_GLOBALS = 0x0022, 0x000A
_STREAMS = ("Workbook", "Book")
_SECTOR_SHIFTS = (9, 12)
_IN_HEADER, _LAST = 109, 0xFFFFFFFA


def counts_from_1904(content: bytes) -> bool:
    """For the bytes of a workbook; no for any other file and for one whose parts are not where they should be."""
    try:
        if content.startswith(b"PK"):
            return _in_package(content)
        return _in_records(_workbook_stream(content))
    except (struct.error, zipfile.BadZipFile, RuntimeError, ValueError, OSError):
        return False


def _in_package(content: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        names = [name for name in package.namelist() if name.lower().endswith("workbook.xml")]
        for name in names[:1]:
            with package.open(name) as part:
                return bool(_FLAG.search(part.read(_HEAD_BYTES)))
    return False


def _in_records(stream: bytes) -> bool:
    """The records of the first substream: each has a number, a length and its data."""
    at = 0
    while at + 6 <= len(stream):
        number, length = struct.unpack_from("<HH", stream, at)
        if number == _DATE_1904:
            return bool(struct.unpack_from("<H", stream, at + 4)[0] == 1)
        if number == _END_OF_GLOBALS:
            return False
        at += 4 + length
    return False


def _workbook_stream(content: bytes) -> bytes:
    """The beginning of the stream that holds the workbook."""
    shift = struct.unpack_from("<H", content, 30)[0]
    if shift not in _SECTOR_SHIFTS:
        return b""
    size = 1 << shift
    table = list(_table_sectors(content, size))
    directory = b"".join(_chain(content, size, table, struct.unpack_from("<I", content, 48)[0]))
    for at in range(0, len(directory), 128):
        length = struct.unpack_from("<H", directory, at + 64)[0]
        if directory[at : at + max(length - 2, 0)].decode("utf-16-le", "replace") in _STREAMS:
            return b"".join(_chain(content, size, table, struct.unpack_from("<I", directory, at + 116)[0]))
    return b""


def _table_sectors(content: bytes, size: int) -> Iterator[int]:
    """The sectors that hold the table of sectors: the first in the header, the others chained."""
    yield from struct.unpack_from(f"<{_IN_HEADER}I", content, 76)
    following, count = struct.unpack_from("<II", content, 68)
    for _ in range(min(count, len(content) // size)):
        *sectors, following = struct.unpack_from(f"<{size // 4}I", content, (following + 1) * size)
        yield from sectors


def _chain(content: bytes, size: int, table: list[int], sector: int) -> Iterator[bytes]:
    """The sectors of a stream one after another, not more of them than are needed."""
    for _ in range(_HEAD_BYTES // size):
        if sector >= _LAST:
            return
        yield content[(sector + 1) * size : (sector + 2) * size]
        where, place = divmod(sector, size // 4)
        if where >= len(table):
            return
        sector = struct.unpack_from("<I", content, (table[where] + 1) * size + place * 4)[0]
