"""Load readings: of each day 96 numbers, the mean power of each quarter of an hour in kW; a gap stays a gap.

A quarter is named by its beginning: the first is 00:00 to 00:15. China has no summer time, so every day has 96.
The one form in which readings are kept is a CSV table, a row a day (`written`, `read`).
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

QUARTERS: Final = 96
UNIT: Final = "kW"
# Digits behind the point of a kW: a quarter's kWh of four digits loses nothing in it.
PLACES: Final = Decimal("0.0001")

Day = tuple[Decimal | None, ...]
Days = Mapping[date, Day]


@dataclass(frozen=True, slots=True)
class News:
    """What a file brings that was not known: whole days, and how many of their points are new or another value."""

    days: Days
    added: int
    corrected: int


def clock(quarter: int) -> str:
    """Return when a quarter begins; that of the 96th is the end of the day, 24:00."""
    return f"{quarter // 4:02d}:{quarter % 4 * 15:02d}"


HEADER: Final = ("日期", "单位", *(clock(n) for n in range(QUARTERS)))


def kept(value: Decimal) -> Decimal:
    """Return a number as it is kept: no more digits than are told, no zeros behind them."""
    return Decimal(f"{value.quantize(PLACES).normalize():f}")


def written(days: Days) -> bytes:
    """Return the table of these days, the earliest first; its mark tells a spreadsheet that it is UTF-8."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(HEADER)
    for day in sorted(days):
        table.writerow([day.isoformat(), UNIT, *("" if value is None else f"{value:f}" for value in days[day])])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def read(content: bytes) -> dict[date, Day]:
    """Return the days of a table that `written` made.  Raises ValueError for anything else."""
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    if tuple(next(rows, ())) != HEADER:
        raise ValueError("not a table of load readings")
    days = {}
    for row in rows:
        if len(row) != len(HEADER) or row[1] != UNIT:
            raise ValueError("not a row of load readings")
        days[date.fromisoformat(row[0])] = tuple(Decimal(cell) if cell else None for cell in row[2:])
    return days


def merged(brought: Iterable[Days]) -> dict[date, Day]:
    """Return the readings as they stand after these, one after the other: a later value of a point corrects it.

    A gap in a later one says nothing about a value that is there.
    """
    found: dict[date, Day] = {}
    for days in brought:
        for day, values in days.items():
            found[day] = tuple(_later(found[day], values)) if day in found else values
    return found


def _later(known: Day, values: Day) -> Iterator[Decimal | None]:
    return (old if new is None else new for old, new in zip(known, values, strict=True))


def news(known: Days, brought: Days) -> News:
    """Return the days that add to what is known or correct it, and how many points of each sort."""
    days, added, corrected = {}, 0, 0
    for day, values in brought.items():
        before = known.get(day, (None,) * QUARTERS)
        fresh = sum(new is not None and old is None for old, new in zip(before, values, strict=True))
        other = sum(None not in (old, new) and old != new for old, new in zip(before, values, strict=True))
        if fresh or other:
            days[day] = values
            added, corrected = added + fresh, corrected + other
    return News(days, added, corrected)
