"""The drill notices what it is there for: each safety taken out once, a relay killed where it hurts, the flaw named."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from notifications import relay
from tests.drills.telling import books, sabotaged
from tests.drills.telling.clients import Client
from tests.drills.telling.sabotaged import DOUBLED, LOST, OVERTAKEN, UNGUARDED

pytestmark = pytest.mark.usefixtures("demo_city")
MARK, WRITE = "UPDATE cases_outbox SET delivered_at", "INSERT INTO notifications_message"


class Table:
    """Cases by one client, and the books of them beside that of a case in peace."""

    def __init__(self, folder: Path, sql: Callable[[str], Any]) -> None:
        self.folder, self.sql = folder, sql
        self.work("a-pattern")
        relay.deliver_all()
        self.pattern = str(books.read_ledgers(folder)[0]["case"])

    def work(self, name: str, cases: int = 1) -> None:
        Client(name, 1, str(self.folder / f"{name}.ledger"), 0).work(cases)

    def flaws(self) -> set[str]:
        acts = books.read_ledgers(self.folder)
        assert len(acts) > 13
        found = books.read(self.sql, acts, self.pattern, committed="NULL::text")
        found.messages = [message._replace(seen=("", message.seen[1])) for message in found.messages]
        return {flaw.kind for flaw in books.flaws(found)}


@pytest.fixture
def table(fresh_db, servers, settings, tmp_path):
    settings.OUTBOX_TASK = ""

    def sql(statement: str) -> Any:
        with closing(servers.cluster.connect(fresh_db.name)) as session, session.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    return Table(tmp_path, sql)


def killed_before(statement: str, meanwhile: Callable[[], object] = lambda: None) -> None:
    """A relay of its own process that is killed, by the signal nobody can catch, where it would send this statement."""
    connections.close_all()
    there, arrived = os.pipe()
    child = os.fork()
    if child == 0:

        def stop(execute: Any, sql: str, *rest: Any) -> Any:
            if sql.lstrip().startswith(statement):
                os.write(arrived, b".")
                signal.pause()
            return execute(sql, *rest)

        try:
            with connection.execute_wrapper(stop):
                relay.deliver_all()
        finally:
            os._exit(1)
    os.close(arrived)
    assert os.read(there, 1) == b".", "the relay never came there"
    meanwhile()
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


@pytest.mark.parametrize("statement", [WRITE, MARK])
def test_the_relay_as_it_is_may_be_killed_anywhere(table: Table, statement: str) -> None:
    table.work("client")
    killed_before(statement)
    relay.deliver_all()
    assert table.flaws() == set()


def test_without_idempotency_a_kill_doubles_and_it_is_noticed(table, monkeypatch) -> None:
    table.sql(UNGUARDED)
    sabotaged.sabotage(DOUBLED, monkeypatch.setattr)
    table.work("client")
    killed_before(MARK)
    relay.deliver_all()
    assert table.flaws() == {books.DOUBLED}


def test_the_unique_message_alone_holds_against_a_relay_that_marks_too_late(table, monkeypatch) -> None:
    conflict = relay._WRITE
    sabotaged.sabotage(DOUBLED, monkeypatch.setattr)
    table.work("client")
    killed_before(MARK)
    monkeypatch.undo()
    assert conflict == relay._WRITE
    relay.deliver_all()
    assert table.flaws() == set()


def test_rows_marked_before_their_messages_are_lost_and_it_is_noticed(table, monkeypatch) -> None:
    sabotaged.sabotage(LOST, monkeypatch.setattr)
    table.work("client")
    killed_before(WRITE)
    relay.deliver_all()
    assert table.flaws() == {books.LOST}


def test_relays_without_a_lane_overtake_each_other_and_it_is_noticed(table, monkeypatch) -> None:
    sabotaged.sabotage(OVERTAKEN, monkeypatch.setattr)
    table.work("client")
    killed_before(MARK, meanwhile=relay.deliver_all)
    relay.deliver_all()
    assert table.flaws() == {books.DISORDERED}


def test_clients_without_keys_do_it_twice_and_it_is_noticed(table, monkeypatch) -> None:
    monkeypatch.setenv("DRILL_KEYS", "off")
    table.work("client", cases=4)
    relay.deliver_all()
    assert table.flaws() >= {books.DOUBLED, books.REFUSED}
