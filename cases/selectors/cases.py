"""Cases: the list, one case, and whether somebody sees it.

The list is driven from the visibility table (agency x case), newest first; ids are UUIDv7, so their order is that of
opening. The first CAP + 1 keys give both the honest total and the first page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from uuid import UUID

from agencies import visibility
from agencies.actors import Actor
from agencies.directory import Directory, get_directory
from agencies.visibility import Part
from agencies.vocabulary import Kind
from cases.selectors import refs
from cases.selectors.clocks.statement import STANDS
from cases.selectors.paging import (
    CAP,
    DEFAULT_PAGE_SIZE,
    Cursor,
    Keyset,
    Page,
    Row,
    capped,
    fetch,
)

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
    unlisted: bool | None = None
    q: str | None = None


def list_cases(actor: Actor, wanted: CaseFilter, *, cursor: str | None = None, size: int = DEFAULT_PAGE_SIZE) -> Page:
    """The cases this person sees, the newest first; the total is exact up to CAP. Raises InvalidCursor."""
    at = NEWEST_FIRST.decode(cursor)
    through = _through(actor)
    if not through:
        return Page([], None, None, 0, exact=True)
    if at is None and wanted.number is None and wanted.q and _NUMBER.fullmatch(wanted.q.strip().upper()):
        # A whole number that this person sees is the only answer; the beginning of one is a part like any other.
        whole = _page(through, replace(wanted, number=wanted.q.strip().upper(), q=None), at, size)
        if whole.rows:
            return whole
    return _page(through, wanted, at, size)


class _Through(NamedTuple):
    """An agency through which cases up to `rank` are seen; a partner never reads a whole one."""

    agency_id: int
    rank: int
    partner: bool


def _through(actor: Actor) -> list[_Through]:
    posts = {post.agency_id: post for post in actor.posts}
    return [
        _Through(agency_id, rank, posts[agency_id].kind == Kind.PARTNER)
        for agency_id, rank in sorted(visibility.ceilings(actor).items())
    ]


def _page(through: list[_Through], wanted: CaseFilter, at: Cursor | None, size: int) -> Page:
    first, first_parameters = _keys(through, wanted, None, CAP + 1)
    beyond, values = NEWEST_FIRST.beyond(at)
    order = NEWEST_FIRST.order(at)
    head = f"SELECT id FROM first WHERE true{beyond} ORDER BY {order} LIMIT %s"
    found = [*first_parameters, *values, size + 1]
    rows = fetch(*_statement(through, f"WITH first AS MATERIALIZED ({first}), ", head, found, at))
    n = rows[0]["n"]
    if at is not None and n > CAP:
        deep, deep_parameters = _keys(through, wanted, at, size + 1)
        rows = fetch(*_statement(through, "WITH first AS (SELECT 0), ", deep, deep_parameters, at))
    directory = get_directory(stamp=rows[0]["stamp"])
    shown = [_shown(row, directory) for row in rows if row["id"] is not None]
    return NEWEST_FIRST.page(shown, at, size, capped(n))


_ROWS = f"""
keys AS MATERIALIZED ({{keys}}),
about AS MATERIALIZED (SELECT (SELECT count(*) FROM first) AS n, (SELECT n FROM agencies_stamp) AS stamp)
SELECT about.n, about.stamp, c.id, c.number, c.title, c.stage, c.version, c.region_code, c.level, c.source, c.outcome,
       CASE WHEN p.whole THEN c.review_on END AS review_on, c.confidentiality, p.whole, c.lead_agency_id,
       c.opened_at, c.updated_at, c.stage_since, c.closed_at,
       t.kind, t.agency_id, t.unit_id, t.assignee_id, u.display_name AS assignee_name, t.due_at, t.provisional,
       t.paused
FROM about LEFT JOIN keys ON true
LEFT JOIN cases_case c ON c.id = keys.id
LEFT JOIN LATERAL (SELECT {visibility.whole("c.id")} AS whole) p ON true
LEFT JOIN LATERAL (SELECT t.*, {STANDS} AS paused FROM cases_task t WHERE t.case_id = c.id AND t.state = 'open'
                   AND (p.whole OR t.agency_id = ANY(%s) OR t.unit_id = ANY(%s))
                   ORDER BY paused, t.due_at, t.id LIMIT 1) t ON true
LEFT JOIN agencies_user u ON u.id = t.assignee_id
ORDER BY {{order}}
"""


def _statement(
    through: list[_Through], prefix: str, keys: str, parameters: list[Any], at: Cursor | None
) -> tuple[str, list[Any]]:
    own = [agency.agency_id for agency in through]
    whole = [agency.agency_id * 4 + rank for agency in through if not agency.partner for rank in range(agency.rank + 1)]
    return prefix + _ROWS.format(keys=keys, order=NEWEST_FIRST.order(at, "keys.")), [*parameters, whole, own, own]


def _keys(through: list[_Through], wanted: CaseFilter, at: Cursor | None, limit: int) -> tuple[str, list[Any]]:
    """The ids of visible cases that match, one index range an agency; UNION drops what two of them see."""
    found = [_listed(agency, at) if wanted == CaseFilter() else _narrowed(wanted, agency, at) for agency in through]
    texts, parameters = [text for text, _ in found], [p for _, given in found for p in (*given, limit)]
    if len(texts) == 1:
        return texts[0], parameters
    union = " UNION ".join(f"({text})" for text in texts)
    return f"SELECT id FROM ({union}) AS seen ORDER BY {NEWEST_FIRST.order(at)} LIMIT %s", [*parameters, limit]


def _listed(agency: _Through, at: Cursor | None) -> tuple[str, list[Any]]:
    beyond, values = NEWEST_FIRST.beyond(at, "ca.case_")
    text = f"""SELECT ca.case_id AS id FROM cases_caseagency ca WHERE ca.agency_id = %s AND ca.rank <= %s{beyond}
        ORDER BY {NEWEST_FIRST.order(at, "ca.case_")} LIMIT %s"""
    return text, [agency.agency_id, agency.rank, *values]


def _narrowed(wanted: CaseFilter, agency: _Through, at: Cursor | None) -> tuple[str, list[Any]]:
    """By words and filters, through the function that may use the indexes behind row-level security (doors_v1.sql)."""
    text = (
        "SELECT id FROM case_search(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s::bigint[], %s::uuid, %s,"
        " p_unlisted => %s, p_limit => %s) AS id"
    )
    words, number = (wanted.q or "").strip() or None, wanted.number.upper() if wanted.number is not None else None
    filters = [wanted.stage, wanted.level, wanted.outcome, number, wanted.region, wanted.closed]
    beyond = [str(at.values[0]), at.backward] if at is not None else [None, False]
    holders = list(wanted.holder_ids) or None
    return text, [agency.agency_id, agency.rank, words, *filters, holders, *beyond, wanted.unlisted]


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
            "paused": row["paused"],
        }
    plain = ("number", "title", "stage", "version", "level", "source", "outcome", "review_on", "confidentiality")
    return {
        "id": str(row["id"]),
        **{name: row[name] for name in plain},
        "part": (Part.WHOLE if row["whole"] else Part.OWN).value,
        "opened_at": row["opened_at"],
        "updated_at": row["updated_at"],
        "stage_since": row["stage_since"],
        "closed_at": row["closed_at"],
        "region": refs.region(directory, row["region_code"]),
        "lead_agency": refs.agency(directory, row["lead_agency_id"]),
        "next_task": holder,
    }
