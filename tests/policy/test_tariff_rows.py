"""Which rows are tariff versions, which version prices a day, and how months and meters are counted."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from cases.policy.tariff import (
    Account,
    Basis,
    Listing,
    Span,
    TariffError,
    Usage,
    energy_between,
    energy_of,
    find_tariff,
    months_in,
    parse_plan,
    quote,
    row_problems,
    split_energy,
)
from cases.policy.tariff.rows import overlaps

D = Decimal
ROW: dict[str, Any] = {
    "key": "js-2026-11", "region": "320000", "kind": "commercial", "zh": "工商业代理购电", "en": "proxy purchase",
    "components": {"proxy": "0.4257", "transmission": "0.1932", "losses": "0.0171", "operation": "0.0305",
                   "funds": "0.0291"},
    "effective_from": "2026-11-01", "effective_to": "2026-11-30", "status": "in_force", "source": "price table",
    "certainty": "V-P",
}  # fmt: skip
TIERS = {**ROW, "kind": "tiered", "components": {}, "limits": ["2760", "4800"], "prices": ["0.5", "0.6", "0.9"]}
TIMES = {**ROW, "kind": "commercial_tou", "components": {}, "periods": {"peak": "1.2", "flat": "0.7", "valley": "0.3"}}
PARTS = {**ROW, "kind": "two_part", "components": {}, "prices": ["0.6000"], "capacity": "30", "demand": "40.5"}


@pytest.mark.parametrize("row", [ROW, TIERS, TIMES, PARTS, {**TIERS, "accumulation": "month"}])
def test_a_whole_row_has_no_problem(row: dict[str, Any]) -> None:
    assert row_problems(row) == []


@pytest.mark.parametrize(
    ("field", "row"),
    [
        ("source", {**ROW, "source": ""}),
        ("colour", {**ROW, "colour": "red"}),
        ("kind", {**ROW, "kind": "royal"}),
        ("status", {**ROW, "status": "maybe"}),
        ("certainty", {**ROW, "certainty": "sure"}),
        ("accumulation", {**TIERS, "accumulation": "week"}),
        ("region", {**ROW, "region": "32"}),
        ("voltages", {**ROW, "voltages": ["500kv"]}),
        ("voltages", {**ROW, "voltages": ["lt1kv", "lt1kv"]}),
        ("voltages", {**ROW, "voltages": [{}]}),
        ("kind", {**ROW, "kind": []}),
        ("variant", {**ROW, "variant": "x" * 41}),
        ("zh", {**ROW, "zh": "电" * 81}),
        ("zh", {**ROW, "zh": 7}),
        ("effective_from", {**ROW, "effective_from": "2026-13-01"}),
        ("effective_to", {**ROW, "effective_to": "2026-10-31"}),
        ("effective_to", {**ROW, "status": "repealed", "effective_to": None}),
        ("prices", {**TIERS, "prices": [0.5, "0.6", "0.9"]}),
        ("prices", {**TIERS, "prices": ["0.50001", "0.6", "0.9"]}),
        ("prices", {**TIERS, "prices": ["0.5", "0.6"]}),
        ("prices", {**TIERS, "prices": "0.5"}),
        ("prices", {**TIERS, "prices": ["0.5", "0.6", "82.83"]}),
        ("limits", {**TIERS, "prices": ["0.6", "0.5", "0.9"]}),
        ("limits", {**TIERS, "limits": ["4800", "2760"]}),
        ("limits", {**PARTS, "limits": ["1"]}),
        ("components", {**ROW, "components": {"proxy": "0.4", "tips": "0.1"}}),
        ("components", {**ROW, "prices": ["0.7"]}),
        ("components", {**ROW, "components": {"funds": "0.4"}}),
        ("prices", {**ROW, "components": {}}),
        ("periods", {**TIMES, "periods": {"dawn": "1"}}),
        ("periods", {**TIMES, "periods": {"peak": "1"}}),
        ("periods", {**TIMES, "kind": "commercial"}),
        ("prices", {**TIMES, "prices": ["0.5"]}),
        ("hours", {**TIMES, "hours": {"peak": 8, "flat": 8, "valley": 7}}),
        ("hours", {**TIMES, "hours": {"peak": "8", "flat": 8, "valley": 8}}),
        ("capacity", {**ROW, "capacity": "30"}),
        ("capacity", {**PARTS, "capacity": "a lot"}),
        ("capacity", {key: value for key, value in PARTS.items() if key not in {"capacity", "demand"}}),
    ],
)
def test_a_wrong_row_is_told_where(field: str, row: dict[str, Any]) -> None:
    found = row_problems(row)
    assert field in [problem.field for problem in found], found
    assert all(problem.zh and problem.en for problem in found)


def test_two_versions_of_one_rank_are_found() -> None:
    one, other = parse_plan(ROW), parse_plan({**ROW, "key": "again"})
    assert overlaps([one, other]) == [("js-2026-11", "again")]
    assert overlaps([one, parse_plan({**ROW, "effective_from": "2026-11-02"})]) == []
    assert overlaps([parse_plan({**ROW, "voltages": ["lt1kv"]}), parse_plan({**ROW, "voltages": ["35kv"]})]) == []
    assert overlaps([parse_plan({**ROW, "key": key, "status": "draft"}) for key in ("one", "other")]) == []


NOVEMBER = Span(date(2026, 11, 1), date(2026, 11, 30))
SHOP = Account("320300", "commercial")


def test_an_entered_month_prices_its_days_and_replaces_the_reference() -> None:
    month = parse_plan(ROW)
    found = quote(SHOP, NOVEMBER, Usage(D(35000)), extra=[month])
    # 0.4257 + 0.1932 + 0.0171 + 0.0305 + 0.0291 = 0.6956
    assert [(row.price, row.amount) for row in found.lines] == [(D("0.6956"), D("24346.00"))]
    assert (found.certainty, found.notes, found.plans) == ("V-P", (), ("js-2026-11",))
    draft = parse_plan({**ROW, "status": "draft"})
    with pytest.raises(TariffError, match="proxy_price_missing"):
        quote(SHOP, NOVEMBER, Usage(D(1)), extra=[draft])
    with pytest.raises(TariffError, match="2026-12-01"):
        quote(SHOP, Span(NOVEMBER.first, date(2026, 12, 1)), Usage(D(1)), extra=[month])


def test_who_left_the_market_pays_one_and_a_half_times_the_purchase_part_only() -> None:
    month = parse_plan(ROW)
    for reason, price in (("market_exit", "0.9085"), ("high_energy", "0.9085"), ("policy_exit", "0.6956")):
        # 0.4257 × 1.5 = 0.63855, half-up 0.6386; 0.6386 + 0.2699 = 0.9085
        account = Account("320300", "commercial", proxy=reason)
        found = quote(account, NOVEMBER, Usage(D(100)), extra=[month])
        assert found.lines[0].price == D(price)
        # Nobody has read that they pay 1.5 times: the bill says so, although every component was read.
        sure = reason == "policy_exit"
        assert (found.certainty, len(found.notes)) == (("V-P", 0) if sure else ("BG", 1))


def test_the_narrower_region_and_the_newer_version_win() -> None:
    city = parse_plan({**TIERS, "key": "city", "region": "320300", "effective_to": None})
    newer = parse_plan({**TIERS, "key": "newer", "effective_from": "2026-12-01", "effective_to": None})
    day = date(2026, 12, 1)
    keys = [find_tariff(r, "tiered", day, extra=[newer, city]) for r in ("320324", "320500", "330000")]
    assert [row and row.key for row in keys] == ["city", "newer", "zj-tiered"]


def test_an_entered_plan_ends_the_shipped_one_at_its_own_voltages_only() -> None:
    high = parse_plan({**TIERS, "voltages": ["1_10kv"], "effective_to": None})
    found = [find_tariff("320300", "tiered", NOVEMBER.first, voltage=v, extra=[high]) for v in ("lt1kv", "1_10kv")]
    assert [row and row.key for row in found] == ["js-tiered", "js-2026-11"]
    ended = replace(high, effective_to=NOVEMBER.last)
    later = [find_tariff("320300", "tiered", date(2026, 12, 1), voltage=v, extra=[ended]) for v in ("lt1kv", "1_10kv")]
    assert [row and row.key for row in later] == ["js-tiered", None]


def test_a_draft_is_never_found_and_a_reference_only_where_nothing_is_in_force() -> None:
    draft = parse_plan({**ROW, "region": "320300", "status": "draft"})
    day = date(2026, 11, 5)
    found = [find_tariff("320300", "commercial", day, extra=rows) for rows in ([draft], [draft, parse_plan(ROW)])]
    assert [row and (row.key, row.status) for row in found] == [
        ("js-commercial-last", "reference"),
        ("js-2026-11", "in_force"),
    ]


def test_no_day_is_charged_twice() -> None:
    shop, cycle = Account("320300", "commercial"), Span(date(2021, 8, 1), date(2021, 8, 31))
    first = Listing(D("0.30"), date(2021, 8, 1), date(2021, 8, 10))
    for second in (date(2021, 8, 10), date(2021, 7, 1)):
        with pytest.raises(TariffError, match="listed_twice"):
            quote(shop, cycle, Usage(D(3100)), listings=[first, Listing(D("0.50"), second)])
    after = quote(shop, cycle, Usage(D(3100)), listings=[Listing(D("0.50"), date(2021, 8, 11)), first])
    assert [(row.kwh, row.price) for row in after.lines[1:]] == [(D(1000), D("0.30")), (D(2100), D("0.50"))]


def test_a_two_part_price_needs_one_basis() -> None:
    account, plan = Account("320300", "two_part", "1_10kv"), [parse_plan(PARTS)]
    found = quote(account, NOVEMBER, Usage(D(35000), basis=Basis(capacity_kva=D(250))), extra=plan)
    # 250 kVA × 30 = 7,500; 35,000 × 0.6 = 21,000
    assert [(row.item, row.unit, row.amount) for row in found.lines] == [
        ("capacity", "kVA·month", D("7500.00")),
        ("energy", "kWh", D("21000.00")),
    ]
    half = Span(date(2026, 11, 1), date(2026, 11, 15))
    found = quote(account, half, Usage(D(10), basis=Basis(demand_kw=D(100))), extra=plan)
    assert found.lines[0].amount == D("2025.00")  # 100 kW × 0.5 month × 40.5
    for basis in (None, Basis(D(1), D(1))):
        with pytest.raises(TariffError, match="basis_missing"):
            quote(account, NOVEMBER, Usage(D(1), basis=basis), extra=plan)


def test_monthly_tiers_start_again_in_every_cycle() -> None:
    plan = [parse_plan({**TIERS, "accumulation": "month", "limits": ["230", "400"], "region": "450000"})]
    home, full = Account("450000", "tiered"), Usage(D(500), D(9000))
    found = quote(home, NOVEMBER, full, extra=plan)
    assert [row.kwh for row in found.lines] == [230, 170, 100]
    found = quote(home, Span(date(2026, 11, 1), date(2026, 11, 15)), full, extra=plan)
    assert [row.kwh for row in found.lines] == [115, 85, 300]


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        ("2026-11-06", "2026-12-05", Fraction(1)),
        ("2026-11-01", "2026-11-30", Fraction(1)),
        ("2024-01-31", "2024-02-28", Fraction(1)),  # the 29th is the nearest that February has to the 31st
        ("2024-02-01", "2024-02-29", Fraction(1)),
        ("2026-01-01", "2026-12-31", Fraction(12)),
        ("2026-11-01", "2026-11-15", Fraction(1, 2)),
        ("2026-11-16", "2026-12-31", Fraction(3, 2)),
        ("2024-02-01", "2024-02-28", Fraction(28, 29)),
    ],
)
def test_months_are_counted_by_reading_days(first: str, last: str, months: Fraction) -> None:
    assert months_in(Span(date.fromisoformat(first), date.fromisoformat(last))) == months


def test_a_meter_counts_with_its_multiplier_and_over_its_register() -> None:
    assert energy_between(D("100.25"), D("150.75"), D(80)) == D("4040.00")
    assert energy_between(D("9990"), D("15"), D(2), digits=4) == D(50)
    for before, after, times in ((D(-1), D(5), D(1)), (D(5), D(4), D(1)), (D(1), D(2), D("1.5")), (D(1), D(2), D(-2))):
        with pytest.raises(TariffError):
            energy_between(before, after, times)


def test_one_missing_reading_refuses_the_sum() -> None:
    assert energy_of([D("2223"), D("2222"), D("2289")]) == D(6734)
    with pytest.raises(TariffError, match="not collected") as caught:
        energy_of([D("2223"), D(-1), D("2289")])
    assert "采集缺失" in caught.value.zh


def test_no_part_of_a_split_is_ever_negative() -> None:
    assert split_energy(D("0.000002"), [1, 1, 1, 1]) == [D("0.000001"), D(0), D("0.000001"), D(0)]
