"""The monthly bill of a listed account: what its energy costs, and what the surcharge adds for the listed days."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from cases.policy.billing.readings import agreed_energy
from cases.policy.entered import Entered as Rules
from cases.policy.surcharge import surcharge_rule
from cases.policy.tariff import (
    Account,
    Basis,
    Bill,
    Entered,
    Line,
    Listing,
    Span,
    Tariff,
    Usage,
    find_tariff,
    quote,
    surcharge_lines,
)
from cases.policy.tariff.words import PERIODS
from cases.workflow.effects.surcharge.lists import (
    Entry,
    as_day,
    charged_as,
    listed_days,
    listed_period,
    supply_of,
    surcharge_of,
)
from cases.workflow.view import CaseView, Facts

ZERO, MILLIONTH = Decimal(0), Decimal("0.000001")
# What a bill is computed from beside its energy and its days; a correction may state it anew.
STATED = ("used_before", "energy_price", "demand_kw")
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


def recorded_tariff(view: CaseView, entry: Entry, day: date, rules: Rules) -> Tariff | None:
    """The plan on record for this account under a list; one of status reference prices no bill."""
    account = account_of(view, entry)
    where = {"voltage": account.voltage, "variant": account.variant}
    return find_tariff(account.region, account.kind, day, extra=rules.tariffs, **where)


def account_of(view: CaseView, entry: Entry) -> Account:
    """The account as the price list knows it; a variant is one of combined meters."""
    kind, supply = billed_class(entry), supply_of(entry)
    return Account(view.region_code, kind, supply.voltage, supply.variant if kind == "combined" else "")


def billed_class(entry: Entry) -> str:
    """The price class of the account, as re-classified where the list says so."""
    return str(entry.get("reclass_to") or entry.get("price_class", ""))


def measured(data: dict[str, Any]) -> dict[str, str]:
    """The energy of each period of the day that was read from the meter, as facts hold it."""
    return {name: f"{Decimal(data[name]):f}" for name in PERIODS if data.get(name) is not None}


def with_energy(data: dict[str, Any]) -> dict[str, Any]:
    """What was typed with the energy that all of it agrees on. Raises Unusable.

    Periods are added up where no energy is stated; where it is, the account's plan says which ones belong to it.
    """
    parts = {name: data[name] for name in PERIODS if data["kwh"] is None and data.get(name) is not None}
    times = data.get("multiplier")
    read = (data.get("reading_from"), data.get("reading_to"), None if times is None else Decimal(times))
    return {**data, "kwh": agreed_energy(data["kwh"], parts, *read)}


def corrected_cycle(row: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    """A bill with the energy of its correction; the periods stay where the energy does and none are stated anew."""
    kept = row.get("periods") if data["kwh"] == Decimal(row["kwh"]) else None
    return {
        **row,
        **{name: data[name] for name in STATED if data.get(name) is not None},
        "kwh": data["kwh"],
        "periods": measured(data) or kept,
        "without_surcharge": data["without_surcharge"],
    }


def computed(view: CaseView, entry: Entry, data: dict[str, Any], rules: Rules) -> dict[str, Any]:
    """The figures of one cycle under its list: energy by the account's plan, the surcharge on the listed days' energy.

    Where another bill has charged the energy of the cycle already, the surcharge alone is left.
    """
    cycle, kwh = Span(as_day(data["cycle_from"]), as_day(data["cycle_to"])), Decimal(data["kwh"])
    charged, periods = bill_numbered(view, data.get("energy_in")), data.get("periods") or measured(data)
    days = 0 if data.get("without_surcharge") else listed_days(entry, *cycle)
    rate = Decimal(entry["rate"])
    listings = [Listing(rate, *listed_period(entry), entry.get("document") or entry["rate"])] if days else []
    # A document may charge a share of the energy only.
    added = surcharge_lines(cycle, (kwh * Decimal(entry.get("share", 1))).quantize(MILLIONTH), listings)
    surcharge = sum((line.amount for line in added), ZERO)
    if charged is None:
        result = _quoted(view, entry, {**data, "periods": periods}, rules)
        lines, energy, basis = (*result.lines, *added), result.total, _basis(result, rules)
    else:
        lines, energy, basis = tuple(added), ZERO, {"doubts": []}
    if added and _unsure(view, entry, rules):
        basis["doubts"].append("surcharge_unverified")
    return {
        "kwh": str(kwh),
        **({"periods": periods} if periods else {}),
        "listed_days": days,
        "listed_kwh": str(sum((line.kwh for line in added), ZERO)),
        "rate": str(rate),
        "price_class": billed_class(entry) if charged is None else charged["price_class"],
        "energy": str(energy),
        "surcharge": str(surcharge),
        "amount": str(energy + surcharge),
        "lines": [_plain(line) for line in lines],
        **basis,
    }


def _quoted(view: CaseView, entry: Entry, data: dict[str, Any], rules: Rules) -> Bill:
    price, used = data.get("energy_price"), Decimal(data.get("used_before") or 0)
    periods = {name: Decimal(part) for name, part in data["periods"].items()} or None
    demand = data.get("demand_kw")
    basis = Basis(supply_of(entry).capacity_kva) if demand is None else Basis(demand_kw=Decimal(demand))
    return quote(
        account_of(view, entry),
        Span(as_day(data["cycle_from"]), as_day(data["cycle_to"])),
        Usage(Decimal(data["kwh"]), used, periods, basis),
        entered=None if price is None else Entered(Decimal(price)),
        extra=rules.tariffs,
    )


def _basis(result: Bill, rules: Rules) -> dict[str, Any]:
    """The versions that priced it, and what is to be said of prices that nobody has read in their original."""
    entered = [key for key in result.plans if key in rules.by_id]
    return {
        **({"rule_versions": entered} if entered else {}),
        "plans": list(result.plans),
        "certainty": result.certainty,
        "doubts": [note.code for note in result.notes],
    }


def _unsure(view: CaseView, entry: Entry, rules: Rules) -> bool:
    """Whether the price document of a list was not read in its original, as far as the record knows."""
    subject, first = charged_as(view.facts), listed_period(entry)[0]
    rule = surcharge_rule(view.region_code, first, subject=subject, entered=rules.documents)
    return bool(entry.get("local")) or rule is None or rule.confirm


def _plain(line: Line) -> dict[str, str]:
    """A line as facts hold it; its days only where the cycle is billed in parts, its unit where that is not kWh."""
    days = {} if line.first is None or line.last is None else {"from": str(line.first), "to": str(line.last)}
    return {
        "item": line.item,
        "kwh": str(line.kwh),
        "price": str(line.price),
        "amount": str(line.amount),
        **({} if line.unit == "kWh" else {"unit": line.unit}),
        **days,
    }


def balance(row: dict[str, Any], payments: list[dict[str, Any]]) -> dict[str, Any]:
    """What was paid on a bill less what was paid back, whether that covers it, and what was paid of its late fee."""
    sums = dict.fromkeys(("bill", "refund", "late_fee"), ZERO)
    for payment in payments:
        if payment["bill"] == row["no"]:
            sums[payment.get("kind", "bill")] += Decimal(payment["amount"])
    paid = sums["bill"] - sums["refund"]
    more = {name: str(sums[kind]) for name, kind in (("refunded", "refund"), ("fee_paid", "late_fee")) if sums[kind]}
    return {"paid": str(paid), "settled": paid >= Decimal(row["amount"]), **more}


def with_bill(view: CaseView, row: dict[str, Any], **changes: Any) -> Facts:
    """The surcharge facts with this bill added or replaced."""
    bills = bills_of(view)
    numbers = [b["no"] for b in bills]
    if row["no"] in numbers:
        bills[numbers.index(row["no"])] = row
    else:
        bills.append(row)
    return {"surcharge": {**surcharge_of(view), **changes, "bills": bills}}
