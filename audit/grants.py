"""Rights of the application role, for migrations. Tables belong to the owner role; the application owns nothing."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from psycopg2 import sql

# The tables of this app and what the application role may do with them; everything else goes through functions.
PROTECTED_TABLES = {"audit_event": "SELECT", "audit_sealed": "SELECT"}


def app_role() -> str:
    """The name of the role the application connects with."""
    role = str(settings.DATABASES["default"].get("USER") or "")
    if not role:
        raise RuntimeError("DATABASES['default'] names no USER: the application needs a role of its own")
    return role


def ensure_app_role(schema_editor: BaseDatabaseSchemaEditor) -> str:
    """The application role, created with the configured password where the cluster does not know it yet."""
    role = app_role()
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            password = settings.DATABASES["default"].get("PASSWORD")
            options = sql.SQL("PASSWORD {}").format(sql.Literal(password)) if password else sql.SQL("")
            _run(cursor, sql.SQL("CREATE ROLE {} LOGIN {}").format(sql.Identifier(role), options))
    return role


def grant_execute(schema_editor: BaseDatabaseSchemaEditor, functions: Iterable[str]) -> None:
    """Let the application role, and nobody else but the owner, call these functions ("name(type, type)")."""
    role = sql.Identifier(ensure_app_role(schema_editor))
    with schema_editor.connection.cursor() as cursor:
        for function in functions:
            _run(cursor, sql.SQL(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC"))
            _run(cursor, sql.SQL(f"GRANT EXECUTE ON FUNCTION {function} TO {{}}").format(role))


def restrict_table(schema_editor: BaseDatabaseSchemaEditor, table: str, privileges: str) -> None:
    """Leave the application role exactly these privileges on a table ("SELECT, INSERT")."""
    role = sql.Identifier(ensure_app_role(schema_editor))
    name = sql.Identifier(table)
    with schema_editor.connection.cursor() as cursor:
        _run(cursor, sql.SQL("REVOKE ALL ON {} FROM PUBLIC, {}").format(name, role))
        if privileges:
            _run(cursor, sql.SQL(f"GRANT {privileges} ON {{}} TO {{}}").format(name, role))


def _run(cursor: Any, statement: sql.Composable) -> None:
    cursor.execute(statement.as_string(cursor.cursor))
