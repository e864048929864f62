"""零负荷核对: the reading after a cut against that of the cut. What goes on through the meter is still drawn."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from cases.policy.dated import load

ZERO, DRAWING, TOO_EARLY = "zero", "drawing", "too_early"


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison: its state, the energy in kWh, the whole hours between the readings."""

    state: str
    drawn: Decimal
    hours: int


def tolerance() -> Decimal:
    """Return the kWh that may pass after a cut."""
    return Decimal(load("cut_checks")["zero_load"][0]["tolerance_kwh"])


def hours_needed() -> int:
    """Return after how many hours a reading without energy proves it."""
    return int(load("cut_checks")["zero_load"][0]["hours"])


def between(cut_reading: Decimal, reading: Decimal, multiplier: Decimal = Decimal(1)) -> Decimal:
    """Return the kWh that passed between the two readings; negative where the second one is below the first."""
    if multiplier <= 0:
        raise ValueError("a multiplier is positive")
    return (reading - cut_reading) * multiplier


def none_passed(drawn: Decimal) -> bool:
    """Say whether this is what a supply leaves that was off all the time: within the tolerance, and not backwards."""
    return 0 <= drawn <= tolerance()


def compare(
    cut_reading: Decimal, reading: Decimal, cut_at: datetime, read_at: datetime, multiplier: Decimal = Decimal(1)
) -> Check:
    """Return what the second reading says.

    Over the tolerance the supply is drawn, however early; within it, only a reading some hours later proves zero load.
    Raises ValueError for a reading or a time that lies before those of the cut, and for a multiplier below one.
    """
    if reading < cut_reading:
        raise ValueError("a meter does not run backwards")
    if read_at < cut_at:
        raise ValueError("the second reading lies before the cut")
    drawn = between(cut_reading, reading, multiplier)
    hours = int((read_at - cut_at).total_seconds() // 3600)
    if drawn > tolerance():
        return Check(DRAWING, drawn, hours)
    return Check(ZERO if hours >= hours_needed() else TOO_EARLY, drawn, hours)
