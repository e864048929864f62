"""The monthly bill of a listed account: which days are listed, what they cost, and what is still to be billed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from cases.policy.tariff import Surcharge, Tariff, bill_cycle, entered_tariff, find_tariff, listed_kwh
from cases.workflow.view import CaseView, Facts

ZERO = Decimal(0)
TIERED = frozenset({"tiered", "tiered_tou"})


def surcharge_of(view: CaseView) -> dict[str, Any]:
    return view.facts.get("surcharge") or {}


def bills_of(view: CaseView) -> list[dict[str, Any]]:
    return list(surcharge_of(view).get("bills") or [])


def bill_numbered(view: CaseView, number: str | None) -> dict[str, Any] | None:
    return next((row for row in bills_of(view) if row["no"] == number), None)


def listed_period(surcharge: dict[str, Any]) -> tuple[date, date | None]:
    """The days on the list that the price document carries."""
    ends = [date.fromisoformat(surcharge[key]) for key in ("ends_on", "document_to") if surcharge.get(key)]
    return date.fromisoformat(surcharge["starts_on"]), min(ends) if ends else None


def listed_days(surcharge: dict[str, Any], first: date, last: date) -> int:
    """How many days of a cycle are listed."""
    begin, end = listed_period(surcharge)
    last_listed = last if end is None else min(last, end)
    return max(0, (last_listed - max(first, begin)).days + 1)


def tariff_of(view: CaseView, day: date, energy_price: Decimal | None) -> Tariff | None:
    """The plan this account is billed by; a commercial one at the month's proxy price.

    A price that is on record as in force is not replaced by an entered one: 电力法 43.
    """
    kind = billed_class(view)
    plan = find_tariff(view.region_code, kind, day)
    if energy_price is None or (plan is not None and plan.status != "reference"):
        return plan
    if plan is None:
        return entered_tariff(view.region_code, day, energy_price) if kind == "commercial" else None
    return plan.with_price(energy_price, "month's proxy price")


def billed_class(view: CaseView) -> str:
    """The price class of the account, as re-classified where the list says so."""
    surcharge = surcharge_of(view)
    return str(surcharge.get("reclass_to") or surcharge.get("price_class", ""))


def computed(view: CaseView, data: dict[str, Any]) -> dict[str, Any]:
    """The figures of one cycle: energy by the account's plan, the surcharge on the listed days' energy."""
    surcharge = surcharge_of(view)
    first, last, kwh = _day(data["cycle_from"]), _day(data["cycle_to"]), Decimal(data["kwh"])
    price = data.get("energy_price")
    plan = tariff_of(view, first, Decimal(price) if price is not None else None)
    if plan is None:
        raise ValueError("no tariff is recorded for this account")
    days = 0 if data.get("without_surcharge") else listed_days(surcharge, first, last)
    listed = listed_kwh(kwh, days, (last - first).days + 1)
    rate = Decimal(surcharge["rate"])
    adders = (Surcharge(rate, listed, surcharge.get("document", "")),) if listed else ()
    used = Decimal(data.get("used_before") or 0)
    result = bill_cycle(plan, kwh, first, last, used_before=used, surcharges=adders)
    added = sum((line.amount for line in result.lines if line.item == "surcharge"), ZERO)
    return {
        "kwh": str(kwh),
        "listed_days": days,
        "listed_kwh": str(listed),
        "rate": str(rate),
        "price_class": plan.kind,
        "energy": str(result.total - added),
        "surcharge": str(added),
        "amount": str(result.total),
        "lines": [
            {"item": line.item, "kwh": str(line.kwh), "price": str(line.price), "amount": str(line.amount)}
            for line in result.lines
        ],
    }


def with_bill(view: CaseView, row: dict[str, Any], **changes: Any) -> Facts:
    """The surcharge facts with this bill added or replaced."""
    bills = bills_of(view)
    numbers = [b["no"] for b in bills]
    if row["no"] in numbers:
        bills[numbers.index(row["no"])] = row
    else:
        bills.append(row)
    return {"surcharge": {**surcharge_of(view), **changes, "bills": bills}}


def unbilled(surcharge: dict[str, Any], bills: list[dict[str, Any]]) -> date | None:
    """The first listed day that no bill covers: the surcharge is collected in full (1283号 五（十三）). None: all are.

    A list without an end always has one, after the last bill.
    """
    day, end = listed_period(surcharge)
    cycles = sorted((_day(b["cycle_from"]), _day(b["cycle_to"])) for b in bills if b["state"] != "refused")
    for first, last in cycles:
        if first <= day <= last:
            day = last + timedelta(days=1)
    return day if end is None or day <= end else None


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)
