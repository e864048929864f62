"""What the same energy costs under each class and with each surcharge, shown before anybody proposes a change.

The point of it: above a break-even a tiered home pays more than a shop, so "re-class to commercial" is a discount.
"""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from cases.policy.surcharge import documents, surcharge_rule
from cases.policy.tariff.bill import Bill, Surcharge, bill, money
from cases.policy.tariff.cycle import ZERO
from cases.policy.tariff.notes import price_notes
from cases.policy.tariff.prices import Tariff, entered_tariff, find_tariff
from cases.policy.tariff.words import RESIDENTIAL, Note


class Option(NamedTuple):
    """One case: the bill, its average price and its difference from the present bill (both CNY)."""

    key: str
    zh: str
    en: str
    bill: Bill
    average: Decimal
    difference: Decimal
    lawful: bool  # a surcharge at this rate has a price document here today


class Simulation(NamedTuple):
    """All options of one month; ``break_even`` is kWh a year above which commercial is cheaper than tiers."""

    current: str
    kwh: Decimal
    used_before: Decimal
    options: tuple[Option, ...]
    break_even: Decimal | None
    warnings: tuple[tuple[str, str, str], ...]  # code, Chinese, English
    notes: tuple[Note, ...] = ()  # prices that nobody has read in their original

    def option(self, key: str) -> Option:
        """Return one option by its key, such as ``commercial`` or ``commercial+0.30``; KeyError if absent."""
        for found in self.options:
            if found.key == key:
                return found
        raise KeyError(key)

    def as_dict(self) -> dict[str, object]:
        """Return the figures as texts, fit for the facts of a case (no floats)."""
        return {
            "current": self.current,
            "kwh": str(self.kwh),
            "used_before": str(self.used_before),
            "totals": {o.key: str(o.bill.total) for o in self.options},
            "differences": {o.key: str(o.difference) for o in self.options},
            "break_even": None if self.break_even is None else str(self.break_even),
            "warnings": [w[0] for w in self.warnings],
        }


def simulate(
    region: str,
    day: date,
    kwh: Decimal,
    *,
    current: str = "tiered",
    used_before: Decimal | None = None,
    rates: Sequence[Decimal] | None = None,
    commercial_price: Decimal | None = None,
) -> Simulation:
    """Simulate one month of ``kwh`` under every recorded class and with every surcharge rate.

    ``used_before`` is the year's energy before the month; None takes the same energy for each month gone by this year.
    ``rates`` None takes every rate on record.  ``commercial_price`` is the month's proxy price where it is known.
    Raises ValueError when the present class has no recorded price in this region.
    """
    before = kwh * (day.month - 1) if used_before is None else used_before
    plans = {
        kind: plan for kind in (*RESIDENTIAL, "commercial") if (plan := find_tariff(region, kind, day)) is not None
    }
    if commercial_price is not None:
        plans["commercial"] = entered_tariff(region, day, commercial_price)
    if current not in plans:
        raise ValueError(f"no price of class {current!r} is recorded for region {region}")
    asked = sorted({d.rate for d in documents() if d.rate is not None} if rates is None else set(rates))
    rule = surcharge_rule(region, day)
    now = bill(plans[current], kwh, used_before=before).total
    options = []
    for plan in plans.values():
        for rate in (ZERO, *asked):
            adder = (Surcharge(rate, kwh),) if rate else ()
            result = bill(plan, kwh, used_before=before, surcharges=adder)
            lawful = not rate or (rule is not None and rate == rule.rate)
            options.append(_option(plan, rate, result, now, lawful=lawful))
    limit = break_even(plans["tiered"], plans["commercial"]) if {"tiered", "commercial"} <= plans.keys() else None
    warnings = _warnings(plans, options, current, limit)
    notes = tuple(note for note in price_notes(plans.values()) if note.code == "price_unverified")
    return Simulation(current, kwh, before, tuple(options), limit, warnings, notes)


def break_even(tiered: Tariff, single: Tariff) -> Decimal | None:
    """Return the kWh a year above which the single price costs less than the tiers; None where it never does."""
    price = single.prices[0]
    cost = lower = ZERO
    for limit, tier in zip((*tiered.limits, None), tiered.prices, strict=True):
        if tier > price:
            # From here on every kWh narrows the gap between the two yearly bills.
            point = lower + max(ZERO, price * lower - cost) / (tier - price)
            if limit is None or point <= limit:
                return point.quantize(Decimal(1), ROUND_HALF_UP)
        if limit is not None:
            cost += (limit - lower) * tier
            lower = limit
    return None


def _option(plan: Tariff, rate: Decimal, result: Bill, now: Decimal, *, lawful: bool) -> Option:
    adder = f"+{rate:.2f}" if rate else ""
    average = (result.total / result.kwh).quantize(Decimal("0.0001"), ROUND_HALF_UP) if result.kwh else ZERO
    zh = plan.zh + (f"，每千瓦时加价{rate:.2f}元" if rate else "")
    en = plan.en + (f", plus {rate:.2f} CNY/kWh" if rate else "")
    return Option(plan.kind + adder, zh, en, result, average, money(result.total - now), lawful)


def _warnings(
    plans: dict[str, Tariff], options: Sequence[Option], current: str, limit: Decimal | None
) -> tuple[tuple[str, str, str], ...]:
    found = []
    commercial = next((o for o in options if o.key == "commercial"), None)
    if commercial is None:
        text = (
            "本地区没有登记工商业电价，请录入当月代理购电价格。",
            "No commercial price is recorded: enter the month's proxy price.",
        )
        found.append(("commercial_price_unknown", *text))
    elif current != "commercial" and commercial.difference < 0:
        less, point = -commercial.difference, "" if limit is None else f"（全年超过{limit}千瓦时即如此）"
        zh = f"改按工商业电价每月反而少收{less}元{point}，不得以改类代替加价。"
        en = f"Re-classing to commercial would lower the monthly bill by {less} CNY; it cannot replace the surcharge."
        found.append(("reclass_lowers_bill", zh, en))
    if any(plan.status == "reference" for plan in plans.values()):
        zh = "工商业电价为最后一期目录电价，仅供参考，请以当月代理购电价格为准。"
        en = "The commercial price is the last catalogue price, for reference only: use the month's proxy price."
        found.append(("reference_price", zh, en))
    return tuple(found)
