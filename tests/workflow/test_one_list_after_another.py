"""Several lists of one case: each bill is judged, counted and corrected by the list under which it was made."""

from __future__ import annotations

from typing import Any

from cases.policy.entered import Entered
from cases.web.show import measures
from tests.rules.papers import version
from tests.workflow.desk import FILE, OFFICERS, Desk, at, plan

CLOSING = {"outcome": "handled", "summary": "已处置"}


def reviewed(desk: Desk, **more: Any) -> Desk:
    desk.billed(**more)
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    return desk


def ended(desk: Desk, day: str) -> Desk:
    desk.act("drc-handler1", "report_cessation", stopped_on=day, proof="site_visit")
    desk.act("drc-approver1", "end_surcharge", ends_on=day, end_file=FILE)
    return desk


def closed(desk: Desk) -> Desk:
    desk.act("drc-handler1", "propose_closure", **CLOSING)
    desk.act("drc-reviewer1", "decide_closure", decision="approve")
    return desk


def relapsed(desk: Desk, now: str, proven: str) -> Desk:
    """Closed, found mining again, and determined anew: a second list is to be planned."""
    desk.now = at(now)
    desk.act("drc-reviewer1", "reopen_case", to="verification", reason_code="relapse", reason="复燃")
    desk.act("drc-handler1", "request_rework", findings=["inspect_site", "check_consumption"], reason="再查")
    found = {"result": "running", "inspected_at": desk.iso, "officers": OFFICERS}
    desk.act("drc-handler2", "record_inspection", **found, home_entry=False, signature="signed")
    account = {"user_class": "ordinary", "price_class": "commercial", "serves_residents": False}
    desk.act("grid-handler1", "report_consumption", result="abnormal", **account)
    return desk.determined("surcharge", proven_from=proven)


def once() -> Desk:
    """A whole November listed, billed, ended and closed."""
    desk = Desk().verified().determined("surcharge").surcharged()
    desk.now = at("2026-12-02 10:00")
    return closed(ended(reviewed(desk), "2026-11-30"))


def twice() -> Desk:
    """And mining again: a second list from 10 December, at another rate."""
    desk = relapsed(once(), "2026-12-20 10:00", "2026-12-10")
    local = {
        "local_document": "苏发改价格〔2026〕9号",
        "document_from": "2026-12-01",
        "document_file": FILE,
        "rate": "0.50",
    }
    desk.surcharged(starts_on="2026-12-10", **local)
    desk.now = at("2027-01-03 10:00")
    return desk


def bill(desk: Desk, number: int) -> dict[str, Any]:
    found: dict[str, Any] = desk.fact("surcharge", "bills")[number - 1]
    return found


def test_a_second_list_lets_the_bills_of_the_first_stand() -> None:
    desk = twice()
    assert desk.fact("surcharge", "list_no") == 2
    first = desk.fact("surcharge", "earlier")
    assert [(e["list_no"], e["state"], e["starts_on"], e["ends_on"], e["rate"]) for e in first] == [
        (1, "ended", "2026-11-01", "2026-11-30", "0.30")
    ]
    reviewed(desk, first="2026-12-01", last="2026-12-31")
    assert [(b["list_no"], b["listed_days"], b["rate"]) for b in desk.fact("surcharge", "bills")] == [
        (1, 30, "0.30"),
        (2, 22, "0.50"),
    ]
    closed(ended(desk, "2026-12-31"))
    assert desk.view.stage == "closed"


def test_a_bill_of_the_first_list_is_corrected_by_the_first_list() -> None:
    desk = twice()
    fix = {"bill": bill(desk, 1)["no"], "reason_code": "misread", "kwh": "30000", "reason": "抄错"}
    desk.act("grid-billing1", "adjust_bill", **fix)
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    row = bill(desk, 1)
    assert (row["listed_days"], row["rate"], row["surcharge"], row["refund"]) == (30, "0.30", "9000.00", "4832.00")
    assert desk.tasks == ["issue_bill"], "the second list goes on as it was"


def test_what_its_document_says_of_the_volume_stays_with_the_first_list() -> None:
    """A document that charges 0.50 on six tenths of the energy: also when the bill is corrected under a second list."""
    desk = Desk().verified().determined("surcharge")
    body = {"number": "苏发改价格发〔2026〕88号", "rate": "0.50", "volume": "share", "share": "0.6"}
    desk.rules = Entered((version(body=body),))
    desk.surcharged(rate="0.50")
    desk.now = at("2026-12-02 10:00")
    closed(ended(reviewed(desk), "2026-11-30"))
    assert bill(desk, 1)["surcharge"] == "10500.00"  # 35,000 × 0.6 × 0.50
    relapsed(desk, "2026-12-20 10:00", "2026-12-10").surcharged(rate="0.50", starts_on="2026-12-10")
    fix = {"bill": bill(desk, 1)["no"], "reason_code": "misread", "kwh": "30000", "reason": "抄错"}
    desk.act("grid-billing1", "adjust_bill", **fix)
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    assert bill(desk, 1)["surcharge"] == "9000.00"  # 30,000 × 0.6 × 0.50
    assert desk.fact("surcharge", "earlier")[0]["rule_versions"] == ["v1"]


def test_an_earlier_bill_reviewed_late_opens_nothing_under_the_new_list() -> None:
    desk = Desk().verified().determined("surcharge").surcharged()
    desk.now = at("2026-12-02 10:00")
    closed(ended(desk.billed(), "2026-11-30"))
    relapsed(desk, "2026-12-20 10:00", "2026-12-10")
    assert desk.tasks == ["plan_surcharge", "review_bill"]
    desk.planned(starts_on="2026-12-10")
    desk.act("drc-approver1", "issue_surcharge_list", list_file=FILE, account="1", address="某路")
    error = desk.refused("grid-reviewer1", "review_bill", decision="refuse")
    assert error.code == "correct_instead", "what is made anew would be made under the second list"
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    assert desk.tasks == ["acknowledge_surcharge"]


def test_the_page_of_the_case_shows_every_list_and_every_bill() -> None:
    desk = reviewed(twice(), first="2026-12-01", last="2026-12-31")
    shown = [str(line) for line in measures._surcharge(desk.view.facts)]
    assert len(shown) == 4
    assert "2026-11-01 – 2026-11-30" in shown[1]
    assert "2026-12-10 – " in shown[3]
    assert [row["surcharge"] for row in measures.bills(desk.view.facts)] == ["10,500.00", "12,419.35"]


# A list that begins inside the last cycle of the one before --------------------------------------------------------


def within_one_cycle() -> Desk:
    """The first list ends on 5 December and its last bill reaches to the 31st; the second begins on the 20th."""
    desk = Desk().verified().determined("surcharge").surcharged()
    desk.now = at("2026-12-08 10:00")
    reviewed(ended(desk, "2026-12-05"))
    desk.now = at("2027-01-02 10:00")
    closed(reviewed(desk, first="2026-12-01", last="2026-12-31"))
    relapsed(desk, "2027-01-03 10:00", "2026-12-20").surcharged(starts_on="2026-12-20")
    desk.now = at("2027-02-02 10:00")
    return desk


def issue(desk: Desk, first: str, last: str, kwh: str = "35000") -> Any:
    cycle = {"month": first[:7], "cycle_from": first, "cycle_to": last, "kwh": kwh, "energy_price": "0.6664"}
    return desk.refused("grid-billing1", "issue_bill", **cycle)


def test_listed_days_inside_an_earlier_lists_cycle_get_the_surcharge_and_no_second_energy_charge() -> None:
    desk = within_one_cycle()
    reviewed(desk, first="2026-12-20", last="2026-12-31", kwh="14000")
    row = bill(desk, 3)
    assert (row["energy_in"], row["list_no"], row["listed_days"]) == (bill(desk, 2)["no"], 2, 12)
    assert (row["energy"], row["surcharge"], row["amount"]) == ("0", "4200.00", "4200.00")
    assert [line["item"] for line in row["lines"]] == ["surcharge"]
    reviewed(desk, first="2027-01-01", last="2027-01-31")
    assert bill(desk, 4)["energy"] == "23324.00"
    closed(ended(desk, "2027-01-31"))


def test_the_whole_earlier_cycle_may_be_named_and_the_listed_days_count_by_its_daily_mean() -> None:
    desk = reviewed(within_one_cycle(), first="2026-12-01", last="2026-12-31", kwh="31000")
    row = bill(desk, 3)
    assert (row["listed_days"], row["listed_kwh"], row["amount"]) == (12, "12000.000000", "3600.00")
    fix = {"bill": row["no"], "reason_code": "misread", "kwh": "15500", "reason": "抄错"}
    desk.act("grid-billing1", "adjust_bill", **fix)
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    row = bill(desk, 3)
    assert (row["energy"], row["amount"], row["refund"]) == ("0", "1800.00", "1800.00")


def test_days_of_the_second_list_that_only_the_first_lists_cycle_covers_are_still_to_be_billed() -> None:
    desk = reviewed(within_one_cycle(), first="2027-01-01", last="2027-01-31")
    ended(desk, "2027-01-31")
    error = desk.refused("drc-handler1", "propose_closure", task=desk.task("close").id, **CLOSING)
    assert error.code == "open_tasks"
    assert desk.tasks == ["close", "issue_bill"], "20 to 31 December"
    reviewed(desk, first="2026-12-20", last="2026-12-31", kwh="14000")
    closed(desk)


def test_a_cycle_lies_inside_the_earlier_bills_or_outside_it_and_under_one_list_none_overlaps() -> None:
    desk = within_one_cycle()
    said = issue(desk, "2026-12-20", "2027-01-19").fields["cycle_from"].zh
    assert "2026-12-01 至 2026-12-31）部分重叠" in said
    assert "只计加价" in said
    assert "超过账单 XZ26-0001-B02" in issue(desk, "2026-12-20", "2026-12-31", kwh="35001").fields["kwh"].zh
    assert issue(desk, "2026-12-01", "2026-12-19").code == "no_listed_day"
    reviewed(desk, first="2026-12-20", last="2026-12-31", kwh="14000")
    assert (
        issue(desk, "2026-12-25", "2026-12-31", kwh="14000").fields["cycle_from"].zh
        == "与账单 XZ26-0001-B03 的周期重叠"
    )


def test_no_day_is_on_two_lists() -> None:
    desk = relapsed(once(), "2026-12-20 10:00", "2026-11-15")
    error = desk.refused("drc-handler1", "propose_surcharge", **plan(starts_on="2026-11-15"))
    assert "与前一份名单（2026-11-01 至 2026-11-30）重叠" in error.fields["starts_on"].zh
    desk.planned(starts_on="2026-12-01")
