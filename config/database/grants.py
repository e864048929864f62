"""What the application role may do in the database. Applied after every `migrate`, as a whole, so it cannot drift.

1. PUBLIC and the application role may create nothing; functions are closed until a migration opens one to the
   application role (`audit.grants.grant_execute`).
2. The application role reads and writes all tables, but of `settings.PROTECTED_TABLES` it gets only what stands there:
   those are written by SQL functions of the owner.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from config.database.routers import OWNER
from config.env import SettingError

ALL = "SELECT, INSERT, UPDATE, DELETE"


def prepare() -> None:
    """Before the migrations: refuse a wrong pair of roles or a wrong locale, close what PostgreSQL leaves open."""
    if OWNER not in connections:
        raise SettingError(
            "DATABASE_OWNER_URL is not set, and migrations run as the owner of the database; "
            "write postgresql://OWNER:PASSWORD@HOST:5432/NAME with the role that owns it."
        )
    role = app_role()
    if connections[OWNER].settings_dict["USER"] == role:
        raise SettingError(
            f"DATABASE_URL and DATABASE_OWNER_URL name the same role “{role}”, but the application may own nothing; "
            "write two roles."
        )
    with connections[OWNER].cursor() as cursor:
        _refuse_missing_role(cursor, role)
        _refuse_blind_locale(cursor)
        cursor.execute("ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC")
        cursor.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        cursor.execute(f"REVOKE CREATE ON SCHEMA public FROM {_quoted(role)}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {_quoted(role)}")


def apply() -> None:
    """After the migrations: give the application role its rights on every table and sequence."""
    role = _quoted(app_role())
    protected: Mapping[str, str] = settings.PROTECTED_TABLES
    with connections[OWNER].cursor() as cursor:
        tables = connections[OWNER].introspection.table_names(cursor)
        for table in tables:
            rights = protected.get(table, ALL)
            cursor.execute(f"REVOKE ALL ON {_quoted(table)} FROM {role}, PUBLIC")
            _revoke_columns(cursor, table, role)
            cursor.execute(f"GRANT {rights} ON {_quoted(table)} TO {role}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")


def app_role() -> str:
    return str(settings.DATABASES["default"]["USER"])


def _quoted(name: str) -> str:
    connection: BaseDatabaseWrapper = connections[OWNER]
    return connection.ops.quote_name(name)


def _revoke_columns(cursor: CursorWrapper, table: str, role: str) -> None:
    """A grant on single columns survives a revoke on the table."""
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attacl IS NOT NULL AND NOT attisdropped",
        [_quoted(table)],
    )
    for (column,) in cursor.fetchall():
        cursor.execute(f"REVOKE ALL ({_quoted(column)}) ON {_quoted(table)} FROM {role}")


def _refuse_missing_role(cursor: CursorWrapper, role: str) -> None:
    cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", [role])
    found = cursor.fetchone()
    if found is None:
        raise SettingError(
            f"DATABASE_URL names the role “{role}”, which the server does not have; "
            f"create it with: CREATE ROLE {role} LOGIN PASSWORD '…'."
        )
    if found[0]:
        raise SettingError(
            f"DATABASE_URL names the role “{role}”, which may pass all rights; "
            "write a role without SUPERUSER and BYPASSRLS."
        )


def _refuse_blind_locale(cursor: CursorWrapper) -> None:
    cursor.execute("SELECT '张' ~ '[[:alpha:]]'")
    if not cursor.fetchone()[0]:
        raise SettingError(
            "DATABASE_URL leads to a database with the locale C, which sees no letters in Chinese text; create it with "
            "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' TEMPLATE template0 ENCODING 'UTF8'."
        )
