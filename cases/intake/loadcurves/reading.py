"""From a file of load readings to days of 96 points; a row that is no reading is left out with the reason, said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, Final

from cases.intake.lists.judging.files import FILE
from cases.intake.lists.reading import is_blank, open_list
from cases.intake.lists.sentences import NotAList, sentence
from cases.intake.lists.values import CST, read_number, read_time, text_of, typed
from cases.intake.loadcurves.columns import KW, KWH, Columns, NoColumns, columns_of, unit_of
from cases.intake.loadcurves.points import Clock, clock_of, moment
from cases.policy.energy.days import QUARTERS, Day, begins, kept
from cases.workflow.errors import InvalidInput
from cases.workflow.view import Text

# Days of one file, and rows of one that has a row a point.
MOST_DAYS: Final = 400
MOST_ROWS: Final = MOST_DAYS * QUARTERS
HEAD_LINES: Final = 15
# So many faults are told at once.
MOST_TOLD: Final = 20
# What meters and their systems write where there is no reading; -1 is one of these words.
GAPS: Final = frozenset({"", "-", "--", "—", "/", "null", "none", "nan", "n/a", "\\n", "无", "缺"})
_NO_HEADER = Text(
    "没有找到表头。一行一日：“日期”和 96（或 48、24）个时刻列；一行一点：“时间”和“功率（kW）”或“电量（kWh）”",
    "No header. A row a day: “日期” and 96 (48, 24) columns; a row a point: “时间” and “功率（kW）” or “电量（kWh）”",
)


class _Wrong(ValueError):
    """One cell or row is no reading."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh)
        self.zh, self.en = zh, en


@dataclass(frozen=True, slots=True)
class ReadFile:
    """The days of a file and whose they are; of the rows that are no readings the first ones with the reason."""

    days: dict[date, Day]
    account: str
    faults: dict[int, Text]
    left_out: int


@dataclass(slots=True)
class _Table:
    """What was read so far: of each point its value and the row that said it."""

    columns: Columns
    times: Clock
    last: datetime
    most: Decimal
    values: dict[date, list[Decimal | None]] = field(default_factory=dict)
    rows: dict[tuple[date, int], int] = field(default_factory=dict)
    whose: tuple[str, str] = ("", "")


def read_file(content: bytes, *, now: datetime, most_kw: Decimal) -> ReadFile:
    """The days of a file. A row that is no reading is left out, and told; it takes no other with it.

    Raises InvalidInput for what is no such file, and where not one row is a reading.
    """
    try:
        columns, lines = _header(content)
        rows = [(number, [typed(text_of(cell)) for cell in cells]) for number, cells in lines]
    except NotAList as wrong_file:
        raise _no_such(sentence(FILE[wrong_file.code], wrong_file.figures)) from wrong_file
    except NoColumns as wrong_head:
        raise _no_such(wrong_head.text) from wrong_head
    times = Clock(len(columns.points)) if columns.points else clock_of(columns, [cells for _, cells in rows])
    table, faults, left_out = _Table(columns, times, now.astimezone(CST), most_kw), dict[int, Text](), 0
    for number, cells in rows:
        try:
            _take(table, number, cells)
        except _Wrong as wrong:
            left_out += 1
            if len(faults) < MOST_TOLD:
                faults[number] = Text(f"第 {number} 行：{wrong.zh}", f"Row {number}: {wrong.en}")
    found = {day: tuple(values) for day, values in table.values.items() if any(v is not None for v in values)}
    if not found and faults:
        told = {f"file[{number}]": text for number, text in faults.items()}
        raise InvalidInput(fields=told, code="not_load_readings")
    if not found:
        raise _no_such(Text("表头之下没有读数", "There are no readings below the header"))
    return ReadFile(found, table.whose[0], faults, left_out)


def _no_such(text: Text) -> InvalidInput:
    return InvalidInput(fields={"file": text}, code="not_load_readings")


def _header(content: bytes) -> tuple[Columns, Iterator[tuple[int, list[Any]]]]:
    """The columns, and the rows below with the number that a spreadsheet shows beside them."""
    for sheet in open_list(content):
        if sheet.hidden:
            continue
        lines = ((n, row) for n, row in enumerate(sheet.rows(), 1) if not is_blank(row))
        above: list[str] = []
        for _, row in islice(lines, HEAD_LINES):
            cells = [text_of(cell) for cell in row]
            if (columns := columns_of(cells, above)) is not None:
                return columns, _within(lines)
            above += cells
    raise _no_such(_NO_HEADER)


def _within(lines: Iterator[tuple[int, list[Any]]]) -> Iterator[tuple[int, list[Any]]]:
    yield from islice(lines, MOST_ROWS)
    if next(lines, None) is not None:
        raise _no_such(Text(f"超过 {MOST_ROWS} 行，请拆分后上传", f"It has more than {MOST_ROWS} rows; split it"))


def _take(table: _Table, number: int, cells: Sequence[str]) -> None:
    """One row into the table, wholly or not at all."""
    columns = table.columns
    whose = _same_meter(table, _at(cells, columns.account), _at(cells, columns.meter))
    factor = _factor(table, cells)
    if columns.value is None:
        day = _day(table, _at(cells, columns.day))
        points = list(enumerate(_at(cells, place) for place in columns.points))
    else:
        day, point = _moment(table, cells)
        points = [(point, _at(cells, columns.value))]
    read = [(point, _reading(table, day, point, text, factor)) for point, text in points]
    for point, value in read:
        _no_other(table, day, point, value)
    values = table.values.setdefault(day, [None] * table.times.length)
    table.whose = whose
    for point, value in read:
        if value is not None:
            values[point] = value
            table.rows.setdefault((day, point), number)


def _at(cells: Sequence[str], place: int | None) -> str:
    return cells[place] if place is not None and place < len(cells) else ""


def _same_meter(table: _Table, account: str, meter: str) -> tuple[str, str]:
    for known, said in zip(table.whose, (account, meter), strict=True):
        if known and said and known != said:
            raise _Wrong(
                "与上面的行不是同一户号或计量点，一个文件只装一个计量点的数据", "another meter than above; one a file"
            )
    return table.whose[0] or account, table.whose[1] or meter


def _factor(table: _Table, cells: Sequence[str]) -> Decimal:
    """What a number of this row is multiplied by to be kW: the meter's multiplier, and so many points to the hour."""
    columns = table.columns
    unit = columns.unit or unit_of(_at(cells, columns.unit_at))
    if not unit:
        raise _Wrong("单位应为 kW 或 kWh", "the unit is kW or kWh")
    times = Decimal(1)
    if columns.times is not None:
        found = read_number(_at(cells, columns.times))
        if found is None or not 0 < found <= 1_000_000:
            raise _Wrong("倍率应为大于 0 的数", "the multiplier is a number above 0")
        times = found
    return times * {KW: 1, KWH: table.times.length // 24}[unit]


def _day(table: _Table, text: str) -> date:
    at = read_time(text)
    if at is None:
        raise _Wrong("日期无法识别，应为 2021-10-12 这样的写法", "the day cannot be read; write it as 2021-10-12")
    return _within_the_file(table, at.date())


def _within_the_file(table: _Table, day: date) -> date:
    if day > table.last.date():
        raise _Wrong(f"日期 {day} 还没有到", f"{day} is still to come")
    if day not in table.values and len(table.values) == MOST_DAYS:
        raise _Wrong(f"超过 {MOST_DAYS} 日，请拆分后上传", f"more than {MOST_DAYS} days; split the file")
    return day


def _moment(table: _Table, cells: Sequence[str]) -> tuple[date, int]:
    """The day and point of a row that is a point."""
    if table.columns.day is not None:
        _day(table, _at(cells, table.columns.day))
    at = moment(table.columns, cells)
    if at is None:
        raise _Wrong(
            "时间无法识别，应为 2021-10-12 00:15 这样的写法", "the time cannot be read; write 2021-10-12 00:15"
        )
    begins = table.times.begins(at)
    point, beside = divmod(begins.hour * 60 + begins.minute, 1440 // table.times.length)
    if beside or begins.second:
        raise _Wrong("时间不是整 15 分钟", "the time is none of a quarter of an hour")
    return _within_the_file(table, begins.date()), point


def _reading(table: _Table, day: date, point: int, text: str, factor: Decimal) -> Decimal | None:
    if text.lower() in GAPS:
        return None
    number = read_number(text)
    at = begins(point, table.times.length)
    if number is None:
        raise _Wrong(f"{at} 的值不是数", f"the value of {at} is no number")
    if number == -1:
        return None
    if number < 0:
        raise _Wrong(f"{at} 的值为负数", f"the value of {at} is negative")
    value = kept(number * factor)
    if value > table.most:
        raise _Wrong(
            f"{at} 的值合 {value:f} kW，超过 {table.most:f} kW，请核对单位和小数点",
            f"the value of {at} comes to {value:f} kW, over {table.most:f} kW; check unit and decimal point",
        )
    if day == table.last.date() and at > f"{table.last:%H:%M}":
        raise _Wrong(f"{at} 还没有到", f"{at} is still to come")
    return value


def _no_other(table: _Table, day: date, point: int, value: Decimal | None) -> None:
    before = table.rows.get((day, point))
    if before is not None and value is not None and table.values[day][point] != value:
        at = begins(point, table.times.length)
        raise _Wrong(f"{day} {at} 与第 {before} 行的值不同，按第 {before} 行", f"{day} {at} differs from row {before}")
