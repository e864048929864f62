"""The lines of time and place in a picture of a telephone (HEIC, ISO/IEC 23008-12): found, without opening the picture.

A library that opens such pictures brings a decoder of films along, written in C and fed with whatever is uploaded. All
that is asked here is where the directory of the file says that its item `Exif` lies.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

STILLS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"hevc", b"hevx"})
# Those of a telephone's picture have a few thousand bytes; what names more is no picture.
LONGEST_DIRECTORY = LONGEST_LINES = 1 << 20
MOST_BOXES = 1_000
_IN_FILE, _IN_DIRECTORY = 0, 1


def is_heif(content: bytes) -> bool:
    return content[4:8] == b"ftyp" and content[8:12] in STILLS


def exif_of(content: bytes) -> bytes:
    """Return the lines as Pillow reads them; ValueError or LookupError where there are none or they are broken."""
    whole = memoryview(content)
    meta = next((box for kind, box in _boxes(whole) if kind == b"meta"), whole[:0])
    if len(meta) > LONGEST_DIRECTORY:
        raise ValueError("no picture has such a directory")
    inner = dict(_boxes(meta[4:]))
    found = _item(_exif_item(inner[b"iinf"]), _Numbers(inner[b"iloc"]), (whole, inner.get(b"idat", whole[:0])))
    # Its first four bytes say how far behind them the lines begin.
    return b"Exif\x00\x00" + found[4 + _Numbers(memoryview(found)).take(4) :]


class _Numbers:
    """Numbers of so many bytes, one after the other."""

    def __init__(self, data: memoryview) -> None:
        self.data, self.at = data, 0

    def take(self, size: int) -> int:
        self.at += size
        if self.at > len(self.data):
            raise ValueError("the directory ends within a number")
        return int.from_bytes(self.data[self.at - size : self.at], "big")


def _boxes(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    return islice(_all_boxes(data), MOST_BOXES)


def _all_boxes(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    while len(data) >= 8:
        numbers = _Numbers(data)
        size, kind = numbers.take(4), bytes(data[4:8])
        numbers.take(4)
        size = numbers.take(8) if size == 1 else size or len(data)
        if size < numbers.at:
            raise ValueError("a box is smaller than its head")
        yield kind, data[numbers.at : size]
        data = data[size:]


def _exif_item(iinf: memoryview) -> int:
    """The number of the item that holds the lines."""
    for kind, box in _boxes(iinf[6 if iinf[0] == 0 else 8 :]):
        wide = 4 if box[0] == 3 else 2
        if kind == b"infe" and box[0] in (2, 3) and bytes(box[6 + wide : 10 + wide]) == b"Exif":
            return int.from_bytes(box[4 : 4 + wide], "big")
    raise LookupError("no item holds lines")


def _item(wanted: int, iloc: _Numbers, sources: tuple[memoryview, memoryview]) -> bytes:
    """The bytes of an item, from the places that the directory names."""
    version, _, sizes, more = (iloc.take(n) for n in (1, 3, 1, 1))
    number = 4 if version == 2 else 2
    for _ in range(iloc.take(number)):
        item = iloc.take(number)
        method = iloc.take(2) & 15 if version else _IN_FILE
        iloc.take(2)
        base, extents = iloc.take(more >> 4), iloc.take(2)
        index = more & 15 if version else 0
        if item != wanted:
            iloc.take(extents * (index + (sizes >> 4) + (sizes & 15)))
            continue
        found = b""
        for _ in range(min(extents, MOST_BOXES)):
            iloc.take(index)
            begin = base + iloc.take(sizes >> 4)
            length = iloc.take(sizes & 15) or LONGEST_LINES
            found += sources[method][begin : begin + min(length, LONGEST_LINES - len(found))]
        return found
    raise LookupError("the item lies nowhere")
