"""The files of a version on their way into the database: hashed and cut while they are written, never as a whole."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from typing import BinaryIO, Final

from cases.models import ReportFile, ReportPart, ReportVersion

PART_BYTES: Final = 1 << 20
COMMISSION, WATCH, AGENCY = "commission", "watch", "agency"
TYPES: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


class Pieces:
    """The stream of one file. Its row stands before its pieces and learns its hash with the last one."""

    def __init__(self, version: ReportVersion, audience: str, form: str, agency_id: int | None = None) -> None:
        self.audience = audience
        self._held, self._number = bytearray(), 0
        self._hash = hashlib.sha256()
        self._file = ReportFile(
            version=version,
            region_id=version.report.region_id,
            audience=audience,
            agency_id=agency_id,
            form=form,
            size=0,
            sha256="",
        )
        self._file.save(force_insert=True)

    def write(self, data: bytes, /) -> int:
        self._held += data
        self._hash.update(data)
        self._file.size += len(data)
        while len(self._held) >= PART_BYTES:
            self._put(bytes(self._held[:PART_BYTES]))
            del self._held[:PART_BYTES]
        return len(data)

    def flush(self) -> None:
        """Nothing is held back that a reader could wait for."""

    def end(self, rows: int) -> ReportFile:
        """The last piece, and the file with its hash."""
        if self._held:
            self._put(bytes(self._held))
        self._file.rows, self._file.sha256 = rows, self._hash.hexdigest()
        self._file.save(update_fields=["size", "rows", "sha256"])
        return self._file

    def _put(self, piece: bytes) -> None:
        ReportPart.objects.create(file=self._file, number=self._number, content=piece)
        self._number += 1


def kept(version: ReportVersion, audience: str, form: str, content: bytes, rows: int, agency: int | None) -> ReportFile:
    """A file that is there as a whole already."""
    pieces = Pieces(version, audience, form, agency)
    pieces.write(content)
    return pieces.end(rows)


def content_of(file: ReportFile) -> Iterator[bytes]:
    """The bytes as they are kept, piece by piece."""
    parts = ReportPart.objects.filter(file_id=file.pk).order_by("number").values_list("content", flat=True)
    for piece in parts.iterator(chunk_size=4):
        yield bytes(piece)


def as_file(file: ReportFile) -> BinaryIO:
    """An anonymous file to send away: the pieces are read while it is known who reads."""
    content = os.fdopen(os.memfd_create("report"), "w+b")
    for piece in content_of(file):
        content.write(piece)
    content.seek(0)
    return content
