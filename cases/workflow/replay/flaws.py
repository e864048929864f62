"""Events that continue a whole chain and still cannot have been written by the product.

Whoever may call `case_commit` can have it write an act of his own making. Who could do what on that day is not asked
again here (people, roles and rules change), only what the table says of an act for ever: where it can lead.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from audit.verification.projections import Event
from cases.workflow.actions import RECORDS
from cases.workflow.task_kinds import KINDS, STAGES
from cases.workflow.transitions import TRANSITIONS


def _moves() -> Iterator[tuple[str, str, str]]:
    """Action, stage before ("" before the first event) and stage after, for everything the table allows."""
    for action, row in TRANSITIONS.items():
        for stage in ("",) if "-" in row.from_stages else STAGES:
            for target in row.to_stages:
                yield str(action), stage, stage if target == "=" else target
    for stage in STAGES:
        yield from ((record, stage, stage) for record in RECORDS)


MOVES = frozenset(_moves())
_ACTIONS = frozenset(action for action, _, _ in MOVES)


class Flaw(NamedTuple):
    """What is wrong with an event, to be said as a problem."""

    event_id: int
    seq: int
    zh: str
    en: str


def wrong_move(event: Event, stage: str) -> Flaw:
    """Why an event that is not among the moves, or not begun in this stage, does not fit."""
    action, to, told = event.body["action"], event.body["to"], event.body.get("from", "")
    if told != stage:
        return _flaw(
            event, f"始于“{told}”，而此前案件处于“{stage}”", f"it begins in {told}, but the case was in {stage}"
        )
    if action not in _ACTIONS:
        return _flaw(event, f"没有“{action}”这一事项", f"there is no action {action}")
    return _flaw(event, f"“{action}”不能由“{stage}”到“{to}”", f"{action} cannot lead from {stage} to {to}")


def outlives(kind: str, stage: str) -> bool:
    """Whether an open task of this kind stays open when the case enters this stage."""
    return kind in KINDS and KINDS[kind].survives(stage)


def left_open(event: Event, task: dict[str, str]) -> Flaw:
    return _flaw(
        event,
        f"离开原阶段时未了结待办 {task['id']}（{task['kind']}）",
        f"it leaves the task {task['id']} ({task['kind']}) open when its stage is left",
    )


def _flaw(event: Event, zh: str, en: str) -> Flaw:
    return Flaw(event.id, event.seq, f"该事件不合流程表：{zh}", f"the event does not fit the workflow table: {en}")
