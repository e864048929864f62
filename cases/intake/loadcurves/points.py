"""A table of a row a point: how many points its days have, and whether a time names the beginning or the end of one.

Told by the times of the whole table, before any of its numbers is taken.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from cases.intake.lists.values import CST, has_clock, read_number, read_time
from cases.intake.loadcurves.columns import Columns
from cases.policy.energy.days import QUARTERS

# The end of a day, which no calendar has: the first moment of the next one.
_MIDNIGHT: Final = re.compile(r"24:00(?::00)?$")
# A day with so many points, all at the full hour (or the half), is one of 24 (or 48).
_HOURLY, _HALF_HOURLY = 20, 40


@dataclass(frozen=True, slots=True)
class Clock:
    """How the times of a table are to be read."""

    length: int = QUARTERS
    ends: bool = False

    @property
    def step(self) -> timedelta:
        return timedelta(days=1) / self.length

    def begins(self, at: datetime) -> datetime:
        """When the point begins that a row names by this time."""
        return at - self.step if self.ends else at


def clock_of(columns: Columns, rows: Sequence[Sequence[str]]) -> Clock:
    """The clock of a table. It tells ends where it says so, has a 24:00, or goes from the first end to a midnight."""
    texts = [cells[columns.time] for cells in rows if columns.time is not None and columns.time < len(cells)]
    times = sorted(at for cells in rows if (at := moment(columns, cells)) is not None)
    length = _length(times)
    first_end = 1440 // length
    closed = len(times) > 1 and (_minute(times[0]), _minute(times[-1])) == (first_end, 0)
    return Clock(length, columns.ends or closed or any(_MIDNIGHT.search(text) for text in texts))


def _minute(at: datetime) -> int:
    return at.hour * 60 + at.minute


def moment(columns: Columns, cells: Sequence[str]) -> datetime | None:
    """The time that a row names: one with its day, or a day and a time beside it. None for what cannot be read."""
    time = cells[columns.time] if columns.time is not None and columns.time < len(cells) else ""
    text = time
    if columns.day is not None:
        day = read_time(cells[columns.day]) if columns.day < len(cells) else None
        if day is None:
            return None
        text = f"{day.date()} {time}"
    elif not (has_clock(time) or read_number(time) is not None):
        return None
    at = read_time(_MIDNIGHT.sub("00:00", text))
    return at and at.astimezone(CST) + timedelta(days=bool(_MIDNIGHT.search(text)))


def _length(times: Sequence[datetime]) -> int:
    """24 or 48 where a day has enough points of that sort and no time in the table is between them."""
    most = max(Counter[date](at.date() for at in set(times)).values(), default=0)
    minutes = {at.minute for at in times}
    if minutes <= {0} and most >= _HOURLY:
        return 24
    return 48 if minutes <= {0, 30} and most >= _HALF_HOURLY else QUARTERS
