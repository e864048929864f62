"""What the words of the workflow mean: one test for each sentence about who acts and what tasks are."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from agencies.actors import find_actor, system_actor
from agencies.directory import get_directory
from agencies.services import create_agency, set_parameter
from audit import clock
from cases.intake.receiving import find_agency
from cases.intake.services import import_file
from cases.models import Case
from cases.policy.deadlines import default_period
from cases.workflow.errors import WorkflowError
from cases.workflow.task_kinds import KINDS
from cases.workflow.view import TaskView
from tests.workflow.world import World, at

pytestmark = pytest.mark.usefixtures("demo_city")

FINDINGS = ["trace_subscriber", "check_consumption", "analyse_traffic", "inspect_site"]
RETURN = {"reason_code": "not_our_region", "reason": "不在本辖区"}


@pytest.fixture
def world() -> World:
    return World()


def task(world: World, case: str, kind: str) -> TaskView:
    return next(t for t in world.view(case).tasks if t.kind == kind)


def holder(world: World, case: str, kind: str) -> str:
    return get_directory().by_id[task(world, case, kind).agency_id].code


def refused(world: World, case: str | None, username: str, action: str, **data: Any) -> WorkflowError:
    with pytest.raises(WorkflowError) as caught:
        world.act(case, username, action, **data)
    return caught.value


def dispatched(world: World, *findings: str) -> str:
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=list(findings or FINDINGS))
    return case


def both(world: World, *disposals: str, **more: Any) -> str:
    """Determined with these measures."""
    data = {"ground": "G5_power_authority", "serious_or_refused": True} if "suspension" in disposals else {}
    return world.determined(
        world.verified(world.open(), finding=more.get("finding", "self_operated")),
        subject="sole_trader",
        disposals=list(disposals),
        **{"finding": "self_operated", **data, "proven_from": "2026-10-01", **more},
    )


def object_to(world: World, case: str, decision: str) -> None:
    received = str(world.now.date())
    world.act(case, "grid-handler1", "record_objection", received_on=received, reason_code="procedure", content="异议")
    world.act(case, "drc-reviewer1", "decide_objection", decision=decision, answer="答复")


# Who: the values with `=` -------------------------------------------------------------------------------------------


def test_to_stage_stays(world: World) -> None:
    case = world.open()
    before = world.view(case).stage
    assert world.act(case, "drc-handler1", "comment", comment="备注").stage == before == "monitoring"


def test_task_means_the_addressee_and_a_role_that_the_task_needs(world: World) -> None:
    case = dispatched(world)
    named = {"task": task(world, case, "check_consumption").id}
    assert refused(world, case, "cac-handler1", "accept_task", **named).code == "no_such_task"
    assert refused(world, case, "grid-crew1", "accept_task", **named).code == "wrong_role"
    world.act(case, "grid-handler1", "accept_task", **named)
    assert task(world, case, "check_consumption").accepted_at == world.now


def test_finding_means_the_finding_tasks_that_the_act_names(world: World) -> None:
    case = dispatched(world, "trace_subscriber", "inspect_site")
    traced = task(world, case, "trace_subscriber").id
    world.act(case, "drc-reviewer1", "waive_finding", task=traced, reason_code="not_needed")
    assert world.open_tasks(case) == ["inspect_site"]
    only = task(world, case, "inspect_site").id
    world.act(case, "drc-reviewer1", "waive_finding", task=only, reason_code="not_possible")
    world.act(case, "drc-handler1", "request_rework", findings=["analyse_traffic", "check_consumption"], reason="补正")
    assert world.open_tasks(case) == ["analyse_traffic", "check_consumption"]
    again = refused(world, case, "drc-reviewer1", "waive_finding", task=traced, reason_code="not_needed")
    assert again.code == "no_such_task"


def test_last_finding_means_determine_once_no_finding_is_open_any_more(world: World) -> None:
    case = dispatched(world, "trace_subscriber", "analyse_traffic")
    world.act(case, "telecom-handler1", "report_subscriber", result="not_locatable")
    assert world.open_tasks(case) == ["analyse_traffic"]
    world.act(case, "cac-handler1", "report_traffic", result="not_confirmed")
    assert world.open_tasks(case) == ["determine"]


@pytest.mark.parametrize(
    ("disposals", "more", "stage", "tasks"),
    [
        (["suspension"], {}, "suspension", ["sign_suspension_order"]),
        (["surcharge"], {}, "penalty_tariff", ["plan_surcharge"]),
        (["suspension", "surcharge"], {}, "suspension", ["sign_suspension_order"]),
        (
            ["continue_monitoring"],
            {"review_on": "2026-12-01", "monitoring_reason": "no_local_rule"},
            "monitoring",
            ["review_monitoring"],
        ),
        (["refer"], {}, "verification", ["determine"]),
        (["close"], {"finding": "already_stopped"}, "closed", ["follow_up", "follow_up"]),
        (["close"], {"finding": "compromised"}, "closed", ["advise_owner", "follow_up", "follow_up"]),
    ],
)
def test_disposal_of_a_determination(
    world: World, disposals: list[str], more: dict[str, Any], stage: str, tasks: list[str]
) -> None:
    case = both(world, *disposals, **more)
    assert (world.view(case).stage, world.open_tasks(case)) == (stage, tasks)


@pytest.mark.parametrize(
    ("disposals", "stage", "tasks"),
    [
        (["suspension", "surcharge"], "penalty_tariff", ["plan_surcharge"]),
        (["suspension"], "suspension", ["close"]),
    ],
)
def test_disposal_of_a_confirmed_cut(world: World, disposals: list[str], stage: str, tasks: list[str]) -> None:
    case = world.suspended(both(world, *disposals))
    assert (world.view(case).stage, world.open_tasks(case)) == (stage, tasks)


def test_disposal_of_the_grid_companys_own_cut_is_a_determination(world: World) -> None:
    case = cut_by_the_grid(world, dispatched(world, "check_consumption"))
    world.act(case, "grid-crew1", "confirm_suspension", confirmed_at=world.iso, load_is_zero=True, reading="1")
    assert (world.view(case).stage, world.open_tasks(case)) == ("verification", ["determine"])


def cut_by_the_grid(world: World, case: str) -> str:
    evidence = world.attach(case, "drc-handler1")
    world.act(
        case,
        "grid-reviewer1",
        "report_grid_suspension",
        ground="G2_emergency",
        danger="fire",
        cut_at=world.iso,
        user_class="ordinary",
        serves_residents=False,
        officers=[{"staff_no": "DL01"}, {"staff_no": "DL02"}],
        attachments=[evidence],
    )
    return case


def test_disposal_of_a_cessation_ends_an_active_list_else_the_case(world: World) -> None:
    stopped = {"stopped_on": "2026-11-03", "proof": "load"}
    listed = world.surcharged(both(world, "surcharge"))
    world.act(listed, "drc-handler1", "report_cessation", **stopped)
    assert world.open_tasks(listed) == ["end_surcharge", "issue_bill"]
    ordered = both(world, "suspension")
    world.act(ordered, "drc-handler1", "report_cessation", **stopped)
    assert world.open_tasks(ordered) == ["close", "sign_suspension_order"]


def test_ruling_on_a_return_sends_the_task_to_the_right_addressee_or_drops_it(world: World) -> None:
    case = dispatched(world, "check_consumption", "trace_subscriber")
    for who, kind in (("grid-handler1", "check_consumption"), ("telecom-handler1", "trace_subscriber")):
        world.act(case, who, "return_task", **RETURN)
        assert holder(world, case, "rule_on_return") == "320300-drc"
        if kind == "check_consumption":
            world.act(case, "drc-reviewer1", "rule_on_return", decision="reassign", agency="320303-grid")
            sent = task(world, case, kind)
            assert get_directory().by_id[sent.unit_id or 0].code == "320303-grid"
        else:
            world.act(case, "drc-reviewer1", "rule_on_return", decision="none")
    assert world.open_tasks(case) == ["check_consumption"]


def test_ruling_against_an_exclusion_is_triage_again(world: World) -> None:
    case = world.open()
    world.act(case, "drc-handler1", "propose_exclusion", reason_code="node", explanation="普通节点")
    world.act(case, "drc-reviewer1", "decide_exclusion", decision="refuse")
    assert (world.view(case).stage, world.open_tasks(case)) == ("monitoring", ["triage"])


def test_ruling_for_an_objection_restores_what_is_off_and_determines_anew(world: World) -> None:
    on = both(world, "suspension")
    object_to(world, on, "upheld")
    assert (world.view(on).stage, world.open_tasks(on)) == ("verification", ["determine"])
    off = world.suspended(both(world, "suspension"))
    object_to(world, off, "rejected")
    assert (world.view(off).stage, world.open_tasks(off)) == ("suspension", ["close"])
    object_to(world, off, "upheld")
    assert (world.view(off).stage, world.open_tasks(off)) == ("verification", ["determine", "restore_supply"])
    assert task(world, off, "restore_supply").due_at == world.now + timedelta(hours=24)


def test_ruling_against_a_bill_is_the_bill_again(world: World) -> None:
    case = world.surcharged(both(world, "surcharge"))
    data = {"month": "2026-10", "cycle_from": "2026-10-01", "cycle_to": "2026-10-31", "kwh": "35000"}
    world.act(case, "grid-billing1", "issue_bill", **data, energy_price="0.6664")
    world.act(case, "grid-reviewer1", "review_bill", decision="refuse")
    assert world.open_tasks(case) == ["issue_bill"]


def test_ruling_on_a_restoration_is_closing_where_nothing_else_is_open(world: World) -> None:
    case = both(world, "suspension")
    world.suspended(case)
    closing = task(world, case, "close").id
    order = {"reason_code": "cause_removed", "cause_removed_at": world.iso}
    world.act(case, "drc-reviewer1", "order_restoration", **order)
    world.act(case, "grid-crew1", "restore_supply", restored_at=world.iso, reading="1204.5")
    world.act(case, "grid-crew2", "confirm_restoration", confirmed_at=world.iso, supply_is_on=True)
    assert [t.id for t in world.view(case).tasks] == [closing], "it was open already and is not opened twice"
    other = cut_by_the_grid(world, dispatched(world, "check_consumption"))
    world.act(other, "grid-reviewer2", "order_restoration", **order)
    world.act(other, "grid-crew1", "restore_supply", restored_at=world.iso, reading="1")
    world.act(other, "grid-crew2", "confirm_restoration", confirmed_at=world.iso, supply_is_on=True)
    assert world.open_tasks(other) == ["confirm_suspension"], "the cut itself is still to be confirmed"


def test_ruling_on_a_closing(world: World) -> None:
    case = world.suspended(both(world, "suspension"))
    closing = {"outcome": "handled", "feedback": "handled", "summary": "已处置"}
    world.act(case, "drc-handler1", "propose_closure", **closing)
    world.act(case, "drc-reviewer1", "decide_closure", decision="refuse")
    assert (world.view(case).stage, world.open_tasks(case)) == ("suspension", ["close"])
    world.act(case, "drc-handler1", "propose_closure", **closing)
    world.act(case, "drc-reviewer1", "decide_closure", decision="approve")
    assert (world.view(case).stage, world.open_tasks(case)) == ("closed", ["follow_up", "follow_up"])
    due = sorted(str(t.due_at)[:10] for t in world.view(case).tasks)
    assert due == ["2026-12-07", "2027-02-05"], "30 and 90 days after 7 November"


MOVE = {"to_region": "320100", "reason_code": "site_elsewhere", "reason": "场所在南京"}


@pytest.mark.parametrize(("verified", "kind"), [(False, "triage"), (True, "determine")])
def test_ruling_on_a_transfer(world: World, kind: str, *, verified: bool) -> None:
    accepted, declined = world.open(), world.open()
    for case in (accepted, declined):
        if verified:
            world.verified(case)
        world.act(case, "drc-handler1", "propose_transfer", **MOVE)
        assert holder(world, case, "receive_transfer") == "320100-drc"
    world.act(accepted, "nj-drc-reviewer1", "receive_transfer", decision="accept")
    assert (world.view(accepted).region_code, holder(world, accepted, kind)) == ("3201", "320100-drc")
    world.act(declined, "nj-drc-reviewer1", "receive_transfer", decision="decline")
    assert (world.view(declined).region_code, holder(world, declined, kind)) == ("320303", "320300-drc")
    assert world.open_tasks(accepted) == world.open_tasks(declined) == [kind]


def relations(case: str) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.code, c.relation FROM cases_caseagency c JOIN agencies_agency a ON a.id = c.agency_id"
            " WHERE c.case_id = %s",
            [case],
        )
        return dict(cursor.fetchall())


def test_a_transferred_case_is_led_by_the_receiver_and_the_sender_keeps_its_part(world: World) -> None:
    case = world.open()
    assert relations(case)["320300-drc"] == "lead"
    world.act(case, "drc-handler1", "propose_transfer", **MOVE)
    assert relations(case)["320100-drc"] == "task", "it sees the case before it accepts"
    world.act(case, "nj-drc-reviewer1", "receive_transfer", decision="accept")
    assert {code for code, relation in relations(case).items() if relation == "lead"} == {"320100-drc"}
    assert relations(case)["320300-drc"] == "task"
    assert not world.may(case, "drc-handler1", "dispatch_verification").allowed


def test_whoever_supervises_where_the_premises_turn_out_to_lie_sees_the_case(world: World) -> None:
    county = create_agency(
        actor=system_actor(),
        code="320303-supervision",
        kind="supervision",
        region="320303",
        name="云龙区人民政府督查室",
        short_name="区督查室",
        monogram="督",
        parent=None,
        duties=[],
        partner_sort="",
        now=world.now,
    )
    case = world.open(region_code="3203")
    assert county.code not in relations(case)
    world.act(case, "drc-handler1", "attach_signal", source="trace", region_code="320303", title="云龙区某小区")
    assert relations(case)[county.code] == "supervisor"


def test_a_relapse_names_a_closed_case_that_the_person_may_know_of(world: World) -> None:
    again: dict[str, Any] = {"region_code": "320303", "title": "云龙区 居民用户", "source": "telecom"}
    running = world.open()
    foreign = world.act(None, "nj-drc-handler1", "open_case", **{**again, "region_code": "320102"}).case_id
    world.act(foreign, "nj-drc-handler1", "propose_exclusion", reason_code="node", explanation="普通节点")
    world.act(foreign, "nj-drc-reviewer1", "decide_exclusion", decision="approve")
    for reference in ("13900001111", world.view(running).number, world.view(foreign).number):
        error = refused(world, None, "drc-handler1", "open_case", relapse_of=reference, **again)
        assert error.fields["relapse_of"].zh.startswith("没有这个编号的已办结案件")
    world.act(running, "drc-handler1", "propose_exclusion", reason_code="node", explanation="普通节点")
    world.act(running, "drc-reviewer1", "decide_exclusion", decision="approve")
    number = world.view(running).number
    # By its id or in small letters: what is kept is the number.
    for reference in (running, number.lower()):
        case = world.act(None, "telecom-handler1", "open_case", relapse_of=reference, **again).case_id
        assert (world.view(case).level, world.view(case).facts["relapse"]["of"]) == ("priority", number)


def test_leaving_a_stage_cancels_its_open_tasks_by_an_event(world: World) -> None:
    case = dispatched(world)
    left = {t.id for t in world.view(case).tasks}
    cut_by_the_grid(world, case)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT convert_from(body, 'UTF8')::jsonb -> 'close' FROM audit_event"
            " WHERE stream = %s AND action = 'report_grid_suspension'",
            [f"case/{case}"],
        )
        closed = cursor.fetchone()[0]
    rows = json.loads(closed) if isinstance(closed, str) else closed
    assert {row["id"] for row in rows} == left
    assert {row["state"] for row in rows} == {"cancelled"}


# Who: merges and disputes -------------------------------------------------------------------------------------------


def hit(day: int) -> bytes:
    lines = ["序号,源IP地址,源端口,矿池地址,首次发现时间,最近发现时间,疑似区县"]
    lines.append(f"1,36.154.192.217,1001,xmr.pool.example,2026-10-{day:02d} 08:00,2026-10-{day:02d} 20:00,云龙区")
    return "\n".join(lines).encode()


def bring(content: bytes, name: str) -> None:
    import_file(
        actor=system_actor(),
        content=content,
        filename="a.csv",
        kind="telecom",
        agency=find_agency("telecom_bureau", get_directory()),
        batch_name=name,
        now=clock.now(),
    )


def test_a_hit_on_a_merged_case_goes_to_the_survivor(world: World) -> None:
    bring(hit(1), "第一批")
    case, survivor = str(Case.objects.get().id), world.open()
    world.now = clock.now()
    world.act(case, "drc-handler1", "merge_case", survivor=world.view(survivor).number, reason_code="same_site")
    before = world.view(survivor).facts["signals"]["traffic"]
    bring(hit(2), "第二批")
    assert Case.objects.count() == 2
    assert world.view(survivor).facts["signals"]["traffic"] == before + 1
    assert world.view(case).facts["signals"]["traffic"] == 1


def test_a_merge_is_undone_unless_the_survivor_has_seen_an_adverse_step(world: World) -> None:
    case, survivor = world.open(), world.verified(world.open())
    number = world.view(survivor).number
    world.act(case, "drc-handler1", "merge_case", survivor=number, reason_code="same_site")
    assert (world.view(case).stage, world.view(case).outcome) == ("closed", "merged")
    world.act(case, "drc-reviewer1", "undo_merge", survivor=number, reason="并错")
    assert (world.view(case).stage, world.open_tasks(case)) == ("monitoring", ["triage"])
    world.act(case, "drc-handler1", "merge_case", survivor=number, reason_code="same_site")
    world.determined(
        survivor,
        finding="self_operated",
        subject="sole_trader",
        disposals=["suspension"],
        ground="G5_power_authority",
        serious_or_refused=True,
    )
    order, law = (world.attach(survivor, "drc-approver1", name) for name in ("函.pdf", "决定书.pdf"))
    world.act(survivor, "drc-approver1", "sign_suspension_order", order_file=order, legal_document=law)
    error = refused(world, case, "drc-reviewer1", "undo_merge", survivor=number, reason="并错")
    assert (error.status, error.code) == (409, "adverse_step_since")
    assert "不能撤销并案" in error.text.zh


def test_a_dispute_between_regions_is_ruled_by_their_common_superior(world: World) -> None:
    case = world.open()
    world.act(case, "drc-handler1", "propose_transfer", **MOVE)
    world.act(case, "nj-drc-reviewer1", "receive_transfer", decision="decline")
    world.act(case, "drc-handler1", "propose_transfer", **MOVE)
    dispute = refused(world, case, "nj-drc-reviewer1", "receive_transfer", decision="decline")
    assert dispute.code == "dispute"
    world.act(case, "nj-drc-reviewer1", "return_task", **RETURN)
    assert holder(world, case, "rule_on_return") == "320000-drc"
    for nobody in ("drc-reviewer1", "nj-drc-reviewer1"):
        assert refused(world, case, nobody, "rule_on_return", decision="none").status == 403
    world.act(case, "js-drc-reviewer1", "rule_on_return", decision="none")
    assert (holder(world, case, "triage"), world.open_tasks(case)) == ("320300-drc", ["triage"])


@pytest.mark.parametrize("sort", ["police", "discipline", "culture", "street"])
def test_each_sort_of_partner_receives_a_referral_and_answers_it_even_after_the_closing(
    world: World, sort: str
) -> None:
    case, people = world.verified(world.open()), f"{sort}-handler1"
    assert refused(world, case, people, "comment", comment="在吗").status == 404, "it knows nothing of the case before"
    world.act(case, "drc-approver1", "refer_case", partner=f"320300-{sort}", matter="local", request="请协助")
    assert task(world, case, "acknowledge_referral").due_at == at("2026-11-10 18:00")
    world.act(case, people, "acknowledge_referral", file_no="收〔2026〕7号")
    assert task(world, case, "reply_referral").due_at == at("2026-11-17 18:00")
    world.determined(case, finding="already_stopped", subject="sole_trader", disposals=["close"])
    assert world.view(case).stage == "closed"
    world.act(case, people, "reply_referral", result="handled", reply="已处理")
    assert world.view(case).facts["referrals"][0]["state"] == "replied"
    assert relations(case)[f"320300-{sort}"] == "referral"


def test_supervision_urges_a_closed_case_in_which_nothing_is_open(world: World) -> None:
    case = world.open()
    world.act(case, "drc-handler1", "propose_exclusion", reason_code="node", explanation="普通节点")
    world.act(case, "drc-reviewer1", "decide_exclusion", decision="approve")
    assert world.open_tasks(case) == []
    world.act(case, "sup-supervisor1", "urge", level="supervise", demand="说明排除理由")
    asked = task(world, case, "answer_urge")
    assert (holder(world, case, "answer_urge"), asked.due_at) == ("320300-drc", at("2026-11-04 18:00"))
    world.act(case, "drc-approver1", "answer_urge", answer="见排除意见")
    assert world.open_tasks(case) == []


# Tasks are the hand-offs --------------------------------------------------------------------------------------------


def test_every_return_names_one_of_five_reasons_and_goes_to_the_commissions_ruling(world: World) -> None:
    case = dispatched(world, "analyse_traffic", "trace_subscriber")
    for reason in ("not_our_duty", "not_our_region", "not_enough_information", "not_locatable", "duplicate"):
        other = dispatched(world, "analyse_traffic")
        world.act(other, "cac-handler1", "return_task", reason_code=reason, reason="说明")
        assert task(world, other, "rule_on_return").data["reason"] == reason
        assert holder(world, other, "rule_on_return") == "320300-drc"
    unknown = refused(world, case, "cac-handler1", "return_task", reason_code="too_busy", reason="说明")
    assert "reason_code" in unknown.fields


def test_the_second_return_of_the_same_task_goes_to_the_superior(world: World) -> None:
    case = dispatched(world, "analyse_traffic", "trace_subscriber")
    world.act(case, "cac-handler1", "return_task", **RETURN)
    world.act(case, "drc-reviewer1", "rule_on_return", decision="reassign")
    world.act(case, "cac-handler2", "return_task", **RETURN)
    assert holder(world, case, "rule_on_return") == "320000-drc"
    assert refused(world, case, "drc-reviewer1", "rule_on_return", decision="reassign").status == 403
    world.act(case, "telecom-handler1", "return_task", **RETURN)
    rulers = {get_directory().by_id[t.agency_id].code for t in world.view(case).tasks}
    assert rulers == {"320000-drc", "320300-drc"}, "another task's first return is the commission's"


def ledger(task_id: str) -> list[tuple[str, str, datetime, datetime | None]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state, reason, started_at, ended_at FROM cases_clockinterval WHERE task_id = %s"
            " ORDER BY started_at, id",
            [task_id],
        )
        return list(cursor.fetchall())


def test_a_request_for_assistance_pauses_the_askers_clock_and_the_ledger_shows_it(world: World) -> None:
    case = dispatched(world, "analyse_traffic")
    asker, opened = task(world, case, "analyse_traffic"), world.now
    asked = world.later(days=1)
    world.act(case, "cac-handler1", "request_assistance", agency="320300-police", question="请协助核对")
    question = task(world, case, "answer_assistance")
    assert question.due_at == at("2026-11-11 18:00"), "five working days"
    answered = world.later(days=2)
    world.act(case, "police-handler1", "answer_assistance", answer="已核对")
    rows = ledger(asker.id)
    assert [(state, start, end) for state, _, start, end in rows] == [
        ("running", opened, asked),
        ("paused", asked, answered),
        ("running", answered, None),
    ]
    assert [row[1] for row in rows[1:]] == ["assistance", "answered"]
    assert asker.due_at == at("2026-11-10 18:00")
    assert task(world, case, "analyse_traffic").due_at == at("2026-11-12 18:00"), "two working days stood still"
    done = world.later(days=1)
    world.act(case, "cac-handler1", "report_traffic", result="confirmed")
    assert ledger(asker.id)[-1][3] == done


@pytest.mark.parametrize("first", ["stay", "question"])
def test_a_clock_that_two_things_hold_goes_on_when_both_are_gone(world: World, first: str) -> None:
    case = both(world, "surcharge")
    asker, begun = task(world, case, "plan_surcharge"), world.now
    acts = [
        ("drc-approver1", "stay_execution", {"reason_code": "new_evidence"}),
        ("drc-handler1", "request_assistance", {"agency": "320300-police", "question": "请协助", "task": asker.id}),
    ]
    for who, action, data in acts if first == "stay" else reversed(acts):
        world.later(hours=1)
        world.act(case, who, action, **data)
    world.later(days=1)
    world.act(case, "drc-approver1", "lift_stay", reason="裁定撤销")
    assert ledger(asker.id)[-1][0] == "paused"
    world.later(days=1)
    world.act(case, "police-handler1", "answer_assistance", answer="已核对")
    assert ledger(asker.id)[-1][0] == "running"
    # One hour of the first, two days of both, one of them an hour longer: two days and an hour in all.
    assert asker.due_at == at("2026-11-06 18:00")
    assert task(world, case, "plan_surcharge").due_at == at("2026-11-11 10:00")
    assert begun == at("2026-11-03 10:00")


def test_an_extension_is_asked_before_expiry_and_decided_in_one_working_day(world: World) -> None:
    case = dispatched(world, "analyse_traffic")
    world.act(case, "cac-handler1", "request_extension", due_on="2026-11-20", reason="取证需要")
    assert task(world, case, "decide_extension").due_at == at("2026-11-04 18:00")
    world.act(case, "drc-reviewer1", "decide_extension", decision="grant")
    assert task(world, case, "analyse_traffic").due_at == at("2026-11-20 18:00")
    world.now = at("2026-11-20 18:00")
    world.act(case, "cac-handler1", "request_extension", due_on="2026-11-24", reason="取证需要")
    late = dispatched(world, "analyse_traffic")
    world.later(days=8)
    error = refused(world, late, "cac-handler1", "request_extension", due_on="2026-12-24", reason="取证需要")
    assert (error.status, error.code) == (409, "deadline_passed")
    assert "延期须在届满前申请" in error.text.zh


PERIODS = {
    3: "triage determine decide_objection notify_subscriber",
    2: "review_exclusion review_determination sign_suspension_order approve_suspension countersign_important_user"
    " issue_surcharge_list review_bill review_closure end_surcharge receive_transfer accept_task",
    5: "trace_subscriber check_consumption analyse_traffic acknowledge_referral answer_assistance advise_owner",
    10: "inspect_site reply_referral",
    1: "confirm_suspension answer_urge decide_extension",
}


def test_the_default_of_every_kind() -> None:
    for days, kinds in PERIODS.items():
        for kind in kinds.split():
            assert default_period(kind) == (days, "working_days"), kind
    assert default_period("restore_supply") == (24, "hours")
    for kind in KINDS.values():
        assert default_period(kind.deadline).amount > 0


def test_deadlines_are_counted_in_working_days_to_the_end_of_the_office(world: World) -> None:
    world.now = at("2026-09-28 10:00")  # Monday; 1 to 7 October are off, 10 October (a Saturday) is worked
    case = dispatched(world)
    due = {t.kind: t.due_at for t in world.view(case).tasks}
    assert due["trace_subscriber"] == due["check_consumption"] == due["analyse_traffic"] == at("2026-10-10 18:00")
    assert due["inspect_site"] == at("2026-10-16 18:00")


def test_determine_is_due_three_working_days_after_the_last_finding(world: World) -> None:
    case = dispatched(world, "trace_subscriber", "analyse_traffic")
    world.act(case, "telecom-handler1", "report_subscriber", result="not_locatable")
    world.later(days=3)
    world.act(case, "cac-handler1", "report_traffic", result="confirmed")
    assert task(world, case, "determine").due_at == at("2026-11-11 18:00")


def test_a_region_overrides_a_default_through_its_parameters(world: World) -> None:
    for region, value in (("320300", {"working_days": 2}), ("320303", {"hours": 6})):
        set_parameter(
            actor=system_actor(),
            region=region,
            key="deadline.analyse_traffic",
            value=value,
            effective_from=date(2026, 11, 3),
            source="徐发改〔2026〕12号",
            now=world.now,
        )
    here = dispatched(world, "analyse_traffic", "trace_subscriber")
    assert task(world, here, "analyse_traffic").due_at == at("2026-11-03 16:00"), "the county's own goes first"
    assert task(world, here, "trace_subscriber").due_at == at("2026-11-10 18:00")
    other = world.open(region_code="320302")
    world.act(other, "drc-handler1", "dispatch_verification", findings=["analyse_traffic"])
    assert task(world, other, "analyse_traffic").due_at == at("2026-11-05 18:00")


def test_the_override_holds_from_the_morning_of_its_first_day(world: World) -> None:
    """At 00:30 in Xuzhou it is still the day before in UTC."""
    set_parameter(
        actor=system_actor(),
        region="320300",
        key="deadline.triage",
        value={"working_days": 1},
        effective_from=date(2026, 11, 4),
        source="徐发改〔2026〕13号",
        now=world.now,
    )
    world.now = at("2026-11-04 00:30")
    assert task(world, world.open(), "triage").due_at == at("2026-11-05 18:00")


def test_a_deadline_in_a_year_without_a_calendar_is_provisional(world: World) -> None:
    world.now = at("2026-12-23 10:00")
    case = dispatched(world)
    found = {t.kind: t for t in world.view(case).tasks}
    assert not found["analyse_traffic"].provisional
    assert found["analyse_traffic"].due_at == at("2026-12-30 18:00")
    late = found["inspect_site"]
    assert late.provisional
    assert late.due_at == at("2027-01-07 18:00"), "weekends and New Year's Day only"


def test_no_execution_window_rests_on_a_provisional_day(world: World) -> None:
    world.now = at("2026-12-24 10:00")
    case = both(world, "suspension")
    world.served(case)
    assert world.view(case).facts["suspension"]["notice"]["window_to"] == "2026-12-31T02:00:00.000000Z"
    world.now = at("2026-12-31 11:00")
    world.act(case, "grid-reviewer1", "lapse_notice", reason_code="window_missed")
    notice = world.attach(case, "grid-crew1", "通知.pdf")
    data = {
        "method": "direct",
        "served_at": world.iso,
        "notice_file": notice,
        "signature": "signed",
        "recipient": "张三",
    }
    error = refused(world, case, "grid-crew1", "serve_notice", **data)
    assert (error.status, error.code) == (409, "provisional_day")
    assert "（暂定）" in error.text.zh
    assert task(world, case, "serve_notice").provisional


def test_the_clock_of_a_case_belongs_to_who_holds_the_task(world: World) -> None:
    case = dispatched(world, "analyse_traffic")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.code FROM cases_clockinterval c JOIN agencies_agency a ON a.id = c.agency_id"
            " WHERE c.case_id = %s AND c.ended_at IS NULL",
            [case],
        )
        assert [row[0] for row in cursor.fetchall()] == ["320300-cac"]
    assert find_actor("cac-handler1").posts[0].agency_code == "320300-cac"
