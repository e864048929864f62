"""Figures of a load curve.  What is not measured is in none of them, and nothing is filled in for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Final

from cases.policy.dated import load
from cases.policy.energy.days import QUARTERS, Day, Days, at_quarter

# The night is from 0 to 6 in the morning: the first of so many parts of a day.
NIGHTS: Final = 4
HOURS: Final = 24
MONTH: Final = 30


@dataclass(frozen=True, slots=True)
class Figures:
    """A day in numbers: kW, kWh and shares of one; None where too little was measured to tell it."""

    known: int
    mean: Decimal | None
    peak: Decimal | None
    peak_at: int | None
    median: Decimal | None
    energy: Decimal | None
    factor: Decimal | None
    night: Decimal | None


def most_missing() -> int:
    """Return how many quarters of a day may be missing where its load factor and its night are told."""
    return int(load("load_curve")["figures"][0]["most_missing"])


def energy(day: Day) -> Decimal | None:
    """Return the kWh of the points that were measured; None where none was."""
    values = [value for value in day if value is not None]
    return sum(values, Decimal()) * HOURS / len(day) if values else None


def of_day(day: Day) -> Figures:
    """Return the figures of a day.

    Mean load: the mean of the measured points.  Load factor: mean over peak.  Night: the energy of the first quarter of
    the points over that of all.
    """
    values = [value for value in day if value is not None]
    if not values:
        return Figures(0, None, None, None, None, None, None, None)
    total, peak = sum(values, Decimal()), max(values)
    mean = total / len(values)
    told = (len(day) - len(values)) * QUARTERS <= most_missing() * len(day)
    night = sum((value for value in day[: len(day) // NIGHTS] if value is not None), Decimal())
    return Figures(
        known=len(values),
        mean=mean,
        peak=peak,
        peak_at=day.index(peak),
        median=median(values),
        energy=total * HOURS / len(day),
        factor=mean / peak if told and peak else None,
        night=night / total if told and total else None,
    )


def thirty(last: date) -> list[date]:
    """Return the 30 days up to this one."""
    return [last - timedelta(days=MONTH - 1 - n) for n in range(MONTH)]


def whole(day: Day) -> bool:
    """Return whether every point of a day was measured."""
    return bool(day) and None not in day


def month(days: Days, last: date) -> list[tuple[date, Decimal | None, bool]]:
    """Return the 30 days up to this one, each with its energy and whether all of it was measured."""
    return [(day, energy(days.get(day, ())), whole(days.get(day, ()))) for day in thirty(last)]


@dataclass(frozen=True, slots=True)
class Band:
    """A quarter over several days: their mean, the least and the most; the 10th and 90th of a hundred between."""

    mean: Decimal
    least: Decimal
    most: Decimal
    low: Decimal
    high: Decimal


def bands(days: Days, among: Iterable[date]) -> list[Band | None]:
    """Return the 96 quarters over these days; None of one that no day measured.

    Days told by the hour count with the mean of their hour.
    """
    chosen = [days[day] for day in among if day in days]
    each = [[value for day in chosen if (value := at_quarter(day, n)) is not None] for n in range(QUARTERS)]
    return [_band(sorted(values)) if values else None for values in each]


def _band(values: Sequence[Decimal]) -> Band:
    mean = sum(values, Decimal()) / len(values)
    return Band(mean, values[0], values[-1], percentile(values, 10), percentile(values, 90))


def percentile(values: Sequence[Decimal], percent: int) -> Decimal:
    """Return the smallest of these sorted values below or at which so many percent of them lie (nearest rank)."""
    return values[max(0, -(-len(values) * percent // 100) - 1)]
