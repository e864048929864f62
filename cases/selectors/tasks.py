"""What my agency owes, by due date.

A page and its exact total come from one statement, hence from one moment: the total is the folded counters plus the
deltas since, never a count of tasks. Both leave out the tasks of cases above the person's ceiling. Under a district or
stage filter the counters also tell which (stage, district) lists are not empty; each of them is an index range in due
order, and the page is merged from their heads.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from agencies import visibility
from agencies.actors import Actor
from agencies.directory import Directory, get_directory
from cases.selectors import refs
from cases.selectors.clocks.statement import STANDS
from cases.selectors.desk.conditions import AGAIN, Sql, doable
from cases.selectors.paging import (
    DEFAULT_PAGE_SIZE,
    Cursor,
    Keyset,
    Page,
    Row,
    escape_like,
    fetch,
    instant,
)
from cases.selectors.reach.scopes import Scope, task_scopes

# Length of the code of a county or functional area, the lowest level.
DISTRICT = 6

# As far as a total is counted one by one: what the index of open tasks answers in a few hundredths of a second.
CAP = 100_000

BY_DUE = Keyset("tasks", ("due_at", "id"), (instant, UUID))


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """What narrows the list; None means any. `region` is a code and everything that lies in it."""

    agency_id: int | None = None
    stage: str | None = None
    region: str | None = None
    kind: str | None = None
    assignee_id: int | None = None
    # Whose tasks count as the assignee's, too: those for whom the person stands in.
    stood_for: tuple[int, ...] = ()
    accepted: bool | None = None
    due_from: datetime | None = None
    due_before: datetime | None = None
    # Whether the clock stands still. While it does, a task is late with nothing, whatever its deadline says.
    paused: bool | None = None
    # Any of these kinds.
    kinds: tuple[str, ...] = ()
    # Only what came back to be done again: after a return, or sent back with what was found wrong.
    again: bool = False
    # Only what another agency sent and nobody has received.
    incoming: bool = False
    # Only what this person's roles can do and nobody else was named for.
    doable: bool = False
    # Single tasks of the list.
    ids: tuple[str, ...] | None = None

    @property
    def counted(self) -> bool:
        """Whether the counters can answer for it."""
        rest = (self.kind, self.assignee_id, self.accepted, self.due_from, self.due_before, self.paused, self.ids)
        return all(wanted is None for wanted in rest) and not (self.kinds or self.again or self.incoming or self.doable)

    @property
    def narrows_place(self) -> bool:
        return self.stage is not None or self.region is not None


def list_tasks(
    actor: Actor, wanted: TaskFilter, *, now: datetime, cursor: str | None = None, size: int = DEFAULT_PAGE_SIZE
) -> Page:
    """Open tasks of the actor's agencies and sub-units, the earliest due first. Raises InvalidCursor."""
    at = BY_DUE.decode(cursor)
    scopes = [scope for scope in task_scopes(actor) if wanted.agency_id in (None, scope.agency_id)]
    if not scopes:
        return Page([], None, None, 0, exact=True)
    totals = [_total(scope, wanted, actor) for scope in scopes]
    rows, shown = _read(actor, scopes, wanted, now=now, size=size, at=at, totals=totals)
    return BY_DUE.page(shown, at, size, _add_up(rows[0]["totals"], scopes, wanted))


def heads(actor: Actor, wanted: TaskFilter, *, now: datetime, size: int) -> list[Row]:
    """The first rows of `list_tasks`, for whoever knows already how many there are."""
    scopes = task_scopes(actor)
    return _read(actor, scopes, wanted, now=now, size=size)[1][:size] if scopes else []


def next_task(actor: Actor, *, now: datetime, after: str | None = None, mine: bool = False) -> Row | None:
    """What this person does next, a row as of `list_tasks`: the earliest due that runs and that they can do.

    `after`: the task just left; the next in due order behind it, and the first of all where none is behind it.
    `mine`: only what was given to them by name.
    """
    wanted = TaskFilter(doable=True, paused=False)
    if mine:
        wanted = replace(wanted, assignee_id=actor.user_id, stood_for=actor.stood_for)
    scopes = task_scopes(actor)
    if not scopes:
        return None
    at = _place_of(actor, after) if after else None
    for start in (at, None) if at else (None,):
        found = [row for row in _read(actor, scopes, wanted, now=now, size=1, at=start)[1] if row["id"] != after]
        if found:
            return found[0]
    return None


def _place_of(actor: Actor, task_id: str) -> Cursor | None:
    """Where a task stands in due order, open or done; of a case that this person sees."""
    sql = f"SELECT due_at, id FROM cases_task t WHERE id = %s::uuid AND {visibility.seen('t.case_id')}"
    rows = fetch(sql, [task_id, visibility.sight_keys(actor)])
    return Cursor((rows[0]["due_at"], rows[0]["id"])) if rows else None


def _read(
    actor: Actor,
    scopes: list[Scope],
    wanted: TaskFilter,
    *,
    now: datetime,
    size: int,
    at: Cursor | None = None,
    totals: list[Sql] | None = None,
) -> tuple[list[Row], list[Row]]:
    """The rows as read (never none: the first carries the totals), and those of tasks as shown."""
    rows = fetch(*_statement(actor, scopes, wanted, totals or [], (at, size)))
    directory = get_directory(stamp=rows[0]["stamp"])
    return rows, [_shown(row, now, directory) for row in rows if row["id"] is not None]


_STATEMENT = """
WITH total AS MATERIALIZED (SELECT ARRAY[{totals}]::bigint[] AS totals,
    (SELECT n FROM agencies_stamp) AS stamp),
keys AS MATERIALIZED ({keys} ORDER BY {order} LIMIT %s)
SELECT total.totals, total.stamp, t.id, t.kind, t.agency_id, t.unit_id, t.roles, t.assignee_id,
       u.display_name AS assignee_name, t.stage, t.region_code, t.opened_at, t.due_at, t.provisional,
       t.accepted_at, t.returns, {paused} AS paused, t.case_id, c.number, c.title, c.level, c.confidentiality,
       c.version
FROM total LEFT JOIN keys ON true
LEFT JOIN cases_task t ON t.id = keys.id
LEFT JOIN cases_case c ON c.id = t.case_id
LEFT JOIN agencies_user u ON u.id = t.assignee_id
ORDER BY {outer}
"""


def _statement(
    actor: Actor, scopes: list[Scope], wanted: TaskFilter, totals: list[Sql], part: tuple[Cursor | None, int]
) -> Sql:
    at, size = part
    pages = [_page(scope, wanted, at, size, actor) for scope in scopes]
    text = _STATEMENT.format(
        totals=", ".join(f"({total.text})" for total in totals),
        keys="SELECT * FROM (" + " UNION ALL ".join(f"({page.text})" for page in pages) + ") AS heads",
        order=BY_DUE.order(at),
        paused=STANDS,
        outer=BY_DUE.order(at, "keys."),
    )
    parameters = [p for piece in (*totals, *pages) for p in piece.parameters]
    return Sql(text, [*parameters, size + 1])


def _place(wanted: TaskFilter) -> Sql:
    """District and stage: what the counters and the second index know."""
    region = wanted.region
    # A county or functional area has nothing inside it: equality keeps the index range in due order.
    one_district = region is not None and len(region) == DISTRICT
    prefix = None if region is None or one_district else escape_like(region) + "%"
    return _all(
        (" AND stage = %s", wanted.stage),
        (" AND region_code = %s", region if one_district else None),
        (" AND region_code LIKE %s", prefix),
    )


def _rest(wanted: TaskFilter, actor: Actor) -> Sql:
    """What no counter knows."""
    text, parameters = _all(
        (" AND kind = %s", wanted.kind),
        (" AND assignee_id = ANY(%s)", None if wanted.assignee_id is None else [wanted.assignee_id, *wanted.stood_for]),
        (" AND due_at >= %s", wanted.due_from),
        (" AND due_at < %s", wanted.due_before),
        (" AND id = ANY(%s::uuid[])", None if wanted.ids is None else list(wanted.ids)),
        (" AND kind = ANY(%s)", list(wanted.kinds) or None),
    )
    if wanted.accepted is not None:
        text += f" AND accepted_at IS {'NOT ' if wanted.accepted else ''}NULL"
    if wanted.paused is not None:
        text += f" AND {'' if wanted.paused else 'NOT '}{STANDS}"
    if wanted.again:
        text += f" AND {AGAIN}"
    if wanted.incoming:
        text += " AND accepted_at IS NULL AND sender_id IS DISTINCT FROM agency_id"
    if wanted.doable:
        can, held = doable(actor)
        text, parameters = text + f" AND {can}", [*parameters, *held]
    return Sql(text, parameters)


def _all(*conditions: tuple[str, Any]) -> Sql:
    """The conditions whose value is given."""
    given = [(text, value) for text, value in conditions if value is not None]
    return Sql("".join(text for text, _ in given), [value for _, value in given])


def _page(scope: Scope, wanted: TaskFilter, at: Cursor | None, size: int, actor: Actor) -> Sql:
    place, rest = _place(wanted), _rest(wanted, actor)
    beyond, values = BY_DUE.beyond(at)
    order = BY_DUE.order(at)
    one_range = wanted.stage is not None and wanted.region is not None and len(wanted.region) == DISTRICT
    if scope.counted and wanted.narrows_place and not one_range:
        text = f"""SELECT head.id, head.due_at FROM ({_lists(place.text)}) AS list CROSS JOIN LATERAL (
            SELECT id, due_at FROM cases_task t WHERE agency_id = %s AND state = 'open' AND rank <= %s
            AND stage = list.stage AND region_code = list.region_code{rest.text}{beyond}
            ORDER BY {order} LIMIT %s) AS head ORDER BY {BY_DUE.order(at, "head.")} LIMIT %s"""
        listed = [scope.agency_id, scope.rank, *place.parameters] * 2
        return Sql(text, [*listed, scope.agency_id, scope.rank, *rest.parameters, *values, size + 1, size + 1])
    text = f"""SELECT id, due_at FROM cases_task t WHERE {scope.column} = %s AND state = 'open' AND rank <= %s
        {place.text}{rest.text}{beyond} ORDER BY {order} LIMIT %s"""
    return Sql(text, [scope.agency_id, scope.rank, *place.parameters, *rest.parameters, *values, size + 1])


def _lists(place: str) -> str:
    """The (stage, district) lists of an agency in which something is open."""
    return f"""SELECT stage, region_code FROM (
        SELECT stage, region_code, n FROM cases_taskcounter WHERE agency_id = %s AND rank <= %s{place}
        UNION ALL SELECT stage, region_code, n FROM cases_taskcounterdelta WHERE agency_id = %s AND rank <= %s{place}
        ) AS counted GROUP BY stage, region_code HAVING sum(n) > 0"""


def _total(scope: Scope, wanted: TaskFilter, actor: Actor) -> Sql:
    place = _place(wanted)
    if scope.counted and wanted.counted:
        text = f"""SELECT coalesce(sum(n), 0)::bigint FROM (
            SELECT n FROM cases_taskcounter WHERE agency_id = %s AND rank <= %s{place.text}
            UNION ALL SELECT n FROM cases_taskcounterdelta WHERE agency_id = %s AND rank <= %s{place.text}
            ) AS counted"""
        return Sql(text, [scope.agency_id, scope.rank, *place.parameters] * 2)
    rest = _rest(wanted, actor)
    text = f"""SELECT count(*) FROM (SELECT 1 FROM cases_task t WHERE {scope.column} = %s AND state = 'open'
        AND rank <= %s{place.text}{rest.text} LIMIT {CAP + 1}) AS counted"""
    return Sql(text, [scope.agency_id, scope.rank, *place.parameters, *rest.parameters])


def _add_up(totals: list[int], scopes: list[Scope], wanted: TaskFilter) -> tuple[int, bool]:
    """The sum, and whether it is exact: a capped part makes the whole a lower bound."""
    cut = [not (scope.counted and wanted.counted) and n > CAP for scope, n in zip(scopes, totals, strict=True)]
    return sum(totals) - sum(cut), not any(cut)


def _shown(row: Row, now: datetime, directory: Directory) -> Row:
    return {
        "id": str(row["id"]),
        "kind": row["kind"],
        "case": {
            "id": str(row["case_id"]),
            "number": row["number"],
            "title": row["title"],
            "level": row["level"],
            "confidentiality": row["confidentiality"],
            "version": row["version"],
        },
        "agency": refs.agency(directory, row["agency_id"]),
        "unit": refs.agency(directory, row["unit_id"]),
        "roles": row["roles"],
        "assignee": refs.person(row["assignee_id"], row["assignee_name"]),
        "stage": row["stage"],
        "region": refs.region(directory, row["region_code"]),
        "opened_at": row["opened_at"],
        "due_at": row["due_at"],
        # A clock that stands still takes its deadline along: it is late with nothing.
        "paused": row["paused"],
        "overdue": row["due_at"] < now and not row["paused"],
        "provisional": row["provisional"],
        "accepted_at": row["accepted_at"],
        "returns": row["returns"],
    }
