"""What only the pages ask for: what others owe, and the extra columns of the case list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from agencies import visibility
from agencies.actors import Actor
from cases.selectors.clocks.statement import STANDS
from cases.selectors.paging import Row, fetch
from cases.selectors.reach.parts import Reading, reading
from cases.selectors.reach.scopes import task_scopes

# The newest cases an agency takes part in, among which "what others owe us" is looked for.
OUTGOING_CASES = 5000
# How many of a person's latest acts of one sort are compared with a new one.
RECENT = 50


def open_task_total(actor: Actor) -> int:
    """How many tasks are open for this person's agencies and units, up to the ceiling; exact, from the counters."""
    total = 0
    for scope in task_scopes(actor):
        sql = (
            """SELECT coalesce(sum(n), 0)::bigint AS n FROM (
                SELECT n FROM cases_taskcounter WHERE agency_id = %s AND rank <= %s
                UNION ALL SELECT n FROM cases_taskcounterdelta WHERE agency_id = %s AND rank <= %s) AS counted"""
            if scope.counted
            else "SELECT count(*) AS n FROM cases_task WHERE unit_id = %s AND rank <= %s AND state = 'open'"
        )
        mine = [scope.agency_id, scope.rank]
        total += fetch(sql, mine * 2 if scope.counted else mine)[0]["n"]
    return total


def senders(actor: Actor, tasks: Sequence[Row]) -> dict[str, int | None]:
    """Which agency's act opened each of these tasks (rows of `list_tasks`); None: the system."""
    if not tasks:
        return {}
    sql = f"""SELECT t.id::text AS id, t.sender_id FROM cases_task t
        WHERE t.id = ANY(%s::uuid[]) AND {visibility.seen("t.case_id")}"""
    parameters = [[task["id"] for task in tasks], visibility.sight_keys(actor)]
    return {row["id"]: row["sender_id"] for row in fetch(sql, parameters)}


def outgoing(actor: Actor, *, now: datetime) -> list[Row]:
    """What other agencies owe on the newest cases that this person reads whole: agency, number, overdue, earliest."""
    mine = sorted({post.principal_id for post in actor.posts})
    sql = f"""SELECT t.agency_id, count(*) AS count, count(*) FILTER (WHERE t.due_at < %s AND NOT {STANDS}) AS overdue,
            min(t.opened_at) AS oldest
        FROM (SELECT DISTINCT ca.case_id FROM cases_caseagency ca
              WHERE ca.agency_id = ANY(%s) AND ca.agency_id * 4 + ca.rank = ANY(%s) AND {visibility.WHOLE_THROUGH}
              ORDER BY ca.case_id DESC LIMIT %s) AS read
        JOIN cases_task t ON t.case_id = read.case_id AND t.state = 'open' AND t.agency_id <> ALL(%s)
        GROUP BY t.agency_id ORDER BY count(*) DESC, t.agency_id"""
    seeing, keys = visibility.case_agencies(actor), visibility.whole_keys(actor)
    return fetch(sql, [now, seeing, keys, OUTGOING_CASES, mine])


def tasks_by_stage(actor: Actor) -> dict[str, int]:
    """Open tasks of this person's agencies and units by stage; exact, an agency's from the counters."""
    scopes = task_scopes(actor)
    # As the database compares them (`visibility.sight_keys`): one number for agency and rank.
    agencies = [s.agency_id * 4 + rank for s in scopes if s.counted for rank in range(s.rank + 1)]
    units = [s.agency_id * 4 + rank for s in scopes if not s.counted for rank in range(s.rank + 1)]
    of_units = [scope.agency_id for scope in scopes if not scope.counted]
    sql = """SELECT stage, sum(n)::bigint AS n FROM (
            SELECT stage, n FROM cases_taskcounter WHERE agency_id * 4 + rank = ANY(%s)
            UNION ALL SELECT stage, n FROM cases_taskcounterdelta WHERE agency_id * 4 + rank = ANY(%s)
            UNION ALL SELECT stage, 1 FROM cases_task
                WHERE unit_id = ANY(%s) AND unit_id * 4 + rank = ANY(%s) AND state = 'open') AS counted
        GROUP BY stage HAVING sum(n) > 0"""
    return {row["stage"]: row["n"] for row in fetch(sql, [agencies, agencies, of_units, units])}


def stage_history(
    actor: Actor, case_id: str, *, read: Reading | None = None, until: datetime | None = None
) -> list[dict[str, Any]]:
    """When a case entered which stage, in order, from those of its events that this person reads.

    A merge that was undone led nowhere: the case is where it was, since when it was.
    """
    read = read or reading(actor, case_id)
    if read is None:
        return []
    sql = """SELECT e.seq, e.at, e.agency_id, e.action, b.body->>'to' AS stage
        FROM audit_event e CROSS JOIN LATERAL (SELECT convert_from(e.body, 'UTF8')::jsonb AS body) b
        WHERE e.stream = 'case/' || %s AND b.body->>'from' IS DISTINCT FROM b.body->>'to'
            AND (%s::timestamptz IS NULL OR e.at < %s) ORDER BY e.seq"""
    moves: list[dict[str, Any]] = []
    for row in fetch(sql, [case_id, until, until]):
        if row["action"] == "undo_merge":
            moves = moves[:-1]
        else:
            moves.append(row)
    return [row for row in moves if read.whole or row["seq"] in read.events]


def facts_before(actor: Actor, stream: str, seq: int) -> dict[str, Any]:
    """What an event shown to this person changed: facts and columns as the events before it left them.

    Of a case that is not read whole nothing is told of before: others may have written it.
    """
    read = reading(actor, stream.removeprefix("case/")) if stream.startswith("case/") else None
    if stream.startswith("case/") and (read is None or not read.whole):
        return {}
    sql = """SELECT (b.body->'set')::text AS facts, (b.body->'case')::text AS columns
        FROM audit_event e CROSS JOIN LATERAL (SELECT convert_from(e.body, 'UTF8')::jsonb AS body) b
        WHERE e.stream = %s AND e.seq < %s ORDER BY e.seq"""
    state: dict[str, Any] = {}
    for row in fetch(sql, [stream, seq]):
        for part in (row["facts"], row["columns"]):
            state |= orjson.loads(part) if part else {}
    return state


def kinds_of(actor: Actor, task_ids: Sequence[str]) -> dict[str, str]:
    """The kinds of tasks that an event already shown to this person names."""
    sql = f"SELECT id::text AS id, kind FROM cases_task t WHERE id = ANY(%s::uuid[]) AND {visibility.seen('t.case_id')}"
    return {row["id"]: row["kind"] for row in fetch(sql, [list(task_ids), visibility.sight_keys(actor)])}


def done_since(actor: Actor, action: str, since: datetime, *, case_id: str | None) -> list[Row]:
    """What this person did by an act on a case since then, the latest first, with the hash of what was sent.

    `case_id` None: what was done on any case, as for opening one. Acts sent without a key are not among them, nor are
    those on a case that the person sees no more.
    """
    on_case, stream = ("AND e.stream = %s", [f"case/{case_id}"]) if case_id else ("", [])
    sql = f"""WITH done AS MATERIALIZED (
            SELECT e.id, e.at, e.stream, e.body FROM audit_event e
            WHERE e.actor_id = %s AND e.at >= %s AND e.action = %s AND left(e.stream, 5) = 'case/' {on_case}
            ORDER BY e.at DESC LIMIT {RECENT})
        SELECT done.at, c.number, k.key, k.request_hash,
               (convert_from(done.body, 'UTF8')::jsonb -> 'files')::text AS files
        FROM done CROSS JOIN LATERAL (SELECT substr(done.stream, 6)::uuid AS id OFFSET 0) s
        JOIN cases_case c ON c.id = s.id
        JOIN cases_idempotencykey k ON k.actor_id = %s AND k.created_at = done.at
            AND k.response ->> 'event_id' = done.id::text
        WHERE {visibility.seen("c.id")}
        ORDER BY done.at DESC, done.id DESC"""
    rows = fetch(sql, [actor.user_id, since, action, *stream, actor.user_id, visibility.sight_keys(actor)])
    return [{**row, "files": orjson.loads(row["files"] or "[]")} for row in rows]
