"""`manage.py migrate`: as the owner by itself, refusing a wrong pair of roles, putting the rights right every time."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections

from config.database import grants


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
    grants.apply()
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege('lianzhi_app', 'cases_case', 'DELETE'),"
            " has_column_privilege('lianzhi_app', 'cases_case', 'stage', 'UPDATE'),"
            " has_table_privilege('pg_monitor', 'cases_case', 'SELECT')"
        )
        assert cursor.fetchone() == (False, False, False)


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
