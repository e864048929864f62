"""Gate 10, merging and reopening: nothing is left behind, nothing is torn apart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cases.workflow.view import Act
from tests.workflow.desk import Desk, proposal

CLOSING = {"outcome": "handled", "summary": "已处置"}


def closing() -> Desk:
    """A confirmed suspension without a surcharge: only closing is left to do."""
    return Desk().suspended()


def test_a_case_is_not_closed_while_work_is_open() -> None:
    desk = closing()
    desk.act("drc-approver1", "refer_case", partner="320300-police", matter="crime", request="移送")
    error = desk.refused("drc-handler1", "propose_closure", **CLOSING)
    assert error.code == "open_tasks"
    assert error.text.zh == "还有 1 项未办：接收移送。办完或由发展改革委裁定后再办结。"
    desk.act("police-handler1", "acknowledge_referral")
    desk.act("drc-handler1", "propose_closure", **CLOSING)
    desk.act("drc-reviewer1", "decide_closure", decision="approve")
    assert desk.tasks == ["follow_up", "follow_up", "reply_referral"]


def test_what_was_opened_after_the_proposal_still_holds_the_closing_up() -> None:
    desk = closing()
    desk.act("drc-handler1", "propose_closure", **CLOSING)
    desk.act("grid-handler1", "record_objection", received_on=desk.iso[:10], reason_code="not_mining", content="异议")
    assert desk.refused("drc-reviewer1", "decide_closure", decision="approve").code == "open_tasks"


def test_a_case_from_a_list_is_closed_with_its_feedback() -> None:
    desk = closing()
    desk.view.facts["source"] = {"kind": "telecom", "batch": "2026-T1"}
    error = desk.refused("drc-handler1", "propose_closure", **CLOSING)
    assert error.code == "feedback_missing"
    assert "2026-T1" in error.text.zh
    desk.act("drc-handler1", "propose_closure", **CLOSING, feedback="handled")
    desk.act("drc-reviewer1", "decide_closure", decision="approve")
    assert desk.fact("closure", "feedback") == "handled"


def test_an_active_list_entry_and_a_stay_hold_the_closing_up() -> None:
    desk = closing()
    desk.view.facts["surcharge"] = {"state": "billing", "starts_on": "2026-11-01"}
    assert desk.refused("drc-handler1", "propose_closure", **CLOSING).code == "list_still_active"
    desk.view.facts["surcharge"] = {"state": "ended"}
    desk.act("drc-approver1", "stay_execution", reason_code="new_evidence")
    assert desk.refused("drc-handler1", "propose_closure", **CLOSING).code == "still_stayed"


def test_every_decision_has_its_document() -> None:
    desk = closing()
    desk.view.facts["suspension"] = {k: v for k, v in desk.fact("suspension").items() if k != "order_file"}
    error = desk.refused("drc-handler1", "propose_closure", **CLOSING)
    assert error.code == "documents_missing"
    assert "停电函和生效法律文书" in error.text.zh


def test_public_resources_go_to_the_discipline_inspection_first() -> None:
    desk = closing()
    desk.view.facts["determination"]["subject"] = "state_owned"
    error = desk.refused("drc-handler1", "propose_closure", **CLOSING)
    assert error.code == "discipline_not_informed"
    desk.act("drc-approver1", "refer_case", partner="320300-discipline", matter="public_resource", request="抄送")
    desk.act("discipline-handler1", "acknowledge_referral")
    desk.act("drc-handler1", "propose_closure", **CLOSING)


def test_proven_mining_is_not_closed_without_a_measure() -> None:
    error = Desk().verified().refused("drc-handler1", "propose_determination", **proposal("close"))
    assert error.code == "proven_but_untreated"
    assert "持续监测" in error.text.zh


@pytest.mark.parametrize(
    ("disposals", "more", "said"),
    [
        (["close", "suspension"], {}, "只能选一类"),
        (["continue_monitoring", "surcharge"], {}, "只能选一类"),
        (["continue_monitoring"], {"review_on": None}, "请填写下次复核日期"),
        (["continue_monitoring"], {"monitoring_reason": None}, "请填写持续监测的原因"),
        (["continue_monitoring"], {"review_on": "2026-11-03"}, "下次复核日期应在 2026-11-04 至 2027-05-02 之间"),
        (["close"], {"finding": "pending_appraisal"}, "待鉴定的案件不能办结"),
    ],
)
def test_disposals_that_exclude_one_another_are_refused(disposals: list[str], more: dict[str, Any], said: str) -> None:
    error = Desk().verified().refused("drc-handler1", "propose_determination", **proposal(*disposals, **more))
    assert said in error.text.zh


# Merging ------------------------------------------------------------------------------------------


def other(desk: Desk, **changes: Any) -> None:
    desk.related = replace(
        desk.view,
        id="00000000-0000-0000-0000-0000000000aa",
        number="XZ26-0002",
        facts={"signals": {"energy": 2}, "submissions": 1},
        tasks=(),
        acts=(),
        **changes,
    )


def merge(desk: Desk) -> Any:
    return desk.refused("drc-handler1", "merge_case", survivor="XZ26-0002", reason_code="same_site")


def test_cases_merge_in_monitoring_or_verification_of_one_commission() -> None:
    desk = Desk()
    other(desk, stage="suspension")
    assert merge(desk).code == "survivor_moved_on"
    other(desk, lead_agency_id=9)
    assert merge(desk).code == "other_region"
    desk.related = desk.view
    assert "不能并入本案自身" in merge(desk).text.zh


def test_a_merge_is_undone_only_before_an_adverse_step_on_the_survivor() -> None:
    desk = Desk()
    other(desk)
    desk.act("drc-handler1", "merge_case", survivor="XZ26-0002", reason_code="same_site")
    desk.later(days=1)
    assert desk.related is not None
    desk.related = replace(desk.related, acts=(*desk.related.acts, Act(9, "sign_suspension_order", 5, 1, desk.now)))
    error = desk.refused("drc-reviewer1", "undo_merge", survivor="XZ26-0002", reason="并错")
    assert error.code == "adverse_step_since"
    assert "2026-11-04" in error.text.zh


def test_a_merge_is_undone_against_the_right_survivor_and_only_once() -> None:
    desk = Desk()
    assert desk.asked("drc-reviewer1", "undo_merge").code == "not_merged"
    other(desk)
    desk.act("drc-handler1", "merge_case", survivor="XZ26-0002", reason_code="same_site")
    right, desk.related = desk.related, replace(desk.view, id="00000000-0000-0000-0000-0000000000bb")
    assert "不是并入这件案件" in desk.refused("drc-reviewer1", "undo_merge", survivor="X", reason="并错").text.zh
    desk.related = right
    desk.act("drc-reviewer1", "undo_merge", survivor="XZ26-0002", reason="并错")
    assert desk.asked("drc-reviewer1", "undo_merge").code == "not_merged"


def test_a_merged_case_is_not_reopened() -> None:
    desk = Desk()
    other(desk)
    desk.act("drc-handler1", "merge_case", survivor="XZ26-0002", reason_code="same_site")
    error = desk.refused("drc-reviewer1", "reopen_case", to="monitoring", reason_code="error", reason="误")
    assert error.code == "merged_case"
    assert "撤销并案" in error.text.zh


def test_a_visit_after_closing_lies_after_it() -> None:
    desk = closing()
    desk.act("drc-handler1", "propose_closure", **CLOSING)
    desk.act("drc-reviewer1", "decide_closure", decision="approve")
    task = desk.task("follow_up").id
    error = desk.refused("drc-handler1", "record_follow_up", task=task, result="clean", visited_on="2026-11-01")
    assert "早于办结日期" in error.text.zh
