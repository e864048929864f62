"""A case as it stood at the end of a past day: the row that its page shows, rebuilt from the events until then.

What may be read of it and in which form is decided by the rights of today.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from agencies.actors import Actor
from agencies.directory import get_directory
from agencies.selectors import display_names
from agencies.visibility import seen, sight_keys
from audit.verification.projections import Event
from cases.selectors.case import shown
from cases.selectors.evidence import strengths_of
from cases.selectors.paging import Row, fetch
from cases.selectors.reach.parts import Reading
from cases.workflow.replay.lines import NULL, plain
from cases.workflow.replay.state import State, fold

_EVENTS = f"""SELECT e.id, e.stream, e.seq, e.leaf, e.body FROM cases_case c
    CROSS JOIN LATERAL (SELECT 'case/' || c.id AS stream OFFSET 0) s
    JOIN audit_event e ON e.stream = s.stream AND e.at < %s
    WHERE c.id = %s AND {seen("c.id")} ORDER BY e.seq"""
_KNOWN = f"""SELECT c.id::text AS id, c.number, c.opened_at FROM cases_case c
    WHERE (c.id = ANY(%s::uuid[]) OR c.number = ANY(%s)) AND {seen("c.id")}"""
_VOIDED = f"""SELECT v.document_id::text AS id FROM cases_documentvoid v JOIN cases_document d ON d.id = v.document_id
    WHERE d.case_id = %s AND v.at < %s AND {seen("d.case_id")}"""
_NUMBERS: Final = frozenset(
    {"version", "lead_agency_id", "agency_id", "unit_id", "assignee_id", "opened_seq", "returns"}
)
_MOMENTS: Final = frozenset(
    {"opened_at", "updated_at", "stage_since", "closed_at", "due_at", "accepted_at", "at", "since"}
)
_DOCUMENT: Final = ("case", "id", "kind", "agency", "year", "serial", "number", "attachment", "sha256")


def past_case(actor: Actor, case: Row, read: Reading, end: datetime) -> Row | None:
    """The row of `get_case` as of `end`; None where the case was not open yet. `read` is that of the same moment."""
    rows = fetch(_EVENTS, [end, case["id"], sight_keys(actor)])
    if not rows:
        return None
    events = (Event(r["id"], r["stream"], r["seq"], bytes(r["leaf"]), orjson.loads(bytes(r["body"]))) for r in rows)
    state = fold(case["id"], events)
    known = _visible(actor, state, case)
    voided = {row["id"] for row in fetch(_VOIDED, [case["id"], end, sight_keys(actor)])} if state.documents else set()
    of, merged = (state.facts.get("relapse") or {}).get("of"), _value("merged_into_id", state.row["merged_into_id"])
    data = {
        "case": _case(state),
        "strengths": strengths_of(state.facts) if read.whole else None,
        "merged_into": known[merged]["number"] if merged in known else None,
        "absorbed": [known[one] for one in sorted(_absorbed(state), key=str) if one in known],
        "relapse_of": of if any(row["number"] == of for row in known.values()) else None,
        "relapses": [each for each in case["relapses"] if each["id"] in known and known[each["id"]]["opened_at"] < end],
        "participants": sorted((_participant(line) for line in state.seen_by.values()), key=_by_time),
        "tasks": _tasks(actor, state),
        "documents": [_document(line, voided) for line in state.documents],
    }
    return shown(data, read, get_directory())


def _visible(actor: Actor, state: State, case: Row) -> dict[str, Row]:
    """The other cases that the state names, as far as this person sees them; by id."""
    ids = {*_absorbed(state), *(each["id"] for each in case["relapses"]), _value("", state.row["merged_into_id"])}
    of = (state.facts.get("relapse") or {}).get("of")
    wanted = [sorted(each for each in ids if each), [of] if of else []]
    return {row["id"]: row for row in fetch(_KNOWN, [*wanted, sight_keys(actor)])} if any(wanted) else {}


def _absorbed(state: State) -> set[str]:
    return {row["case"] for row in state.facts.get("merged_cases") or () if row.get("case")}


def _case(state: State) -> dict[str, Any]:
    return {"id": state.case_id, **_values(state.row.items()), "facts": state.facts}


def _tasks(actor: Actor, state: State) -> list[dict[str, Any]]:
    """The tasks that were open, the first due first, with the person who held each and whether its clock ran."""
    found = []
    for task in state.tasks.values():
        if task["state"] == "open":
            now = state.running.get(task["id"])
            holder = _value("assignee_id", now.person if now else task["assignee_id"])
            roles = task["roles"].strip("{}")
            found.append(
                {
                    **_values(task.items()),
                    "roles": roles.split(",") if roles else [],
                    "data": state.data.get(task["id"], {}),
                    "provisional": task["provisional"] == "t",
                    "assignee_id": holder,
                    "paused": bool(now and now.state == "paused"),
                }
            )
    names = display_names(actor, [task["assignee_id"] for task in found if task["assignee_id"]])
    rows = [{**task, "assignee_name": names.get(task["assignee_id"], "")} for task in found]
    return sorted(rows, key=lambda task: (task["due_at"] or "~", task["id"]))


def _participant(line: str) -> dict[str, Any]:
    _, agency, relation, since = line.split("\t")[:4]
    return {"agency": int(agency), "relation": relation, "since": _value("since", since)}


def _by_time(row: dict[str, Any]) -> tuple[str, int]:
    return row["since"], row["agency"]


def _document(line: str, voided: set[str]) -> dict[str, Any]:
    parts = line.split("\t")
    found: Mapping[str, Any] = _values(zip(_DOCUMENT, parts, strict=False))
    return {
        **found,
        "agency": int(found["agency"]),
        "seq": int(parts[-2]),
        "at": _value("at", parts[-1]),
        "voided": found["id"] in voided,
    }


def _values(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    return {name: _value(name, text) for name, text in pairs}


def _value(name: str, text: str) -> Any:
    """A column of a line as the row of a case has it."""
    if text == NULL:
        return None
    if name in _NUMBERS:
        return int(text)
    if name in _MOMENTS:
        return text.replace(" ", "T") + "+00:00"
    return plain(text)
