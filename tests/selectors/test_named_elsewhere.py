"""A case names others, where it was merged and what it relapsed from; to whom does not see them it names none.

These selectors are asked directly, where the database hides nothing: what is not told, the selector keeps back.
"""

from __future__ import annotations

import pytest

from agencies.actors import find_actor
from cases.models import Case
from cases.selectors.case import get_case
from tests.agencies.cast import cleared
from tests.workflow.world import World


@pytest.fixture
def world(demo_city):
    world = World("2026-11-20 10:00")
    world._people["drc-handler1"] = cleared("drc-handler1", "sensitive")
    return world


def number(case):
    return Case.objects.get(pk=case).number


def told(username, case):
    """Everything that this person is told of the case, as one text."""
    found = get_case(find_actor(username), str(case))
    assert found is not None
    return str(found)


def test_a_case_that_was_merged_away_is_named_to_who_sees_it(world):
    survivor, gone = world.open(), world.open()
    world.act(survivor, "drc-handler1", "dispatch_verification", findings=["trace_subscriber"])
    world.act(gone, "drc-handler1", "merge_case", survivor=number(survivor), reason_code="same_site")
    assert number(gone) in told("drc-handler1", survivor)
    assert number(gone) not in told("telecom-handler1", survivor)


def test_where_a_case_went_is_named_to_who_sees_that(world):
    survivor, gone = world.open(confidentiality="sensitive"), world.open()
    world.act(gone, "drc-handler1", "merge_case", survivor=number(survivor), reason_code="same_site")
    assert number(survivor) in told("drc-handler1", gone)
    assert number(survivor) not in told("drc-handler2", gone)
    assert str(survivor) not in told("drc-handler2", gone)


def test_what_a_case_relapsed_from_is_named_to_who_sees_that(world):
    old = world.open()
    world.act(old, "drc-handler1", "propose_exclusion", reason_code="licensed", explanation="正常机房")
    world.act(old, "drc-reviewer1", "decide_exclusion", decision="approve")
    relapse = world.open(source="relapse", relapse_of=number(old))
    world.act(relapse, "drc-handler1", "dispatch_verification", findings=["trace_subscriber"])
    assert number(old) in told("drc-handler1", relapse)
    assert number(old) not in told("telecom-handler1", relapse)
