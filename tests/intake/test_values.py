"""Single cells: every notation of the same value, and nothing guessed."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from cases.intake.lists.judging.sights import slips_in
from cases.intake.lists.values import (
    CST,
    has_clock,
    is_account,
    is_ambiguous,
    proved_order,
    read_account,
    read_month,
    read_number,
    read_quantity,
    read_time,
    split_endpoint,
    text_of,
    typed,
)

AT = datetime(2021, 10, 3, 0, 50, tzinfo=CST)


@pytest.mark.parametrize(
    "text",
    [
        "2021/10/3 00:50",
        "2021-10-03 00:50:00",
        "2021年10月3日 00时50分",
        "2021年10月3日0时50分00秒",
        "2021.10.03 0:50",
        "20211003005000",
        "20211003 0050",
        "2021-10-03T00:50:00+08:00",
        "2021-10-02T16:50:00Z",
        "2021-10-02 16:50:00+0000",
        "2021/10/3 上午12:50",
        "2021/10/3 12:50 AM",
        "44472.034722222",
        "1633193400",
        "1633193400000",
    ],
)
def test_one_moment_in_every_notation(text: str) -> None:
    found = read_time(text)
    assert found is not None
    assert abs(found - AT) < timedelta(seconds=1)
    # Written alike too: the hour and minute are part of the key that a carrier's reply is found by.
    assert found.isoformat()[:16] == "2021-10-03T00:50"


def test_the_afternoon_of_a_spreadsheet_is_read() -> None:
    assert read_time("2021/10/8 下午3:05") == datetime(2021, 10, 8, 15, 5, tzinfo=CST)
    assert read_time("2021/10/8 下午12:05") == datetime(2021, 10, 8, 12, 5, tzinfo=CST)
    assert read_time("2021/10/8 下午15:05") == datetime(2021, 10, 8, 15, 5, tzinfo=CST)
    assert read_time("2021/10/8 3:05 PM") == datetime(2021, 10, 8, 15, 5, tzinfo=CST)


@pytest.mark.parametrize(
    "text",
    [
        *("", "昨天", "2021-13-03 00:50", "2021-10-03 25:00", "123", "18049472055000000", "21/10/3 0:50"),
        *("2021-10-03 00:50+99:00", "0001-01-01 00:00", "9999-12-31 23:59", "nan", "2021-10-03" + " " * 90_000 + "x"),
    ],
    ids=lambda text: text[:24],
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert read_time(text) is None


def test_a_date_whose_day_and_month_could_be_swapped_is_not_guessed() -> None:
    assert read_time("10/3/2021 00:50") is None
    assert is_ambiguous("10/3/2021 00:50")
    assert read_time("10/3/2021 00:50", "mdy") == AT
    assert read_time("3/10/2021 00:50", "dmy") == AT
    assert read_time("3/3/2021") == datetime(2021, 3, 3, tzinfo=CST)
    assert read_time("25/10/2021") == datetime(2021, 10, 25, tzinfo=CST)
    assert [proved_order(text) for text in ("25/10/2021", "10/25/2021", "10/3/2021", "x")] == ["dmy", "mdy", None, None]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,229.70", "1229.70"),
        ("12 345", "12345"),
        ("400", "400"),
        ("-1", "-1"),
        ("105,388.36 kWh", "105388.36"),
        ("1.5e3", "1.5e3"),
    ],
)
def test_numbers_as_people_write_them(text: str, number: str) -> None:
    assert read_number(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", "约400", "1,22,9", "4OO", "孙玲", "1e5000", "9" * 30, "1e99"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert read_number(text) is None


def test_a_quantity_below_nothing_is_none_and_named() -> None:
    assert read_quantity("1,229.70") == ("1229.7", "")
    assert read_quantity("") == (None, "")
    assert [read_quantity(text)[1] for text in ("-1", "-22.5", "x", "1e5000")] == [
        "empty_reading",
        "negative_reading",
        "unreadable_number",
        "unreadable_number",
    ]


def test_only_what_tells_one_subscriber_from_all_others_is_an_account() -> None:
    assert all(is_account(read_account(text)) for text in ("3203 1927-14718", "xz01@adsl", "0516-8371", "wang.li@adsl"))
    assert not is_account("wang.li@adsl", digits=True), "a meter has a number"
    for text in (
        "",
        "-",
        "/",
        "无",
        "不详",
        "N/A",
        "null",
        "待核实1号",
        "adsl",
        "none@adsl",
        "@adsl",
        "0000000000000",
        "3.20319E+12",
        "x" * 80 + "1",
    ):
        assert not is_account(read_account(text)), text


def test_cells_months_accounts_and_endpoints() -> None:
    assert [text_of(cell) for cell in ("３６．１５４", 400.0, 3.5, None, True, " a ", "xz87@adsl\u200b")] == [
        "36.154",
        "400",
        "3.5",
        "",
        "是",
        "a",
        "xz87@adsl",
    ]
    assert {read_month(text) for text in ("2021.09", "2021-09", "202109", "2021年9月", "2021/9/1")} == {"2021-09"}
    assert read_month("2021-13") == read_month("九月") == ""
    assert read_account("3203 1927-14718.0") == "3203192714718"
    assert read_account("XZ87@ADSL") == "xz87@adsl"
    assert split_endpoint("36.154.192.217:1159") == ("36.154.192.217", "1159")
    assert split_endpoint("[2001:db8::1]:443") == ("2001:db8::1", "443")
    assert split_endpoint("2001:db8::1") == ("2001:db8::1", "")
    assert split_endpoint("36.154.192.217 : 1159") == ("36.154.192.217", "1159")
    assert split_endpoint("36.154.192.217:5OO1") == ("36.154.192.217", "5OO1")
    assert split_endpoint("36.154.192.21 7:1159") == ("36.154.192.21 7:1159", ""), "a blank inside is never joined"


def test_a_cell_that_a_spreadsheet_keeps_as_text_is_read_as_its_text() -> None:
    cells = ('="49.81.105.1"', "'49.81.105.2", ' ="0012" ', "'", "it's", "'a'", '="', "=1+1")
    assert [typed(cell) for cell in cells] == ["49.81.105.1", "49.81.105.2", "0012", "", "it's", "'a'", '="', "=1+1"]


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        *[("2021-10-03 00:50", True), ("2021-10-03 00:00", True), ("20211003005000", True), ("10/3/2021 8:00", True)],
        *[("44472.0347", True), ("1633193400", True), ("2021年10月3日 下午3点0分", True)],
        *[
            ("2021-10-03", False),
            ("20211003", False),
            ("2021年10月3日", False),
            ("25/10/2021", False),
            ("44472", False),
        ],
    ],
)
def test_a_date_alone_names_no_time_of_day(text: str, clock: bool) -> None:
    assert has_clock(text) == clock


def test_what_keeps_a_cell_from_being_read_is_named_with_its_place() -> None:
    assert slips_in("5O01", str.isdecimal) == (
        "第 2 个字符“O”疑为数字“0”",
        "character 2, “O”, looks like the digit “0”",
    )
    found = slips_in("2O21-l0-03", read_time)
    assert found is not None
    assert found[0] == "第 2 个字符“O”疑为数字“0”、第 6 个字符“l”疑为数字“1”"
    assert slips_in("5 001", str.isdecimal) == ("中间有空格或换行", "a blank or a line break inside")
    assert slips_in("5,001", str.isdecimal) == ("中间有逗号", "a comma inside")
    assert slips_in("昨天", read_time) is None
    assert slips_in("80a", str.isdecimal) is None
