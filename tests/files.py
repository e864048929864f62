"""Small files that are what their names say."""

from __future__ import annotations

import io
import zipfile

import xlsxwriter
from PIL import Image

PDF = b"%PDF-1.7\nnot much of a paper"


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
