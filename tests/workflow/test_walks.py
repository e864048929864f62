"""Guided walks in the database: whatever people do, state is the replay of the events, and no case gets stuck."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cases.workflow.transitions import TRANSITIONS
from tests.workflow.office import Office, staff
from tests.workflow.test_effects_walk import check_case, check_history
from tests.workflow.walking import DESKS, Walk

pytestmark = pytest.mark.usefixtures("demo_city")

STEPS = 60
MOST_WALKS = 24  # eight do; ids and so the order of equals differ from run to run


@pytest.fixture
def everybody(demo_city: None) -> None:
    staff(DESKS, datetime(2026, 3, 1, tzinfo=UTC))


def walked(seed: int, wanted: frozenset[str] | None = None, *, both_sides: bool = False) -> Walk:
    """One walk; the office itself compares state and replay after each act."""
    walk, onlooker = Walk(random.Random(seed), Office(), wanted), random.Random(seed)
    assert isinstance(walk.desk, Office)
    for _ in range(STEPS):
        if both_sides:
            person = f"{onlooker.choice(DESKS)}{onlooker.choice((1, 2, 3))}"
            walk.desk.same_from_both_sides(person, onlooker)
        before = walk.desk.view
        assert walk.step(), f"nobody could do anything: {before.stage} {walk.desk.tasks}"
        assert not walk.stuck, f"the main line is stuck: {before.stage} {walk.desk.tasks} after {walk.done[-5:]}"
        check_case(walk.desk)
    check_history(walk.desk)
    return walk


@settings(
    max_examples=5,
    phases=[Phase.generate],  # a walk does not shrink; its seed is enough to walk it again
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(seed=st.integers(min_value=0, max_value=10**6))
def test_state_is_the_replay_and_what_is_offered_is_what_is_done(everybody: None, seed: int) -> None:
    walked(seed, both_sides=True)


def test_walks_do_every_act_and_reach_every_stage(everybody: None) -> None:
    """Each walk is out for what the ones before it did not do."""
    left, stages = set(TRANSITIONS) - {"open_case"}, set()
    for seed in range(MOST_WALKS):
        walk = walked(seed, frozenset(left))
        left -= set(walk.done)
        stages |= {body["to"] for body in walk.desk.events}
        if not left:
            break
    assert not left, f"never done: {sorted(left)}"
    assert stages == {"monitoring", "verification", "suspension", "penalty_tariff", "closed"}
