"""Every transaction is told who is looking, by whatever way it is asked; nothing outlives it."""

from __future__ import annotations

import io
import threading
from typing import Any

import psycopg2
import pytest
from django.db import DataError, connection, transaction
from django.test.utils import CaptureQueriesContext
from psycopg2 import sql
from psycopg2.extras import execute_batch, execute_values

from audit import sight
from audit.sight import NOBODY, Sight, look, looking, nobody, working_as

pytestmark = pytest.mark.own_sight
TOLD = "SELECT coalesce(sight_system(), sight_user()::text, 'nobody')"


def told(using: Any = None) -> str:
    with (using or connection).cursor() as cursor:
        cursor.execute(TOLD)
        return str(cursor.fetchone()[0])


def test_a_statement_by_itself_is_told(fresh_db) -> None:
    assert told() == "nobody"
    with working_as("relay"):
        assert told() == "relay"
    with looking(Sight(user=7)):
        assert told() == "7"
    assert told() == "nobody"


def test_a_transaction_is_told_once_and_again_when_somebody_else_looks(fresh_db) -> None:
    with transaction.atomic():
        with working_as("relay"):
            assert told() == "relay"
            with connection.cursor() as cursor:
                cursor.execute(TOLD)
                assert b"set_config" not in cursor.cursor.query
        assert told() == "nobody"
        with working_as("intake"):
            assert told() == "intake"
            look(NOBODY)
            assert told() == "nobody"


def test_going_back_to_a_savepoint_takes_nothing_away(fresh_db) -> None:
    with transaction.atomic(), working_as("relay"):
        with pytest.raises(DataError), transaction.atomic():
            connection.cursor().execute("SELECT 1/(sight_system() <> 'relay')::int")
        assert told() == "relay"
        with transaction.atomic(), working_as("intake"):
            assert told() == "intake"
            transaction.set_rollback(True)
        # The inner block is rolled back: the database forgets the intake, and is told again.
        assert told() == "relay"


@pytest.mark.parametrize("first", ["SET LOCAL lock_timeout = '5s'", "SAVEPOINT a", "SET CONSTRAINTS ALL DEFERRED"])
def test_a_transaction_that_begins_with_something_else_is_told_all_the_same(fresh_db, first: str) -> None:
    with working_as("relay"):
        assert told() == "relay"
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(first)
            assert told() == "relay"


def test_a_transaction_may_still_say_how_it_is_isolated(fresh_db) -> None:
    with working_as("relay"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        assert told() == "relay"


def test_copy_is_told(fresh_db) -> None:
    for block in (transaction.atomic, nobody):
        out = io.StringIO()
        with block(), working_as("relay"), connection.cursor() as cursor:
            cursor.copy_expert(f"COPY ({TOLD}) TO STDOUT", out)
        assert out.getvalue() == "relay\n"


def test_rows_that_are_copied_in_meet_the_wall(fresh_db) -> None:
    row = io.StringIO("1\t2\tx\n")
    copy = "COPY cases_listpart (batch_id, number, sealed) FROM STDIN"
    for block in (transaction.atomic, nobody):
        with (
            pytest.raises(Exception, match=r"row-level security|COPY FROM not supported"),
            block(),
            working_as("relay"),
            connection.cursor() as cursor,
        ):
            cursor.copy_expert(copy, row)


def test_bytes_and_composed_statements_are_told(fresh_db) -> None:
    with working_as("relay"), connection.cursor() as cursor:
        raw = cursor.cursor
        raw.execute(TOLD.encode())
        assert raw.fetchone() == ("relay",)
        raw.execute(sql.SQL("{} WHERE %s").format(sql.SQL(TOLD)), [True])
        assert raw.fetchone() == ("relay",)
        assert execute_values(raw, "SELECT x, sight_system() FROM (VALUES %s) v (x)", [(1,), (2,)], fetch=True) == [
            (1, "relay"),
            (2, "relay"),
        ]
        execute_batch(raw, "SELECT 1/(sight_system() = %s)::int", [("relay",), ("relay",)])


def test_what_can_be_told_nothing_is_refused(fresh_db) -> None:
    with working_as("relay"), connection.cursor() as cursor:
        with pytest.raises(psycopg2.NotSupportedError, match="outside a transaction"):
            cursor.cursor.executemany("SELECT %s", [(1,)])
        with pytest.raises(psycopg2.NotSupportedError, match="outside a transaction"):
            cursor.cursor.callproc("sight_system")
        with transaction.atomic():
            cursor.cursor.callproc("sight_system")
            assert cursor.cursor.fetchone() == ("relay",)
            cursor.cursor.executemany("SELECT 1/(sight_system() = %s)::int", [("relay",), ("relay",)])
            with (
                pytest.raises(psycopg2.NotSupportedError, match="server-side"),
                connection.connection.cursor("far") as far,
            ):
                far.execute("SELECT 1")


def test_what_a_session_set_by_itself_is_overruled(fresh_db) -> None:
    """A leftover of a pool or a setting of the role opens nothing: every transaction says all of it."""
    with connection.cursor() as cursor:
        cursor.execute("SET lianzhi.system = 'tests'")
        cursor.execute("SET lianzhi.keys = '{1,2,3}'")
    assert told() == "nobody"
    with transaction.atomic(), working_as("relay"):
        assert told() == "relay"
    with connection.cursor() as cursor:
        cursor.execute("SELECT sight_keys()")
        assert cursor.fetchone() == (None,)


def test_nothing_is_left_on_the_connection_for_the_next_one(fresh_db) -> None:
    """As a pool sees it: the raw session after every sort of transaction."""
    with looking(Sight(user=7, keys=(4, 8))):
        told()
        with transaction.atomic():
            told()
    raw = connection.connection
    with psycopg2.extensions.cursor(raw) as plain:  # one that tells nothing
        plain.execute("SELECT current_setting('lianzhi.user', true), sight_user(), sight_keys(), sight_system()")
        assert plain.fetchone() in {("", None, None, None), (None, None, None, None)}


def test_a_thread_begins_as_nobody(fresh_db) -> None:
    found = []

    def read() -> None:
        found.append(told())
        connection.close()

    with working_as("relay"):
        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
    assert found == ["nobody"]


def test_a_log_shows_the_statement_and_counts_it_once(fresh_db) -> None:
    with working_as("relay"), CaptureQueriesContext(connection) as queries:
        told()
        with transaction.atomic():
            told()
    assert [q["sql"] for q in queries if q["sql"].startswith("SELECT")] == [TOLD, TOLD]


@pytest.mark.parametrize(
    "wrong",
    [{"system": "x'; DROP"}, {"system": "relay", "user": 1}, {"watches": ("32%",)}, {"supervises": ("'",)}],
)
def test_a_sight_that_is_none_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"name of a system actor|no person|codes of regions"):
        Sight(**wrong)


def test_the_fallback_of_the_product_is_nobody() -> None:
    assert sight.unless_said is NOBODY
