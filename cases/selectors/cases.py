"""Cases: the list, one case, and whether somebody sees it.

The list is driven from the visibility table (agency x case), newest first; ids are UUIDv7, so their order is that of
opening. The first CAP + 1 keys give both the honest total and the first page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from agencies.actors import Actor
from agencies.directory import Directory, get_directory
from cases.selectors import refs
from cases.selectors.paging import (
    CAP,
    DEFAULT_PAGE_SIZE,
    Cursor,
    Keyset,
    Page,
    Row,
    capped,
    escape_like,
    fetch,
)
from cases.selectors.scopes import viewing_agencies

NEWEST_FIRST = Keyset("cases", ("id",), (UUID,), descending=True)
_NUMBER = re.compile(r"[A-Z]{2,6}[0-9]{2}-[0-9]+")


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What narrows the list; None means any. `region` is a code and what lies in it; `holder_ids` have an open task."""

    stage: str | None = None
    region: str | None = None
    level: str | None = None
    outcome: str | None = None
    number: str | None = None
    holder_ids: tuple[int, ...] = ()
    closed: bool | None = None
    q: str | None = None


def list_cases(actor: Actor, wanted: CaseFilter, *, cursor: str | None = None, size: int = DEFAULT_PAGE_SIZE) -> Page:
    """The cases this person sees, the newest first; the total is exact up to CAP. Raises InvalidCursor."""
    at = NEWEST_FIRST.decode(cursor)
    seeing = viewing_agencies(actor)
    if not seeing:
        return Page([], None, None, 0, exact=True)
    if at is None and wanted.number is None and wanted.q and _NUMBER.fullmatch(wanted.q.strip().upper()):
        # A whole number that this person sees is the only answer; the beginning of one is a part like any other.
        whole = _page(seeing, replace(wanted, number=wanted.q.strip().upper(), q=None), at, size)
        if whole.rows:
            return whole
    return _page(seeing, wanted, at, size)


def _page(seeing: list[int], wanted: CaseFilter, at: Cursor | None, size: int) -> Page:
    first, first_parameters = _keys(seeing, wanted, None, CAP + 1)
    beyond, values = NEWEST_FIRST.beyond(at)
    order = NEWEST_FIRST.order(at)
    head = f"SELECT id FROM first WHERE true{beyond} ORDER BY {order} LIMIT %s"
    rows = fetch(
        *_statement(f"WITH first AS MATERIALIZED ({first}), ", head, [*first_parameters, *values, size + 1], at)
    )
    n = rows[0]["n"]
    if at is not None and n > CAP:
        deep, deep_parameters = _keys(seeing, wanted, at, size + 1)
        rows = fetch(*_statement("WITH first AS (SELECT 0), ", deep, deep_parameters, at))
    directory = get_directory(stamp=rows[0]["stamp"])
    shown = [_shown(row, directory) for row in rows if row["id"] is not None]
    return NEWEST_FIRST.page(shown, at, size, capped(n))


_ROWS = """
keys AS MATERIALIZED ({keys}),
about AS MATERIALIZED (SELECT (SELECT count(*) FROM first) AS n, (SELECT n FROM agencies_stamp) AS stamp)
SELECT about.n, about.stamp, c.id, c.number, c.title, c.stage, c.version, c.region_code, c.level, c.source, c.outcome,
       c.review_on, c.lead_agency_id, c.opened_at, c.updated_at, c.stage_since, c.closed_at,
       t.kind, t.agency_id, t.unit_id, t.assignee_id, u.display_name AS assignee_name, t.due_at, t.provisional
FROM about LEFT JOIN keys ON true
LEFT JOIN cases_case c ON c.id = keys.id
LEFT JOIN LATERAL (SELECT * FROM cases_task WHERE case_id = c.id AND state = 'open'
                   ORDER BY due_at, id LIMIT 1) t ON true
LEFT JOIN agencies_user u ON u.id = t.assignee_id
ORDER BY {order}
"""


def _statement(prefix: str, keys: str, parameters: list[Any], at: Cursor | None) -> tuple[str, list[Any]]:
    return prefix + _ROWS.format(keys=keys, order=NEWEST_FIRST.order(at, "keys.")), parameters


def _keys(seeing: list[int], wanted: CaseFilter, at: Cursor | None, limit: int) -> tuple[str, list[Any]]:
    """The ids of visible cases that match, one index range an agency; UNION drops what two of them see."""
    one, parameters = _searched(wanted, at) if _by_index(wanted) else _listed(wanted, at)
    per_agency = [[agency_id, *parameters, limit] for agency_id in seeing]
    if len(seeing) == 1:
        return one, per_agency[0]
    union = " UNION ".join([f"({one})"] * len(seeing))
    text = f"SELECT id FROM ({union}) AS seen ORDER BY {NEWEST_FIRST.order(at)} LIMIT %s"
    return text, [p for part in per_agency for p in part] + [limit]


def _listed(wanted: CaseFilter, at: Cursor | None) -> tuple[str, list[Any]]:
    condition, parameters = _conditions(wanted)
    beyond, values = NEWEST_FIRST.beyond(at, "ca.case_")
    join = "JOIN cases_case c ON c.id = ca.case_id " if condition else ""
    text = f"""SELECT ca.case_id AS id FROM cases_caseagency ca {join}WHERE ca.agency_id = %s{condition}{beyond}
        ORDER BY {NEWEST_FIRST.order(at, "ca.case_")} LIMIT %s"""
    return text, [*parameters, *values]


def _by_index(wanted: CaseFilter) -> bool:
    """Two characters are enough for the index of pairs (`cases_grams`)."""
    return wanted.q is not None and len(wanted.q.strip()) >= 2


def _searched(wanted: CaseFilter, at: Cursor | None) -> tuple[str, list[Any]]:
    """By words, through the function that may use their index behind row-level security (see doors_v1.sql)."""
    text = "SELECT id FROM case_search(%s, %s, %s, %s, %s, %s, %s, %s, %s::bigint[], %s::uuid, %s, %s) AS id"
    number = wanted.number.upper() if wanted.number is not None else None
    filters = [wanted.stage, wanted.level, wanted.outcome, number, wanted.region, wanted.closed]
    beyond = [str(at.values[0]), at.backward] if at is not None else [None, False]
    return text, [(wanted.q or "").strip(), *filters, list(wanted.holder_ids) or None, *beyond]


def _conditions(wanted: CaseFilter) -> tuple[str, list[Any]]:
    parts: list[tuple[str, list[Any]]] = []
    for column in ("stage", "level", "outcome"):
        value = getattr(wanted, column)
        if value is not None:
            parts.append((f"c.{column} = %s", [value]))
    if wanted.number is not None:
        parts.append(("c.number = %s", [wanted.number.upper()]))
    if wanted.region is not None and len(wanted.region) == 6:
        parts.append(("c.region_code = %s", [wanted.region]))
    elif wanted.region is not None:
        parts.append(("c.region_code LIKE %s", [escape_like(wanted.region) + "%"]))
    if wanted.closed is not None:
        parts.append((f"c.stage {'=' if wanted.closed else '<>'} 'closed'", []))
    if wanted.holder_ids:
        parts.append((_HOLDS, [list(wanted.holder_ids)]))
    if wanted.q:
        pattern = f"%{escape_like(wanted.q.strip().lower())}%"
        parts.append(("lower(c.number || ' ' || c.title) LIKE %s", [pattern]))
    return "".join(f" AND {text}" for text, _ in parts), [p for _, values in parts for p in values]


_HOLDS = "EXISTS (SELECT 1 FROM cases_task t WHERE t.case_id = c.id AND t.state = 'open' AND t.agency_id = ANY(%s))"


def _shown(row: Row, directory: Directory) -> Row:
    holder = None
    if row["kind"] is not None:
        holder = {
            "kind": row["kind"],
            "agency": refs.agency(directory, row["agency_id"]),
            "unit": refs.agency(directory, row["unit_id"]),
            "assignee": refs.person(row["assignee_id"], row["assignee_name"]),
            "due_at": row["due_at"],
            "provisional": row["provisional"],
        }
    plain = ("number", "title", "stage", "version", "level", "source", "outcome", "review_on", "opened_at")
    return {
        "id": str(row["id"]),
        **{name: row[name] for name in plain},
        "updated_at": row["updated_at"],
        "stage_since": row["stage_since"],
        "closed_at": row["closed_at"],
        "region": refs.region(directory, row["region_code"]),
        "lead_agency": refs.agency(directory, row["lead_agency_id"]),
        "next_task": holder,
    }
