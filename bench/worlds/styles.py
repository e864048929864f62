"""How an office writes a list: headers, dates, separators, encodings, sheets. Rows of a world become a file."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import xlsxwriter

Cell = Any
When = Callable[[datetime, random.Random], Cell]
_WIDE = {ord(char): chr(ord(char) + 0xFEE0) for char in "0123456789.:"}
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - as it stands in a list: without a zone


@dataclass(frozen=True, slots=True)
class Style:
    """A way to write lists of one kind. `columns`: the header of each column and which value stands in it.

    `above` are the rows over the header, `below` those under it (units, the second line of a header), `split` puts the
    rows on so many sheets; `when` writes a moment.
    """

    columns: Sequence[tuple[str, str]]
    when: When
    above: Sequence[Sequence[str]] = ()
    below: Sequence[Sequence[str]] = ()
    encoding: str = "utf-8-sig"
    separator: str = ","
    workbook: bool = False
    split: Sequence[str] = ("Sheet1",)
    wide: float = 0.0
    endings: str = "\r\n"

    @property
    def suffix(self) -> str:
        return "xlsx" if self.workbook else "tsv" if self.separator == "\t" else "csv"

    def write(self, rows: Sequence[dict[str, Cell]], chance: random.Random) -> bytes:
        """The file; every row is a dict by the names of `columns`."""
        lines = [self._line(row, chance) for row in rows]
        head = [list(row) for row in self.above] + [[header for header, _ in self.columns]]
        head += [list(row) for row in self.below]
        return self._workbook(head, lines) if self.workbook else self._text([*head, *lines])

    def _line(self, row: dict[str, Cell], chance: random.Random) -> list[Cell]:
        wide = chance.random() < self.wide
        return [self._cell(name, row, chance, wide=wide) for _, name in self.columns]

    def _cell(self, name: str, row: dict[str, Cell], chance: random.Random, *, wide: bool) -> Cell:
        if name == "endpoint":
            return f"{row['ip']}:{row['port']}" if row["ip"][:1].isdigit() and row["port"].isdigit() else row["ip"]
        value = row.get(name, "")
        if isinstance(value, datetime):
            return self.when(value, chance)
        if wide and name == "ip":
            return str(value).translate(_WIDE)
        return "" if value is None else value

    def _text(self, lines: list[list[Cell]]) -> bytes:
        text = io.StringIO()
        csv.writer(text, delimiter=self.separator, lineterminator=self.endings).writerows(lines)
        return text.getvalue().encode(self.encoding)

    def _workbook(self, head: list[list[Cell]], lines: list[list[Cell]]) -> bytes:
        buffer = io.BytesIO()
        share = -(-len(lines) // len(self.split))
        with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
            for number, name in enumerate(self.split):
                page = book.add_worksheet(name)
                if len(head) > 1 + len(self.below):
                    page.merge_range(0, 0, 0, len(self.columns) - 1, head[0][0])
                for at, row in enumerate([*head, *lines[number * share : (number + 1) * share]]):
                    if at or len(head) == 1 + len(self.below):
                        page.write_row(at, 0, row)
        return buffer.getvalue()


def mixed(*ways: When) -> When:
    """Several people kept the list."""
    return lambda at, chance: chance.choice(ways)(at, chance)


def as_text(pattern: str) -> When:
    return lambda at, _chance: f"{at:{pattern}}"


def half_days(at: datetime, chance: random.Random) -> str:
    """`2021年9月3日 下午2时05分`."""
    half = "上午" if at.hour < 12 else "下午"
    return f"{at.year}年{at.month}月{at.day}日 {half}{at.hour % 12 or 12}时{at.minute:02d}分"


def serial(at: datetime, chance: random.Random) -> float:
    """What a spreadsheet keeps of a moment."""
    return round((at - _EPOCH).total_seconds() / 86_400, 8)


def american(at: datetime, chance: random.Random) -> str:
    return f"{at.month}/{at.day}/{at.year} {at.hour}:{at.minute:02d}"


def zoned(at: datetime, chance: random.Random) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}+08:00"
