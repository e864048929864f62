"""Two people: who did one side of a pair on a case never does the other, nor does a substitute in their name."""

from __future__ import annotations

from agencies.actors import Actor, Post
from cases.policy import law
from cases.policy.dated import CHINA
from cases.workflow.fields import Transition
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import Act, CaseView, Refusal, Text


def _reverse_pairs() -> dict[str, frozenset[str]]:
    pairs: dict[str, set[str]] = {}
    for transition in TRANSITIONS.values():
        for other in transition.must_differ_from:
            pairs.setdefault(transition.action, set()).add(other)
            pairs.setdefault(other, set()).add(transition.action)
    return {action: frozenset(others) for action, others in pairs.items()}


# Both directions: on one case a person never does both sides of a pair, in whatever order.
OPPOSITE_SIDES = _reverse_pairs()


def four_eyes(transition: Transition, view: CaseView, actor: Actor, post: Post) -> Refusal | None:
    """What a substitute does counts as done by both: neither is the second person for the other."""
    opposite = OPPOSITE_SIDES.get(transition.action)
    if not opposite:
        return None
    now = {actor.user_id, post.on_behalf}
    for act in view.acts:
        if act.action in opposite and not act.persons.isdisjoint(now):
            return Refusal(
                "four_eyes",
                _same_person(transition, act, actor, post),
                article=law.cite("project.two_people", view.opened_at.astimezone(CHINA).date(), view.region_code),
                status=403,
            )
    return None


def _same_person(transition: Transition, act: Act, actor: Actor, post: Post) -> Text:
    done, asked = TRANSITIONS[act.action].label, transition.label
    if act.user_id == actor.user_id:
        return Text(
            f"本案的“{done.zh}”是你办理的，“{asked.zh}”须由另一人办理。",
            f"You did “{done.en}” on this case; “{asked.en}” takes another person.",
        )
    if act.on_behalf == actor.user_id:
        return Text(
            f"本案的“{done.zh}”是他人代你办理的，“{asked.zh}”须由另一人办理。",
            f"“{done.en}” was done on this case on your behalf; “{asked.en}” takes another person.",
        )
    return Text(
        f"本案的“{done.zh}”由{post.on_behalf_name}或其代理人办理，你代{post.on_behalf_name}不能办理“{asked.zh}”。",
        f"“{done.en}” was done by the person you stand in for, or on their behalf; “{asked.en}” takes another person.",
    )
