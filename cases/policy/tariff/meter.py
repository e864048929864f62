"""From readings to energy: multiplier, missing readings, a register that ran over."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from cases.policy.tariff.errors import TariffError

MISSING = Decimal(-1)
LARGEST = Decimal(10) ** 12
PLACES = 6


def energy_between(before: Decimal, after: Decimal, multiplier: Decimal = Decimal(1), *, digits: int = 0) -> Decimal:
    """Return (after - before) × multiplier in kWh; ``digits`` of the register allow for one that ran over.

    Raises TariffError for a missing reading (-1), one that runs backwards and a multiplier that is none.
    """
    for name, value in (("reading_from", before), ("reading_to", after)):
        checked_energy(value, name)
    if not multiplier.is_finite() or multiplier <= 0 or multiplier != multiplier.to_integral_value():
        raise TariffError(
            "multiplier_invalid",
            f"倍率应为正整数（现填 {multiplier}）。按电能表与互感器铭牌填写。",
            f"The multiplier is a whole number above zero, not {multiplier}; take it from the meter and transformers.",
            "multiplier",
        )
    if after < before and digits and max(before, after) < 10**digits:
        after += 10**digits
    if after < before:
        raise TariffError(
            "reading_backwards",
            f"止度 {after} 小于起度 {before}。核对抄表示数；换表或过零的，分段填写或注明表计位数。",
            f"The reading runs back from {before} to {after}: check it, or state the digits of the register.",
            "reading_to",
        )
    return (after - before) * multiplier


def energy_of(values: Iterable[Decimal]) -> Decimal:
    """Add up energies of days or periods; one missing (-1) refuses the sum instead of shortening it."""
    return sum((checked_energy(value) for value in values), Decimal(0))


def checked_energy(kwh: Decimal, field: str = "kwh") -> Decimal:
    """Return the energy if it can be one: no missing mark, not negative, finite, at most six decimals."""
    if kwh == MISSING:
        raise TariffError(
            "missing_reading",
            "-1 是采集缺失的标记，不是电量。先补抄或补采示数，再计费。",
            "-1 marks a reading that was not collected, not an energy: obtain the reading first.",
            field,
        )
    if not kwh.is_finite() or kwh > LARGEST:
        raise TariffError("invalid_number", "电量不是可用的数字。", "The energy is not a usable number.", field)
    if kwh < 0:
        raise TariffError(
            "negative_energy",
            f"电量不能为负（{kwh}）。退补电费请用冲红账单。",
            f"Energy cannot be negative ({kwh}); take a bill back by its reversal.",
            field,
        )
    if kwh and kwh.normalize().as_tuple().exponent < -PLACES:  # type: ignore[operator]
        raise TariffError("too_many_digits", "电量至多 6 位小数。", "Energy has at most six decimals.", field)
    return kwh
