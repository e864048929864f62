"""Who held work how long: the statement against the pure clocks, and who is told whose figures."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

import pytest

from agencies.directory import Directory, get_directory
from agencies.sight import seeing
from cases.models import Task
from cases.policy.calendar import WorkingCalendar, national_calendar
from cases.policy.clocks import waiting
from cases.selectors.clocks.case import case_clocks
from cases.selectors.clocks.dwell import DwellFilter, dwell
from cases.workflow.workdays import calendar_for
from tests.workflow.world import World, at

WHOLE: dict[str, Any] = {"since": at("2026-01-01 00:00"), "until": at("2027-06-01 00:00")}
ASK = {"agency": "320300-police", "question": "请协助"}


@pytest.fixture
def world(demo_city: None) -> World:
    return World("2026-09-24 10:00")


def task_of(world: World, case: str, kind: str) -> str:
    return next(task.id for task in world.view(case).tasks if task.kind == kind)


def worked(world: World) -> list[str]:
    """Three cases, each a day longer at the offices than the one before; on the last one a question stops a clock."""
    cases = []
    for n in range(3):
        case = world.open(title=f"第{n}户")
        world.later(hours=2)
        world.act(case, "drc-handler1", "dispatch_verification", findings=["analyse_traffic", "check_consumption"])
        traffic = task_of(world, case, "analyse_traffic")
        world.later(hours=1)
        world.act(case, "cac-handler1", "accept_task", task=traffic)
        if n == 2:
            world.act(case, "cac-handler1", "request_assistance", task=traffic, **ASK)
            world.later(days=5)
            world.act(case, "police-handler1", "answer_assistance", answer="已查")
        world.later(days=1 + 12 * n)
        world.act(case, "cac-handler1", "report_traffic", result="confirmed", pools=2, connections=40)
        world.later(hours=3)
        if n:
            world.act(case, "grid-handler1", "return_task", reason_code="not_our_region", reason="不在本辖区")
        cases.append(case)
    return cases


def found(world: World, who: str, *groups: str, **more: Any) -> dict[str, Any]:
    actor = world.person(who)
    with seeing(actor):
        rows = dwell(actor, DwellFilter(**{**WHOLE, **more}), groups, calendar_for)
    return {"/".join(_key(row[group]) for group in groups): row for row in rows}


def _key(value: Any) -> str:
    return str(value.get("code") or value.get("name")) if isinstance(value, dict) else str(value)


def by_the_pure_clocks(world: World, cases: list[str], kind: str) -> list[Any]:
    actor = world.person("drc-handler1")
    with seeing(actor):
        told = [case_clocks(actor, case, WHOLE["until"], calendar_for) for case in cases]
    return [task for one in told if one for task in one["tasks"] if task["kind"] == kind and task["closed_at"]]


def test_the_statement_counts_what_the_pure_clocks_count(world: World) -> None:
    cases = worked(world)
    rows = found(world, "drc-handler1", "agency", "kind")
    for key, kind in (("320300-cac/analyse_traffic", "analyse_traffic"), ("320300-drc/triage", "triage")):
        tasks = by_the_pure_clocks(world, cases, kind)
        row, running = rows[key], [task["elapsed"] for task in tasks]
        assert row["tasks"] == len(tasks) == 3
        assert (row["median"], row["longest"], row["running"]) == (median(running), max(running), sum(running))
        assert row["paused"] == sum(sum(task["paused"].values()) for task in tasks)
        assert row["late_tasks"] == sum(task["overdue"] for task in tasks)
        assert row["late"] == row["late_tasks"] / 3
    # The last was late although five days stood still.
    assert rows["320300-cac/analyse_traffic"]["late_tasks"] == 1
    assert rows["320300-cac/analyse_traffic"]["paused"] > 0
    assert rows["320300-grid/check_consumption"]["tasks"] == 2, "returned work counts, the open one does not"


def test_what_is_open_counts_up_to_the_end_of_the_period(world: World) -> None:
    case = world.open()
    opened = world.now
    until = opened + timedelta(days=40)
    (row,) = found(world, "drc-handler1", "kind", of="open", until=until).values()
    assert (row["kind"], row["tasks"], row["late_tasks"]) == ("triage", 1, 1)
    (told,) = by_the_pure_clocks_open(world, case, until)
    assert row["running"] == told["elapsed"]
    assert found(world, "drc-handler1", "kind", of="open", until=opened) == {}


def by_the_pure_clocks_open(world: World, case: str, moment: datetime) -> list[Any]:
    actor = world.person("drc-handler1")
    with seeing(actor):
        told = case_clocks(actor, case, moment, calendar_for)
    assert told is not None
    return list(told["tasks"])


def test_waiting_is_told_apart_and_is_nobodys_time(world: World) -> None:
    case = world.open()
    world.act(case, "drc-handler1", "continue_monitoring", reason_code="awaiting_signal", review_on="2026-12-18")
    review = Task.objects.get(case=case, kind="review_monitoring")
    until = review.due_at + timedelta(hours=20)
    (told,) = [t for t in by_the_pure_clocks_open(world, case, until) if t["kind"] == "review_monitoring"]
    row = found(world, "drc-handler1", "kind", of="open", until=until, kind="review_monitoring")["review_monitoring"]
    assert (row["running"], row["waiting"]) == (told["elapsed"], told["paused"]["monitoring"])
    assert row["running"] == 9 * 3600, "the day of the review itself"
    assert waiting("review_monitoring", None, review.due_at) is not None


def test_a_region_with_days_of_its_own_is_counted_by_them(world: World) -> None:
    worked(world)
    before = found(world, "drc-handler1", "kind")["analyse_traffic"]

    def local(region: str, directory: Directory) -> WorkingCalendar:
        day = {date(2026, 10, 20), date(2026, 10, 21)}
        whole = national_calendar()
        return whole.with_local_days(holidays=frozenset(day)) if region == "320303" else whole

    actor = world.person("drc-handler1")
    with seeing(actor):
        rows = dwell(actor, DwellFilter(**WHOLE), ("kind",), local)
    after = next(row for row in rows if row["kind"] == "analyse_traffic")
    assert before["running"] - after["running"] == 2 * 9 * 3600, "the last case ran on both days"


# Who is told what -------------------------------------------------------------------------------------------------


def test_whoever_leads_or_watches_sees_all_agencies_and_others_their_own(world: World) -> None:
    worked(world)
    assert set(found(world, "drc-handler1", "agency")) >= {"320300-drc", "320300-cac", "320300-grid", "320300-police"}
    assert set(found(world, "sup-supervisor1", "agency")) >= {"320300-drc", "320300-cac", "320300-grid"}
    assert set(found(world, "cac-handler1", "agency")) == {"320300-cac"}
    assert set(found(world, "police-handler1", "agency")) == {"320300-police"}
    assert found(world, "telecom-handler1", "agency") == {}
    assert found(world, "admin1", "agency") == {}


def test_persons_are_those_of_the_own_agency(world: World) -> None:
    worked(world)
    names = set(found(world, "cac-handler1", "person"))
    assert len(names) == 1
    assert found(world, "sup-supervisor1", "person") == {}
    mine = found(world, "drc-handler1", "person")
    assert not names & set(mine)


@pytest.mark.parametrize(
    ("narrowed", "expected"),
    [
        ({"stage": "verification"}, True),
        ({"stage": "closed"}, False),
        ({"region": "3203"}, True),
        ({"region": "3201"}, False),
    ],
)
def test_filters_narrow(world: World, narrowed: dict[str, str], expected: bool) -> None:
    worked(world)
    assert bool(found(world, "drc-handler1", "kind", **narrowed)) is expected


def test_late_is_the_share_that_ended_after_its_deadline(world: World) -> None:
    worked(world)
    cac = found(world, "drc-handler1", "agency")["320300-cac"]
    assert (cac["ended_here"], cac["late_tasks"]) == (3, 1)
    assert cac["late"] == pytest.approx(1 / 3)


def test_one_kind_and_one_agency_are_told_alone_and_nothing_of_a_group_that_is_none(world: World) -> None:
    worked(world)
    assert set(found(world, "drc-handler1", "kind", kind="triage")) == {"triage"}
    office = get_directory().by_code["320300-cac"].id
    assert set(found(world, "drc-handler1", "agency", agency_id=office)) == {"320300-cac"}
    assert found(world, "drc-handler1", "password") == {}


def test_what_begins_after_the_period_counts_nothing_in_it(world: World) -> None:
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["analyse_traffic"])
    until = world.later(hours=5)
    world.later(days=1)
    world.act(case, "cac-handler1", "accept_task", task=task_of(world, case, "analyse_traffic"))
    (told,) = [t for t in by_the_pure_clocks_open(world, case, until) if t["kind"] == "analyse_traffic"]
    row = found(world, "drc-handler1", "kind", of="open", until=until)["analyse_traffic"]
    assert row["running"] == told["elapsed"] == 5 * 3600


def test_the_longest_stand_first_and_a_share_that_is_none_with_the_least(world: World) -> None:
    worked(world)
    case = world.open()
    world.act(case, "drc-handler1", "assign_task", assignee="drc-handler1")
    world.later(hours=1)
    world.act(case, "drc-handler1", "assign_task", assignee="drc-handler2")
    world.later(hours=1)
    world.act(case, "drc-handler2", "dispatch_verification", findings=["analyse_traffic"])
    actor = world.person("drc-handler1")
    with seeing(actor):
        agencies = [row["running"] for row in dwell(actor, DwellFilter(**WHOLE), ("agency",), calendar_for)]
        people = dwell(actor, DwellFilter(**WHOLE), ("person",), calendar_for, sort="late")
    assert agencies == sorted(agencies, reverse=True) != sorted(agencies)
    assert [row["late"] for row in people].count(None) == 1
