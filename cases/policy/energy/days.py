"""Load readings: of each day 96 numbers, the mean power of each quarter of an hour in kW; a gap stays a gap.

A meter that tells less often gives 48 numbers (half hours) or 24 (hours): they are kept as so many, and nothing is put
between them. A point is named by its beginning: the first is 00:00 to 00:15. China has no summer time, so every day has
as many. The one form in which readings are kept is a CSV table, a row a day (`written`, `read`).
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

QUARTERS: Final = 96
# So many points a day has, whichever meter told of it.
LENGTHS: Final = (96, 48, 24)
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


def begins(n: int, length: int = QUARTERS) -> str:
    """Return when a point begins on a day of so many."""
    return clock(n * (QUARTERS // length))


def at_quarter(day: Day, quarter: int) -> Decimal | None:
    """Return the mean power that holds in a quarter: that of the hour where the day was told by the hour."""
    return day[quarter * len(day) // QUARTERS] if day else None


def header(length: int = QUARTERS) -> tuple[str, ...]:
    """Return the head of a table of days of so many points."""
    return ("日期", "单位", *(begins(n, length) for n in range(length)))


HEADERS: Final = {header(length): length for length in LENGTHS}


def kept(value: Decimal) -> Decimal:
    """Return a number as it is kept: no more digits than are told, no zeros behind them."""
    return Decimal(f"{value.quantize(PLACES).normalize():f}")


def written(days: Days) -> bytes:
    """Return the table of these days, the earliest first; its mark tells a spreadsheet that it is UTF-8.

    All of one length: a file comes from one meter.
    """
    length = len(next(iter(days.values()), (None,) * QUARTERS))
    lines = [header(length)]
    for day in sorted(days):
        if len(days[day]) != length:
            raise ValueError("days of several lengths in one table")
        lines.append((day.isoformat(), UNIT, *("" if value is None else f"{value:f}" for value in days[day])))
    # Dates, a unit and numbers: nothing in them is to be quoted, and no spreadsheet takes any for a formula.
    return b"\xef\xbb\xbf" + "".join(f"{','.join(line)}\r\n" for line in lines).encode()


def read(content: bytes) -> dict[date, Day]:
    """Return the days of a table that `written` made.  Raises ValueError for anything else."""
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    length = HEADERS.get(tuple(next(rows, ())))
    if length is None:
        raise ValueError("not a table of load readings")
    days = {}
    for row in rows:
        if len(row) != length + 2 or row[1] != UNIT:
            raise ValueError("not a row of load readings")
        days[date.fromisoformat(row[0])] = tuple(Decimal(cell) if cell else None for cell in row[2:])
    return days


def merged(brought: Iterable[Days]) -> dict[date, Day]:
    """Return the readings as they stand after these, one after the other: a later value of a point corrects it.

    A gap in a later one says nothing about a value that is there. A day that comes again with another number of points
    stands as the later file has it.
    """
    found: dict[date, Day] = {}
    for days in brought:
        for day, values in days.items():
            same = len(found.get(day, ())) == len(values)
            found[day] = tuple(_later(found[day], values)) if same else values
    return found


def _later(known: Day, values: Day) -> Iterator[Decimal | None]:
    return (old if new is None else new for old, new in zip(known, values, strict=True))


def news(known: Days, brought: Days) -> News:
    """Return the days that add to what is known or correct it, and how many points of each sort.

    Of a day that comes with another number of points every point counts as corrected.
    """
    days, added, corrected = {}, 0, 0
    for day, values in brought.items():
        before = known.get(day, (None,) * len(values))
        if len(before) != len(values):
            fresh, other = 0, sum(new is not None for new in values)
        else:
            pairs = list(zip(before, values, strict=True))
            fresh = sum(new is not None and old is None for old, new in pairs)
            other = sum(None not in pair and pair[0] != pair[1] for pair in pairs)
        if fresh or other:
            days[day] = values
            added, corrected = added + fresh, corrected + other
    return News(days, added, corrected)
