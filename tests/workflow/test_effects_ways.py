"""What each decision opens: every line of the table of meanings, and the ways it leads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.workflow.desk import FILE, OFFICERS, Desk, at, proposal

# Findings -----------------------------------------------------------------------------------------


def test_the_determination_opens_when_the_last_finding_is_in() -> None:
    desk = Desk().dispatched("analyse_traffic", "trace_subscriber")
    desk.act("cac-handler1", "report_traffic", result="confirmed")
    assert desk.tasks == ["trace_subscriber"]
    desk.act("telecom-handler1", "report_subscriber", result="not_locatable")
    assert desk.tasks == ["determine"]


def test_rework_reopens_the_named_findings_and_takes_the_determination_back() -> None:
    desk = Desk().verified()
    desk.act("drc-handler1", "request_rework", findings=["analyse_traffic", "inspect_site"], reason="补充")
    assert desk.tasks == ["analyse_traffic", "inspect_site"]
    desk.act("cac-handler1", "report_traffic", result="confirmed", hashrate="120.5")
    desk.act("drc-reviewer1", "waive_finding", task=desk.task("inspect_site").id, reason_code="not_needed")
    assert desk.tasks == ["determine"]
    assert desk.fact("findings", "inspect_site", "result") == "running", "what was found before stays on record"
    assert desk.fact("findings", "analyse_traffic", "hashrate") == "120.5"


def test_where_an_account_was_found_the_grid_answers_what_gate_1_rests_on() -> None:
    desk = Desk().dispatched("check_consumption")
    error = desk.refused("grid-handler1", "report_consumption", result="abnormal", user_class="ordinary")
    assert "是否供居民生活用电" in error.fields["serves_residents"].zh


# Leads --------------------------------------------------------------------------------------------


def test_a_refused_exclusion_goes_back_to_triage_an_approved_one_closes() -> None:
    desk = Desk()
    desk.act("drc-handler1", "propose_exclusion", reason_code="node", explanation="普通节点")
    desk.act("drc-reviewer1", "decide_exclusion", decision="refuse")
    assert (desk.view.stage, desk.tasks) == ("monitoring", ["triage"])
    desk.act("drc-handler1", "propose_exclusion", reason_code="node", explanation="普通节点")
    desk.act("drc-reviewer1", "decide_exclusion", decision="approve")
    assert (desk.view.stage, desk.view.outcome, desk.tasks) == ("closed", "false_positive", [])


def test_monitoring_comes_back_on_its_day() -> None:
    desk = Desk()
    desk.act("drc-handler1", "continue_monitoring", review_on="2026-12-18", reason_code="awaiting_signal")
    assert desk.task("review_monitoring").due_at == at("2026-12-18 18:00")
    assert str(desk.view.review_on) == "2026-12-18"
    desk.act("drc-handler1", "propose_exclusion", reason_code="node", explanation="普通节点")
    desk.act("drc-reviewer1", "decide_exclusion", decision="refuse")
    assert (desk.tasks, desk.view.review_on) == (["triage"], None), "it is looked at now, not on that day"


def test_a_merge_is_undone_to_the_byte() -> None:
    desk = Desk().dispatched("analyse_traffic", "inspect_site")
    desk.view.facts["signals"] = {"traffic": 3, "energy": 1}
    survivor = replace(
        desk.view,
        id="00000000-0000-0000-0000-0000000000aa",
        number="XZ26-0002",
        tasks=(),
        acts=(),
        facts={"signals": {"traffic": 1}, "signal_sources": {"traffic": ["trace"]}, "submissions": 2},
    )
    desk.related = survivor
    before = desk.view
    desk.act("drc-handler1", "merge_case", survivor="XZ26-0002", reason_code="same_site")
    assert (desk.view.stage, desk.view.outcome, desk.view.merged_into) == ("closed", "merged", survivor.id)
    assert desk.tasks == []
    assert desk.related.facts["signals"] == {"traffic": 4, "energy": 1}
    assert desk.related.facts["signal_sources"] == {"traffic": ["telecom", "trace"]}
    assert desk.related.stage == "verification"
    desk.act("drc-reviewer1", "undo_merge", survivor="XZ26-0002", reason="并错")
    assert desk.view.facts == before.facts
    assert (desk.view.stage, desk.view.outcome, desk.view.merged_into) == (before.stage, None, None)
    shape = [(t.kind, t.agency_id, t.due_at, t.data) for t in desk.view.tasks]
    assert shape == [(t.kind, t.agency_id, t.due_at, t.data) for t in before.tasks]
    assert desk.related.facts == survivor.facts


# The decided disposals ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("disposals", "more", "stage", "tasks"),
    [
        (["suspension"], {}, "suspension", ["sign_suspension_order"]),
        (["suspension", "surcharge"], {}, "suspension", ["sign_suspension_order"]),
        (["surcharge"], {}, "penalty_tariff", ["plan_surcharge"]),
        (["continue_monitoring"], {}, "monitoring", ["review_monitoring"]),
        (["close"], {"finding": "false_positive"}, "closed", ["follow_up", "follow_up"]),
        (["close"], {"finding": "compromised"}, "closed", ["advise_owner", "follow_up", "follow_up"]),
        (["continue_monitoring"], {"finding": "compromised"}, "monitoring", ["advise_owner", "review_monitoring"]),
        (["refer"], {}, "verification", ["determine"]),
    ],
)
def test_a_decided_disposal_opens_what_it_needs(
    disposals: list[str], more: dict[str, Any], stage: str, tasks: list[str]
) -> None:
    desk = Desk().verified().determined(*disposals, **more)
    assert (desk.view.stage, desk.tasks) == (stage, tasks)


def test_a_review_day_that_has_come_is_proposed_anew() -> None:
    desk = Desk().verified().proposed("continue_monitoring", review_on="2026-11-04")
    desk.later(days=1)
    assert desk.refused("drc-reviewer1", "decide_determination", decision="approve").code == "review_day_passed"
    desk.act("drc-reviewer1", "decide_determination", decision="refuse")
    assert desk.tasks == ["determine"]


def test_a_refused_determination_is_proposed_anew() -> None:
    desk = Desk().verified().proposed("surcharge")
    desk.act("drc-reviewer1", "decide_determination", decision="refuse")
    assert (desk.view.stage, desk.tasks) == ("verification", ["determine"])
    assert desk.fact("determination", "state") == "refused"


@pytest.mark.parametrize(
    ("finding", "outcome", "feedback"),
    [
        ("false_positive", "false_positive", "not_mining"),
        ("compromised", "compromised_victim", "victim"),
        ("already_stopped", "self_stopped", "stopped"),
        ("not_locatable", "not_found", "not_found"),
        ("no_such_account", "not_found", "not_found"),
        ("outside_jurisdiction", "transferred", "passed_on"),
    ],
)
def test_a_case_closed_by_its_determination_says_how_it_ended(finding: str, outcome: str, feedback: str) -> None:
    desk = Desk().verified().determined("close", finding=finding)
    assert desk.view.outcome == outcome
    assert desk.fact("closure", "feedback") == feedback


def test_the_visits_after_closing_come_at_30_and_90_days() -> None:
    desk = Desk().verified().determined("close", finding="already_stopped")
    due = sorted((t.data["day"], str(t.due_at.date()), t.provisional) for t in desk.view.tasks)
    assert due == [(30, "2026-12-03", False), (90, "2027-02-01", True)]
    first = next(t for t in desk.view.tasks if t.data["day"] == 30)
    desk.later(days=29)
    desk.act("drc-handler1", "record_follow_up", task=first.id, result="relapse", visited_on=desk.iso[:10])
    assert desk.fact("follow_up", "day_30", "result") == "relapse"
    assert desk.fact("relapse", "alert")["seq"] == desk.view.version
    desk.act("drc-reviewer1", "reopen_case", to="verification", reason_code="relapse", reason="复燃")
    assert (desk.view.stage, desk.view.outcome, desk.view.level) == ("verification", None, "priority")
    assert desk.tasks == ["determine"], "the other visit belongs to the closed case"


def test_the_victims_advice_is_written_wherever_the_case_has_gone() -> None:
    desk = Desk().verified().determined("continue_monitoring", finding="compromised")
    desk.act("cac-handler1", "advise_owner", measures=["isolate", "patch"], advice="隔离")
    assert desk.fact("advice", "measures") == ["isolate", "patch"]


# Suspension ---------------------------------------------------------------------------------------


def test_a_confirmed_cut_leads_to_the_surcharge_that_was_decided_too() -> None:
    desk = Desk().suspended("suspension", "surcharge")
    assert (desk.view.stage, desk.tasks) == ("penalty_tariff", ["plan_surcharge"])


def test_a_confirmed_cut_alone_leads_to_closing() -> None:
    desk = Desk().suspended()
    assert (desk.view.stage, desk.tasks) == ("suspension", ["close"])


def test_a_grids_own_cut_leads_back_to_the_determination() -> None:
    desk = Desk().verified()
    desk.act(
        "grid-reviewer1",
        "report_grid_suspension",
        ground="G1_theft",
        cut_at=desk.iso,
        user_class="ordinary",
        serves_residents=False,
        theft_proven=True,
        officers=OFFICERS,
        attachments=[FILE],
    )
    assert desk.tasks == ["confirm_suspension"], "the determination of verification is taken back"
    desk.act("grid-crew1", "confirm_suspension", confirmed_at=desk.iso, load_is_zero=True, reading="1")
    assert (desk.view.stage, desk.tasks) == ("verification", ["determine"])
    desk.determined("surcharge")
    assert desk.view.stage == "penalty_tariff"


@pytest.mark.parametrize("way", ["refuse_suspension", "withdraw_suspension"])
def test_an_order_that_is_refused_or_withdrawn_leads_back(way: str) -> None:
    desk = Desk().verified().determined("suspension").signed()
    desk.act("grid-handler1", "record_objection", received_on=desk.iso[:10], reason_code="not_mining", content="异议")
    if way == "refuse_suspension":
        desk.act("grid-reviewer1", way, reason_code="wrong_account", reason="户号不符")
    else:
        desk.act("drc-approver1", way, reason_code="error")
    assert (desk.view.stage, desk.tasks) == ("verification", ["determine"])
    assert desk.fact("objection", "state") == "moot"


def test_a_failed_service_is_tried_again() -> None:
    desk = Desk().verified().determined("suspension").signed().approved()
    desk.act("grid-crew1", "report_failed_service", method="direct", reason_code="nobody_there", tried_at=desk.iso)
    assert desk.tasks == ["serve_notice"]


# Protection ---------------------------------------------------------------------------------------


def objected(desk: Desk) -> Desk:
    desk.act("grid-handler1", "record_objection", received_on=desk.iso[:10], reason_code="not_mining", content="异议")
    return desk


def test_an_upheld_objection_restores_the_power_and_the_case_goes_back() -> None:
    desk = objected(Desk().suspended())
    desk.act("drc-reviewer2", "decide_objection", decision="upheld", answer="成立")
    assert (desk.view.stage, desk.tasks) == ("verification", ["determine", "restore_supply"])
    assert (desk.task("restore_supply").due_at - desk.now).total_seconds() == 24 * 3600
    desk.act("grid-crew3", "restore_supply", restored_at=desk.iso, reading="1204.5")
    desk.act("grid-crew2", "confirm_restoration", confirmed_at=desk.iso, supply_is_on=True)
    assert (desk.view.stage, desk.tasks) == ("verification", ["determine"])
    assert desk.fact("suspension", "power") == "on"


def test_an_upheld_objection_before_the_cut_restores_nothing() -> None:
    desk = objected(Desk().verified().determined("suspension").signed())
    desk.act("drc-reviewer2", "decide_objection", decision="upheld", answer="成立")
    assert (desk.view.stage, desk.tasks) == ("verification", ["determine"])


def test_a_rejected_objection_changes_nothing() -> None:
    desk = objected(Desk().suspended())
    assert desk.asked("grid-handler2", "record_objection").code == "objection_pending"
    desk.act("drc-reviewer2", "decide_objection", decision="rejected", answer="不成立")
    assert (desk.view.stage, desk.tasks) == ("suspension", ["close"])


def test_a_stay_stops_the_clocks_of_what_is_adverse_and_lifting_it_gives_the_time_back() -> None:
    desk = Desk().verified().determined("suspension")
    due = desk.task("sign_suspension_order").due_at
    body = desk.act("drc-approver1", "stay_execution", reason_code="new_evidence")
    assert [row["state"] for row in body["clock"]] == ["paused"]
    assert desk.asked("drc-approver1", "stay_execution").code == "already_stayed"
    desk.later(days=1)
    body = desk.act("drc-approver2", "lift_stay", reason="复议维持")
    assert [row["state"] for row in body["clock"]] == ["running"]
    assert (desk.task("sign_suspension_order").due_at - due).days == 1
    assert desk.asked("drc-approver1", "lift_stay").code == "not_stayed"


def test_a_restoration_runs_from_when_the_cause_was_gone() -> None:
    desk = Desk().suspended()
    assert Desk().verified().determined("suspension").asked("drc-reviewer1", "order_restoration").code == "power_is_on"
    desk.later(hours=24)
    gone = desk.now.replace(hour=8).isoformat()
    desk.act("grid-reviewer1", "order_restoration", reason_code="cause_removed", cause_removed_at=gone)
    assert desk.asked("grid-reviewer1", "order_restoration").code == "restoration_under_way"
    desk.later(hours=30)
    error = desk.refused("grid-crew3", "restore_supply", restored_at=desk.iso, reading="1204.5")
    assert "逾期原因" in error.fields["late_reason"].zh
    desk.act("grid-crew3", "restore_supply", restored_at=desk.iso, reading="1204.5", late_reason="道路封闭")
    assert desk.fact("restoration", "late") is True
    error = desk.refused("grid-crew2", "confirm_restoration", confirmed_at=desk.iso, supply_is_on=False)
    assert error.code == "supply_still_off"


def test_a_confirmed_restoration_leads_to_closing_if_nothing_else_is_open() -> None:
    desk = Desk().suspended("suspension", "surcharge")
    restore(desk)
    assert desk.tasks == ["plan_surcharge"]
    alone = Desk().suspended()
    alone.act("drc-handler1", "propose_closure", outcome="handled", summary="已处置")
    alone.act("drc-reviewer1", "decide_closure", decision="refuse")
    assert alone.tasks == ["close"]
    restore(alone)
    assert alone.tasks == ["close"]


def restore(desk: Desk) -> None:
    desk.act("grid-reviewer1", "order_restoration", reason_code="cause_removed", cause_removed_at=desk.iso)
    desk.act("grid-crew3", "restore_supply", restored_at=desk.iso, reading="1204.5")
    desk.act("grid-crew2", "confirm_restoration", confirmed_at=desk.iso, supply_is_on=True)


def test_power_is_restored_in_a_closed_case_too() -> None:
    desk = Desk().suspended()
    desk.act("drc-handler1", "propose_closure", outcome="handled", summary="已处置")
    desk.act("drc-reviewer1", "decide_closure", decision="approve")
    restore(desk)
    assert desk.tasks == ["follow_up", "follow_up"]


def reopened(desk: Desk, to: str = "verification") -> Desk:
    desk.act("drc-handler1", "propose_closure", outcome="handled", summary="已处置")
    desk.act("drc-reviewer1", "decide_closure", decision="approve")
    desk.act("drc-reviewer1", "reopen_case", to=to, reason_code="court", reason="法院撤销")
    return desk


@pytest.mark.parametrize(
    ("finding", "reason"),
    [
        ("compromised", "cause_removed"),
        ("false_positive", "wrong_cut"),
        ("already_stopped", "cause_removed"),
        ("not_locatable", "cause_removed"),
        ("outside_jurisdiction", "cause_removed"),
    ],
)
def test_a_case_that_is_found_to_be_no_mining_does_not_leave_the_power_off(finding: str, reason: str) -> None:
    desk = reopened(Desk().suspended())
    desk.determined("close", finding=finding)
    assert (desk.view.stage, desk.tasks.count("restore_supply")) == ("closed", 1)
    assert (desk.task("restore_supply").due_at - desk.now).total_seconds() == 24 * 3600
    assert (desk.fact("restoration", "state"), desk.fact("restoration", "reason")) == ("ordered", reason)
    assert desk.asked("grid-reviewer1", "order_restoration").code == "restoration_under_way"
    desk.act("grid-crew3", "restore_supply", restored_at=desk.iso, reading="1204.5")
    desk.act("grid-crew2", "confirm_restoration", confirmed_at=desk.iso, supply_is_on=True)
    assert "restore_supply" not in desk.tasks
    assert desk.fact("suspension", "power") == "on"


def test_nor_does_a_victims_case_that_is_monitored_where_nobody_could_order_it() -> None:
    desk = reopened(Desk().suspended()).determined("continue_monitoring", finding="compromised")
    assert (desk.view.stage, desk.tasks) == ("monitoring", ["advise_owner", "restore_supply", "review_monitoring"])


def test_nor_does_an_exclusion_or_a_closing_as_stopped() -> None:
    desk = reopened(Desk().suspended()).determined("continue_monitoring", finding="pending_appraisal")
    assert "restore_supply" not in desk.tasks, "nothing is found yet"
    desk.act("drc-handler1", "propose_exclusion", reason_code="node", explanation="普通节点")
    desk.act("drc-reviewer1", "decide_exclusion", decision="approve")
    assert desk.tasks == ["restore_supply"]
    desk = Desk().suspended()
    desk.act("drc-handler1", "propose_closure", outcome="self_stopped", summary="已停止")
    desk.act("drc-reviewer1", "decide_closure", decision="approve")
    assert desk.tasks == ["follow_up", "follow_up", "restore_supply"]


def test_a_restoration_that_is_under_way_is_not_ordered_twice() -> None:
    desk = objected(Desk().suspended())
    desk.act("drc-reviewer2", "decide_objection", decision="upheld", answer="成立")
    desk.act("drc-handler1", "propose_determination", **proposal("close", finding="false_positive"))
    desk.act("drc-reviewer2", "decide_determination", decision="approve")
    assert desk.tasks.count("restore_supply") == 1


def test_the_grid_companys_own_cut_is_ended_by_the_grid_company() -> None:
    desk = Desk().verified()
    cut = {"ground": "G2_emergency", "danger": "fire", "cut_at": desk.iso, "user_class": "ordinary"}
    desk.act(
        "grid-reviewer1", "report_grid_suspension", **cut, serves_residents=False, attachments=[FILE], officers=OFFICERS
    )
    desk.confirmed().determined("close", finding="false_positive")
    assert (desk.view.stage, "restore_supply" in desk.tasks) == ("closed", False)
    restore(desk)


def test_closing_is_proposed_once_at_a_time() -> None:
    desk = Desk().suspended()
    desk.act("drc-handler1", "propose_closure", outcome="handled", summary="已处置")
    desk.act("drc-handler2", "report_cessation", stopped_on=desk.iso[:10], proof="load")
    assert desk.tasks == ["review_closure"], "the closing is under review"
    desk.act("drc-reviewer1", "decide_closure", decision="refuse")
    assert desk.tasks == ["close"]


@pytest.mark.parametrize("kind", ["close", "plan_surcharge"])
def test_closing_ends_the_ruling_on_the_work_that_it_takes_the_place_of(kind: str) -> None:
    """Else the ruling opens that work beside the review, and a second closing overrules a refusal of the first."""
    desk = Desk().verified().determined("surcharge")
    desk.act("drc-handler1", "report_cessation", stopped_on=desk.iso[:10], proof="site_visit")
    desk.act("drc-handler1", "return_task", task=desk.task(kind).id, reason_code="duplicate", reason="重复")
    body = desk.act("drc-handler2", "propose_closure", outcome="self_stopped", summary="已停止")
    assert desk.tasks == ["review_closure"]
    assert sorted(row["state"] for row in body["close"]) == ["cancelled", "done"]
    assert desk.asked("drc-reviewer1", "rule_on_return").code == "no_open_task"
    desk.act("drc-reviewer2", "decide_closure", decision="refuse")
    assert desk.tasks == ["close"]


def test_no_case_is_closed_over_returned_work_that_may_still_be_sent_out() -> None:
    desk = Desk().verified().determined("surcharge").surcharged()
    desk.now = at("2026-12-02 10:00")
    desk.act("drc-handler1", "report_cessation", stopped_on="2026-11-30", proof="site_visit")
    desk.act("drc-approver1", "end_surcharge", ends_on="2026-11-30", end_file=FILE)
    task = desk.task("issue_bill").id
    desk.act("grid-billing1", "return_task", task=task, reason_code="duplicate", reason="重复")
    error = desk.refused("drc-handler2", "propose_closure", outcome="self_stopped", summary="已停止")
    assert (error.code, error.missing) == ("open_tasks", ("rule_on_return",))
    assert error.text.zh.startswith("还有 1 项未办：出具账单（退回待裁定）。")


# Tariff -------------------------------------------------------------------------------------------


def tariff() -> Desk:
    desk = Desk().verified().determined("surcharge").surcharged()
    desk.later(days=40)
    return desk


def test_a_refused_bill_is_made_again_an_approved_one_is_followed_by_the_next() -> None:
    desk = tariff().billed()
    desk.act("grid-reviewer1", "review_bill", decision="refuse")
    assert desk.tasks == ["issue_bill"]
    desk.billed()
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    assert desk.tasks == ["issue_bill"]
    assert [b["state"] for b in desk.fact("surcharge", "bills")] == ["refused", "reviewed"]


def test_a_partial_cycle_is_charged_by_its_daily_mean() -> None:
    desk = tariff()
    desk.act("drc-handler1", "report_cessation", stopped_on="2026-11-12", proof="load")
    desk.act("drc-approver1", "end_surcharge", ends_on="2026-11-12", end_file=FILE)
    desk.billed()
    bill = desk.fact("surcharge", "bills")[0]
    assert (bill["listed_days"], bill["listed_kwh"], bill["surcharge"]) == (12, "14000.000000", "4200.00")
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    assert desk.tasks == ["close"], "every listed day is billed"


def test_the_cessation_leads_to_the_end_of_an_active_list_else_to_closing() -> None:
    desk = tariff()
    desk.act("drc-handler1", "report_cessation", stopped_on="2026-11-30", proof="load")
    assert desk.tasks == ["end_surcharge", "issue_bill"]
    early = Desk().verified().determined("surcharge")
    early.act("drc-handler1", "report_cessation", stopped_on="2026-11-03", proof="load")
    assert early.tasks == ["close", "plan_surcharge"]
    early.act("drc-handler1", "propose_closure", task=early.task("close").id, outcome="self_stopped", summary="停止")
    assert early.tasks == ["review_closure"], "closing takes the place of the plan"


def test_a_correction_counts_once_it_is_reviewed_and_keeps_the_old_figures() -> None:
    desk = tariff().billed()
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    fix = {"bill": "XZ26-0001-B01", "reason_code": "misread", "kwh": "30000", "reason": "抄错"}
    desk.act("grid-billing1", "adjust_bill", **fix)
    before = desk.fact("surcharge", "bills")[0]["amount"]
    desk.act("grid-reviewer1", "review_bill", decision="refuse")
    assert desk.fact("surcharge", "bills")[0]["amount"] == before
    desk.act("grid-billing1", "adjust_bill", **fix)
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    bill = desk.fact("surcharge", "bills")[0]
    assert (before, bill["amount"], bill["refund"]) == ("33824.00", "28992.00", "4832.00")
    assert bill["corrections"][0]["amount"] == before


def test_payments_add_up_to_a_settled_bill() -> None:
    desk = tariff().billed()
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    for amount in ("30000", "3824.00"):
        desk.act("grid-billing1", "record_payment", bill="XZ26-0001-B01", amount=amount, paid_on="2026-12-10")
    bill = desk.fact("surcharge", "bills")[0]
    assert (bill["paid"], bill["settled"]) == ("33824.00", True)


def test_an_upheld_objection_takes_the_list_entry_back() -> None:
    desk = objected(tariff())
    desk.act("drc-reviewer2", "decide_objection", decision="upheld", answer="成立")
    assert (desk.view.stage, desk.tasks) == ("verification", ["determine"])
    assert desk.fact("surcharge", "state") == "revoked"


def test_in_a_closed_case_a_bill_is_corrected_not_made_anew() -> None:
    desk = tariff()
    desk.act("drc-handler1", "report_cessation", stopped_on="2026-11-30", proof="load")
    desk.act("drc-approver1", "end_surcharge", ends_on="2026-11-30", end_file=FILE)
    desk.billed()
    desk.act("drc-handler1", "propose_closure", outcome="handled", summary="已处置")
    desk.act("drc-reviewer1", "decide_closure", decision="approve")
    assert "review_bill" in desk.tasks
    assert desk.refused("grid-reviewer1", "review_bill", decision="refuse").code == "correct_instead"
    desk.act("grid-reviewer1", "review_bill", decision="approve")
    assert desk.tasks == ["follow_up", "follow_up"]


# What an event may hold ---------------------------------------------------------------------------


def test_no_personal_data_and_no_free_text_reaches_an_event() -> None:
    secret = ["某某某", "13800000000", "某路1号", "自述在家挖矿", "XZ9001"]
    desk = Desk().dispatched("trace_subscriber", "inspect_site")
    desk.act(
        "telecom-handler1",
        "report_subscriber",
        result="identified",
        subject="natural_person",
        subscriber=secret[0],
        phone=secret[1],
        address=secret[2],
        note="上门",
    )
    desk.act(
        "drc-handler2",
        "record_inspection",
        result="running",
        inspected_at=desk.iso,
        home_entry=False,
        signature="signed",
        statement=secret[3],
        officers=[{"staff_no": "XZ9001", "officer": secret[0]}, {"staff_no": "XZ9002"}],
    )
    for body in desk.events:
        told = str({k: v for k, v in body.items() if k != "sealed_data"})
        assert not any(word in told for word in secret)
    assert desk.events[-1]["sealed_data"]["officers"][0] == {"staff_no": "XZ9001", "officer": "某某某"}
    assert desk.fact("findings", "inspect_site", "officers") == 2
