"""A clock that several things hold: the deadline moves by the working time it stood still, once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.policy.calendar import national_calendar
from cases.policy.clocks import Holder, Interval, clock
from cases.policy.deadlines import postponed, working_seconds
from tests.workflow.desk import Desk, at

ASK: dict[str, Any] = {"agency": "320300-police", "question": "请协助"}
OBJECTION: dict[str, Any] = {"reason_code": "not_mining", "content": "不是挖矿"}
CAL = national_calendar()


def planned(now: str = "2026-11-03 10:00") -> Desk:
    """A surcharge is to be planned: an adverse step with three working days."""
    return Desk(now).verified().determined("surcharge", proven_from="2025-09-01")


def object_to(desk: Desk) -> dict[str, Any]:
    return desk.act("grid-handler1", "record_objection", received_on=desk.iso[:10], **OBJECTION)


def reject(desk: Desk) -> dict[str, Any]:
    return desk.act("drc-reviewer1", "decide_objection", decision="rejected", answer="不成立")


def clocks(body: dict[str, Any]) -> list[tuple[str, str]]:
    return [(row["state"], row["reason"]) for row in body.get("clock", [])]


def test_an_objection_stops_the_clocks_of_adverse_steps_until_it_is_answered() -> None:
    desk = planned()
    desk.later(hours=1)
    assert clocks(object_to(desk)) == [("paused", "objection")]
    desk.later(days=2)
    assert clocks(reject(desk)) == [("running", "objection_answered")]
    assert desk.task("plan_surcharge").due_at == at("2026-11-10 18:00"), "from Friday by two working days"


def test_what_is_opened_under_an_objection_stands_still_from_the_start() -> None:
    desk = Desk().verified().determined("suspension")
    object_to(desk)
    assert [t.kind for t in desk.view.tasks if t.kind != "decide_objection"] == ["sign_suspension_order"]
    desk.signed()
    opened = desk.task("approve_suspension")
    assert {"task": opened.id, "state": "paused", "reason": "objection"} in desk.events[-1]["clock"]
    desk.later(days=1)
    reject(desk)
    assert desk.task("approve_suspension").due_at == at("2026-11-06 18:00")


def test_an_objection_moves_no_window_of_a_notice() -> None:
    desk = Desk().verified().determined("suspension").signed().approved().served()
    window = desk.task("execute_suspension")
    assert clocks(object_to(desk)) == []
    desk.later(days=1)
    assert clocks(reject(desk)) == []
    assert desk.task("execute_suspension").due_at == window.due_at


def test_the_reason_that_is_left_stands_in_the_ledger() -> None:
    desk = planned()
    desk.act("drc-handler1", "request_assistance", **ASK)
    desk.later(hours=1)
    desk.act("drc-approver1", "stay_execution", reason_code="new_evidence")
    desk.later(hours=1)
    assert clocks(object_to(desk)) == [("paused", "objection")]
    desk.later(hours=1)
    assert clocks(reject(desk)) == [("paused", "stay")]
    desk.later(hours=1)
    assert clocks(desk.act("drc-approver1", "lift_stay", reason="裁定撤销")) == [("paused", "assistance")]
    desk.later(hours=1)
    assert clocks(desk.act("police-handler1", "answer_assistance", answer="已查")) == [("running", "answered")]
    assert desk.task("plan_surcharge").due_at == at("2026-11-09 14:00"), "five hours, from Friday 18:00 on"


STEPS = st.lists(
    st.tuples(st.sampled_from(["ask", "answer", "stay", "lift", "object", "reject"]), st.integers(1, 4000)),
    min_size=1,
    max_size=14,
)
BEGINNINGS = ["2026-02-11 15:00", "2025-09-25 10:00", "2025-12-29 17:30", "2026-11-03 10:00"]


@settings(max_examples=60, deadline=None)
@given(STEPS, st.sampled_from(BEGINNINGS))
def test_whatever_holds_it_in_whatever_order_the_deadline_moves_by_the_union(
    steps: list[tuple[str, int]], begin: str
) -> None:
    desk = planned(begin)
    first = desk.task("plan_surcharge")
    assert first.due_at is not None
    held: dict[str, datetime] = {}
    unions: list[list[datetime]] = []
    rows = [Interval(Holder(1), "running", "opened", first.opened_at, None, first.due_at)]
    for name, minutes in [*steps, *[("answer", 7)] * len(steps), ("lift", 7), ("reject", 7)]:
        desk.later(minutes=minutes)
        still = bool(held)
        if not DOING[name](desk, held, first.id):
            continue
        if held and not still:
            unions.append([desk.now])
        if still and not held:
            unions[-1].append(desk.now)
        rows = noted(rows, desk, first.id)
        # At every moment the ledger alone gives the deadline that the union would.
        now = [(u[0], u[1] if len(u) > 1 else desk.now) for u in unions]
        assert clock(rows, desk.now, CAL).due == postponed(first.due_at, now, CAL)
    assert not held
    due = desk.task("plan_surcharge").due_at
    assert due == postponed(first.due_at, [(a, b) for a, b in unions], CAL)
    stood = sum(working_seconds(a, b, CAL) for a, b in unions if b <= first.due_at)
    assert working_seconds(first.due_at, due, CAL) >= stood


def noted(rows: list[Interval], desk: Desk, task_id: str) -> list[Interval]:
    """The ledger with the last event in it, as `case_clock` does it."""
    body, task = desk.events[-1], desk.view.task(task_id)
    assert task is not None
    turn = [row for row in body.get("clock", []) if row["task"] == task_id]
    last = rows[-1]
    if not turn and task.due_at == last.due:
        return rows
    state, reason = (turn[0]["state"], turn[0]["reason"]) if turn else (last.state, last.reason)
    ended = Interval(last.holder, last.state, last.reason, last.begins, desk.now, last.due, last.named, last.seq)
    return [*rows[:-1], ended, Interval(Holder(1), state, reason, desk.now, None, task.due_at, seq=len(rows))]


def _ask(desk: Desk, held: dict[str, datetime], task_id: str) -> bool:
    desk.act("drc-handler1", "request_assistance", task=task_id, **ASK)
    held.setdefault("assistance", desk.now)
    return True


def _answer(desk: Desk, held: dict[str, datetime], task_id: str) -> bool:
    asked = desk.view.tasks_of("answer_assistance")
    for question in asked:
        desk.act("police-handler1", "answer_assistance", task=question.id, answer="已查")
        held.pop("assistance", None) if len(asked) == 1 else None
        break
    return bool(asked)


def _stay(desk: Desk, held: dict[str, datetime], task_id: str) -> bool:
    if "stay" in held:
        return False
    desk.act("drc-approver1", "stay_execution", reason_code="new_evidence")
    held["stay"] = desk.now
    return True


def _lift(desk: Desk, held: dict[str, datetime], task_id: str) -> bool:
    if held.pop("stay", None) is None:
        return False
    desk.act("drc-approver1", "lift_stay", reason="裁定撤销")
    return True


def _object(desk: Desk, held: dict[str, datetime], task_id: str) -> bool:
    if "objection" in held:
        return False
    object_to(desk)
    held["objection"] = desk.now
    return True


def _reject(desk: Desk, held: dict[str, datetime], task_id: str) -> bool:
    if held.pop("objection", None) is None:
        return False
    reject(desk)
    return True


DOING: dict[str, Any] = {
    "ask": _ask,
    "answer": _answer,
    "stay": _stay,
    "lift": _lift,
    "object": _object,
    "reject": _reject,
}


# Extensions -------------------------------------------------------------------------------------------------------


def test_a_clock_that_stands_still_can_still_be_put_off_after_its_stored_deadline() -> None:
    desk = Desk().dispatched("analyse_traffic")
    task = desk.task("analyse_traffic")
    desk.act("cac-handler1", "request_assistance", **ASK)
    desk.later(days=10)
    assert task.due_at is not None
    assert task.due_at < desk.now
    desk.act("cac-handler1", "request_extension", task=task.id, due_on="2026-12-01", reason="取证需要")


def test_after_the_deadline_it_is_refused_with_a_sentence_and_at_its_last_instant_not() -> None:
    desk = Desk().dispatched("analyse_traffic")
    desk.now = at("2026-11-10 18:00")
    asked = desk.asked("cac-handler1", "request_extension")
    assert asked is None
    desk.later(minutes=1)
    refused = desk.asked("cac-handler1", "request_extension")
    assert refused is not None
    assert refused.code == "deadline_passed"
    assert "延期须在届满前申请" in refused.text.zh


def test_what_stood_still_counts_from_the_moved_deadline() -> None:
    desk = Desk().dispatched("analyse_traffic")
    task = desk.task("analyse_traffic")
    desk.act("cac-handler1", "request_assistance", **ASK)
    desk.later(days=10)
    # Eight working days on, the deadline of the 10th stands at the 20th.
    data = {"task": task.id, "reason": "取证需要"}
    assert "due_on" in desk.refused("cac-handler1", "request_extension", due_on="2026-11-20", **data).fields
    desk.act("cac-handler1", "request_extension", due_on="2026-11-23", **data)


def test_a_third_extension_is_refused_and_a_refused_one_counts_for_nothing() -> None:
    desk = Desk().dispatched("analyse_traffic")
    for day, decision in (("11", "refuse"), ("12", "grant"), ("13", "grant")):
        desk.act("cac-handler1", "request_extension", due_on=f"2026-11-{day}", reason="取证需要")
        desk.act("drc-reviewer1", "decide_extension", decision=decision)
    refused = desk.refused("cac-handler1", "request_extension", due_on="2026-11-16", reason="取证需要")
    assert refused.code == "extended_twice"


@pytest.mark.parametrize("days", [1, 2])
def test_an_extension_is_decided_within_a_working_day(days: int) -> None:
    desk = Desk("2026-11-05 16:00").dispatched("analyse_traffic")
    desk.act("cac-handler1", "request_extension", due_on="2026-11-20", reason="取证需要")
    due = desk.task("decide_extension").due_at
    assert due == at("2026-11-06 18:00")
    assert (at("2026-11-05 16:00") + timedelta(days=days) <= due) == (days == 1)
