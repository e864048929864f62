"""Energy by time of day: each period at its own price, never added up for an account without time of use."""

from __future__ import annotations

from typing import Any

import pytest

from audit import clock
from cases.billing.runs.acts import start_run
from cases.billing.runs.working import work
from cases.models import Case
from tests.billing.city import account, bills, listed, person, readings, receive, rows
from tests.web.conftest import LogIn
from tests.workflow.desk import Desk
from tests.workflow.world import World, at

# 江苏 tier 3 by time of use: 600 × 0.5583 = 334.98, 400 × 0.3583 = 143.32, 1000 × (0.8283 − 0.5283) = 300.00.
CYCLE = {"month": "2026-11", "cycle_from": "2026-11-01", "cycle_to": "2026-11-30", "used_before": "5000"}
READ = {**CYCLE, "kwh": "1000", "peak": "600", "valley": "400"}
HEAD = "户号,抄表周期起,抄表周期止,电量,峰电量,谷电量,本年此前用电量"


@pytest.fixture
def world(demo_city: None, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    monkeypatch.setattr(clock, "now", lambda: made.now)
    return made


def home(price_class: str = "tiered_tou") -> Desk:
    desk = Desk().verified(price_class=price_class).determined("surcharge").surcharged(price_class=price_class)
    desk.later(days=40)
    return desk


def billed() -> Desk:
    desk = home()
    desk.act("grid-billing1", "issue_bill", **READ)
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    return desk


def corrected(desk: Desk, **more: Any) -> dict[str, Any]:
    data = {"bill": "XZ26-0001-B01", "reason_code": "misread", "reason": "抄错", **more}
    desk.act("grid-billing1", "adjust_bill", **data)
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    found: dict[str, Any] = desk.fact("surcharge", "bills")[0]
    return found


def test_each_period_has_its_price_and_the_upper_tier_is_added() -> None:
    found = billed().fact("surcharge", "bills")[0]
    assert [(line["item"], line["kwh"], line["amount"]) for line in found["lines"]] == [
        ("peak", "600", "334.98"),
        ("valley", "400", "143.32"),
        ("tier3_adder", "1000", "300.00"),
        ("surcharge", "1000.000000", "300.00"),
    ]
    assert (found["energy"], found["amount"]) == ("778.30", "1078.30")
    assert found["doubts"] == ["price_unverified", "surcharge_unverified"]
    assert found["periods"] == {"peak": "600", "valley": "400"}


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"peak": None, "valley": None}, "peak"),
        ({"valley": None}, "valley"),
        ({"peak": "601"}, "kwh"),
        ({"peak": "500", "flat": "100"}, "flat"),
    ],
)
def test_periods_that_the_plan_cannot_price_are_refused_at_their_field(more: dict[str, Any], field: str) -> None:
    error = home().refused("grid-billing1", "issue_bill", **{**READ, **more})
    assert (error.status, list(error.fields)) == (400, [field])


def test_periods_of_an_account_without_time_of_use_are_not_added_up() -> None:
    error = home("tiered").refused("grid-billing1", "issue_bill", **READ)
    assert "不能相加出账" in error.fields["peak"].zh


def test_a_correction_of_the_energy_states_its_periods_anew() -> None:
    desk = billed()
    fix = {"bill": "XZ26-0001-B01", "reason_code": "misread", "reason": "抄错", "kwh": "900"}
    assert list(desk.refused("grid-billing1", "adjust_bill", **fix).fields) == ["peak"]
    assert list(desk.refused("grid-billing1", "adjust_bill", **fix, peak="600", valley="400").fields) == ["kwh"]
    found = corrected(desk, kwh="900", peak="500", valley="400")
    # 500 × 0.5583 + 400 × 0.3583 + 900 × 0.30
    assert (found["energy"], found["periods"]) == ("692.47", {"peak": "500", "valley": "400"})
    assert found["corrections"][0]["periods"] == {"peak": "600", "valley": "400"}


def test_a_correction_of_the_surcharge_alone_keeps_the_periods() -> None:
    found = corrected(billed(), kwh="1000", without_surcharge=True)
    assert (found["energy"], found["surcharge"], found["refund"]) == ("778.30", "0", "300.00")
    assert found["periods"] == {"peak": "600", "valley": "400"}
    assert found["doubts"] == ["price_unverified"], "no surcharge is left in it"


def test_a_run_carries_the_periods_to_the_bill_and_adds_none_up(world: World, log_in: LogIn) -> None:
    tou = listed(world, account(1), price_class="tiered_tou")
    flat = listed(world, account(2))
    world.now = at("2026-12-02 10:00")
    sent = (f"{account(n)},2026-10-01,2026-10-31,1000,600,400,5000" for n in (1, 2))
    run = receive(world, readings(*sent, head=HEAD))
    start_run(actor=person("grid-billing1"), run_id=run.id, now=world.now)
    work(run.id)
    assert [(row.fate, row.says.get("zh", "")[:10]) for row in rows(run.id)] == [
        ("billed", ""),
        ("refused", "该户电价不分时段，各"),
    ]
    assert (bills(tou)[0]["energy"], bills(tou)[0]["periods"]) == ("778.30", {"peak": "600", "valley": "400"})
    assert bills(flat) == []
    number = Case.objects.get(pk=tou).number
    client = log_in("grid-billing1")
    page = client.get(f"/surcharges/{number}/1/").content.decode()
    assert "峰时电量" in page and "第3档加价" in page and "tier3_adder" not in page
    # That nobody has read these prices stands wherever the bill does.
    unsure = "电价未经核实（背景资料，未核实），以价格主管部门文件为准；加价文件未见原件，执行前须核实"
    taken = [f"/bill-runs/{run.id}/bills.csv", "/surcharges/surcharges.csv"]
    for address in (f"/cases/{number}/", f"/bill-runs/{run.id}/", *taken):
        assert client.get(address).content.decode().count(unsure) == 1, address
    assert page.count(unsure) == 1
    (entry,) = (row for row in client.get("/api/v1/surcharges/").json()["results"] if row["bills"])
    assert entry["bills"][0]["doubts"] == ["price_unverified", "surcharge_unverified"]
    assert entry["bills"][0]["certainty"] == "BG"
    # The commission reads the month's energy of a case, and no load by time of day.
    seen = [log_in(name).get(f"/api/v1/cases/{tou}/").json() for name in ("grid-billing1", "drc-handler1")]
    assert [case["facts"]["surcharge"]["bills"][0].get("periods") for case in seen] == [bills(tou)[0]["periods"], None]
