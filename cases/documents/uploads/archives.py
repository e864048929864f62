"""What is packed: office documents and archives, judged from their directory before anything is unpacked.

Sources: D. Fifield, "A better zip bomb" (overlapping members, ratios beyond 10^7); OWASP File Upload Cheat Sheet;
ECMA-376 for the parts of an office document.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable

from cases.documents.uploads.names import clean_name, ending_of
from cases.documents.uploads.refused import FileRefused

# An office document of thousands of pictures stays below; a bomb does not.
MOST_MEMBERS = 5000
MOST_UNPACKED = 200 * 1024 * 1024
MOST_RATIO = 200
# Below this, a high ratio is an empty table and no bomb.
HARMLESS = 10 * 1024 * 1024
# Bytes of a member that names what it belongs to; longer ones are not written by any office program.
PART = 1 << 20
MAIN_PART = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "ofd": "ofd.xml"}
_MACROS = ("vbaproject.bin", "vbadata.xml")
_ACTIVE = ("/activex/", "/macrosheets/", "/dialogsheets/")
_TEMPLATE = b"/attachedTemplate"
Inner = Callable[[str, bytes], object]


def check_office(name: str, content: bytes) -> None:
    """A document of Word, Excel or OFD: the parts it needs, no macros, nothing fetched from elsewhere."""
    archive = open_archive(name, content)
    members = {member.filename.lower(): member for member in archive.infolist()}
    ending = ending_of(name)
    if MAIN_PART[ending] not in members or (ending != "ofd" and "[content_types].xml" not in members):
        raise FileRefused(
            f"“{name}”不是完整的 {ending.upper()} 文件，请用办公软件重新另存后上传",
            f"“{name}” is no complete {ending.upper()} file; save it again with your office program",
        )
    declared = b"" if ending == "ofd" else _part(archive, members["[content_types].xml"], name)
    if any(path.endswith(_MACROS) or any(a in f"/{path}" for a in _ACTIVE) for path in members) or (
        b"macroenabled" in declared.lower()
    ):
        raise with_macros(name)
    settings = members.get("word/_rels/settings.xml.rels")
    if settings is not None and _TEMPLATE in _part(archive, settings, name):
        raise FileRefused(
            f"“{name}”打开时会从别处调取模板，请另存为不带模板链接的文件，或转成 PDF 后上传",
            f"“{name}” loads a template from elsewhere when opened; save it without, or as PDF",
        )


def check_archive(name: str, content: bytes, inner: Inner) -> None:
    """A ZIP of evidence: every member is itself a file that would be taken, and none is an archive again."""
    archive = open_archive(name, content)
    files = [member for member in archive.infolist() if not member.is_dir()]
    if not files:
        raise FileRefused(f"“{name}”里没有文件，请重新打包", f"“{name}” holds no file; pack it again")
    for member in files:
        if ".." in member.filename.replace("\\", "/").split("/") or member.filename.startswith(("/", "\\")):
            raise FileRefused(
                f"“{name}”内含指向压缩包之外的路径，请重新打包",
                f"“{name}” holds paths that lead out of it; pack it again",
            )
        within = clean_name(member.filename)
        if ending_of(within) == "zip":
            raise FileRefused(
                f"“{name}”里还有压缩包“{within}”，请先解开，再把其中的文件直接打包或逐个上传",
                f"“{name}” holds another archive, “{within}”; unpack that one first",
            )
        try:
            inner(within, _part(archive, member, name, most=MOST_UNPACKED))
        except FileRefused as refused:
            raise FileRefused(f"“{name}”里的文件：{refused.zh}", f"Inside “{name}”: {refused.en}") from refused


def check_old_office(name: str, content: bytes) -> None:
    """A binary document (.doc, .xls): the storages' names say whether macros or a password are inside."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise _locked(name)
    if any(word.encode("utf-16-le") in content for word in ("_VBA_PROJECT", "VBA_PROJECT_CUR", "Macros")):
        raise with_macros(name)


def open_archive(name: str, content: bytes) -> zipfile.ZipFile:
    """The archive, if it can be read and would not flood whoever unpacks it. Raises FileRefused."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError, LookupError) as error:
        raise _broken(name) from error
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    steep = any(m.file_size > HARMLESS and m.file_size > MOST_RATIO * max(m.compress_size, 1) for m in members)
    if len(members) > MOST_MEMBERS or unpacked > MOST_UNPACKED or steep or _overlaps(members, len(content)):
        limit = MOST_UNPACKED // 1024 // 1024
        raise FileRefused(
            f"“{name}”解开后过大（超过 {limit} MB、{MOST_MEMBERS} 个文件，或压缩比异常），请拆分后上传",
            f"“{name}” unpacks to too much (over {limit} MB, {MOST_MEMBERS} files, or too steeply); split it",
        )
    if any(member.flag_bits & 1 for member in members):
        raise _locked(name)
    return archive


def _overlaps(members: list[zipfile.ZipInfo], size: int) -> bool:
    """Members that share their bytes: together they then hold more than the file does."""
    return sum(member.compress_size for member in members) > size


def _part(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, *, most: int = PART) -> bytes:
    """A member, no further than it may go: what its header says of its length proves nothing."""
    try:
        with archive.open(member) as stream:
            content = stream.read(most + 1)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError, LookupError) as error:
        raise _broken(name) from error
    if len(content) > most:
        raise _broken(name)
    return content


def with_macros(name: str) -> FileRefused:
    return FileRefused(
        f"“{name}”含有宏或控件，请另存为不含宏的文件，或转成 PDF 后上传",
        f"“{name}” holds macros or controls; save it without them, or as PDF",
    )


def _locked(name: str) -> FileRefused:
    return FileRefused(
        f"“{name}”设有打开密码，无法检查，请去掉密码后上传",
        f"“{name}” needs a password and cannot be checked; remove it",
    )


def _broken(name: str) -> FileRefused:
    return FileRefused(
        f"“{name}”已损坏，无法打开，请用原文件重新上传", f"“{name}” is damaged; upload the original file again"
    )
