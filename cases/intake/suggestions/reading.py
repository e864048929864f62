"""Pairs of cases that may be one site, for whoever reads both cases whole; deny by default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from agencies.actors import Actor
from agencies.directory import Directory, get_directory
from agencies.visibility import whole, whole_keys
from cases.models.suggestion import SiteSuggestion
from cases.selectors import refs
from cases.selectors.paging import CAP, DEFAULT_PAGE_SIZE, Keyset, Page, Row, capped, fetch, instant

STRONGEST_FIRST = Keyset("suggestions", ("score", "id"), (float, UUID), descending=True)
LATEST_FIRST = Keyset("answered", ("decided_at", "id"), (instant, UUID), descending=True)
OPEN = SiteSuggestion.State.OPEN.value

_PAIRS = f"""
    FROM cases_sitesuggestion s JOIN cases_case a ON a.id = s.one_id JOIN cases_case b ON b.id = s.other_id
    LEFT JOIN agencies_user u ON u.id = s.decided_by_id
    WHERE {whole("s.one_id", "%(keys)s::bigint[]")} AND {whole("s.other_id", "%(keys)s::bigint[]")}
"""
# A pair of which one went on, or was merged elsewhere, is not to be answered now.
_OF_STATE = """
    AND s.state = %(state)s
    AND (s.state <> 'open' OR (a.stage IN ('monitoring', 'verification') AND b.stage IN ('monitoring', 'verification')))
"""
_COLUMNS = """
    SELECT s.id, s.score, s.reasons::text AS reasons, s.since, s.state, s.why, s.decided_by_id, s.decided_at,
           u.display_name AS decider,
           jsonb_build_array(
             jsonb_build_object('id', a.id, 'number', a.number, 'title', a.title, 'stage', a.stage, 'level', a.level,
                                'region', a.region_code, 'opened_at', a.opened_at, 'lead', a.lead_agency_id),
             jsonb_build_object('id', b.id, 'number', b.number, 'title', b.title, 'stage', b.stage, 'level', b.level,
                                'region', b.region_code, 'opened_at', b.opened_at, 'lead', b.lead_agency_id)
           )::text AS cases
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which pairs: of a state, in a region (the code or its beginning), of one case by its number, for one reason."""

    state: str = OPEN
    region: str = ""
    case: str = ""
    reason: str = ""


def list_suggestions(actor: Actor, wanted: Wanted, *, cursor: str | None, size: int = DEFAULT_PAGE_SIZE) -> Page:
    """Open pairs, the likeliest first; answered ones, the latest answer first. Raises InvalidCursor."""
    keyset = STRONGEST_FIRST if wanted.state == OPEN else LATEST_FIRST
    at = keyset.decode(cursor)
    where, parameters = _where(actor, wanted)
    total = fetch(f"SELECT count(*) AS n FROM (SELECT 1 {where} LIMIT {CAP + 1}) AS counted", parameters)[0]["n"]
    beyond, values = keyset.beyond(at, "s.")
    for number, value in enumerate(values):
        beyond = beyond.replace("%s", f"%(beyond{number})s", 1)
        parameters[f"beyond{number}"] = value
    sql = f"{_COLUMNS} {where} {beyond} ORDER BY {keyset.order(at, 's.')} LIMIT {size + 1}"
    directory = get_directory()
    rows = [_shown(row, directory) for row in fetch(sql, parameters)]
    return keyset.page(rows, at, size, capped(total))


def find_suggestion(actor: Actor, suggestion_id: UUID | str) -> Row | None:
    """One pair, whatever its state; None where there is none for this person."""
    parameters = {"keys": whole_keys(actor), "id": str(suggestion_id)}
    found = fetch(f"{_COLUMNS} {_PAIRS} AND s.id = %(id)s", parameters)
    return _shown(found[0], get_directory()) if found else None


def open_pairs(actor: Actor, case_number: str = "") -> int:
    """How many pairs wait for an answer, of one case or of all; at most CAP + 1."""
    if not whole_keys(actor):
        return 0
    where, parameters = _where(actor, Wanted(case=case_number))
    found: int = fetch(f"SELECT count(*) AS n FROM (SELECT 1 {where} LIMIT {CAP + 1}) AS counted", parameters)[0]["n"]
    return found


def shared_values(one: UUID | str, other: UUID | str) -> dict[str, bool]:
    """By kind of personal value that both cases have: whether one of them is the same. Nothing is opened for that."""
    sql = """
        SELECT a.field, bool_or(a.blind = b.blind) AS same FROM cases_personalrecord a JOIN cases_personalrecord b
        ON b.field = a.field WHERE a.case_id = %s AND b.case_id = %s AND NOT a.protected GROUP BY a.field
    """
    return {row["field"]: row["same"] for row in fetch(sql, [str(one), str(other)])}


def _where(actor: Actor, wanted: Wanted) -> tuple[str, dict[str, Any]]:
    conditions = [_PAIRS, _OF_STATE]
    parameters: dict[str, Any] = {"keys": whole_keys(actor), "state": wanted.state}
    if wanted.region:
        conditions.append("AND (starts_with(a.region_code, %(region)s) OR starts_with(b.region_code, %(region)s))")
        parameters["region"] = wanted.region
    if wanted.case:
        conditions.append("AND %(case)s IN (a.number, b.number)")
        parameters["case"] = wanted.case.upper()
    if wanted.reason:
        conditions.append("AND s.reasons ? %(reason)s")
        parameters["reason"] = wanted.reason
    return " ".join(conditions), parameters


def _shown(row: Row, directory: Directory) -> Row:
    cases = [
        {
            **{name: case[name] for name in ("id", "number", "title", "stage", "level", "opened_at")},
            "region": refs.region(directory, case["region"]),
            "lead_agency": refs.agency(directory, case["lead"]),
        }
        for case in orjson.loads(row["cases"])
    ]
    kept = {name: row[name] for name in ("id", "score", "since", "state", "why", "decided_at")}
    decided_by = refs.person(row["decided_by_id"], row["decider"])
    return {**kept, "decided_by": decided_by, "reasons": orjson.loads(row["reasons"]), "cases": cases}
