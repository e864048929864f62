"""Random people read and act in a random city, fifty steps at a time; the policy table is the model.

`make drills` takes 2,000 such lives (drill_people.py).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.security.chance import People, everybody
from tests.security.city import people as at_every_place
from tests.workflow.office import staff
from tests.workflow.walking import DESKS

STEPS = 50


@pytest.fixture
def city(demo_city: None) -> Iterator[None]:
    logging.disable(logging.CRITICAL)  # a line for each refusal
    at_every_place()
    staff(DESKS, datetime(2026, 3, 1, tzinfo=UTC))
    People.people = everybody()
    yield
    logging.disable(logging.NOTSET)


def lives(count: int, *, shrink: bool = False) -> None:
    run_state_machine_as_test(
        People,
        settings=settings(
            max_examples=count,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_whatever_people_try_they_are_answered_as_the_policy_says(city: None) -> None:
    lives(6)
