"""The cases of a commission as they stood at the end of a week, and at the end of the week before.

A case that has not been touched since an instant stands in its row as it stood then: every change of a case is an
event and moves `updated_at`. Of the others the events before that instant are folded, as `verify_audit` does. So a
report that is drawn up late says what one would have said that was drawn up in time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson

from audit.verification.projections import Event
from cases.policy.reports.weeks import Week
from cases.selectors.clocks.statement import STANDS
from cases.selectors.paging import Row, fetch
from cases.workflow.replay.lines import NULL, plain
from cases.workflow.replay.state import State, fold

AT_ONCE: Final = 1000
ORDINARY: Final = "ordinary"
_NOBODY: Final = UUID(int=0)


class Owed(NamedTuple):
    """A task that was open; `paused`: its clock stood still, so that it was late with nothing."""

    id: str
    kind: str
    agency_id: int
    unit_id: int | None
    due_at: datetime
    paused: bool


@dataclass(frozen=True, slots=True)
class Past:
    """One case at one instant. `placed`: a list had named its premises from the first day."""

    id: str
    number: str
    title: str
    stage: str
    outcome: str | None
    region_code: str
    level: str
    source: str
    confidentiality: str
    lead_agency_id: int
    opened_at: datetime
    closed_at: datetime | None
    facts: Mapping[str, Any]
    tasks: tuple[Owed, ...]
    placed: bool


class Pair(NamedTuple):
    """A case at the end of the week, and at the end of the week before where it was there already.

    `telling`: it is no more confidential today than usual, so that a row may show it.
    """

    now: Past | None
    before: Past | None
    telling: bool


# Every case of the region has the region's commission among its agencies for good (cases/sql/case_agencies_v1.sql).
CASES = """
SELECT c.id, c.number, c.title, c.stage, c.outcome, c.region_code, c.level, c.source, c.confidentiality,
       c.lead_agency_id, c.opened_at, c.closed_at, c.updated_at, c.facts::text AS facts,
       EXISTS (SELECT FROM cases_site s WHERE s.case_id = c.id AND s.located AND s.created_at < %s) AS placed
FROM cases_caseagency ca JOIN cases_case c ON c.id = ca.case_id
WHERE ca.agency_id = %s AND ca.case_id > %s AND c.opened_at < %s ORDER BY ca.case_id LIMIT %s
"""
_TASKS: Final = f"""
SELECT t.case_id, t.id::text, t.kind, t.agency_id, t.unit_id, t.due_at,
       {STANDS} AS paused
FROM cases_task t WHERE t.case_id = ANY(%s::uuid[]) AND t.state = 'open' ORDER BY t.id
"""
_EVENTS: Final = """
SELECT e.id, e.stream, e.seq, e.leaf, e.body, e.at FROM audit_event e
WHERE e.stream = ANY(%s) AND e.at < %s ORDER BY e.stream, e.seq
"""


def cases_of(agency_id: int, region: str, week: Week) -> Iterator[Pair]:
    """Every case that lay in the region at the end of the week or of the one before, in the order of their ids.

    Cases that were more confidential than usual are none of these: not everybody who reads a report may know of them,
    and a count would tell. For a transaction that sees one moment (`one_moment`): it reads page by page.
    """
    after = _NOBODY
    while True:
        rows = fetch(CASES, [week.ends, agency_id, after, week.ends, AT_ONCE])
        for pair in _pairs(rows, week):
            now, before = (one if one is not None and _counts(one, region) else None for one in pair[:2])
            if now is not None or before is not None:
                yield Pair(now, before, pair.telling)
        if len(rows) < AT_ONCE:
            return
        after = rows[-1]["id"]


def _counts(case: Past, region: str) -> bool:
    return case.confidentiality == ORDINARY and case.region_code.startswith(region)


def _pairs(rows: list[Row], week: Week) -> Iterator[Pair]:
    changed = {str(row["id"]) for row in rows if row["updated_at"] >= week.begins}
    folded = _events_of(changed, week.ends)
    still = _tasks_of([str(row["id"]) for row in rows if row["updated_at"] < week.ends])
    for row in rows:
        case_id = str(row["id"])
        events = folded.get(case_id, [])
        placed = bool(row["placed"])
        facts = orjson.loads(row["facts"])
        # What an answer told later was not known from the first day.
        placed = placed and "located" not in facts
        current = _of_row(row, facts, still.get(case_id, ()), placed=placed)
        telling = row["confidentiality"] == ORDINARY
        now = current if row["updated_at"] < week.ends else _folded(case_id, events, week.ends, placed=placed)
        if row["opened_at"] >= week.begins:
            yield Pair(now, None, telling)
        elif row["updated_at"] < week.begins:
            yield Pair(now, current, telling)
        else:
            yield Pair(now, _folded(case_id, events, week.begins, placed=placed), telling)


def _of_row(row: Row, facts: dict[str, Any], tasks: Iterable[Owed], *, placed: bool) -> Past:
    names = ("number", "title", "stage", "outcome", "region_code", "level", "source", "confidentiality")
    return Past(
        id=str(row["id"]),
        **{name: row[name] for name in names},
        lead_agency_id=row["lead_agency_id"],
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
        facts=facts,
        tasks=tuple(tasks),
        placed=placed,
    )


def _events_of(cases: set[str], before: datetime) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    if cases:
        for row in fetch(_EVENTS, [[f"case/{case}" for case in sorted(cases)], before]):
            found.setdefault(row["stream"].removeprefix("case/"), []).append(row)
    return found


def _tasks_of(cases: list[str]) -> dict[str, list[Owed]]:
    found: dict[str, list[Owed]] = {}
    for row in fetch(_TASKS, [cases]) if cases else ():
        owed = Owed(row["id"], row["kind"], row["agency_id"], row["unit_id"], row["due_at"], row["paused"])
        found.setdefault(str(row["case_id"]), []).append(owed)
    return found


def _folded(case_id: str, events: list[Row], before: datetime, *, placed: bool) -> Past:
    told = fold(
        case_id,
        (
            Event(row["id"], row["stream"], row["seq"], bytes(row["leaf"]), orjson.loads(bytes(row["body"])))
            for row in events
            if row["at"] < before
        ),
    )
    row = {name: None if text == NULL else plain(text) for name, text in told.row.items()}
    names = ("number", "title", "outcome", "region_code", "level", "source", "confidentiality")
    return Past(
        id=case_id,
        **{name: row[name] for name in names},  # type: ignore[arg-type]
        stage=told.stage,
        lead_agency_id=int(row["lead_agency_id"] or 0),
        opened_at=_moment(row["opened_at"]),
        closed_at=_moment(row["closed_at"]) if row["closed_at"] else None,
        facts=told.facts,
        tasks=tuple(_open_tasks(told)),
        placed=placed,
    )


def _open_tasks(told: State) -> Iterator[Owed]:
    for task_id in sorted(told.tasks):
        task = told.tasks[task_id]
        if task["state"] == "open":
            unit = None if task["unit_id"] == NULL else int(task["unit_id"])
            interval = told.running.get(task_id)
            paused = interval is not None and interval.state == "paused"
            yield Owed(task_id, task["kind"], int(task["agency_id"]), unit, _moment(task["due_at"]), paused)


def _moment(text: str | None) -> datetime:
    """A time as the fold keeps it, in UTC and without saying so."""
    return datetime.fromisoformat(text or "").replace(tzinfo=UTC)
