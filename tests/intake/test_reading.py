"""Files as officials make them, and files that are no lists."""

from __future__ import annotations

import io
import zipfile
from codecs import BOM_UTF8
from datetime import UTC, datetime
from typing import Any

import pytest
import xlsxwriter

from cases.intake.lists.mapping import find_lists, map_header
from cases.intake.lists.reading import detect_encoding, open_list
from cases.intake.lists.sentences import NotAList
from cases.intake.lists.workbooks import process
from tests.intake.samples import content_of, workbook

LINES = ("序号,源IP地址,源端口,矿池地址,首次发现时间", "1,36.154.192.217,1159,p.example,2026-10-03 08:00")


def mapped_rows(kind: str, content: bytes) -> list[list[Any]]:
    return [row for sheet in find_lists(kind, open_list(content)) for row in sheet.data_rows()]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"], ids=lambda name: name
)
@pytest.mark.parametrize("mark", [",", "\t", ";", "|"], ids=["comma", "tab", "semicolon", "bar"])
def test_it_reads_every_usual_encoding_and_separator(encoding: str, mark: str) -> None:
    content = "\r\n".join(LINES).replace(",", mark).encode(encoding)
    assert mapped_rows("telecom", content) == [LINES[1].split(",")]


def test_a_short_chinese_file_is_not_taken_for_another_encoding() -> None:
    assert detect_encoding("户号,户名\n1,孙玲".encode("gb18030")) == "gb18030"
    assert detect_encoding("户号,户名\n1,孙玲".encode()) == "utf-8"


@pytest.mark.parametrize(
    "header", ["Source IP", "source_ip", "Source-IP", "SOURCE.IP", "源IP/地址", "源 IP 地址（公网）"]
)
def test_what_joins_the_words_of_a_header_counts_for_nothing(header: str) -> None:
    assert map_header("telecom", [header, "Source Port"]).columns == {"ip": 0, "port": 1}


def test_the_line_over_a_header_is_read_with_it_and_a_title_is_not() -> None:
    lines = [
        ["监测名单（第一批）", "", "", ""],
        ["源信息", "", "监测时间", ""],
        ["源IP", "源端口", "首次", "末次"],
        ["36.154.192.217", "1159", "2026-10-03 00:50", "2026-10-03 01:21"],
    ]
    (found,) = find_lists("telecom", open_list(workbook(("名单", lines))))
    assert found.mapping.columns == {"ip": 0, "port": 1, "first": 2, "last": 3}
    assert list(found.data_rows()) == [lines[3]]
    (plain,) = find_lists("telecom", open_list(workbook(("名单", [lines[0], *lines[2:]]))))
    assert plain.mapping.headers == ("源IP", "源端口", "首次", "末次")


def test_titles_units_second_header_lines_sums_and_repeated_headers_are_no_rows() -> None:
    rows = mapped_rows(
        "grid",
        workbook(
            (
                "疑似用户",
                [
                    ["国网徐州供电公司 用电异常用户清单"],
                    [],
                    ["户号", "户名", "用电地址", "年月", "电量", "", ""],
                    ["", "", "", "", "峰", "谷", "总"],
                    ["", "", "", "", "kWh", "kWh", "kWh"],
                    ["3203000000017", "孙玲", "云龙区民主路1号", "2026.09", 1, 2, 3],
                    [],
                    ["户号", "户名", "用电地址", "年月", "电量", "", ""],
                    ["3203000000025", "李敏", "云龙区民主路2号", "2026.09", 1, 2, 3],
                    ["合计", "", "", "", 2, 4, 6],
                    ["填报人：王平"],
                ],
            )
        ),
    )
    assert [row[0] for row in rows] == ["3203000000017", "3203000000025"]


def test_all_sheets_with_the_wanted_header_are_read_and_others_left_out() -> None:
    header = ["户号", "户名", "用电地址"]
    content = workbook(
        ("说明", [["本表由供电公司提供"]]),
        ("云龙区", [header, ["3203000000017", "孙玲", "云龙区民主路1号"]]),
        ("泉山区", [["用户表"], header, ["3203000000025", "李敏", "泉山区金山路1号"]]),
    )
    assert [row[0] for row in mapped_rows("grid", content)] == ["3203000000017", "3203000000025"]


def test_headers_are_known_by_other_words_in_any_order_and_each_column_once() -> None:
    mapping = map_header("telecom", ["末次发现时间", "目的地址（矿池）", "出口端口号", "客户端IP", "起始时间", "备注"])
    assert mapping.columns == {"last": 0, "pool": 1, "port": 2, "ip": 3, "first": 4}
    assert mapping.confidence["ip"] > 0.9 > mapping.confidence["port"]
    english = map_header("telecom", ["ip", "port", "pool", "first_seen", "last_seen", "operator", "meter", "kwh"])
    assert set(english.columns) == {"ip", "port", "pool", "first", "last", "operator", "meter", "kwh"}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "文件是空的"),
        (b" \r\n ", "文件是空的"),
        (b"%PDF-1.7 ...", "不是名单文件"),
        (b"\x89PNG\r\n\x1a\n", "不是名单文件"),
        (b"\x00\x01\x02\x03" * 20, "不是名单文件"),
        (b"a,b\n\xff\xfe\xfd\x80", "编码无法识别"),
        (BOM_UTF8 + "户号,户名\n1,".encode() + b"\xff\xfe", "编码无法识别"),
        ("户号,户名".encode("utf-16") + b"x", "编码无法识别"),
        (b'a,b\n1,"never closed\n2,3\n', "读到第 3 行"),
        (b"a,b\n1," + b"x" * 200_000, "单元格过长"),
        (b"PK\x03\x04 broken", "工作簿已损坏"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "打开密码"),
        ("早上好，这不是名单\n".encode(), "没有找到监测名单的表头"),
    ],
    ids=[
        *("empty", "blank", "pdf", "png", "binary", "bytes", "marked-utf8", "marked-utf16", "quote", "cell"),
        *("broken", "encrypted", "letter"),
    ],
)
def test_what_is_no_list_is_refused_with_a_sentence_that_says_what_to_do(content: bytes, says: str) -> None:
    with pytest.raises(NotAList) as refused:
        find_lists("telecom", open_list(content))
    assert says in refused.value.text.zh
    assert any(word in refused.value.text.zh for word in ("请", "重新"))
    assert refused.value.text.en


def zipped(**entries: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name.replace("__", "/"), data)
    return buffer.getvalue()


def test_a_zip_bomb_and_macros_are_refused_before_anything_is_unpacked() -> None:
    with pytest.raises(NotAList, match="体积异常"):
        open_list(zipped(**{"xl__worksheets__sheet1.xml": b"0" * 50_000_000}))
    with pytest.raises(NotAList, match="宏"):
        open_list(zipped(**{"xl__vbaProject.bin": b"macro"}))


def far_corner(cell: str) -> bytes:
    """A workbook of a kilobyte that names a cell in its last row and column."""
    content = workbook(("名单", [["户号", "用电地址"], ["3203000000017", "云龙区民主路1号"]]))
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                row = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
                data = data.replace(
                    b"</sheetData>", f'<row r="{row}"><c r="{cell}"><v>1</v></c></row></sheetData>'.encode()
                )
            new.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize("cell", ["XFD1048576", "XFD20000"])
def test_a_workbook_that_no_memory_could_hold_is_refused_and_ends_no_process(cell: str) -> None:
    with pytest.raises(NotAList, match="另存为 CSV"):
        open_list(far_corner(cell))
    assert len(mapped_rows("grid", far_corner("A90000"))) == 2


def test_a_list_that_begins_further_down_and_right_is_read_with_what_is_merged_downwards() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        page = book.add_worksheet("名单")
        page.write_row(3, 2, ["户号", "用电地址", "用电量"])
        for number in range(3):
            page.write_row(4 + number, 2, [f"320300000001{number}", "", 3000 + number])
        page.merge_range(4, 3, 6, 3, "云龙区民主路1号")
    assert mapped_rows("grid", buffer.getvalue()) == [
        ["", "", f"320300000001{number}", "云龙区民主路1号", 3000.0 + number] for number in range(3)
    ]


def test_a_workbook_that_reads_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "MAX_OUTPUT", 1000)
    with pytest.raises(NotAList, match="工作簿过大"):
        open_list(content_of("grid"))


def test_cells_of_a_workbook_come_as_a_person_reads_them() -> None:
    row = ["3203000000017", 12, 3.5, True, datetime(2026, 10, 3, 8, 30, tzinfo=UTC).replace(tzinfo=None)]
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "yyyy/m/d h:mm"}) as book:
        page = book.add_worksheet("表")
        page.write_row(0, 0, row)
        page.write_formula(1, 0, "=1+1", None, 2)
    (sheet,) = open_list(buffer.getvalue())
    assert sheet.name == "表"
    assert list(sheet.rows()) == [["3203000000017", 12.0, 3.5, True, "2026-10-03 08:30:00"], [2.0, "", "", "", ""]]


def test_a_stray_nul_is_no_reason_to_refuse_a_list() -> None:
    assert len(mapped_rows("telecom", "\n".join(LINES).replace("p.example", "p\x00.example").encode())) == 1


@pytest.mark.parametrize(("is_one", "taken_for"), [("telecom", "tips"), ("trace", "telecom"), ("trace", "tips")])
def test_a_list_of_another_kind_is_told_by_its_columns(is_one: str, taken_for: str) -> None:
    with pytest.raises(NotAList, match="请改选名单类型") as refused:
        find_lists(taken_for, open_list(content_of(is_one)))
    assert refused.value.text.en.startswith("By its columns this is a ")


def test_of_a_workbook_with_several_lists_the_wanted_one_is_read() -> None:
    tips = ["举报时间", "举报内容", "地点"]
    content = workbook(
        (
            "名单",
            [["源IP地址", "源端口", "矿池地址", "首次发现时间"], ["36.154.192.217", "1", "p.example", "2026-10-03"]],
        ),
        ("举报", [tips, ["2026-10-03", "噪音", "云龙区民主路1号"]]),
    )
    assert mapped_rows("tips", content) == [["2026-10-03", "噪音", "云龙区民主路1号"]]


@pytest.mark.parametrize(
    "footer",
    [
        *(
            "总计,2,,,10",
            ",合 计,,,10",
            ",小计,,,5",
            "填表人：张三,,,审核人：李四,",
            "填表人：张三,,联系电话：0516-83711111,,",
        ),
        *("注：本表由省平台导出,,,,", "制表日期：2021-10-12,,,,", "负责人：王五,,,,", "共计,2 条,,,"),
    ],
)
def test_a_sum_and_a_signature_are_no_rows_wherever_they_stand(footer: str) -> None:
    head = "序号,源IP地址,源端口,首次发现时间,提交次数"
    row = "1,49.81.111.1,5001,2021-10-03 00:50,5"
    assert len(mapped_rows("telecom", f"{head}\n{row}\n{footer}\n{row}\n".encode())) == 2


@pytest.mark.parametrize(
    "row",
    [
        *("备注：补报,49.81.111.1,5001,2021-10-03 00:50,5,", "合计,49.81.111.l,5001,2021-10-03 00:50,5,"),
        *("说明：无地址,,5001,2021-10-03 00:50,5,xz01@adsl", "小计,2409:8a20::1,,,,"),
    ],
)
def test_a_row_with_an_address_or_an_account_never_vanishes(row: str) -> None:
    head = "序号,源IP地址,源端口,首次发现时间,提交次数,宽带账号"
    assert len(mapped_rows("telecom", f"{head}\n{row}\n".encode())) == 1
    assert len(mapped_rows("grid", "备注,户号,户名\n合计：,3203000000017,孙玲\n".encode())) == 1


def test_address_and_port_in_one_column_and_a_list_of_addresses_alone_are_known() -> None:
    for head in ("IP:端口", "IP：端口", "IP及端口", "IP"):
        (sheet,) = find_lists(
            "telecom", open_list(f"序号,{head},首次发现时间\n1,49.81.99.1:5001,2021-10-03\n".encode())
        )
        assert sheet.mapping.columns == {"seq": 0, "ip": 1, "first": 2}, head
    assert mapped_rows("telecom", b"IP\n49.81.56.1\n49.81.56.2\n") == [["49.81.56.1"], ["49.81.56.2"]]
    with pytest.raises(NotAList, match="匹配列"):
        find_lists("telecom", open_list("说明\n49.81.56.1\n".encode()))


def test_a_tip_that_begins_like_a_remark_is_a_row() -> None:
    rows = [
        "举报内容,地点",
        "说明：有人挖矿,铜山区大许镇1号",
        "合计三家在挖矿,铜山区大许镇2号",
        "注：夜里很吵,大许镇3号",
    ]
    footer = ["合计：3条,", "填报人：王平,"]
    assert len(mapped_rows("tips", "\n".join([*rows, *footer]).encode())) == 3


def test_a_first_row_that_holds_the_words_of_a_header_is_a_row() -> None:
    rows = ["举报内容,地点,备注", "机器很响,刘集镇某小区,举报人不愿留电话", "机器很响,刘集镇某小区,"]
    assert len(mapped_rows("tips", "\n".join(rows).encode())) == 2


def test_a_column_never_gets_a_lesser_meaning_than_its_header_has() -> None:
    twice = map_header("telecom", ["源IP地址", "源IP地址", "首次发现时间"])
    assert twice.columns == {"ip": 0, "first": 2}
    pool = map_header("telecom", ["源IP地址", "矿池IP地址", "首次发现时间"])
    assert "address" not in pool.columns


def test_the_wrong_kind_of_list_is_told_by_its_missing_columns() -> None:
    with pytest.raises(NotAList, match="没有找到用电异常名单的表头：前 20 行中没有“户号”"):
        find_lists("grid", open_list("\n".join(LINES).encode()))
