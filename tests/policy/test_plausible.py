"""A reading at the meter against the last one on record."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from cases.policy.cutting.plausible import ALONE, FITS, LESS, MUCH, Last, remark

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
LAST = Last(Decimal("41466.10"), AT - timedelta(days=14))


@pytest.mark.parametrize(
    ("reading", "multiplier", "monthly", "code", "drawn"),
    [
        ("41872.35", "40", "35000", FITS, "16250.00"),
        ("41466.10", "40", "35000", FITS, "0.00"),
        ("41466.09", "40", "35000", LESS, "-0.40"),
        # Three times the mean of fourteen days of 35,000 a month is 49,000 kWh: still asked about above it alone.
        ("42691.10", "40", "35000", FITS, "49000.00"),
        ("42691.11", "40", "35000", MUCH, "49000.40"),
        ("99999.99", "40", None, FITS, "2341355.60"),
    ],
)
def test_a_reading_is_less_much_or_fits(
    reading: str, multiplier: str, monthly: str | None, code: str, drawn: str
) -> None:
    known = Decimal(monthly) if monthly else None
    found = remark(Decimal(reading), AT, LAST, multiplier=Decimal(multiplier), monthly=known)
    assert (found.code, found.drawn, found.days) == (code, Decimal(drawn), 14)


def test_without_a_last_reading_nothing_is_said() -> None:
    assert remark(Decimal(1), AT, None).code == ALONE


def test_two_readings_of_one_day_are_compared_with_a_whole_day() -> None:
    same = Last(Decimal(0), AT)
    assert remark(Decimal(3500), AT, same, monthly=Decimal(35000)).code == FITS
    assert remark(Decimal(3501), AT, same, monthly=Decimal(35000)).code == MUCH
