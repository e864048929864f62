"""Who opens a case where, which other case may be named with it, and that no case is changed unlocked: in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agencies.actors import Actor
from cases.workflow.deciding.decision import decide
from cases.workflow.deciding.loading import Loaded
from cases.workflow.deciding.opening import _known, opening_post
from cases.workflow.errors import NotAllowed
from cases.workflow.transitions import TRANSITIONS
from cases.workflow.view import CaseView, Outcome
from tests.workflow.desk import Desk

OPEN = TRANSITIONS["open_case"]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def loaded(desk: Desk, actor: Actor | None = None, **case: Any) -> Loaded:
    return Loaded(replace(desk.view, **case), "00" * 32, actor, desk.directory, None)


@pytest.mark.parametrize("who", ["drc-handler1", "grid-handler1", "cac-handler1", "telecom-handler1"])
def test_a_handler_of_the_four_opens_cases_in_the_own_region_alone(desk: Desk, who: str) -> None:
    actor = desk.person(who)
    assert opening_post(OPEN, actor, "320303") == opening_post(OPEN, actor, "3203") == actor.posts[0]
    for elsewhere in ("3201", "32", "320102"):
        with pytest.raises(NotAllowed) as refused:
            opening_post(OPEN, actor, elsewhere)
        assert refused.value.code == "may_not_open"


@pytest.mark.parametrize("who", ["police-handler1", "drc-reviewer1", "grid-crew1", "sup-supervisor1", "sup-handler1"])
def test_neither_other_agencies_nor_other_roles_open_a_case(desk: Desk, who: str) -> None:
    with pytest.raises(NotAllowed):
        opening_post(OPEN, desk.person(who), "320303")


def test_a_relapse_names_a_case_that_is_seen_or_one_of_the_own_region_within_the_ceiling(desk: Desk) -> None:
    def known(who: str, **case: Any) -> CaseView | None:
        actor = desk.person(who)
        return _known(loaded(desk, **case), actor, actor.posts[0])

    nanjing = {"region_code": "3201"}
    # Seen, wherever it is; of the own region, though not seen; of elsewhere and not seen; above the ceiling.
    assert known("drc-handler1", **nanjing) == replace(desk.view, **nanjing)
    assert known("grid-handler1") == desk.view
    assert known("grid-handler1", **nanjing) is None
    assert known("grid-handler1", confidentiality="sensitive") is None
    assert known("drc-handler1", confidentiality="sensitive") is None
    assert _known(None, desk.person("drc-handler1"), desk.person("drc-handler1").posts[0]) is None


def test_an_act_changes_no_other_case_than_the_one_that_was_locked_with_it(desk: Desk) -> None:
    other = "018f0000-0000-7000-8000-00000000cafe"
    reaching = replace(
        TRANSITIONS["comment"], effect=lambda *_: Outcome(also=[(other, Outcome())]), guards=(), inputs=()
    )
    main = loaded(desk, desk.person("drc-handler1"))
    for related in (None, loaded(desk, id="018f0000-0000-7000-8000-00000000beef")):
        with pytest.raises(RuntimeError, match="not locked"):
            decide(reaching, main, {}, desk.now, related=related)
    assert len(decide(reaching, main, {}, desk.now, related=loaded(desk, id=other))) == 2
