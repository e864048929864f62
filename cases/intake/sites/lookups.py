"""What the database already knows about a chunk of rows: equal rows, sites by key, list rows and replies by sight.

A few queries for a chunk of any size. Everything is read under the intake lock, so that no other import adds to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import orjson
from django.db import connection

from cases.intake.sites.evidence import Door, Evidence
from cases.intake.sites.identity import Index, SiteState
from cases.intake.sites.plan import Sighting
from cases.policy.matching.weights import Model

# What speaks for a site without deciding, beside the door.
HINTS = frozenset({"phone", "spot"})
_MERGEABLE = ("monitoring", "verification")

_IDENTITIES = """
    SELECT r.identity, r.id, r.number, b.name, r.reading::text
    FROM cases_listrow r JOIN cases_listbatch b ON b.id = r.batch_id WHERE r.identity = ANY(%s::bytea[])
"""
# In two halves, since accounts and the rest have an index of their own each. A sight without a day has none.
_KEYS = """
    WITH wanted AS (SELECT %s::bytea[] AS keys)
    SELECT kind, value, township, holder, flat, site_id, id, seen_on
    FROM cases_sitekey
    WHERE kind IN ('broadband', 'meter') AND value = ANY((SELECT keys FROM wanted)::bytea[])
    UNION ALL
    SELECT kind, value, township, holder, flat, site_id, id, seen_on
    FROM cases_sitekey
    WHERE NOT (kind IN ('broadband', 'meter')) AND value = ANY((SELECT keys FROM wanted)::bytea[])
    ORDER BY id
"""
# A reply to a row that repeats an earlier one is a reply to the earlier one. The rows of the sights are found
# first. Where the database believes a table empty (vacuumed while all its rows were uncommitted) it would else begin
# with every row that has a site, and go through all rows again for each.
_SIGHTS = """
    WITH seen(sight, first) AS MATERIALIZED (
        SELECT r.sight, coalesce(r.same_as_id, r.id) FROM cases_listrow r JOIN cases_listbatch b ON b.id = r.batch_id
        WHERE r.sight = ANY(%s::bytea[]) AND b.kind = 'telecom'
    )
    SELECT DISTINCT s.sight, f.id, f.site_id FROM seen s JOIN cases_listrow f ON f.id = s.first
    WHERE f.site_id IS NOT NULL ORDER BY f.id
"""
# All sights of these rows: their own, and those of the rows that repeat them.
_TWINS = """
    WITH firsts AS (SELECT id, site_id, sight FROM cases_listrow WHERE id = ANY(%s::bigint[]) AND site_id IS NOT NULL)
    SELECT id, site_id, sight FROM firsts
    UNION ALL
    SELECT f.id, f.site_id, r.sight FROM firsts f JOIN cases_listrow r ON r.same_as_id = f.id
"""
# How many rows a case holds, those of what was merged into it too. Replies name rows, and withdrawn lists hold none.
_HELD = """
    WITH RECURSIVE family(root, id) AS (
        SELECT id, id FROM unnest(%s::uuid[]) AS id
        UNION ALL
        SELECT f.root, c.id FROM family f JOIN cases_case c ON c.merged_into_id = f.id
    )
    SELECT f.root::text, count(*) FROM family f JOIN cases_site s ON s.case_id = f.id
    JOIN cases_listrow r ON r.site_id = s.id JOIN cases_listbatch b ON b.id = r.batch_id
    WHERE b.kind <> 'trace' AND b.state <> 'withdrawn' GROUP BY f.root
"""
_REPLIES = """
    SELECT r.sight, r.id, r.number, r.sealed, r.batch_id, b.name, b.columns::text, b.received_at,
           coalesce((r.reading ->> 'sheet')::int, 0)
    FROM cases_listrow r JOIN cases_listbatch b ON b.id = r.batch_id
    WHERE r.sight = ANY(%s::bytea[]) AND b.kind = 'trace' AND r.fate = 'accept'
    ORDER BY r.id
"""
# A merged case leads to its survivor, and that one may have been merged again. What comes from now on is the survivor's
# own (`home`): undoing the merge takes none of it along. `home` is worked out beforehand, for behind row-level security
# an index serves plain columns only: with the question written in its place every site reads the whole table of keys.
_SITES = """
    WITH RECURSIVE chain(site_id, located, case_id, next) AS (
        SELECT s.id, s.located, c.id, c.merged_into_id FROM cases_site s JOIN cases_case c ON c.id = s.case_id
        WHERE s.id = ANY(%s::uuid[])
        UNION ALL
        SELECT h.site_id, h.located, c.id, c.merged_into_id FROM chain h JOIN cases_case c ON c.id = h.next
    ), ended(site_id, located, case_id, home) AS MATERIALIZED (
        SELECT h.site_id, h.located, h.case_id, coalesce((SELECT array_agg(x.id ORDER BY x.id) FROM cases_site x
                                                          WHERE x.case_id = h.case_id)[1], h.site_id)
        FROM chain h WHERE h.next IS NULL
    )
    SELECT e.site_id, e.located, c.id::text, c.number, c.stage, c.region_code, c.title, c.confidentiality, c.level,
           c.opened_at, e.home, ARRAY(SELECT DISTINCT k.kind FROM cases_sitekey k
                         WHERE k.site_id IN (e.site_id, e.home) AND k.kind IN ('broadband', 'meter', 'door'))
    FROM ended e JOIN cases_case c ON c.id = e.case_id
"""
# Cases of which an officer said that they are two, by the cases that they, or what they were merged into, are now.
_APART = """
    WITH RECURSIVE family(root, id) AS (
        SELECT id, id FROM unnest(%s::uuid[]) AS id
        WHERE EXISTS (SELECT FROM cases_sitesuggestion WHERE state = 'rejected')
        UNION ALL
        SELECT f.root, c.id FROM family f JOIN cases_case c ON c.merged_into_id = f.id
    )
    SELECT a.root::text, b.root::text FROM family a JOIN cases_sitesuggestion s ON s.one_id = a.id
    JOIN family b ON b.id = s.other_id WHERE s.state = 'rejected' AND a.root <> b.root
"""


# Kind, value, township, holder, flat, site, id, day.
KeyRow = tuple[str, Any, Any, Any, bool, UUID, int, Any]


class Beside(Protocol):
    """Keys and sites that are not stored yet: those of a dry reading, which opens nothing."""

    def keys(self, values: list[bytes]) -> list[KeyRow]:
        """Those with these values, in the order in which they were learned."""

    def complete(self, found: set[UUID], states: dict[UUID, SiteState], cases: dict[str, StoredCase]) -> None:
        """Add the sites among `found` that are not stored, and what would be known of those that are."""


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
    level: str
    site_id: UUID
    located: bool = False


@dataclass(frozen=True, slots=True)
class WaitingReply:
    """A carrier's reply as it is stored, still sealed."""

    row_id: int
    number: int
    sealed: bytes
    batch_id: UUID
    batch: str
    columns: dict[str, Any]
    received_at: datetime
    sheet: int


def first_rows(identities: Iterable[bytes]) -> dict[bytes, FirstRow]:
    """The stored rows with these identities."""
    wanted = list(identities)
    found = _query(_IDENTITIES, wanted) if wanted else []
    return {bytes(r[0]): FirstRow(r[1], r[2], r[3], orjson.loads(r[4])) for r in found}


def waiting_replies(sights: Sequence[bytes]) -> dict[bytes, list[WaitingReply]]:
    """The replies that came so far, by sight, in the order in which they came."""
    found: dict[bytes, list[WaitingReply]] = {}
    for sight, *rest in _query(_REPLIES, list(sights)) if sights else ():
        row_id, number, sealed, batch_id, batch, columns, *more = rest
        reply = WaitingReply(row_id, number, bytes(sealed), batch_id, batch, orjson.loads(columns), *more)
        found.setdefault(bytes(sight), []).append(reply)
    return found


class Twin(NamedTuple):
    """A stored list row with one of the sights under which it is answered."""

    row_id: int
    site_id: UUID
    sight: bytes | None


def twins_of(rows: Iterable[int]) -> list[Twin]:
    """Every sight of these rows that led to a case."""
    wanted = sorted(set(rows))
    return [Twin(r[0], r[1], _bytes(r[2])) for r in _query(_TWINS, wanted)] if wanted else []


class Known(NamedTuple):
    """What is stored about a chunk. `rows`: how many rows the cases hold that name nobody and may be answered now."""

    keys: Index
    sights: dict[bytes, list[Sighting]]
    cases: dict[str, StoredCase]
    rows: dict[str, int]


def known_sites(
    evidences: Sequence[Evidence],
    model: Model,
    *,
    with_sights: bool,
    twins: Sequence[Twin] = (),
    beside: Beside | None = None,
) -> Known:
    """The index of all stored keys the rows name, the list rows they may answer, and the cases behind both."""
    values = sorted(_values(evidences))
    keys = _query(_KEYS, values) + (beside.keys(values) if beside else [])
    wanted = sorted({e.sight for e in evidences if e.sight}) if with_sights else []
    sights = _query(_SIGHTS, wanted) if wanted else []
    sights += [(twin.sight, twin.row_id, twin.site_id) for twin in twins if twin.sight]
    found = {r[5] for r in keys} | {r[2] for r in sights}
    states, cases = _states(found)
    index = Index(model)
    index.apart = {frozenset(pair) for pair in _query(_APART, list(cases))} if cases else set()
    if beside:
        beside.complete(found, states, cases)
    for kind, value, township, holder, flat, site_id, _id, day in keys:
        site = states[site_id]
        if kind == "door":
            index.put_door(Door(bytes(value), _bytes(township), _bytes(holder), flat), site)
        elif kind == "lead":
            index.put_lead(bytes(value), day, site)
        elif kind in HINTS:
            index.put_hint(bytes(value), _bytes(holder), site)
        else:
            index.put_key(bytes(value), site)
    by_sight: dict[bytes, list[Sighting]] = {}
    by_row: dict[int, Sighting] = {}
    for sight, row_id, site_id in sights:
        sighting = by_row.setdefault(row_id, Sighting(states[site_id], row_id))
        by_sight.setdefault(bytes(sight), []).append(sighting)
    unnamed = sorted({states[site_id].ref for _, _, site_id in sights if not states[site_id].located})
    return Known(index, by_sight, cases, dict(_query(_HELD, unnamed)) if unnamed else {})


def _values(evidences: Sequence[Evidence]) -> set[bytes]:
    return {
        value
        for e in evidences
        for value in (e.broadband, e.meter, e.lead, e.door.value if e.door else None, e.phone, *e.spots)
        if value is not None
    }


def _states(site_ids: set[UUID]) -> tuple[dict[UUID, SiteState], dict[str, StoredCase]]:
    """One state per case: sites whose cases were merged are one."""
    states: dict[UUID, SiteState] = {}
    by_case: dict[str, SiteState] = {}
    cases: dict[str, StoredCase] = {}
    for site_id, located, case_id, number, stage, region, title, secrecy, level, opened_at, home, kinds in (
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
            cases[case_id] = StoredCase(case_id, number, stage, region, title, secrecy, level, home)
        state.kinds.update(kinds)
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
