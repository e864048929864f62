"""What is late is decided in several places, and the same in each.

逾期事项, the tiles of the workbench and the lists behind them (SQL), the bulletin (events), the sweep (watch).
"""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction

from agencies.directory import get_directory
from audit.sight import working_as
from cases.models import Escalation, Task
from cases.policy.reports.weeks import Week
from cases.reporting.state.past import Owed, cases_of
from cases.reporting.state.standing import overdue_of
from cases.selectors import pages
from cases.selectors.desk.counts import SPANS, cells, count
from cases.selectors.overdue import OverdueFilter, overdue_tasks, overdue_work
from cases.selectors.tasks import TaskFilter, list_tasks
from cases.web.show import tasks
from cases.workflow.clockwork.escalating import escalate
from tests.reporting.weeks import at
from tests.workflow.world import World

pytestmark = pytest.mark.usefixtures("demo_city")


@pytest.fixture
def world() -> World:
    return World("2026-11-03 10:00")


@pytest.fixture
def still(world: World) -> tuple[str, str]:
    """A task whose clock stopped a week before its deadline, and was given to somebody while it stood still."""
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["analyse_traffic", "trace_subscriber"])
    task = Task.objects.get(kind="analyse_traffic")
    world.act(case, "cac-handler1", "request_assistance", agency="320300-police", question="请协助")
    for day, user in ((5, "cac-handler1"), (12, "cac-handler2")):
        world.now = at(f"2026-11-{day:02} 10:00")
        world.act(case, "cac-reviewer1", "assign_task", task=str(task.pk), assignee=user)
    task.refresh_from_db()
    assert at("2026-11-05 10:00") < task.due_at < at("2026-11-12 10:00")
    assert list(task.intervals.order_by("id").values_list("state", flat=True)) == [
        "running",
        "paused",
        "paused",
        "paused",
    ]
    return case, str(task.pk)


def late_everywhere(world: World, monday: str) -> set[str]:
    """The tasks that are late at this moment, if the three agree; no case changes between this and the moment."""
    now = at(f"{monday} 00:00")
    shown = {row["id"] for row in overdue_tasks(world.person("sup-supervisor1"), OverdueFilter(), now=now).rows}
    commission, week = get_directory().by_code["320300-drc"], Week(now.date())
    with working_as("reports"), transaction.atomic():
        pairs = list(cases_of(commission.id, "3203", week))
    told = {task.id for pair in pairs if pair.before is not None for task in overdue_of(pair.before, week.begins)}
    escalate(now=now)
    fired = {str(task) for task in Escalation.objects.filter(step="overdue").values_list("task", flat=True)}
    listed, counted = on_the_workbench(world, monday)
    assert shown == told == fired == listed
    assert counted == len(shown)
    return shown


def on_the_workbench(world: World, monday: str) -> tuple[set[str], int]:
    """What those who owe it find behind 已超期, by page and API; and the sum of their tiles."""
    now, listed, by_api, counted = at(f"{monday} 00:00"), set[str](), set[str](), 0
    for username in ("drc-handler1", "cac-handler1", "police-handler1", "telecom-handler1"):
        actor = world.person(username)
        spans, everything = tasks.spans(now), list_tasks(actor, TaskFilter(), now=now).rows
        found = {key: {row["id"] for row in list_tasks(actor, span, now=now).rows} for key, span in spans.items()}
        assert found["overdue"] == {row["id"] for row in everything if row["overdue"]}
        assert found["paused"] == {row["id"] for row in everything if row["paused"]}
        found.pop("today")  # the week has it
        assert sorted(id_ for ids in found.values() for id_ in ids) == sorted(row["id"] for row in everything)
        listed |= found["overdue"]
        by_api |= {row["id"] for row in list_tasks(actor, TaskFilter(due_before=now, paused=False), now=now).rows}
        today_end, week_end = tasks.cuts(now)
        known = cells(actor, now=now, today_end=today_end, week_end=week_end)
        spent = {span: count(known, lambda cell, span=span: cell.span == span) for span in SPANS}
        assert (spent["today"] + spent["week"], sum(spent.values())) == (len(found["week"]), len(everything))
        assert (spent["overdue"], spent["paused"]) == (len(found["overdue"]), len(found["paused"]))
        counted += spent["overdue"]
    owed = pages.outgoing(world.person("drc-handler1"), now=now)
    known = cells(world.person("drc-handler1"), now=now, today_end=now, week_end=now)
    own = count(known, lambda cell: cell.span == "overdue")
    assert sum(row["overdue"] for row in owed) + own == counted
    assert by_api == listed
    return listed, counted


def test_a_clock_that_stands_still_in_several_stretches_is_late_nowhere(world: World, still: tuple[str, str]) -> None:
    _, task = still
    found = late_everywhere(world, "2026-11-16")
    assert task not in found
    assert Task.objects.filter(kind="trace_subscriber", pk__in=found).exists()
    span = overdue_work(world.person("sup-supervisor1"), since=at("2026-11-09 00:00"), until=at("2026-11-16 00:00"))
    assert {row.task_id for row in span} == found


def test_a_task_that_was_late_before_its_clock_stopped_was_late_in_that_week_and_is_not_now(world: World) -> None:
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["analyse_traffic"])
    task = Task.objects.get(kind="analyse_traffic")
    assert task.due_at < at("2026-11-12 00:00")
    world.now = at("2026-11-12 10:00")
    world.act(case, "cac-handler1", "request_assistance", agency="320300-police", question="请协助")
    actor = world.person("sup-supervisor1")
    weeks = {
        monday: {row.kind for row in overdue_work(actor, since=at(f"2026-11-{monday:02} 00:00"), until=end)}
        for monday, end in ((9, at("2026-11-16 00:00")), (16, at("2026-11-16 12:00")))
    }
    assert ("analyse_traffic" in weeks[9], "analyse_traffic" in weeks[16]) == (True, False)
    shown = overdue_tasks(actor, OverdueFilter(kind="analyse_traffic"), now=at("2026-11-16 12:00"))
    assert shown.rows == []


def test_at_its_very_moment_a_deadline_has_not_passed_yet() -> None:
    moment = at("2026-11-16 00:00")
    dues = (moment - timedelta(microseconds=1), moment, moment + timedelta(microseconds=1))
    owed = [Owed(str(n), "triage", 1, None, due, paused=False) for n, due in enumerate(dues)]
    case: Any = SimpleNamespace(tasks=owed)
    assert overdue_of(case, moment) == owed[:1]
