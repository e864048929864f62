"""A meter reading against the last one on record: no less, and no more than the supply can have drawn since.

A remark for whoever stands at the meter and may look again; nothing is refused for it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

FITS, LESS, MUCH, ALONE = "fits", "less", "much", "alone"
# Over so many times the reported mean a reading is asked about; a month has thirty days here.
FACTOR, MONTH = Decimal(3), Decimal(30)


@dataclass(frozen=True, slots=True)
class Last:
    """The last reading on record."""

    reading: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class Remark:
    """What is to be said of a reading; ``drawn``: the energy since the last one, ``days`` between them."""

    code: str
    drawn: Decimal | None = None
    days: int = 0


def remark(
    reading: Decimal,
    at: datetime,
    last: Last | None,
    *,
    multiplier: Decimal = Decimal(1),
    monthly: Decimal | None = None,
) -> Remark:
    """Compare a reading with the last one and with the monthly energy that was reported, where there are such."""
    if last is None:
        return Remark(ALONE)
    drawn = (reading - last.reading) * multiplier
    days = max((at - last.at) / timedelta(days=1), 0.0)
    if drawn < 0:
        return Remark(LESS, drawn, int(days))
    if monthly and drawn > FACTOR * monthly * Decimal(str(max(days, 1.0))) / MONTH:
        return Remark(MUCH, drawn, int(days))
    return Remark(FITS, drawn, int(days))
