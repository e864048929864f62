"""`manage.py migrate`: as the owner by itself, refusing a wrong pair of roles, putting the rights right every time."""

from __future__ import annotations

from contextlib import closing

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections

from config.database import grants
from tests.servers import TEST


def test_the_owner_owns_what_was_migrated(fresh_db) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
        assert cursor.fetchall() == [("lianzhi_owner",)]


def test_a_plan_changes_nothing_and_needs_no_flag(fresh_db, capsys) -> None:
    call_command("migrate", plan=True)
    assert "No planned migration operations." in capsys.readouterr().out


def test_applying_the_grants_again_takes_back_what_was_added_by_hand(fresh_db) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("GRANT DELETE, UPDATE (stage) ON cases_case TO lianzhi_app")
        cursor.execute("GRANT SELECT ON cases_case TO PUBLIC")
        cursor.execute("GRANT UPDATE (stage) ON cases_case TO PUBLIC")
        cursor.execute("GRANT EXECUTE ON FUNCTION audit_append_internal TO PUBLIC, lianzhi_app")
        cursor.execute("GRANT UPDATE ON SEQUENCE cases_case_number_seq TO lianzhi_app")
        cursor.execute("REVOKE EXECUTE ON FUNCTION audit_append FROM lianzhi_app")
    grants.apply()
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege('lianzhi_app', 'cases_case', 'DELETE'),"
            " has_column_privilege('lianzhi_app', 'cases_case', 'stage', 'UPDATE'),"
            " has_table_privilege('pg_monitor', 'cases_case', 'SELECT'),"
            " has_column_privilege('pg_monitor', 'cases_case', 'stage', 'UPDATE'),"
            " has_function_privilege('lianzhi_app', 'audit_append_internal(bytea)', 'EXECUTE'),"
            " has_function_privilege('pg_monitor', 'audit_append_internal(bytea)', 'EXECUTE'),"
            " has_sequence_privilege('lianzhi_app', 'cases_case_number_seq', 'UPDATE')"
        )
        assert cursor.fetchone() == (False,) * 7
        cursor.execute("SELECT has_function_privilege('lianzhi_app', 'audit_append(bytea)', 'EXECUTE')")
        assert cursor.fetchone() == (True,), "and gives back what was taken away, as a restore without rights does"


def test_the_rights_change_in_one_step(fresh_db, monkeypatch: pytest.MonkeyPatch) -> None:
    """Web servers and workers go on while a new version migrates; a failure half-way leaves what was."""
    monkeypatch.setattr(grants, "_apply_to_functions", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        grants.apply()
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_case")
        assert cursor.fetchone() == (0,)


def test_an_application_role_that_could_become_the_owner_is_refused(fresh_db, servers) -> None:
    with closing(servers.cluster.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("GRANT lianzhi_owner TO lianzhi_app")
        try:
            with pytest.raises(CommandError, match="is a member of the owner and could become it"):
                call_command("migrate", verbosity=0)
        finally:
            cursor.execute("REVOKE lianzhi_owner FROM lianzhi_app")


def test_two_databases_are_refused(fresh_db, monkeypatch: pytest.MonkeyPatch) -> None:
    connections["default"].close()
    monkeypatch.setitem(connections.settings["default"], "NAME", TEST)
    with pytest.raises(CommandError, match="lead to different databases; write one database, with two roles"):
        call_command("migrate", verbosity=0)
    connections["default"].close()


def test_an_owner_that_does_not_own_the_database_is_refused(fresh_db, monkeypatch: pytest.MonkeyPatch) -> None:
    for alias in ("owner", "default"):
        connections[alias].close()
        monkeypatch.setitem(connections.settings[alias], "NAME", "postgres")
    with pytest.raises(CommandError, match="“lianzhi_owner”, which does not own the database “postgres”; give it"):
        call_command("migrate", verbosity=0)
    connections["owner"].close()


@pytest.mark.parametrize(("alias", "variable"), [("owner", "DATABASE_OWNER_URL"), ("default", "DATABASE_URL")])
def test_an_address_that_leads_nowhere_is_told_by_its_name(fresh_db, monkeypatch, alias: str, variable: str) -> None:
    connections[alias].close()
    monkeypatch.setitem(connections.settings[alias], "NAME", "no_such_database")
    with pytest.raises(CommandError, match=f'^{variable} leads to no connection .*"no_such_database" does not exist'):
        call_command("migrate", verbosity=0)


def test_the_same_role_for_both_is_refused(fresh_db, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "USER", "lianzhi_owner")
    with pytest.raises(CommandError, match="name the same role “lianzhi_owner”, but the application may own nothing"):
        call_command("migrate", verbosity=0)


@pytest.mark.parametrize(
    ("role", "sentence"),
    [
        ("nobody_knows", "which the server does not have; create it with: CREATE ROLE"),
        ("postgres", "may pass all rights"),
    ],
)
def test_a_wrong_application_role_is_refused(fresh_db, monkeypatch, role: str, sentence: str) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "USER", role)
    with pytest.raises(CommandError, match=sentence):
        call_command("migrate", verbosity=0)


def test_migrations_match_the_models(fresh_db) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
