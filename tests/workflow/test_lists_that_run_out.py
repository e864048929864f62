"""A list with a last day of its own: once that is billed the commission has the word, and every answer is open."""

from __future__ import annotations

import pytest

from tests.workflow.desk import FILE, Desk, at, plan
from tests.workflow.test_one_list_after_another import CLOSING, bill, closed, relapsed, reviewed


def run_out(**more: str) -> Desk:
    """All of November listed and billed."""
    desk = Desk().verified().determined("surcharge").surcharged(**(more or {"ends_on": "2026-11-30"}))
    desk.now = at("2026-12-02 10:00")
    return reviewed(desk)


def local(until: str) -> dict[str, str]:
    document = {"local_document": "苏发改价格〔2026〕9号", "document_from": "2026-10-01", "document_file": FILE}
    return {**document, "document_to": until, "rate": "0.50"}


@pytest.mark.parametrize("more", [{"ends_on": "2026-11-30"}, {**local("2026-11-30"), "ends_on": "2026-11-30"}])
def test_the_last_listed_day_billed_leaves_the_commission_a_task(more: dict[str, str]) -> None:
    desk = run_out(**more)
    assert (desk.view.stage, desk.fact("surcharge", "state"), desk.tasks) == (
        "penalty_tariff",
        "billing",
        ["plan_surcharge"],
    )
    assert desk.task("plan_surcharge").agency_id == 1


def test_a_price_document_that_ends_lets_the_list_run_out_too() -> None:
    desk = Desk().verified().determined("surcharge").surcharged(**local("2026-11-30"))
    assert desk.fact("surcharge").get("ends_on") is None
    desk.now = at("2026-12-02 10:00")
    assert reviewed(desk).tasks == ["plan_surcharge"]


def test_where_the_power_is_off_what_is_left_is_closing() -> None:
    desk = Desk().suspended("suspension", "surcharge").surcharged(ends_on="2026-11-07")
    desk.now = at("2026-12-02 10:00")
    assert reviewed(desk).tasks == ["close"]
    desk.act("drc-handler1", "report_cessation", stopped_on="2026-11-07", proof="load")
    desk.act("drc-approver1", "end_surcharge", ends_on="2026-11-07", end_file=FILE)
    assert desk.tasks == ["close"]
    closed(desk)


def test_it_may_be_followed_by_another_list() -> None:
    desk = run_out()
    error = desk.refused("drc-handler1", "propose_surcharge", **plan())
    assert "同一天不得加价两次" in error.fields["starts_on"].zh
    desk.surcharged(starts_on="2026-12-01")
    assert desk.tasks == ["issue_bill"]
    desk.now = at("2027-01-02 10:00")
    reviewed(desk, first="2026-12-01", last="2026-12-31")
    assert [b["listed_days"] for b in desk.fact("surcharge", "bills")] == [30, 31]
    assert [e["state"] for e in desk.fact("surcharge", "earlier")] == ["ended"]
    desk.act("drc-handler1", "report_cessation", stopped_on="2026-12-31", proof="load")
    desk.act("drc-approver1", "end_surcharge", ends_on="2026-12-31", end_file=FILE)
    assert desk.tasks == ["close"]
    closed(desk)


def test_it_may_be_ended_where_the_mining_stopped_and_then_no_other_list_is_planned() -> None:
    desk = run_out()
    desk.act("drc-handler1", "report_cessation", stopped_on="2026-11-20", proof="load")
    assert desk.tasks == ["end_surcharge", "plan_surcharge"]
    assert desk.asked("drc-handler1", "propose_surcharge").code == "list_being_ended"
    desk.act("drc-approver1", "end_surcharge", ends_on="2026-11-20", end_file=FILE)
    assert desk.tasks == ["close"]
    assert desk.refused("drc-handler1", "propose_closure", **CLOSING).code == "charged_beyond_the_list"
    fix = {"bill": bill(desk, 1)["no"], "reason_code": "wrong_list", "kwh": "35000", "reason": "已停止"}
    desk.act("grid-billing1", "adjust_bill", **fix)
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    assert bill(desk, 1)["listed_days"] == 20
    closed(desk)


def test_it_may_be_closed_and_in_the_next_round_the_list_is_one_that_ended() -> None:
    desk = closed(run_out())
    assert (desk.view.stage, desk.fact("surcharge", "state")) == ("closed", "ended")
    relapsed(desk, "2026-12-20 10:00", "2026-12-10")
    desk.act("drc-handler1", "report_cessation", stopped_on="2026-12-20", proof="load")
    assert desk.tasks == ["close", "plan_surcharge"], "there is no list to end"


def test_where_closing_is_refused_another_list_may_still_be_planned() -> None:
    desk = run_out()
    desk.act("drc-handler1", "propose_closure", **CLOSING)
    assert desk.tasks == ["review_closure"]
    desk.act("drc-reviewer1", "decide_closure", decision="refuse")
    assert desk.tasks == ["close", "plan_surcharge"]
    desk.act("drc-handler1", "propose_closure", task=desk.task("close").id, **CLOSING)
    assert desk.tasks == ["review_closure"], "closing takes the place of both"
    desk.act("drc-reviewer1", "decide_closure", decision="refuse")
    desk.surcharged(starts_on="2026-12-01")
    assert desk.tasks == ["issue_bill"], "closing is not what is due any more"


def test_a_list_planned_after_the_cessation_was_reported_can_be_ended() -> None:
    """From the proven start to the day the mining stopped: the report is made again and opens the end."""
    desk = Desk().verified().determined("surcharge")
    desk.act("drc-handler1", "report_cessation", stopped_on="2026-11-03", proof="load")
    assert desk.tasks == ["close", "plan_surcharge"]
    desk.surcharged(starts_on="2026-10-01")
    desk.act("drc-handler1", "report_cessation", stopped_on="2026-11-03", proof="load")
    desk.act("drc-approver1", "end_surcharge", ends_on="2026-11-03", end_file=FILE)
    assert desk.tasks == ["close", "issue_bill"]


def test_a_list_whose_days_are_not_all_billed_has_not_run_out() -> None:
    desk = Desk().verified().determined("surcharge").surcharged(ends_on="2026-12-10")
    desk.now = at("2026-12-02 10:00")
    assert reviewed(desk).tasks == ["issue_bill"]
    desk.act("drc-handler1", "report_cessation", stopped_on="2026-12-01", proof="load")
    desk.now = at("2027-01-02 10:00")
    reviewed(desk, first="2026-12-01", last="2026-12-31")
    assert desk.tasks == ["end_surcharge"], "how it goes on is said already"


def test_the_end_of_a_list_does_not_lengthen_it() -> None:
    desk = run_out()
    desk.act("drc-handler1", "report_cessation", stopped_on="2026-12-01", proof="load")
    error = desk.refused("drc-approver1", "end_surcharge", ends_on="2026-12-01", end_file=FILE)
    assert error.fields["ends_on"].zh == "晚于名单截止日期 2026-11-30"
    desk.act("drc-approver1", "end_surcharge", ends_on="2026-11-30", end_file=FILE)
    assert desk.tasks == ["close"]


def test_mining_that_had_stopped_before_the_first_of_two_lists_ended_is_charged_by_neither() -> None:
    desk = run_out().surcharged(starts_on="2026-12-01")
    desk.act("drc-handler1", "report_cessation", stopped_on="2026-11-20", proof="load")
    assert [e["ends_on"] for e in desk.fact("surcharge", "earlier")] == ["2026-11-20"]
    desk.act("drc-approver1", "end_surcharge", ends_on="2026-11-20", end_file=FILE)
    assert desk.tasks == ["close"], "no day of the second list is left"
    error = desk.refused("drc-handler1", "propose_closure", **CLOSING)
    assert (error.code, bill(desk, 1)["no"] in error.text.zh) == ("charged_beyond_the_list", True)


def test_the_lists_of_an_earlier_round_keep_their_days_when_the_mining_stops_again() -> None:
    desk = relapsed(closed(run_out()), "2026-12-20 10:00", "2026-12-10").surcharged(starts_on="2026-12-10")
    desk.act("drc-handler1", "report_cessation", stopped_on="2026-12-20", proof="load")
    assert [e["ends_on"] for e in desk.fact("surcharge", "earlier")] == ["2026-11-30"]
