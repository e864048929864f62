"""The application role owns nothing and can write no protected table."""

from __future__ import annotations

import pytest
from django.db import connection


def rows(statement: str, *parameters: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


@pytest.mark.django_db
def test_the_application_role_owns_nothing() -> None:
    assert rows("SELECT current_user") == [("lianzhi_app",)]
    assert rows("SELECT relname FROM pg_class WHERE relowner = 'lianzhi_app'::regrole") == []
    assert rows("SELECT proname FROM pg_proc WHERE proowner = 'lianzhi_app'::regrole") == []
    assert rows("SELECT nspname FROM pg_namespace WHERE nspowner = 'lianzhi_app'::regrole") == []
    assert rows("SELECT datname FROM pg_database WHERE datdba = 'lianzhi_app'::regrole") == []
