"""What the application role may do in the database. Applied after every `migrate`, as a whole, so it cannot drift.

1. PUBLIC and the application role may create nothing, not even a temporary table.
2. The application role reads and writes all tables, but of `settings.PROTECTED_TABLES` it gets only what stands there:
   those are written by SQL functions of the owner.
3. The system actors get the rights of `config.database.wall` behind row-level security.
4. Of the owner's functions it may call those of `OPEN_FUNCTIONS`, and PUBLIC none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from config.database import wall
from config.database.routers import OWNER
from config.env import SettingError

ALL = "SELECT, INSERT, UPDATE, DELETE"
# The owner's functions that it may call: the doors to those tables, and what has to be read with the owner's rights.
OPEN_FUNCTIONS = frozenset(
    {
        "agencies_in_days",
        "agencies_own_posts",
        "agencies_posts",
        "agencies_rank",
        "agencies_sight",
        "agencies_works_on_cases",
        "audit_access_settled",
        "agencies_stood_posts",
        "agencies_today",
        "audit_append",
        "audit_beside_cases",
        "audit_erase",
        "audit_head",
        "audit_note_access",
        "audit_prune_access",
        "audit_on_behalf",
        "audit_seal",
        "calendar_entered",
        "case_commit",
        "case_draw_number",
        "case_erase",
        "case_families",
        "bill_figures_seen",
        "case_family",
        "case_figures_differing",
        "case_figures_seen",
        "case_in_sight",
        "case_list",
        "case_list_counts",
        "case_load",
        "case_open_load",
        "cases_grams",
        "document_check",
        "document_correct",
        "document_register",
        "document_series",
        "document_void",
        "escalation_due",
        "escalation_fire",
        "escalation_regions",
        "escalation_take",
        "case_list_of_row",
        "case_participants",
        "case_relapses",
        "case_strengths",
        "fold_task_counters",
        "list_delta",
        "list_erase",
        "list_figures",
        "list_release",
        "list_unanswered",
        "list_withdraw",
        "outbox_notice",
        "rule_slot",
        "rules_entered",
        "search_fill",
        "search_note",
        "sight_administers",
        "sight_decides",
        "sight_keys",
        "sight_may",
        "sight_supervises",
        "sight_system",
        "sight_user",
        "sight_watches",
        "tip_cases",
        "tip_erase",
    }
)


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
    with _connected(OWNER, "DATABASE_OWNER_URL") as cursor:
        _refuse_wrong_owner(cursor)
        _refuse_wrong_role(cursor, role)
        _refuse_blind_locale(cursor)
        _refuse_two_databases(cursor)
        cursor.execute("ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC")
        database = _quoted(str(connections[OWNER].settings_dict["NAME"]))
        cursor.execute(f"REVOKE CREATE, TEMPORARY ON DATABASE {database} FROM PUBLIC, {_quoted(role)}")
        cursor.execute(f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {_quoted(role)}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {_quoted(role)}")


def apply() -> None:
    """After the migrations: give the application role its rights, in one step for those who are working meanwhile."""
    role = _quoted(app_role())
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        wall.apply(cursor)
        _apply_to_tables(cursor, role)
        _apply_to_functions(cursor, role)
        cursor.execute(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC, {role}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")


def app_role() -> str:
    return str(settings.DATABASES[DEFAULT_DB_ALIAS]["USER"])


@contextmanager
def _connected(alias: str, variable: str) -> Iterator[CursorWrapper]:
    try:
        cursor = connections[alias].cursor()
    except OperationalError as error:
        raise SettingError(
            f"{variable} leads to no connection ({' '.join(str(error).split())}); check its role, password, host and "
            "name, and that the server runs."
        ) from error
    with cursor:
        yield cursor


def _quoted(name: str) -> str:
    connection: BaseDatabaseWrapper = connections[OWNER]
    return connection.ops.quote_name(name)


def _apply_to_tables(cursor: CursorWrapper, role: str) -> None:
    protected: Mapping[str, str] = settings.PROTECTED_TABLES
    for table in connections[OWNER].introspection.table_names(cursor):
        cursor.execute(f"REVOKE ALL ON {_quoted(table)} FROM {role}, PUBLIC")
        _revoke_columns(cursor, table, role)
        cursor.execute(f"GRANT {_there(cursor, table, protected.get(table, ALL))} ON {_quoted(table)} TO {role}")


def _there(cursor: CursorWrapper, table: str, rights: str) -> str:
    """The rights without columns that the table does not have: it may stand at an earlier migration."""
    if "(" not in rights:
        return rights
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
        [_quoted(table)],
    )
    columns = {row[0] for row in cursor.fetchall()}

    def kept(match: re.Match[str]) -> str:
        return f"({', '.join(name for name in re.split(', *', match[1]) if name in columns)})"

    return re.sub(r"\(([^)]*)\)", kept, rights)


def _revoke_columns(cursor: CursorWrapper, table: str, role: str) -> None:
    """A grant on single columns survives a revoke on the table."""
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attacl IS NOT NULL AND NOT attisdropped",
        [_quoted(table)],
    )
    for (column,) in cursor.fetchall():
        cursor.execute(f"REVOKE ALL ({_quoted(column)}) ON {_quoted(table)} FROM {role}, PUBLIC")


def _apply_to_functions(cursor: CursorWrapper, role: str) -> None:
    cursor.execute(
        "SELECT proname, oid::regprocedure::text FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace AND proowner = current_user::regrole"
    )
    for name, signature in cursor.fetchall():
        cursor.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC, {role}")
        if name in OPEN_FUNCTIONS:
            cursor.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {role}")


def _refuse_wrong_owner(cursor: CursorWrapper) -> None:
    cursor.execute(
        "SELECT pg_has_role(datdba, 'USAGE'), current_user, datname FROM pg_database WHERE datname = current_database()"
    )
    owns, owner, database = cursor.fetchone()
    if not owns:
        raise SettingError(
            f"DATABASE_OWNER_URL names the role “{owner}”, which does not own the database “{database}”; "
            f"give it the database with: ALTER DATABASE {_quoted(database)} OWNER TO {_quoted(owner)}."
        )


def _refuse_wrong_role(cursor: CursorWrapper, role: str) -> None:
    """The application role must exist and be an ordinary one that cannot turn itself into the owner."""
    cursor.execute(
        "SELECT rolsuper OR rolbypassrls OR rolcreaterole,"
        " pg_has_role(r.oid, current_user, 'MEMBER') OR pg_has_role(r.oid, datdba, 'MEMBER')"
        " FROM pg_roles r, pg_database WHERE rolname = %s AND datname = current_database()",
        [role],
    )
    found = cursor.fetchone()
    if found is None:
        raise SettingError(
            f"DATABASE_URL names the role “{role}”, which the server does not have; "
            f"create it with: CREATE ROLE {_quoted(role)} LOGIN PASSWORD '…'."
        )
    if found[0]:
        raise SettingError(
            f"DATABASE_URL names the role “{role}”, which may pass all rights; "
            "write a role without SUPERUSER, BYPASSRLS and CREATEROLE."
        )
    if found[1]:
        raise SettingError(
            f"DATABASE_URL names the role “{role}”, which is a member of the owner and could become it; "
            "write a role that is not."
        )


def _refuse_blind_locale(cursor: CursorWrapper) -> None:
    cursor.execute("SELECT '张' ~ '[[:alpha:]]'")
    if not cursor.fetchone()[0]:
        raise SettingError(
            "DATABASE_URL leads to a database with the locale C, which sees no letters in Chinese text; create it with "
            "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' TEMPLATE template0 ENCODING 'UTF8'."
        )


def _refuse_two_databases(cursor: CursorWrapper) -> None:
    """The names may differ, behind a connection pool; the database may not."""
    which = "SELECT pg_postmaster_start_time(), oid FROM pg_database WHERE datname = current_database()"
    cursor.execute(which)
    owners = cursor.fetchone()
    with _connected(DEFAULT_DB_ALIAS, "DATABASE_URL") as applications:
        applications.execute(which)
        same = applications.fetchone() == owners
    if not same:
        raise SettingError(
            "DATABASE_URL and DATABASE_OWNER_URL lead to different databases; write one database, with two roles."
        )
