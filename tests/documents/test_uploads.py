"""A file is kept only if it is what its name says, opens without harm, and floods nobody who opens it."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest

from cases.documents.uploads import FileRefused, check_file, clean_name
from tests.files import PDF, packed_names, picture, workbook

TYPES = "<Types/>"
DOCX = {"[Content_Types].xml": TYPES, "word/document.xml": "<w:document/>"}
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"
ISPE = b"\x00\x00\x00\x14ispe\x00\x00\x00\x00"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("函.pdf", PDF),
        ("现场.jpg", picture()),
        ("现场.JPEG", picture() + b"what a telephone leaves behind the picture"),
        ("图.png", picture("PNG")),
        ("图.webp", picture("WEBP")),
        ("图.heic", HEIC + ISPE + struct.pack(">II", 8064, 6048)),
        ("录像.mp4", b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"),
        ("表.csv", "户号,户名\r\n1,某人\r\n".encode("gb18030")),
        ("表.csv", "\ufeff户号,户名\n".encode()),
        ("BM编号.csv", b"BM,x\n1,2\n"),
        ("说明.txt", "说明".encode("utf-16")),
        ("表.xlsx", workbook()),
        ("函.docx", packed_names(DOCX)),
        ("函.ofd", packed_names({"OFD.xml": "<ofd:OFD/>"})),
        ("旧.doc", OLE),
        ("材料.zip", packed_names({"一/函.pdf": PDF, "二/表.xlsx": workbook()})),
    ],
)
def test_what_officials_have_at_hand_is_taken(name, content):
    assert "/" in check_file(clean_name(name), content)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("页面.html", b"<html>", "只接收"),
        ("图.svg", b"<svg/>", "只接收"),
        ("程序.exe", b"MZ", "只接收"),
        ("宏.xlsm", packed_names(DOCX), "只接收"),
        ("无扩展名", PDF, "只接收"),
        ("函.pdf", b"", "空文件"),
        ("函.pdf", b"<html>" + PDF, "与扩展名不符（看起来是 .html）"),
        ("现场.jpg", picture("PNG"), "与扩展名不符（看起来是 .png）"),
        ("现场.jpg", b"<script>alert(1)</script>", "与扩展名不符"),
        ("现场.jpg", b"\xff\xd8\xff no picture", "不是能打开的图片"),
        ("录像.mp4", HEIC, "与扩展名不符"),
        ("图.heic", b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00", "与扩展名不符"),
        ("表.csv", b"<!DOCTYPE html><script>", "与扩展名不符"),
        ("表.txt", b"  <svg onload=x>", "与扩展名不符"),
        ("表.txt", b"#!/bin/sh\n", "与扩展名不符"),
        ("表.csv", b"a\x00b", "与扩展名不符"),
        ("表.csv", b"\xff\x81\xff", "与扩展名不符"),
        ("旧.xls", b"PK\x03\x04", "与扩展名不符"),
        ("表.xlsx", packed_names(DOCX), "不是完整的 XLSX"),
        ("表.xlsx", b"PK\x03\x04 broken", "已损坏"),
    ],
)
def test_what_is_not_what_its_name_says_is_refused_with_what_to_do(name, content, why):
    with pytest.raises(FileRefused, match=r".") as refused:
        check_file(clean_name(name), content)
    assert why in refused.value.zh
    assert refused.value.en.isascii() or "“" in refused.value.en


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("现场.jpg", picture() + b"<script>alert(1)</script>"),
        ("图.png", picture("PNG") + b"<SVG onload=alert(1)>"),
        ("函.pdf", PDF + b"<!DOCTYPE HTML><p>"),
        ("现场.jpg", picture() + packed_names({"a.txt": "x"})),
        ("函.pdf", PDF + packed_names({"a.jar": "x"})),
    ],
)
def test_a_file_with_two_faces_is_refused(name, content):
    with pytest.raises(FileRefused, match="夹带"):
        check_file(name, content)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("宏.docx", packed_names({**DOCX, "word/vbaProject.bin": "x"}), "宏"),
        (
            "宏.docx",
            packed_names({**DOCX, "[Content_Types].xml": "application/vnd.ms-word.document.macroEnabled"}),
            "宏",
        ),
        ("宏.docx", packed_names({**DOCX, "word/vbaData.xml": "x"}), "宏"),
        (
            "宏表.xlsx",
            packed_names({"[Content_Types].xml": TYPES, "xl/workbook.xml": "w", "xl/macrosheets/sheet1.xml": "x"}),
            "宏",
        ),
        ("控件.docx", packed_names({**DOCX, "word/activeX/activeX1.bin": "x"}), "控件"),
        ("旧.doc", OLE + "_VBA_PROJECT".encode("utf-16-le"), "宏"),
        ("旧.doc", OLE + "Macros".encode("utf-16-le"), "宏"),
        ("锁.xls", OLE + "EncryptedPackage".encode("utf-16-le"), "密码"),
        ("模板.docx", packed_names({**DOCX, "word/_rels/settings.xml.rels": "r/attachedTemplate"}), "模板"),
        ("函.pdf", PDF + b"/OpenAction<</S/JavaScript/JS(x)>>", "运行程序"),
        ("函.pdf", PDF + b"/S/Launch/F(cmd.exe)", "运行程序"),
    ],
)
def test_what_runs_when_it_is_opened_is_refused(name, content, why):
    with pytest.raises(FileRefused, match=why):
        check_file(name, content)


def test_a_picture_that_names_billions_of_pixels_is_refused_from_its_header():
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    flood = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    with pytest.raises(FileRefused, match="60000×60000"):
        check_file("图.png", flood + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT")))
    with pytest.raises(FileRefused, match="65535×65535"):
        check_file("图.heic", HEIC + ISPE + struct.pack(">II", 65_535, 65_535))


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"a.txt": bytes(250 << 20)}, "解开后过大"),
        ({"a.txt": bytes(12 << 20)}, "压缩比异常"),
        ({f"{n}.txt": bytes(9 << 20) for n in range(25)}, "解开后过大"),
        ({f"{n}.txt": "x" for n in range(5001)}, "5000 个文件"),
        ({"inner.zip": packed_names({"a.txt": "x"})}, "还有压缩包“inner.zip”"),
        ({"a/b.exe": "MZ"}, "里的文件：不能上传“b.exe”"),
        ({"a.jpg": "<html>"}, "里的文件：“a.jpg”的内容与扩展名不符"),
        ({"../a.txt": "x"}, "压缩包之外"),
        ({"/etc/a.txt": "x"}, "压缩包之外"),
        ({"空/": b""}, "没有文件"),
    ],
    ids=range(10),
)
def test_an_archive_is_refused_for_what_it_would_become(members, why):
    with pytest.raises(FileRefused, match=why):
        check_file("材料.zip", packed_names(members))


def test_members_that_share_their_bytes_are_refused():
    """Each entry of the directory leads to the same bytes: small and shallow by itself, and without end together."""
    content = packed_names({"a.txt": bytes(range(256)) * 40})
    at = content.index(b"PK\x01\x02")
    end = content.rindex(b"PK\x05\x06")
    entry, count = content[at:end], 50
    tail = content[end : end + 8] + struct.pack("<HHII", count, count, len(entry) * count, at) + content[end + 20 :]
    shared = content[:at] + entry * count + tail
    assert len(zipfile.ZipFile(io.BytesIO(shared)).infolist()) == count
    with pytest.raises(FileRefused, match="压缩比异常"):
        check_file("材料.zip", shared)


def test_a_member_longer_than_it_claims_is_read_no_further():
    content = packed_names({"a.txt": b"x" * 4000})
    # The directory and the member's own header say ten bytes.
    lying = content.replace(struct.pack("<I", 4000), struct.pack("<I", 10))
    assert zipfile.ZipFile(io.BytesIO(lying)).infolist()[0].file_size == 10
    with pytest.raises(FileRefused, match="已损坏"):
        check_file("材料.zip", lying)


def test_an_archive_with_a_password_is_refused():
    content = bytearray(packed_names({"a.txt": "x"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    with pytest.raises(FileRefused, match="密码"):
        check_file("材料.zip", bytes(content))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("停电函.pdf", "停电函.pdf"),
        ("C:\\桌面\\停电函.pdf", "停电函.pdf"),
        ("../../etc/函.pdf", "函.pdf"),
        ("函\u202efdp.pdf", "函fdp.pdf"),
        ("a\u200b\u2066b\x00\r\n.pdf", "ab.pdf"),
        ("a\u2028b\u2029c\ue000d\ud800.pdf", "abcd.pdf"),
        ('函<"?>.pdf', "函____.pdf"),
        ("2021.10.12 v1.2.pdf", "2021.10.12 v1.2.pdf"),
        ("CON.pdf", "_CON.pdf"),
        (".pdf. ", "pdf"),
        ("", ""),
        (None, ""),
        ("长" * 300 + ".pdf", "长" * 89 + "…" + "长" * 26 + ".pdf"),
    ],
)
def test_a_name_is_kept_without_what_nobody_can_see(given, kept):
    assert clean_name(given) == kept


@pytest.mark.parametrize("name", ["发票.exe.pdf", "页面.HTML.txt", "a.js .jpg", "宏.docm.zip"])
def test_an_ending_of_a_program_hidden_in_a_name_is_refused(name):
    with pytest.raises(FileRefused, match="扩展名"):
        clean_name(name)
