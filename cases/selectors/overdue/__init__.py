"""Work past its deadline: what is overdue now, by agency and task by task, and what was in a span of time.

While its clock stands still (a stay, a request for information) a task is late with nothing: it gets another date when
it goes on. So say the lists of tasks, the bulletin and the escalation. A person is told of the tasks of cases that they
read whole, and of their own agencies'; the system, for which `actor` is None, of what the wall lets it see.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from agencies.actors import Actor
from agencies.directory import Directory, get_directory
from agencies.visibility import sight_keys, whole, whole_keys
from cases.selectors import refs
from cases.selectors.clocks.statement import STANDS
from cases.selectors.paging import CAP, DEFAULT_PAGE_SIZE, Keyset, Page, Row, capped, escape_like, fetch, instant

LONGEST_FIRST = Keyset("overdue", ("due_at", "id"), (instant, UUID))
# A list that is longer is no list any more; the figures by agency are exact.
MOST_LISTED = 20_000

_LATE = f"t.state = 'open' AND t.due_at < %s AND NOT {STANDS}"
# The clock ran on past the deadline, in a span [since, until).
_RAN = """EXISTS (SELECT FROM cases_clockinterval k WHERE k.task_id = t.id AND k.state = 'running' AND k.started_at < %s
    AND (k.ended_at IS NULL OR k.ended_at > greatest(t.due_at, %s)))"""
_TOOK = """EXISTS (SELECT 1 FROM cases_escalation e WHERE e.task_id = t.id AND e.due_at = t.due_at AND e.step = %s
    AND e.outcome = 'told')"""
_SEEN = f"""(t.agency_id * 4 + t.rank = ANY(%s) OR t.unit_id * 4 + t.rank = ANY(%s)
    OR {whole("t.case_id")})"""
_COLUMNS = """t.id, t.case_id, c.number, t.kind, t.stage, t.region_code, t.agency_id, t.unit_id, t.roles, t.assignee_id,
    t.opened_at, t.due_at, t.provisional, t.closed_at, t.state"""


@dataclass(frozen=True, slots=True)
class OverdueFilter:
    """What narrows the list; None means any. `region` is a code and everything in it."""

    agency_id: int | None = None
    region: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class AgencyOverdue:
    """One agency: how many of its open tasks are overdue, how far they were brought, and since when the oldest is."""

    agency: dict[str, Any]
    overdue: int
    pressed: int
    reported: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class OverdueWork:
    """A task that was overdue in a span; `closed_at` None: at its end it still was. No personal data."""

    task_id: str
    case_id: str
    number: str
    kind: str
    stage: str
    region: dict[str, Any]
    agency: dict[str, Any]
    unit: dict[str, Any] | None
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None


def overdue_agencies(actor: Actor | None, wanted: OverdueFilter, *, now: datetime) -> list[AgencyOverdue]:
    """The agencies with overdue work, those with the most first."""
    where, parameters = _open(actor, wanted, now)
    rows = fetch(
        f"""SELECT t.agency_id, count(*) AS n, min(t.due_at) AS oldest, count(*) FILTER (WHERE {_TOOK}) AS pressed,
            count(*) FILTER (WHERE {_TOOK}) AS reported FROM cases_task t
        WHERE {where} GROUP BY t.agency_id ORDER BY n DESC, t.agency_id""",
        ["pressed", "reported", *parameters],
    )
    directory = get_directory()
    return [
        AgencyOverdue(_agency(directory, row["agency_id"]), row["n"], row["pressed"], row["reported"], row["oldest"])
        for row in rows
    ]


def overdue_regions(actor: Actor, *, now: datetime) -> dict[str, tuple[int, int]]:
    """Of every county with overdue work: how many tasks, and on how many cases. The same tasks as in the list."""
    where, parameters = _open(actor, OverdueFilter(), now)
    rows = fetch(
        f"""SELECT t.region_code, count(*) AS tasks, count(DISTINCT t.case_id) AS cases FROM cases_task t
        WHERE {where} GROUP BY t.region_code""",
        parameters,
    )
    return {row["region_code"]: (row["tasks"], row["cases"]) for row in rows}


def overdue_tasks(
    actor: Actor, wanted: OverdueFilter, *, now: datetime, cursor: str | None = None, size: int = DEFAULT_PAGE_SIZE
) -> Page:
    """Open tasks that are overdue, the longest overdue first. Raises InvalidCursor."""
    at = LONGEST_FIRST.decode(cursor)
    where, parameters = _open(actor, wanted, now)
    beyond, values = LONGEST_FIRST.beyond(at, "t.")
    rows = fetch(
        f"""SELECT {_COLUMNS}, u.display_name AS assignee_name, EXISTS (SELECT 1 FROM cases_task q
            WHERE q.case_id = t.case_id AND q.kind = 'answer_urge' AND q.state = 'open' AND q.agency_id = t.agency_id)
            AS urged FROM cases_task t
        JOIN cases_case c ON c.id = t.case_id LEFT JOIN agencies_user u ON u.id = t.assignee_id
        WHERE {where}{beyond} ORDER BY {LONGEST_FIRST.order(at, "t.")} LIMIT %s""",
        [*parameters, *values, size + 1],
    )
    total = fetch(
        f"SELECT count(*) AS n FROM (SELECT 1 FROM cases_task t WHERE {where} LIMIT {CAP + 1}) counted", parameters
    )
    directory = get_directory()
    return LONGEST_FIRST.page([_shown(row, directory) for row in rows], at, size, capped(total[0]["n"]))


def overdue_work(
    actor: Actor | None, *, since: datetime, until: datetime, region: str | None = None, agency_id: int | None = None
) -> list[OverdueWork]:
    """Every task that was overdue at some time of the span [since, until), by agency, the longest overdue first.

    Those that were done late in the span are among them, with the time. A deadline that has been put off since is what
    it is now. At most MOST_LISTED rows.
    """
    seen, keys = _sight(actor)
    place, values = _narrowed(OverdueFilter(agency_id=agency_id, region=region))
    rows = fetch(
        f"""SELECT {_COLUMNS} FROM cases_task t JOIN cases_case c ON c.id = t.case_id
        WHERE {seen} AND t.due_at < %s AND {_RAN}{place}
        AND (t.state = 'open' OR (t.closed_at > t.due_at AND t.closed_at >= %s
            AND NOT (t.state <> 'done' AND t.closed_at < %s)))
        ORDER BY t.agency_id, t.due_at, t.id LIMIT {MOST_LISTED}""",
        [*keys, until, until, since, *values, since, until],
    )
    directory = get_directory()
    return [_work(row, directory, until) for row in rows]


def _open(actor: Actor | None, wanted: OverdueFilter, now: datetime) -> tuple[str, list[Any]]:
    seen, keys = _sight(actor)
    place, values = _narrowed(wanted)
    return f"{seen} AND {_LATE}{place}", [*keys, now, *values]


def _sight(actor: Actor | None) -> tuple[str, list[Any]]:
    if actor is None:
        return "true", []
    keys = sight_keys(actor)
    return _SEEN, [keys, keys, whole_keys(actor)]


def _narrowed(wanted: OverdueFilter) -> tuple[str, list[Any]]:
    given = [
        (" AND t.agency_id = %s", wanted.agency_id),
        (" AND t.region_code LIKE %s", None if wanted.region is None else escape_like(wanted.region) + "%"),
        (" AND t.kind = %s", wanted.kind),
    ]
    held = [(text, value) for text, value in given if value is not None]
    return "".join(text for text, _ in held), [value for _, value in held]


def _agency(directory: Directory, agency_id: int) -> dict[str, Any]:
    # A task names an agency that is there; one that this process has not read yet is named by its id.
    return refs.agency(directory, agency_id) or {"id": agency_id, "name": str(agency_id), "short_name": str(agency_id)}


def _shown(row: Row, directory: Directory) -> Row:
    return {
        **row,
        "id": str(row["id"]),
        "agency": refs.agency(directory, row["agency_id"]),
        "unit": refs.agency(directory, row["unit_id"]),
        "region": refs.region(directory, row["region_code"]),
        "assignee": refs.person(row["assignee_id"], row["assignee_name"]),
    }


def _work(row: Row, directory: Directory, until: datetime) -> OverdueWork:
    closed = row["closed_at"]
    return OverdueWork(
        task_id=str(row["id"]),
        case_id=str(row["case_id"]),
        number=row["number"],
        kind=row["kind"],
        stage=row["stage"],
        region=refs.region(directory, row["region_code"]),
        agency=_agency(directory, row["agency_id"]),
        unit=refs.agency(directory, row["unit_id"]),
        opened_at=row["opened_at"],
        due_at=row["due_at"],
        closed_at=closed if closed is not None and closed < until else None,
    )
