"""What the same energy costs under each class and with each surcharge, shown before anybody proposes a change.

The point of it: above a break-even a tiered home pays more than a shop, so "re-class to commercial" is a discount.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from cases.policy.papers import PriceDocument, on_record
from cases.policy.surcharge import SurchargeRule, surcharge_rule
from cases.policy.tariff.bill import Basis, Bill, money
from cases.policy.tariff.choosing import BELOW_1KV, Account, Entered, Supply, parts_of
from cases.policy.tariff.cycle import ZERO, Span
from cases.policy.tariff.errors import TariffError
from cases.policy.tariff.notes import surcharge_note
from cases.policy.tariff.prices import BILLED, LOWEST_VOLTAGE, Tariff, find_tariff
from cases.policy.tariff.quote import Listing, Usage, quote
from cases.policy.tariff.words import KIND_NAMES, RESIDENTIAL, Note, weakest

SIMPLE = (*RESIDENTIAL, "commercial")
COMPARED = (*SIMPLE, "commercial_tou", "two_part")
FOUR_DIGITS = Decimal("0.0001")


class Option(NamedTuple):
    """One case: the bill, its average price and its difference from the present bill (both CNY)."""

    key: str
    zh: str
    en: str
    bill: Bill
    average: Decimal
    difference: Decimal
    lawful: bool  # a surcharge at this rate has a price document here on that day
    kind: str
    rate: Decimal


class Simulation(NamedTuple):
    """All options of one cycle.

    ``break_even`` is the kWh a year above which commercial is cheaper than tiers, ``even_rate`` the surcharge in
    CNY/kWh at which the commercial bill reaches the present one; ``missing`` the classes without a price, and why.
    """

    current: str
    kwh: Decimal
    used_before: Decimal
    options: tuple[Option, ...]
    break_even: Decimal | None
    warnings: tuple[tuple[str, str, str], ...]  # code, Chinese, English
    notes: tuple[Note, ...] = ()  # prices that nobody has read in their original, and how time of use was taken
    missing: tuple[tuple[str, TariffError], ...] = ()
    even_rate: Decimal | None = None

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
            "certainty": weakest([o.bill.certainty for o in self.options]),
            "doubts": list(dict.fromkeys(note.code for note in self.notes if note.code != "even_load")),
        }


@dataclass(frozen=True, slots=True)
class Question:
    """One cycle to compare.

    ``rates`` None takes every rate on record; they are charged from ``listed_from`` to ``listed_to`` (default: the
    whole cycle).  ``day`` says whose price documents count (default: the cycle's last day).  ``extra`` and
    ``documents`` are the entered versions of tariffs and of price documents.
    """

    region: str
    cycle: Span
    usage: Usage
    current: str = "tiered"
    voltage: str = LOWEST_VOLTAGE
    variant: str = ""
    rates: Sequence[Decimal] | None = None
    listed_from: date | None = None
    listed_to: date | None = None
    entered: Entered | None = None
    kinds: Sequence[str] = COMPARED
    day: date | None = None
    extra: Sequence[Tariff] = ()
    documents: tuple[PriceDocument, ...] = ()


def compare(asked: Question) -> Simulation:
    """Bill the cycle under every class with a price and with every rate; the last catalogue price stands in.

    Raises TariffError where the present class has no price, or for energy and rates that cannot be.
    """
    plans, bills, missing = {}, {}, []
    # A basic charge is counted on something: without it there is no two-part bill to put beside the others.
    for kind in (k for k in asked.kinds if k != "two_part" or asked.usage.basis or asked.current == k):
        try:
            bills[kind] = _billed(asked, kind, ())
            plans[kind] = parts_of(_account(asked, kind), asked.cycle, **_prices(asked, kind))[-1].plan
        except TariffError as error:
            if kind == asked.current or not error.code.endswith("_missing"):
                raise
            missing.append((kind, error))
    if asked.current not in bills:
        text = "现行电价类别不在比较之列。", "The present class is not among those compared."
        raise TariffError("unknown_class", *text, "price_class")
    rule = surcharge_rule(asked.region, asked.day or asked.cycle.last, entered=asked.documents)
    options = _options(asked, plans, bills, rule)
    limit = break_even(plans["tiered"], plans["commercial"]) if {"tiered", "commercial"} <= plans.keys() else None
    return Simulation(
        asked.current,
        asked.usage.kwh,
        asked.usage.used_before,
        options,
        limit,
        _warnings(plans, options, asked.current, limit),
        _notes(plans, bills, asked.usage, rule),
        tuple(missing),
        _even_rate(asked, options),
    )


def simulate(
    region: str,
    day: date,
    kwh: Decimal,
    *,
    current: str = "tiered",
    used_before: Decimal | None = None,
    rates: Sequence[Decimal] | None = None,
    commercial_price: Decimal | None = None,
    supply: Supply = BELOW_1KV,
    also: str | None = None,
    extra: Sequence[Tariff] = (),
    documents: tuple[PriceDocument, ...] = (),
) -> Simulation:
    """Simulate the month of ``day`` under every recorded class and with every surcharge rate.

    ``used_before`` is the year's energy before the month; None takes the same energy for each month gone by this year.
    ``rates`` None takes every rate on record.  ``commercial_price`` is the month's proxy price where it is known;
    one that is on record goes before it.  ``also`` is a class to compare besides the simple ones and the present one.
    ``extra`` and ``documents`` are entered versions, as in `Question`.
    Raises ValueError when the present class has no recorded price in this region.
    """
    before = kwh * (day.month - 1) if used_before is None else used_before
    month = Span(day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1]))
    recorded = find_tariff(region, "commercial", day, voltage=supply.voltage, extra=extra)
    known = commercial_price is None or (recorded is not None and recorded.status in BILLED)
    entered = None if known else Entered(commercial_price)
    usage = Usage(kwh, before, basis=Basis(capacity_kva=supply.capacity_kva))
    kinds = tuple(dict.fromkeys((*SIMPLE, current, *([also] if also else []))))
    asked = Question(region, month, usage, current, supply.voltage, supply.variant, rates, entered=entered, kinds=kinds)
    return compare(replace(asked, day=day, extra=extra, documents=documents))


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


def _account(asked: Question, kind: str) -> Account:
    return Account(asked.region, kind, asked.voltage, asked.variant if kind == "combined" else "")


def _prices(asked: Question, kind: str) -> dict[str, Any]:
    """The entered price of this class: one for a single price, one a period for time of use, none for homes."""
    entered = asked.entered
    if kind in (*RESIDENTIAL, "two_part") or entered is None:
        entered = None
    elif kind == "commercial_tou":
        entered = Entered(periods=entered.periods) if entered.periods else None
    else:
        entered = Entered(entered.price) if entered.price is not None else None
    return {"entered": entered, "extra": asked.extra, "comparing": True}


def _billed(asked: Question, kind: str, listings: Sequence[Listing]) -> Bill:
    """The cycle under one class; measured periods that its plan does not have give way to an even load."""
    account, usage = _account(asked, kind), asked.usage
    more = {"listings": listings, **_prices(asked, kind)}
    try:
        return quote(account, asked.cycle, usage, **more)
    except TariffError as error:
        if error.code != "unknown_period":
            raise
        return quote(account, asked.cycle, replace(usage, periods=None), **more)


def _options(
    asked: Question, plans: dict[str, Tariff], bills: dict[str, Bill], rule: SurchargeRule | None
) -> tuple[Option, ...]:
    rates = sorted(
        {d.rate for d in on_record(asked.documents) if d.rate is not None} if asked.rates is None else set(asked.rates)
    )
    now, found = bills[asked.current].total, []
    for kind, plan in plans.items():
        found.append(_option(plan, ZERO, bills[kind], now, lawful=True))
        for rate in rates:
            entry = Listing(rate, asked.listed_from or asked.cycle.first, asked.listed_to, "compared")
            lawful = rule is not None and rate == rule.rate
            found.append(_option(plan, rate, _billed(asked, kind, [entry]), now, lawful=lawful))
    return tuple(found)


def _option(plan: Tariff, rate: Decimal, result: Bill, now: Decimal, *, lawful: bool) -> Option:
    said = f"{rate.normalize():f}" if rate and rate.normalize().as_tuple().exponent < -2 else f"{rate:.2f}"  # type: ignore[operator]
    average = (result.total / result.kwh).quantize(FOUR_DIGITS, ROUND_HALF_UP) if result.kwh else ZERO
    zh = plan.zh + (f"，每千瓦时加价{said}元" if rate else "")
    en = plan.en + (f", plus {said} CNY/kWh" if rate else "")
    key = plan.kind + (f"+{said}" if rate else "")
    return Option(key, zh, en, result, average, money(result.total - now), lawful, plan.kind, rate)


def _even_rate(asked: Question, options: Sequence[Option]) -> Decimal | None:
    """The surcharge at which commercial costs as much as the present class; None where it does so without one."""
    plain = next((o for o in options if o.key == "commercial"), None)
    listed = next((o.bill.lines[-1].kwh for o in options if o.kind == "commercial" and o.rate and o.bill.lines), ZERO)
    if plain is None or plain.difference >= 0 or not listed:
        return None
    return (-plain.difference / listed).quantize(FOUR_DIGITS, ROUND_CEILING)


def _notes(
    plans: dict[str, Tariff], bills: dict[str, Bill], usage: Usage, rule: SurchargeRule | None
) -> tuple[Note, ...]:
    found = {note: None for one in bills.values() for note in one.notes if note.code != "reference_price"}
    if rule is not None and rule.confirm:
        found[surcharge_note()] = None
    even = []
    for kind, plan in plans.items():
        names = {period.name for period in plan.periods}
        if names and not (usage.periods and {n for n, part in usage.periods.items() if part} <= names):
            even.append(kind)
    for kind in even:
        zh, en = KIND_NAMES[kind]
        found[Note("even_load", f"“{zh}”按全天均匀负荷测算。", f"{en}: taken as an even load over the day.")] = None
    return tuple(found)


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
