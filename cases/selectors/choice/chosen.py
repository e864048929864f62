"""Rows that were ticked in a list, as ids: those that are there and that this person sees, in the order of the list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from agencies import visibility
from agencies.actors import Actor
from cases.selectors.paging import fetch
from cases.selectors.reach.scopes import task_scopes


class Pick(NamedTuple):
    """A case and, where the act works on one, an open task of it."""

    case_id: str
    task_id: str | None = None


def cases_of_numbers(actor: Actor, numbers: Sequence[str]) -> list[str]:
    """The ids of the visible cases with these numbers, each once."""
    sql = f"""SELECT c.id::text AS id FROM unnest(%s::text[]) WITH ORDINALITY AS x(number, n)
        JOIN cases_case c ON c.number = x.number WHERE {visibility.seen("c.id")} GROUP BY c.id ORDER BY min(x.n)"""
    return [row["id"] for row in fetch(sql, [list(numbers), visibility.sight_keys(actor)])]


def picks_of_tasks(actor: Actor, task_ids: Sequence[str]) -> list[Pick]:
    """The open tasks of these ids that the person's agencies and units owe, each once."""
    wanted = only_ids(task_ids)
    held, values = _held(actor)
    sql = f"""SELECT t.id::text AS id, t.case_id::text AS case_id
        FROM unnest(%s::uuid[]) WITH ORDINALITY AS x(id, n) JOIN cases_task t ON t.id = x.id
        WHERE t.state = 'open' AND ({held}) ORDER BY x.n"""
    return [Pick(row["case_id"], row["id"]) for row in fetch(sql, [wanted, *values])]


def tasks_of_cases(actor: Actor, case_ids: Sequence[str]) -> dict[str, list[tuple[str, bool]]]:
    """The open tasks of these cases that the person's agencies and units owe, the earliest due first.

    With each whether its receipt was acknowledged.
    """
    held, values = _held(actor)
    sql = f"""SELECT t.case_id::text AS case_id, t.id::text AS id, t.accepted_at IS NOT NULL AS accepted
        FROM cases_task t WHERE t.case_id = ANY(%s::uuid[]) AND t.state = 'open' AND ({held})
        ORDER BY t.due_at, t.id"""
    found: dict[str, list[tuple[str, bool]]] = {}
    for row in fetch(sql, [list(case_ids), *values]):
        found.setdefault(row["case_id"], []).append((row["id"], row["accepted"]))
    return found


def _held(actor: Actor) -> tuple[str, list[int]]:
    """The condition on a task `t` that it is owed by one of the person's agencies or units, up to the ceiling there."""
    scopes = task_scopes(actor)
    text = " OR ".join(f"(t.{scope.column} = %s AND t.rank <= %s)" for scope in scopes)
    return text or "false", [value for scope in scopes for value in (scope.agency_id, scope.rank)]


def only_ids(texts: Sequence[str]) -> list[str]:
    """Those that are ids at all, each once."""
    return list(dict.fromkeys(text for text in texts if _is_uuid(text)))


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
