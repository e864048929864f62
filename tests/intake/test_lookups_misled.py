"""A lookup stays bearable where the database believes its tables empty.

A vacuum that comes while all rows of a table are uncommitted (a first import, or one after another that broke off)
notes that the table holds none. Until the next analysis every plan costs nothing, and the planner may begin anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import orjson
from django.db import connection, transaction

from audit.sight import working_as
from cases.models import ListRow, SiteKey
from tests.intake.ledgers import bring, site, telecom
from tests.intake.test_lookups_by_index import ASKED as LOOKUPS
from tests.servers import Servers

ROWS, ASKED = 250, 20
# Each value may cost a walk through a table, and a query may walk through several.
MOST = 3 * (ASKED + 2) * ROWS
TABLES = ("cases_listrow", "cases_listbatch", "cases_site", "cases_sitekey", "cases_case", "cases_caseagency")


def vacuum(servers: Servers, database: str) -> None:
    with closing(servers.cluster.connect(database)) as other:
        other.autocommit = True
        with other.cursor() as cursor:
            cursor.execute(f"VACUUM {', '.join(TABLES)}")
            cursor.execute("SELECT reltuples, relpages FROM pg_class WHERE relname = 'cases_listrow'")
            tuples, pages = cursor.fetchone()
            assert tuples == 0
            assert pages > 0


def visited(node: dict[str, Any]) -> Iterator[int]:
    """How many rows each scan of a table looked at."""
    if node.get("Relation Name") in TABLES:
        seen = (
            node["Actual Rows"] + node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        )
        yield round(seen * node["Actual Loops"])
    for inner in node.get("Plans", ()):
        yield from visited(inner)


def values() -> dict[str, list[Any]]:
    """What a chunk of so many rows asks for, by the lookup."""
    rows = list(ListRow.objects.exclude(site=None).select_related("site")[:ASKED])
    sights = [bytes(row.sight) for row in rows]
    return {
        "equal rows": [bytes(row.identity) for row in rows],
        "keys": [bytes(value) for value in SiteKey.objects.values_list("value", flat=True)[:ASKED]],
        "list rows of a reply": sights,
        "replies of a list row": sights,
        "sites": [str(row.site_id) for row in rows],
        "rows of a case": [str(row.site.case_id) for row in rows],
        "sights of a row": [row.id for row in rows],
    }


def test_no_lookup_goes_through_a_table_more_often_than_once_for_each_value(
    servers: Servers, fresh_db: Any, demo_city: None
) -> None:
    with transaction.atomic():
        bring(telecom(*(site(number) for number in range(1, ROWS + 1))), "名单")
        asked = values()
        assert asked.keys() == LOOKUPS.keys()
        vacuum(servers, fresh_db.name)
        looks = {name: looked(LOOKUPS[name], each) for name, each in asked.items()}
        transaction.set_rollback(True)
    assert {name: n for name, n in looks.items() if n > MOST} == {}


@working_as("intake")
def looked(sql: str, asked: list[Any]) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", [asked])
        told = cursor.fetchone()[0]
    (plan,) = orjson.loads(told) if isinstance(told, str) else told
    return sum(visited(plan["Plan"]))
