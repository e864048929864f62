"""The fate of single rows, with the sentence that says what to do; the sample's fates against its truth."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

import pytest

from cases.intake.lists.judging.sights import shown
from cases.intake.lists.mapping import Mapping, find_lists, map_header
from cases.intake.lists.reading import open_list
from cases.intake.lists.rows import ReadRow, Setting, read_row
from cases.intake.lists.sentences import ROW, row_sentence
from cases.intake.lists.values import CST
from cases.policy.privacy.precision import Detail
from cases.selectors.precision.lists import FIGURES
from tests.intake.samples import TRUTH, content_of

SETTING = Setting("3203", datetime(2026, 11, 1, tzinfo=CST))
TELECOM = map_header("telecom", ["源IP地址", "源端口", "矿池地址", "首次发现时间", "最近发现时间"])
GOOD = ["36.154.192.217", "1159", "p.example:3333", "2026-10-03 00:50", "2026-10-03 01:21"]


def telecom(**changes: Any) -> ReadRow:
    cells = dict(zip(("ip", "port", "pool", "first", "last"), GOOD, strict=True)) | changes
    return read_row(1, list(cells.values()), TELECOM, SETTING)


@pytest.mark.parametrize(
    ("changes", "fate", "says"),
    [
        ({}, "accept", "已接收"),
        ({"ip": "３６．１５４．１９２．２１７"}, "accept", "已接收"),
        ({"ip": "36.154.192.217:1159", "port": ""}, "accept", "已接收"),
        ({"port": "1159.0"}, "accept", "已接收"),
        ({"last": ""}, "accept", "已接收"),
        ({"ip": "117.88.13.235"}, "accept:out_of_area", "南京市"),
        ({"ip": "133.242.0.3"}, "accept:out_of_area", "境外"),
        ({"ip": ""}, "reject:no_ip", "补要地址"),
        ({"ip": "6l.147.103.140"}, "reject:bad_ip", "61.147.103.140"),
        ({"ip": "999.12.3.4"}, "reject:bad_ip", "系统不代为更正"),
        ({"ip": "192.168.1.10"}, "reject:not_global", "出口公网地址"),
        ({"ip": "100.64.3.4"}, "reject:not_global", "出口公网地址"),
        ({"ip": "127.0.0.1"}, "reject:not_global", "出口公网地址"),
        ({"ip": "224.0.1.1"}, "reject:not_global", "出口公网地址"),
        ({"ip": "8.8.8.8"}, "reject:well_known", "误填了目的地址"),
        ({"ip": "114.114.114.114"}, "reject:well_known", "误填了目的地址"),
        ({"last": "2026-10-01 00:00"}, "reject:time_order", "早于首次发现时间"),
        ({"port": ""}, "weak:no_port", "补要端口"),
        ({"port": "70000"}, "weak:no_port", "70000"),
        ({"first": "", "last": ""}, "weak:no_time", "补要时间"),
        ({"first": "上周", "last": ""}, "weak:no_time", "无法识别"),
        ({"first": "10/3/2026 08:00", "last": ""}, "weak:no_time", "系统不作猜测"),
        # What cannot be read is not replaced by the other time: the reply of the carrier would never find the row.
        ({"first": "21/10/3 0:50"}, "weak:no_time", "无法识别"),
        ({"first": ""}, "accept", "已接收"),
        ({"ip": "2409:8a20::1"}, "accept", "已接收"),
        # Nothing within a number is joined: 36.154.192.21 and 36.154.192.217 are two subscribers.
        ({"ip": "36.154.192.21 7"}, "reject:bad_ip", "中间有空格或换行"),
        ({"ip": "36.154.192.217 5006"}, "reject:bad_ip", "“地址:端口”"),
        ({"ip": "36.154.192.217/5006"}, "reject:bad_ip", "斜杠后面应是端口"),
        ({"ip": "http://36.154.192.217:5006"}, "reject:bad_ip", "写成了网址"),
        ({"ip": " 36.154.192.217 ", "port": " 1159 "}, "accept", "已接收"),
        ({"ip": '="36.154.192.217"', "port": "'1159"}, "accept", "已接收"),
        ({"ip": "36.154.192.217:5OO1", "port": ""}, "weak:no_port", "第 2 个字符“O”疑为数字“0”"),
        ({"port": "5 002"}, "weak:no_port", "中间有空格或换行"),
        ({"port": "5\n002"}, "weak:no_port", "中间有空格或换行"),
        ({"port": "5,001"}, "weak:no_port", "中间有逗号"),
        ({"port": "50l2"}, "weak:no_port", "第 3 个字符“l”疑为数字“1”"),
        ({"first": "2O26-10-03 00:50"}, "weak:no_time", "第 2 个字符“O”疑为数字“0”"),
        ({"first": "2026-10-03"}, "weak:no_time", "只有日期，没有时分"),
        ({"first": "20261003"}, "weak:no_time", "只有日期，没有时分"),
        ({"first": "2026-10-03 00:00"}, "accept", "已接收"),
        ({"last": "2026-10-03"}, "accept", "已接收"),
        ({"last": "2026-10-02"}, "reject:time_order", "早于首次发现时间"),
        ({"ip": "9" * 5000 + ".1.1.1"}, "reject:bad_ip", "系统不代为更正"),
    ],
)
def test_a_row_of_a_monitoring_list(changes: dict[str, str], fate: str, says: str) -> None:
    read = telecom(**changes)
    assert read.fate == fate
    assert says in row_sentence(read.reason, read.figures).zh
    assert row_sentence(read.reason, read.figures).en


def test_a_last_time_that_cannot_be_read_or_lies_ahead_is_named() -> None:
    read = telecom(last="昨晚")
    assert row_sentence(*read.notes[0]).zh == "最近发现时间“□□”无法识别，按首次发现时间处理；请核对。"
    assert read.reading["last"] == read.reading["first"]
    ahead = telecom(last="2026-11-02 00:00")
    assert row_sentence(*ahead.notes[0]).zh.startswith("最近发现时间 2026-11-02 00:00 晚于接收时间")


def test_the_address_that_a_slip_suggests_is_hidden_from_whoever_sees_none() -> None:
    read = telecom(ip="6l.147.103.140")
    assert (read.fate, read.reason, read.figures["suggestion"]) == ("reject:bad_ip", "like_ip", "61.147.103.140")
    hidden = {name for name, detail in FIGURES.items() if detail is Detail.IP}
    assert hidden == {"ip", "suggestion"}
    masked = row_sentence(read.reason, read.figures | dict.fromkeys(hidden, "***"))
    assert "61.147" not in masked.zh + masked.en


@pytest.mark.parametrize(
    ("first", "note"),
    [
        ("", "no_time_too"),
        ("上周", "bad_time_too"),
        ("2O26-10-03 00:50", "slip_time_too"),
        ("2026-10-03", "no_clock_too"),
    ],
)
def test_a_bad_time_beside_a_bad_port_is_named_too(first: str, note: str) -> None:
    read = telecom(port="5O01", first=first, last="")
    assert (read.fate, read.reason) == ("weak:no_port", "slip_port")
    assert [code for code, _ in read.notes] == [note]
    assert row_sentence(*read.notes[0]).en


def test_a_meter_of_minus_one_is_an_account_that_was_not_given() -> None:
    mapping = map_header("grid", ["户号", "户名", "用电地址", "年月", "总电量"])
    read = read_row(1, ["-1", "某某", "徐州市丰县常店镇建国路1号", "202109", "500"], mapping, SETTING)
    assert (read.fate, "meter" in read.personal) == ("accept", False)
    assert [row_sentence(*note).zh for note in read.notes] == ["户号为 -1，按未填写处理，未用于比对；请补填。"]


def test_an_account_that_a_spreadsheet_has_rounded_is_refused_and_a_placeholder_is_none() -> None:
    mapping = map_header("grid", ["户号", "户名", "用电地址"])
    rounded = read_row(1, ["3.20319E+12", "孙玲", "云龙区民主路1号"], mapping, SETTING)
    assert rounded.fate == "reject:bad_account"
    assert "设为文本格式" in row_sentence(rounded.reason, rounded.figures).zh
    one, other = (read_row(n, ["无", "孙玲", f"云龙区民主路{n}号"], mapping, SETTING) for n in (1, 2))
    assert one.fate == other.fate == "accept"
    assert one.identity != other.identity
    assert read_row(1, ["/", "孙玲", ""], mapping, SETTING).fate == "reject:no_account"


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ("已定位", "located"),
        ("未定位成功", "other"),
        ("成功", "located"),
        ("日志已过期，户名孙玲娜", "expired"),
        ("NAT地址无法定位", "nat"),
    ],
)
def test_the_words_of_a_reply_are_read_and_not_repeated(answer: str, result: str) -> None:
    mapping = map_header("trace", ["源IP地址", "源端口", "首次发现时间", "溯源结果", "宽带账号"])
    read = read_row(1, ["36.154.192.217", "1159", "2026/10/3 00:50", answer, "xz01@adsl"], mapping, SETTING)
    assert read.reading["result"] == result
    assert "孙玲娜" not in row_sentence(read.reason, read.figures).zh


@pytest.mark.parametrize(
    ("listed", "found"),
    [("移动", ""), ("铁通", ""), ("广电", ""), ("", ""), ("电信", "移动"), ("中国联通", "移动")],
)
def test_a_list_that_names_another_carrier_than_the_prefix_says_is_told(listed: str, found: str) -> None:
    header = ["源IP地址", "源端口", "矿池地址", "首次发现时间", "最近发现时间", "运营商"]
    read = read_row(1, [*GOOD, listed], map_header("telecom", header), SETTING)
    assert read.fate == "accept"
    said = [row_sentence(code, figures).zh for code, figures in read.notes]
    assert said == ([f"名单所列运营商为{listed[-2:]}，按地址段为{found}；请向{found}核查。"] if found else [])


def test_an_old_lead_is_named_and_not_refused() -> None:
    read = telecom(first="2026-04-01 08:00", last="2026-04-02 08:00")
    assert (read.fate, [code for code, _ in read.notes]) == ("accept", ["old_lead"])


def test_a_reading_of_minus_one_is_empty_and_named() -> None:
    mapping = map_header("grid", ["户号", "户名", "用电地址", "年月", "平电量", "总电量"])
    read = read_row(1, ["3203000000017", "孙玲", "云龙区民主路1号", "2026.09", "-1", "1,229.70"], mapping, SETTING)
    assert read.fate == "accept"
    assert read.reading["total"] == "1229.7"
    assert "flat" not in read.reading
    assert row_sentence(*read.notes[0]).zh == "平电量为 -1，按无读数处理；请补采表码。"


def test_a_letter_in_an_account_is_named_and_not_mended() -> None:
    mapping = map_header("grid", ["户号", "户名", "用电地址"])
    read = read_row(1, ["32O3000000017", "孙玲", "云龙区民主路1号"], mapping, SETTING)
    assert read.fate == "reject:bad_account"
    assert "疑为数字“0”" in row_sentence(read.reason, read.figures).zh
    assert read_row(1, ["", "孙玲", ""], mapping, SETTING).fate == "reject:no_account"


def test_a_carriers_answer_without_a_subscriber_is_accepted_and_kept() -> None:
    mapping = map_header("trace", ["源IP地址", "源端口", "首次发现时间", "溯源结果", "宽带账号"])
    read = read_row(1, ["36.154.192.217", "1159", "2026/10/3 00:50", "日志已过期", ""], mapping, SETTING)
    assert (read.fate, read.reading["result"]) == ("accept", "expired")
    assert "日志已过期" in row_sentence(read.reason, read.figures).zh


def test_every_reason_has_both_sentences_and_the_same_figures() -> None:
    import string

    for code, text in ROW.items():
        fields = [{name for _, name, _, _ in string.Formatter().parse(part) if name} for part in text]
        assert fields[0] - {"zh"} == fields[1] - {"en"}, code


def test_a_cell_in_a_sentence_shows_no_words_and_no_long_numbers() -> None:
    assert shown("孙玲娜 18049472055") == "□□□ 180…55"
    assert shown("2026年10月3日 08时") == "2026年10月3日 08时"


@pytest.mark.parametrize("kind", ["telecom", "grid", "tips"])
def test_every_row_of_the_sample_has_the_fate_of_the_truth(kind: str) -> None:
    (sheet,) = find_lists(kind, open_list(content_of(kind)))
    wrong: Counter[tuple[str, str]] = Counter()
    seen: set[str] = set()
    for number, row in enumerate(sheet.data_rows(), 1):
        read = _fate(number, row, sheet.mapping, seen)
        wanted = TRUTH[kind][number - 1].get("fate", "accept")
        wrong[wanted, read] += read != wanted
    assert number == len(TRUTH[kind])
    assert +wrong == Counter()


def _fate(number: int, row: list[Any], mapping: Mapping, seen: set[str]) -> str:
    read = read_row(number, row, mapping, Setting("3203", datetime(2021, 10, 12, tzinfo=CST)))
    if read.refused:
        return read.fate
    repeated = read.identity in seen
    seen.add(read.identity)
    return "duplicate" if repeated else read.fate
