"""A sweep works in chunks of many regions: what one transaction holds, what is left, and what a failure costs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from cases.models import Escalation
from cases.policy.escalation import STEPS
from cases.workflow.clockwork import escalating
from cases.workflow.clockwork.cutoffs import Region
from cases.workflow.clockwork.escalating import escalate
from tests.workflow.test_escalating import sent, steps, sweep
from tests.workflow.world import World, at

DISTRICTS = ("320302", "320303", "320305")
pytestmark = pytest.mark.usefixtures("demo_city")


@pytest.fixture
def world() -> World:
    return World("2026-11-03 10:00")


def test_what_dies_in_between_has_done_nothing_and_the_next_sweep_does_the_rest(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        world.open()
    real, calls = escalating.record_many_by, []

    def dies(*args: Any, **more: Any) -> Any:
        calls.append(1)
        done = real(*args, **more)
        if len(calls) == 2:
            raise KeyboardInterrupt  # after everything was written, before the commit
        return done

    monkeypatch.setattr(escalating, "record_many_by", dies)
    with pytest.raises(KeyboardInterrupt):
        escalate(now=at("2026-11-20 12:00"), chunk=2)
    assert len(steps()) == len(STEPS) * 2, "the first chunk, whole"
    escalate(now=at("2026-11-20 12:01"), chunk=2)
    assert len(steps()) == len(set(Escalation.objects.values_list("task", "step"))) == len(STEPS) * 5
    assert len(sent()) == 3 * 5, "two reminders of each were overtaken"


def test_a_region_that_fails_keeps_no_other_waiting(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for region in DISTRICTS:
        world.open(region_code=region)
    real = escalating._told

    def fails(region: Region, *more: Any) -> Any:
        if region.code == DISTRICTS[1]:
            raise ValueError("a row that nobody foresaw")
        return real(region, *more)

    monkeypatch.setattr(escalating, "_told", fails)
    assert sweep(world, "2026-11-20 12:00") == len(STEPS) * 2
    assert set(Escalation.objects.values_list("region_code", flat=True)) == {DISTRICTS[0], DISTRICTS[2]}
    assert [f"region {DISTRICTS[1]} " in record.getMessage() for record in caplog.records] == [True]
    monkeypatch.setattr(escalating, "_told", real)
    assert sweep(world, "2026-11-20 12:01") == len(STEPS), "and its own are told as soon as it can"


def test_the_database_fires_no_step_before_the_one_that_is_next(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.open()
    real = escalating.due_steps
    monkeypatch.setattr(escalating, "due_steps", lambda *asked: real(*asked)[1:])
    assert sweep(world, "2026-11-20 12:00") == 0
    assert steps() == []
    monkeypatch.setattr(escalating, "due_steps", real)
    assert sweep(world, "2026-11-20 12:01") == len(STEPS)


def test_many_regions_cost_no_more_statements_than_one(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    world.open()
    with CaptureQueriesContext(connection) as one:
        assert sweep(world, "2026-11-05 09:00") == 1
    world.now = at("2026-11-05 10:00")
    for region in DISTRICTS:
        world.open(region_code=region)
    with django_assert_num_queries(len(one)):
        assert sweep(world, "2026-11-20 12:00") == len(STEPS) * 4 - 1


def test_a_chunk_that_is_full_goes_on_where_it_ended(world: World) -> None:
    for region in (*DISTRICTS, *DISTRICTS):
        world.open(region_code=region)
    world.now = at("2026-11-20 12:00")
    assert escalate(now=world.now, chunk=1) == (6, 6 * len(STEPS), 6 * len(STEPS), True)
    assert Escalation.objects.values("task", "step").distinct().count() == Escalation.objects.count()


def test_a_sweep_ends_when_its_time_is_up(world: World) -> None:
    world.open()
    assert escalate(now=at("2026-11-20 12:00"), budget_seconds=-1) == (0, 0, 0, False)
    assert steps() == []


def test_one_event_a_sweep_and_region_names_the_steps(world: World) -> None:
    for _ in range(3):
        world.open()
    world.open(region_code="320302")
    sweep(world, "2026-11-05 09:00")
    with connection.cursor() as cursor:
        cursor.execute("SELECT convert_from(body, 'UTF8') FROM audit_event WHERE stream LIKE 'escalation/%' ORDER BY 1")
        bodies = [json.loads(row[0]) for row in cursor.fetchall()]
    assert {(b["stream"], b["action"], len(b["data"]["steps"])) for b in bodies} == {
        ("escalation/320303", "deadlines_escalated", 3),
        ("escalation/320302", "deadlines_escalated", 1),
    }
    assert bodies[0]["data"]["steps"][0].keys() >= {"task", "step", "due", "fell", "late", "outcome", "agency"}
