"""Hand-offs: receipt, return and ruling, assignment, extension, assistance, transfer, referral, supervision."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.workflow.desk import FILE, Desk, at

RETURN = {"reason_code": "not_our_region", "reason": "不在本辖区"}


def returned(kind: str = "trace_subscriber", who: str = "telecom-handler1") -> Desk:
    desk = Desk().dispatched()
    desk.act(who, "return_task", task=desk.task(kind).id, **RETURN)
    return desk


# Receipt, return, ruling --------------------------------------------------------------------------


def test_a_receipt_is_acknowledged_once() -> None:
    desk = Desk().dispatched()
    desk.act("cac-handler1", "accept_task")
    assert desk.task("analyse_traffic").accepted_at is not None
    error = desk.refused("cac-handler1", "accept_task")
    assert error.text.zh == "已于 2026-11-03 10:00 签收，无须再次签收。"


def test_a_return_goes_to_the_leading_commissions_ruling() -> None:
    desk = returned()
    ruling = desk.task("rule_on_return")
    assert (ruling.agency_id, ruling.data["kind"], ruling.data["reason"]) == (1, "trace_subscriber", "not_our_region")
    assert desk.events[-1]["close"] == [{"id": ruling.data["task"], "state": "returned"}]


def test_the_same_task_goes_to_the_right_addressee_or_back() -> None:
    desk = returned("check_consumption", "grid-handler1")
    error = desk.refused("drc-reviewer1", "rule_on_return", decision="reassign", agency="320300-cac")
    assert "由本地区的供电公司承办" in error.fields["agency"].zh
    desk.act("drc-reviewer1", "rule_on_return", decision="reassign", agency="320302-grid")
    again = desk.task("check_consumption")
    assert (again.agency_id, again.unit_id, again.returns) == (2, 11, 1)


def test_a_second_return_of_the_same_task_goes_to_the_superior() -> None:
    desk = returned()
    desk.act("drc-reviewer1", "rule_on_return", decision="reassign")
    desk.act("telecom-handler1", "return_task", **RETURN)
    assert desk.task("rule_on_return").agency_id == 8
    desk.act("js-drc-reviewer1", "rule_on_return", decision="none")
    assert "rule_on_return" not in desk.tasks


def test_a_dropped_finding_opens_the_determination_when_it_was_the_last() -> None:
    desk = Desk().dispatched("trace_subscriber", "inspect_site")
    desk.act("telecom-handler1", "return_task", task=desk.task("trace_subscriber").id, **RETURN)
    desk.act("drc-reviewer1", "waive_finding", task=desk.task("inspect_site").id, reason_code="not_needed")
    assert desk.tasks == ["rule_on_return"], "a return that is not ruled on may still bring the finding back"
    desk.act("drc-reviewer2", "rule_on_return", decision="none")
    assert desk.tasks == ["determine"]


def test_work_without_which_the_case_is_stuck_does_not_fall_away() -> None:
    desk = Desk()
    desk.act("drc-handler1", "return_task", **RETURN)
    error = desk.refused("drc-reviewer1", "rule_on_return", decision="none")
    assert error.code == "work_is_needed"
    desk.act("drc-reviewer1", "rule_on_return", decision="reassign")
    assert desk.tasks == ["triage"]


def test_work_of_a_stage_that_was_left_is_not_sent_out_again() -> None:
    desk = returned()
    desk.act(
        "grid-reviewer1",
        "report_grid_suspension",
        ground="G2_emergency",
        cut_at=desk.iso,
        danger="fire",
        user_class="ordinary",
        serves_residents=False,
        attachments=["018f0000-0000-7000-8000-00000000f11e"],
        officers=[{"staff_no": "A1"}, {"staff_no": "A2"}],
    )
    assert desk.tasks == ["confirm_suspension", "rule_on_return"]
    assert desk.refused("drc-reviewer1", "rule_on_return", decision="reassign").code == "stage_was_left"
    desk.act("drc-reviewer1", "rule_on_return", decision="none")


def test_a_return_from_before_the_case_left_its_stage_brings_nothing_back_twice() -> None:
    """The grid's own cut takes the case away and brings it back with a determination of its own."""
    desk = Desk().verified()
    desk.act("drc-handler1", "return_task", **RETURN)
    desk.later(hours=1)
    cut = {"ground": "G2_emergency", "danger": "fire", "cut_at": desk.iso, "user_class": "ordinary"}
    people = [{"staff_no": "A1"}, {"staff_no": "A2"}]
    desk.act(
        "grid-reviewer1", "report_grid_suspension", **cut, serves_residents=False, attachments=[FILE], officers=people
    )
    desk.act("grid-crew1", "confirm_suspension", confirmed_at=desk.iso, load_is_zero=True, reading="1")
    assert (desk.view.stage, desk.tasks) == ("verification", ["determine", "rule_on_return"])
    assert desk.refused("drc-reviewer1", "rule_on_return", decision="reassign").code == "stage_was_left"
    desk.act("drc-handler1", "request_rework", findings=["analyse_traffic"], reason="补充")
    desk.act("cac-handler1", "report_traffic", result="confirmed")
    assert desk.tasks == ["determine", "rule_on_return"], "the old return is not waited for"
    desk.act("drc-reviewer1", "rule_on_return", decision="none")
    assert desk.tasks == ["determine"]


def test_a_ruling_is_not_returned() -> None:
    desk = returned()
    assert desk.refused("drc-reviewer1", "return_task", **RETURN).code == "ruling_cannot_be_returned"


def test_whoever_returned_does_not_rule() -> None:
    desk = Desk()
    desk.person("drc-handler1")
    both = desk.people["drc-handler1"].posts[0]
    object.__setattr__(both, "roles", frozenset({"handler", "reviewer"}))
    desk.act("drc-handler1", "return_task", **RETURN)
    assert desk.refused("drc-handler1", "rule_on_return", decision="reassign").code == "four_eyes"


# Assignment ---------------------------------------------------------------------------------------


def test_a_task_is_given_to_a_unit_of_the_agency_and_to_a_person_with_its_role() -> None:
    desk = Desk().dispatched("check_consumption")
    for who in ("gulou-handler1", "grid-crew1", "cac-handler1"):
        desk.person(who)
    assert "不是本单位的下属单位" in desk.refused("grid-handler1", "assign_task", unit="320300-cac").text.zh
    assert "不在本单位" in desk.refused("grid-handler1", "assign_task", assignee="cac-handler1").text.zh
    assert "承办人须有“经办”角色" in desk.refused("grid-handler1", "assign_task", assignee="grid-crew1").text.zh
    assert "请填写下属单位或承办人" in desk.refused("grid-handler1", "assign_task").text.zh
    assert desk.refused("gulou-handler1", "report_consumption", result="not_locatable").code == "task_of_another"
    desk.act("grid-handler1", "assign_task", unit="320302-grid", assignee="gulou-handler1")
    desk.act("gulou-handler1", "report_consumption", result="not_locatable")


def test_a_unit_passes_work_on_inside_itself_only() -> None:
    desk = Desk().dispatched("check_consumption")
    for who in ("gulou-handler1", "gulou-handler2", "grid-handler1"):
        desk.person(who)
    desk.act("grid-handler1", "assign_task", unit="320302-grid")
    assert "转派由上级单位办理" in desk.refused("gulou-handler1", "assign_task", unit="320303-grid").text.zh
    assert "不在本单位" in desk.refused("gulou-handler1", "assign_task", assignee="grid-handler1").text.zh
    desk.act("gulou-handler1", "assign_task", assignee="gulou-handler2")
    desk.act("grid-handler1", "assign_task", unit="320303-grid")


def test_a_task_given_to_another_unit_leaves_the_person_it_was_with() -> None:
    desk = Desk().dispatched("check_consumption")
    for who in ("gulou-handler1", "grid-handler1"):
        desk.person(who)
    desk.act("grid-handler1", "assign_task", unit="320302-grid", assignee="gulou-handler1")
    desk.act("grid-handler1", "assign_task", unit="320302-grid")
    assert desk.task("check_consumption").assignee_id == desk.person("gulou-handler1").user_id
    desk.act("grid-handler1", "assign_task", unit="320303-grid")
    assert desk.task("check_consumption").assignee_id is None


# Extension ----------------------------------------------------------------------------------------


def test_an_extension_is_asked_before_expiry_and_moves_the_deadline() -> None:
    desk = Desk().dispatched("analyse_traffic")
    due = desk.task("analyse_traffic").due_at
    assert due == at("2026-11-10 18:00")
    assert (
        "应晚于现有期限 2026-11-10"
        in desk.refused("cac-handler1", "request_extension", due_on="2026-11-10", reason="x").text.zh
    )
    desk.act("cac-handler1", "request_extension", due_on="2026-11-17", reason="取证需要")
    assert (
        desk.refused(
            "cac-handler1", "request_extension", task=desk.task("analyse_traffic").id, due_on="2026-11-20", reason="x"
        ).code
        == "extension_pending"
    )
    desk.act("drc-reviewer1", "decide_extension", decision="grant")
    assert desk.task("analyse_traffic").due_at == at("2026-11-17 18:00")
    assert desk.fact("extensions")[0]["granted"] is True


def test_the_former_deadline_that_a_grant_lies_after_is_of_the_day_in_china() -> None:
    desk = Desk().dispatched("analyse_traffic")
    desk.act("cac-handler1", "request_extension", due_on="2026-11-17", reason="取证需要")
    desk.task("decide_extension").data["from"] = "2026-11-09T23:30:00Z"
    wrong = desk.refused("drc-reviewer1", "decide_extension", decision="grant", due_on="2026-11-10")
    assert "应晚于原期限 2026-11-10" in wrong.text.zh


def test_a_refused_extension_moves_nothing() -> None:
    desk = Desk().dispatched("analyse_traffic")
    desk.act("cac-handler1", "request_extension", due_on="2026-11-17", reason="取证需要")
    desk.act("drc-reviewer1", "decide_extension", decision="refuse")
    assert desk.task("analyse_traffic").due_at == at("2026-11-10 18:00")


def test_no_extension_after_expiry_nor_a_third_one_nor_of_a_restoration() -> None:
    desk = Desk().dispatched("analyse_traffic")
    for until in ("2026-11-17", "2026-11-24"):
        desk.act("cac-handler1", "request_extension", due_on=until, reason="取证需要")
        desk.act("drc-reviewer1", "decide_extension", decision="grant")
    assert desk.asked("cac-handler1", "request_extension").code == "extended_twice"
    late = Desk().dispatched("analyse_traffic")
    late.later(days=8)
    assert late.asked("cac-handler1", "request_extension").code == "deadline_passed"


# Assistance ---------------------------------------------------------------------------------------


def test_a_question_stops_the_askers_clock_until_it_is_answered() -> None:
    desk = Desk().dispatched("analyse_traffic")
    task = desk.task("analyse_traffic")
    ask = {"agency": "320300-grid", "question": "请提供负荷"}
    body = desk.act("cac-handler1", "request_assistance", **ask)
    assert body["clock"] == [{"task": task.id, "state": "paused", "reason": "assistance"}]
    desk.later(days=1)
    second = desk.act("cac-handler1", "request_assistance", task=task.id, **{**ask, "agency": "320300-police"})
    assert "clock" not in second
    desk.later(days=1)
    first = desk.act("grid-handler1", "answer_assistance", answer="已附")
    assert "clock" not in first, "the other question still holds the clock"
    done = desk.act("police-handler1", "answer_assistance", answer="已查")
    assert done["clock"] == [{"task": task.id, "state": "running", "reason": "answered"}]
    assert desk.task("analyse_traffic").due_at == at("2026-11-12 18:00")


def test_a_dropped_question_lets_the_clock_go_on() -> None:
    desk = Desk().dispatched("analyse_traffic")
    desk.act("cac-handler1", "request_assistance", agency="320300-police", question="请协助")
    desk.act("police-handler1", "return_task", **RETURN)
    body = desk.act("drc-reviewer1", "rule_on_return", decision="none")
    assert [row["state"] for row in body["clock"]] == ["running"]


@pytest.mark.parametrize(
    ("agency", "said"),
    [
        ("320300-cac", "协查对象应为其他单位"),
        ("999", "没有这个单位"),
        ("320000-supervision", "督查部门不承办协查"),
    ],
)
def test_assistance_is_asked_of_another_agency(agency: str, said: str) -> None:
    desk = Desk().dispatched("analyse_traffic")
    error = desk.refused("cac-handler1", "request_assistance", agency=agency, question="请协助")
    assert said in error.fields["agency"].zh


@pytest.mark.parametrize("nobody", ["320000-supervision", "320300-cac"])
def test_a_returned_question_goes_to_somebody_who_can_answer_it(nobody: str) -> None:
    """Neither to whoever asked it nor to the supervision: the asker's clock would stand still for good."""
    desk = Desk().dispatched("analyse_traffic")
    desk.act("cac-handler1", "request_assistance", agency="320300-police", question="请协助")
    desk.act("police-handler1", "return_task", **RETURN)
    error = desk.refused("drc-reviewer1", "rule_on_return", decision="reassign", agency=nobody)
    assert "agency" in error.fields
    desk.act("drc-reviewer1", "rule_on_return", decision="reassign", agency="320300-grid")
    desk.act("grid-handler1", "answer_assistance", answer="已附")


def test_a_returned_task_goes_to_a_unit_of_this_region() -> None:
    desk = returned("check_consumption", "grid-handler1")
    elsewhere = replace(
        desk.directory.by_code["320302-grid"], id=99, code="320102-grid", region_code="320102", parent_id=10
    )
    desk.directory.by_code[elsewhere.code] = desk.directory.by_id[99] = elsewhere
    error = desk.refused("drc-reviewer1", "rule_on_return", decision="reassign", agency="320102-grid")
    assert "由本地区的供电公司承办" in error.fields["agency"].zh


def test_an_objection_whose_return_is_pending_is_not_taken_up_again() -> None:
    desk = Desk().suspended()
    objection = {"received_on": desk.iso[:10], "reason_code": "not_mining", "content": "异议"}
    desk.act("grid-handler1", "record_objection", **objection)
    desk.act("drc-reviewer1", "return_task", task=desk.task("decide_objection").id, **RETURN)
    assert desk.asked("grid-handler1", "record_objection").code == "objection_pending"
    desk.act("drc-reviewer2", "rule_on_return", decision="reassign")
    assert desk.tasks == ["close", "decide_objection"]


# Transfer -----------------------------------------------------------------------------------------

MOVE = {"to_region": "320100", "reason_code": "site_elsewhere", "reason": "场所在南京"}


def test_a_received_transfer_moves_region_and_lead() -> None:
    desk = Desk()
    desk.act("drc-handler1", "propose_transfer", **MOVE)
    assert desk.task("receive_transfer").agency_id == 9
    body = desk.act("nj-drc-reviewer1", "receive_transfer", decision="accept")
    assert (desk.view.region_code, desk.view.lead_agency_id) == ("3201", 9)
    assert (desk.tasks, desk.task("triage").agency_id) == (["triage"], 9)
    assert {"agency": 9, "relation": "lead"} in body["share"]
    assert 1 in desk.view.participants, "the sender keeps its own part"
    assert (
        desk.refused("drc-handler1", "continue_monitoring", review_on="2026-12-01", reason_code="awaiting_signal").code
        == "task_of_another"
    )


def test_a_declined_transfer_leaves_the_work_with_the_sender() -> None:
    desk = Desk().verified()
    desk.act("drc-handler1", "propose_transfer", **MOVE)
    desk.act("nj-drc-reviewer1", "receive_transfer", decision="decline")
    assert (desk.tasks, desk.task("determine").agency_id) == (["determine"], 1)
    assert desk.view.region_code == "320303"


def test_a_dispute_between_regions_is_ruled_by_their_common_superior() -> None:
    desk = Desk()
    for _ in range(2):
        desk.act("drc-handler1", "propose_transfer", **MOVE)
        if _ == 0:
            desk.act("nj-drc-reviewer1", "receive_transfer", decision="decline")
    error = desk.refused("nj-drc-reviewer1", "receive_transfer", decision="decline")
    assert error.code == "dispute"
    desk.act("nj-drc-reviewer1", "return_task", **RETURN)
    assert desk.task("rule_on_return").agency_id == 8
    desk.act("js-drc-reviewer1", "rule_on_return", decision="reassign")
    assert desk.refused("nj-drc-reviewer2", "receive_transfer", decision="decline").code == "ruled_by_superior"
    desk.act("nj-drc-reviewer2", "receive_transfer", decision="accept")
    assert desk.view.lead_agency_id == 9


def test_where_no_commission_stands_above_both_a_region_may_go_on_declining() -> None:
    """There is nobody to rule, and least of all the sender."""
    desk = Desk()
    above = desk.directory.by_code["320000-drc"]
    desk.directory._addressees.pop((above.kind, above.region_code))
    for _ in range(2):
        desk.act("drc-handler1", "propose_transfer", **MOVE)
        assert desk.refused("nj-drc-reviewer1", "return_task", **RETURN).code == "no_common_superior"
        desk.act("nj-drc-reviewer1", "receive_transfer", decision="decline")
    assert (desk.tasks, desk.task("triage").agency_id) == (["triage"], 1)


def test_a_ruling_against_the_transfer_gives_the_work_back() -> None:
    desk = Desk()
    desk.act("drc-handler1", "propose_transfer", **MOVE)
    desk.act("nj-drc-reviewer1", "return_task", **RETURN)
    desk.act("js-drc-reviewer1", "rule_on_return", decision="none")
    assert (desk.tasks, desk.task("triage").agency_id) == (["triage"], 1)


@pytest.mark.parametrize(
    ("region", "said"), [("320303", "由本单位牵头"), ("3205", "上级单位不接收移交"), ("990000", "没有这个地区代码")]
)
def test_a_transfer_goes_to_another_regions_commission(region: str, said: str) -> None:
    assert said in Desk().refused("drc-handler1", "propose_transfer", **{**MOVE, "to_region": region}).text.zh


# Referral and supervision -------------------------------------------------------------------------


def test_a_referral_is_received_and_answered_in_whatever_stage() -> None:
    desk = Desk().verified()
    refer: dict[str, Any] = {"partner": "320300-police", "matter": "crime", "request": "移送"}
    desk.act("drc-approver1", "refer_case", **refer)
    assert desk.refused("drc-approver1", "refer_case", **refer).code == "referred_already"
    assert "协办单位" in desk.refused("drc-approver1", "refer_case", **{**refer, "partner": "320300-cac"}).text.zh
    desk.determined("continue_monitoring")
    assert desk.tasks == ["acknowledge_referral", "review_monitoring"]
    desk.act("police-handler1", "acknowledge_referral", file_no="徐公2026-7")
    desk.act("police-handler1", "reply_referral", result="filed", reply="已立案")
    assert desk.fact("referrals")[0]["state"] == "replied"


def test_supervision_urges_whoever_holds_the_work() -> None:
    desk = Desk().dispatched()
    task = desk.task("check_consumption").id
    desk.act("sup-supervisor1", "urge", task=task, level="supervise", demand="尽快")
    assert desk.task("answer_urge").agency_id == 2
    again = desk.refused("sup-supervisor1", "urge", task=task, level="remind", demand="尽快")
    assert again.code == "urged_already"
    desk.act("sup-supervisor1", "urge", level="remind", demand="尽快")
    answer = next(t for t in desk.view.tasks if t.kind == "answer_urge" and t.agency_id == 1)
    assert answer.due_at - desk.now < timedelta(days=2)
    desk.act("grid-handler1", "answer_urge", answer="今日反馈")
    assert desk.refused("sup-supervisor1", "comment", comment="看").code == "wrong_role"


def test_an_agency_that_returned_a_question_is_not_asked_again_before_the_ruling() -> None:
    desk = Desk().dispatched()
    urge = {"task": desk.task("check_consumption").id, "level": "remind", "demand": "尽快"}
    desk.act("sup-supervisor1", "urge", **urge)
    desk.act("grid-handler1", "return_task", task=desk.task("answer_urge").id, **RETURN)
    assert desk.refused("sup-supervisor1", "urge", **urge).code == "urged_already"
    desk.act("drc-reviewer1", "rule_on_return", decision="reassign")
    assert desk.tasks.count("answer_urge") == 1


def test_a_returned_question_does_not_go_to_an_agency_that_has_another_to_answer() -> None:
    desk = Desk().dispatched()
    for kind in ("check_consumption", "trace_subscriber"):
        desk.act("sup-supervisor1", "urge", task=desk.task(kind).id, level="remind", demand="尽快")
    mine = next(t for t in desk.view.tasks if t.kind == "answer_urge" and t.agency_id == 2)
    desk.act("grid-handler1", "return_task", task=mine.id, **RETURN)
    error = desk.refused("drc-reviewer1", "rule_on_return", decision="reassign", agency="320300-telecom")
    assert "已有一项督办尚未答复" in error.fields["agency"].zh
    desk.act("drc-reviewer1", "rule_on_return", decision="reassign", agency="320300-cac")
    assert sorted(t.agency_id for t in desk.view.tasks if t.kind == "answer_urge") == [3, 4]
