"""Eighty and more bills worked out by hand, and what must hold for any bill of a whole cycle."""

from __future__ import annotations

import json
import tomllib
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.policy.tariff import Account, Bill, Listing, Span, Usage, parse_plan, quote, reverse, row_problems
from cases.policy.tariff.contract import bill_as_dict, quoted

D = Decimal
GOLDEN = tomllib.loads((Path(__file__).parent / "golden" / "bills.toml").read_text(encoding="utf-8"))
NAMES = {"class": "price_class", "from": "cycle_from", "to": "cycle_to", "ytd": "year_to_date_kwh"}


def asked(ask: dict[str, str]) -> Bill:
    versions = [parse_plan(version(name)) for name in ask.get("with", "").split(",") if name]
    found = {NAMES.get(key, key): value for key, value in ask.items() if key not in {"with", "rate", "on", "off"}}
    if "prices" in found:
        found["prices"] = dict(part.split(":") for part in found["prices"].split(","))  # type: ignore[assignment]
    if "rate" in ask:
        found["surcharge"] = {"rate": ask["rate"], "from": ask["on"], "to": ask.get("off")}  # type: ignore[assignment]
    return quoted(json.loads(json.dumps(found)), versions)[0]


def version(name: str) -> dict[str, Any]:
    said = {"zh": name, "en": name, "source": "made up for the test", "certainty": "DESIGN", "status": "in_force"}
    row = {"key": name, **said, **GOLDEN["version"][name]}
    assert row_problems(row) == []
    return row


def written(found: Bill) -> list[str]:
    rows = bill_as_dict(found)["lines"]
    return [
        f"{row['item']} {row.get('quantity', row['kwh'])} × {row['price']} = {row['amount']}"
        + (f" {row['from']} {row['to']}" if "from" in row else "")
        for row in rows
    ]


@pytest.mark.parametrize("golden", GOLDEN["bill"], ids=lambda golden: golden["said"])
def test_a_bill_is_what_was_worked_out_by_hand(golden: dict[str, Any]) -> None:
    found = asked(golden["ask"])
    assert written(found) == golden["lines"]
    assert f"{found.total}" == golden["total"]


def test_there_are_enough_of_them() -> None:
    assert len(GOLDEN["bill"]) + len(GOLDEN["refund"]) >= 60


@pytest.mark.parametrize("golden", GOLDEN["refund"], ids=lambda golden: golden["said"])
def test_a_refund_is_the_reversal_of_the_bill_and_the_right_one(golden: dict[str, Any]) -> None:
    wrong, right = asked(golden["wrong"]), asked(golden["right"])
    back = reverse(wrong)
    assert -(back.total + right.total) == D(golden["refund"])
    assert [(row.item, row.kwh, row.price) for row in back.lines] == [
        (row.item, -row.kwh, row.price) for row in wrong.lines
    ]


ACCOUNTS = [
    Account("320300", "tiered"),
    Account("320300", "tiered_tou"),
    Account("320300", "combined"),
    Account("330100", "tiered"),
    Account("330100", "tiered_tou"),
    Account("110105", "tiered"),
]
NEW = [parse_plan({**version("tiers-2026-07"), "effective_from": "2022-03-15"})]
energies = st.decimals(0, 200_000, places=2)
firsts = st.dates(date(2021, 10, 1), date(2022, 6, 1))
lengths = st.integers(0, 70)
accounts = st.sampled_from(ACCOUNTS)
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def cycle(first: date, length: int) -> Span:
    return Span(first, first + timedelta(days=length))


def energy(found: Bill) -> Decimal:
    return sum((row.kwh for row in found.lines if row.item != "surcharge" and not row.item.endswith("_adder")), D(0))


@quick
@given(accounts, firsts, lengths, energies, energies, st.decimals("0.30", 3, places=4), st.integers(-40, 80))
def test_lines_add_up_to_the_total_and_hold_all_the_energy(
    account: Account, first: date, length: int, kwh: Decimal, before: Decimal, rate: Decimal, listed: int
) -> None:
    entry = Listing(rate, first + timedelta(days=listed))
    found = quote(account, cycle(first, length), Usage(kwh, before), listings=[entry], extra=NEW)
    assert found.total == sum((row.amount for row in found.lines), D(0))
    assert energy(found) == kwh == found.kwh
    for row in found.lines:
        assert abs(row.amount - row.kwh * row.price) <= D("0.005")
        assert row.kwh > 0


@quick
@given(accounts, firsts, lengths, energies, energies, energies)
def test_more_energy_never_costs_less(
    account: Account, first: date, length: int, kwh: Decimal, more: Decimal, before: Decimal
) -> None:
    low, high = (quote(account, cycle(first, length), Usage(n, before)).total for n in (kwh, kwh + more))
    assert low <= high


@quick
@given(accounts, firsts, lengths, energies, st.decimals("0.30", 2, places=4), st.decimals(0, 1, places=4), lengths)
def test_more_surcharge_never_lowers_a_bill(
    account: Account, first: date, length: int, kwh: Decimal, rate: Decimal, more: Decimal, days: int
) -> None:
    span, usage, last = cycle(first, length), Usage(kwh), first + timedelta(days=days)
    totals = [
        quote(account, span, usage, listings=listings).total
        for listings in ([], [Listing(rate, first, last)], [Listing(rate + more, first, last)],
                         [Listing(rate + more, first, last + timedelta(days=9))])
    ]  # fmt: skip
    assert totals == sorted(totals)


@quick
@given(accounts, firsts, st.integers(1, 70), st.data(), st.integers(0, 2000), energies)
def test_splitting_a_cycle_changes_neither_the_energy_nor_more_than_a_rounding(
    account: Account, first: date, length: int, data: st.DataObject, daily: int, before: Decimal
) -> None:
    """The same days read once or twice: the energy of each price is the same to the last digit."""
    whole, at = cycle(first, length), data.draw(st.integers(0, length - 1))
    one, two = cycle(first, at), Span(first + timedelta(days=at + 1), whole.last)
    kwh = [D(daily) * span.days for span in (whole, one, two)]
    later = D(daily) * ((two.first - date(two.first.year, 1, 1)).days if two.first.year > first.year else 0)
    used = later if two.first.year > first.year else before + kwh[1]
    together = quote(account, whole, Usage(kwh[0], before), extra=NEW)
    apart = [quote(account, s, Usage(n, u), extra=NEW) for s, n, u in ((one, kwh[1], before), (two, kwh[2], used))]
    assert sum((energy(part) for part in apart), D(0)) == energy(together) == kwh[0]
    if not any(row.item == "peak" for row in together.lines):
        assert by_price([together]) == by_price(apart)
    rows = len(together.lines) + sum(len(part.lines) for part in apart)
    assert abs(sum((part.total for part in apart), D(0)) - together.total) <= D("0.005") * rows


def by_price(bills: list[Bill]) -> dict[tuple[str, Decimal], Decimal]:
    found: dict[tuple[str, Decimal], Decimal] = {}
    for row in (row for one in bills for row in one.lines):
        found[row.item, row.price] = found.get((row.item, row.price), D(0)) + row.kwh
    return found
