"""Attempts to get round the gates, through the engine: wrong order, stale papers, times that suit, two hats."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command

from agencies.actors import system_actor
from agencies.models import Agency, User
from agencies.services import disable_user
from cases.workflow.engine import perform
from cases.workflow.errors import WorkflowError
from tests.agencies.cast import told
from tests.files import photo
from tests.workflow.world import World, at

pytestmark = pytest.mark.usefixtures("demo_city")

OFFICERS = [{"staff_no": "XZ1001"}, {"staff_no": "XZ1002"}]
G5 = {"ground": "G5_power_authority", "serious_or_refused": True}


@pytest.fixture
def world() -> World:
    return World()


def refused(world: World, case: str, username: str, action: str, **data: Any) -> WorkflowError:
    before = world.view(case).version
    with pytest.raises(WorkflowError) as caught:
        world.act(case, username, action, **data)
    assert world.view(case).version == before
    error = caught.value
    if error.status == 409 and error.code not in ("wrong_stage", "no_open_task", "no_such_task"):
        assert error.article.startswith("《"), f"{error.code} names no article"
    return error


def proposal(*disposals: str, **more: Any) -> dict[str, Any]:
    base: dict[str, Any] = {"finding": "self_operated", "subject": "sole_trader", "proven_from": "2026-10-01"}
    ground = G5 if "suspension" in disposals else {}
    return {**base, **ground, "disposals": list(disposals), "opinion": "事实清楚", **more}


def determined(world: World, *disposals: str, **facts: Any) -> str:
    return world.determined(world.verified(world.open(), **facts), **proposal(*disposals))


def signed(world: World, case: str) -> str:
    order, law = world.attach(case, "drc-approver1", "函.pdf"), world.attach(case, "drc-approver1", "决定书.pdf")
    world.act(case, "drc-approver1", "sign_suspension_order", order_file=order, legal_document=law)
    return case


def approval(**changes: Any) -> dict[str, Any]:
    data = {"user_class": "ordinary", "serves_residents": False, "approval_level": "company", "order_checked": True}
    return {**data, **changes}


def receipt(world: World, case: str) -> dict[str, Any]:
    return {"tracking_no": "EB123456789CN", "proof_files": [world.attach(case, "grid-crew1", "回执.pdf")]}


def approved(world: World, case: str, **changes: Any) -> str:
    if changes.get("user_class") == "important":
        changes = {"marketing_report": world.attach(case, "grid-approver1", "报营销部.pdf"), **changes}
    world.act(signed(world, case), "grid-approver1", "approve_suspension", **approval(**changes))
    return case


def served(world: World) -> str:
    case = approved(world, determined(world, "suspension"))
    world.serve(case)
    return case


def ready(world: World) -> str:
    """Served, warned, inside the window: the next act is the cut."""
    case = served(world)
    world.later(days=4)
    world.final_notice(case)
    world.later(minutes=40)
    return case


def cut_code(world: World, case: str, **changes: Any) -> str:
    return refused(world, case, "grid-crew1", "execute_suspension", **execution(world, case, **changes)).code


def execution(world: World, case: str, **changes: Any) -> dict[str, Any]:
    photos = [world.attach(case, "grid-crew1", f"现场{n}.jpg", photo(b"%d" % n)) for n in (1, 2)]
    checks = (
        "other_users_unaffected",
        "public_safety",
        "no_medical_device",
        "no_fire_pump",
        "no_breeding_load",
        "no_lift_load",
        "circuit_separate",
    )
    done = {"executed_at": world.iso, **dict.fromkeys(checks, True), "reading": "1204.5", "photos": photos}
    done |= {"seal_no": "F20261107", "photo_reason": "相机未记录时间"}
    return {**done, **changes}


def own_cut(world: World, case: str, **changes: Any) -> dict[str, Any]:
    return {
        "ground": "G2_emergency",
        "danger": "fire",
        "cut_at": world.iso,
        "user_class": "ordinary",
        "serves_residents": False,
        "officers": OFFICERS,
        "attachments": [world.attach(case, "grid-reviewer1")],
        **changes,
    }


# Order and repetition -----------------------------------------------------------------------------------------------


def test_nothing_is_done_before_its_turn_nor_twice(world: World) -> None:
    case = world.open()
    early = {"propose_determination": "drc-handler1", "sign_suspension_order": "drc-approver1"}
    early |= {"issue_surcharge_list": "drc-approver1", "reopen_case": "drc-reviewer1", "close": "drc-handler1"}
    for action, who in early.items():
        if action != "close":
            assert refused(world, case, who, action).code == "wrong_stage"
    case = determined(world, "suspension")
    assert refused(world, case, "drc-reviewer2", "decide_determination", decision="approve").code == "wrong_stage"
    signed(world, case)
    again = {"order_file": world.attach(case, "drc-approver1"), "legal_document": world.attach(case, "drc-approver1")}
    assert refused(world, case, "drc-approver2", "sign_suspension_order", **again).code == "no_open_task"
    assert refused(world, case, "grid-crew1", "execute_suspension", **execution_blank(world)).code == "no_open_task"
    world.act(case, "grid-approver1", "approve_suspension", **approval())
    assert refused(world, case, "grid-approver2", "approve_suspension", **approval()).code == "no_open_task"
    assert refused(world, case, "drc-handler1", "propose_transfer").code == "wrong_stage"
    assert refused(world, case, "drc-handler1", "merge_case").code == "wrong_stage"


def execution_blank(world: World) -> dict[str, Any]:
    return {"executed_at": world.iso}


def test_a_task_is_accepted_and_returned_once(world: World) -> None:
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["check_consumption"])
    task = world.view(case).tasks[0].id
    world.act(case, "grid-handler1", "accept_task", task=task)
    assert refused(world, case, "grid-handler2", "accept_task", task=task).code == "already_accepted"
    back = {"reason_code": "duplicate", "reason": "重复"}
    world.act(case, "grid-handler1", "return_task", task=task, **back)
    assert refused(world, case, "grid-handler2", "return_task", task=task, **back).code == "task_of_another"


# Papers -------------------------------------------------------------------------------------------------------------


def test_a_paper_of_another_case_is_not_there(world: World) -> None:
    other, case = world.open(), determined(world, "suspension")
    stray, own = world.attach(other, "drc-approver1"), world.attach(case, "drc-approver1")
    error = refused(world, case, "drc-approver1", "sign_suspension_order", order_file=stray, legal_document=own)
    assert error.status == 400
    assert "没有找到这份材料" in error.fields["order_file"].zh


def test_one_paper_is_not_both_order_and_legal_document(world: World) -> None:
    case = determined(world, "suspension")
    one = world.attach(case, "drc-approver1", "函.pdf")
    error = refused(world, case, "drc-approver1", "sign_suspension_order", order_file=one, legal_document=one)
    assert error.fields["legal_document"].zh == "与停电函是同一份文件，请上传生效法律文书"
    copy = world.attach(case, "drc-approver1", "另一名称.pdf", "%PDF-1.7 函.pdf".encode())
    same = refused(world, case, "drc-approver1", "sign_suspension_order", order_file=one, legal_document=copy)
    assert "同一份文件" in same.fields["legal_document"].zh


def test_an_order_that_was_withdrawn_is_not_signed_again(world: World) -> None:
    case = approved(world, determined(world, "suspension"))
    old = world.view(case).facts["suspension"]
    world.later(hours=1)
    world.act(case, "drc-approver1", "withdraw_suspension", reason_code="error")
    world.determined(case, **proposal("suspension"))
    law = world.attach(case, "drc-approver1", "决定书.pdf", b"%PDF-1.7 second decision")
    error = refused(
        world, case, "drc-approver1", "sign_suspension_order", order_file=old["order_file"], legal_document=law
    )
    assert "早于本次认定" in error.fields["order_file"].zh
    assert refused(world, case, "grid-crew1", "serve_notice").code == "no_open_task"


def test_a_new_window_needs_a_new_notice_with_its_own_proof(world: World) -> None:
    case = served(world)
    old = world.view(case).facts["suspension"]["notice"]["file"]
    world.later(days=8)
    world.act(case, "grid-reviewer1", "lapse_notice", reason_code="window_missed")
    data = {"method": "direct", "served_at": world.iso, "notice_file": old, "signature": "signed", "recipient": "张三"}
    error = refused(world, case, "grid-crew1", "serve_notice", **data)
    assert "重新" in error.fields["notice_file"].zh


def test_a_reopened_case_is_not_cut_on_its_old_order(world: World) -> None:
    case = world.suspended(determined(world, "suspension"))
    old = world.view(case).facts["suspension"]
    closing = {"outcome": "handled", "summary": "已处置"}
    world.act(case, "drc-handler1", "propose_closure", **closing)
    world.act(case, "drc-reviewer1", "decide_closure", decision="approve")
    world.act(case, "drc-reviewer1", "order_restoration", reason_code="cause_removed", cause_removed_at=world.iso)
    world.act(case, "grid-crew1", "restore_supply", restored_at=world.iso, reading="1204.5")
    world.later(days=30)
    world.act(case, "drc-reviewer2", "reopen_case", to="verification", reason_code="relapse", reason="复燃")
    for who, action in (
        ("drc-approver1", "sign_suspension_order"),
        ("grid-approver1", "approve_suspension"),
        ("grid-crew1", "serve_notice"),
        ("grid-crew1", "execute_suspension"),
    ):
        assert refused(world, case, who, action).code == "wrong_stage"
    # The record of the first round proves nothing about the relapse: somebody has to look again.
    error = refused(world, case, "drc-handler1", "propose_determination", **proposal("suspension"))
    assert error.code == "no_onsite_record"
    charge = refused(world, case, "drc-handler1", "propose_determination", **proposal("surcharge"))
    assert charge.code == "no_onsite_record"
    world.act(case, "drc-handler1", "request_rework", findings=["inspect_site"], reason="复燃后重新核查")
    world.act(case, "drc-handler2", "record_inspection", **inspection(world))
    # Nor do the meter and the traffic of the first round stand in for those of the second.
    error = refused(world, case, "drc-handler1", "propose_determination", **proposal("suspension"))
    assert error.code == "too_few_families"
    world.act(case, "drc-handler1", "request_rework", findings=["check_consumption"], reason="复燃后重新核查")
    metered = {"user_class": "ordinary", "price_class": "commercial", "serves_residents": False}
    world.act(case, "grid-handler1", "report_consumption", result="abnormal", **metered)
    world.determined(case, **proposal("suspension"))
    law = world.attach(case, "drc-approver1", "决定书.pdf", b"%PDF-1.7 decision")
    reused = {"order_file": old["order_file"], "legal_document": law}
    assert "早于本次认定" in refused(world, case, "drc-approver1", "sign_suspension_order", **reused).text.zh


def test_an_old_return_does_not_bring_its_work_into_the_next_round(world: World) -> None:
    """Else the notice of the second order would be served before the grid company has approved it."""
    case = approved(world, determined(world, "suspension"))
    world.later(minutes=1)
    world.act(case, "grid-crew1", "return_task", reason_code="not_our_duty", reason="退回")
    upheld(world, case)
    world.later(minutes=1)
    world.determined(case, **proposal("suspension"))
    signed(world, case)
    error = refused(world, case, "drc-reviewer1", "rule_on_return", decision="reassign")
    assert error.code == "stage_was_left"
    world.act(case, "drc-reviewer1", "rule_on_return", decision="none")
    assert world.open_tasks(case) == ["approve_suspension"]


def test_an_old_return_does_not_issue_a_list_on_a_revoked_plan(world: World) -> None:
    case = determined(world, "surcharge")
    world.act(case, "drc-handler1", "propose_surcharge", **plan(price_class="commercial"))
    world.later(minutes=1)
    world.act(case, "drc-approver1", "return_task", reason_code="not_our_duty", reason="退回")
    upheld(world, case)
    world.later(minutes=1)
    world.determined(case, **proposal("surcharge"))
    assert refused(world, case, "drc-reviewer1", "rule_on_return", decision="reassign").code == "stage_was_left"


def upheld(world: World, case: str) -> None:
    received = {"received_on": world.iso[:10], "reason_code": "procedure", "content": "异议"}
    world.act(case, "grid-handler1", "record_objection", **received)
    world.act(case, "drc-reviewer1", "decide_objection", decision="upheld", answer="异议成立")


def test_work_is_not_ruled_to_a_sub_unit_of_another_city(world: World) -> None:
    nanjing = Agency.objects.get(code="320100-grid")
    names = {"name": "玄武供电所", "short_name": "玄武", "monogram": "玄"}
    told("agency/320102-grid")
    Agency.objects.create(code="320102-grid", kind="grid_company", region_id="320102", parent=nanjing, **names)
    case = signed(world, determined(world, "suspension"))
    world.act(case, "grid-approver1", "return_task", reason_code="not_our_duty", reason="退回")
    ruling = {"decision": "reassign", "agency": "320102-grid"}
    assert "agency" in refused(world, case, "drc-reviewer1", "rule_on_return", **ruling).fields
    world.act(case, "drc-reviewer1", "rule_on_return", decision="reassign", agency="320303-grid")


def inspection(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "result": "running",
        "inspected_at": world.iso,
        "officers": OFFICERS,
        "home_entry": False,
        "signature": "signed",
        **changes,
    }


# Times --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shift", [timedelta(minutes=1), timedelta(days=2)])
def test_what_has_not_happened_yet_is_not_recorded(world: World, shift: timedelta) -> None:
    later = (world.now + shift).isoformat()
    case = approved(world, determined(world, "suspension"))
    signed_by = {"signature": "signed", "recipient": "张三"}
    notice = {"method": "direct", "notice_file": world.attach(case, "grid-crew1"), **signed_by}
    assert "served_at" in refused(world, case, "grid-crew1", "serve_notice", served_at=later, **notice).fields
    case = ready(world)
    later = (world.now + shift).isoformat()
    assert "given_at" in refused(world, case, "grid-crew1", "give_final_notice", given_at=later, method="phone").fields
    late = execution(world, case, executed_at=later)
    assert "executed_at" in refused(world, case, "grid-crew1", "execute_suspension", **late).fields


def test_a_service_is_not_written_down_days_later(world: World) -> None:
    """Else three days of notice would pass on paper in one minute."""
    case = approved(world, determined(world, "suspension"))
    claimed = world.iso
    world.later(days=3, minutes=5)
    data = {"method": "direct", "served_at": claimed, "signature": "signed", "recipient": "张三"}
    error = refused(world, case, "grid-crew1", "serve_notice", **data, notice_file=world.attach(case, "grid-crew1"))
    assert "24 小时内登记" in error.fields["served_at"].zh
    # What the post delivered is known when its receipt comes back.
    post = {**data, "method": "post", "notice_file": world.attach(case, "grid-crew1"), **receipt(world, case)}
    world.act(case, "grid-crew1", "serve_notice", **post)


def test_a_second_notice_is_on_record_before_the_cut_that_it_announces(world: World) -> None:
    case = served(world)
    world.later(days=4)
    cut_at = world.iso
    world.later(hours=2)
    claimed = (at("2026-11-07 10:00") - timedelta(minutes=40)).isoformat()
    late = refused(world, case, "grid-crew1", "give_final_notice", given_at=claimed, method="phone")
    assert "given_at" in late.fields
    world.act(case, "grid-crew1", "give_final_notice", given_at=world.iso, method="phone")
    before_it = execution(world, case, executed_at=cut_at)
    error = refused(world, case, "grid-crew1", "execute_suspension", **before_it)
    assert "早于再次通知的登记" in error.fields["executed_at"].zh


def test_a_service_by_post_is_a_day_on_record_before_the_cut(world: World) -> None:
    case = approved(world, determined(world, "suspension"))
    claimed = (world.now + timedelta(minutes=1)).isoformat()
    world.later(days=3, minutes=5)
    data = {"method": "post", "served_at": claimed, **receipt(world, case)}
    world.act(case, "grid-crew1", "serve_notice", **data, notice_file=world.attach(case, "grid-crew1"))
    world.final_notice(case)
    world.later(minutes=31)
    assert cut_code(world, case) == "before_window"
    world.later(days=1)
    world.final_notice(case)
    world.later(minutes=31)
    world.execute(case)


def test_a_service_that_comes_to_light_at_the_end_of_its_window_is_made_again(world: World) -> None:
    case = approved(world, determined(world, "suspension"))
    claimed = (world.now + timedelta(minutes=1)).isoformat()
    world.later(days=6, hours=1)
    data = {"method": "post", "served_at": claimed, **receipt(world, case)}
    error = refused(world, case, "grid-crew1", "serve_notice", **data, notice_file=world.attach(case, "grid-crew1"))
    assert error.code == "recorded_too_late"


def test_the_thirty_minutes_run_from_the_entry_of_the_second_notice(world: World) -> None:
    case = served(world)
    world.later(days=4)
    claimed = (world.now - timedelta(minutes=31)).isoformat()
    world.act(case, "grid-crew1", "give_final_notice", given_at=claimed, method="phone")
    assert cut_code(world, case) == "second_notice_too_late"
    world.later(minutes=29, seconds=59)
    assert cut_code(world, case) == "second_notice_too_late"
    world.later(seconds=1)
    world.execute(case)


def test_the_second_notice_of_an_earlier_window_does_not_serve_the_next(world: World) -> None:
    case = ready(world)
    world.later(days=4)
    world.act(case, "grid-reviewer1", "lapse_notice", reason_code="window_missed")
    world.serve(case)
    world.later(days=4)
    assert cut_code(world, case) == "no_second_notice"
    stale = (world.now - timedelta(days=6)).isoformat()
    error = refused(world, case, "grid-crew1", "give_final_notice", given_at=stale, method="phone")
    assert "given_at" in error.fields


def test_no_cut_outside_the_window_at_night_or_on_a_holiday(world: World) -> None:
    case = served(world)
    world.later(days=2)
    world.final_notice(case)
    world.later(minutes=40)
    assert cut_code(world, case) == "before_window"
    world.now = at("2026-11-07 21:30")
    world.final_notice(case)
    world.now = at("2026-11-07 22:05")
    assert cut_code(world, case) == "night"
    world.now = at("2026-11-10 10:01")
    assert cut_code(world, case) == "after_window"
    assert refused(world, case, "grid-crew1", "give_final_notice", given_at=world.iso, method="phone").code == (
        "after_window"
    )


def test_no_cut_on_the_first_of_october(world: World) -> None:
    world.now = at("2026-09-26 10:00")
    case = world.verified(world.open())
    world.determined(case, **proposal("suspension", proven_from="2026-09-01"))
    approved(world, case)
    world.serve(case)
    world.now = at("2026-10-01 09:00")
    world.final_notice(case)
    world.later(minutes=40)
    error = refused(world, case, "grid-crew1", "execute_suspension", **execution(world, case))
    assert error.code == "statutory_holiday"
    assert "2026-10-01为法定节假日" in error.text.zh
    world.now = at("2026-10-02 21:00")
    for hours in (0, 1):
        world.later(hours=hours)
        assert cut_code(world, case) in ("statutory_holiday", "second_notice_stale")


def test_no_cut_under_a_stay_nor_one_claimed_for_its_time_afterwards(world: World) -> None:
    case = ready(world)
    world.act(case, "drc-approver1", "stay_execution", reason_code="new_evidence")
    assert cut_code(world, case) == "stayed"
    during = world.later(minutes=10).isoformat()
    world.later(minutes=20)
    world.act(case, "drc-approver1", "lift_stay", reason="裁定撤销")
    assert cut_code(world, case, executed_at=during) == "stayed"
    world.execute(case)


def test_a_stay_of_an_earlier_order_does_not_hold_the_next_one(world: World) -> None:
    case = approved(world, determined(world, "suspension"))
    world.act(case, "drc-approver1", "stay_execution", reason_code="objection")
    world.later(minutes=1)
    world.act(case, "drc-approver1", "withdraw_suspension", reason_code="error")
    world.later(minutes=1)
    world.suspended(world.determined(case, **proposal("suspension")))
    assert world.view(case).facts["suspension"]["power"] == "off"


def test_who_has_stopped_is_not_cut(world: World) -> None:
    case = ready(world)
    world.act(case, "drc-handler1", "report_cessation", stopped_on=world.iso[:10], proof="removal")
    error = refused(world, case, "grid-crew1", "execute_suspension", **execution(world, case))
    assert error.code == "mining_stopped"
    assert "撤回停电函" in error.text.zh
    world.act(case, "drc-approver1", "withdraw_suspension", reason_code="cause_removed")
    world.determined(case, **proposal("close", finding="already_stopped"))
    assert world.view(case).outcome == "self_stopped"


@pytest.mark.parametrize(
    "line",
    [
        "other_users_unaffected",
        "public_safety",
        "no_medical_device",
        "no_fire_pump",
        "no_breeding_load",
        "no_lift_load",
        "circuit_separate",
    ],
)
def test_a_no_on_the_checklist_is_no_cut(world: World, line: str) -> None:
    assert cut_code(world, ready(world), **{line: False}) == "checklist_failed"


def test_a_restoration_is_confirmed_after_it_was_made_and_its_lateness_is_not_hidden(world: World) -> None:
    case = world.suspended(determined(world, "suspension"))
    before = (at(world.iso[:10] + " 08:00") - timedelta(days=2)).isoformat()
    early = refused(world, case, "drc-reviewer1", "order_restoration", reason_code="wrong_cut", cause_removed_at=before)
    assert "早于停电时间" in early.fields["cause_removed_at"].zh
    world.act(case, "drc-reviewer1", "order_restoration", reason_code="wrong_cut", cause_removed_at=world.iso)
    claimed = (world.now + timedelta(hours=3)).isoformat()
    world.later(days=2)
    late = refused(world, case, "grid-crew1", "restore_supply", restored_at=claimed, reading="1204.5")
    assert "late_reason" in late.fields
    world.act(case, "grid-crew1", "restore_supply", restored_at=claimed, reading="1204.5", late_reason="登记迟延")
    early_look = (at(world.iso[:10] + " 10:00") - timedelta(days=3)).isoformat()
    error = refused(world, case, "grid-crew2", "confirm_restoration", confirmed_at=early_look, supply_is_on=True)
    assert "早于复电时间" in error.fields["confirmed_at"].zh


def test_a_supply_is_restored_once(world: World) -> None:
    case = world.suspended(determined(world, "suspension"))
    order = {"reason_code": "cause_removed", "cause_removed_at": world.iso}
    world.act(case, "drc-reviewer1", "order_restoration", **order)
    assert refused(world, case, "grid-reviewer1", "order_restoration", **order).code == "restoration_under_way"
    world.act(case, "grid-crew1", "restore_supply", restored_at=world.iso, reading="1204.5")
    again = {"restored_at": world.iso, "reading": "1204.5"}
    assert refused(world, case, "grid-crew2", "restore_supply", **again).code == "no_open_task"
    assert refused(world, case, "drc-reviewer1", "order_restoration", **order).code == "power_is_on"
    eyes = refused(world, case, "grid-crew1", "confirm_restoration", confirmed_at=world.iso, supply_is_on=True)
    assert eyes.code == "four_eyes"


def test_a_cut_that_was_restored_meanwhile_is_not_confirmed_as_standing(world: World) -> None:
    case = ready(world)
    world.execute(case)
    world.later(minutes=10)
    looked = world.iso
    world.later(minutes=10)
    world.act(case, "grid-reviewer1", "order_restoration", reason_code="wrong_cut", cause_removed_at=world.iso)
    world.act(case, "grid-crew2", "restore_supply", restored_at=world.iso, reading="1204.5")
    world.later(minutes=10)
    data = {"load_is_zero": True, "reading": "1204.5"}
    error = refused(world, case, "grid-crew3", "confirm_suspension", confirmed_at=world.iso, **data)
    assert "复电" in error.fields["confirmed_at"].zh
    world.act(case, "grid-crew3", "confirm_suspension", confirmed_at=looked, **data)
    suspension = world.view(case).facts["suspension"]
    assert (suspension["state"], suspension["power"]) == ("restored", "on")
    call_command("verify_audit", stream=f"case/{case}")


def test_a_restored_cut_that_nobody_looked_at_still_leads_on(world: World) -> None:
    case = ready(world)
    world.execute(case)
    world.act(case, "grid-reviewer1", "order_restoration", reason_code="wrong_cut", cause_removed_at=world.iso)
    world.act(case, "grid-crew2", "restore_supply", restored_at=world.iso, reading="1204.5")
    world.later(minutes=10)
    found = {"confirmed_at": world.iso, "load_is_zero": False, "reading": "1204.8"}
    world.act(case, "grid-crew3", "confirm_suspension", **found)
    assert "close" in world.open_tasks(case)


# Important users and classes of users -------------------------------------------------------------------------------


def test_a_class_of_user_is_not_changed_to_the_users_harm(world: World) -> None:
    important = signed(world, determined(world, "suspension", user_class="important"))
    assert "user_class" in refused(world, important, "grid-approver1", "approve_suspension", **approval()).fields
    home = signed(world, determined(world, "suspension", user_class="residential"))
    shorter = refused(world, home, "grid-approver1", "approve_suspension", **approval())
    assert "居民用户" in shorter.fields["user_class"].zh
    shop = signed(world, determined(world, "suspension"))
    lower = approval(user_class="residential", approval_level="station")
    assert "approval_level" in refused(world, shop, "grid-approver1", "approve_suspension", **lower).fields


def test_an_important_user_needs_the_countersignature_and_the_copy(world: World) -> None:
    case = approved(world, determined(world, "suspension", user_class="important"), user_class="important")
    assert refused(world, case, "grid-crew1", "serve_notice").code == "no_open_task"
    assert refused(world, case, "nj-drc-approver1", "countersign_important_user").status == 404
    world.act(case, "drc-approver2", "countersign_important_user")
    data = {"method": "direct", "served_at": world.iso, "signature": "signed", "recipient": "张三"}
    no_copy = refused(world, case, "grid-crew1", "serve_notice", **data, notice_file=world.attach(case, "grid-crew1"))
    assert no_copy.code == "important_no_copy"


def test_a_household_called_an_important_user_keeps_its_seven_days(world: World) -> None:
    case = signed(world, determined(world, "suspension", user_class="residential"))
    report = world.attach(case, "grid-approver1", "报营销部.pdf")
    important = approval(user_class="important", marketing_report=report)
    world.act(case, "grid-approver1", "approve_suspension", **important)
    world.act(case, "drc-approver2", "countersign_important_user")
    copied = {"copied_to_authority": True, "copy_receipt": world.attach(case, "grid-crew1", "签收回执.pdf")}
    data = {"method": "direct", "served_at": world.iso, "signature": "signed", "recipient": "张三", **copied}
    world.act(case, "grid-crew1", "serve_notice", **data, notice_file=world.attach(case, "grid-crew1"))
    world.later(days=4)
    world.final_notice(case)
    world.later(minutes=40)
    assert cut_code(world, case) == "before_window"


def test_an_important_user_is_not_cut_for_theft_as_an_ordinary_one(world: World) -> None:
    case = world.verified(world.open(), user_class="important")
    theft = own_cut(world, case, ground="G1_theft", danger=None, theft_proven=True)
    error = refused(world, case, "grid-reviewer1", "report_grid_suspension", **theft)
    assert error.code == "important_not_countersigned"
    world.act(case, "grid-reviewer1", "report_grid_suspension", **theft, authority_informed=True)


def in_arrears(world: World, case: str, **changes: Any) -> dict[str, Any]:
    papers = {"bill_due_on": "2026-08-01", "dunned_on": "2026-09-01"}
    times = {
        "notice_served_at": (world.now - timedelta(days=8)).isoformat(),
        "second_notice_at": (world.now - timedelta(minutes=40)).isoformat(),
    }
    papers |= {name: world.attach(case, "grid-reviewer1") for name in ("grid_decision", "dunning_file", "notice_file")}
    return own_cut(world, case, ground="G3_arrears", danger=None, **{**papers, **times, **changes})


def test_a_home_in_arrears_has_seven_days_whatever_its_class_is_called(world: World) -> None:
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["check_consumption"])
    short = (world.now - timedelta(days=4)).isoformat()
    home = in_arrears(world, case, serves_residents=True, notice_served_at=short)
    assert refused(world, case, "grid-reviewer1", "report_grid_suspension", **home).code == "before_window"
    world.act(case, "grid-reviewer1", "report_grid_suspension", **in_arrears(world, case, serves_residents=True))


def test_who_is_dunned_after_the_notice_was_not_dunned(world: World) -> None:
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["check_consumption"])
    late = in_arrears(world, case, dunned_on=world.iso[:10], user_class="residential")
    assert refused(world, case, "grid-reviewer1", "report_grid_suspension", **late).code == "not_dunned"


# Evidence -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("measure", ["suspension", "surcharge"])
def test_a_victim_is_not_called_an_operator(world: World, measure: str) -> None:
    """Gate 8 follows the reports, not the word chosen in the proposal."""
    case = world.verified(world.open(), finding="compromised")
    error = refused(world, case, "drc-handler1", "propose_determination", **proposal(measure))
    assert error.code == "victim"


def test_a_victim_is_not_cut_by_the_grid_company_for_arrears(world: World) -> None:
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["inspect_site", "check_consumption"])
    world.act(case, "drc-handler2", "record_inspection", **inspection(world, result="compromised"))
    arrears = {
        "bill_due_on": "2026-08-01",
        "dunned_on": "2026-09-01",
        "grid_decision": world.attach(case, "grid-reviewer1"),
    }
    data = own_cut(world, case, ground="G3_arrears", **arrears)
    assert refused(world, case, "grid-reviewer1", "report_grid_suspension", **data).code == "victim"


def test_a_natural_person_is_not_called_a_trader(world: World) -> None:
    case = world.verified(world.open(), subject="natural_person")
    error = refused(world, case, "drc-handler1", "propose_determination", **proposal("surcharge"))
    assert (error.status, error.code) == (409, "subject_contradicts_findings")
    assert "退回补正" in error.text.zh
    cut = refused(world, case, "drc-handler1", "propose_determination", **proposal("suspension"))
    assert cut.code == "subject_contradicts_findings"


def test_a_trader_is_not_called_an_enterprise(world: World) -> None:
    """1283号（十二） reaches enterprises only, and the findings say who it is."""
    case = world.verified(world.open(), subject="sole_trader")
    ground = {"ground": "G6_illegal_enterprise", "subject": "enterprise"}
    error = refused(world, case, "drc-handler1", "propose_determination", **proposal("suspension", **ground))
    assert (error.code, error.text.zh) == (
        "subject_contradicts_findings",
        "各项反馈载明的主体为个体工商户，不能按“企业”采取措施。主体有误的，先“退回补正”，由反馈单位更正。",
    )


@pytest.mark.parametrize("again", ["XZ-1001", "ＸＺ１００１", "xz 1001", "XZ_1001", "XZ01001"])
def test_one_officer_is_not_two_by_another_spelling(world: World, again: str) -> None:
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["inspect_site"])
    officers = [{"staff_no": "XZ1001"}, {"staff_no": again}]
    error = refused(world, case, "drc-handler2", "record_inspection", **inspection(world, officers=officers))
    assert error.code == "too_few_officers"


def test_a_staff_number_has_no_letters_that_only_look_like_others(world: World) -> None:
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["inspect_site"])
    officers = [{"staff_no": "XZ1001"}, {"staff_no": "\u0425Z1001"}]
    error = refused(world, case, "drc-handler2", "record_inspection", **inspection(world, officers=officers))
    assert "officers[1].staff_no" in error.fields


def test_a_visit_of_before_the_relapse_is_not_the_new_one(world: World) -> None:
    case = world.suspended(determined(world, "suspension"))
    world.act(case, "drc-handler1", "propose_closure", outcome="handled", summary="已处置")
    world.act(case, "drc-reviewer1", "decide_closure", decision="approve")
    before = world.iso
    world.later(days=30, seconds=35)
    world.act(case, "drc-reviewer2", "reopen_case", to="verification", reason_code="relapse", reason="复燃")
    world.act(case, "drc-handler1", "request_rework", findings=["inspect_site"], reason="重新核查")
    error = refused(world, case, "drc-handler2", "record_inspection", **inspection(world, inspected_at=before))
    assert "早于复燃重启" in error.fields["inspected_at"].zh
    relapsed = world.now.replace(second=0).isoformat()
    world.later(seconds=40)
    world.act(case, "drc-handler2", "record_inspection", **inspection(world, inspected_at=relapsed))


@pytest.mark.parametrize("measure", ["suspension", "surcharge"])
def test_a_visit_that_found_nothing_carries_no_measure(world: World, measure: str) -> None:
    case = world.verified(world.open(signals=[{"family": "traffic", "count": 1}, {"family": "funds", "count": 1}]))
    world.act(case, "drc-handler1", "request_rework", findings=["inspect_site"], reason="复查")
    world.act(case, "drc-handler2", "record_inspection", **inspection(world, result="nothing_found"))
    error = refused(world, case, "drc-handler1", "propose_determination", **proposal(measure))
    assert error.code == "onsite_found_nothing"


def test_mining_is_not_proven_for_days_that_have_not_come(world: World) -> None:
    case = world.verified(world.open())
    error = refused(
        world, case, "drc-handler1", "propose_determination", **proposal("surcharge", proven_from="2026-12-01")
    )
    assert "proven_from" in error.fields


def test_the_register_of_blind_spots_is_left_when_a_measure_opens(world: World) -> None:
    case = world.verified(world.open())
    stay = proposal("continue_monitoring", review_on="2026-12-01", monitoring_reason="no_local_rule")
    world.determined(case, **stay)
    assert world.view(case).facts["blind_spot"]["reason"] == "no_local_rule"
    world.act(case, "drc-handler1", "dispatch_verification", findings=["analyse_traffic"])
    world.act(case, "cac-handler1", "report_traffic", result="confirmed")
    world.determined(case, **proposal("suspension"))
    assert "blind_spot" not in world.view(case).facts


# One person, two hats; the machine ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "role", "agency", "act"),
    [
        ("drc-handler1", "reviewer", "320300-drc", "decide_determination"),
        ("drc-handler1", "approver", "320300-drc", "sign_suspension_order"),
        ("grid-crew1", "reviewer", "320300-grid", "confirm_suspension"),
    ],
)
def test_a_second_role_does_not_make_a_second_person(world: World, who: str, role: str, agency: str, act: str) -> None:
    world.give(who, role, agency)
    case = world.verified(world.open())
    world.act(case, "drc-handler1", "propose_determination", **proposal("suspension"))
    if act == "decide_determination":
        assert refused(world, case, who, act, decision="approve").code == "four_eyes"
        return
    world.act(case, "drc-reviewer1", "decide_determination", decision="approve")
    if act == "sign_suspension_order":
        assert refused(world, case, who, act).code == "four_eyes"
        return
    approved(world, case)
    world.serve(case)
    world.later(days=4)
    world.final_notice(case)
    world.later(minutes=40)
    world.execute(case)
    confirmed = {"confirmed_at": world.iso, "load_is_zero": True, "reading": "1204.5"}
    assert refused(world, case, who, act, **confirmed).code == "four_eyes"


def test_a_role_in_one_agency_is_no_role_in_another(world: World) -> None:
    world.give("cac-handler1", "field_crew", "320300-grid")
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["check_consumption"])
    error = refused(world, case, "grid-handler1", "assign_task", assignee="cac-handler1")
    assert "承办人须有“经办”角色" in error.fields["assignee"].zh


def test_work_is_not_given_to_a_disabled_person_nor_to_another_agency(world: World) -> None:
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["check_consumption"])
    for stranger in ("cac-handler1", "nj-grid-handler1", "nobody"):
        assert "assignee" in refused(world, case, "grid-handler1", "assign_task", assignee=stranger).fields
    disable_user(actor=system_actor(), user=User.objects.get(username="grid-handler2"), now=world.now)
    assert "assignee" in refused(world, case, "grid-handler1", "assign_task", assignee="grid-handler2").fields
    assert "unit" in refused(world, case, "grid-handler1", "assign_task", unit="320300-telecom-ct").fields


def test_nobody_asks_for_an_extension_of_anothers_task(world: World) -> None:
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["check_consumption", "analyse_traffic"])
    other = next(t.id for t in world.view(case).tasks if t.kind == "analyse_traffic")
    more = {"due_on": "2026-12-01", "reason": "人手不足"}
    assert refused(world, case, "grid-handler1", "request_extension", task=other, **more).code == "no_such_task"
    assert refused(world, case, "sup-supervisor1", "request_extension", task=other, **more).status == 403


def test_the_machine_opens_work_and_decides_nothing(world: World) -> None:
    case = world.verified(world.open())
    world.act(case, "drc-handler1", "propose_determination", **proposal("suspension"))
    for action, data in (
        ("decide_determination", {"decision": "approve"}),
        ("comment", {"comment": "自动"}),
        ("propose_transfer", {}),
        ("report_grid_suspension", {}),
    ):
        with pytest.raises(WorkflowError) as caught:
            perform(
                case_id=case,
                action=action,
                actor=system_actor(),
                data=data,
                expected_version=None,
                idempotency_key=None,
                now=world.now,
            )
        assert (caught.value.status, caught.value.code) == (403, "machine_decision"), action


# Hand-offs ----------------------------------------------------------------------------------------------------------


def test_a_return_does_not_stretch_a_time_that_protects_the_user(world: World) -> None:
    case = world.suspended(determined(world, "suspension"))
    world.act(case, "drc-reviewer1", "order_restoration", reason_code="wrong_cut", cause_removed_at=world.iso)
    due = due_of(world, case, "restore_supply")
    world.later(hours=10)
    back = {"reason_code": "not_our_duty", "reason": "推给别人"}
    world.act(case, "grid-crew1", "return_task", **back)
    world.later(hours=10)
    world.act(case, "drc-reviewer1", "rule_on_return", decision="reassign")
    assert due_of(world, case, "restore_supply") == due


def test_a_returned_window_stays_the_window(world: World) -> None:
    case = served(world)
    due = due_of(world, case, "execute_suspension")
    world.act(case, "grid-crew1", "return_task", reason_code="not_our_duty", reason="推给别人")
    world.act(case, "drc-reviewer1", "rule_on_return", decision="reassign")
    assert due_of(world, case, "execute_suspension") == due


def due_of(world: World, case: str, kind: str) -> Any:
    return next(t.due_at for t in world.view(case).tasks if t.kind == kind)


def test_the_commission_does_not_drop_a_question_of_the_supervision_to_itself(world: World) -> None:
    case = world.open()
    world.act(case, "sup-supervisor1", "urge", level="supervise", demand="尽快")
    urge = next(t.id for t in world.view(case).tasks if t.kind == "answer_urge")
    back = {"task": urge, "reason_code": "not_our_duty", "reason": "不答"}
    error = refused(world, case, "drc-handler1", "return_task", **back)
    assert error.code == "answer_the_supervision"


def test_a_transfer_is_not_ruled_back_to_the_sender_as_its_receiver(world: World) -> None:
    case = world.open()
    move = {"to_region": "320100", "reason_code": "site_elsewhere", "reason": "场所在南京"}
    world.act(case, "drc-handler1", "propose_transfer", **move)
    world.act(case, "nj-drc-reviewer1", "return_task", reason_code="not_our_region", reason="不在本辖区")
    ruling = {"decision": "reassign", "agency": "320300-drc"}
    assert "agency" in refused(world, case, "js-drc-reviewer1", "rule_on_return", **ruling).fields
    assert world.view(case).region_code == "320303"


def test_a_case_is_not_referred_to_a_partner_of_another_region(world: World) -> None:
    told("agency/320300-street")
    Agency.objects.filter(code="320300-street").update(region_id="320302")
    case = world.verified(world.open())
    refer = {"partner": "320300-street", "matter": "local", "request": "协助"}
    assert "partner" in refused(world, case, "drc-approver1", "refer_case", **refer).fields


def test_the_place_of_a_case_does_not_change_under_a_measure(world: World) -> None:
    case = served(world)
    moved = {"source": "manual", "region_code": "320302"}
    error = refused(world, case, "telecom-handler1", "attach_signal", **moved)
    assert "region_code" in error.fields


# Merging ------------------------------------------------------------------------------------------------------------


def test_a_case_whose_supply_it_cut_is_not_merged_away(world: World) -> None:
    case, survivor = world.verified(world.open()), world.open()
    world.act(case, "grid-reviewer1", "report_grid_suspension", **own_cut(world, case))
    merge = {"survivor": world.view(survivor).number, "reason_code": "same_site"}
    assert refused(world, case, "drc-handler1", "merge_case", **merge).code == "wrong_stage"
    world.act(case, "grid-crew1", "confirm_suspension", confirmed_at=world.iso, load_is_zero=True, reading="1")
    error = refused(world, case, "drc-handler1", "merge_case", **merge)
    assert (error.status, error.code) == (409, "power_is_off_here")
    assert "并入本案" in error.text.zh


def merged_away(world: World, **facts: Any) -> str:
    """A case with all its findings, merged into a fresh one in which only the commission was on the site."""
    case, survivor = world.verified(world.open(), **facts), world.open()
    world.act(survivor, "drc-handler1", "dispatch_verification", findings=["inspect_site"])
    seen = inspection(world, serves_residents=False, subject="sole_trader")
    world.act(survivor, "drc-handler2", "record_inspection", **seen)
    number = world.view(survivor).number
    world.act(case, "drc-handler1", "merge_case", survivor=number, reason_code="same_site")
    return survivor


def test_a_merge_takes_no_finding_away_that_protects_a_home(world: World) -> None:
    survivor = merged_away(world, serves_residents=True, user_class="residential")
    error = refused(world, survivor, "drc-handler1", "propose_determination", **proposal("suspension"))
    assert error.code == "residents_barred"


def test_a_merge_takes_no_finding_away_that_protects_a_victim(world: World) -> None:
    survivor = merged_away(world, finding="compromised")
    for measure in ("suspension", "surcharge"):
        error = refused(world, survivor, "drc-handler1", "propose_determination", **proposal(measure))
        assert error.code == "victim"


def test_a_waiver_after_the_merge_is_no_report_that_takes_a_victim_back(world: World) -> None:
    survivor = merged_away(world, finding="compromised")
    world.later(minutes=1)
    kinds = ["analyse_traffic", "inspect_site"]
    world.act(survivor, "drc-handler1", "request_rework", findings=kinds, reason="再查")
    waived = next(t.id for t in world.view(survivor).tasks if t.kind == "analyse_traffic")
    world.act(survivor, "drc-reviewer1", "waive_finding", task=waived, reason_code="not_needed")
    seen = inspection(world, serves_residents=False, subject="sole_trader")
    world.act(survivor, "drc-handler2", "record_inspection", **seen)
    error = refused(world, survivor, "drc-handler1", "propose_determination", **proposal("suspension"))
    assert error.code == "victim"


def test_a_merge_takes_no_important_user_away(world: World) -> None:
    survivor = signed(world, world.determined(merged_away(world, user_class="important"), **proposal("suspension")))
    assert "user_class" in refused(world, survivor, "grid-approver1", "approve_suspension", **approval()).fields


def test_a_finding_that_came_with_a_merge_gives_way_to_a_later_one_and_to_undoing_it(world: World) -> None:
    survivor = merged_away(world, serves_residents=True, user_class="residential")
    world.later(minutes=1)
    world.act(survivor, "drc-handler1", "request_rework", findings=["check_consumption"], reason="核实用电性质")
    account = {"user_class": "ordinary", "price_class": "commercial", "serves_residents": False}
    world.act(survivor, "grid-handler1", "report_consumption", result="abnormal", **account)
    gained = world.view(survivor).facts["merged_cases"][0]
    assert {row["kind"] for row in gained["reports"]} >= {"check_consumption", "inspect_site"}
    # The inspectors saw people living there too, and they have looked since.
    case = gained["case"]
    world.act(case, "drc-reviewer1", "undo_merge", survivor=world.view(survivor).number, reason="并错")
    assert "merged_cases" not in world.view(survivor).facts
    world.determined(survivor, **proposal("suspension"))


def test_a_merge_does_not_bring_a_lead_back_that_was_found_to_be_nothing(world: World) -> None:
    energy, own = [{"family": "energy", "count": 2}], [{"family": "report", "count": 1}]
    case, survivor = world.open(source="grid", signals=energy), world.open(source="tips", signals=own)
    world.act(case, "drc-handler1", "dispatch_verification", findings=["check_consumption"])
    account = {"user_class": "ordinary", "price_class": "commercial", "serves_residents": False}
    world.act(case, "grid-handler1", "report_consumption", result="normal", **account)
    world.act(survivor, "drc-handler1", "dispatch_verification", findings=["inspect_site"])
    world.act(survivor, "drc-handler2", "record_inspection", **inspection(world, serves_residents=False))
    number = world.view(survivor).number
    world.act(case, "drc-handler1", "merge_case", survivor=number, reason_code="same_site")
    error = refused(world, survivor, "drc-handler1", "propose_determination", **proposal("suspension"))
    assert error.code == "too_few_families"


def test_a_merge_into_a_case_that_was_merged_on_is_undone_from_the_end(world: World) -> None:
    first, second, third = (world.open() for _ in range(3))
    number: Callable[[str], str] = lambda case: world.view(case).number  # noqa: E731
    world.act(first, "drc-handler1", "merge_case", survivor=number(second), reason_code="same_site")
    world.act(second, "drc-handler1", "merge_case", survivor=number(third), reason_code="same_site")
    error = refused(world, first, "drc-reviewer1", "undo_merge", survivor=number(second), reason="并错")
    assert error.code == "survivor_merged_on"
    assert number(second) in error.text.zh


def test_a_transfer_waits_until_the_supply_is_on_again(world: World) -> None:
    case = world.verified(world.open())
    world.act(case, "grid-reviewer1", "report_grid_suspension", **own_cut(world, case))
    world.act(case, "grid-crew1", "confirm_suspension", confirmed_at=world.iso, load_is_zero=True, reading="1")
    move = {"to_region": "320100", "reason_code": "site_elsewhere", "reason": "场所在南京"}
    assert refused(world, case, "drc-handler1", "propose_transfer", **move).code == "power_is_off_here"


# Surcharge ----------------------------------------------------------------------------------------------------------


def plan(**changes: Any) -> dict[str, Any]:
    base = {"rate": "0.30", "starts_on": "2026-10-01", "monthly_kwh": "35000", "price_class": "tiered"}
    return {**base, "simulation_seen": True, **changes}


def billed(world: World, case: str, month: str, first: str, last: str, **more: Any) -> dict[str, Any]:
    return {"month": month, "cycle_from": first, "cycle_to": last, "kwh": "35000", "energy_price": "0.6664", **more}


def test_a_reclassification_that_lowers_the_bill_has_no_back_door(world: World) -> None:
    case = determined(world, "surcharge", price_class="tiered")
    attempts = {
        "honest": {"reclass_to": "commercial"},
        "entered price": {"reclass_to": "commercial", "commercial_price": "2.0"},
        "small month": {"reclass_to": "commercial", "monthly_kwh": "10"},
    }
    for name, changes in attempts.items():
        error = refused(world, case, "drc-handler1", "propose_surcharge", **plan(**changes))
        assert error.code == "reclass_lowers_bill", name
        assert error.figures
    silent = refused(world, case, "drc-handler1", "propose_surcharge", **plan(price_class="commercial"))
    assert "用电核查反馈" in silent.fields["price_class"].zh


def test_a_month_is_billed_once_and_only_for_listed_days(world: World) -> None:
    case = world.surcharged(determined(world, "surcharge"), ends_on="2026-10-20")
    before = billed(world, case, "2026-09", "2026-09-01", "2026-09-30")
    assert refused(world, case, "grid-billing1", "issue_bill", **before).code == "no_listed_day"
    world.act(case, "grid-billing1", "issue_bill", **billed(world, case, "2026-10", "2026-09-16", "2026-10-15"))
    first = world.view(case).facts["surcharge"]["bills"][0]
    assert (first["listed_days"], first["listed_kwh"]) == (15, "17500.000000")
    assert (
        refused(
            world, case, "grid-billing2", "issue_bill", **billed(world, case, "2026-10", "2026-10-01", "2026-10-31")
        ).code
        == "no_open_task"
    )
    world.act(case, "grid-reviewer1", "review_bill", decision="approve")
    again = refused(
        world, case, "grid-billing2", "issue_bill", **billed(world, case, "2026-10", "2026-10-01", "2026-10-31")
    )
    assert "周期重叠" in again.fields["cycle_from"].zh
    after = billed(world, case, "2026-10", "2026-10-21", "2026-10-31")
    assert refused(world, case, "grid-billing1", "issue_bill", **after).code == "no_listed_day"
    world.act(case, "grid-billing1", "issue_bill", **billed(world, case, "2026-10", "2026-10-16", "2026-10-31"))
    assert world.view(case).facts["surcharge"]["bills"][1]["listed_days"] == 5


def test_the_list_ends_no_later_than_the_mining(world: World) -> None:
    case = world.surcharged(determined(world, "surcharge"))
    world.act(case, "drc-handler1", "report_cessation", stopped_on="2026-10-20", proof="removal")
    letter = world.attach(case, "drc-approver1")
    error = refused(world, case, "drc-approver1", "end_surcharge", ends_on="2026-10-31", end_file=letter)
    assert "停止“挖矿”" in error.fields["ends_on"].zh
    world.act(case, "drc-approver1", "end_surcharge", ends_on="2026-10-20", end_file=letter)


def test_days_billed_after_the_end_are_refunded_before_the_case_closes(world: World) -> None:
    case = world.surcharged(determined(world, "surcharge"))
    world.act(case, "grid-billing1", "issue_bill", **billed(world, case, "2026-10", "2026-10-01", "2026-10-31"))
    world.act(case, "grid-reviewer1", "review_bill", decision="approve")
    world.act(case, "drc-handler1", "report_cessation", stopped_on="2026-10-20", proof="removal")
    letter = world.attach(case, "drc-approver1")
    world.act(case, "drc-approver1", "end_surcharge", ends_on="2026-10-20", end_file=letter)
    closing = {"outcome": "handled", "summary": "已处置"}
    error = refused(world, case, "drc-handler1", "propose_closure", **closing)
    assert error.code == "charged_beyond_the_list"
    number = world.view(case).facts["surcharge"]["bills"][0]["no"]
    assert number in error.text.zh
    fix = {"bill": number, "reason_code": "wrong_list", "kwh": "35000", "reason": "名单提前结束"}
    world.act(case, "grid-billing1", "adjust_bill", **fix)
    world.act(case, "grid-reviewer1", "review_bill", decision="approve")
    assert world.view(case).facts["surcharge"]["bills"][0]["listed_days"] == 20
    world.act(case, "drc-handler1", "propose_closure", **closing)


def test_a_bill_of_a_revoked_list_does_not_stand(world: World) -> None:
    case = world.surcharged(determined(world, "surcharge"))
    world.act(case, "grid-billing1", "issue_bill", **billed(world, case, "2026-10", "2026-10-01", "2026-10-31"))
    received = {"received_on": "2026-11-03", "reason_code": "not_mining", "content": "异议"}
    world.act(case, "grid-handler1", "record_objection", **received)
    world.act(case, "drc-reviewer1", "decide_objection", decision="upheld", answer="异议成立")
    assert world.open_tasks(case) == ["determine"]
    surcharge = world.view(case).facts["surcharge"]
    assert (surcharge["state"], surcharge["bills"][0]["state"]) == ("revoked", "refused")
    call_command("verify_audit", stream=f"case/{case}")


def test_the_surcharge_of_a_revoked_list_is_refunded_before_the_case_closes(world: World) -> None:
    case = world.surcharged(determined(world, "surcharge"))
    world.act(case, "grid-billing1", "issue_bill", **billed(world, case, "2026-10", "2026-10-01", "2026-10-31"))
    world.act(case, "grid-reviewer1", "review_bill", decision="approve")
    received = {"received_on": "2026-11-03", "reason_code": "not_mining", "content": "异议"}
    world.act(case, "grid-handler1", "record_objection", **received)
    world.act(case, "drc-reviewer1", "decide_objection", decision="upheld", answer="异议成立")
    assert world.open_tasks(case) == ["determine", "review_bill"]
    nothing = {"finding": "false_positive", "subject": "sole_trader", "disposals": ["close"]}
    world.act(case, "drc-handler1", "propose_determination", **nothing)
    assert refused(world, case, "drc-reviewer2", "decide_determination", decision="approve").code == "list_revoked"
    assert refused(world, case, "grid-reviewer1", "review_bill", decision="refuse").code == "refund_stands"
    world.act(case, "grid-reviewer1", "review_bill", decision="approve")
    assert world.view(case).facts["surcharge"]["bills"][0]["refund"] == "10500.00"
    world.act(case, "drc-reviewer2", "decide_determination", decision="approve")
    assert world.view(case).stage == "closed"
    call_command("verify_audit", stream=f"case/{case}")


def test_a_natural_person_is_not_surcharged(world: World) -> None:
    case = world.verified(world.open(), subject="natural_person")
    charge = proposal("surcharge", subject="natural_person")
    assert refused(world, case, "drc-handler1", "propose_determination", **charge).code == "persons_not_covered"


def test_energy_is_not_billed_at_no_price(world: World) -> None:
    case = world.surcharged(determined(world, "surcharge"))
    free = billed(world, case, "2026-10", "2026-10-01", "2026-10-31", energy_price="0")
    assert "energy_price" in refused(world, case, "grid-billing1", "issue_bill", **free).fields


@pytest.mark.parametrize(("price_class", "more"), [("combined", {}), ("tiered", {"used_before": "10000"})])
def test_a_recorded_price_is_not_replaced_by_an_entered_one(
    world: World, price_class: str, more: dict[str, str]
) -> None:
    """电力法 43: the grid company changes no price by itself, neither up nor down."""
    case = world.surcharged(determined(world, "surcharge", price_class=price_class), price_class=price_class)
    for price in ("5", "0.1"):
        bill = billed(world, case, "2026-10", "2026-10-01", "2026-10-31", **{**more, "energy_price": price})
        assert "energy_price" in refused(world, case, "grid-billing1", "issue_bill", **bill).fields
    bill = billed(world, case, "2026-10", "2026-10-01", "2026-10-31", **{**more, "energy_price": None})
    world.act(case, "grid-billing1", "issue_bill", **bill)


def test_the_class_of_price_is_the_grid_companys_finding(world: World) -> None:
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["check_consumption", "inspect_site"])
    account = {"result": "abnormal", "user_class": "ordinary", "serves_residents": False}
    assert "price_class" in refused(world, case, "grid-handler1", "report_consumption", **account).fields
    task = next(t.id for t in world.view(case).tasks if t.kind == "check_consumption")
    world.act(case, "drc-reviewer1", "waive_finding", task=task, reason_code="not_needed")
    world.act(case, "drc-handler2", "record_inspection", **inspection(world))
    error = refused(world, case, "drc-handler1", "propose_determination", **proposal("surcharge"))
    assert error.code == "price_class_unknown"


def test_the_simulation_is_shown_to_who_has_not_seen_it(world: World) -> None:
    case = determined(world, "surcharge", price_class="tiered")
    error = refused(world, case, "drc-handler1", "propose_surcharge", **plan(simulation_seen=False))
    assert error.code == "simulation_not_seen"
    assert error.figures == {
        "tiered": "28990.50",
        "tiered+0.30": "39490.50",
        "commercial": "23324.00",
        "commercial+0.30": "33824.00",
    }
    assert "居民阶梯电价加价0.30元每月39490.50元" in error.text.zh


def test_a_price_document_of_another_region_or_one_that_has_ended_is_known(world: World) -> None:
    case = determined(world, "surcharge", price_class="tiered")
    typed = {"local_document": "川发改价格规[2022]186号", "document_from": "2022-04-15", "rate": "2.00"}
    letter = {"document_file": world.attach(case, "drc-handler1")}
    error = refused(world, case, "drc-handler1", "propose_surcharge", **plan(**typed, **letter))
    assert error.code == "document_recorded_otherwise"
    assert "510000" in error.text.zh


# Closing ------------------------------------------------------------------------------------------------------------


def test_a_case_is_not_closed_over_open_tasks(world: World) -> None:
    case = world.suspended(determined(world, "suspension"))
    world.act(case, "drc-approver1", "refer_case", partner="320300-police", matter="crime", request="移送")
    closing = {"outcome": "handled", "summary": "已处置"}
    error = refused(world, case, "drc-handler1", "propose_closure", **closing)
    assert (error.code, error.text.zh) == (
        "open_tasks",
        "还有 1 项未办：接收移送。办完或由发展改革委裁定后再办结。",
    )
    world.act(case, "police-handler1", "acknowledge_referral")
    world.act(case, "drc-handler1", "propose_closure", **closing)
    received = {"received_on": world.iso[:10], "reason_code": "not_mining", "content": "异议"}
    world.act(case, "grid-handler1", "record_objection", **received)
    assert refused(world, case, "drc-reviewer1", "decide_closure", decision="approve").code == "open_tasks"


def test_a_case_is_not_closed_while_listed_days_have_no_bill(world: World) -> None:
    """A bill that awaits its review may stay open in a closed case; the days after it may not."""
    case = world.surcharged(determined(world, "surcharge"))
    world.now = at("2026-12-02 10:00")
    world.act(case, "grid-billing1", "issue_bill", **billed(world, case, "2026-10", "2026-10-01", "2026-10-31"))
    world.act(case, "drc-handler1", "report_cessation", stopped_on="2026-11-30", proof="removal")
    letter = world.attach(case, "drc-approver1")
    world.act(case, "drc-approver1", "end_surcharge", ends_on="2026-11-30", end_file=letter)
    assert world.open_tasks(case) == ["close", "review_bill"]
    closing = {"outcome": "handled", "summary": "已处置"}
    error = refused(world, case, "drc-handler1", "propose_closure", **closing)
    assert error.code == "days_unbilled"
    assert "2026-11-01" in error.text.zh
    world.act(case, "grid-reviewer1", "review_bill", decision="approve")
    world.act(case, "grid-billing1", "issue_bill", **billed(world, case, "2026-11", "2026-11-01", "2026-11-30"))
    world.act(case, "drc-handler1", "propose_closure", **closing)


def test_a_bill_that_was_refused_is_no_measure(world: World) -> None:
    case = world.surcharged(determined(world, "surcharge"))
    world.act(case, "grid-billing1", "issue_bill", **billed(world, case, "2026-10", "2026-10-01", "2026-10-31"))
    world.act(case, "grid-reviewer1", "review_bill", decision="refuse")
    upheld(world, case)
    error = refused(world, case, "drc-handler1", "propose_determination", **proposal("close"))
    assert error.code == "proven_but_untreated"


def test_proven_mining_under_watch_is_not_excluded_as_a_false_positive(world: World) -> None:
    home = {"subject": "natural_person", "serves_residents": True, "user_class": "residential"}
    case = world.verified(world.open(), **home)
    watch = {"review_on": "2026-12-01", "monitoring_reason": "residents_no_suspension", "subject": "natural_person"}
    world.determined(case, **proposal("continue_monitoring", **watch))
    error = refused(world, case, "drc-handler1", "propose_exclusion", reason_code="node", explanation="普通节点")
    assert error.code == "determined_as_mining"
    assert "下发核查" in error.text.zh


def test_a_list_that_hit_an_open_case_is_answered_too(world: World) -> None:
    case = world.open()
    hit = {"source": "telecom", "signals": [{"family": "traffic", "count": 1}]}
    world.act(case, "drc-handler1", "attach_signal", **hit, batch="第二批")
    world.act(case, "drc-handler1", "attach_signal", **{**hit, "source": "manual"})
    survivor = world.open()
    number = world.view(survivor).number
    world.act(case, "drc-handler1", "merge_case", survivor=number, reason_code="same_site")
    world.suspended(world.determined(world.verified(survivor), **proposal("suspension")))
    closing = {"outcome": "handled", "summary": "已处置"}
    error = refused(world, survivor, "drc-handler1", "propose_closure", **closing)
    assert error.code == "feedback_missing"
    assert "第二批" in error.text.zh
    world.act(survivor, "drc-handler1", "propose_closure", **closing, feedback="handled")


@pytest.mark.parametrize("outcome", ["false_positive", "not_found", "compromised_victim", "transferred"])
def test_a_proven_case_is_not_closed_as_if_it_had_been_nothing(world: World, outcome: str) -> None:
    case = world.suspended(determined(world, "suspension"))
    error = refused(world, case, "drc-handler1", "propose_closure", outcome=outcome, summary="已处置")
    assert "outcome" in error.fields


def test_a_decided_surcharge_is_not_closed_as_handled_before_it_began(world: World) -> None:
    case = determined(world, "surcharge")
    assert world.open_tasks(case) == ["plan_surcharge"]
    error = refused(world, case, "drc-handler1", "propose_closure", outcome="handled", summary="已处置")
    assert error.code == "proven_but_untreated"
    world.act(case, "drc-handler1", "report_cessation", stopped_on="2026-11-01", proof="removal")
    close = next(t.id for t in world.view(case).tasks if t.kind == "close")
    world.act(case, "drc-handler1", "propose_closure", task=close, outcome="self_stopped", summary="已停止")
