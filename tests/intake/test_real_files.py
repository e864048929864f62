"""Files as they come from spreadsheets and systems: each one is made here and read down to its values."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
import xlsxwriter

from cases.intake.lists.judging.epoch import counts_from_1904
from cases.intake.lists.mapping import find_lists
from cases.intake.lists.reading import open_list
from cases.intake.lists.rows import ReadRow, Setting, read_row
from cases.intake.lists.sentences import NotAList
from cases.intake.lists.values import CST

FILES = Path(__file__).parent / "files"
AT = datetime(2021, 10, 3, 0, 50, tzinfo=CST)
HEADER = ["源IP地址", "源端口", "矿池地址", "首次发现时间"]


def read(kind: str, content: bytes) -> list[ReadRow]:
    setting = Setting("3203", datetime(2021, 10, 12, tzinfo=CST))
    return [
        read_row(number, row, mapped.mapping, setting)
        for mapped in find_lists(kind, open_list(content))
        for number, row in enumerate(mapped.data_rows(), 1)
    ]


def telecom(*rows: list[Any], header: list[str] = HEADER) -> list[ReadRow]:
    return read("telecom", "\n".join("\t".join(map(str, row)) for row in [header, *rows]).encode())


def seen(row: ReadRow) -> datetime:
    return datetime.fromisoformat(row.reading["first"])


def ods(name: str, rows: list[list[str]]) -> bytes:
    """A sheet of OpenDocument as an office suite writes it: types, a repeated cell, a merged one."""
    cells = "".join("<table:table-row>" + "".join(map(_cell, row)) + "</table:table-row>" for row in rows)
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
        ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="{name}">{cells}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", '<?xml version="1.0"?><manifest/>')
        archive.writestr("content.xml", content)
    return buffer.getvalue()


def _cell(value: str) -> str:
    kind, more = "string", ""
    if value.replace(".", "", 1).isdigit():
        kind, more = "float", f' office:value="{value}"'
    elif value.startswith("2021-"):
        kind, more = "date", f' office:date-value="{value}"'
    text = f"<text:p>{escape(value)}</text:p>"
    return f'<table:table-cell office:value-type="{kind}"{more}>{text}</table:table-cell>'


def test_an_old_xls_with_dates_text_numbers_and_a_hidden_sheet() -> None:
    content = (FILES / "list.xls").read_bytes()
    first, second = read("telecom", content)
    assert (first.reading["ip"], first.reading["port"], seen(first)) == ("36.154.192.217", 1159, AT)
    assert (second.reading["ip"], second.reading["port"], seen(second)) == ("36.154.192.218", 1160, AT)
    assert (first.personal["meter"], second.personal["meter"]) == ("0032030000000017", "3203000000025")
    assert [(sheet.name, sheet.hidden) for sheet in open_list(content)] == [("重点名单", False), ("旧稿", True)]


def test_an_ods_of_an_office_suite() -> None:
    rows = [["徐州市监测名单"], HEADER, ["36.154.192.217", "1159", "p.example", "2021-10-03T00:50:00"]]
    (row,) = read("telecom", ods("名单", rows))
    assert (row.reading["ip"], row.reading["port"], seen(row), row.fate) == ("36.154.192.217", 1159, AT, "accept")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", [",", "\t"], ids=["csv", "tsv"])
def test_text_in_every_encoding_down_to_its_values(encoding: str, mark: str) -> None:
    rows = [HEADER, ["36.154.192.217", "1159", "p.example", "2021年10月3日 00时50分"]]
    (row,) = read("telecom", "\r\n".join(mark.join(line) for line in rows).encode(encoding))
    assert (row.reading["ip"], row.reading["port"], seen(row), row.fate) == ("36.154.192.217", 1159, AT, "accept")


@pytest.mark.parametrize(
    "text",
    [
        *("2021年10月3日 00时50分", "20211003005000", "2021-10-02T16:50:00Z", "2021-10-03T00:50:00+08:00"),
        *("44472.034722222", "２０２１－１０－０３　００：５０", "2021/10/3 0:50", "2021.10.03 0:50:00"),
    ],
)
def test_every_notation_of_a_moment_in_a_list(text: str) -> None:
    (row,) = telecom(["36.154.192.217", "1159", "p.example", text])
    assert row.fate == "accept"
    assert abs(seen(row) - AT) < timedelta(seconds=1)


def test_dates_of_excel_as_cells_and_as_serial_numbers() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        page = book.add_worksheet("名单")
        page.write_row(0, 0, HEADER)
        day = datetime(2021, 10, 3, 0, 50, tzinfo=UTC).replace(tzinfo=None)
        page.write_row(1, 0, ["36.154.192.217", 1159, "p.example"])
        page.write_datetime(1, 3, day, book.add_format({"num_format": "yyyy/m/d h:mm"}))
        page.write_row(2, 0, ["36.154.192.218", "1160", "p.example", 44472.034722222])
    rows = read("telecom", buffer.getvalue())
    assert [abs(seen(row) - AT) < timedelta(seconds=1) for row in rows] == [True, True]
    assert [row.reading["port"] for row in rows] == [1159, 1160]


def test_address_and_port_in_one_cell_and_full_width_digits() -> None:
    header = ["源IP", "矿池", "首次发现时间"]
    first, second = telecom(
        ["36.154.192.217:1159", "p.example", "2021-10-03 00:50"],
        ["３６．１５４．１９２．２１７：１１５９", "p.example", "2021-10-04 00:50"],
        header=header,
    )
    assert [(row.reading["ip"], row.reading["port"], row.fate) for row in (first, second)] == [
        ("36.154.192.217", 1159, "accept")
    ] * 2


@pytest.mark.parametrize(
    ("ip", "suggests"), [("36.154.l92.217", "1"), ("36.154.192.2O7", "0"), ("36.154.192.300", "255"), ("36.154", "")]
)
def test_slips_of_an_address_are_named_and_never_mended(ip: str, suggests: str) -> None:
    (row,) = telecom([ip, "1159", "p.example", "2021-10-03 00:50"])
    assert row.fate == "reject:bad_ip"
    assert suggests in row.figures["zh"]
    assert row.reading.get("ip") in (None, ip), "the address is not read as another one"


def test_slips_of_an_account_are_named_and_never_mended() -> None:
    rows = ["户号,户名,用电地址,总电量", "32030000000l7,孙玲,云龙区民主路1号,1", "3203O00000017,孙玲,云龙区民主路1号,1"]
    found = read("grid", "\n".join(rows).encode())
    assert [(row.fate, row.figures) for row in found] == [
        ("reject:bad_account", {"found": "l", "meant": "1"}),
        ("reject:bad_account", {"found": "o", "meant": "0"}),
    ]


def test_thousands_separators_units_and_numbers_as_text() -> None:
    rows = [
        ["户号", "户名", "用电地址", "总电量", "峰电量", "谷电量"],
        ["3203000000017", "孙玲", "云龙区民主路1号", "12,345.60", "１，２３４", "1 234 kWh"],
    ]
    (row,) = read("grid", "\n".join("\t".join(line) for line in rows).encode())
    assert [row.reading[name] for name in ("total", "peak", "valley")] == ["12345.6", "1234", "1234"]


def merged(*, header_down: bool) -> bytes:
    """A workbook with a title over all columns, a header of two lines and cells merged downwards."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        page, plain = book.add_worksheet("清单"), book.add_format()
        page.merge_range(0, 0, 0, 5, "国网徐州供电公司 用电异常用户清单", plain)
        for column, text in enumerate(["户号", "户名", "用电地址", "年月"]):
            if header_down:
                page.merge_range(1, column, 2, column, text, plain)
            else:
                page.write(1, column, text)
        page.merge_range(1, 4, 1, 5, "用电量", plain)
        page.write_row(2, 4, ["峰", "谷"])
        page.write_row(3, 4, ["kWh", "kWh"])
        for column, text in enumerate(["3203000000017", "孙玲", "云龙区民主路1号"]):
            page.merge_range(4, column, 6, column, text, plain)
        for at, month in enumerate(["2021.07", "2021.08", "2021.09"]):
            page.write_row(4 + at, 3, [month, 10 + at, 20 + at])
        page.write_row(7, 0, ["3203000000025", "李敏", "云龙区民主路2号", "2021.09", 1, 2])
    return buffer.getvalue()


@pytest.mark.parametrize("header_down", [False, True], ids=["header as it stands", "header merged downwards"])
def test_cells_merged_downwards_are_read_in_every_row_that_they_span(header_down: bool) -> None:
    rows = read("grid", merged(header_down=header_down))
    assert [
        (row.personal["meter"], row.reading["month"], row.reading["peak"], row.reading["valley"]) for row in rows
    ] == [
        ("3203000000017", "2021-07", "10", "20"),
        ("3203000000017", "2021-08", "11", "21"),
        ("3203000000017", "2021-09", "12", "22"),
        ("3203000000025", "2021-09", "1", "2"),
    ]


def test_columns_missing_renamed_and_in_another_order() -> None:
    header = ["最后发现时间", "矿池域名", "端口号", "客户端IP（公网）", "备注"]
    (row,) = telecom(["2021-10-03 00:50", "p.example", "1159", "36.154.192.217", "x"], header=header)
    assert (row.reading["ip"], row.reading["port"], seen(row)) == ("36.154.192.217", 1159, AT)


def test_a_list_on_a_hidden_sheet_is_not_read_and_said_to_be_there() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.add_worksheet("说明").write(0, 0, "本表说明")
        page = book.add_worksheet("名单")
        page.write_row(0, 0, HEADER)
        page.write_row(1, 0, ["36.154.192.217", 1159, "p.example", "2021-10-03 00:50"])
        page.hide()
    with pytest.raises(NotAList, match=r"在隐藏的工作表里.*请取消隐藏"):
        read("telecom", buffer.getvalue())


def test_an_encrypted_workbook_and_one_with_macros_are_refused_with_a_sentence() -> None:
    encrypted = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(NotAList, match=r"打开密码.*请去除密码"):
        open_list(encrypted)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf")
    with pytest.raises(NotAList, match=r"宏.*另存为不含宏"):
        open_list(buffer.getvalue())


SERIAL_1904 = 44472 - 1462 + 50 / 1440


def workbook_of_1904(tmp: io.BytesIO) -> bytes:
    with xlsxwriter.Workbook(tmp, {"date_1904": True}) as book:
        sheet = book.add_worksheet("名单")
        for at, row in enumerate(
            (
                ["源IP地址", "源端口", "提交次数", "首次发现时间"],
                ["49.81.59.1", 10001, 43010, SERIAL_1904],
                ["49.81.59.2", 10002, 43010, str(SERIAL_1904)],
                ["49.81.59.3", 10003, 43010, "2021-10-03 00:50"],
                ["49.81.59.4", 10004, 43010, "1633193400"],
            )
        ):
            sheet.write_row(at, 0, row)
        sheet.write_row(5, 0, ["49.81.59.5", 10005, 43010])
        sheet.write_datetime(5, 3, AT.replace(tzinfo=None), book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))
    return tmp.getvalue()


def test_bare_serial_days_of_a_workbook_of_1904_are_read_from_there() -> None:
    rows = read("telecom", workbook_of_1904(io.BytesIO()))
    assert {seen(row) for row in rows} == {AT}, "in whatever way the moment stands there"
    assert [row.reading["count"] for row in rows] == ["43010"] * 5, "a number of another column stays as it is"


def test_the_old_workbook_says_in_a_record_from_when_it_counts() -> None:
    content = (FILES / "list.xls").read_bytes()
    record = bytes.fromhex("220002000000")
    assert content.count(record) == 1
    assert not counts_from_1904(content)
    assert counts_from_1904(content.replace(record, bytes.fromhex("220002000100")))
    for broken in (
        content[:600],
        content[:76] + b"\xff" * 436,
        content[:30] + bytes(482),
        b"\xd0\xcf",
        b"PK\x03\x04 broken",
        b"a,b\n",
    ):
        assert not counts_from_1904(broken)


def test_a_file_of_200_megabytes_is_refused_with_a_sentence() -> None:
    with pytest.raises(NotAList, match=r"达到 200 MB.*请按区县或日期拆分"):
        open_list(b"a,b\n" + b"x" * (200_000_000 - 4))
    assert open_list(b"a,b\n1,2\n" + b"\n" * (200_000_000 - 9)), "one byte less is a list"
