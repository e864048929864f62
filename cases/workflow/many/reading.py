"""Runs and their rows for whoever chose them; of a case that this person sees no more only the fate is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

import orjson

from agencies import visibility
from agencies.actors import Actor
from cases.models.bulk import BulkRun
from cases.selectors.paging import DEFAULT_PAGE_SIZE, Keyset, Page, Row, capped, fetch, instant, whole
from cases.workflow.view import Text

RUNS: Final = Keyset("bulkruns", ("created_at", "id"), (instant, UUID), descending=True)
ROWS: Final = Keyset("bulkrows", ("number",), (whole,))
FATES: Final = ("fits", "unfit", "done", "refused", "changed", "not_allowed", "left")
# At most so many reasons are summed up above the rows.
REASONS: Final = 6


def list_runs(actor: Actor, *, cursor: str | None = None, size: int = DEFAULT_PAGE_SIZE) -> Page:
    """The person's own runs, the latest first."""
    at = RUNS.decode(cursor)
    beyond, values = RUNS.beyond(at, "r.")
    sql = f"""SELECT r.id, r.act, r.state, r.rows_total, r.counts::text AS counted, r.created_at, r.ended_at
        FROM cases_bulkrun r WHERE r.owner_id = %s{beyond} ORDER BY {RUNS.order(at, "r.")} LIMIT %s"""
    rows = fetch(sql, [actor.user_id, *values, size + 1])
    count = fetch("SELECT count(*) AS n FROM cases_bulkrun WHERE owner_id = %s", [actor.user_id])
    return RUNS.page(rows, at, size, capped(count[0]["n"]))


_ROWS: Final = f"""SELECT r.number, r.fate, r.reason, r.says::text AS says, r.version, r.done_version, r.leaf,
        c.number AS case_number, c.title, c.stage, c.region_code, c.outcome, t.kind
    FROM cases_bulkrow r
    LEFT JOIN cases_case c ON c.id = r.case_id AND {visibility.seen("c.id")}
    LEFT JOIN cases_task t ON t.id = r.task AND t.case_id = c.id
    WHERE r.run_id = %s"""


def run_rows(
    actor: Actor, run: BulkRun, *, fate: str = "", cursor: str | None = None, size: int = DEFAULT_PAGE_SIZE
) -> Page:
    """The rows of an own run in their order."""
    at = ROWS.decode(cursor)
    beyond, values = ROWS.beyond(at, "r.")
    narrowed, given = (" AND r.fate = %s", [fate]) if fate else ("", [])
    sql = f"{_ROWS}{narrowed}{beyond} ORDER BY {ROWS.order(at, 'r.')} LIMIT %s"
    rows = fetch(sql, [visibility.sight_keys(actor), str(run.id), *given, *values, size + 1])
    count = fetch(f"SELECT count(*) AS n FROM cases_bulkrow r WHERE r.run_id = %s{narrowed}", [str(run.id), *given])
    return ROWS.page([told(row) for row in rows], at, size, (count[0]["n"], True))


def every_row(actor: Actor, run: BulkRun, *, size: int = 1000) -> Iterator[Row]:
    """All rows, page by page."""
    cursor = None
    while True:
        found = run_rows(actor, run, cursor=cursor, size=size)
        yield from found.rows
        cursor = found.next
        if cursor is None:
            return


def told(row: Row) -> Row:
    """A row with its sentence in both languages; none of a case that is out of sight by now."""
    says = orjson.loads(row["says"]) if row["case_number"] else {}
    said = Text(says["zh"], says["en"]) if "zh" in says else None
    return {**row, "said": said, "article": says.get("article", "")}


def reasons(actor: Actor, run: BulkRun) -> list[dict[str, Any]]:
    """Why rows do not apply or were not done, each reason once with the sentence of its first row, the commonest first.

    Only of cases that this person sees.
    """
    sql = f"""SELECT r.reason, count(*) AS n, (array_agg(r.says::text ORDER BY r.number))[1] AS says
        FROM cases_bulkrow r JOIN cases_case c ON c.id = r.case_id AND {visibility.seen("c.id")}
        WHERE r.run_id = %s AND r.reason <> '' GROUP BY r.reason ORDER BY count(*) DESC, r.reason LIMIT %s"""
    rows = fetch(sql, [visibility.sight_keys(actor), str(run.id), REASONS])
    return [told({**row, "case_number": "*"}) for row in rows]


def owners_of_tasks(actor: Actor, run: BulkRun) -> tuple[list[int], set[str]]:
    """Which agencies owe the tasks of a run, and the roles that these need: to whom they can be given."""
    sql = f"""SELECT DISTINCT t.agency_id, role FROM cases_bulkrow r
        JOIN cases_task t ON t.id = r.task AND {visibility.seen("t.case_id")}
        CROSS JOIN LATERAL unnest(t.roles) AS role WHERE r.run_id = %s"""
    rows = fetch(sql, [visibility.sight_keys(actor), str(run.id)])
    return sorted({row["agency_id"] for row in rows}), {row["role"] for row in rows}
