"""The ledger of intervals: whose a task was, how long, with which deadline; one SQL function keeps it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader

from audit.verification import verify
from tests.wall.conftest import rows
from tests.workflow.test_meanings import both, dispatched
from tests.workflow.world import World, at

LEDGER = """SELECT t.kind, a.code, n.code, p.username, c.state, c.reason, c.due_at, c.seq, c.started_at, c.ended_at
FROM cases_clockinterval c JOIN cases_task t ON t.id = c.task_id JOIN agencies_agency a ON a.id = c.agency_id
LEFT JOIN agencies_agency n ON n.id = c.unit_id LEFT JOIN agencies_user p ON p.id = c.person_id
WHERE c.case_id = %s ORDER BY t.opened_seq, t.kind, c.started_at, c.id"""
FORMER = """SELECT task_id, agency_id, state, reason, started_at, ended_at FROM cases_clockinterval
WHERE case_id = %s ORDER BY task_id, started_at, ended_at NULLS LAST"""


def ledger(case: str, kind: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(LEDGER, [case])
        return [row[1:] for row in cursor.fetchall() if row[0] == kind]


def task_of(world: World, case: str, kind: str) -> str:
    return next(task.id for task in world.view(case).tasks if task.kind == kind)


def story(world: World) -> str:
    """Accepted, given on, put off, asked round, handed to a unit and returned, each an hour after the other."""
    case = dispatched(world, "analyse_traffic", "check_consumption")
    traffic = task_of(world, case, "analyse_traffic")
    world.later(hours=1)
    world.act(case, "cac-handler1", "accept_task", task=traffic)
    world.later(hours=1)
    world.act(case, "cac-reviewer1", "assign_task", task=traffic, assignee="cac-handler2")
    world.later(hours=1)
    world.act(case, "cac-handler2", "request_extension", task=traffic, due_on="2026-11-20", reason="取证需要")
    world.later(hours=1)
    world.act(case, "drc-reviewer1", "decide_extension", decision="grant")
    world.later(hours=1)
    world.act(case, "cac-handler2", "request_assistance", task=traffic, agency="320300-police", question="请协助")
    world.later(days=1)
    world.act(case, "police-handler1", "answer_assistance", answer="已核对")
    world.later(hours=1)
    world.act(case, "grid-handler1", "return_task", reason_code="not_our_region", reason="不在本辖区")
    world.later(hours=1)
    world.act(case, "drc-reviewer1", "rule_on_return", decision="reassign")
    return case


@pytest.mark.usefixtures("demo_city", "db")
def test_an_interval_ends_where_holder_deadline_or_state_change_and_names_its_event() -> None:
    world = World()
    case = story(world)
    begun = at("2026-11-03 10:00")
    hour = timedelta(hours=1)
    old, named, moved = at("2026-11-10 18:00"), at("2026-11-20 18:00"), at("2026-11-23 18:00")
    me, other = "cac-handler1", "cac-handler2"
    place = ("320300-cac", None)
    assert ledger(case, "analyse_traffic") == [
        (*place, None, "running", "opened", old, 2, begun, begun + hour),
        (*place, me, "running", "opened", old, 3, begun + hour, begun + 2 * hour),
        (*place, other, "running", "opened", old, 4, begun + 2 * hour, begun + 4 * hour),
        (*place, other, "running", "opened", named, 6, begun + 4 * hour, begun + 5 * hour),
        (*place, other, "paused", "assistance", named, 7, begun + 5 * hour, begun + 29 * hour),
        (*place, other, "running", "answered", moved, 8, begun + 29 * hour, None),
    ]


@pytest.mark.usefixtures("demo_city", "db")
def test_another_unit_without_a_person_has_it_as_nobodys_again() -> None:
    world = World()
    case = dispatched(world, "check_consumption")
    world.act(case, "grid-handler1", "accept_task")
    world.later(hours=1)
    world.act(case, "grid-reviewer1", "assign_task", unit=_unit())
    found = [(unit, person) for _, unit, person, *_ in ledger(case, "check_consumption")]
    assert found == [(None, None), (None, "grid-handler1"), (_unit(), None)]


def _unit() -> str:
    return str(
        rows(
            "SELECT u.code FROM agencies_agency u JOIN agencies_agency p ON p.id = u.parent_id"
            " WHERE p.code = '320300-grid' AND u.active ORDER BY u.code LIMIT 1"
        )[0][0]
    )


def owned(sql: str, *values: object) -> list[tuple[Any, ...]]:
    """Behind the wall: after a `migrate` the actor of the tests has no rights any more."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql, values or None)
        return list(cursor.fetchall())


@pytest.mark.usefixtures("demo_city", "fresh_db")
def test_a_ledger_of_before_is_rebuilt_from_the_events_and_goes_back() -> None:
    world = World()
    case = story(world)
    # A task that is opened standing still: its former ledger began with an interval of no length.
    stayed = both(world, "suspension")
    objection = {"received_on": world.now.date().isoformat(), "reason_code": "not_mining", "content": "异议"}
    world.act(stayed, "grid-handler1", "record_objection", **objection)
    order, law = world.attach(stayed, "drc-approver1"), world.attach(stayed, "drc-approver1", "决定书.pdf")
    world.act(stayed, "drc-approver1", "sign_suspension_order", order_file=order, legal_document=law)
    approving = UUID(task_of(world, stayed, "approve_suspension"))
    stood = owned(LEDGER, case) + owned(LEDGER, stayed)
    before = next(
        parent
        for parent in MigrationLoader(connections["owner"]).graph.node_map[("cases", "0064_clock_ledger")].parents
        if parent.key[0] == "cases"
    )
    call_command("migrate", *before.key, verbosity=0)
    former = owned(FORMER, case)
    assert len([row for row in former if row[3] == "assistance"]) == 1
    assert "due_at" not in {name for (name,) in owned(COLUMNS)}
    opened = [row[2:] for row in owned(FORMER, stayed) if row[0] == approving]
    assert opened == [("running", "opened", world.now, world.now), ("paused", "objection", world.now, None)]
    # The former function goes on with what it finds.
    assert [row[5] for row in former if row[3] == "answered"] == [None]
    call_command("migrate", verbosity=0)
    assert owned(LEDGER, case) + owned(LEDGER, stayed) == stood
    for each in connections.all():
        each.close()
    assert verify().ok


COLUMNS = "SELECT column_name FROM information_schema.columns WHERE table_name = 'cases_clockinterval'"
