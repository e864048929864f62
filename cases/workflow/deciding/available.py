"""What may this person do now, and why not the rest: the same table and gates as the act itself, without writing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from agencies.actors import Actor
from agencies.directory import Directory
from cases.policy.entered import NONE as NO_RULES
from cases.policy.entered import Entered
from cases.workflow.deciding.decision import foreseen
from cases.workflow.deciding.loading import load_case
from cases.workflow.deciding.standing import in_stage, is_visible, standing
from cases.workflow.errors import NotVisible
from cases.workflow.fields import Field, Transition
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import CaseView, Context, Refusal, TaskView, Text

OPEN_CASE = "open_case"


@dataclass(frozen=True, slots=True)
class Availability:
    """One act of the table for one person on one case: possible now, or why not."""

    action: str
    label: Text
    allowed: bool
    refusal: Refusal | None
    tasks: tuple[str, ...]
    inputs: tuple[Field, ...]
    one_way: bool
    in_stage: bool


def available_actions(*, case_id: UUID | str, actor: Actor, now: datetime) -> list[Availability]:
    """Every act of the table on this case for this person: possible now, or the refusal. Raises NotVisible."""
    return case_and_actions(case_id=case_id, actor=actor, now=now)[1]


def case_and_actions(*, case_id: UUID | str, actor: Actor, now: datetime) -> tuple[CaseView, list[Availability]]:
    """The same with the case as it was read for it, whose version an act that follows has to name."""
    loaded = load_case(str(case_id), actor.user_id, lock=False)
    if loaded.view is None or loaded.actor is None or not is_visible(loaded.view, loaded.actor):
        raise NotVisible
    return loaded.view, availabilities(loaded.view, loaded.actor, loaded.directory, now, loaded.rules)


def availabilities(
    view: CaseView, actor: Actor, directory: Directory, now: datetime, rules: Entered = NO_RULES
) -> list[Availability]:
    """The same, on a case already read."""
    return [
        _availability(transition, view, actor, directory, now, rules)
        for transition in TRANSITIONS.values()
        if transition.action != OPEN_CASE
    ]


def _availability(
    transition: Transition, view: CaseView, actor: Actor, directory: Directory, now: datetime, rules: Entered
) -> Availability:
    stand = standing(transition, view, actor, directory)
    refusal: Refusal | None
    tasks: tuple[TaskView, ...] = ()
    if isinstance(stand, Refusal):
        refusal = stand
    else:
        tasks, refusal = foreseen(transition, view, stand, Context(now, actor, stand.post, directory, rules=rules))
        if not stand.tasks and any(field.kind == "task" for field in transition.inputs):
            # It needs no task, but may be about any of them (督办).
            tasks = view.tasks
    return Availability(
        action=transition.action.value,
        label=transition.label,
        allowed=refusal is None,
        refusal=refusal,
        tasks=tuple(task.id for task in tasks),
        inputs=transition.inputs,
        one_way=transition.one_way,
        in_stage=in_stage(transition, view),
    )
