"""Charges for breach of contract, theft and late payment (供电营业规则, 条例 39), by the edition of the day."""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from cases.policy import law
from cases.policy.dated import load
from cases.policy.tariff.bill import money

ZERO = Decimal(0)


class Charge(NamedTuple):
    """What is owed in CNY: the energy charge or difference, the penalty on it, their sum, and how it came about."""

    kwh: Decimal
    due: Decimal
    penalty: Decimal
    total: Decimal
    article: str
    zh: str
    en: str


def breach_energy(monthly_kwh: Decimal, first: date | None, last: date | None, *, day: date) -> Decimal:
    """Return the energy of the breach: actual days at the daily mean, or three months when a date is unknown."""
    if first is None or last is None:
        return monthly_kwh * int(_rule("breach", day)["unknown_months"])
    if last < first:
        raise ValueError("a breach ends on or after its first day")
    return (monthly_kwh * 12 * ((last - first).days + 1) / 365).quantize(Decimal("0.000001"))


def breach_charge(
    kwh: Decimal, paid_price: Decimal, proper_price: Decimal, *, day: date, multiple: Decimal | None = None
) -> Charge:
    """Return the price difference and its penalty; nothing at all where the proper price is not the higher one.

    ``multiple`` may lower the penalty where the day's rule only limits it; ValueError when it may not.
    """
    rule = _rule("breach", day)
    times = _multiple(rule, multiple)
    article = law.cite(rule["basis"], day)
    difference = money(kwh * (proper_price - paid_price))
    if difference <= 0:
        zh = f"应执行电价不高于已执行电价，差额为{difference}元，没有可以追补的电费。"
        en = f"The proper price is not above the one paid (difference {difference} CNY): there is nothing to recover."
        return Charge(kwh, ZERO, ZERO, ZERO, article, zh, en)
    penalty = money(difference * times)
    zh = f"补交差额{difference}元，违约使用电费{times}倍计{penalty}元。"
    en = f"Difference {difference} CNY and {times} times the difference, {penalty} CNY."
    return Charge(kwh, difference, penalty, difference + penalty, article, zh, en)


def theft_charge(
    kilowatts: Decimal,
    price: Decimal,
    *,
    day: date,
    days: int | None = None,
    hours_per_day: Decimal | None = None,
    lighting: bool = False,
    multiple: Decimal | None = None,
) -> Charge:
    """Return the recovery and the penalty for stolen energy: capacity × time, 180 days of 12 (6) hours if unknown."""
    rule = _rule("theft", day)
    times = _multiple(rule, multiple)
    hours = (
        hours_per_day if hours_per_day is not None else Decimal(rule["hours_lighting" if lighting else "hours_power"])
    )
    length = rule["unknown_days"] if days is None else days
    if kilowatts < 0 or hours < 0 or length < 0:
        raise ValueError("capacity and time cannot be negative")
    kwh = kilowatts * hours * length
    due = money(kwh * price)
    penalty = money(due * times)
    zh = f"{kilowatts}千瓦×每日{hours}小时×{length}日，补交{due}元，违约使用电费{times}倍计{penalty}元。"
    en = f"{kilowatts} kW × {hours} h × {length} days: {due} CNY and {times} times that, {penalty} CNY."
    return Charge(kwh, due, penalty, due + penalty, law.cite(rule["basis"], day), zh, en)


def late_fee(amount: Decimal, days: int, per_mille: Decimal, *, day: date) -> Decimal:
    """Return the late fee in CNY: amount × days × the contracted rate; ValueError outside 1–3 per mille a day."""
    rule = _rule("late_fee", day)
    if not Decimal(rule["per_mille_least"]) <= per_mille <= Decimal(rule["per_mille_most"]):
        raise ValueError("the contracted late fee lies between 1 and 3 per mille a day")
    return money(amount * per_mille * max(0, days) / 1000)


def _multiple(rule: dict[str, Any], asked: Decimal | None) -> Decimal:
    most = Decimal(rule["multiple"])
    if asked is None:
        return most
    if asked < 0 or asked > most or (asked != most and not rule["at_most"]):
        raise ValueError(f"the multiple on that day is {'at most ' if rule['at_most'] else ''}{most}")
    return asked


def _rule(kind: str, day: date) -> dict[str, Any]:
    for row in load("charges")[kind]:
        if row["effective_from"] <= day <= row.get("effective_to", date.max):
            return dict(row)
    raise KeyError(f"no rule for {kind} on {day}")
