"""The main way through the five stages, act by act, in memory."""

from __future__ import annotations

from tests.workflow.desk import FILE, Desk


def test_a_case_goes_from_the_list_to_its_end() -> None:
    desk = Desk().suspended("suspension", "surcharge")
    assert desk.view.stage == "penalty_tariff"
    assert desk.tasks == ["plan_surcharge"]
    desk.surcharged()
    assert desk.tasks == ["issue_bill"]
    desk.later(days=25)
    desk.billed()
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    assert desk.tasks == ["issue_bill"]
    desk.act("drc-handler1", "report_cessation", stopped_on="2026-11-30", proof="site_visit")
    assert desk.tasks == ["end_surcharge", "issue_bill"]
    desk.act("drc-approver1", "end_surcharge", ends_on="2026-11-30", end_file=FILE)
    assert desk.tasks == ["close"]
    desk.act("drc-handler1", "propose_closure", outcome="handled", summary="已处置")
    desk.act("drc-reviewer1", "decide_closure", decision="approve")
    assert (desk.view.stage, desk.view.outcome) == ("closed", "handled")
    assert desk.tasks == ["follow_up", "follow_up"]
    assert desk.events[0]["action"] == "dispatch_verification"
