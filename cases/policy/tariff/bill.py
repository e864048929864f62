"""The arithmetic of a bill: tiers with a yearly accumulator, time of use, surcharges and partial cycles.

Energy that comes out of a division is kept to a millionth of a kWh, so that every printed line can be multiplied
again and gives the printed amount.
"""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from cases.policy.tariff.prices import Tariff

CENT = Decimal("0.01")
MILLIONTH = Decimal("0.000001")
ZERO = Decimal(0)


class Line(NamedTuple):
    """One line: kWh × CNY/kWh = CNY, the amount rounded half-up to 0.01."""

    item: str
    zh: str
    en: str
    kwh: Decimal
    price: Decimal
    amount: Decimal


class Surcharge(NamedTuple):
    """A rate in CNY/kWh on part of a cycle's energy, with the price document it rests on."""

    rate: Decimal
    kwh: Decimal
    document: str = ""


class Bill(NamedTuple):
    """Lines and their sum; ``kwh`` is the energy billed (an adder's energy is not counted twice)."""

    lines: tuple[Line, ...]
    kwh: Decimal
    total: Decimal


def money(amount: Decimal) -> Decimal:
    """Round half-up to 0.01 CNY."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def bill(
    tariff: Tariff,
    kwh: Decimal,
    *,
    used_before: Decimal = ZERO,
    peak_kwh: Decimal | None = None,
    surcharges: Sequence[Surcharge] = (),
) -> Bill:
    """Bill one cycle that lies within one calendar year.

    ``used_before`` is the year's energy before this cycle, ``peak_kwh`` the peak part under time of use (default: an
    even load over the day).  Raises ValueError for negative energy or a part larger than the whole.
    """
    if kwh < 0 or used_before < 0:
        raise ValueError("energy cannot be negative")
    if tariff.kind == "tiered_tou":
        lines = _time_of_use(tariff, kwh, used_before, peak_kwh)
    elif tariff.kind == "tiered":
        parts = _tier_parts(tariff, kwh, used_before)
        lines = [
            _line(f"tier{n}", f"第{n}档电量", f"tier {n}", part, price)
            for n, (part, price) in enumerate(zip(parts, tariff.prices, strict=True), start=1)
            if part
        ]
    else:
        lines = [_line(tariff.kind, tariff.zh, tariff.en, kwh, tariff.prices[0])] if kwh else []
    for surcharge in surcharges:
        if not 0 <= surcharge.kwh <= kwh:
            raise ValueError("a surcharge covers part of the cycle's energy")
        if surcharge.kwh:
            lines.append(_line("surcharge", "惩罚性电价加价", "surcharge", surcharge.kwh, surcharge.rate))
    return _sum(lines, kwh)


def bill_cycle(
    tariff: Tariff,
    kwh: Decimal,
    first: date,
    last: date,
    *,
    used_before: Decimal = ZERO,
    surcharges: Sequence[Surcharge] = (),
) -> Bill:
    """Bill a cycle of days (both included) that may cross 1 January: each year's part meets its own tiers."""
    if last < first:
        raise ValueError("a cycle ends on or after its first day")
    if first.year == last.year:
        return bill(tariff, kwh, used_before=used_before, surcharges=surcharges)
    years = range(first.year, last.year + 1)
    days = [(min(last, date(y, 12, 31)) - max(first, date(y, 1, 1))).days + 1 for y in years]
    parts = split_energy(kwh, days)
    bills = [bill(tariff, part, used_before=used_before if n == 0 else ZERO) for n, part in enumerate(parts)]
    extra = bill(tariff, kwh, surcharges=surcharges).lines
    adders = [line for line in extra if line.item == "surcharge"]
    return _sum([line for b in bills for line in b.lines] + adders, kwh)


def split_energy(kwh: Decimal, days: Sequence[int]) -> list[Decimal]:
    """Split energy by days (daily mean × days); the last part takes the remainder, so the sum is exact."""
    whole = sum(days)
    if whole <= 0 or min(days) < 0:
        raise ValueError("a split needs days")
    parts = [(kwh * n / whole).quantize(MILLIONTH, ROUND_HALF_UP) for n in days[:-1]]
    return [*parts, kwh - sum(parts, ZERO)]


def listed_kwh(kwh: Decimal, listed_days: int, cycle_days: int) -> Decimal:
    """Return the energy of the listed days of a cycle: daily mean × days (Sichuan, Zhejiang, Shaanxi)."""
    if not 0 <= listed_days <= cycle_days:
        raise ValueError("listed days lie within the cycle")
    return split_energy(kwh, [listed_days, cycle_days - listed_days])[0]


def reverse(original: Bill) -> Bill:
    """Return the correction that takes a bill back line by line (电力法 66, 价格法 41)."""
    lines = tuple(line._replace(kwh=-line.kwh, amount=-line.amount) for line in original.lines)
    return Bill(lines, -original.kwh, -original.total)


def _time_of_use(tariff: Tariff, kwh: Decimal, used_before: Decimal, peak_kwh: Decimal | None) -> list[Line]:
    if tariff.peak is None or tariff.valley is None:
        raise ValueError("a time-of-use plan needs a peak and a valley price")
    if peak_kwh is None:
        peak_kwh = split_energy(kwh, [tariff.peak_hours, 24 - tariff.peak_hours])[0]
    if not 0 <= peak_kwh <= kwh:
        raise ValueError("the peak energy is part of the whole")
    lines = [
        _line("peak", "峰时电量", "peak", peak_kwh, tariff.peak),
        _line("valley", "谷时电量", "valley", kwh - peak_kwh, tariff.valley),
    ]
    parts = _tier_parts(tariff, kwh, used_before)
    for n, (part, price) in enumerate(zip(parts, tariff.prices, strict=True), start=1):
        adder = price - tariff.prices[0]
        if adder:
            lines.append(_line(f"tier{n}_adder", f"第{n}档加价", f"tier {n} adder", part, adder))
    return [line for line in lines if line.kwh]


def _tier_parts(tariff: Tariff, kwh: Decimal, used_before: Decimal) -> list[Decimal]:
    """Return the energy of this cycle that falls in each tier of the year."""
    parts = []
    start, end = used_before, used_before + kwh
    floor = ZERO
    for limit in (*tariff.limits, None):
        top = end if limit is None else min(end, limit)
        parts.append(max(ZERO, top - max(start, floor)))
        floor = floor if limit is None else limit
    return parts


def _line(item: str, zh: str, en: str, kwh: Decimal, price: Decimal) -> Line:
    return Line(item, zh, en, kwh, price, money(kwh * price))


def _sum(lines: Sequence[Line], kwh: Decimal) -> Bill:
    return Bill(tuple(lines), kwh, sum((line.amount for line in lines), ZERO).quantize(CENT))
