"""督办: what supervision has asked of whom, and how it was answered.

A question is a task of the kind `answer_urge`; what was asked and answered stands in the events of the case, for
whoever reads them there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from agencies.actors import Actor
from agencies.directory import get_directory
from agencies.visibility import sight_keys, whole, whole_keys
from cases.selectors import refs
from cases.selectors.paging import CAP, DEFAULT_PAGE_SIZE, Keyset, Page, Row, capped, escape_like, fetch, instant
from cases.selectors.precision.texts import cleaner
from cases.selectors.reach.parts import Reading, reading

BY_ASKED = Keyset("urges", ("opened_at", "id"), (instant, UUID), descending=True)
BY_DUE = Keyset("urges_due", ("due_at", "id"), (instant, UUID))
OPEN: Final = "open"
STATES: Final = (OPEN, "done", "returned", "cancelled")


@dataclass(frozen=True, slots=True)
class UrgeFilter:
    """What narrows the list; None means any. `late`: unanswered past its deadline, or answered after it."""

    agency_id: int | None = None
    state: str | None = None
    level: str | None = None
    region: str | None = None
    late: bool | None = None


_SEEN = f"""(t.agency_id * 4 + t.rank = ANY(%s) OR t.unit_id * 4 + t.rank = ANY(%s) OR {whole("t.case_id")})"""
# The asking that a question goes back to: of one that was sent on after a return, the one before that.
_ASKED = """LEFT JOIN LATERAL (
    SELECT u FROM jsonb_array_elements(coalesce(c.facts -> 'urges', '[]')) WITH ORDINALITY AS x(u, n)
    WHERE (u ->> 'seq')::integer <= t.opened_seq AND (u ->> 'task') IS NOT DISTINCT FROM (t.data ->> 'task')
    ORDER BY n DESC LIMIT 1) asked ON true"""


def urges(
    actor: Actor,
    wanted: UrgeFilter,
    *,
    now: datetime,
    by_due: bool = False,
    cursor: str | None = None,
    size: int = DEFAULT_PAGE_SIZE,
) -> Page:
    """The questions of supervision that this person may know of, the latest first, or by deadline."""
    order = BY_DUE if by_due else BY_ASKED
    at = order.decode(cursor)
    where, parameters = _where(actor, wanted, now)
    beyond, values = order.beyond(at, "t.")
    rows = fetch(
        f"""SELECT t.id, t.case_id, c.number, t.agency_id, t.unit_id, t.region_code, t.stage, t.roles, t.state,
            t.opened_at, t.due_at, t.provisional, t.closed_at, t.closed_seq, t.data::text AS data,
            asked.u::text AS asked, p.display_name AS asker_name
        FROM cases_task t JOIN cases_case c ON c.id = t.case_id {_ASKED}
        LEFT JOIN agencies_user p ON p.id = (asked.u ->> 'user')::bigint
        WHERE {where}{beyond} ORDER BY {order.order(at, "t.")} LIMIT %s""",
        [*parameters, *values, size + 1],
    )
    total = fetch(
        f"SELECT count(*) AS n FROM (SELECT 1 FROM cases_task t WHERE {where} LIMIT {CAP + 1}) counted", parameters
    )
    found = order.page([_row(row) for row in rows], at, size, capped(total[0]["n"]))
    _say(actor, found.rows)
    return found


@dataclass(frozen=True, slots=True)
class UrgeCounts:
    """Of the questions that this person may know of: not answered, late, and asked and answered in a span."""

    open: int
    late: int
    asked: int
    answered: int


def urge_counts(actor: Actor, *, since: datetime, until: datetime, now: datetime) -> UrgeCounts:
    """`open` and `late` are those of the list; `asked` and `answered` those of [since, until)."""
    where, parameters = _where(actor, UrgeFilter(), now)
    row = fetch(
        f"""SELECT count(*) FILTER (WHERE t.state = 'open') AS open,
            count(*) FILTER (WHERE coalesce(t.closed_at, %s) > t.due_at) AS late,
            count(*) FILTER (WHERE t.opened_at >= %s AND t.opened_at < %s) AS asked,
            count(*) FILTER (WHERE t.state = 'done' AND t.closed_at >= %s AND t.closed_at < %s) AS answered
        FROM cases_task t WHERE {where}""",
        [now, since, until, since, until, *parameters],
    )[0]
    return UrgeCounts(row["open"], row["late"], row["asked"], row["answered"])


def _where(actor: Actor, wanted: UrgeFilter, now: datetime) -> tuple[str, list[Any]]:
    keys = sight_keys(actor)
    late = None if wanted.late is None else [now]
    given: list[tuple[str, list[Any] | None]] = [
        (" AND t.agency_id = %s", _one(wanted.agency_id)),
        (" AND t.state = %s", _one(wanted.state)),
        (" AND t.data ->> 'level' = %s", _one(wanted.level)),
        (" AND t.region_code LIKE %s", None if wanted.region is None else [escape_like(wanted.region) + "%"]),
        (f" AND {'' if wanted.late else 'NOT '}coalesce(t.closed_at, %s) > t.due_at", late),
    ]
    held = [(text, values) for text, values in given if values is not None]
    text = f"t.kind = 'answer_urge' AND {_SEEN}" + "".join(text for text, _ in held)
    return text, [keys, keys, whole_keys(actor), *(value for _, values in held for value in values)]


def _one(value: Any) -> list[Any] | None:
    return None if value is None else [value]


def _row(row: Row) -> Row:
    directory = get_directory()
    asked = orjson.loads(row["asked"]) if row["asked"] else {}
    data = orjson.loads(row["data"])
    return {
        **row,
        "id": row["id"],
        "agency": refs.agency(directory, row["agency_id"]),
        "unit": refs.agency(directory, row["unit_id"]),
        "region": refs.region(directory, row["region_code"]),
        "by_agency": refs.agency(directory, data.get("by_agency")),
        "asker": refs.person(asked.get("user"), row["asker_name"]),
        "asked_seq": asked.get("seq"),
        "level": data.get("level", ""),
        "about": data.get("kind", ""),
        "demand": "",
        "answer": "",
    }


def _say(actor: Actor, rows: list[Row]) -> None:
    """What was asked and answered, as this person reads it on the case."""
    wanted = {(row["case_id"], seq) for row in rows for seq in (row["asked_seq"], _answered(row)) if seq is not None}
    if not wanted:
        return
    sealed = _sealed(actor, wanted)
    for row in rows:
        read = reading(actor, row["case_id"])
        if read is None:
            continue
        clean = cleaner(actor, row["case_id"], read)
        for name, seq in (("demand", row["asked_seq"]), ("answer", _answered(row))):
            if seq is not None and _tells(read, seq):
                row[name] = clean(str(sealed.get((row["case_id"], seq), {}).get(name) or ""))


def _answered(row: Row) -> int | None:
    return row["closed_seq"] if row["state"] == "done" else None


def _tells(read: Reading, seq: int) -> bool:
    return read.whole or (seq in read.events and seq not in read.called_off)


def _sealed(actor: Actor, wanted: set[tuple[Any, int]]) -> dict[tuple[Any, int], dict[str, Any]]:
    """The sealed part of these events, of cases in this person's sight."""
    streams, seqs = [f"case/{case}" for case, _ in wanted], [seq for _, seq in wanted]
    rows = fetch(
        f"""SELECT substr(e.stream, 6)::uuid AS case_id, e.seq, s.data::text AS data
        FROM unnest(%s::text[], %s::integer[]) AS x(stream, seq)
        JOIN audit_event e ON e.stream = x.stream AND e.seq = x.seq JOIN audit_sealed s ON s.event_id = e.id
        WHERE {_SEEN_EVENT}""",
        [streams, seqs, sight_keys(actor)],
    )
    return {(row["case_id"], row["seq"]): orjson.loads(row["data"]) for row in rows if row["data"]}


_SEEN_EVENT = """EXISTS (SELECT 1 FROM cases_caseagency ca WHERE ca.case_id = substr(e.stream, 6)::uuid
    AND ca.agency_id * 4 + ca.rank = ANY(%s))"""
