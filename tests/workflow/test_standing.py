"""From which agency and role somebody may do what: each question of `standing` asked by itself, in memory.

The cases here are of 云龙区, led by the commission of 徐州 (agency 1) and watched from the province (7 and 8).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agencies.actors import Actor
from cases.workflow.deciding.standing import SYSTEM_ACTS, Standing, standing
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import Refusal, TaskView
from tests.workflow.desk import Desk, post

SYSTEM = Actor(1, "system", "系统", "zh", (), is_system=True)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def asked(desk: Desk, who: str | Actor, action: str, **case: Any) -> str:
    """The post somebody acts from, or the code of the refusal; `case` is what is different about it."""
    actor = who if isinstance(who, Actor) else desk.person(who)
    found = standing(TRANSITIONS[action], replace(desk.view, **case), actor, desk.directory)
    return found.code if isinstance(found, Refusal) else found.post.agency_code


def at_unit(desk: Desk, *roles: str) -> Actor:
    return Actor(90, "gulou", "鼓楼", "zh", (post(desk.directory.by_code["320302-grid"], *roles),))


def task(kind: str, agency: int, unit: int | None, *roles: str) -> TaskView:
    return replace(Desk().view.tasks[0], id=f"{kind}/{agency}/{unit}", kind=kind, agency_id=agency, unit_id=unit,
                   roles=roles)  # fmt: skip


# Participation ------------------------------------------------------------------------------------------------------


def test_a_word_on_a_case_takes_an_agency_that_takes_part(desk: Desk) -> None:
    assert asked(desk, "drc-handler1", "comment") == "320300-drc"
    assert asked(desk, "grid-handler1", "comment") == "wrong_agency"
    assert asked(desk, "grid-handler1", "comment", participants=frozenset({1, 2})) == "320300-grid"


def test_a_task_is_taken_by_an_agency_that_takes_part_and_never_by_supervision(desk: Desk) -> None:
    assert asked(desk, "drc-handler1", "accept_task") == "320300-drc"
    assert asked(desk, "grid-handler1", "accept_task") == "wrong_agency"
    assert asked(desk, "sup-supervisor1", "accept_task") == "wrong_agency"
    assert asked(desk, "js-drc-handler1", "accept_task") == "task_of_another"


# Whose it is without a task -----------------------------------------------------------------------------------------


def test_what_the_lead_does_is_done_by_the_agency_that_leads_now(desk: Desk) -> None:
    assert asked(desk, "drc-handler1", "merge_case") == "320300-drc"
    assert asked(desk, "js-drc-handler1", "merge_case") == "wrong_agency"
    assert asked(desk, "nj-drc-handler1", "merge_case") == "wrong_agency"
    assert asked(desk, "drc-handler1", "merge_case", lead_agency_id=8) == "wrong_agency"
    assert asked(desk, "js-drc-handler1", "merge_case", lead_agency_id=8) == "320000-drc"


def test_what_a_kind_of_agency_does_is_done_by_the_one_of_that_place(desk: Desk) -> None:
    assert asked(desk, "grid-handler1", "attach_signal") == "320300-grid"
    assert asked(desk, "nj-grid-handler1", "attach_signal") == "wrong_agency"
    assert asked(desk, "nj-grid-handler1", "attach_signal", region_code="3201") == "320100-grid"
    nowhere = {"region_code": "3205", "participants": frozenset({1, 2, 7, 8})}
    assert asked(desk, "grid-handler1", "attach_signal", **nowhere) == "wrong_agency"


def test_a_sub_unit_acts_for_its_agency_only_where_it_takes_part_itself(desk: Desk) -> None:
    unit = at_unit(desk, "handler")
    assert asked(desk, unit, "attach_signal") == "wrong_agency"
    assert asked(desk, unit, "attach_signal", participants=frozenset({1, 2})) == "wrong_agency"
    assert asked(desk, unit, "attach_signal", participants=frozenset({1, 11})) == "320302-grid"


def test_supervision_urges_within_its_region(desk: Desk) -> None:
    assert asked(desk, "sup-supervisor1", "urge") == "320000-supervision"
    assert asked(desk, "sup-supervisor1", "urge", region_code="3301") == "wrong_agency"


# Roles --------------------------------------------------------------------------------------------------------------


def test_no_administrator_stands_on_a_task_or_says_a_word(desk: Desk) -> None:
    for role in ("agency_admin", "system_admin", "security_admin", "audit_admin"):
        actor = Actor(91, role, role, "zh", (post(desk.directory.by_code["320300-drc"], role),))
        for action in ("accept_task", "comment", "merge_case"):
            found = standing(TRANSITIONS[action], desk.view, actor, desk.directory)
            assert isinstance(found, Refusal)
            assert (found.code, "你是" in found.text.zh) == ("wrong_role", True)


def test_the_role_is_that_of_the_task_or_that_of_the_row(desk: Desk) -> None:
    assert asked(desk, "drc-reviewer1", "accept_task") == "wrong_role"
    assert asked(desk, "drc-reviewer1", "assign_task") == "320300-drc"
    assert asked(desk, "drc-crew1", "assign_task") == "wrong_role"
    assert asked(desk, "sup-supervisor1", "comment", participants=frozenset({1, 7})) == "wrong_role"


# Tasks --------------------------------------------------------------------------------------------------------------


def test_an_act_of_a_task_takes_the_task_and_its_holder(desk: Desk) -> None:
    assert asked(desk, "grid-handler1", "report_consumption", stage="verification") == "no_open_task"
    check = {"stage": "verification", "tasks": (task("check_consumption", 2, None, "handler"),)}
    assert asked(desk, "grid-handler1", "report_consumption", **check) == "320300-grid"
    assert asked(desk, "nj-grid-handler1", "report_consumption", **check) == "task_of_another"


def test_an_agency_holds_the_tasks_of_its_units_and_a_unit_its_own_alone(desk: Desk) -> None:
    unit = at_unit(desk, "field_crew")
    for held_by, wanted in ((11, "320302-grid"), (12, "task_of_another"), (None, "task_of_another")):
        serve = {"stage": "suspension", "tasks": (task("serve_notice", 2, held_by, "field_crew"),)}
        assert asked(desk, unit, "serve_notice", **serve) == wanted
        assert asked(desk, "grid-crew1", "serve_notice", **serve) == "320300-grid"


def test_each_of_several_tasks_is_done_from_the_post_that_holds_it(desk: Desk) -> None:
    drc, grid = (desk.directory.by_code[code] for code in ("320300-drc", "320300-grid"))
    both = Actor(92, "both", "两处", "zh", (post(drc, "reviewer"), post(grid, "handler")))
    tasks = (task("triage", 1, None, "handler"), task("check_consumption", 2, None, "handler"))
    view = replace(desk.view, tasks=tasks, participants=frozenset({1, 2}))
    found = standing(TRANSITIONS["accept_task"], view, both, desk.directory)
    # The triage is of a handler there, and this person is none there.
    assert isinstance(found, Standing)
    assert found.tasks == tasks[1:]
    assert [found.post_for(each).agency_code for each in found.tasks] == ["320300-grid"]


def test_the_finding_that_is_waived_is_one_of_those_that_are_open(desk: Desk) -> None:
    findings = (task("trace_subscriber", 4, None, "handler"), task("inspect_site", 1, None, "handler"))
    others = (task("answer_urge", 2, None, "handler"),)
    view = replace(desk.view, stage="verification", tasks=others)
    reviewer = desk.person("drc-reviewer1")
    assert asked(desk, reviewer, "waive_finding", stage="verification", tasks=others) == "no_open_task"
    found = standing(TRANSITIONS["waive_finding"], replace(view, tasks=others + findings), reviewer, desk.directory)
    assert isinstance(found, Standing)
    assert found.tasks == findings


# The system ---------------------------------------------------------------------------------------------------------


def test_the_system_does_what_a_list_brings_in_its_stage_and_decides_nothing(desk: Desk) -> None:
    allowed = {action for action in TRANSITIONS if asked(desk, SYSTEM, action) == "system"}
    # Opening has no case yet, and a window lapses where somebody was to use it.
    assert allowed == SYSTEM_ACTS - {"open_case", "lapse_notice"}
    waiting = (task("execute_suspension", 2, None, "field_crew"),)
    assert asked(desk, SYSTEM, "lapse_notice", stage="suspension", tasks=waiting) == "system"
    others = {asked(desk, SYSTEM, action) for action in set(TRANSITIONS) - SYSTEM_ACTS}
    assert others == {"machine_decision"}
    closed = {action: asked(desk, SYSTEM, action, stage="closed") for action in SYSTEM_ACTS - {"open_case"}}
    wrong = dict.fromkeys(("attach_signal", "lapse_notice", "merge_case"), "wrong_stage")
    assert closed == {**wrong, "assign_task": "system"}
