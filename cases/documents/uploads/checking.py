"""What a file really is, against what its name says. Pictures, scans, tables, texts: nothing a browser would run.

`puremagic` and our own table have to agree with the name: one knows many formats, the other only those we take.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from typing import NamedTuple

import puremagic

from cases.documents.uploads import archives, heif, images
from cases.documents.uploads.names import ending_of
from cases.documents.uploads.refused import FileRefused

Marks = tuple[tuple[int, bytes], ...]
Check = Callable[[str, bytes], None]


class Kind(NamedTuple):
    """A kind of file: its media type, how it begins (at which offset), what is looked at inside."""

    content_type: str
    begins: Marks = ()
    inside: Check | None = None


def check_file(name: str, content: bytes) -> str:
    """The media type of a file that may be kept under this name. Raises FileRefused with what to do."""
    ending = ending_of(name)
    if ending not in KINDS:
        known = "、".join(sorted(KINDS))
        raise FileRefused(f"不能上传“{name}”：只接收 {known}", f"“{name}” cannot be uploaded; allowed: {known}")
    if not content:
        raise FileRefused(f"“{name}”是空文件，请重新选择", f"“{name}” is empty; choose another file")
    kind = KINDS[ending]
    if kind.begins and not any(content[at : at + len(mark)] == mark for at, mark in kind.begins):
        raise _another(name, content)
    if ending in _TWO_FACED:
        _refuse_two_faced(name, content)
    if kind.inside is not None:
        kind.inside(name, content)
    return kind.content_type


def _refuse_two_faced(name: str, content: bytes) -> None:
    """A picture or paper that is a page of script or an archive as well, to whoever reads it from another end."""
    if _MARKUP.search(content) or zipfile.is_zipfile(io.BytesIO(content)):
        raise FileRefused(
            f"“{name}”内夹带网页代码或压缩包，请用原文件（重新扫描或导出）上传",
            f"“{name}” carries a page of script or an archive; upload the original (scan or export it again)",
        )


def _picture(name: str, content: bytes) -> None:
    images.check_picture(name, content, ending_of(name))


def _film(name: str, content: bytes) -> None:
    if content[8:12].rstrip(b"\x00") not in _FILMS:
        raise _another(name, content)


def _heic(name: str, content: bytes) -> None:
    if content[8:12] not in heif.STILLS:
        raise _another(name, content)
    images.check_heic(name, content)


def _paper(name: str, content: bytes) -> None:
    if b"/JavaScript" in content or b"/Launch" in content:
        raise FileRefused(
            f"“{name}”打开时会运行程序，请打印成新的 PDF 后上传",
            f"“{name}” runs a program when it is opened; print it to a new PDF and upload that",
        )


def _text(name: str, content: bytes) -> None:
    """Readable in one of the encodings in use, and no page, drawing or script under another name."""
    text = _decoded(content)
    if text is None or "\x00" in text or _PAGE.match(text) or _known_otherwise(content):
        raise _another(name, content)


def _decoded(content: bytes) -> str | None:
    encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _known_otherwise(content: bytes) -> bool:
    """Whether it is surely something else. Two letters at the beginning of a table prove nothing."""
    return any(found.confidence >= 0.5 for found in _guesses(content) if found.extension not in (".csv", ".txt"))


def _guesses(content: bytes) -> list[puremagic.PureMagicWithConfidence]:
    try:
        return puremagic.magic_string(content[:65_536])
    except puremagic.PureError:
        return []


def _another(name: str, content: bytes) -> FileRefused:
    """What it looks like is said where it is known: people mix files up more often than they deceive."""
    looks = next((found.extension for found in _guesses(content) if found.extension), "")
    zh, en = (f"（看起来是 {looks}）", f" (it looks like {looks})") if looks else ("", "")
    return FileRefused(
        f"“{name}”的内容与扩展名不符{zh}，请用原文件重新上传",
        f"The content of “{name}” is not what its name says{en}; upload the original file",
    )


def _archive(name: str, content: bytes) -> None:
    archives.check_archive(name, content, check_file)


_JPEG: Marks = ((0, b"\xff\xd8\xff"),)
_ZIP: Marks = ((0, b"PK\x03\x04"), (0, b"PK\x05\x06"))
_OLE: Marks = ((0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),)
_FTYP: Marks = ((4, b"ftyp"),)
_OFFICE = "application/vnd.openxmlformats-officedocument."
KINDS: dict[str, Kind] = {
    "pdf": Kind("application/pdf", ((0, b"%PDF-"),), _paper),
    "jpg": Kind("image/jpeg", _JPEG, _picture),
    "jpeg": Kind("image/jpeg", _JPEG, _picture),
    "png": Kind("image/png", ((0, b"\x89PNG\r\n\x1a\n"),), _picture),
    "webp": Kind("image/webp", ((8, b"WEBP"),), _picture),
    "heic": Kind("image/heic", _FTYP, _heic),
    "mp4": Kind("video/mp4", _FTYP, _film),
    "csv": Kind("text/csv", (), _text),
    "txt": Kind("text/plain", (), _text),
    "xlsx": Kind(f"{_OFFICE}spreadsheetml.sheet", _ZIP, archives.check_office),
    "docx": Kind(f"{_OFFICE}wordprocessingml.document", _ZIP, archives.check_office),
    "ofd": Kind("application/ofd", _ZIP, archives.check_office),
    "xls": Kind("application/vnd.ms-excel", _OLE, archives.check_old_office),
    "doc": Kind("application/msword", _OLE, archives.check_old_office),
    "zip": Kind("application/zip", _ZIP, _archive),
}
CONTENT_TYPES = {ending: kind.content_type for ending, kind in KINDS.items()}
_TWO_FACED = frozenset({"pdf", "jpg", "jpeg", "png", "webp", "heic", "mp4"})
_MARKUP = re.compile(rb"<script[\s>/]|<!doctype html|<html[\s>]|<svg[\s>]|<iframe[\s>]|<\?php", re.IGNORECASE)
_PAGE = re.compile(r"\s*(<!|<\?|<[a-z]|#!|MZ\W)", re.IGNORECASE)
_FILMS = frozenset({b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"M4V", b"qt  ",
                    b"3gp4", b"3gp5", b"3gp6", b"mmp4", b"MSNV", b"dash"})  # fmt: skip
