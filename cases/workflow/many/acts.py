"""Which acts of the table are done on many cases at once, and what is asked for all of them.

Only acts that need no paper of the single case, take no decision on it and want no second proof of who acts. Whether
one applies to a case is not said here: that is asked of the engine, case by case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from agencies.actors import Actor, Post
from agencies.vocabulary import CASE_ROLES
from cases.workflow.actions import Action
from cases.workflow.deciding.standing import WORKING_ROLES
from cases.workflow.fields import Field, Transition
from cases.workflow.transitions import TRANSITIONS

# Asked of each case by itself, or of a single one only.
_NOT_SHARED: Final = frozenset({"task", "attachments", "confidentiality"})


@dataclass(frozen=True, slots=True)
class Act:
    """An act on many. `by_task`: each open task of a case that is the person's is a row of its own."""

    action: Action
    icon: str
    by_task: bool = False

    @property
    def transition(self) -> Transition:
        return TRANSITIONS[self.action]

    @property
    def inputs(self) -> tuple[Field, ...]:
        """What is filled in once for all."""
        return tuple(field for field in self.transition.inputs if field.name not in _NOT_SHARED)


ACTS: Final = {
    act.action.value: act
    for act in (
        Act(Action.ACCEPT_TASK, "inbox", by_task=True),
        Act(Action.ASSIGN_TASK, "user", by_task=True),
        Act(Action.DISPATCH_VERIFICATION, "arrows-exchange"),
        Act(Action.CONTINUE_MONITORING, "eye"),
        Act(Action.REQUEST_EXTENSION, "calendar-event", by_task=True),
        Act(Action.RETURN_TASK, "arrow-back-up", by_task=True),
        Act(Action.URGE, "message-2-exclamation"),
        Act(Action.COMMENT, "file-text"),
    )
}


def offered(actor: Actor) -> list[Act]:
    """The acts that an agency and role of this person do at all."""
    return [act for act in ACTS.values() if any(_may(act.transition, post) for post in actor.posts)]


def _may(transition: Transition, post: Post) -> bool:
    if "=task" in transition.agency:
        at_home = post.kind != "supervision"
    else:
        wanted = set(transition.agency)
        at_home = "any_participant" in wanted or post.kind in wanted or not post.duties.isdisjoint(wanted)
    if "=task" in transition.role:
        return at_home and not post.roles.isdisjoint(CASE_ROLES)
    if "any_but_supervisor_and_admin" in transition.role:
        return at_home and not post.roles.isdisjoint(WORKING_ROLES)
    return at_home and not post.roles.isdisjoint(transition.role)
