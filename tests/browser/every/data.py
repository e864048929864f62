"""Every text of the data of an installation: what may stand on an English page in Chinese."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connection

from tests.conftest import SERVERS
from tests.installation import ROOT

# Asks the whole database, past every wall, for one value.
Query = Callable[[str], Any]
# Texts that the law, the lists and the people give, and that nobody may translate for them.
# The sign before a text message and the number of the sample case are names too.
NAMES = ("联治", "示例")
FILES = (
    *("agencies/data", "cases/data/divisions"),
    *("cases/policy/data/legal_bases.toml", "cases/policy/data/surcharge_rates.toml"),
)
_COLUMNS = """
SELECT string_agg(
           format('SELECT %1$I::text AS t FROM %2$I WHERE %1$I::text ~ ''[㐀-鿿]''', column_name, table_name),
           ' UNION ')
  FROM information_schema.columns
 WHERE table_schema = 'public' AND table_name !~ '^(audit_event|cases_outbox|django_)'
   AND (data_type IN ('text', 'character varying') OR (data_type IN ('jsonb', 'ARRAY')))
"""

_NAMES = """
SELECT array_agg(name) FROM (
    SELECT name FROM agencies_agency UNION SELECT short_name FROM agencies_agency
    UNION SELECT name FROM agencies_region UNION SELECT display_name FROM agencies_user) AS each
"""


def past_every_wall(statement: str) -> Any:
    """Ask the database of this test."""
    name = str(connection.settings_dict["NAME"])
    with closing(SERVERS.cluster.connect(name)) as postgres, postgres.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def texts(query: Query) -> str:
    """All Chinese texts in the tables but those of the trail, whose words are the product's own."""
    tables = query(f"SELECT string_agg(t, E'\\n') FROM ({query(_COLUMNS)}) AS each") or ""
    return "\n".join([tables, *NAMES, *(path.read_text(encoding="utf-8") for path in _shipped())])


def names(query: Query) -> set[str]:
    """The names of agencies, people and regions: some are words of the pages, too."""
    return set(query(_NAMES))


def _shipped() -> Iterator[Path]:
    for folder in FILES:
        found = ROOT / folder
        yield from [found] if found.is_file() else sorted(found.rglob("*.csv"))
