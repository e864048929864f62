"""A sample for its pages: the drawn cases with what was found, the population, and the words of one finding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson

from agencies.actors import Actor
from agencies.directory import get_directory
from agencies.visibility import seen, sight_keys
from cases.selectors import refs
from cases.selectors.paging import Row, fetch
from cases.selectors.precision.texts import cleaner
from cases.selectors.reach.parts import reading

# Where a drawn case stands. `asked`: the agency owes an answer; `answered`: it waits for the reviewer.
TO_REVIEW: Final = "to_review"
PASSED: Final = "passed"
NOTED: Final = "noted"
ASKED: Final = "asked"
ANSWERED: Final = "answered"
ACCEPTED: Final = "accepted"
STATES: Final = (TO_REVIEW, PASSED, NOTED, ASKED, ANSWERED, ACCEPTED)


@dataclass(frozen=True, slots=True)
class UnitFilter:
    """What narrows the drawn cases; None means any."""

    state: str | None = None
    reviewer: int | None = None
    lead: int | None = None


_STATE = f"""CASE WHEN f.id IS NULL THEN '{TO_REVIEW}' WHEN f.result = 'pass' THEN '{PASSED}'
    WHEN f.task_id IS NULL THEN '{NOTED}' WHEN f.accepted_at IS NOT NULL THEN '{ACCEPTED}'
    WHEN t.state = 'done' THEN '{ANSWERED}' ELSE '{ASKED}' END"""


def drawn_units(actor: Actor, sample_id: UUID | str, wanted: UnitFilter) -> list[Row]:
    """The drawn cases that this person sees, in the order of the draw, with the finding of each."""
    rows = fetch(
        f"""SELECT * FROM (SELECT u.position, u.case_id::text AS case_id, u.number, u.stratum, u.lead_id, u.reviewer_id,
            r.display_name AS reviewer, c.title, c.version, c.outcome, c.closed_at, c.region_code,
            f.result, f.kind, f.severity, f.correct_by, f.event_seq, f.task_id::text AS task_id, f.found_at,
            f.accepted_at, p.display_name AS found_by, t.state AS task_state, t.due_at, t.closed_at AS answered_at,
            t.closed_seq, {_STATE} AS state
        FROM cases_sampleunit u JOIN cases_case c ON c.id = u.case_id
        LEFT JOIN agencies_user r ON r.id = u.reviewer_id
        LEFT JOIN cases_samplefinding f ON f.sample_id = u.sample_id AND f.position = u.position
        LEFT JOIN agencies_user p ON p.id = f.reviewer_id LEFT JOIN cases_task t ON t.id = f.task_id
        WHERE u.sample_id = %s AND u.position IS NOT NULL AND {seen("u.case_id")}) x
        WHERE (%s::text IS NULL OR state = %s) AND (%s::bigint IS NULL OR reviewer_id = %s)
            AND (%s::bigint IS NULL OR lead_id = %s) ORDER BY position""",
        [
            str(sample_id),
            sight_keys(actor),
            *(wanted.state, wanted.state),
            *(wanted.reviewer, wanted.reviewer),
            *(wanted.lead, wanted.lead),
        ],
    )
    directory = get_directory()
    return [{**row, "lead": refs.agency(directory, row["lead_id"])} for row in rows]


def population_of(actor: Actor, sample_id: UUID | str) -> list[Row]:
    """The whole population as far as this person sees it, by number."""
    return fetch(
        f"""SELECT u.number, u.stratum, u.position FROM cases_sampleunit u
        WHERE u.sample_id = %s AND {seen("u.case_id")} ORDER BY u.number""",
        [str(sample_id), sight_keys(actor)],
    )


def words_of(actor: Actor, unit: Row) -> dict[str, str]:
    """The opinion, and the agency's answer, as this person reads them on the case."""
    read = reading(actor, unit["case_id"])
    if read is None or not read.whole or unit["event_seq"] is None:
        return {"opinion": "", "answer": ""}
    answered = unit["closed_seq"] if unit["task_state"] == "done" else None
    rows = fetch(
        """SELECT e.seq, s.data::text AS data FROM audit_event e JOIN audit_sealed s ON s.event_id = e.id
        WHERE e.stream = %s AND e.seq = ANY(%s)""",
        [f"case/{unit['case_id']}", [seq for seq in (unit["event_seq"], answered) if seq is not None]],
    )
    sealed: dict[int, dict[str, Any]] = {row["seq"]: orjson.loads(row["data"]) for row in rows}
    clean = cleaner(actor, unit["case_id"], read)
    return {
        "opinion": clean(str(sealed.get(unit["event_seq"], {}).get("opinion") or "")),
        "answer": clean(str(sealed.get(answered or 0, {}).get("answer") or "")),
    }


def figures(actor: Actor) -> dict[str, Row]:
    """Of each visible sample how many were drawn, reviewed, found wanting and put right; by id."""
    rows = fetch(
        """SELECT u.sample_id::text AS id, count(u.position) AS drawn, count(f.id) AS reviewed,
            count(*) FILTER (WHERE f.result = 'problem') AS problems, count(f.task_id) AS demanded,
            count(f.accepted_at) AS accepted
        FROM cases_sampleunit u LEFT JOIN cases_samplefinding f
            ON f.sample_id = u.sample_id AND f.position = u.position
        WHERE u.position IS NOT NULL AND """
        + seen("u.case_id")
        + " GROUP BY u.sample_id",
        [sight_keys(actor)],
    )
    return {row["id"]: row for row in rows}
