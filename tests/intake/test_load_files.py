"""Files of load readings: both forms, both units, both encodings; what is no reading is refused with its row."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from cases.intake.lists.values import CST
from cases.intake.loadcurves.bringing import template
from cases.intake.loadcurves.reading import MOST_TOLD, ReadFile, read_file
from cases.policy.energy.days import QUARTERS, Day, clock
from cases.workflow.errors import InvalidInput
from tests.intake.samples import workbook

NOW = datetime(2021, 10, 14, 10, 7, tzinfo=CST)
DAY = date(2021, 10, 12)
BEGINS = [clock(n) for n in range(QUARTERS)]
ENDS = [clock(n + 1) for n in range(QUARTERS)]
POWERS = [f"{40 + n / 10:.1f}" for n in range(QUARTERS)]
WANTED = tuple(Decimal(text).normalize() for text in POWERS)


def lines(*rows: list[str]) -> bytes:
    return "\r\n".join(",".join(row) for row in rows).encode()


def taken(content: bytes, *, now: datetime = NOW, most: str = "200000") -> ReadFile:
    return read_file(content, now=now, most_kw=Decimal(most))


def read(content: bytes, **more: Any) -> dict[date, Day]:
    """The days of a file all of which is read."""
    file = taken(content, **more)
    assert not file.left_out and not file.faults
    return file.days


def refusal(content: bytes, **more: Any) -> list[str]:
    """What is said of the rows that were left out, or of the file where none was read."""
    fields: Any
    try:
        fields = taken(content, **more).faults
    except InvalidInput as refused:
        fields = refused.fields if refused.code == "not_load_readings" else {}
    said = list(fields.values())
    assert said
    assert all(text.en for text in said)
    return [text.zh for text in said]


def a_day(*values: str, head: list[str] | None = None, unit: str = "kW", day: str = "2021-10-12") -> bytes:
    return lines(["日期", "单位", *(head or BEGINS)], [day, unit, *(values or POWERS)])


def with_value(text: str) -> bytes:
    """A day with this at 03:15, in the third row of the file."""
    rows = [["日期", "单位", *BEGINS], ["2021-10-11", "kW", *POWERS], ["2021-10-12", "kW", *POWERS]]
    rows[2][2 + 13] = text
    return lines(*rows)


@pytest.mark.parametrize(
    "head",
    [
        BEGINS,
        ENDS,
        [*ENDS[:-1], "00:00"],
        [f"{text}:00" for text in BEGINS],
        [str(n) for n in range(1, 97)],
        [f"P{n}" for n in range(1, 97)],
        [f"U{n:02d}" for n in range(1, 97)],
        [f"第{n}点" for n in range(1, 97)],
        ["0.0", *(f"{n / 96:.10f}" for n in range(1, 96))],
    ],
)
def test_a_row_a_day_whichever_way_its_quarters_are_named(head: list[str]) -> None:
    assert read(a_day(head=head)) == {DAY: WANTED}


def test_columns_may_stand_in_any_order_and_a_title_above() -> None:
    row = ["", POWERS[-1], *POWERS[:-1], "2021/10/12", "kW"]
    for last, *others in ([ENDS[-1], *ENDS[:-1]], [BEGINS[-1], *BEGINS[:-1]], [str(n % 96 or 96) for n in range(96)]):
        head = ["备注", last, *others, "数据日期", "单位"]
        assert read(lines(["某户 2021 年 10 月负荷"], [], head, row)) == {DAY: WANTED}, last


def test_energy_of_a_quarter_is_four_times_its_power() -> None:
    energies = [str(Decimal(text) / 4) for text in POWERS]
    assert read(a_day(*energies, unit="kWh")) == {DAY: WANTED}
    in_the_head = lines(["日期（15分钟电量 kWh）", *BEGINS], ["2021-10-12", *energies])
    assert read(in_the_head) == {DAY: WANTED}


def test_the_multiplier_of_a_row_is_applied() -> None:
    small = [str(Decimal(text) / 80) for text in POWERS]
    rows = lines(["日期", "单位", "综合倍率", *BEGINS], ["2021-10-12", "kW", "80", *small])
    assert read(rows) == {DAY: WANTED}
    assert "倍率" in refusal(lines(["日期", "单位", "倍率", *BEGINS], ["2021-10-12", "kW", "0", *small]))[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_encoding_that_comes_from_a_desk(encoding: str) -> None:
    assert read(a_day().decode().encode(encoding)) == {DAY: WANTED}


def test_a_workbook_with_dates_and_numbers_of_its_own() -> None:
    head = ["数据日期", "单位", *(time(n // 4, n % 4 * 15) for n in range(QUARTERS))]
    row = [date(2021, 10, 12), "kW", *(float(text) for text in POWERS)]
    assert read(workbook(("负荷", [head, row]))) == {DAY: WANTED}


def test_a_row_a_point() -> None:
    rows = [["数据时间", "有功功率（kW）"], *([f"2021-10-12 {at}", kw] for at, kw in zip(BEGINS, POWERS, strict=True))]
    assert read(lines(*rows)) == {DAY: WANTED}
    apart = [
        ["日期", "时间", "电量(kWh)"],
        *(["2021-10-12", at, str(Decimal(kw) / 4)] for at, kw in zip(BEGINS, POWERS, strict=True)),
    ]
    assert read(lines(*apart)) == {DAY: WANTED}


def test_points_that_a_file_does_not_have_are_gaps() -> None:
    found = read(lines(["时间", "功率(kW)"], ["2021-10-12 00:15", "48"]))[DAY]
    assert found[1] == 48 and sum(value is not None for value in found) == 1


@pytest.mark.parametrize("word", ["", "-1", "-1.0", "NULL", "null", "--", "-", "NaN", "无"])
def test_the_words_of_meters_for_no_reading_are_gaps_and_never_zero(word: str) -> None:
    found = read(with_value(word))[DAY]
    assert found[13] is None and found[12] == WANTED[12]


def test_a_zero_is_a_reading() -> None:
    assert read(with_value("0"))[DAY][13] == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("-0.5", "03:15 的值为负数"),
        ("四十八", "03:15 的值不是数"),
        ("48.2.1", "03:15 的值不是数"),
        ("200001", "超过 200000 kW"),
    ],
)
def test_what_is_no_reading_is_refused_with_its_row(text: str, says: str) -> None:
    (told,) = refusal(with_value(text))
    assert told.startswith("第 3 行：") and says in told
    assert set(taken(with_value(text)).days) == {date(2021, 10, 11)}, "the row whole, and no other"


def test_more_than_the_site_can_draw_is_refused() -> None:
    assert read(with_value("500"), most="500")
    assert "合 500.1 kW，超过 500 kW" in refusal(with_value("500.1"), most="500")[0]


def test_what_has_not_come_yet_is_refused() -> None:
    assert "还没有到" in refusal(a_day(day="2021-10-15"))[0]
    assert "10:15 还没有到" in refusal(a_day(day="2021-10-14"))[0]
    known = [text if n * 15 <= 10 * 60 + 7 else "" for n, text in enumerate(POWERS)]
    assert sum(value is not None for value in read(a_day(*known, day="2021-10-14"))[date(2021, 10, 14)]) == 41


def test_the_same_point_twice_has_to_say_the_same() -> None:
    rows = [["日期", "单位", *BEGINS], ["2021-10-12", "kW", *POWERS], ["2021-10-12", "kW", *POWERS]]
    assert read(lines(*rows)) == {DAY: WANTED}
    rows[2][10] = "1"
    assert refusal(lines(*rows)) == ["第 3 行：2021-10-12 02:00 与第 2 行的值不同，按第 2 行"]
    assert taken(lines(*rows)).days == {DAY: WANTED}


def test_two_meters_are_two_files() -> None:
    head = ["日期", "单位", "计量点编号", *BEGINS]
    one, other = ["2021-10-11", "kW", "A1", *POWERS], ["2021-10-12", "kW", "A2", *POWERS]
    assert "不是同一户号或计量点" in refusal(lines(head, one, other))[0]
    assert len(read(lines(head, one, [*other[:2], "A1", *POWERS]))) == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "文件是空的"),
        (b"%PDF-1.4", "不是名单文件"),
        (lines(["a", "b"], ["1", "2"]), "没有找到表头"),
        (lines(["日期", "单位", *BEGINS[:-1]], ["2021-10-12", "kW", *POWERS[:-1]]), "识别到 95 个"),
        (lines(["日期", *BEGINS], ["2021-10-12", *POWERS]), "没有写明单位"),
        (lines(["日期 kW kWh", *BEGINS], ["2021-10-12", *POWERS]), "没有写明单位"),
        (a_day(unit="MW"), "单位应为 kW 或 kWh"),
        (a_day(day="昨天"), "日期无法识别"),
        (lines(["时间", "功率(kW)", "电量(kWh)"], ["2021-10-12 00:00", "1", "2"]), "识别到 2 列"),
        (lines(["时间", "功率(kW)"], ["2021-10-12 00:07", "1"]), "不是整 15 分钟"),
        (lines(["时间", "功率(kW)"], ["2021-10-12", "1"]), "时间无法识别"),
        (a_day(*[""] * 96), "没有读数"),
        (template(), "没有读数"),
    ],
)
def test_what_is_no_such_file_is_refused_with_the_reason(content: bytes, says: str) -> None:
    assert says in refusal(content)[0]


def test_so_many_faults_are_told_at_once() -> None:
    rows = [["时间", "功率(kW)"], ["2021-10-11 00:00", "1"], *([f"2021-10-12 {at}", "-2"] for at in BEGINS)]
    file = taken(lines(*rows))
    assert (len(file.faults), file.left_out) == (MOST_TOLD, 96), "the first are told, all are counted"
    assert len(refusal(lines(rows[0], *rows[2:]))) == MOST_TOLD


@pytest.mark.parametrize(("length", "step"), [(48, 30), (24, 60)])
def test_a_meter_that_tells_less_often_keeps_its_points(length: int, step: int) -> None:
    starts = [clock(n * step // 15) for n in range(length)]
    stops = [clock((n + 1) * step // 15) for n in range(length)]
    kept = tuple(Decimal(n) for n in range(length))
    numbers = [str(n) for n in range(length)]
    for head in (starts, stops, [*stops[:-1], "00:00"], [str(n) for n in range(1, length + 1)]):
        assert read(a_day(*numbers, head=head)) == {DAY: kept}
    energies = [str(Decimal(n) * step / 60) for n in range(length)]
    assert read(a_day(*energies, head=starts, unit="kWh")) == {DAY: kept}, "the energy of a point over its time"
    rows = [["时间", "电量(kWh)"], *([f"2021-10-12 {at}", kwh] for at, kwh in zip(starts, energies, strict=True))]
    assert read(lines(*rows)) == {DAY: kept}


def test_a_time_of_24_00_says_that_times_are_ends() -> None:
    for ends in (ENDS, [*ENDS[:-1], "2021-10-13 00:00"]):
        times = [at if len(at) > 5 else f"2021-10-12 {at}" for at in ends]
        rows = [["数据时间", "功率(kW)"], *([at, kw] for at, kw in zip(times, POWERS, strict=True))]
        assert read(lines(*rows)) == {DAY: WANTED}
    apart = [["日期", "截止时间", "功率(kW)"], ["2021-10-12", "00:15", "48"], ["2021-10-12", "00:30", "49"]]
    assert read(lines(*apart))[DAY][:3] == (48, 49, None), "said in the header"
    other = read(lines(["日期", "时间", "功率(kW)"], ["2021-10-12", "00:15", "48"]))[DAY]
    assert other[:2] == (None, 48), "otherwise a time is a beginning"


def test_the_account_of_a_file_is_told() -> None:
    rows = lines(["户号", "日期", "单位", *BEGINS], ["3203145824572", "2021-10-12", "kW", *POWERS])
    assert taken(rows).account == "3203145824572" and taken(a_day()).account == ""
