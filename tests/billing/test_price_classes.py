"""A case's own bill by every class that the engine knows: voltage, variant, time of use, two parts, the multiplier."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from audit import clock
from cases.billing.runs import receiving
from cases.billing.runs.acts import start_run
from cases.billing.runs.working import work
from cases.policy.entered import NONE as NO_RULES
from cases.policy.entered import Entered
from cases.workflow.effects.surcharge.bills import _unsure
from cases.workflow.view import CaseView
from tests.billing.city import account, bills, listed, person, readings, receive, rows
from tests.rules.papers import version
from tests.workflow.desk import Desk
from tests.workflow.world import World, at

CYCLE: dict[str, Any] = {"month": "2026-11", "cycle_from": "2026-11-01", "cycle_to": "2026-11-30"}
TOU: dict[str, Any] = {
    "kind": "commercial_tou",
    "periods": {"sharp": "1.2000", "peak": "1.0000", "flat": "0.6000", "valley": "0.3000"},
    "hours": {"sharp": 2, "peak": 6, "flat": 8, "valley": 8},
}
PARTS: dict[str, Any] = {"kind": "two_part", "prices": ["0.6000"], "capacity": "30.0000", "demand": "40.5000"}


def on_record(*bodies: dict[str, Any]) -> Entered:
    said = {"status": "in_force", "zh": "江苏电价", "en": "tariff of Jiangsu", "voltages": ["1_10kv"]}
    more = {"region": "32", "effective_from": date(2026, 11, 1)}
    return Entered(tuple(version("tariff", body=said | one, id=f"v{n}", **more) for n, one in enumerate(bodies, 1)))


def told(price_class: str, rules: Entered | None = None, **supply: Any) -> Desk:
    """An account of this class, listed, whose user was told; it is December."""
    desk = Desk()
    desk.rules = rules or desk.rules
    desk.verified(price_class=price_class, **supply).determined("surcharge").surcharged(price_class=price_class)
    desk.later(days=40)
    return desk


def bill(desk: Desk, **read: Any) -> dict[str, Any]:
    desk.act("grid-billing1", "issue_bill", **CYCLE, **read)
    found: dict[str, Any] = desk.fact("surcharge", "bills")[-1]
    return found


def lines(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(line["item"], line["kwh"], line["amount"]) for line in found["lines"]]


def wrong(desk: Desk, **read: Any) -> dict[str, str]:
    error = desk.refused("grid-billing1", "issue_bill", **CYCLE, **read)
    return {name: text.zh for name, text in error.fields.items()}


@pytest.mark.parametrize(
    ("supply", "energy"),
    [({}, "548.30"), ({"voltage": "1_10kv"}, "538.30"), ({"variant": "rural"}, "508.30")],
)
def test_a_combined_meter_is_billed_by_its_voltage_and_sort(supply: dict[str, str], energy: str) -> None:
    high = {"kind": "combined", "prices": ["0.5383"]}
    rural = {"kind": "combined", "prices": ["0.5083"], "variant": "rural", "voltages": ["lt1kv"]}
    desk = told("combined", on_record(high, rural), **supply)
    assert bill(desk, kwh="1000")["energy"] == energy


def test_a_shop_by_time_of_use_pays_each_of_its_four_periods() -> None:
    desk = told("commercial_tou", on_record(TOU), voltage="1_10kv")
    read = {"kwh": "1000", "sharp": "50", "peak": "250", "flat": "300", "valley": "400"}
    assert list(wrong(desk, kwh="1000", peak="600", valley="400")) == ["sharp"]
    assert "不在账单中填写" in wrong(desk, **read, energy_price="0.6664")["energy_price"]
    found = bill(desk, **read)
    assert lines(found) == [
        ("sharp", "50", "60.00"),
        ("peak", "250", "250.00"),
        ("flat", "300", "180.00"),
        ("valley", "400", "120.00"),
        ("surcharge", "1000.000000", "300.00"),
    ]
    assert (found["energy"], found["amount"], found["rule_versions"]) == ("610.00", "910.00", ["v1"])


def test_two_parts_are_the_contracts_capacity_or_the_months_demand() -> None:
    desk = told("two_part", on_record(PARTS), voltage="1_10kv")
    found = bill(desk, kwh="35000")
    # 250 kVA × 30 and 35,000 × 0.60, and 35,000 × 0.30 more.
    assert lines(found)[:2] == [("capacity", "250.000000", "7500.00"), ("energy", "35000", "21000.00")]
    assert (found["lines"][0]["unit"], found["amount"]) == ("kVA·month", "39000.00")
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    fix = {"bill": found["no"], "reason_code": "tariff_error", "reason": "按需量计费", "kwh": "35000"}
    desk.act("grid-billing1", "adjust_bill", **fix, demand_kw="100")
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    now = desk.fact("surcharge", "bills")[0]
    assert (lines(now)[0], now["demand_kw"], now["refund"]) == (("demand", "100.000000", "4050.00"), "100", "3450.00")
    assert now["corrections"][0]["reversal"][0]["amount"] == "-7500.00"


def test_without_a_version_on_record_such_a_class_is_neither_planned_nor_billed() -> None:
    desk = told("two_part", on_record(PARTS), voltage="1_10kv")
    desk.rules = Entered()
    assert "没有登记当月公布的代理购电价格" in wrong(desk, kwh="35000")["energy_price"]
    other = told("commercial")
    assert "不是两部制用户" in wrong(other, kwh="1", energy_price="0.6664", demand_kw="1")["demand_kw"]


def test_two_readings_and_the_multiplier_are_the_energy() -> None:
    desk = told("tiered")
    read = {"reading_from": "100", "reading_to": "150", "multiplier": 20, "used_before": "5000"}
    for more, field in (
        ({"kwh": "999"}, "kwh"),
        ({"reading_to": None}, "reading_to"),
        ({"reading_to": "99"}, "reading_to"),
        ({"reading_from": None, "reading_to": None, "kwh": "1000"}, "multiplier"),
        ({"reading_from": None, "reading_to": None, "multiplier": None}, "kwh"),
    ):
        assert list(wrong(desk, **{**read, **more})) == [field]
    found = bill(desk, **read)
    # 50 × 20 = 1,000 kWh of the third tier.
    assert (found["kwh"], found["energy"], found["surcharge"]) == ("1000", "828.30", "300.00")
    assert found["meter"] == {"reading_from": "100", "reading_to": "150", "multiplier": 20}


def test_a_correction_states_a_wrong_price_or_tier_anew() -> None:
    desk = told("tiered")
    number = bill(desk, kwh="1000", used_before="5000")["no"]
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    fix = {"bill": number, "reason_code": "tariff_error", "reason": "档位有误", "kwh": "1000", "used_before": "0"}
    desk.act("grid-billing1", "adjust_bill", **fix)
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    now = desk.fact("surcharge", "bills")[0]
    assert (now["energy"], now["used_before"], now["refund"]) == ("528.30", "0", "300.00")
    assert now["corrections"][0]["used_before"] == "5000"


def test_a_run_carries_the_multiplier_and_its_price_only_where_none_is_on_record(
    demo_city: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, shop = World(), {"kind": "commercial", "prices": ["0.7000"], "voltages": ["lt1kv"]}
    monkeypatch.setattr(clock, "now", lambda: world.now)
    monkeypatch.setattr(receiving, "entered_rules", lambda: on_record(shop))
    case = listed(world, account(1), price_class="combined")
    listed(world, account(2))
    world.now = at("2026-12-02 10:00")
    read = (f"{account(n)},2026-11-01,2026-11-30,100,150,20," for n in (1, 2))
    head = "户号,抄表周期起,抄表周期止,上期示数,本期示数,倍率,最大需量(kW)"
    run = receive(world, readings(*read, f"{account(3)},2026-11-01,2026-11-30,1,2,1,60.5", head=head))
    assert [row.reading for row in rows(run.id)] == [
        {"month": "2026-11", "kwh": "1000"},
        {"month": "2026-11", "kwh": "1000"},
        {"month": "2026-11", "kwh": "1", "demand_kw": "60.5"},
    ], "the typed price is not that of an account whose own is on record"
    start_run(actor=person("grid-billing1"), run_id=run.id, now=world.now)
    work(run.id)
    assert (bills(case)[0]["kwh"], bills(case)[0]["energy"]) == ("1000", "548.30")


def test_a_bill_of_an_unregistered_landlord_doubts_the_document_that_reaches_persons() -> None:
    """Shiyan's document against persons was not read; that of the province, which reaches firms, was."""
    entry = {"starts_on": "2022-06-01", "rate": "1.00", "document": "—"}
    for subject, doubted in (("enterprise", False), ("natural_person", True), ("landlord", True)):
        view = cast("CaseView", SimpleNamespace(region_code="420300", facts={"determination": {"subject": subject}}))
        assert _unsure(view, entry, NO_RULES) is doubted, subject
