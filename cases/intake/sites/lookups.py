"""What the database already knows about a chunk of rows: equal rows, sites by key, list rows and replies by sight.

Four queries for a chunk of any size. Everything is read under the intake lock, so that no other import adds to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from cases.intake.sites.identity import Door, Evidence, Index, SiteState
from cases.intake.sites.matching import Sighting

_MERGEABLE = ("monitoring", "verification")

_IDENTITIES = """
    SELECT r.identity, r.id, r.number, b.name, r.reading::text
    FROM cases_listrow r JOIN cases_listbatch b ON b.id = r.batch_id WHERE r.identity = ANY(%s::bytea[])
"""
# In two halves, since each kind has an index of its own.
_KEYS = """
    WITH wanted AS (SELECT %s::bytea[] AS keys)
    SELECT kind, value, township, holder, flat, site_id, id FROM cases_sitekey
    WHERE kind <> 'door' AND value = ANY((SELECT keys FROM wanted)::bytea[])
    UNION ALL
    SELECT kind, value, township, holder, flat, site_id, id FROM cases_sitekey
    WHERE kind = 'door' AND value = ANY((SELECT keys FROM wanted)::bytea[])
    ORDER BY id
"""
_SIGHTS = """
    SELECT r.sight, r.id, r.site_id FROM cases_listrow r JOIN cases_listbatch b ON b.id = r.batch_id
    WHERE r.sight = ANY(%s::bytea[]) AND b.kind = 'telecom' AND r.site_id IS NOT NULL ORDER BY r.id
"""
_REPLIES = """
    SELECT r.sight, r.id, r.number, r.sealed, r.batch_id, b.columns::text, b.received_at,
           coalesce((r.reading ->> 'sheet')::int, 0)
    FROM cases_listrow r JOIN cases_listbatch b ON b.id = r.batch_id
    WHERE r.sight = ANY(%s::bytea[]) AND b.kind = 'trace' AND r.fate = 'accept'
    ORDER BY r.id
"""
# A merged case leads to its survivor, and that one may have been merged again.
_SITES = """
    WITH RECURSIVE chain(site_id, located, case_id, next) AS (
        SELECT s.id, s.located, c.id, c.merged_into_id FROM cases_site s JOIN cases_case c ON c.id = s.case_id
        WHERE s.id = ANY(%s::uuid[])
        UNION ALL
        SELECT h.site_id, h.located, c.id, c.merged_into_id FROM chain h JOIN cases_case c ON c.id = h.next
    )
    SELECT h.site_id, h.located, c.id::text, c.number, c.stage, c.region_code, c.title, c.confidentiality, c.opened_at,
           ARRAY(SELECT DISTINCT k.kind FROM cases_sitekey k
                 WHERE k.site_id = h.site_id AND k.kind IN ('broadband', 'meter'))
    FROM chain h JOIN cases_case c ON c.id = h.case_id WHERE h.next IS NULL
"""


@dataclass(frozen=True, slots=True)
class FirstRow:
    """The stored row that a repeated one is equal to."""

    row_id: int
    number: int
    batch: str
    reading: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StoredCase:
    """The case a stored site leads to, after merges."""

    case_id: str
    number: str
    stage: str
    region_code: str
    title: str
    confidentiality: str
    site_id: UUID
    located: bool = False


@dataclass(frozen=True, slots=True)
class WaitingReply:
    """A carrier's reply as it is stored, still sealed."""

    row_id: int
    number: int
    sealed: bytes
    batch_id: UUID
    columns: dict[str, Any]
    received_at: datetime
    sheet: int


def first_rows(identities: Iterable[bytes]) -> dict[bytes, FirstRow]:
    """The stored rows with these identities."""
    wanted = list(identities)
    found = _query(_IDENTITIES, wanted) if wanted else []
    return {bytes(r[0]): FirstRow(r[1], r[2], r[3], orjson.loads(r[4])) for r in found}


def waiting_replies(sights: Sequence[bytes]) -> dict[bytes, list[WaitingReply]]:
    """Replies that came before the list rows they are about, by sight, in the order in which they came."""
    found: dict[bytes, list[WaitingReply]] = {}
    for sight, *rest in _query(_REPLIES, list(sights)) if sights else ():
        row_id, number, sealed, batch_id, columns, *more = rest
        reply = WaitingReply(row_id, number, bytes(sealed), batch_id, orjson.loads(columns), *more)
        found.setdefault(bytes(sight), []).append(reply)
    return found


def known_sites(
    evidences: Sequence[Evidence], *, with_sights: bool
) -> tuple[Index, dict[bytes, list[Sighting]], dict[str, StoredCase]]:
    """The index of all stored keys the rows name, the list rows they may answer, and the cases behind both."""
    keys = _query(_KEYS, sorted(_values(evidences)))
    wanted = sorted({e.sight for e in evidences if e.sight}) if with_sights else []
    sights = _query(_SIGHTS, wanted) if wanted else []
    states, cases = _states({r[5] for r in keys} | {r[2] for r in sights})
    index = Index()
    for kind, value, township, holder, flat, site_id, _id in keys:
        if kind == "door":
            index.put_door(Door(bytes(value), _bytes(township), _bytes(holder), flat), states[site_id])
        else:
            index.put_key(bytes(value), states[site_id])
    by_sight: dict[bytes, list[Sighting]] = {}
    for sight, row_id, site_id in sights:
        by_sight.setdefault(bytes(sight), []).append(Sighting(states[site_id], row_id))
    return index, by_sight, cases


def _values(evidences: Sequence[Evidence]) -> set[bytes]:
    return {
        value
        for e in evidences
        for value in (e.broadband, e.meter, e.lead, e.door.value if e.door else None)
        if value is not None
    }


def _states(site_ids: set[UUID]) -> tuple[dict[UUID, SiteState], dict[str, StoredCase]]:
    """One state per case: sites whose cases were merged are one."""
    states: dict[UUID, SiteState] = {}
    by_case: dict[str, SiteState] = {}
    cases: dict[str, StoredCase] = {}
    for site_id, located, case_id, number, stage, region, title, level, opened_at, accounts in (
        _query(_SITES, [str(i) for i in site_ids]) if site_ids else ()
    ):
        state = by_case.get(case_id)
        if state is None:
            state = by_case[case_id] = SiteState(
                ref=case_id,
                case_id=case_id,
                open=stage != "closed",
                mergeable=stage in _MERGEABLE,
                order=int(opened_at.timestamp() * 1000) * 1_000_000 + int(number.rpartition("-")[2] or 0) % 1_000_000,
            )
            cases[case_id] = StoredCase(case_id, number, stage, region, title, level, site_id)
        state.accounts.update(accounts)
        if located and not state.located:
            state.located = True
            cases[case_id] = replace(cases[case_id], located=True)
        states[site_id] = state
    return states, cases


def _query(sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [values])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _bytes(value: Any) -> bytes | None:
    return None if value is None else bytes(value)
