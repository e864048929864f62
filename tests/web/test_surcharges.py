"""The ledger of surcharged accounts: what stands in an entry, who sees which of it, and that taking it is on record."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from agencies.actors import find_actor
from agencies.models import User
from audit import clock
from audit.models import Access, Event
from cases.billing.comparing.services import compare
from cases.models import Case
from tests.web.conftest import LogIn
from tests.workflow.world import World, at

CUT: dict[str, Any] = {"finding": "self_operated", "subject": "sole_trader", "disposals": ["surcharge"]}
MONTH = {"month": "2026-10", "cycle_from": "2026-10-01", "cycle_to": "2026-10-31", "kwh": "35000"}


@pytest.fixture
def world(demo_city: None, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    monkeypatch.setattr(clock, "now", lambda: made.now)
    return made


def listed(world: World, title: str = "云龙区 甲仓") -> str:
    case = world.verified(world.open(title=title))
    return world.determined(case, **CUT, proven_from="2026-10-01")


def billed(world: World, case: str, **more: Any) -> dict[str, Any]:
    world.act(case, "grid-billing1", "issue_bill", **{**MONTH, "energy_price": "0.6664", **more})
    world.act(case, "grid-reviewer1", "review_bill", decision="approve")
    row: dict[str, Any] = Case.objects.get(pk=case).facts["surcharge"]["bills"][-1]
    return row


def entry(log_in: LogIn, username: str = "grid-billing1", query: str = "") -> dict[str, Any]:
    found: dict[str, Any] = log_in(username).get(f"/api/v1/surcharges/?{query}").json()
    return found


def test_an_entry_says_account_district_days_document_and_rate(world: World, log_in: LogIn) -> None:
    case = world.surcharged(listed(world))
    found = entry(log_in)["results"][0]
    assert (found["account"], found["address"]) == ("3203*****0001", "云龙区***"), "masked, for the grid company too"
    assert (found["starts_on"], found["ends_on"], found["rate"]) == ("2026-10-01", None, "0.30")
    assert (found["document"], found["state"], found["notified_by"]) == ("发改运行〔2021〕1283号", "notified", "direct")
    assert found["case"]["id"] == case


def test_money_and_energy_have_the_precision_of_the_case(world: World, log_in: LogIn) -> None:
    billed(world, world.surcharged(listed(world)))
    grid, drc = entry(log_in), entry(log_in, "drc-handler1")
    supervisor = entry(log_in, "sup-supervisor1")
    assert (grid["results"][0]["amount"], grid["sums"]["amount"]) == ("33824.00", "33824.00")
    assert (drc["results"][0]["amount"], drc["sums"]["amount"], drc["results"][0]["bills"][0]["lines"]) == (
        None,
        None,
        [],
    )
    assert (drc["results"][0]["kwh"], drc["sums"]["kwh"], drc["results"][0]["account"]) == ("35000", "35000", None)
    assert (supervisor["results"][0]["amount"], supervisor["sums"]["amount"]) == (None, None)
    assert (supervisor["results"][0]["kwh"], supervisor["sums"]["entries"]) == (None, 1), "above the commission: counts"
    assert entry(log_in, "telecom-handler1")["results"] == [], "who only answered a question does not read the ledger"
    assert entry(log_in, "nj-grid-billing1")["results"] == []


def test_what_is_owed_after_its_day_has_a_fee_by_the_day(world: World, log_in: LogIn) -> None:
    case = listed(world)
    plan = {"rate": "0.30", "starts_on": "2026-10-01", "monthly_kwh": "35000", "price_class": "commercial"}
    world.act(case, "drc-handler1", "propose_surcharge", **plan, simulation_seen=True)
    letter = world.attach(case, "drc-approver1", "名单函.pdf")
    world.act(
        case,
        "drc-approver1",
        "issue_surcharge_list",
        list_file=letter,
        account="3203000000001",
        address="云龙区和平路1号",
    )
    world.act(case, "grid-billing1", "acknowledge_surcharge", account_matches=True, late_fee="1")
    notice = world.attach(case, "grid-billing1", "告知书.pdf")
    world.act(case, "grid-billing1", "notify_subscriber", method="post", notified_on="2026-11-03", notice_file=notice)
    world.now = at("2026-11-10 10:00")
    bill = billed(world, case, due_on="2026-11-20")
    world.now = at("2026-11-30 10:00")
    world.act(case, "grid-billing1", "record_payment", bill=bill["no"], amount="13824.00", paid_on="2026-11-30")
    world.now = at("2026-12-05 10:00")
    found = entry(log_in, query="owing=overdue")["results"][0]
    # 33,824 × 10 days and 20,000 × 5 days at one per mille.
    assert (found["unpaid"], found["overdue_days"], found["fee"]) == ("20000.00", 15, "438.24")
    assert entry(log_in, query="owing=none")["results"] == []
    page = log_in("grid-billing1").get(f"/surcharges/{found['case']['number']}/1/").content.decode()
    assert "438.24" in page and "钱" not in page.split("<main")[0]


def test_an_adjustment_is_made_of_reversal_lines_and_a_refund_with_its_reason(world: World, log_in: LogIn) -> None:
    case = world.surcharged(listed(world))
    bill = billed(world, case)
    fix = {"bill": bill["no"], "reason_code": "misread", "kwh": "34000", "reason": "抄表差错"}
    world.act(case, "grid-billing1", "adjust_bill", **fix)
    assert entry(log_in)["results"][0]["bills"][0]["pending"] == "misread"
    world.act(case, "grid-reviewer1", "review_bill", decision="approve")
    now = entry(log_in)["results"][0]["bills"][0]
    assert (now["amount"], now["refund"]) == ("32857.60", "966.40")
    names = {user.username: user.display_name for user in User.objects.filter(username__startswith="grid-")}
    assert (now["issued_by"], now["reviewed_by"]) == (names["grid-billing1"], names["grid-reviewer1"])
    was = now["corrections"][0]
    assert [(line["item"], line["kwh"], line["amount"]) for line in was["reversal"]] == [
        ("commercial", "-35000", "-23324.00"),
        ("surcharge", "-35000.000000", "-10500.00"),
    ]
    assert was["reason"] == "misread"
    world.act(case, "grid-billing1", "record_payment", bill=bill["no"], amount="32857.60", paid_on="2026-11-10")
    world.act(case, "grid-billing1", "adjust_bill", **{**fix, "kwh": "33000"})
    world.act(case, "grid-reviewer1", "review_bill", decision="approve")
    back = {"bill": bill["no"], "kind": "refund", "amount": "900.00", "paid_on": "2026-11-10"}
    world.act(case, "grid-billing1", "record_payment", **back)
    # Paid 32,857.60; 33,000 kWh come to 31,891.20: 966.40 too much, 900.00 of it given back.
    again = entry(log_in)["sums"]
    assert (again["paid"], again["refund"], again["overpaid"], again["refunded"]) == (
        *("31957.60", "1932.80", "66.40", "900.00"),
    )
    page = log_in("grid-billing1").get(f"/surcharges/{Case.objects.get(pk=case).number}/1/").content.decode()
    assert page.count("冲销") == 4 and "-23,324.00" in page and "退还用户 900.00" in page and "待退还 元 66.40" in page


def test_a_returned_entry_comes_back_to_the_commission_with_what_the_grid_knows(world: World, log_in: LogIn) -> None:
    case = listed(world)
    plan = {"rate": "0.30", "starts_on": "2026-10-01", "monthly_kwh": "35000", "price_class": "commercial"}
    world.act(case, "drc-handler1", "propose_surcharge", **plan, simulation_seen=True)
    letter = world.attach(case, "drc-approver1", "名单函.pdf")
    named = {"account": "3203000000001", "address": "云龙区和平路1号"}
    world.act(case, "drc-approver1", "issue_surcharge_list", list_file=letter, **named)
    back = {
        "reason_code": "wrong_account",
        "reason": "户号属邻户",
        "account": "3203000000002",
        "starts_on": "2026-10-08",
    }
    world.act(case, "grid-billing1", "refuse_surcharge", **back)
    assert world.open_tasks(case) == ["plan_surcharge"]
    sent = "户号,月份,电量,金额\n3203000000001,2026-10,7,6.76".encode()
    found = compare(actor=find_actor("grid-billing1"), content=sent, filename="a.csv", now=world.now)
    assert found.counts == {"unknown_account": 1}, "a letter that was sent back puts no account on a list"
    found = entry(log_in, "drc-handler1", "state=refused")["results"][0]
    assert found["returned"] == "wrong_account"
    kept = found["returns"][0]
    assert (kept["reason"], kept["account_corrected"], kept["starts_on"]) == ("wrong_account", True, "2026-10-08")
    assert "3203000000002" not in str(Case.objects.get(pk=case).facts)
    # The commission draws it up anew; that it came back stays with it.
    world.surcharged(case, starts_on="2026-10-08")
    again = entry(log_in)["results"][0]
    assert (again["state"], again["starts_on"], len(again["returns"])) == ("notified", "2026-10-08", 1)


def test_pages_go_on_where_they_ended_and_sorts_and_filters_hold(world: World, log_in: LogIn) -> None:
    first, second = listed(world), listed(world, "云龙区 乙仓")
    world.surcharged(first)
    world.surcharged(second, starts_on="2026-10-05")
    for order, expected in (("newest", [second, first]), ("start", [first, second])):
        one = entry(log_in, query=f"order={order}&page_size=1")
        two = entry(log_in, query=f"order={order}&page_size=1&cursor={one['next']}")
        assert [one["results"][0]["case"]["id"], two["results"][0]["case"]["id"]] == expected
        assert (one["total"]["value"], two["next"]) == (2, None)
    assert entry(log_in, query="order=start&cursor=" + entry(log_in, query="page_size=1")["next"])["code"]
    assert entry(log_in, query="until=2026-10-03")["total"]["value"] == 1
    assert entry(log_in, query="region=320311")["sums"]["entries"] == 0


def test_taking_it_along_is_logged_and_names_no_account(world: World, log_in: LogIn) -> None:
    billed(world, world.surcharged(listed(world)))
    client = log_in("grid-billing1")
    for kind in ("csv", "xlsx"):
        answer = client.get(f"/surcharges/surcharges.{kind}")
        assert answer.status_code == 200
    text = client.get("/surcharges/surcharges.csv").content.decode("utf-8-sig")
    assert "33824.00" in text and "3203000000001" not in text and "3203*****0001" in text
    assert Access.objects.filter(way="export").count() == 3
    assert Event.objects.filter(action="export_made").count() == 3
    assert client.get("/surcharges/surcharges.pdf").status_code == 404


def test_the_file_says_the_day_in_china_on_which_a_surcharge_ended(world: World, log_in: LogIn) -> None:
    case = world.surcharged(listed(world))
    world.now = at("2026-11-25 06:30")
    world.act(case, "drc-handler1", "report_cessation", stopped_on="2026-11-20", proof="load")
    end = world.attach(case, "drc-approver1", "停止执行函.pdf")
    world.act(case, "drc-approver1", "end_surcharge", ends_on="2026-11-20", end_file=end)
    text = log_in("grid-billing1").get("/surcharges/surcharges.csv").content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["停止挖矿日期"], row["停止执行日期"]) == ("2026-11-20", "2026-11-25")


def test_the_first_bill_waits_until_the_user_was_told_for_seven_days(world: World, log_in: LogIn) -> None:
    case = world.surcharged(listed(world))
    world.later(days=-1)
    refused = world.may(case, "grid-billing1", "issue_bill")
    assert refused.refusal is not None and refused.refusal.code == "pre_notice"
    world.later(days=1)
    assert world.may(case, "grid-billing1", "issue_bill").refusal is None
