"""Over-capacity: what an account owes for having drawn more than it contracted (供电营业规则 100)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from cases.policy import law
from cases.policy.billing.rules import charge_rule
from cases.policy.tariff import Charge, money

ZERO = Decimal(0)


def over_capacity_charge(
    excess_kw: Decimal, *, day: date, capacity_price: Decimal | None = None, months: Decimal = ZERO
) -> Charge:
    """Two-part accounts (with a `capacity_price` in CNY a kVA and month) pay it back and a multiple; others by the kW.

    Raises ValueError for a negative excess, and KeyError for a day without a rule.
    """
    rule = charge_rule("capacity", day)
    if rule is None:
        raise KeyError(f"no rule for capacity on {day}")
    if excess_kw < 0 or months < 0 or (capacity_price is not None and capacity_price < 0):
        raise ValueError("capacity and time cannot be negative")
    article = law.cite(rule["basis"], day)
    if capacity_price is None:
        per_kw = Decimal(rule["per_kw"])
        penalty = money(excess_kw * per_kw)
        zh = f"超容{excess_kw}千瓦（千伏安），每千瓦{per_kw}元，违约使用电费{penalty}元。"
        en = f"{excess_kw} kW (kVA) in excess at {per_kw} CNY each: {penalty} CNY."
        return Charge(ZERO, ZERO, penalty, penalty, article, zh, en)
    times = Decimal(rule["multiple"])
    due = money(excess_kw * capacity_price * months)
    penalty = money(due * times)
    zh = f"超容{excess_kw}千伏安×{capacity_price}元×{months}个月，补交{due}元，违约使用电费{times}倍计{penalty}元。"
    en = f"{excess_kw} kVA × {capacity_price} CNY × {months} months: {due} CNY and {times} times that, {penalty} CNY."
    return Charge(ZERO, due, penalty, due + penalty, article, zh, en)
