"""From a file of load readings to days of 96 points; what is no reading is refused with its row and the reason."""

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
from cases.intake.lists.values import CST, has_clock, read_number, read_time, text_of, typed
from cases.intake.loadcurves.columns import KW, KWH, Columns, NoColumns, columns_of, unit_of
from cases.policy.energy.days import QUARTERS, Day, clock, kept
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
    "没有找到表头。一行一日：“日期”和 96 个时刻列；一行一点：“时间”和“功率（kW）”或“电量（kWh）”",
    "No header found. A row a day: “日期” and 96 columns; a row a point: “时间” and “功率（kW）” or “电量（kWh）”",
)


class _Wrong(ValueError):
    """One cell or row is no reading."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh)
        self.zh, self.en = zh, en


@dataclass(slots=True)
class _Table:
    """What was read so far: of each quarter its value and the row that said it."""

    columns: Columns
    last: datetime
    most: Decimal
    values: dict[date, list[Decimal | None]] = field(default_factory=dict)
    rows: dict[tuple[date, int], int] = field(default_factory=dict)
    meter: str = ""


def days_of(content: bytes, *, now: datetime, most_kw: Decimal) -> dict[date, Day]:
    """The days of a file. Raises InvalidInput for what is no such file, and for rows that are no readings."""
    try:
        columns, rows = _header(content)
        table, faults = _Table(columns, now.astimezone(CST), most_kw), dict[str, Text]()
        for number, cells in rows:
            try:
                _take(table, number, [typed(text_of(cell)) for cell in cells])
            except _Wrong as wrong:
                faults[f"file[{number}]"] = Text(f"第 {number} 行：{wrong.zh}", f"Row {number}: {wrong.en}")
                if len(faults) == MOST_TOLD:
                    break
    except NotAList as wrong_file:
        raise _no_such(sentence(FILE[wrong_file.code], wrong_file.figures)) from wrong_file
    except NoColumns as wrong_head:
        raise _no_such(wrong_head.text) from wrong_head
    if faults:
        raise InvalidInput(fields=faults, code="not_load_readings")
    found = {day: tuple(values) for day, values in table.values.items() if any(v is not None for v in values)}
    if not found:
        raise _no_such(Text("表头之下没有读数", "There are no readings below the header"))
    return found


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
    _same_meter(table, _at(cells, columns.meter))
    factor = _factor(columns, cells)
    if columns.value is None:
        day = _day(table, _at(cells, columns.day))
        points = list(enumerate(_at(cells, place) for place in columns.quarters))
    else:
        day, quarter = _moment(table, cells)
        points = [(quarter, _at(cells, columns.value))]
    read = [(quarter, _reading(table, day, quarter, text, factor)) for quarter, text in points]
    for quarter, value in read:
        _put(table, day, quarter, value, number)


def _at(cells: Sequence[str], place: int | None) -> str:
    return cells[place] if place is not None and place < len(cells) else ""


def _same_meter(table: _Table, meter: str) -> None:
    if meter and table.meter and meter != table.meter:
        raise _Wrong("与上面的行不是同一计量点，一个文件只装一个计量点的数据", "another meter than above; one a file")
    table.meter = table.meter or meter


def _factor(columns: Columns, cells: Sequence[str]) -> Decimal:
    """What a number of this row is multiplied by to be kW: the meter's multiplier, and four quarters to the hour."""
    unit = columns.unit or unit_of(_at(cells, columns.unit_at))
    if not unit:
        raise _Wrong("单位应为 kW 或 kWh", "the unit is kW or kWh")
    times = Decimal(1)
    if columns.times is not None:
        found = read_number(_at(cells, columns.times))
        if found is None or not 0 < found <= 1_000_000:
            raise _Wrong("倍率应为大于 0 的数", "the multiplier is a number above 0")
        times = found
    return times * {KW: 1, KWH: 4}[unit]


def _day(table: _Table, text: str) -> date:
    at = read_time(text)
    if at is None:
        raise _Wrong("日期无法识别，应为 2021-10-12 这样的写法", "the day cannot be read; write it as 2021-10-12")
    day = at.date()
    if day > table.last.date():
        raise _Wrong(f"日期 {day} 还没有到", f"{day} is still to come")
    if day not in table.values and len(table.values) == MOST_DAYS:
        raise _Wrong(f"超过 {MOST_DAYS} 日，请拆分后上传", f"more than {MOST_DAYS} days; split the file")
    return day


def _moment(table: _Table, cells: Sequence[str]) -> tuple[date, int]:
    """The day and quarter of a row that is a point: one time with its day, or a day and a time beside it."""
    columns = table.columns
    time = _at(cells, columns.time)
    at = read_time(time if columns.day is None else f"{_day(table, _at(cells, columns.day))} {time}")
    if at is None or not (has_clock(time) or columns.day is not None or read_number(time) is not None):
        raise _Wrong(
            "时间无法识别，应为 2021-10-12 00:15 这样的写法", "the time cannot be read; write 2021-10-12 00:15"
        )
    if at.minute % 15 or at.second:
        raise _Wrong("时间不是整 15 分钟", "the time is none of a quarter of an hour")
    if at.utcoffset() != CST.utcoffset(None):
        at = at.astimezone(CST)
    return _day(table, at.date().isoformat()), at.hour * 4 + at.minute // 15


def _reading(table: _Table, day: date, quarter: int, text: str, factor: Decimal) -> Decimal | None:
    if text.lower() in GAPS:
        return None
    number = read_number(text)
    at = clock(quarter)
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
    if day == table.last.date() and quarter * 15 > table.last.hour * 60 + table.last.minute:
        raise _Wrong(f"{at} 还没有到", f"{at} is still to come")
    return value


def _put(table: _Table, day: date, quarter: int, value: Decimal | None, number: int) -> None:
    values = table.values.setdefault(day, [None] * QUARTERS)
    before = table.rows.get((day, quarter))
    if before is not None and value is not None and values[quarter] not in (None, value):
        raise _Wrong(
            f"{day} {clock(quarter)} 与第 {before} 行的值不同", f"{day} {clock(quarter)} differs from row {before}"
        )
    if value is not None:
        values[quarter] = value
        table.rows[day, quarter] = number
