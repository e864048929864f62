"""What holds a clock and what moves a deadline, act by act, in memory."""

from __future__ import annotations

from typing import Any

from tests.workflow.desk import Desk, at

ASK: dict[str, Any] = {"agency": "320300-police", "question": "请协助"}
RETURN = {"reason_code": "not_our_region", "reason": "不在本辖区"}


def clocks(body: dict[str, Any]) -> list[tuple[str, str]]:
    return [(row["state"], row["reason"]) for row in body.get("clock", [])]


def test_what_is_opened_under_a_stay_stands_still_until_it_is_lifted() -> None:
    """A window that a stay outlasts needs a new notice, which nobody may serve before the stay is lifted."""
    desk = Desk().verified().determined("suspension").signed().approved().served()
    desk.act("drc-approver1", "stay_execution", reason_code="new_evidence")
    body = desk.act("grid-reviewer1", "lapse_notice", reason_code="window_missed")
    served = desk.task("serve_notice")
    assert body["clock"] == [{"task": served.id, "state": "paused", "reason": "stay"}]
    assert served.due_at == at("2026-11-05 18:00")
    desk.later(days=2)
    body = desk.act("drc-approver1", "lift_stay", reason="裁定撤销")
    assert clocks(body) == [("running", "stay_lifted")]
    assert desk.task("serve_notice").due_at == at("2026-11-09 18:00"), "two working days and a weekend later"


def test_work_that_is_not_adverse_goes_on_under_a_stay() -> None:
    desk = Desk().verified().determined("suspension").signed()
    desk.act("drc-approver1", "stay_execution", reason_code="new_evidence")
    body = desk.act(
        "grid-handler1", "record_objection", received_on=desk.iso[:10], reason_code="not_mining", content="异议"
    )
    answering = next(task.id for task in desk.view.tasks if task.kind == "decide_objection")
    assert answering not in [row["task"] for row in body["clock"]]


def test_a_question_asked_while_another_is_returned_holds_the_clock_from_the_first() -> None:
    desk = Desk().dispatched("analyse_traffic")
    task = desk.task("analyse_traffic")
    desk.act("cac-handler1", "request_assistance", **ASK)
    desk.later(days=1)
    desk.act("police-handler1", "return_task", **RETURN)
    body = desk.act("cac-handler1", "request_assistance", task=task.id, **{**ASK, "agency": "320300-grid"})
    assert clocks(body) == [], "the clock stands still already"
    assert clocks(desk.act("drc-reviewer1", "rule_on_return", decision="none")) == []
    desk.later(days=1)
    assert clocks(desk.act("grid-handler1", "answer_assistance", answer="已附")) == [("running", "answered")]
    assert desk.task("analyse_traffic").due_at == at("2026-11-12 18:00"), "both days stood still"


def test_lifting_a_stay_does_not_start_what_a_returned_question_still_holds() -> None:
    desk = Desk().verified().determined("surcharge")
    desk.act("drc-approver1", "stay_execution", reason_code="new_evidence")
    desk.act("drc-handler1", "request_assistance", **ASK)
    desk.act("police-handler1", "return_task", **RETURN)
    desk.later(days=1)
    assert clocks(desk.act("drc-approver1", "lift_stay", reason="裁定撤销")) == []
    desk.later(days=1)
    assert clocks(desk.act("drc-reviewer1", "rule_on_return", decision="none")) == [("running", "answered")]
    assert desk.task("plan_surcharge").due_at == at("2026-11-10 18:00"), "two working days and a weekend later"


def test_a_deadline_that_moves_into_a_year_without_a_calendar_becomes_provisional() -> None:
    desk = Desk("2026-12-18 10:00").dispatched("analyse_traffic")
    assert (desk.task("analyse_traffic").due_at, desk.task("analyse_traffic").provisional) == (
        at("2026-12-25 18:00"),
        False,
    )
    desk.act("cac-handler1", "request_assistance", **ASK)
    desk.later(days=11)
    desk.act("police-handler1", "answer_assistance", answer="已查")
    moved = desk.task("analyse_traffic")
    assert (moved.due_at, moved.provisional) == (at("2027-01-06 18:00"), True)


def test_a_grant_never_brings_a_deadline_forward() -> None:
    desk = Desk().dispatched("analyse_traffic")
    desk.act("cac-handler1", "request_extension", due_on="2026-11-11", reason="取证需要")
    desk.act("cac-handler1", "request_assistance", task=desk.task("analyse_traffic").id, **ASK)
    desk.later(days=3)
    desk.act("police-handler1", "answer_assistance", answer="已查")
    assert desk.task("analyse_traffic").due_at == at("2026-11-13 18:00")
    desk.act("drc-reviewer1", "decide_extension", decision="grant")
    assert desk.task("analyse_traffic").due_at == at("2026-11-13 18:00")


def test_a_visit_sent_back_keeps_its_day_and_how_it_was_counted() -> None:
    desk = Desk().verified().determined("close", finding="already_stopped")
    visit = next(t for t in desk.view.tasks if t.data["day"] == 90)
    desk.act("drc-handler1", "return_task", task=visit.id, **RETURN)
    desk.act("drc-reviewer2", "rule_on_return", decision="reassign")
    again = next(t for t in desk.view.tasks if t.kind == "follow_up" and t.data["day"] == 90)
    assert (again.due_at, again.due_rule, again.provisional) == (visit.due_at, visit.due_rule, visit.provisional)
    assert again.provisional and again.due_rule == "follow_up:90 calendar_days"
    assert again.returns == 1
