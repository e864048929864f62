"""What an import asks for every chunk is found by an index behind row-level security, so its cost does not grow.

The lists themselves are few and may be read whole. There an index serves plain columns alone: an expression that
PostgreSQL cannot prove to leak nothing makes every look a reading of the whole table. With sequential scans forbidden,
one that is left is one that no index could serve.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from audit.sight import working_as
from cases.intake.sites import lookups

ASKED = {
    "equal rows": lookups._IDENTITIES,
    "keys": lookups._KEYS,
    "list rows of a reply": lookups._SIGHTS,
    "replies of a list row": lookups._REPLIES,
    "sites": lookups._SITES,
    "rows of a case": lookups._HELD,
    "sights of a row": lookups._TWINS,
}


SCANNED = re.compile("Seq Scan on (?!cases_listbatch)")


@working_as("intake")
def plan(sql: str, values: list[str]) -> str:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}", [values])
        return "\n".join(row[0] for row in cursor.fetchall())


def looked_through(told: str) -> Iterator[str]:
    """The lines of a plan without its hashed subplans: those belong to policies and are read once, if at all."""
    hashed = {f"SubPlan {number}" for number in re.findall(r"hashed SubPlan (\d+)", told)}
    left = None
    for line in told.splitlines():
        depth = len(line) - len(line.lstrip())
        if left is not None and depth > left:
            continue
        left = depth if line.strip() in hashed else None
        if left is None:
            yield line


@pytest.mark.usefixtures("demo_city")
@pytest.mark.parametrize("name", ASKED)
def test_what_a_chunk_is_compared_with_is_found_by_an_index(name: str) -> None:
    told = plan(ASKED[name], ["00000000-0000-0000-0000-000000000000"] if name in ("sites", "rows of a case") else [])
    assert "Index Scan" in told
    assert [line.strip() for line in looked_through(told) if SCANNED.search(line)] == []
