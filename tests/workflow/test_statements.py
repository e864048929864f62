"""What each act sends to the database, whatever it writes: one reading call, one writing call, and one for each of

- the files that the data name (all of them in one),
- the people that the data name,
- another case: one that finds it and one that locks and reads it,
- a document number that is drawn,
- a document that is handed over: which version of it stands,
- the places of the sites that pictures are compared with: no person reads these, so that is asked as `places`,
- an account, address or name that was typed into sealed fields: the terms by which it will be found.

Every act of the table is done once, by the people who do it, and counted against the numbers below.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.workflow.engine import Result
from cases.workflow.transitions import TRANSITIONS
from tests.workflow.world import World

pytestmark = pytest.mark.usefixtures("demo_city")

PLAIN, FILES, PICTURES, PEOPLE, OTHER_CASE, NUMBER, HANDED_OVER, PLACES, TERMS = 2, 1, 1, 1, 2, 1, 1, 1, 1

# By hand: a number that grows is a decision, not an accident.
STATEMENTS = {
    "open_case": PLAIN,
    "attach_signal": PLAIN,
    "merge_case": PLAIN + OTHER_CASE,
    "undo_merge": PLAIN + OTHER_CASE,
    "continue_monitoring": PLAIN,
    "dispatch_verification": PLAIN,
    "propose_exclusion": PLAIN,
    "decide_exclusion": PLAIN,
    "accept_task": PLAIN,
    "return_task": PLAIN,
    "rule_on_return": PLAIN,
    "assign_task": PLAIN + PEOPLE,
    "request_extension": PLAIN,
    "decide_extension": PLAIN,
    "request_assistance": PLAIN + NUMBER,
    "answer_assistance": PLAIN,
    "report_subscriber": PLAIN,
    "report_consumption": PLAIN,
    "report_traffic": PLAIN,
    "record_inspection": PLAIN,
    "request_rework": PLAIN,
    "waive_finding": PLAIN,
    "propose_determination": PLAIN,
    "decide_determination": PLAIN + NUMBER,
    "advise_owner": PLAIN + NUMBER,
    "report_grid_suspension": PLAIN + FILES,
    "sign_suspension_order": PLAIN + FILES + NUMBER,
    "approve_suspension": PLAIN + NUMBER,
    "refuse_suspension": PLAIN,
    "countersign_important_user": PLAIN + NUMBER,
    "serve_notice": PLAIN + FILES + HANDED_OVER,
    "report_failed_service": PLAIN,
    "give_final_notice": PLAIN,
    "lapse_notice": PLAIN + NUMBER,
    "report_infeasible": PLAIN,
    "execute_suspension": PLAIN + FILES + PICTURES + PLACES,
    "confirm_suspension": PLAIN,
    "record_objection": PLAIN,
    "decide_objection": PLAIN + NUMBER,
    "stay_execution": PLAIN + NUMBER,
    "lift_stay": PLAIN + NUMBER,
    "withdraw_suspension": PLAIN + NUMBER,
    "order_restoration": PLAIN + NUMBER,
    "restore_supply": PLAIN,
    "confirm_restoration": PLAIN,
    "propose_surcharge": PLAIN,
    "issue_surcharge_list": PLAIN + FILES + NUMBER + TERMS,
    "acknowledge_surcharge": PLAIN + NUMBER,
    "refuse_surcharge": PLAIN,
    "notify_subscriber": PLAIN + FILES + HANDED_OVER,
    "issue_bill": PLAIN,
    "review_bill": PLAIN,
    "record_payment": PLAIN,
    "adjust_bill": PLAIN,
    "report_cessation": PLAIN,
    "end_surcharge": PLAIN + FILES + NUMBER,
    "propose_closure": PLAIN,
    "decide_closure": PLAIN + NUMBER,
    "reopen_case": PLAIN,
    "record_follow_up": PLAIN,
    "refer_case": PLAIN + NUMBER,
    "acknowledge_referral": PLAIN,
    "reply_referral": PLAIN,
    "propose_transfer": PLAIN + NUMBER,
    "receive_transfer": PLAIN + NUMBER,
    "urge": PLAIN + NUMBER,
    "answer_urge": PLAIN,
    "sample_case": PLAIN,
    "comment": PLAIN + FILES,
    "attach_document": PLAIN + FILES,
    "reveal_personal_data": PLAIN,
}
SIGNAL: dict[str, Any] = {"signals": [{"family": "energy", "count": 2}], "source": "grid", "batch": "二批"}
CUT: dict[str, Any] = {
    "finding": "self_operated",
    "subject": "sole_trader",
    "ground": "G5_power_authority",
    "serious_or_refused": True,
    "proven_from": "2026-10-01",
}
OFFICERS = [{"staff_no": "XZ1001", "officer": "李明远"}, {"staff_no": "XZ1002", "officer": "陈洁"}]


class Counting(World):
    """Notes how many statements each act sent; the person and the directory are known before."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, set[int]] = {}
        super().act(None, "drc-handler1", "open_case", region_code="320303", title="热身", source="telecom")

    def act(self, case: str | None, username: str, action: str, **options: Any) -> Result:
        self.person(username)
        with CaptureQueriesContext(connection) as queries:
            result = super().act(case, username, action, **options)
        sent = [q["sql"] for q in queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
        self.sent.setdefault(action, set()).add(len(sent))
        return result

    def task(self, case: str, kind: str) -> str:
        return next(task.id for task in self.view(case).tasks if task.kind == kind)


Story = Callable[[Counting], None]


def leads(world: Counting) -> None:
    case, twin = world.open(), world.open()
    world.act(case, "drc-handler1", "attach_signal", **SIGNAL)
    world.act(case, "drc-handler1", "propose_exclusion", reason_code="node", explanation="区块链节点")
    world.act(case, "drc-reviewer1", "decide_exclusion", decision="refuse")
    world.act(case, "drc-handler1", "continue_monitoring", review_on="2026-11-20", reason_code="awaiting_signal")
    world.act(twin, "drc-handler1", "merge_case", survivor=world.view(case).number, reason_code="same_site")
    world.act(twin, "drc-reviewer1", "undo_merge", survivor=world.view(case).number, reason="两处场所")
    world.act(case, "drc-handler1", "dispatch_verification", findings=["check_consumption"])


def handoffs(world: Counting) -> None:
    case = world.open()
    world.act(
        case,
        "drc-handler1",
        "dispatch_verification",
        findings=["trace_subscriber", "check_consumption", "analyse_traffic"],
    )
    world.act(case, "telecom-handler1", "accept_task")
    world.act(case, "telecom-handler1", "assign_task", unit="320300-telecom-ct", assignee="ct-handler1")
    world.act(case, "grid-handler1", "return_task", reason_code="not_enough_information", reason="缺少户号")
    world.act(case, "drc-reviewer1", "rule_on_return", decision="reassign")
    world.act(
        case,
        "cac-handler1",
        "request_extension",
        task=world.task(case, "analyse_traffic"),
        due_on="2026-11-20",
        reason="数据未到",
    )
    world.act(case, "drc-reviewer1", "decide_extension", decision="grant")
    world.act(case, "grid-handler1", "request_assistance", agency="320300-cac", question="请核对矿池域名")
    world.act(case, "cac-handler1", "answer_assistance", task=world.task(case, "answer_assistance"), answer="已核对")


def verification(world: Counting) -> None:
    case = world.verified(world.open(), finding="compromised")
    world.act(case, "drc-handler1", "request_rework", findings=["trace_subscriber"], reason="用户名称不全")
    task = world.task(case, "trace_subscriber")
    world.act(case, "drc-reviewer1", "waive_finding", task=task, reason_code="not_needed")
    world.determined(
        case, finding="compromised", subject="enterprise", disposals=["close"], opinion="主机被入侵，当事人为受害者"
    )
    world.act(case, "cac-handler1", "advise_owner", measures=["isolate"], advice="隔离主机并重装系统")


def whole_way(world: Counting) -> None:
    case = world.determined(world.verified(world.open()), disposals=["suspension", "surcharge"], **CUT)
    world.suspended(case)
    world.act(
        case,
        "drc-handler1",
        "propose_surcharge",
        rate="0.30",
        starts_on="2026-10-01",
        monthly_kwh="35000",
        price_class="commercial",
        simulation_seen=True,
    )
    details = {"account": "3203000000001", "address": "云龙区和平路1号"}
    letter = world.attach(case, "drc-approver1", "名单函.pdf")
    world.act(case, "drc-approver1", "issue_surcharge_list", list_file=letter, **details)
    world.act(case, "grid-billing1", "refuse_surcharge", reason_code="incomplete", reason="缺少执行标准")
    world.surcharged(case)
    month = {"month": "2026-10", "cycle_from": "2026-10-01", "cycle_to": "2026-10-31", "kwh": "35000"}
    world.act(case, "grid-billing1", "issue_bill", energy_price="0.6664", **month)
    world.act(case, "grid-reviewer1", "review_bill", decision="approve")
    bill = world.view(case).facts["surcharge"]["bills"][-1]["no"]
    world.act(case, "grid-billing1", "record_payment", bill=bill, amount="100.00", paid_on=str(world.now.date()))
    world.act(case, "grid-billing1", "adjust_bill", bill=bill, reason_code="misread", kwh="34000", reason="抄表差错")
    world.act(case, "grid-reviewer1", "review_bill", decision="approve")
    world.later(days=25)
    world.act(case, "drc-handler1", "report_cessation", stopped_on=str(world.now.date()), proof="site_visit")
    end = world.attach(case, "drc-approver1", "停止执行函.pdf")
    world.act(case, "drc-approver1", "end_surcharge", ends_on=str(world.now.date()), end_file=end)
    last = {"month": "2026-11", "cycle_from": "2026-11-01", "cycle_to": str(world.now.date()), "kwh": "9000"}
    world.act(case, "grid-billing1", "issue_bill", energy_price="0.6664", **last)
    world.act(case, "grid-reviewer1", "review_bill", decision="approve")
    world.act(case, "drc-handler1", "propose_closure", outcome="handled", feedback="handled", summary="已处置")
    world.act(case, "drc-reviewer1", "decide_closure", decision="approve")
    world.act(case, "sup-supervisor1", "sample_case", result="pass", score=90)
    visit = {"task": world.task(case, "follow_up"), "visited_on": str(world.now.date())}
    world.act(case, "drc-handler2", "record_follow_up", result="clean", **visit)
    world.act(case, "drc-reviewer2", "reopen_case", to="monitoring", reason_code="relapse", reason="复燃线索")


def ordered(world: Counting) -> str:
    """A cut that has been ordered, of an ordinary user."""
    case = world.determined(world.verified(world.open()), disposals=["suspension"], **CUT)
    order, law = world.attach(case, "drc-approver1"), world.attach(case, "drc-approver1", "决定书.pdf")
    world.act(case, "drc-approver1", "sign_suspension_order", order_file=order, legal_document=law)
    return case


def approved(world: Counting, user_class: str = "ordinary") -> str:
    case = ordered(world)
    data = {"user_class": user_class, "serves_residents": False, "approval_level": "company", "order_checked": True}
    if user_class == "important":
        # Its report to the marketing department is a file more to read; the figure counts the approval without one.
        data["marketing_report"] = world.attach(case, "grid-approver1", "报营销部.pdf")
        World.act(world, case, "grid-approver1", "approve_suspension", **data)
    else:
        world.act(case, "grid-approver1", "approve_suspension", **data)
    return case


def detours_of_a_cut(world: Counting) -> None:
    refused = ordered(world)
    world.act(refused, "grid-reviewer1", "refuse_suspension", reason_code="wrong_account", reason="户号不符")
    world.act(approved(world), "drc-approver1", "withdraw_suspension", reason_code="error")
    important = approved(world, "important")
    world.act(important, "drc-approver2", "countersign_important_user")
    lapsed = approved(world)
    world.act(
        lapsed, "grid-crew1", "report_failed_service", method="direct", reason_code="nobody_there", tried_at=world.iso
    )
    world.serve(lapsed)
    world.act(
        lapsed, "drc-handler1", "record_objection", received_on="2026-11-03", reason_code="not_mining", content="否"
    )
    world.act(lapsed, "drc-approver1", "stay_execution", reason_code="new_evidence")
    world.act(lapsed, "drc-approver1", "lift_stay", reason="裁定撤销")
    world.act(lapsed, "drc-reviewer1", "decide_objection", decision="rejected", answer="事实清楚")
    world.later(days=12)
    world.act(lapsed, "grid-reviewer1", "lapse_notice", reason_code="window_missed")
    infeasible = approved(world)
    world.serve(infeasible)
    world.act(infeasible, "grid-crew1", "report_infeasible", items=["no_lift_load"], reason="有电梯")


def cut_by_the_grid(world: Counting) -> None:
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["check_consumption"])
    paper = world.attach(case, "grid-reviewer1")
    world.act(
        case,
        "grid-reviewer1",
        "report_grid_suspension",
        ground="G2_emergency",
        cut_at=world.iso,
        user_class="ordinary",
        serves_residents=False,
        officers=OFFICERS,
        attachments=[paper],
        danger="fire",
        authority_informed=True,
    )
    world.act(case, "grid-crew2", "confirm_suspension", confirmed_at=world.iso, load_is_zero=True, reading="1.0")


def restored(world: Counting) -> None:
    case = world.determined(world.verified(world.open()), disposals=["suspension"], **CUT)
    world.suspended(case)
    world.act(case, "drc-reviewer1", "order_restoration", reason_code="cause_removed", cause_removed_at=world.iso)
    world.later(hours=2)
    world.act(case, "grid-crew1", "restore_supply", restored_at=world.iso, reading="1204.5")
    world.act(case, "grid-crew2", "confirm_restoration", confirmed_at=world.iso, supply_is_on=True)


def with_others(world: Counting) -> None:
    case = world.verified(world.open())
    world.act(case, "drc-approver1", "refer_case", partner="320300-police", matter="crime", request="请查处窃电")
    world.act(case, "police-handler1", "acknowledge_referral")
    world.act(case, "police-handler1", "reply_referral", result="filed", reply="已立案")
    world.act(case, "sup-supervisor1", "urge", level="supervise", demand="请于三日内办理")
    world.act(case, "drc-handler1", "answer_urge", task=world.task(case, "answer_urge"), answer="正在办理")
    paper = world.attach(case, "drc-handler1")
    world.act(case, "drc-handler1", "comment", comment="到现场看过", attachments=[paper])
    world.act(case, "drc-handler1", "attach_document", attachments=[paper], paper="other")
    world.act(case, "drc-handler1", "reveal_personal_data", items=["phone"], purpose="visit", reason="入户检查")
    other = world.open()
    world.act(
        other, "drc-handler1", "propose_transfer", to_region="320102", reason_code="site_elsewhere", reason="属南京"
    )
    world.act(other, "nj-drc-reviewer1", "receive_transfer", decision="accept")


STORIES: dict[Story, set[str]] = {
    leads: {
        "open_case",
        "attach_signal",
        "merge_case",
        "undo_merge",
        "continue_monitoring",
        "dispatch_verification",
        "propose_exclusion",
        "decide_exclusion",
    },
    handoffs: {
        "accept_task",
        "return_task",
        "rule_on_return",
        "assign_task",
        "request_extension",
        "decide_extension",
        "request_assistance",
        "answer_assistance",
    },
    verification: {
        "report_subscriber",
        "report_consumption",
        "report_traffic",
        "record_inspection",
        "request_rework",
        "waive_finding",
        "propose_determination",
        "decide_determination",
        "advise_owner",
    },
    whole_way: {
        "sign_suspension_order",
        "approve_suspension",
        "serve_notice",
        "give_final_notice",
        "execute_suspension",
        "confirm_suspension",
        "propose_surcharge",
        "issue_surcharge_list",
        "acknowledge_surcharge",
        "refuse_surcharge",
        "notify_subscriber",
        "issue_bill",
        "review_bill",
        "record_payment",
        "adjust_bill",
        "report_cessation",
        "end_surcharge",
        "propose_closure",
        "decide_closure",
        "sample_case",
        "record_follow_up",
        "reopen_case",
    },
    detours_of_a_cut: {
        "refuse_suspension",
        "withdraw_suspension",
        "countersign_important_user",
        "report_failed_service",
        "record_objection",
        "stay_execution",
        "lift_stay",
        "decide_objection",
        "lapse_notice",
        "report_infeasible",
    },
    cut_by_the_grid: {"report_grid_suspension", "confirm_suspension"},
    restored: {"order_restoration", "restore_supply", "confirm_restoration"},
    with_others: {
        "refer_case",
        "acknowledge_referral",
        "reply_referral",
        "urge",
        "answer_urge",
        "comment",
        "attach_document",
        "reveal_personal_data",
        "propose_transfer",
        "receive_transfer",
    },
}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_each_act_sends_as_many_statements_as_the_table_says(story: Story) -> None:
    world = Counting()
    story(world)
    assert STORIES[story] <= set(world.sent)
    assert {action: {STATEMENTS[action]} for action in world.sent} == world.sent


def test_the_stories_do_every_act_of_the_workflow() -> None:
    assert set().union(*STORIES.values()) == set(STATEMENTS) == set(TRANSITIONS)
