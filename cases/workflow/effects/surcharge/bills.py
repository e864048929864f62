"""The monthly bill of a listed account: what its energy costs, and what the surcharge adds for the listed days."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from cases.policy.tariff import Surcharge, Tariff, bill_cycle, entered_tariff, find_tariff, listed_kwh
from cases.workflow.effects.surcharge.lists import Entry, as_day, list_of, listed_days, surcharge_of
from cases.workflow.view import CaseView, Facts

ZERO = Decimal(0)
TIERED = frozenset({"tiered", "tiered_tou"})


def bills_of(view: CaseView) -> list[dict[str, Any]]:
    return list(surcharge_of(view).get("bills") or [])


def bill_numbered(view: CaseView, number: str | None) -> dict[str, Any] | None:
    return next((row for row in bills_of(view) if row["no"] == number), None)


def overlapping(view: CaseView, first: date, last: date) -> list[dict[str, Any]]:
    """The bills that stand and whose cycle shares a day with this one."""
    begin, end = first.isoformat(), last.isoformat()
    return [
        row
        for row in bills_of(view)
        if row["state"] != "refused" and row["cycle_from"] <= end and row["cycle_to"] >= begin
    ]


def energy_billed_in(view: CaseView, first: date, last: date) -> dict[str, Any] | None:
    """The bill under an earlier list that charged the energy of all these days: only the surcharge is still to come."""
    begin, end = first.isoformat(), last.isoformat()
    rows = (row for row in overlapping(view, first, last) if "energy_in" not in row)
    return next((row for row in rows if row["cycle_from"] <= begin and end <= row["cycle_to"]), None)


def tariff_of(view: CaseView, entry: Entry, day: date, energy_price: Decimal | None) -> Tariff | None:
    """The plan this account is billed by under a list; a commercial one at the month's proxy price.

    A price that is on record as in force is not replaced by an entered one: 电力法 43.
    """
    kind = billed_class(entry)
    plan = find_tariff(view.region_code, kind, day)
    if energy_price is None or (plan is not None and plan.status != "reference"):
        return plan
    if plan is None:
        return entered_tariff(view.region_code, day, energy_price) if kind == "commercial" else None
    return plan.with_price(energy_price, "month's proxy price")


def billed_class(entry: Entry) -> str:
    """The price class of the account, as re-classified where the list says so."""
    return str(entry.get("reclass_to") or entry.get("price_class", ""))


def computed(view: CaseView, entry: Entry, data: dict[str, Any]) -> dict[str, Any]:
    """The figures of one cycle under its list: energy by the account's plan, the surcharge on the listed days' energy.

    Where another bill has charged the energy of the cycle already, the surcharge alone is left.
    """
    first, last, kwh = as_day(data["cycle_from"]), as_day(data["cycle_to"]), Decimal(data["kwh"])
    charged = bill_numbered(view, data.get("energy_in"))
    plan = _plan(view, entry, data) if charged is None else _plan(view, list_of(surcharge_of(view), charged), charged)
    days = 0 if data.get("without_surcharge") else listed_days(entry, first, last)
    listed = listed_kwh(kwh, days, (last - first).days + 1)
    rate = Decimal(entry["rate"])
    adders = (Surcharge(rate, listed, entry.get("document", "")),) if listed else ()
    used = Decimal(data.get("used_before") or 0)
    result = bill_cycle(plan, kwh, first, last, used_before=used, surcharges=adders)
    lines = [line for line in result.lines if charged is None or line.item == "surcharge"]
    added = sum((line.amount for line in lines if line.item == "surcharge"), ZERO)
    energy = result.total - added if charged is None else ZERO
    return {
        "kwh": str(kwh),
        "listed_days": days,
        "listed_kwh": str(listed),
        "rate": str(rate),
        "price_class": plan.kind,
        "energy": str(energy),
        "surcharge": str(added),
        "amount": str(energy + added),
        "lines": [
            {"item": line.item, "kwh": str(line.kwh), "price": str(line.price), "amount": str(line.amount)}
            for line in lines
        ],
    }


def _plan(view: CaseView, entry: Entry, data: dict[str, Any]) -> Tariff:
    price = data.get("energy_price")
    found = tariff_of(view, entry, as_day(data["cycle_from"]), Decimal(price) if price is not None else None)
    if found is None:
        raise ValueError("no tariff is recorded for this account")
    return found


def with_bill(view: CaseView, row: dict[str, Any], **changes: Any) -> Facts:
    """The surcharge facts with this bill added or replaced."""
    bills = bills_of(view)
    numbers = [b["no"] for b in bills]
    if row["no"] in numbers:
        bills[numbers.index(row["no"])] = row
    else:
        bills.append(row)
    return {"surcharge": {**surcharge_of(view), **changes, "bills": bills}}
