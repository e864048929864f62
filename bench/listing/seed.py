"""Fill a throwaway database with any number of cases in minutes: realistic in shape, valid in every chain.

`verify_audit` passes on it: bodies, chain, columns and the replayed projection are those of the product. Triggers are
switched off while it loads and are back afterwards, so what is measured then is the product.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SQL = Path(__file__).with_name("seed.sql")
TABLES = (
    *("audit_event", "cases_case", "cases_task", "cases_caseagency", "cases_clockinterval"),
    *("agencies_agency", "agencies_user", "agencies_membership"),
)
# One person of the busy city for so many cases: about a hundred acts a week each, at every size.
CASES_A_PERSON = 5_000
FEWEST_PEOPLE = 3
# A small seed is for a test, which does not want to wait for the agencies of a country.
CASES_A_CITY, MOST_CITIES = 30, 333


def seed(connection: Any, cases: int) -> None:
    """Seed `cases` cases through a superuser's psycopg2 connection to a migrated database without any.

    One transaction. Raises RuntimeError where there are cases already.
    """
    people = max(FEWEST_PEOPLE, cases // CASES_A_PERSON)
    cities = max(2, min(MOST_CITIES, cases // CASES_A_CITY))
    with unguarded(connection) as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM cases_case)")
        if cursor.fetchone()[0]:
            raise RuntimeError("the database has cases already; seed an empty one")
        cursor.execute("SET LOCAL work_mem = '256MB'")
        cursor.execute("SET LOCAL temp_buffers = '256MB'")
        cursor.execute(SQL.read_text(encoding="utf-8"), {"n": cases, "people": people, "cities": cities})
        cursor.execute("SELECT case_figures_rebuild()")


@contextmanager
def unguarded(connection: Any) -> Iterator[Any]:
    """One transaction in which no trigger runs, for rows that no act wrote; then the tables are analysed."""
    connection.autocommit = False
    with connection, connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        always = _switch_off(cursor)
        yield cursor
        for table, trigger in always:
            cursor.execute(f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER "{trigger}"')
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _switch_off(cursor: Any) -> list[tuple[str, str]]:
    """Disable the triggers that run even for a replica; returns them as (table, trigger)."""
    cursor.execute(
        """SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
           WHERE t.tgenabled = 'A' AND NOT t.tgisinternal AND c.relname = ANY(%s)""",
        [list(TABLES)],
    )
    always = list(cursor.fetchall())
    for table, trigger in always:
        cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER "{trigger}"')
    return always
