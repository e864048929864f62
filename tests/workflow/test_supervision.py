"""A supervisor urges and samples; every other act of the table is refused to it with 403, in whatever stage."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cases.workflow.deciding.opening import opening_post
from cases.workflow.errors import NotAllowed
from cases.workflow.task_kinds import KINDS, STAGES
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import TaskView
from tests.workflow.desk import Desk, asked

OWN = {"urge", "sample_case"}
OTHERS = sorted({str(action) for action in TRANSITIONS} - OWN - {"open_case"})


@pytest.fixture(scope="module")
def desk():
    return Desk()


def every_task(desk: Desk, agency_id: int) -> tuple[TaskView, ...]:
    """One open task of each kind, all of one agency."""
    return tuple(
        TaskView(
            id=f"00000000-0000-7000-8000-{n:012}", kind=kind, agency_id=agency_id, unit_id=None,
            roles=("handler", "supervisor"), assignee_id=None, opened_at=desk.now, due_at=desk.now, provisional=False,
            accepted_at=None, returns=0, data={}, due_rule="",
        )
        for n, kind in enumerate(KINDS)
    )  # fmt: skip


def test_there_are_sixty_nine_other_acts():
    assert len(OTHERS) + 1 == 69


@pytest.mark.parametrize("action", OTHERS)
def test_it_is_refused_in_every_stage_with_and_without_open_work_even_work_addressed_to_it(desk, action):
    boss = desk.person("sup-supervisor1")
    for stage in STAGES:
        for tasks in ((), every_task(desk, 1), every_task(desk, boss.posts[0].agency_id)):
            view = replace(desk.view, stage=stage, tasks=tasks, outcome="handled" if stage == "closed" else None)
            refusal = asked(action, view, boss, desk.directory, desk.now)
            assert refusal is not None, (action, stage)
            assert refusal.status == 403, (action, stage, refusal.code)


def test_it_opens_no_case(desk):
    with pytest.raises(NotAllowed):
        opening_post(TRANSITIONS["open_case"], desk.person("sup-supervisor1"), "320303")


def test_it_urges_in_every_stage_and_samples_what_is_closed(desk):
    boss = desk.person("sup-supervisor1")
    for stage in STAGES:
        view = replace(desk.view, stage=stage, outcome="handled" if stage == "closed" else None)
        assert asked("urge", view, boss, desk.directory, desk.now) is None
        refusal = asked("sample_case", view, boss, desk.directory, desk.now)
        assert (refusal is None) == (stage == "closed")
