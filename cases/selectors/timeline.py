"""What happened on a case, event by event, read from the audit chain itself and not from a copy of it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

import orjson

from agencies.actors import Actor
from agencies.directory import Directory, get_directory
from agencies.visibility import seen, sight_keys
from cases.selectors import refs
from cases.selectors.paging import Cursor, Keyset, Page, Row, fetch, whole
from cases.selectors.precision.texts import cleaner
from cases.selectors.reach.parts import Reading, reading

IN_ORDER = Keyset("timeline", ("seq",), (whole,))
NEWEST_FIRST = Keyset("history", ("seq",), (whole,), descending=True)


def beginning_with(seq: int) -> str:
    """The cursor of a page, the newest first, that begins with this event."""
    return NEWEST_FIRST.encode({"seq": seq + 1}, backward=False)


def timeline(
    actor: Actor,
    case_id: UUID | str,
    *,
    texts: Callable[[str], Collection[str]] | None = None,
    cursor: str | None = None,
    size: int = 100,
    newest_first: bool = False,
    read: Reading | None = None,
    upto: int | None = None,
) -> Page | None:
    """The events that this person reads of a case, a page at a time; None where there is no such case for them.

    `upto`: as if this event were the last. `texts` says which sealed fields of an act are free text and may be shown;
    without it none is. Raises InvalidCursor.
    """
    order = NEWEST_FIRST if newest_first else IN_ORDER
    at = order.decode(cursor)
    read = read or reading(actor, case_id)
    if read is None:
        return None
    beyond, values = _beyond(order, at, upto)
    among, told = ("", []) if read.whole else (" AND e.seq = ANY(%s)", [read.events])
    by = order.order(at, "e.")
    sql = _SQL.format(among=among, beyond=beyond, order=by, outer=by)
    rows = fetch(sql, [str(case_id), sight_keys(actor), f"case/{case_id}", *told, *values, size + 1])
    if not rows:
        return None
    total = _total(read, rows[0]["version"] if upto is None else upto)
    directory, kinds = get_directory(stamp=rows[0]["stamp"]), rows[0]["kinds"] or {}
    clean = cleaner(actor, case_id, read)
    shown = [
        {
            **_of_part(_shown(row, kinds, directory), read),
            "text": clean(_text(row["sealed"], texts(row["action"]) if texts else ())) if _tells(row, read) else "",
        }
        for row in rows
        if row["seq"] is not None
    ]
    return order.page(shown, at, size, (total, True))


def _beyond(order: Keyset, at: Cursor | None, upto: int | None) -> tuple[str, list[Any]]:
    beyond, values = order.beyond(at, "e.")
    return (beyond, values) if upto is None else (f"{beyond} AND e.seq <= %s", [*values, upto])


def _total(read: Reading, last: int) -> int:
    return last if read.whole else sum(seq <= last for seq in read.events)


# version = number of events, held by a constraint of the database: the total costs nothing.
_SQL = f"""
WITH mine AS MATERIALIZED (
  SELECT c.id, c.version, (SELECT n FROM agencies_stamp) AS stamp,
         (SELECT jsonb_object_agg(t.id, jsonb_build_array(t.kind, t.agency_id))::text
          FROM cases_task t WHERE t.case_id = c.id) AS kinds
  FROM cases_case c WHERE c.id = %s
  AND {seen("c.id")})
SELECT mine.version, mine.stamp, mine.kinds, e.id AS event_id, e.seq, e.at, e.action, e.actor_id, e.agency_id,
       e.body, encode(e.leaf, 'hex') AS leaf, u.display_name, o.display_name AS absent_name, s.data::text AS sealed
FROM mine
LEFT JOIN (SELECT * FROM audit_event e WHERE e.stream = %s{{among}}{{beyond}} ORDER BY {{order}} LIMIT %s) e ON true
LEFT JOIN agencies_user u ON u.id = e.actor_id
LEFT JOIN agencies_user o ON o.id = audit_on_behalf(e.body)
LEFT JOIN audit_sealed s ON s.event_id = e.id
ORDER BY {{outer}}
"""


def _shown(row: Row, kinds: Any, directory: Directory) -> Row:
    body = orjson.loads(bytes(row["body"]))
    known = orjson.loads(kinds) if isinstance(kinds, str) else kinds
    return {
        "event_id": row["event_id"],
        "seq": row["seq"],
        "at": row["at"],
        "action": row["action"],
        "actor": refs.person(row["actor_id"], row["display_name"]),
        "on_behalf": refs.person(body["actor"].get("on_behalf"), row["absent_name"]),
        "agency": refs.agency(directory, row["agency_id"]),
        "role": body["actor"].get("role", ""),
        "from_stage": body.get("from"),
        "to_stage": body.get("to"),
        "opened": [_opened(task, directory) for task in body.get("open", ())],
        "closed": [_closed(task, known, directory) for task in body.get("close", ())],
        "document": body.get("document", {}).get("number"),
        "basis": body.get("basis", []),
        "rules": body.get("rules", ""),
        "leaf": row["leaf"],
    }


def _tells(row: Row, read: Reading) -> bool:
    return read.whole or row["seq"] not in read.called_off


def _of_part(row: Row, read: Reading) -> Row:
    """An event of an own part names only tasks of that part; one that called a task off says no more than that."""
    if read.whole:
        return row
    row |= {name: [task for task in row[name] if task["id"] in read.tasks] for name in ("opened", "closed")}
    if row["seq"] in read.called_off:
        row |= {"actor": None, "document": None, "basis": [], "from_stage": None, "to_stage": None}
    return row


def _opened(task: dict[str, Any], directory: Directory) -> Row:
    agency = refs.agency(directory, task.get("unit") or task["agency"])
    return {"id": task["id"], "kind": task["kind"], "agency": agency, "due_at": task.get("due")}


def _closed(task: dict[str, Any], known: dict[str, Any], directory: Directory) -> Row:
    kind, agency_id = known.get(task["id"], ("", None))
    return {"id": task["id"], "kind": kind, "agency": refs.agency(directory, agency_id), "state": task["state"]}


def _text(sealed: str | None, names: Collection[str]) -> str:
    """The free texts of an act as they were written; empty once they have been erased."""
    if sealed is None or not names:
        return ""
    data = orjson.loads(sealed)
    return "\n".join(str(data[name]) for name in names if data.get(name))
