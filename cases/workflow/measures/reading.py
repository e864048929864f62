"""The decision on one case, for somebody who sees the whole of it, or for the shell."""

from __future__ import annotations

from datetime import date
from typing import Any

from agencies.actors import Actor
from audit import clock
from cases.policy.dated import CHINA
from cases.selectors.precision.viewers import Viewpoint
from cases.selectors.reach.parts import Reading
from cases.workflow.deciding.loading import Loaded, load_case
from cases.workflow.deciding.standing import is_visible
from cases.workflow.errors import NotAllowed, NotVisible
from cases.workflow.measures.facts import explain
from cases.workflow.measures.past import FactsOf, as_of
from cases.workflow.measures.telling import told
from cases.workflow.view import Text

OWN_PART = Text(
    "你所在机构只看到本案中自己办理的部分，不能查看全案可采取的措施。由牵头单位查看。",
    "Your agency reads its own part of this case only; the measures rest on the whole of it. Ask who leads it.",
)


def decision_for(actor: Actor, case_id: str, read: Reading | None, day: date) -> dict[str, Any]:
    """What this person may know of the decision. Raises NotVisible, and NotAllowed for who reads an own part."""
    loaded = load_case(case_id, actor.user_id, lock=False)
    if read is None or loaded.view is None or loaded.actor is None or not is_visible(loaded.view, loaded.actor):
        raise NotVisible
    if not read.whole or read.viewpoint.only_referred:
        raise NotAllowed(OWN_PART, code="own_part")
    return _told(loaded, day, read.viewpoint)


def decision_at_the_shell(case_id: str, day: date) -> dict[str, Any]:
    """The whole decision, for an operator. Raises NotVisible for an unknown case."""
    loaded = load_case(case_id, 0, lock=False)
    if loaded.view is None:
        raise NotVisible
    return _told(loaded, day, None)


def _told(loaded: Loaded, day: date, viewpoint: Viewpoint | None) -> dict[str, Any]:
    view = loaded.view
    if view is None:
        raise NotVisible
    then, of = as_of(view, day)
    seen = day if of is FactsOf.DAY else clock.now().astimezone(CHINA).date()
    decision = explain(then, loaded.directory, day, rules=loaded.rules, seen=seen)
    found = told(decision, loaded.directory, viewpoint)
    about = {"case": view.id, "number": view.number, "stage": then.stage, "version": then.version}
    return {**about, "facts_of": of.value, **found}
