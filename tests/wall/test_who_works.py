"""Every task and every command says as whom it works, and what it may is enough for its work and for no more."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.core.management import call_command, get_commands, load_command_class
from django.db import DatabaseError, connection

from agencies.actors import find_actor
from agencies.directory import get_directory
from agencies.sight import seeing
from audit import clock
from audit.management.system import SystemCommand
from audit.sight import Sight, current, looking, nobody, working_as
from cases import tasks
from cases.intake.receiving import find_agency, receive_list
from cases.models import ListBatch
from config.database import wall
from notifications.tasks import deliver
from tests.intake.samples import SAMPLE, bring
from tests.wall.conftest import rows
from tests.workflow.world import World

ROOT = Path(__file__).resolve().parents[2]
OURS = ("agencies", "audit", "cases", "config", "notifications")
# Django's own commands below ours: they work as the owner, who stands behind the wall.
OF_THE_OWNER = {"migrate"}


def test_every_task_says_as_whom_it_works() -> None:
    current_app.loader.import_default_modules()
    names = {}
    for name, task in current_app.tasks.items():
        if name.startswith("celery."):
            continue
        source = Path(task.run.__code__.co_filename)
        assert source.name == "contextlib.py", f"{name} works as nobody: put @working_as under @shared_task"
        names[name] = task
    assert names.keys() == {
        *("cases.fold_counters", "cases.import_batch", "cases.resume_imports", "cases.watch_calendar"),
        *("cases.propose_erasures", "cases.note_provisions", "cases.draw_feedback", "cases.resume_feedback"),
        *("cases.propose_erasures", "cases.note_provisions", "cases.place_tips", "cases.discard_uploads"),
        *("cases.run_bills", "cases.resume_bill_runs", "cases.close_missed_windows"),
        *("cases.recount_deadlines", "cases.run_bulk", "cases.resume_bulk_runs"),
        *("audit.seal_access_log", "audit.prune_access_log", "notifications.deliver"),
        "notifications.send_codes",
        "agencies.end_roles",
        *("notifications.send", "notifications.tell_stuck", "notifications.prune_deliveries"),
        "cases.escalate_deadlines",
        *("cases.draw_report", "cases.sweep_reports", "cases.verify_trail"),
    }


def test_every_command_says_as_whom_it_works() -> None:
    for name, app in get_commands().items():
        if app.split(".")[-1] not in OURS or name in OF_THE_OWNER:
            continue
        command = load_command_class(app, name)
        assert isinstance(command, SystemCommand), name
        assert command.works_as in {"", *wall.rights()}, name


def test_every_name_that_somebody_works_as_is_on_the_list() -> None:
    used: set[str] = set()
    for app in OURS:
        for path in (ROOT / app).rglob("*.py"):
            used |= set(re.findall(r'works?_?(?:ing)?_as(?:\(| = )"([a-z_]+)"', path.read_text(encoding="utf-8")))
    assert used <= wall.rights().keys()
    assert wall.rights().keys() == used


@pytest.mark.own_sight
def test_tasks_and_commands_do_their_work_without_anybody_else_looking(fresh_db: Any, demo_city: None) -> None:
    with working_as("tests"):
        World().open()
        bring("telecom", b"\n".join((SAMPLE / "telecom-list-batch1.csv").read_bytes().split(b"\n")[:60]), name="b1")
        waiting = rows("SELECT count(*) FROM cases_outbox WHERE delivered_at IS NULL")[0][0]
        rows_in_list = rows("SELECT count(*) FROM cases_listrow")[0][0]
    assert waiting and rows_in_list
    with nobody():
        assert deliver() == waiting
        tasks.fold_counters()
        tasks.watch_calendar()
        tasks.resume_imports()
        out = io.StringIO()
        call_command("verify_audit", "--json", stdout=out)
        assert json.loads(out.getvalue())["events"] > rows_in_list / 10
        out = io.StringIO()
        call_command("batch_rows", "b1", "--json", stdout=out)
        lines = [json.loads(line) for line in out.getvalue().splitlines()]
        assert len(lines) == rows_in_list
        assert any(line["case"] for line in lines)
        out = io.StringIO()
        call_command("draw_feedback", "b1", "--json", stdout=out, stderr=io.StringIO())
        tasks.resume_feedback()
        out = io.StringIO()
        call_command("rotate_vault_key", "--check", "--json", stdout=out)
        assert json.loads(out.getvalue())["in_use"]["cases_listrow"]
        call_command("deliver_notifications", "--once", stdout=io.StringIO(), stderr=io.StringIO())
        call_command("load_calendar", stdout=io.StringIO(), stderr=io.StringIO())
        call_command("fold_counters", stdout=io.StringIO())
        out = io.StringIO()
        number = next(line["case"] for line in lines if line["case"])
        call_command("perform", number, "comment", "--as", "drc-handler1", "--data", '{"comment": "一"}', stdout=out)
        assert number in out.getvalue()
        assert current() == Sight()
    with working_as("tests"):
        assert rows("SELECT count(*) FROM cases_taskcounter WHERE n > 0")[0][0]
        assert rows("SELECT count(*) FROM notifications_message")[0][0]


@pytest.mark.own_sight
def test_a_worker_goes_on_with_a_list_by_itself(fresh_db: Any, demo_city: None) -> None:
    actor = find_actor("telecom-handler1")
    content = b"\n".join((SAMPLE / "telecom-list-batch1.csv").read_bytes().split(b"\n")[:40])
    with seeing(actor):
        batch, fresh = receive_list(
            actor=actor, content=content, filename="a.csv", kind="telecom",
            agency=find_agency("320300-telecom", get_directory()), batch_name="批次", now=clock.now(),
        )  # fmt: skip
        assert fresh
    with nobody():
        tasks.import_batch(str(batch.id))
    with seeing(actor):
        assert ListBatch.objects.get(id=batch.id).state == ListBatch.State.DONE


@pytest.mark.own_sight
@pytest.mark.parametrize("name", sorted(wall.rights()))
def test_a_system_actor_reads_the_tables_of_its_list_and_nothing_else(world_at_work: None, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity")
        walled = [row[0] for row in cursor.fetchall()]
    read = {table for table, listed in wall.rights()[name].items() if "SELECT" in listed}
    with working_as(name):
        seen = {table for table in walled if rows(f"SELECT count(*) FROM {table}")[0][0]}
    assert seen <= read | ({"audit_event"} if read & {"config/calendar", "access/log"} else set())
    with working_as(name), pytest.raises(DatabaseError):
        rows("UPDATE cases_case SET title = 'x'")


@pytest.fixture
def world_at_work(demo_city: None) -> None:
    with looking(Sight(system="tests")):
        World().open()
