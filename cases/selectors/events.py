"""The search of the audit trail: by person and week, action, agency, case.

Supervision reads the events of the cases it sees, of the agencies and accounts of its own region and of the settings
that hold there; a reviewer or approver those of the own agency; an administrator the accounts of the own agency;
everybody the own acts. Nobody reads an event of a case, or one that names a case, which they do not see. An audit
administrator reads what supervision does of accounts, agencies, settings and the calendar, failed logins under unknown
names, and of no case. Of an account, those of the time when it had a post there, not of what it does elsewhere; before
its first post, where it was opened. Events of the steps of deadlines and of reports are for the supervision of the
region; such a one as names a case that it does not see is for nobody.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from agencies import visibility
from agencies.actors import Actor, Post
from agencies.directory import Directory, get_directory
from agencies.vocabulary import Role
from cases.selectors import refs
from cases.selectors.paging import (
    CAP,
    DEFAULT_PAGE_SIZE,
    Cursor,
    Keyset,
    Page,
    Row,
    capped,
    escape_like,
    fetch,
    instant,
    whole,
)
from cases.selectors.precision.proofs import body_of

LATEST_FIRST = Keyset("events", ("at", "id"), (instant, whole), descending=True)


@dataclass(frozen=True, slots=True)
class EventFilter:
    """What narrows the search; None means any. `since` is inclusive, `until` exclusive.

    `actions` are any of several; `at_night` what people did between 22:00 and 6:00.
    """

    actor_id: int | None = None
    username: str | None = None
    agency_id: int | None = None
    action: str | None = None
    case_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    actions: tuple[str, ...] | None = None
    at_night: bool | None = None
    stream: str | None = None


def search_events(
    actor: Actor, wanted: EventFilter, *, cursor: str | None = None, size: int = DEFAULT_PAGE_SIZE
) -> Page:
    """The events this person may read, the latest first; the total is exact up to CAP. Raises InvalidCursor."""
    at = LATEST_FIRST.decode(cursor)
    readable = _readable(actor)
    first, parameters = _keys(wanted, readable, None, CAP + 1)
    beyond, values = LATEST_FIRST.beyond(at)
    head = f"SELECT id, at FROM first WHERE true{beyond} ORDER BY {LATEST_FIRST.order(at)} LIMIT %s"
    outer = LATEST_FIRST.order(at, "keys.")
    prefix = f"WITH first AS MATERIALIZED ({first}), "
    rows = fetch(prefix + _ROWS.format(keys=head, order=outer), [*parameters, *values, size + 1])
    n = rows[0]["n"]
    if at is not None and n > CAP:
        deep, parameters = _keys(wanted, readable, at, size + 1)
        rows = fetch("WITH first AS (SELECT 0), " + _ROWS.format(keys=deep, order=outer), parameters)
    directory = get_directory(stamp=rows[0]["stamp"])
    shown = [_shown(row, directory) for row in rows if row["id"] is not None]
    return LATEST_FIRST.page(shown, at, size, capped(n))


def following(actor: Actor, wanted: EventFilter, after: Row | None, size: int) -> list[Row]:
    """The next `size` events of the search after one of them, the latest first, without counting any."""
    at = None if after is None else Cursor((after["at"], after["id"]))
    keys, parameters = _keys(wanted, _readable(actor), at, size)
    order = LATEST_FIRST.order(at, "keys.")
    rows = fetch("WITH first AS (SELECT 0), " + _ROWS.format(keys=keys, order=order), parameters)
    directory = get_directory(stamp=rows[0]["stamp"])
    return [_shown(row, directory) for row in rows if row["id"] is not None]


def _keys(wanted: EventFilter, readable: tuple[str, list[Any]], at: Cursor | None, limit: int) -> tuple[str, list[Any]]:
    condition, parameters = _conditions(wanted)
    beyond, values = LATEST_FIRST.beyond(at, "e.")
    text = f"""SELECT e.id, e.at FROM audit_event e WHERE {condition}{beyond} AND {readable[0]}
        ORDER BY {LATEST_FIRST.order(at, "e.")} LIMIT %s"""
    return text, [*parameters, *values, *readable[1], limit]


def get_event(actor: Actor, event_id: int) -> Row | None:
    """One event with the bytes that were hashed and its place in the chain; None where this person may not read it."""
    visible, parameters = _readable(actor)
    sql = f"""SELECT {_COLUMNS}, encode(e.prev, 'hex') AS prev, convert_from(e.body, 'UTF8') AS body,
        (SELECT encode(f.prev, 'hex') FROM audit_event f WHERE f.stream = e.stream AND f.seq = e.seq + 1) AS next_prev,
        (SELECT n FROM agencies_stamp) AS stamp
        FROM audit_event e {_JOINS} WHERE e.id = %s AND {visible}"""
    rows = fetch(sql, [event_id, *parameters])
    if not rows:
        return None
    row = rows[0]
    more = {"prev": row["prev"], "next_prev": row["next_prev"], **body_of(actor, row)}
    return {**_shown(row, get_directory(stamp=row["stamp"])), **more}


def readable_events(actor: Actor, event_ids: Collection[int]) -> set[int]:
    """Those of these events that this person may open in the trail."""
    if not event_ids:
        return set()
    visible, parameters = _readable(actor)
    sql = f"SELECT e.id FROM audit_event e WHERE e.id = ANY(%s) AND {visible}"
    return {row["id"] for row in fetch(sql, [list(event_ids), *parameters])}


_COLUMNS = """e.id, e.stream, e.seq, e.at, e.action, e.actor_id, e.agency_id, encode(e.leaf, 'hex') AS leaf,
    u.display_name, u.username, c.number, c.title, o.id AS absent_id, o.display_name AS absent_name"""
_JOINS = """LEFT JOIN agencies_user u ON u.id = e.actor_id
    LEFT JOIN agencies_user o ON o.id = audit_on_behalf(e.body)
    LEFT JOIN LATERAL (SELECT CASE WHEN left(e.stream, 5) = 'case/' THEN substr(e.stream, 6)::uuid
        WHEN left(e.stream, 8) = 'erasure/' THEN substr(e.stream, 9)::uuid END AS id OFFSET 0) n
    ON true LEFT JOIN cases_case c ON c.id = n.id"""

_ROWS = (
    """
keys AS MATERIALIZED ({keys}),
about AS MATERIALIZED (SELECT (SELECT count(*) FROM first) AS n, (SELECT n FROM agencies_stamp) AS stamp)
SELECT about.n, about.stamp, """
    + _COLUMNS
    + """ FROM about LEFT JOIN keys ON true LEFT JOIN audit_event e ON e.id = keys.id """
    + _JOINS
    + """ ORDER BY {order}
"""
)


# Local hours; what the system does by itself at night is no person's.
_AT_NIGHT = """%s = (e.actor_id IS NOT NULL
    AND extract(hour FROM e.at AT TIME ZONE 'Asia/Shanghai') NOT BETWEEN 6 AND 21)"""


def _conditions(wanted: EventFilter) -> tuple[str, list[Any]]:
    parts: list[tuple[str, Any]] = [
        ("e.actor_id = %s", wanted.actor_id),
        ("e.actor_id = (SELECT id FROM agencies_user WHERE username = %s)", wanted.username),
        ("e.agency_id = %s", wanted.agency_id),
        ("e.action = %s", wanted.action),
        ("e.stream = %s", None if wanted.case_id is None else f"case/{wanted.case_id}"),
        ("e.at >= %s", wanted.since),
        ("e.at < %s", wanted.until),
        ("e.action = ANY(%s)", None if wanted.actions is None else list(wanted.actions)),
        (_AT_NIGHT, wanted.at_night),
        ("e.stream = %s", wanted.stream),
    ]
    given = [(text, value) for text, value in parts if value is not None]
    return " AND ".join(text for text, _ in given) or "true", [value for _, value in given]


# The case that an event beside the cases names, if it names one. What is no id of a case is one that nobody sees.
_NAMED = "convert_from(e.body, 'UTF8')::jsonb -> 'data' ->> 'case'"
_NAMES_NO_UNSEEN = f"""CASE WHEN ({_NAMED}) IS NULL THEN true
    WHEN ({_NAMED}) ~ '^[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}$' THEN {visibility.seen(f"({_NAMED})::uuid")}
    ELSE false END"""


# The case of a stream that has one, and through what it has to be read whole: its planner is asked once for both sorts.
_CASE = "split_part(e.stream, '/', 2)::uuid"
_KEYS = "CASE WHEN left(e.stream, 5) = 'case/' THEN %s::bigint[] ELSE %s::bigint[] END"


def _readable(actor: Actor) -> tuple[str, list[Any]]:
    """What this person may read, as a condition on `audit_event e`. CASE keeps the uuid cast to case streams.

    Of a case whose own part alone somebody reads, that is the own agency's acts. An event of an account that names a
    case (a file was read, data were exported) is as visible as the case.
    """
    supervising = [post for post in actor.posts if Role.SUPERVISOR in post.roles]
    leading = [p.agency_id for p in actor.posts if p.roles & {Role.REVIEWER.value, Role.APPROVER.value}]
    auditing = any(Role.AUDIT_ADMIN in post.roles for post in actor.posts)
    watching = [post for post in actor.posts if post.roles & {Role.SUPERVISOR.value, Role.AUDIT_ADMIN.value}]
    regions = [escape_like(post.region_code) + "%" for post in watching]
    administered = [post.agency_id for post in actor.posts if Role.AGENCY_ADMIN in post.roles]
    of_time, values = _of_time(actor, supervising, watching)
    sql = f"""CASE
      WHEN split_part(e.stream, '/', 1) IN ('case', 'erasure') THEN {visibility.seen(_CASE)}
        AND (left(e.stream, 5) = 'case/' AND (e.actor_id = %s OR e.agency_id = ANY(%s::bigint[]))
             OR {visibility.whole(_CASE, _KEYS)})
      WHEN left(e.stream, 8) = 'account/' THEN {_NAMES_NO_UNSEEN} AND (substr(e.stream, 9) = %s
        OR (%s AND e.stream = 'account/unknown') OR EXISTS (
        SELECT 1 FROM agencies_user au JOIN (
          SELECT user_id, agency_id, since, coalesce(until, 'infinity') AS until FROM agencies_membership UNION ALL
          SELECT id, agency_id, created_at, coalesce((SELECT min(since) FROM agencies_membership f
            WHERE f.user_id = fu.id), 'infinity') FROM agencies_user fu) am ON am.user_id = au.id
        JOIN agencies_agency aa ON aa.id = am.agency_id
        WHERE au.username = substr(e.stream, 9) AND e.at BETWEEN am.since AND am.until
        AND (aa.region_id LIKE ANY(%s::text[]) OR aa.id = ANY(%s::bigint[]))))
      WHEN left(e.stream, 7) = 'agency/' THEN EXISTS (
        SELECT 1 FROM agencies_agency aa WHERE aa.code = substr(e.stream, 8)
        AND (aa.region_id LIKE ANY(%s::text[]) OR aa.id = ANY(%s::bigint[])))
      WHEN left(e.stream, 7) = 'config/' THEN e.actor_id = %s OR (
        SELECT set_for LIKE ANY(%s::text[]) OR coalesce(set_for, '') = ANY(%s::text[])
        FROM (SELECT convert_from(e.body, 'UTF8')::jsonb -> 'data' ->> 'region' AS set_for) s)
      {of_time}
      ELSE false END"""
    keys = visibility.sight_keys(actor)
    supervised = visibility.whole_keys(replace(actor, posts=tuple(supervising)))
    deciding = visibility.whole_keys(actor) if supervising or leading else []
    parameters: list[Any] = [keys, actor.user_id, leading, supervised, deciding, keys, actor.username]
    parameters += [auditing, regions, administered, regions, administered, actor.user_id, regions, _above(watching)]
    return sql, [*parameters, *values]


def _of_time(actor: Actor, supervising: list[Post], watching: list[Post]) -> tuple[str, list[Any]]:
    """The calendar, which is a setting; steps of deadlines, which name cases; reports."""
    sql = f"""WHEN left(e.stream, 9) = 'calendar/' THEN e.actor_id = %s OR substr(e.stream, 10) LIKE ANY(%s::text[])
        OR substr(e.stream, 10) = ANY(%s::text[])
      WHEN left(e.stream, 11) = 'escalation/' THEN substr(e.stream, 12) LIKE ANY(%s::text[]) AND NOT EXISTS (
        SELECT FROM (SELECT DISTINCT (s ->> 'case')::uuid AS id
          FROM jsonb_array_elements(convert_from(e.body, 'UTF8')::jsonb #> '{{data,steps}}') s) named
        WHERE NOT {visibility.whole("named.id")})
      WHEN left(e.stream, 7) = 'report/' THEN e.actor_id = %s OR EXISTS (
        SELECT FROM cases_report r WHERE r.id = substr(e.stream, 8)::uuid AND r.region_id LIKE ANY(%s::text[]))
      WHEN left(e.stream, 9) = 'sampling/' THEN EXISTS (
        SELECT FROM cases_sample s WHERE s.id = substr(e.stream, 10)::uuid AND s.region_id LIKE ANY(%s::text[]))"""
    watched, overseen = ([escape_like(post.region_code) + "%" for post in posts] for posts in (watching, supervising))
    named = [*_above(watching), "national"] if watching else []
    keys = visibility.whole_keys(replace(actor, posts=tuple(supervising)))
    return sql, [actor.user_id, watched, named, overseen, keys, actor.user_id, overseen, overseen]


def _above(watching: list[Post]) -> list[str]:
    """The regions whose settings hold in these, too; the empty one stands for the whole installation."""
    return sorted({post.region_code[:length] for post in watching for length in (0, 2, 4, 6)})


def _shown(row: Row, directory: Directory) -> Row:
    sort, _, name = row["stream"].partition("/")
    case = {"id": name, "number": row["number"], "title": row["title"]} if sort in ("case", "erasure") else None
    return {
        "id": row["id"],
        "stream": row["stream"],
        "seq": row["seq"],
        "at": row["at"],
        "action": row["action"],
        "actor": refs.person(row["actor_id"], row["display_name"] or row["username"]),
        "on_behalf": refs.person(row["absent_id"], row["absent_name"]),
        "agency": refs.agency(directory, row["agency_id"]),
        "case": case,
        "leaf": row["leaf"],
    }
