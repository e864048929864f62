"""An upheld objection takes the lists of its round back, and with them everything that they added to a bill."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.workflow.desk import Desk, at, proposal
from tests.workflow.test_one_list_after_another import CLOSING, bill, once, relapsed, reviewed, twice

NUMBER = "XZ26-0001-B01"
FALSE = {"finding": "false_positive", "subject": "sole_trader", "disposals": ["close"]}


def listed() -> Desk:
    desk = Desk().verified().determined("surcharge").surcharged()
    desk.now = at("2026-12-02 10:00")
    return desk


def upheld(desk: Desk) -> Desk:
    desk.act("drc-handler1", "record_objection", received_on=desk.iso[:10], reason_code="not_mining", content="异议")
    desk.act("drc-reviewer2", "decide_objection", decision="upheld", answer="成立")
    return desk


def test_the_surcharge_of_a_reviewed_bill_is_given_back_before_the_case_closes() -> None:
    desk = upheld(reviewed(listed()))
    assert (desk.view.stage, desk.tasks) == ("verification", ["determine", "review_bill"])
    desk.act("drc-handler1", "propose_determination", **FALSE)
    error = desk.refused("drc-reviewer1", "decide_determination", decision="approve")
    assert (error.status, error.code) == (409, "list_revoked")
    assert (
        error.text.zh == f"账单 {NUMBER} 所依据的名单已撤销，加价须退还。由供电公司审核人复核该退补，复核通过后再办理。"
    )
    assert "第六十六条" in error.article
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    row = bill(desk, 1)
    assert (row["surcharge"], row["energy"], row["amount"], row["refund"]) == ("0", "23324.00", "23324.00", "10500.00")
    desk.act("drc-reviewer1", "decide_determination", decision="approve")
    assert (desk.view.stage, desk.view.outcome) == ("closed", "false_positive")


def test_the_refund_of_a_revoked_list_cannot_be_refused() -> None:
    desk = upheld(reviewed(listed()))
    error = desk.refused("grid-reviewer1", "review_bill", decision="refuse")
    assert error.code == "refund_stands"
    assert "须全部退还" in error.text.zh
    desk.act("grid-reviewer1", "review_bill", decision="approve")


def test_an_unreviewed_correction_falls_with_the_list_and_the_refund_takes_its_place() -> None:
    desk = reviewed(listed())
    fix = {"bill": NUMBER, "reason_code": "misread", "kwh": "36000", "reason": "抄错"}
    desk.act("grid-billing1", "adjust_bill", **fix)
    upheld(desk)
    assert desk.tasks == ["determine", "review_bill"]
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    assert (bill(desk, 1)["kwh"], bill(desk, 1)["surcharge"]) == ("35000", "0")


def test_a_returned_review_of_what_fell_decides_nothing() -> None:
    desk = listed().billed()
    desk.act("grid-reviewer1", "return_task", task=desk.task("review_bill").id, reason_code="duplicate", reason="重复")
    upheld(desk)
    desk.act("drc-reviewer1", "rule_on_return", decision="reassign")
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    assert bill(desk, 1)["state"] == "refused"


def test_nothing_is_merged_away_or_excluded_while_a_refund_is_owed() -> None:
    desk = upheld(reviewed(listed()))
    other = {"id": "00000000-0000-0000-0000-0000000000aa", "number": "XZ26-0002", "tasks": (), "acts": ()}
    desk.related = replace(desk.view, facts={"signals": {"energy": 2}, "submissions": 1}, **other)
    merge: dict[str, Any] = {"survivor": "XZ26-0002", "reason_code": "same_site"}
    assert desk.refused("drc-handler1", "merge_case", **merge).code == "list_revoked"
    desk.related = None
    monitored = {"monitoring_reason": "awaiting_signal", "finding": "pending_appraisal"}
    desk.determined("continue_monitoring", **monitored)
    desk.act("drc-handler1", "propose_exclusion", reason_code="node", explanation="普通节点")
    assert desk.refused("drc-reviewer1", "decide_exclusion", decision="approve").code == "list_revoked"
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    desk.act("drc-reviewer1", "decide_exclusion", decision="approve")


def test_a_bill_that_was_given_back_is_no_measure() -> None:
    desk = upheld(reviewed(listed()))
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    error = desk.refused("drc-handler1", "propose_determination", **proposal("close"))
    assert error.code == "proven_but_untreated"


def test_a_bill_of_a_revoked_list_is_corrected_without_the_surcharge_whatever_is_asked_for() -> None:
    desk = upheld(reviewed(listed()))
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    desk.determined("surcharge", proven_from="2026-12-01").surcharged(starts_on="2026-12-01")
    fix = {"bill": NUMBER, "reason_code": "misread", "kwh": "36000", "reason": "抄错"}
    desk.act("grid-billing1", "adjust_bill", **fix)
    assert bill(desk, 1)["pending"]["figures"]["surcharge"] == "0"


def test_the_days_of_a_revoked_list_may_be_listed_anew() -> None:
    """Determined anew from the same day on: the energy of November is charged, its surcharge is not."""
    desk = upheld(reviewed(listed()))
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    desk.determined("surcharge").surcharged()
    desk.now += timedelta(days=7)
    reviewed(desk)
    assert (bill(desk, 2)["energy_in"], bill(desk, 2)["amount"]) == (NUMBER, "10500.00")


def test_an_objection_in_the_second_round_lets_the_first_rounds_bills_stand() -> None:
    desk = upheld(reviewed(twice(), first="2026-12-01", last="2026-12-31"))
    assert [e["state"] for e in desk.fact("surcharge", "earlier")] == ["ended"]
    assert desk.fact("surcharge", "state") == "revoked"
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    assert [b["surcharge"] for b in desk.fact("surcharge", "bills")] == ["10500.00", "0"]
    desk.determined("close", finding="false_positive")
    assert desk.view.stage == "closed"


@pytest.mark.parametrize("disposal", ["suspension", "surcharge"])
def test_an_objection_before_the_second_list_leaves_the_first_alone(disposal: str) -> None:
    desk = once()
    desk = relapsed(desk, "2026-12-20 10:00", "2026-12-10") if disposal == "surcharge" else ordered(desk)
    upheld(desk)
    assert (desk.fact("surcharge", "state"), bill(desk, 1)["state"]) == ("ended", "reviewed")
    desk.determined("close", finding="false_positive")


def ordered(desk: Desk) -> Desk:
    desk.now = at("2026-12-20 10:00")
    desk.act("drc-reviewer1", "reopen_case", to="verification", reason_code="new_evidence", reason="新证据")
    return desk.determined("suspension")


def test_in_the_stage_of_the_tariff_the_grid_company_adjusts_what_a_revoked_list_left() -> None:
    """As where the list was revoked before refunds were drawn up by themselves."""
    desk = relapsed(once(), "2026-12-20 10:00", "2026-12-10")
    desk.view.facts["surcharge"]["state"] = "revoked"
    desk.act("drc-handler1", "report_cessation", stopped_on="2026-12-20", proof="load")
    task = desk.task("close").id
    error = desk.refused("drc-handler1", "propose_closure", task=task, **CLOSING)
    assert "由供电公司电费核算办理“退补电费”" in error.text.zh
    fix = {"bill": NUMBER, "reason_code": "objection", "kwh": "35000", "reason": "名单撤销"}
    desk.act("grid-billing1", "adjust_bill", **fix)
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    assert bill(desk, 1)["refund"] == "10500.00"
    desk.act("drc-handler1", "propose_closure", task=task, **CLOSING)
