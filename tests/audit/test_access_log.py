"""The access log: written through one function, sealed in sections, pruned by the retention only."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg2
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from audit import clock, errors
from audit.access.sections import prunable, prune, seal_section
from audit.access.writing import Reading, Way, note
from audit.log import EventActor, build_body, encode_body
from audit.models import Access, Event
from audit.sight import Sight
from audit.tasks import prune_access_log, seal_access_log
from audit.verification import verify
from tests.servers import Servers

READER = EventActor(12, "drc-handler1", 7, "handler")
CHANGES = [
    "UPDATE audit_access SET username = 'x'",
    "UPDATE audit_access SET username = 'x' WHERE false",
    "DELETE FROM audit_access",
    "TRUNCATE audit_access",
]


def line(days_ago: float = 0, **changes: Any) -> int:
    reading = Reading(**{"way": Way.PAGE, "items": ("phone", "holder"), "purpose": "visit", "rows": 2, **changes})
    return note(READER, reading, now=clock.real_now() - timedelta(days=days_ago), address="58.218.10.21")


def codes() -> set[str]:
    return {problem.code for problem in verify().problems}


def test_a_line_says_who_read_what_when_through_which_post_and_for_what(db: None) -> None:
    at = datetime(2026, 11, 20, 1, tzinfo=UTC)
    case = "0199a1f0-0000-7000-8000-000000000001"
    reading = Reading(Way.EXPORT, case, "import/7", ["phone", "holder", "phone"], "visit", 12, "ab" * 32)
    row = Access.objects.get(pk=note(READER, reading, now=at, address="58.218.10.21"))
    assert (row.at, row.user_id, row.username, row.agency_id, row.role) == (at, 12, "drc-handler1", 7, "handler")
    assert (row.way, str(row.case_id), row.target, row.items) == ("export", case, "import/7", ["holder", "phone"])
    assert (row.purpose, row.rows, row.file_hash) == ("visit", 12, "ab" * 32)


def test_the_address_is_kept_as_a_keyed_hash_that_is_equal_for_equal_addresses(db: None) -> None:
    first, second = Access.objects.get(pk=line()), Access.objects.get(pk=line())
    other = Access.objects.get(pk=note(READER, Reading(Way.PAGE), now=clock.now(), address="58.218.10.22"))
    assert first.address == second.address != other.address
    assert len(first.address) == 16
    assert "58.218" not in str(first.__dict__)


@pytest.mark.parametrize("wrong", [{"way": "peek"}, {"rows": -1}, {"file_hash": "short"}], ids=["way", "rows", "hash"])
def test_a_line_that_says_nonsense_is_refused(db: None, wrong: dict[str, Any]) -> None:
    with pytest.raises((DatabaseError, ValueError)), transaction.atomic():
        line(**wrong)


@pytest.mark.parametrize(
    "statement", [*CHANGES, "INSERT INTO audit_access (at, username, way, rows) VALUES (now(), 'x', 'page', 1)"]
)
def test_the_application_has_no_right_to(fresh_db: Any, statement: str) -> None:
    line(500)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), closing(psycopg2.connect(fresh_db.database_url)) as app:
        app.cursor().execute(statement)


@pytest.mark.parametrize("statement", CHANGES)
@pytest.mark.parametrize("days_ago", [0, 500])
def test_the_owner_is_refused_by_a_trigger(fresh_db: Any, statement: str, days_ago: int) -> None:
    line(days_ago)
    with closing(psycopg2.connect(fresh_db.owner_url)) as owner, pytest.raises(psycopg2.Error) as refused:
        owner.cursor().execute(statement)
    assert refused.value.pgcode == ("LZ007" if statement.startswith("DELETE") and not days_ago else "LZ003")


@pytest.mark.parametrize("statement", CHANGES)
def test_switching_ordinary_triggers_off_does_not_help_a_superuser(
    servers: Servers, fresh_db: Any, statement: str
) -> None:
    line(500)
    with closing(servers.cluster.connect(fresh_db.name)) as root, root.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        with pytest.raises(psycopg2.Error, match="refused"):
            cursor.execute(statement)


def test_a_section_holds_the_lines_since_the_last_and_nothing_is_sealed_twice(db: None) -> None:
    line()
    line()
    assert seal_section() is not None
    assert seal_section() is None
    last = line()
    seal_section()
    events = Event.objects.filter(stream="access/log").order_by("seq")
    bodies = [clean(event) for event in events]
    assert [body["lines"] for body in bodies] == [2, 1]
    assert bodies[1]["after_id"] == bodies[0]["through_id"]
    assert bodies[1]["through_id"] == last
    assert codes() == set()


def clean(event: Event) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(bytes(event.body))["data"]
    return data


TAMPERINGS = {
    "a person is changed": "UPDATE audit_access SET username = 'somebody-else' WHERE id = %(first)s",
    "a purpose is changed": "UPDATE audit_access SET purpose = 'notice' WHERE id = %(first)s",
    "a time is changed": "UPDATE audit_access SET at = at - interval '1 second' WHERE id = %(first)s",
    "a line is taken out": "DELETE FROM audit_access WHERE id = %(first)s",
    "all lines are taken out": "DELETE FROM audit_access",
    "a line is put in": "INSERT INTO audit_access (id, at, username, way, rows) OVERRIDING SYSTEM VALUE"
    " VALUES (%(first)s - 1, now(), 'x', 'page', 1)",
}


@pytest.mark.parametrize("statement", TAMPERINGS.values(), ids=TAMPERINGS)
def test_whoever_owns_the_machine_and_changes_a_sealed_line_is_found_out(
    servers: Servers, fresh_db: Any, statement: str
) -> None:
    first = line()
    line()
    seal_section()
    assert codes() == set()
    with closing(servers.cluster.connect(fresh_db.name)) as root, root.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_access DISABLE TRIGGER ALL")
        cursor.execute(statement, {"first": first})
        root.commit()
    assert codes() == {"access"}


def test_pruning_takes_whole_sections_that_are_old_and_leaves_an_event_and_a_valid_trail(db: None) -> None:
    for days in (500, 450):
        line(days)
    seal_section()
    line(410)
    line(390)
    seal_section()
    line()
    assert prunable().lines == 2
    gone = prune()
    assert (gone.lines, Access.objects.count()) == (2, 3)
    said = clean(Event.objects.get(action="access_log_pruned"))
    assert (said["lines"], said["through_id"], said["retention_days"]) == (2, gone.through_id, 400)
    assert said["period"][0] < said["period"][1] < said["before"]
    assert codes() == set()
    assert prune().lines == 0
    assert Event.objects.filter(action="access_log_pruned").count() == 1


def test_lines_that_no_seal_covers_stay(db: None) -> None:
    line(500)
    assert prune().lines == 0
    assert Access.objects.count() == 1


def test_six_months_stay_whatever_the_application_is_told(db: None, settings: Any) -> None:
    settings.ACCESS_LOG_DAYS = 1
    line(150)
    seal_section()
    assert prune().lines == 0
    # The function itself, called with what the application must not ask for.
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, leaf FROM audit_head('access/log')")
        seq, leaf = cursor.fetchone()
    through = Access.objects.get().pk
    with pytest.raises(errors.TooYoungError, match="younger than 183 days"), transaction.atomic():
        _prune(seq, bytes(leaf), {"through_id": through, "lines": 1})


def test_a_pruning_that_says_another_number_of_lines_is_refused(db: None) -> None:
    line(500)
    seal_section()
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, leaf FROM audit_head('access/log')")
        seq, leaf = cursor.fetchone()
    with pytest.raises(errors.AppendOnlyError, match="prune through"), transaction.atomic():
        _prune(seq, bytes(leaf), {"through_id": Access.objects.get().pk, "lines": 2})


def _prune(seq: int, leaf: bytes, data: dict[str, Any]) -> None:
    body = build_body(
        stream="access/log", seq=seq + 1, prev=leaf, at=clock.now(), action="access_log_pruned", actor=READER,
        members={"data": data},
    )  # fmt: skip
    with connection.cursor() as cursor:
        try:
            cursor.execute("SELECT audit_prune_access(%s)", [encode_body(body)])
        except DatabaseError as error:
            raise errors.from_database(error) or error from error


def test_lines_whose_pruning_is_on_record_but_that_are_still_there_are_found(servers: Servers, fresh_db: Any) -> None:
    line(500)
    seal_section()
    prune()
    with closing(servers.cluster.connect(fresh_db.name)) as root, root.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_access (id, at, username, way, rows) OVERRIDING SYSTEM VALUE"
            " VALUES (1, now(), 'x', 'page', 1)"
        )
        root.commit()
    assert codes() == {"access"}


def test_a_section_waits_for_whoever_is_writing_so_that_no_line_falls_between_two(fresh_db: Any) -> None:
    with closing(psycopg2.connect(fresh_db.database_url)) as other:
        other.cursor().execute(
            Sight(system="list_report").sql
            + """SELECT audit_note_access('{"at": "2026-11-20T01:00:00Z", "username": "x", "way": "page", "role": "",
            "address": "", "target": "", "items": [], "purpose": "", "rows": 1, "file_hash": ""}')"""
        )
        line()  # has a higher number, and is there already
        assert seal_section() is None  # five seconds, then the next time
        other.commit()
    assert seal_section() is not None
    assert codes() == set()


def test_the_command_says_what_would_go_and_then_lets_it_go(db: None, capsys: Any) -> None:
    line(500)
    call_command("prune_access_log", "--dry-run")
    assert "没有超过 400 天的已封存记录" in capsys.readouterr().out  # nothing is sealed yet
    seal_section()
    call_command("prune_access_log", "--dry-run")
    assert "将清理 1 行" in capsys.readouterr().out
    assert Access.objects.count() == 1
    call_command("prune_access_log")
    assert "已清理 1 行" in capsys.readouterr().out
    assert Access.objects.count() == 0


def test_the_clock_of_the_demo_cannot_make_lines_old(db: None) -> None:
    line(10)
    seal_section()
    clock.advance(timedelta(days=1000))
    assert prune().lines == 0
    clock.clear()


def test_the_tasks_seal_every_hour_and_prune_every_night(db: None, settings: Any) -> None:
    line(500)
    seal_access_log()
    prune_access_log()
    assert [event.action for event in Event.objects.filter(stream="access/log").order_by("seq")] == [
        "access_log_sealed",
        "access_log_pruned",
    ]
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {"audit.seal_access_log", "audit.prune_access_log"} <= scheduled
