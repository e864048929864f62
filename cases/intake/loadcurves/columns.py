"""The header of a table of load readings: where the day or the time stands, where the numbers, and in which unit.

Two forms: a row a day with 96 columns (48 or 24 where the meter tells less often), and a row a point. The point that a
column tells is named by its beginning (00:00 to 23:45), by its end (00:15 to 24:00) or by its number (1 to 96, P1 to
P96).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cases.policy.energy.days import LENGTHS, QUARTERS
from cases.workflow.view import Text

DAY: Final = frozenset({"日期", "数据日期", "用电日期", "采集日期", "抄表日期", "date", "day"})
TIME: Final = frozenset(
    {"时间", "数据时间", "采集时间", "抄表时间", "时刻", "起始时间", "截止时间", "结束时间", "time", "end"}
)
UNIT: Final = frozenset({"单位", "数据单位", "unit"})
ACCOUNT: Final = frozenset({"户号", "用电户号", "用户编号", "客户编号", "用电客户编号", "account"})
METER: Final = frozenset({"计量点", "计量点编号", "表号", "电能表编号", "资产号", "meter"})
TIMES: Final = frozenset({"倍率", "综合倍率", "multiplier"})
_CLOCK = re.compile(r"^(\d{1,2}):(\d{2})(?::00)?$")
_NUMBERED = re.compile(r"^(?:[pu]|第)?0*(\d{1,2})(?:点)?$", re.IGNORECASE)
_POWER = re.compile(r"kw(?!h)|千瓦(?!时)", re.IGNORECASE)
_ENERGY = re.compile(r"kw\s?h|千瓦时", re.IGNORECASE)
_KNOWN: Final = {"day": DAY, "time": TIME, "unit": UNIT, "account": ACCOUNT, "meter": METER, "times": TIMES}
# From so many columns on a row is meant as a header of points.
_MEANT: Final = 12
KW, KWH = "kW", "kWh"


@dataclass(frozen=True, slots=True)
class Columns:
    """Where everything stands; `points`: the column of each point of a day, or `value`: that of the number of a row.

    `unit` is what the header says, empty where each row says it.
    """

    day: int | None
    time: int | None
    points: tuple[int, ...]
    value: int | None
    unit: str
    unit_at: int | None
    account: int | None
    meter: int | None
    times: int | None
    # The time of a row names the end of its point.
    ends: bool = False


class NoColumns(ValueError):
    """The header is one, and yet not to be read: why, and what to do."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.zh)
        self.text = text


def columns_of(cells: Sequence[str], above: Sequence[str]) -> Columns | None:
    """The columns of a header line; None for a line that is none. `above`: what stands over it. Raises NoColumns."""
    names = [re.sub(r"[\s（(].*$", "", cell).lower() for cell in cells]
    places = {key: next((n for n, name in enumerate(names) if name in known), None) for key, known in _KNOWN.items()}
    points = _points(cells)
    if places["day"] is not None and points:
        if len(points) not in LENGTHS:
            raise NoColumns(_wrong_number(len(points)))
        value = None
    elif places["time"] is not None:
        points, value = (), _value(cells, set(places.values()))
    else:
        return None
    return Columns(
        day=places["day"],
        time=places["time"],
        points=points,
        value=value,
        unit="" if places["unit"] is not None else _unit([*above, *cells]),
        unit_at=places["unit"],
        account=places["account"],
        meter=places["meter"],
        times=places["times"],
        ends=places["time"] is not None and bool(re.search("截止|止|结束|end", cells[places["time"]], re.IGNORECASE)),
    )


def _wrong_number(found: int) -> Text:
    return Text(
        f"表头应有 96 个时刻列（00:00 至 23:45，或 00:15 至 24:00，或 1 至 96），或按半小时 48 个、按小时 24 个，"
        f"识别到 {found} 个",
        "The header needs 96 columns of quarters (00:00–23:45, 00:15–24:00, 1–96), 48 of half hours or 24 of hours;"
        f" {found} found",
    )


def unit_of(text: str) -> str:
    """The unit that a text names; empty for none, and for both."""
    power, energy = bool(_POWER.search(text)), bool(_ENERGY.search(text))
    return "" if power == energy else KW if power else KWH


def _unit(texts: Sequence[str]) -> str:
    found = {unit_of(text) for text in texts if _POWER.search(text) or _ENERGY.search(text)}
    if len(found) == 1 and "" not in found:
        return found.pop()
    raise NoColumns(
        Text(
            "没有写明单位，或写了两种单位。请加“单位”列，或在表头写明 kW（功率）或 kWh（每 15 分钟电量）",
            "The unit is not said, or two are. Add a column “单位”, or say kW or kWh (of a quarter) in the header",
        )
    )


def _value(cells: Sequence[str], taken: set[int | None]) -> int:
    found = [
        n
        for n, cell in enumerate(cells)
        if n not in taken and (re.search("功率|负荷|电量", cell) or _POWER.search(cell) or _ENERGY.search(cell))
    ]
    if len(found) == 1:
        return found[0]
    raise NoColumns(
        Text(
            f"一行一点的表应有且只有一列功率或电量，识别到 {len(found)} 列",
            f"A table of a row a point has one column of power or energy; {len(found)} found",
        )
    )


def _points(cells: Sequence[str]) -> tuple[int, ...]:
    """The column of each point in order; of a strange number where some are missing, none where no points are meant."""
    minutes = [(n, minute) for n, cell in enumerate(cells) if (minute := _minute(cell)) is not None]
    numbers = {int(match[1]): n for n, cell in enumerate(cells) if (match := _NUMBERED.match(cell))}
    length = next((length for length in reversed(LENGTHS) if len(minutes) <= length), QUARTERS)
    step = 1440 // length
    # 00:15 to 24:00 (or to the next 00:00): the time is the end of the point.
    said = [minute for _, minute in minutes]
    ends = 1440 in said or (bool(said) and (said[0], said[-1]) == (step, 0))
    timed = {((minute or 1440) - step if ends else minute): n for n, minute in minutes}
    counted = {number: numbers[number] for number in numbers if 1 <= number <= QUARTERS}
    found, wanted = (
        (timed, range(0, 1440, step))
        if len(timed) >= len(counted)
        else (counted, range(1, max(counted, default=0) + 1))
    )
    if len(found) < _MEANT:
        return ()
    return tuple(found[point] for point in wanted if point in found)


def _minute(cell: str) -> int | None:
    """The minute of the day that a cell names: written, or as a spreadsheet keeps a time."""
    if match := _CLOCK.match(cell):
        found = int(match[1]) * 60 + int(match[2])
    elif re.match(r"^0(\.\d+)?$", cell):
        found = round(float(cell) * 1440)
    else:
        return None
    return found if found % 15 == 0 and found <= 1440 else None
