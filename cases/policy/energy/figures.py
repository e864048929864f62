"""Figures of a load curve.  What is not measured is in none of them, and nothing is filled in for it."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Final

from cases.policy.dated import load
from cases.policy.energy.days import QUARTERS, Day, Days

# Of the day's quarters, those from 0 to 6 in the morning.
NIGHT: Final = 24
QUARTER_HOUR: Final = Decimal("0.25")
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
    """Return the kWh of the quarters that were measured; None where none was."""
    values = [value for value in day if value is not None]
    return sum(values, Decimal()) * QUARTER_HOUR if values else None


def of_day(day: Day) -> Figures:
    """Return the figures of a day.

    Mean load: the mean of the measured quarters.  Load factor: mean over peak.  Night: the energy of the first 24
    quarters over that of all.
    """
    values = [value for value in day if value is not None]
    if not values:
        return Figures(0, None, None, None, None, None, None, None)
    total, peak = sum(values, Decimal()), max(values)
    mean = total / len(values)
    told = QUARTERS - len(values) <= most_missing()
    night = sum((value for value in day[:NIGHT] if value is not None), Decimal())
    return Figures(
        known=len(values),
        mean=mean,
        peak=peak,
        peak_at=day.index(peak),
        median=median(values),
        energy=total * QUARTER_HOUR,
        factor=mean / peak if told and peak else None,
        night=night / total if told and total else None,
    )


def month(days: Days, last: date) -> list[tuple[date, Decimal | None, int]]:
    """Return the 30 days up to this one, each with its energy and how many of its quarters were measured."""
    first = last - timedelta(days=MONTH - 1)
    each = [first + timedelta(days=n) for n in range(MONTH)]
    return [(day, energy(days.get(day, ())), sum(v is not None for v in days.get(day, ()))) for day in each]
