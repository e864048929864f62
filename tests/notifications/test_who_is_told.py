"""Who hears of an act besides those who must act next: whose work is called off, and who asked for an answer."""

from __future__ import annotations

import pytest

from notifications.relay import deliver_all
from tests.workflow.world import World


@pytest.fixture
def world(demo_city):
    return World()


@pytest.fixture
def heard(texts):
    """What a person has heard since the last time, newest first."""

    def read(username):
        deliver_all()
        found = texts(username)
        seen = read.seen.get(username, 0)
        read.seen[username] = len(found)
        return found[: len(found) - seen]

    read.seen = {}
    return read


def ordered_cut(world):
    """A signed and approved suspension whose notice has been served: the crew is about to cut."""
    case = world.verified(world.open())
    world.determined(
        case,
        finding="self_operated",
        subject="sole_trader",
        disposals=["suspension"],
        ground="G5_power_authority",
        serious_or_refused=True,
    )
    return world.served(case)


def test_a_crew_on_its_way_hears_that_the_order_was_withdrawn(world, heard):
    case = ordered_cut(world)
    heard("drc-approver1")
    assert heard("grid-crew2")[0].startswith("待办：实施停电")
    paper = world.attach(case, "drc-approver1", "撤回函.pdf")
    world.act(case, "drc-approver1", "withdraw_suspension", reason_code="error", withdrawal_file=paper)
    assert heard("grid-crew2") == ["已撤销，不再办理：实施停电"]
    assert heard("drc-approver1") == []


def test_a_crew_hears_of_a_stay_and_of_its_end(world, heard):
    case = ordered_cut(world)
    heard("grid-crew2")
    world.act(case, "drc-approver1", "stay_execution", reason_code="new_evidence")
    assert heard("grid-crew2") == ["已中止，暂不办理：实施停电"]
    world.later(hours=5)
    world.act(case, "drc-approver1", "lift_stay", reason="裁定撤销")
    assert [text.partition("，")[0] for text in heard("grid-crew2")] == ["恢复办理：实施停电"]


def test_an_urge_reaches_who_owes_the_work_and_its_answer_the_supervision(world, heard):
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["check_consumption"])
    task = next(t for t in world.view(case).tasks if t.kind == "check_consumption")
    heard("grid-handler1")
    world.act(case, "sup-supervisor1", "urge", level="supervise", demand="尽快办理", task=task.id)
    assert heard("grid-handler1")[0].startswith("待办：答复督办")
    assert heard("cac-handler1") == []
    world.act(case, "grid-handler1", "answer_urge", answer="已安排")
    assert heard("sup-supervisor1") == ["已有结果：答复督办"]
    assert heard("sup-supervisor2") == []


def test_a_partner_hears_of_a_referral_and_who_referred_it_of_the_reply(world, heard):
    case = world.verified(world.open())
    world.act(case, "drc-approver1", "refer_case", partner="320300-police", matter="crime", request="请查")
    assert heard("police-handler1")[0].startswith("待办：接收移送")
    assert heard("discipline-handler1") == []
    world.act(case, "police-handler1", "acknowledge_referral")
    world.act(case, "police-handler2", "reply_referral", result="filed", reply="已立案")
    assert heard("drc-approver1") == ["已有结果：答复移送", "对方已办理：接收移送"]


def test_a_transfer_reaches_the_other_city_and_its_answer_the_sender(world, heard):
    case = world.open()
    world.act(
        case,
        "drc-handler1",
        "propose_transfer",
        to_region="3201",
        reason_code="site_elsewhere",
        reason="场所在南京",
    )
    assert heard("nj-drc-reviewer1")[0].startswith("待办：接收移交")
    heard("drc-handler1")
    world.act(case, "nj-drc-reviewer1", "receive_transfer", decision="accept")
    assert heard("drc-handler1") == ["已有结果：接收移交"]
    assert heard("nj-drc-handler1")[0].startswith("待办：线索分办")


def test_who_proposed_hears_of_the_decision(world, heard):
    case = world.open()
    world.act(case, "drc-handler1", "propose_exclusion", reason_code="research", explanation="高校研究")
    heard("drc-handler1"), heard("drc-handler2")
    world.act(case, "drc-reviewer1", "decide_exclusion", decision="approve")
    assert heard("drc-handler1") == ["已有结果：误报排除审核"]
    assert heard("drc-handler2") == []


def test_who_asked_for_more_time_hears_that_it_was_refused(world, heard):
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["check_consumption"])
    world.act(case, "grid-handler1", "request_extension", due_on="2026-11-30", reason="人手不足")
    heard("grid-handler1")
    world.act(case, "drc-reviewer1", "decide_extension", decision="refuse")
    assert heard("grid-handler1") == ["已有结果：审批延期"]


def test_a_question_that_was_sent_round_is_answered_to_the_agency_that_asked(world, heard):
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["check_consumption"])
    world.act(case, "grid-handler1", "request_assistance", agency="320300-cac", question="请核对地址")
    question = next(t for t in world.view(case).tasks if t.kind == "answer_assistance")
    world.act(
        case, "cac-handler1", "return_task", task=question.id, reason_code="not_our_duty", reason="不属本单位职责"
    )
    world.act(case, "drc-reviewer1", "rule_on_return", decision="reassign", agency="320300-telecom")
    heard("grid-reviewer1")
    world.act(case, "telecom-handler1", "answer_assistance", answer="已核对")
    assert heard("grid-reviewer1") == ["已有结果：答复协查"]


def test_a_new_date_of_a_units_task_is_told_to_the_unit(world, heard):
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["trace_subscriber"])
    world.act(case, "telecom-handler1", "assign_task", unit="320300-telecom-ct")
    world.act(case, "ct-handler1", "request_extension", due_on="2026-11-30", reason="查档")
    heard("ct-handler1"), heard("telecom-handler2")
    world.act(case, "drc-reviewer1", "decide_extension", decision="grant")
    assert [text.partition("，")[0] for text in heard("ct-handler1")] == ["已有结果：审批延期", "期限已改：溯源核查"]
    assert heard("telecom-handler2") == []


def test_work_that_goes_on_to_another_unit_is_told_to_that_unit(world, heard):
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["trace_subscriber"])
    world.act(case, "telecom-handler1", "assign_task", unit="320300-telecom-ct", assignee="ct-handler1")
    heard("ct-handler1")
    world.act(case, "telecom-handler1", "assign_task", unit="320300-telecom-cu")
    task = world.view(case).tasks[0]
    assert task.assignee_id is None
    assert heard("cu-handler1")[0].startswith("已分派：溯源核查")
    assert heard("ct-handler1") == []


def test_who_no_longer_has_to_report_hears_of_the_waiver(world, heard):
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["check_consumption", "analyse_traffic"])
    heard("grid-handler1"), heard("cac-handler1")
    task = next(t for t in world.view(case).tasks if t.kind == "check_consumption")
    world.act(case, "drc-reviewer1", "waive_finding", task=task.id, reason_code="not_needed")
    assert heard("grid-handler1") == ["已撤销，不再办理：用电核查"]
    assert heard("cac-handler1") == []


def test_who_sent_work_hears_that_it_was_acknowledged_returned_and_done(world, heard):
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["check_consumption", "analyse_traffic"])
    heard("drc-handler1"), heard("drc-handler2")
    tasks = {task.kind: task.id for task in world.view(case).tasks}
    world.act(case, "grid-handler1", "accept_task", task=tasks["check_consumption"])
    assert heard("drc-handler1") == ["对方已签收：用电核查"]
    world.act(
        case, "cac-handler1", "return_task", task=tasks["analyse_traffic"], reason_code="not_our_duty", reason="缺地址"
    )
    assert heard("drc-handler1") == ["对方已退回：流量核查"]
    # Who rules on it has a task.
    assert heard("drc-reviewer1")[0].startswith("待办：裁定退回")
    world.act(case, "grid-handler1", "report_consumption", result="normal", user_class="ordinary",
              price_class="commercial", serves_residents=False, theft=False)  # fmt: skip
    assert heard("drc-handler1") == ["对方已办理：用电核查"]
    assert heard("drc-handler2") == []


def test_nobody_is_told_of_one_act_twice(world, heard):
    """The last finding gives the sender the next task: that says it."""
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["check_consumption"])
    heard("drc-handler1")
    world.act(case, "grid-handler1", "report_consumption", result="abnormal", user_class="ordinary",
              price_class="commercial", serves_residents=False, theft=False)  # fmt: skip
    assert [text.partition("，")[0] for text in heard("drc-handler1")] == ["待办：提出认定意见"]


def test_the_commission_hears_that_the_grid_refused_the_order_and_that_it_cut(world, heard):
    case = ordered_cut(world)
    assert "对方已办理：停电审批" in heard("drc-approver1")
    heard("drc-handler1"), heard("drc-reviewer1")
    world.later(days=4)
    world.final_notice(case)
    world.later(minutes=40)
    world.execute(case)
    told = [text for who in ("drc-approver1", "drc-reviewer1", "drc-handler1") for text in heard(who)]
    assert "有新进展：实施停电" in told


def test_supervision_that_sampled_a_case_is_heard_of(world, heard):
    case = world.open()
    world.act(case, "drc-handler1", "propose_exclusion", reason_code="research", explanation="高校研究")
    world.act(case, "drc-reviewer1", "decide_exclusion", decision="approve")
    heard("drc-reviewer1")
    world.act(case, "sup-supervisor1", "sample_case", result="pass", opinion="程序完备")
    assert heard("drc-reviewer1") == ["有新进展：抽查"]
