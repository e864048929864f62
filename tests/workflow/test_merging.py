"""Merging and its undoing, in the database: every row of both cases is again what it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from cases.workflow.errors import NotAllowed, WorkflowError
from tests.workflow.world import World, at

pytestmark = pytest.mark.usefixtures("demo_city")

# What counts the events themselves goes on counting; a clock that stood still while the case was merged says so.
PRESENT = "to_jsonb(c) - '{version,head,updated_at}'::text[]"


@pytest.fixture
def world() -> World:
    return World()


def rows(case: str) -> dict[str, Any]:
    """The case as it stands: its row, its open tasks with how their clocks stand, and who sees it."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT jsonb_build_object(
              'case', (SELECT {PRESENT} FROM cases_case c WHERE id = %(id)s),
              'tasks', (SELECT jsonb_agg(to_jsonb(t) || jsonb_build_object('clock', i.state) ORDER BY t.id)
                        FROM cases_task t JOIN cases_clockinterval i ON i.task_id = t.id AND i.ended_at IS NULL
                        WHERE t.case_id = %(id)s AND t.state = 'open'),
              'agencies', (SELECT jsonb_agg(to_jsonb(a) ORDER BY a.agency_id) FROM cases_caseagency a
                           WHERE a.case_id = %(id)s))::text""",
            {"id": case},
        )
        found: dict[str, Any] = json.loads(cursor.fetchone()[0])
    return found


def merge(world: World, case: str, survivor: str) -> None:
    number = world.view(survivor).number
    world.act(case, "drc-handler1", "merge_case", survivor=number, reason_code="same_site")


def undo(world: World, case: str, survivor: str) -> None:
    world.act(case, "drc-reviewer1", "undo_merge", survivor=world.view(survivor).number, reason="并错")


def hit(world: World, case: str, *, batch: str, source: str = "grid", family: str = "energy") -> None:
    signals = [{"family": family, "count": 2}]
    world.act(case, "drc-handler1", "attach_signal", signals=signals, source=source, batch=batch)


def under_way(world: World) -> str:
    """Four findings: one received, one given to a carrier, one waiting for the police, one due in a year to come."""
    case = world.open(level="priority", region_code="320302")
    kinds = ["trace_subscriber", "check_consumption", "analyse_traffic", "inspect_site"]
    world.act(case, "drc-handler1", "dispatch_verification", findings=kinds)
    world.act(case, "grid-handler1", "accept_task")
    world.act(case, "telecom-handler1", "assign_task", unit="320300-telecom-ct", assignee="ct-handler1")
    world.later(days=1)
    world.act(case, "cac-handler1", "request_assistance", agency="320300-police", question="请协助核对")
    return case


def test_a_merge_in_the_middle_of_the_work_is_undone_to_the_byte(world: World) -> None:
    world.now = at("2026-12-21 10:00")
    case, survivor = under_way(world), world.open(batch="一批")
    hit(world, survivor, batch="一批")  # of the list counted last: no new submission, and no priority
    before, other = rows(case), rows(survivor)
    assert {task["clock"] for task in before["tasks"]} == {"running", "paused"}
    assert any(task["provisional"] for task in before["tasks"])
    world.later(hours=3)
    merge(world, case, survivor)
    assert [task["kind"] for task in rows(case)["tasks"]] == ["answer_assistance"]
    assert rows(survivor)["case"]["level"] == "priority"
    world.later(hours=3)
    undo(world, case, survivor)
    assert rows(case) == before
    assert rows(survivor) == other
    call_command("verify_audit")


def test_a_question_answered_while_the_case_was_merged_has_held_the_clock_until_then(world: World) -> None:
    case, survivor = under_way(world), world.open()
    due = {t.kind: t.due_at for t in world.view(case).tasks}
    world.later(days=1)
    merge(world, case, survivor)
    world.later(days=1)
    world.act(case, "police-handler1", "answer_assistance", answer="已核对")
    undo(world, case, survivor)
    after = {t.kind: t.due_at for t in world.view(case).tasks}
    assert after.pop("analyse_traffic") == at("2026-11-11 18:00"), "one working day later"
    assert due.pop("analyse_traffic") == at("2026-11-10 18:00")
    assert after == {kind: due[kind] for kind in after}
    assert {task["clock"] for task in rows(case)["tasks"]} == {"running"}


def test_a_return_that_was_pending_is_pending_again(world: World) -> None:
    case, survivor = world.open(), world.open()
    world.act(case, "drc-handler1", "return_task", reason_code="not_enough_information", reason="缺少端口")
    before = rows(case)
    merge(world, case, survivor)
    undo(world, case, survivor)
    assert rows(case) == before
    merge(world, case, survivor)
    world.act(case, "drc-reviewer2", "rule_on_return", decision="none")
    undo(world, case, survivor)
    assert world.open_tasks(case) == ["triage"], "the work that fell away with the merge is owed again"


@pytest.mark.parametrize("first", [0, 1])
def test_two_merges_that_brought_the_same_are_undone_in_either_order(world: World, first: int) -> None:
    survivor = world.open(source="tips", signals=[{"family": "report", "count": 1}], batch="甲")
    before = rows(survivor)
    cases = [world.open(level="priority", source="telecom"), world.open(level="priority", source="telecom")]
    for case in cases:
        merge(world, case, survivor)
    undo(world, cases[first], survivor)
    facts = world.view(survivor).facts
    assert facts["signal_sources"] == {"report": ["tips"], "traffic": ["telecom"]}, "the other one brings it still"
    assert (facts["signals"], facts["submissions"]) == ({"report": 1, "traffic": 3}, 2)
    assert world.view(survivor).level == "priority"
    undo(world, cases[1 - first], survivor)
    assert rows(survivor) == before


def test_what_came_to_the_survivor_since_stays_with_it(world: World) -> None:
    case, survivor = world.open(), world.open(source="tips", signals=[{"family": "report", "count": 1}])
    merge(world, case, survivor)
    hit(world, survivor, batch="二批")
    undo(world, case, survivor)
    view = world.view(survivor)
    assert view.facts["signals"] == {"report": 1, "energy": 2}
    assert view.facts["signal_sources"] == {"report": ["tips"], "energy": ["grid"]}
    assert (view.facts["submissions"], view.level) == (2, "priority")


def test_a_chain_of_merges_is_undone_from_its_end(world: World) -> None:
    first, middle, last = world.open(), world.open(), world.open()
    before = [rows(case) for case in (first, middle, last)]
    merge(world, first, middle)
    merge(world, middle, last)
    assert world.view(last).facts["signals"] == {"traffic": 9}
    with pytest.raises(WorkflowError) as caught:
        undo(world, first, middle)
    assert caught.value.code == "survivor_merged_on"
    undo(world, middle, last)
    undo(world, first, middle)
    assert [rows(case) for case in (first, middle, last)] == before


def test_an_adverse_step_before_the_merge_does_not_forbid_its_undoing(world: World) -> None:
    """At the same instant on the clock; what counts is the order of the events."""
    survivor, case = world.verified(world.open()), world.open()
    plea = {"finding": "self_operated", "subject": "sole_trader", "disposals": ["suspension"]}
    world.determined(survivor, **plea, ground="G5_power_authority", serious_or_refused=True)
    order, law = (world.attach(survivor, "drc-approver1", name) for name in ("函.pdf", "决定书.pdf"))
    world.act(survivor, "drc-approver1", "sign_suspension_order", order_file=order, legal_document=law)
    world.act(survivor, "drc-approver1", "withdraw_suspension", reason_code="error")
    merge(world, case, survivor)
    undo(world, case, survivor)
    assert world.open_tasks(case) == ["triage"]


def test_who_may_not_merge_is_told_that_whichever_number_is_named(world: World) -> None:
    """Not that there is no such case: it would send somebody looking for a better number."""
    case, other = world.open(), world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["analyse_traffic"])
    for survivor in (world.view(other).number, "XZ26-999999"):
        with pytest.raises(NotAllowed):
            world.act(case, "cac-handler1", "merge_case", survivor=survivor, reason_code="same_site")
