"""The figures of the workbench: every open task of the person's agencies and units, counted once, exactly.

One statement an agency walks its index of open tasks, which holds all that is asked for: no row is looked at. What the
statement groups by is what tiles, tabs and groups of the page add up from, so that they cannot contradict each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from agencies.actors import Actor
from cases.selectors.clocks.statement import STANDS
from cases.selectors.desk.conditions import AGAIN, Sql, doable
from cases.selectors.paging import fetch
from cases.selectors.reach.scopes import Scope, task_scopes

# In the order of the page. Late with nothing is what stands still, whatever its deadline says.
SPANS: Final = ("overdue", "today", "week", "later", "paused")


@dataclass(frozen=True, slots=True)
class Cell:
    """So many tasks of a kind: when they are due, whose they are, and what they wait for."""

    kind: str
    span: str
    mine: bool
    doable: bool
    # Sent by another agency and not received yet.
    incoming: bool
    again: bool
    n: int


def cells(actor: Actor, *, now: datetime, today_end: datetime, week_end: datetime) -> list[Cell]:
    """The open tasks of this person's agencies and units, up to the ceiling."""
    found: list[Cell] = []
    for scope in task_scopes(actor):
        found += [
            Cell(r["kind"], SPANS[r["span"]], r["mine"], r["doable"], r["incoming"], r["again"], r["n"])
            for r in fetch(*_statement(actor, scope, [now, today_end, week_end]))
        ]
    return found


def count(found: Iterable[Cell], wanted: Callable[[Cell], bool] | None = None) -> int:
    """How many tasks these cells hold."""
    return sum(cell.n for cell in found if wanted is None or wanted(cell))


def _statement(actor: Actor, scope: Scope, cuts: list[datetime]) -> Sql:
    """All that are open by their deadline; of those that stand still or came back, which are few, the difference."""
    can, held = doable(actor)
    mine = [actor.user_id, *actor.stood_for]
    asked = f"""t.kind, CASE WHEN t.due_at < %s THEN 0 WHEN t.due_at < %s THEN 1 WHEN t.due_at < %s THEN 2 ELSE 3 END
            AS span, coalesce(t.assignee_id = ANY(%s), false) AS mine, ({can}) AS doable,
            t.accepted_at IS NULL AND t.sender_id IS DISTINCT FROM t.agency_id AS incoming"""
    source = f"FROM cases_task t WHERE t.{scope.column} = %s AND t.rank <= %s AND t.state = 'open'"
    text = f"""WITH few AS MATERIALIZED (SELECT {asked}, {STANDS} AS still, {AGAIN} AS again {source}
            AND t.id IN (SELECT ci.task_id FROM cases_clockinterval ci
                WHERE ci.ended_at IS NULL AND ci.state = 'paused' AND ci.{scope.column} = %s
                UNION ALL SELECT t.id {source} AND {AGAIN}))
        SELECT kind, span, mine, doable, incoming, again, sum(n)::bigint AS n FROM (
            SELECT {asked}, false AS again, count(*) AS n {source} GROUP BY 1, 2, 3, 4, 5
            UNION ALL SELECT kind, span, mine, doable, incoming, false, -count(*) FROM few GROUP BY 1, 2, 3, 4, 5
            UNION ALL SELECT kind, CASE WHEN still THEN 4 ELSE span END, mine, doable, incoming, again, count(*)
                FROM few GROUP BY 1, 2, 3, 4, 5, 6) AS counted
        GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(n) > 0"""
    asks, of = [*cuts, mine, *held], [scope.agency_id, scope.rank]
    return Sql(text, [*asks, *of, scope.agency_id, *of, *asks, *of])
