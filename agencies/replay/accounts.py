"""Accounts and their roles, from the streams `account/<username>`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson

from agencies.replay import entry
from agencies.replay.beside import Of, begun, shown
from agencies.replay.rows import Told, compare, differing, fetch, fold_each, sets_differ, time_of
from audit.actions import Action
from audit.verification.projections import Event, Problem, Scope, Streams

# The one account that no person made: it comes with the migrations.
SYSTEM = "account/system"
_ACCOUNTS = """SELECT 'account/' || username AS stream, id, display_name, staff_no, language, is_active, is_system,
    created_at, agency_id FROM agencies_user WHERE"""
_ROLES = """SELECT 'account/' || u.username AS stream, m.agency_id, m.role, m.ceiling, m.granted_by_id, m.since,
    m.until, m.active, m.first_day, m.last_day
    FROM agencies_membership m JOIN agencies_user u ON u.id = m.user_id WHERE"""
_SUBSTITUTIONS = """SELECT 'account/' || u.username AS stream, s.id, s.substitute_id, s.agency_id, s.roles, s.first_day,
    s.last_day, s.granted_by_id, s.created_at, s.ended_at
    FROM agencies_substitution s JOIN agencies_user u ON u.id = s.absent_id WHERE"""
_CLIENTS = """SELECT 'account/' || u.username AS stream, c.agency_id, c.scopes, c.active, c.created_at, c.ended_at,
    a.client_id FROM agencies_client c JOIN agencies_user u ON u.id = c.user_id
    JOIN oauth2_provider_application a ON a.id = c.application_id WHERE"""
# The order of a role's values in `Account.roles`.
_ROLE = ("agency_id", "role", "ceiling", "granted_by_id", "since", "until", "active", "first_day", "last_day")
_SUBSTITUTION = (
    *("id", "substitute_id", "agency_id", "roles", "first_day", "last_day", "granted_by_id", "created_at", "ended_at"),
)


@dataclass(slots=True)
class Account:
    """What the events of one account tell. `sealed_in` is the event that holds name and staff number."""

    row: dict[str, Any] | None = None
    sealed_in: int | None = None
    roles: list[tuple[Any, ...]] = field(default_factory=list)
    substitutions: list[tuple[Any, ...]] = field(default_factory=list)
    client: dict[str, Any] | None = None
    seq: int = 0
    way_in: entry.WayIn = field(default_factory=entry.WayIn)


def verify_accounts(scope: Scope, streams: Streams) -> Iterator[Problem]:
    beside = begun(Of.ACCOUNTS)
    told, damaged = fold_each(streams, lambda events: _fold(shown(events, beside)))
    yield from damaged.values()
    found = fetch(scope, _ACCOUNTS, "'account/' || username")
    rows = {row["stream"]: row for row in found if row["stream"] not in damaged}
    roles = _by_stream(scope, _ROLES, _ROLE, damaged)
    stood = _by_stream(scope, _SUBSTITUTIONS, _SUBSTITUTION, damaged)
    system = rows.pop(SYSTEM, None)
    if system is not None:
        yield from differing(SYSTEM, 0, {"is_active": True, "is_system": True}, system, "系统账号", "agencies_user")
    made = {stream: Told(account.row, account.seq) for stream, account in told.items()}
    yield from compare(made, rows, "账号", "agencies_user")
    clients = {row["stream"]: row for row in fetch(scope, _CLIENTS, "'account/' || u.username")}
    systems = {stream: Told(account.client, account.seq) for stream, account in told.items()}
    yield from compare(systems, {s: r for s, r in clients.items() if s not in damaged}, "外部系统", "agencies_client")
    for stream in sorted(told.keys() | roles.keys() | stood.keys()):
        account = told.get(stream, Account())
        yield from sets_differ(stream, account.seq, account.roles, roles[stream], "角色", "agencies_membership")
        yield from sets_differ(
            stream, account.seq, account.substitutions, stood[stream], "代理", "agencies_substitution"
        )
    yield from _names_differ(scope, told, rows)
    yield from entry.verify(scope, {stream: account.way_in for stream, account in told.items()}, damaged)
    for each in beside:
        yield from each.problems(scope, damaged.keys())


def _by_stream(
    scope: Scope, query: str, columns: tuple[str, ...], damaged: Mapping[str, Problem]
) -> dict[str, list[tuple[Any, ...]]]:
    """Rows that an account has many of, by its stream."""
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for row in fetch(scope, query, "'account/' || u.username"):
        if row["stream"] not in damaged:
            found[row["stream"]].append(tuple(row[name] for name in columns))
    return found


def _fold(events: Iterable[Event]) -> Account:
    account = Account()
    for event in events:
        account.seq = event.seq
        entry.fold(account.way_in, event)
        action, data = event.body["action"], event.body.get("data", {})
        if action == Action.ACCOUNT_CREATED:
            account.row = {
                "id": data["user"],
                "language": data["language"],
                "is_active": True,
                "is_system": False,
                "created_at": time_of(event),
                "agency_id": data["agency"],
            }
            account.sealed_in = event.id
        elif action == Action.ACCOUNT_CHANGED and account.row is not None:
            account.row["language"] = data.get("language", account.row["language"])
            account.sealed_in = event.id
        elif action in (Action.ACCOUNT_DISABLED, Action.ACCOUNT_ENABLED) and account.row is not None:
            account.row["is_active"] = action == Action.ACCOUNT_ENABLED
        elif action in (Action.CLIENT_CREATED, Action.CLIENT_ENDED):
            account.client = _client(account.client, data, event)
        elif action == Action.ROLE_GRANTED:
            by, days = event.body["actor"]["id"], (_day(data, "first_day"), _day(data, "last_day"))
            account.roles.append((data["agency"], data["role"], data["ceiling"], by, time_of(event), None, True, *days))
        elif action in (Action.ROLE_ENDED, Action.ROLE_LIMITED):
            _end(account, data, event)
        elif action == Action.SUBSTITUTION_GRANTED:
            account.substitutions.append(_substitution(data, event))
        elif action == Action.SUBSTITUTION_ENDED:
            account.substitutions = [
                (*row[:-1], time_of(event)) if row[0] == data["substitution"] else row for row in account.substitutions
            ]
    return account


def _substitution(data: dict[str, Any], event: Event) -> tuple[Any, ...]:
    first, last = date.fromisoformat(data["first_day"]), date.fromisoformat(data["last_day"])
    by = event.body["actor"]["id"]
    return (
        *(data["substitution"], data["substituted_by"], data["agency"], data["roles"], first, last, by),
        *(time_of(event), None),
    )


def _client(known: dict[str, Any] | None, data: dict[str, Any], event: Event) -> dict[str, Any]:
    if event.body["action"] == Action.CLIENT_ENDED:
        return {**(known or {}), "active": False, "ended_at": time_of(event)}
    return {
        "agency_id": data["agency"],
        "client_id": data["client"],
        "scopes": data["scopes"],
        "active": True,
        "created_at": time_of(event),
        "ended_at": None,
    }


def _end(account: Account, data: dict[str, Any], event: Event) -> None:
    """On record from now on, or with the day that was set for it."""
    for n, (agency, role, ceiling, by, since, until, active, first, last) in enumerate(account.roles):
        if not active or (agency, role) != (data["agency"], data["role"]):
            continue
        if event.body["action"] == Action.ROLE_LIMITED:
            account.roles[n] = (agency, role, ceiling, by, since, until, active, first, _day(data, "last_day"))
        else:
            account.roles[n] = (agency, role, ceiling, by, since, time_of(event), False, first, last)


def _day(data: dict[str, Any], name: str) -> date | None:
    return date.fromisoformat(data[name]) if data.get(name) else None


def _names_differ(scope: Scope, told: dict[str, Account], rows: dict[str, dict[str, Any]]) -> Iterator[Problem]:
    """Name and staff number against the sealed part of the event, for as long as it is kept."""
    streams = {a.sealed_in: stream for stream, a in told.items() if a.sealed_in is not None and stream in rows}
    with scope.connection.cursor() as cursor:
        cursor.execute("SELECT event_id, data::text FROM audit_sealed WHERE event_id = ANY(%s)", [list(streams)])
        for event_id, written in cursor.fetchall():
            stream, data = streams[event_id], orjson.loads(written)
            names = {name: data[name] for name in ("display_name", "staff_no") if name in data}
            yield from differing(stream, told[stream].seq, names, rows[stream], "账号", "agencies_user")
