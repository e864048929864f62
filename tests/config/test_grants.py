"""The application role owns nothing, creates nothing, and writes no protected table."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction

from config.database import grants

pytestmark = pytest.mark.django_db


def rows(statement: str, *parameters: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def refusal(statement: str) -> str:
    """The message with which PostgreSQL refuses a statement of the application role."""
    with pytest.raises(ProgrammingError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return str(caught.value)


def tables() -> set[str]:
    return {str(name) for (name,) in rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}


def test_the_application_role_owns_nothing() -> None:
    assert rows("SELECT current_user") == [("lianzhi_app",)]
    for catalogue, owner in (
        ("class", "relowner"),
        ("proc", "proowner"),
        ("namespace", "nspowner"),
        ("type", "typowner"),
    ):
        assert rows(f"SELECT oid::regclass FROM pg_{catalogue} WHERE {owner} = 'lianzhi_app'::regrole") == [], catalogue
    assert rows("SELECT datname FROM pg_database WHERE datdba = 'lianzhi_app'::regrole") == []
    assert rows(
        "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = 'lianzhi_app'"
    ) == [(False, False, False, False)]


def test_it_can_create_nothing() -> None:
    assert "permission denied for schema public" in refusal("CREATE TABLE mine (n int)")
    assert "permission denied for schema public" in refusal(
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'"
    )
    assert "permission denied for database" in refusal("CREATE SCHEMA mine")
    assert "permission denied to create temporary tables" in refusal("CREATE TEMPORARY TABLE mine (n int)")


def test_it_cannot_become_another_role() -> None:
    assert "permission denied to set role" in refusal("SET ROLE lianzhi_owner")
    assert "permission denied to set session authorization" in refusal("SET SESSION AUTHORIZATION lianzhi_owner")
    assert "permission denied to set parameter" in refusal("SET session_replication_role = replica")


def test_every_protected_table_exists() -> None:
    """A name that is none would silently leave the real table open."""
    assert set(settings.PROTECTED_TABLES) <= tables()


def test_it_has_exactly_the_rights_that_are_written_down() -> None:
    for table, rights in settings.PROTECTED_TABLES.items():
        listed = {right.strip() for right in re.sub(r"\w+ *\([^)]*\)", "", rights).split(",")}
        for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"):
            held = rows("SELECT has_table_privilege(%s, %s)", table, right)[0][0]
            assert held is (right in listed), (table, right)


def test_no_table_can_be_truncated_or_given_a_trigger() -> None:
    for table in tables():
        for right in ("TRUNCATE", "TRIGGER", "REFERENCES"):
            assert rows("SELECT has_table_privilege(%s, %s)", table, right) == [(False,)], (table, right)


def test_a_protected_table_refuses_what_only_the_functions_may_do() -> None:
    assert "permission denied for table audit_event" in refusal("DELETE FROM audit_event")
    assert "permission denied for table cases_case" in refusal("UPDATE cases_case SET stage = 'closed'")
    assert "permission denied for table django_migrations" in refusal("DELETE FROM django_migrations")


def test_a_column_right_is_a_right_on_that_column_only() -> None:
    assert "permission denied for table cases_outbox" in refusal("UPDATE cases_outbox SET payload = '{}'")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_outbox SET delivered_at = now()")


def test_it_may_call_exactly_the_functions_that_are_written_down() -> None:
    called = rows("""
        SELECT proname FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND has_function_privilege('lianzhi_app', oid, 'EXECUTE')
    """)
    assert {name for (name,) in called} == grants.OPEN_FUNCTIONS


def test_it_draws_numbers_but_sets_none_back() -> None:
    rows("SELECT nextval('cases_case_number_seq')")
    assert "permission denied for sequence" in refusal("SELECT setval('cases_case_number_seq', 1)")


def test_public_may_call_no_function_of_ours() -> None:
    ours = "pronamespace = 'public'::regnamespace AND proowner = 'lianzhi_owner'::regrole"
    assert rows(f"SELECT count(*) > 0 FROM pg_proc WHERE {ours}") == [(True,)]
    assert (
        rows(f"SELECT proname FROM pg_proc WHERE {ours} AND has_function_privilege('pg_monitor', oid, 'EXECUTE')") == []
    )


def test_functions_with_the_owners_rights_fix_their_search_path() -> None:
    """Without it, a caller's own temporary table could stand in for the real one."""
    open_ended = """
        SELECT proname FROM pg_proc
        WHERE prosecdef AND pronamespace = 'public'::regnamespace
          AND NOT EXISTS (SELECT FROM unnest(proconfig) AS setting WHERE setting LIKE 'search_path=%%pg_temp')
    """
    assert rows(open_ended) == []
