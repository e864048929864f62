"""Every worked example to the cent, and what must hold for any bill."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.policy.dated import load
from cases.policy.tariff import (
    Account,
    Listing,
    Span,
    Surcharge,
    Tariff,
    TariffError,
    Usage,
    bill,
    breach_charge,
    breach_energy,
    break_even,
    find_tariff,
    late_fee,
    listed_kwh,
    money,
    quote,
    reverse,
    row_problems,
    simulate,
    split_energy,
    tariffs,
    theft_charge,
)
from cases.policy.tariff.rows import overlaps

D = Decimal
DAY = date(2021, 9, 30)
MONTH = D(35000)


def plan(region: str, kind: str, day: date = DAY) -> Tariff:
    found = find_tariff(region, kind, day)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("said", "region", "kind", "kwh", "before", "total"),
    [
        ("Jiangsu home, January", "320300", "tiered", 35000, 0, "27652.50"),
        ("Jiangsu home, February onward", "320300", "tiered", 35000, 35000, "28990.50"),
        ("Jiangsu home, the whole year", "320300", "tiered", 420000, 0, "346548.00"),
        ("Jiangsu tier 3 with time of use, flat load", "320300", "tiered_tou", 35000, 35000, "26832.17"),
        ("Jiangsu combined meter", "320300", "combined", 35000, 0, "19190.50"),
        ("Jiangsu commercial", "320300", "commercial", 35000, 0, "23324.00"),
        ("Zhejiang home, January", "330100", "tiered", 35000, 0, "27992.00"),
        ("Zhejiang home, later", "330100", "tiered", 35000, 35000, "29330.00"),
        ("Zhejiang home, the whole year", "330100", "tiered", 420000, 0, "350622.00"),
        ("Zhejiang tier 3 with time of use, flat load", "330100", "tiered_tou", 35000, 35000, "26296.67"),
        ("Zhejiang combined meter", "330100", "combined", 35000, 0, "19530.00"),
        ("Beijing home, January", "110105", "tiered", 35000, 0, "26246.50"),
        ("Beijing home, later", "110105", "tiered", 35000, 35000, "27590.50"),
    ],
)
def test_a_month_costs_what_was_worked_out_by_hand(
    said: str, region: str, kind: str, kwh: int, before: int, total: str
) -> None:
    found = bill(plan(region, kind), D(kwh), used_before=D(before))
    assert found.total == D(total)
    assert str(found.total) == total


@pytest.mark.parametrize(
    ("kind", "rate", "total"),
    [
        ("commercial", "0.30", "33824.00"),
        ("commercial", "0.50", "40824.00"),
        ("commercial", "0.80", "51324.00"),
        ("commercial", "1.00", "58324.00"),
        ("commercial", "2.00", "93324.00"),
        ("combined", "0.30", "29690.50"),
        ("combined", "0.50", "36690.50"),
        ("combined", "2.00", "89190.50"),
    ],
)
def test_a_surcharge_is_added_to_the_whole_volume(kind: str, rate: str, total: str) -> None:
    assert bill(plan("320300", kind), MONTH, surcharges=[Surcharge(D(rate), MONTH)]).total == D(total)


def test_the_zhejiang_combined_meter_with_its_adder() -> None:
    found = bill(plan("330100", "combined"), MONTH, surcharges=[Surcharge(D("0.50"), MONTH)])
    assert [(line.item, line.amount) for line in found.lines] == [
        ("combined", D("19530.00")),
        ("surcharge", D("17500.00")),
    ]
    assert found.total == D("37030.00")


def test_a_partial_cycle_is_the_daily_mean_times_the_days() -> None:
    part = listed_kwh(MONTH, 12, 31)
    assert part.quantize(D("0.01")) == D("13548.39")
    line = bill(plan("320300", "combined"), MONTH, surcharges=[Surcharge(D("2.00"), part)]).lines[-1]
    assert line.amount == D("27096.77")
    assert money(line.kwh * line.price) == line.amount


def test_breach_on_a_combined_meter_costs_the_difference_and_twice_it() -> None:
    kwh = breach_energy(MONTH, None, None, day=DAY)
    found = breach_charge(kwh, D("0.5483"), D("0.6664"), day=DAY)
    assert (found.kwh, found.due, found.penalty, found.total) == (
        D(105000),
        D("12400.50"),
        D("24801.00"),
        D("37201.50"),
    )
    assert "第一百条" in found.article


def test_breach_on_a_tier_3_home_recovers_nothing_and_says_so() -> None:
    found = breach_charge(D(105000), D("0.8283"), D("0.6664"), day=DAY)
    assert (found.due, found.penalty, found.total) == (0, 0, 0)
    assert "-16999.50" in found.zh
    assert "没有可以追补的电费" in found.zh
    assert "nothing to recover" in found.en


def test_breach_with_known_days_uses_them() -> None:
    assert breach_energy(D(36500), date(2021, 9, 1), date(2021, 9, 10), day=DAY) == D("12000.000000")
    with pytest.raises(ValueError, match="first day"):
        breach_energy(D(1), date(2021, 9, 2), date(2021, 9, 1), day=DAY)


def test_theft_of_50_kw_with_unknown_dates() -> None:
    found = theft_charge(D(50), D("0.6664"), day=DAY)
    assert (found.kwh, found.due, found.penalty) == (D(108000), D("71971.20"), D("215913.60"))
    assert theft_charge(D(50), D("0.6664"), day=DAY, lighting=True).kwh == D(54000)
    assert theft_charge(D(50), D("0.6664"), day=DAY, days=10, hours_per_day=D(24)).kwh == D(12000)


def test_the_2024_edition_limits_what_the_old_one_fixed() -> None:
    new = date(2024, 6, 1)
    assert breach_charge(D(100), D("0.5"), D("0.6"), day=new, multiple=D(1)).penalty == D("10.00")
    with pytest.raises(ValueError, match="is 2"):
        breach_charge(D(100), D("0.5"), D("0.6"), day=DAY, multiple=D(1))
    with pytest.raises(ValueError, match="at most 3"):
        theft_charge(D(1), D("0.5"), day=new, multiple=D(4))
    with pytest.raises(ValueError, match="negative"):
        theft_charge(D(-1), D("0.5"), day=new)


def test_the_late_fee_is_simple_and_within_the_law() -> None:
    assert late_fee(D("28990.50"), 10, D(1), day=DAY) == D("289.91")  # 289.905 rounds half up
    assert late_fee(D("1000"), 0, D(3), day=DAY) == 0
    for wrong in (D("0.9"), D("3.1")):
        with pytest.raises(ValueError, match="per mille"):
            late_fee(D(1000), 10, wrong, day=DAY)


def test_tiers_are_counted_over_the_year() -> None:
    tiered = plan("320300", "tiered")
    found = bill(tiered, D(3000), used_before=D(2000))
    assert [(line.item, line.kwh) for line in found.lines] == [("tier1", D(760)), ("tier2", D(2040)), ("tier3", D(200))]
    assert [line.amount for line in found.lines] == [D("401.51"), D("1179.73"), D("165.66")]
    assert bill(tiered, D(0)).lines == ()
    assert bill(tiered, D(10), used_before=D(4800)).lines[0].item == "tier3"
    assert bill(tiered, D(10), used_before=D(2760)).lines[0].item == "tier2"


def test_a_cycle_over_new_year_meets_the_tiers_of_both_years() -> None:
    home, cycle = Account("320300", "tiered"), Span(date(2021, 12, 16), date(2022, 1, 15))
    found = quote(home, cycle, Usage(D(3100), D(5000)))
    assert [(line.item, line.kwh) for line in found.lines] == [("tier3", D(1600)), ("tier1", D(1500))]
    assert [(line.first, line.last) for line in found.lines] == [
        (date(2021, 12, 16), date(2021, 12, 31)),
        (date(2022, 1, 1), date(2022, 1, 15)),
    ]
    assert found.kwh == D(3100)
    again = quote(home, cycle, Usage(D(3100)), listings=[Listing(D("0.30"), date(2021, 12, 1))])
    assert again.lines[-1].amount == D("930.00")
    with pytest.raises(TariffError, match="ends before it begins"):
        quote(home, Span(date(2022, 1, 2), date(2022, 1, 1)), Usage(D(1)))


def test_a_region_may_come_without_its_zeros_as_the_directory_has_it() -> None:
    month = Span(date(2021, 3, 1), date(2021, 3, 31))
    totals = {quote(Account(code, "tiered"), month, Usage(MONTH)).total for code in ("32", "3203", "320300", "320324")}
    assert totals == {D("27652.50")}
    with pytest.raises(TariffError, match="unknown_region"):
        quote(Account("", "tiered"), month, Usage(MONTH))


def test_a_time_of_use_home_pays_its_measured_peak() -> None:
    found = bill(plan("320300", "tiered_tou"), D(1000), periods={"peak": D(250), "valley": D(750)})
    assert [(line.item, line.amount) for line in found.lines] == [("peak", D("139.58")), ("valley", D("268.73"))]


def test_the_simulation_of_the_brief() -> None:
    found = simulate("320300", date(2021, 10, 20), MONTH)
    assert found.option("tiered").bill.total == D("28990.50")
    assert found.option("commercial").bill.total == D("23324.00")
    assert found.option("commercial").difference == D("-5666.50")
    assert found.option("commercial").average == D("0.6664")
    assert found.option("commercial+0.30").bill.total == D("33824.00")
    assert found.option("commercial+2.00").bill.total == D("93324.00")
    assert found.break_even == D(8264)
    assert [w[0] for w in found.warnings] == ["reclass_lowers_bill", "reference_price"]
    assert "5666.50" in found.warnings[0][1]
    assert "8264" in found.warnings[0][1]
    assert {o.key for o in found.options if o.lawful and "+" in o.key} == {
        "tiered+0.30", "tiered_tou+0.30", "combined+0.30", "commercial+0.30",
    }  # fmt: skip


def test_the_simulation_can_start_a_year_and_take_a_proxy_price() -> None:
    assert simulate("320300", date(2021, 1, 20), MONTH).option("tiered").bill.total == D("27652.50")
    given_price = simulate("320300", date(2026, 11, 20), MONTH, commercial_price=D("0.9000"), rates=[D("0.30")])
    assert given_price.option("commercial").bill.total == D("31500.00")
    assert [w[0] for w in given_price.warnings] == []
    assert len(given_price.options) == 8
    beijing = simulate("110105", date(2021, 10, 20), MONTH)
    assert [w[0] for w in beijing.warnings] == ["commercial_price_unknown"]
    assert beijing.break_even is None
    entered = simulate("110105", date(2021, 10, 20), MONTH, commercial_price=D("0.7"))
    assert entered.option("commercial").bill.total == D("24500.00")
    with pytest.raises(KeyError):
        beijing.option("commercial")
    with pytest.raises(ValueError, match="price_missing"):
        simulate("110105", DAY, MONTH, current="combined")


def test_the_simulation_is_kept_as_texts() -> None:
    kept = simulate("320300", date(2021, 10, 20), MONTH, rates=[D("0.30")]).as_dict()
    assert kept["totals"] == {
        "tiered": "28990.50", "tiered+0.30": "39490.50", "tiered_tou": "26832.17", "tiered_tou+0.30": "37332.17",
        "combined": "19190.50", "combined+0.30": "29690.50", "commercial": "23324.00", "commercial+0.30": "33824.00",
    }  # fmt: skip
    assert kept["break_even"] == "8264"
    assert (kept["certainty"], kept["doubts"]) == ("BG", ["price_unverified", "surcharge_unverified"])


def test_the_break_even_is_where_the_two_yearly_bills_cross() -> None:
    tiered, shop = plan("320300", "tiered"), plan("320300", "commercial")
    at_point = D(8264)
    assert bill(tiered, at_point).total < bill(shop, at_point).total
    assert bill(tiered, at_point + 1).total > bill(shop, at_point + 1).total
    assert break_even(tiered, replace(shop, prices=(D("0.9"),))) is None
    assert break_even(tiered, replace(shop, prices=(D("0.5"),))) == 0
    assert break_even(tiered, replace(shop, prices=(D("0.54"),))) == D(3603)  # 2760 + 32.292 / 0.0383


def test_prices_have_four_digits_and_each_plan_its_tiers() -> None:
    for one in tariffs():
        assert all(-price.as_tuple().exponent <= 4 for price in one.prices), one.key  # type: ignore[operator]
        assert len(one.prices) == len(one.limits) + 1
        assert list(one.prices) == sorted(one.prices)
    assert not overlaps(tariffs())
    for row in load("tariffs")["plan"]:
        assert row_problems(row) == [], row["key"]
    with pytest.raises(ValueError, match="unknown kind"):
        find_tariff("320300", "royal", DAY)
    assert find_tariff("450000", "tiered", DAY) is None


@pytest.mark.parametrize(
    ("kwh", "extra"),
    [(D(-1), {}), (D(1), {"used_before": D(-1)}), (D(1), {"surcharges": [Surcharge(D("0.3"), D(2))]}),
     (D(1), {"surcharges": [Surcharge(D("0.3"), D(-1))]})],
)  # fmt: skip
def test_impossible_energy_is_refused(kwh: Decimal, extra: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"negative|part of|marks a reading"):
        bill(plan("320300", "tiered"), kwh, **extra)  # type: ignore[arg-type]


def test_a_reversal_takes_every_line_back() -> None:
    original = bill(plan("320300", "tiered"), MONTH, surcharges=[Surcharge(D("0.30"), MONTH)])
    back = reverse(original)
    assert back.total == -original.total
    assert sum(line.amount for line in (*original.lines, *back.lines)) == 0
    assert back.kwh == -original.kwh


energies = st.decimals(0, 500000, places=2)
plans = st.sampled_from(tariffs())


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plans, energies, energies, st.lists(st.tuples(st.decimals("0.30", 3, places=4), st.integers(0, 31)), max_size=3))
def test_lines_multiply_and_add_up_and_tiers_hold_all_the_energy(
    tariff: Tariff, kwh: Decimal, before: Decimal, adders: list[tuple[Decimal, int]]
) -> None:
    surcharges = [Surcharge(rate, listed_kwh(kwh, days, 31)) for rate, days in adders]
    found = bill(tariff, kwh, used_before=before, surcharges=surcharges)
    assert found.total == sum((line.amount for line in found.lines), D(0))
    for line in found.lines:
        exact = Fraction(line.kwh) * Fraction(line.price)
        assert abs(Fraction(line.amount) - exact) <= Fraction(1, 200)
    main = [line for line in found.lines if line.item != "surcharge" and not line.item.endswith("_adder")]
    assert sum((line.kwh for line in main), D(0)) == kwh == found.kwh


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plans, energies, energies, st.decimals(0, 3, places=4), st.decimals(0, 3, places=4))
def test_more_surcharge_never_lowers_a_bill(
    tariff: Tariff, kwh: Decimal, before: Decimal, one: Decimal, other: Decimal
) -> None:
    low, high = sorted((one, other))
    totals = [bill(tariff, kwh, used_before=before, surcharges=[Surcharge(rate, kwh)]).total for rate in (low, high)]
    assert bill(tariff, kwh, used_before=before).total <= totals[0] <= totals[1]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plans, energies, st.lists(st.integers(1, 40), min_size=1, max_size=5))
def test_splitting_a_cycle_never_changes_the_energy_and_hardly_the_money(
    tariff: Tariff, kwh: Decimal, days: list[int]
) -> None:
    parts = split_energy(kwh, days)
    assert sum(parts, D(0)) == kwh
    assert all(part >= 0 for part in parts)
    used, total = D(0), D(0)
    for part in parts:
        total += bill(tariff, part, used_before=used).total
        used += part
    # Each line may round by half a cent, and a split has at most four lines a part.
    assert abs(total - bill(tariff, kwh).total) <= D("0.02") * (len(parts) + 1)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.decimals(0, 100000, places=2), st.dates(date(2020, 1, 1), date(2026, 1, 1)), st.integers(0, 800))
def test_a_cycle_of_any_length_bills_all_its_energy_once(kwh: Decimal, first: date, length: int) -> None:
    found = quote(Account("320300", "tiered"), Span(first, first + timedelta(days=length)), Usage(kwh))
    assert sum((line.kwh for line in found.lines), D(0)) == kwh


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(energies, energies)
def test_tiers_agree_with_a_kilowatt_hour_by_kilowatt_hour_count(kwh: Decimal, before: Decimal) -> None:
    whole, start = int(kwh) % 6000, int(before) % 6000
    slow = sum(
        (D("0.5283") if n < 2760 else D("0.5783") if n < 4800 else D("0.8283") for n in range(start, start + whole)),
        D(0),
    )
    assert abs(bill(plan("320300", "tiered"), D(whole), used_before=D(start)).total - slow) <= D("0.015")
