"""Small files that are what their names say."""

from __future__ import annotations

import base64
import io
import zipfile

import xlsxwriter
from PIL import ExifTags, Image

PDF = b"%PDF-1.7\nnot much of a paper"
# 64 by 64 pixels of grey-green, written by pillow-heif 1.8 (libheif 1.23): 7 November 2026, 10:40, at the site.
TELEPHONE = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAZdtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAADRpbG9jAAAA"
    "AERAAAIAAQAAAAABuwABAAAAAAAAABcAAgAAAAAB0gABAAAAAAAAANAAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVpbmZl"
    "AgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA1mlwcnAAAAC3aXBjbwAAAHhodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH/"
    "/wNwAAADAJAAAAMAAAMAHroCQGEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbqSSmubgIaDAgAAAMAyAAAAwAIQGIAAQAHRAHBcrAiQAAAABNj"
    "b2xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABAAAAAQAAAABBwaXhpAAAAAAMICAgAAAAXaXBtYQAAAAAAAAABAAEEgQIDBAAAABppcmVmAAAA"
    "AAAAAA5jZHNjAAIAAQABAAAA721kYXQAAAATKAGvBBj8eTjr//A9PLJ3nEdDgAAAAAZFeGlmAABNTQAqAAAACAACh2kABAAAAAEAAAAmiCUABAAA"
    "AAEAAABgAAAAAAACkAMAAgAAABQAAABEkBEAAgAAAAcAAABYAAAAADIwMjY6MTE6MDcgMTA6NDA6MDAAKzA4OjAwAAAABAABAAIAAAACTgAAAAAC"
    "AAUAAAADAAAAlgADAAIAAAACRQAAAAAEAAUAAAADAAAArgAAAAAAAAAiAAAAAQAAAAwAAAABAAABjAAAABkAAAB1AAAAAQAAABEAAAABAAAAMwAA"
    "ABk="
)


def picture(kind: str = "JPEG", size: tuple[int, int] = (8, 6)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "gray").save(out, kind)
    return out.getvalue()


def photo(mark: bytes = b"") -> bytes:
    """A photograph that differs by what stands behind it, as cameras leave their own data there."""
    return picture() + mark


def workbook() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet().write(0, 0, "户号")
    return out.getvalue()


def packed_names(members: dict[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def taken_picture(
    at: str | None = None, place: tuple[float, float] | None = None, *, offset: str = "", mark: bytes = b""
) -> bytes:
    """A photograph that says when (2026:11:07 10:40:00) and where (degrees east, degrees north) it was taken."""
    tags = Image.Exif()
    about = tags.get_ifd(ExifTags.IFD.Exif)
    if at:
        about[ExifTags.Base.DateTimeOriginal] = at
    if offset:
        about[ExifTags.Base.OffsetTimeOriginal] = offset
    if place:
        spot = tags.get_ifd(ExifTags.IFD.GPSInfo)
        for tag, ref, value, names in ((4, 3, place[0], "EW"), (2, 1, place[1], "NS")):
            size = abs(value)
            spot[ref] = names[value < 0]
            spot[tag] = (int(size), int(size * 60) % 60, round(size * 3600 % 60, 4))
    out = io.BytesIO()
    Image.new("RGB", (8, 6), "gray").save(out, "JPEG", exif=tags)
    return out.getvalue() + mark
