"""What people chose about being told and which contacts they confirmed, by the events of their accounts; no value.

Compared with the tables by `verify_audit`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any, Final

import orjson

from agencies.replay.rows import Told, compare, fetch, sets_differ, time_of
from audit.actions import Action
from audit.verification.projections import Event, Problem, Scope

_STREAM: Final = "'account/' || u.username"
_CHOICES: Final = f"""SELECT {_STREAM} AS stream, p.groups::text, p.quiet_from, p.quiet_to, p.digest_at, p.changed_at
    FROM notifications_preference p JOIN agencies_user u ON u.id = p.user_id WHERE"""
_CONTACTS: Final = f"""SELECT {_STREAM} AS stream, c.channel, c.confirmed_at
    FROM notifications_contact c JOIN agencies_user u ON u.id = c.user_id WHERE"""


@dataclass(slots=True)
class _Person:
    """Choices, by channel the contact in use and the one that waits; and the roles, without which none is kept."""

    choices: dict[str, Any] | None = None
    used: dict[str, datetime] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    roles: set[tuple[int, str]] = field(default_factory=set)
    seq: int = 0

    def contacts(self) -> list[tuple[str, datetime | None]]:
        return [*self.used.items(), *((channel, None) for channel in self.waiting)]


class Choices:
    """Of all accounts in one pass."""

    def __init__(self) -> None:
        self._told: defaultdict[str, _Person] = defaultdict(_Person)

    def take(self, event: Event) -> None:
        person = self._told[event.stream]
        person.seq = event.seq
        _fold(person, event)

    def problems(self, scope: Scope, damaged: Collection[str]) -> Iterator[Problem]:
        rows = {
            row["stream"]: {**row, "groups": orjson.loads(row["groups"])} for row in fetch(scope, _CHOICES, _STREAM)
        }
        told = {stream: person for stream, person in self._told.items() if stream not in damaged}
        choices = {stream: Told(person.choices, person.seq) for stream, person in told.items()}
        found = {stream: row for stream, row in rows.items() if stream not in damaged}
        yield from compare(choices, found, "提醒设置", "notifications_preference")
        contacts: dict[str, list[tuple[str, datetime | None]]] = defaultdict(list)
        for row in fetch(scope, _CONTACTS, _STREAM):
            if row["stream"] not in damaged:
                contacts[row["stream"]].append((row["channel"], row["confirmed_at"]))
        for stream in sorted(told.keys() | contacts.keys()):
            one = told.get(stream, _Person())
            yield from sets_differ(
                stream, one.seq, one.contacts(), contacts[stream], "联系方式", "notifications_contact"
            )


def _fold(person: _Person, event: Event) -> None:
    data = event.body.get("data", {})
    match event.body["action"]:
        case Action.NOTIFICATIONS_CHOSEN:
            start, end = data["quiet"] or (None, None)
            person.choices = {
                "groups": data["groups"],
                "quiet_from": start and time.fromisoformat(start),
                "quiet_to": end and time.fromisoformat(end),
                "digest_at": time.fromisoformat(data["digest_at"]),
                "changed_at": time_of(event),
            }
        case Action.CONTACT_ENTERED:
            person.waiting.add(data["channel"])
        case Action.CONTACT_CONFIRMED:
            person.waiting.discard(data["channel"])
            person.used[data["channel"]] = time_of(event)
        case Action.CONTACT_REMOVED:
            person.waiting.discard(data["channel"])
            person.used.pop(data["channel"], None)
        case Action.ROLE_GRANTED:
            person.roles.add((data["agency"], data["role"]))
        case Action.ROLE_ENDED:
            person.roles.discard((data["agency"], data["role"]))
            if not person.roles:
                _forget(person)
        case Action.ACCOUNT_DISABLED:
            _forget(person)


def _forget(person: _Person) -> None:
    """Who leaves is reached nowhere any more (sql/contacts_v1.sql)."""
    person.waiting.clear()
    person.used.clear()
