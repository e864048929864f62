"""The arithmetic of one plan on one energy: tiers with an accumulator, time of use, basic charges, surcharges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import NamedTuple

from cases.policy.tariff.cycle import ZERO, scale, split_energy
from cases.policy.tariff.errors import TariffError
from cases.policy.tariff.meter import checked_energy
from cases.policy.tariff.prices import Tariff
from cases.policy.tariff.words import PERIODS, TIERED, VERIFIED, Note

CENT = Decimal("0.01")
ONE_MONTH = Fraction(1)


class Line(NamedTuple):
    """One line: quantity × price = CNY, the amount rounded half-up to 0.01.

    ``kwh`` is the quantity in ``unit``; ``first`` and ``last`` name the days where a cycle is billed in parts.
    """

    item: str
    zh: str
    en: str
    kwh: Decimal
    price: Decimal
    amount: Decimal
    unit: str = "kWh"
    first: date | None = None
    last: date | None = None


class Surcharge(NamedTuple):
    """A rate in CNY/kWh on part of a cycle's energy, with the price document it rests on."""

    rate: Decimal
    kwh: Decimal
    document: str = ""
    item: str = "surcharge"
    zh: str = "惩罚性电价加价"
    en: str = "surcharge"


class Basis(NamedTuple):
    """What a basic charge is counted on: the capacity in kVA or the month's highest demand in kW."""

    capacity_kva: Decimal | None = None
    demand_kw: Decimal | None = None


class Bill(NamedTuple):
    """Lines and their sum; ``kwh`` is the energy billed (an adder's energy is not counted twice).

    ``certainty`` is the label of the least certain price in it, ``plans`` the keys of the versions used.
    """

    lines: tuple[Line, ...]
    kwh: Decimal
    total: Decimal
    notes: tuple[Note, ...] = ()
    certainty: str = VERIFIED
    plans: tuple[str, ...] = ()


def money(amount: Decimal) -> Decimal:
    """Round half-up to 0.01 CNY."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def bill(
    tariff: Tariff,
    kwh: Decimal,
    *,
    used_before: Decimal = ZERO,
    periods: Mapping[str, Decimal] | None = None,
    basis: Basis | None = None,
    months: Fraction = ONE_MONTH,
    surcharges: Sequence[Surcharge] = (),
) -> Bill:
    """Bill energy under one plan, within one calendar year.

    ``used_before`` is the year's energy before it, ``periods`` the measured energy by time of day (default: an even
    load over the plan's hours), ``months`` the reading cycles it covers, for monthly tiers and basic charges.
    """
    checked_energy(kwh)
    checked_energy(used_before, "used_before")
    lines = _basic(tariff, basis or Basis(), months) if tariff.kind == "two_part" else []
    if tariff.periods:
        lines += _by_time(tariff, kwh, periods)
    if tariff.kind in TIERED:
        lines += _tiers(tariff, kwh, used_before, months)
    elif not tariff.periods:
        item = "energy" if tariff.kind == "two_part" else tariff.kind
        lines += [line(item, tariff.zh, tariff.en, kwh, tariff.prices[0])]
    for one in surcharges:
        if not 0 <= one.kwh <= kwh:
            raise TariffError("surcharge_energy", "加价电量应在周期电量之内。", "it is part of the energy", "surcharge")
        lines.append(line(one.item, one.zh, one.en, one.kwh, one.rate))
    return total_of((row for row in lines if row.kwh), kwh)


def line(item: str, zh: str, en: str, kwh: Decimal, price: Decimal, unit: str = "kWh") -> Line:
    """Return a line whose amount is its quantity times its price, half-up to the cent."""
    return Line(item, zh, en, kwh, price, money(kwh * price), unit)


def total_of(lines: Iterable[Line], kwh: Decimal) -> Bill:
    """Return a bill whose total is the sum of its lines, cent by cent."""
    kept = tuple(lines)
    return Bill(kept, kwh, sum((row.amount for row in kept), ZERO).quantize(CENT))


def reverse(original: Bill) -> Bill:
    """Return the correction that takes a bill back line by line (电力法 66, 价格法 41)."""
    lines = tuple(row._replace(kwh=-row.kwh, amount=-row.amount) for row in original.lines)
    return original._replace(lines=lines, kwh=-original.kwh, total=-original.total)


def even_load(tariff: Tariff, kwh: Decimal) -> dict[str, Decimal]:
    """Return the energy of each period of a load that is the same at every hour: a miner's."""
    if any(not period.hours for period in tariff.periods):
        raise TariffError(
            "periods_missing",
            f"“{tariff.zh}”没有登记各时段小时数，须填写各时段电量。",
            f"No hours are recorded for “{tariff.en}”: give the energy of each period.",
            "periods",
        )
    parts = split_energy(kwh, [period.hours for period in tariff.periods])
    return {period.name: part for period, part in zip(tariff.periods, parts, strict=True)}


def _by_time(tariff: Tariff, kwh: Decimal, measured: Mapping[str, Decimal] | None) -> list[Line]:
    energy = even_load(tariff, kwh) if measured is None else measured
    known = {period.name: period.price for period in tariff.periods}
    for name, part in energy.items():
        checked_energy(part, name)
        if part and name not in known:
            words = PERIODS.get(name, (name, name))
            raise TariffError(
                "unknown_period",
                f"“{tariff.zh}”没有{words[0]}的单价；该电量应并入已有时段或更正电价版本。",
                f"“{tariff.en}” has no {words[1]} price; put the energy into its periods or correct the version.",
                name,
            )
    if sum(energy.values(), ZERO) != kwh:
        raise TariffError(
            "parts_do_not_add_up",
            f"各时段电量合计 {sum(energy.values(), ZERO)} 与总电量 {kwh} 不一致，请核对。",
            f"The periods add up to {sum(energy.values(), ZERO)} kWh, the whole is {kwh} kWh.",
            "kwh",
        )
    return [line(name, *PERIODS[name], energy.get(name, ZERO), known[name]) for name in PERIODS if name in known]


def _tiers(tariff: Tariff, kwh: Decimal, used_before: Decimal, months: Fraction) -> list[Line]:
    """Each tier at its price; under time of use the tiers above the first at what they cost more than it."""
    monthly = tariff.accumulation == "month"
    limits = [scale(limit, months) for limit in tariff.limits] if monthly else list(tariff.limits)
    parts = _tier_parts(limits, kwh, ZERO if monthly else used_before)
    found = []
    for n, (part, price) in enumerate(zip(parts, tariff.prices, strict=True), start=1):
        if not tariff.periods:
            found.append(line(f"tier{n}", f"第{n}档电量", f"tier {n}", part, price))
        elif price > tariff.prices[0]:
            found.append(line(f"tier{n}_adder", f"第{n}档加价", f"tier {n} adder", part, price - tariff.prices[0]))
    return found


def _tier_parts(limits: Sequence[Decimal], kwh: Decimal, used_before: Decimal) -> list[Decimal]:
    """Return how much of this energy falls in each tier."""
    parts, floor, end = [], ZERO, used_before + kwh
    for limit in (*limits, None):
        top = end if limit is None else min(end, limit)
        parts.append(max(ZERO, top - max(used_before, floor)))
        floor = floor if limit is None else limit
    return parts


def _basic(tariff: Tariff, basis: Basis, months: Fraction) -> list[Line]:
    """The basic charge of a two-part plan: on the capacity or on the demand, as the account has chosen."""
    ways = (
        ("demand", "需量电费", "demand charge", "kW·month", basis.demand_kw, tariff.demand),
        ("capacity", "容量电费", "capacity charge", "kVA·month", basis.capacity_kva, tariff.capacity),
    )
    chosen = [(way, amount, price) for *way, amount, price in ways if amount is not None and price is not None]
    if len(chosen) != 1 or (basis.capacity_kva is not None and basis.demand_kw is not None):
        raise TariffError(
            "basis_missing",
            "两部制电价须填写容量（kVA）或最大需量（kW）其中一项，且该项有登记单价。",
            "A two-part price needs either the capacity (kVA) or the demand (kW), and a recorded price for it.",
            "capacity_kva",
        )
    (item, zh, en, unit), amount, price = chosen[0]
    checked_energy(amount, item)
    return [line(item, zh, en, scale(amount, months), price, unit)]
