"""What people chose about being told and which contacts they confirmed, from the same streams; never the value."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

import orjson

from agencies.replay.rows import Told, compare, fetch, sets_differ, time_of
from audit.actions import Action
from audit.verification.projections import Event, Problem, Scope

_STREAM = "'account/' || u.username"
_CHOICES = """SELECT 'account/' || u.username AS stream, p.groups::text, p.quiet_from, p.quiet_to, p.digest_at,
    p.changed_at FROM notifications_preference p JOIN agencies_user u ON u.id = p.user_id WHERE"""
_CONTACTS = """SELECT 'account/' || u.username AS stream, c.channel, c.confirmed_at
    FROM notifications_contact c JOIN agencies_user u ON u.id = c.user_id WHERE"""


@dataclass(slots=True)
class ToldOf:
    """What the events of one account tell: its choices, and by channel the contact in use and the one that waits."""

    choices: dict[str, Any] | None = None
    used: dict[str, datetime] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    seq: int = 0

    def contacts(self) -> list[tuple[str, datetime | None]]:
        return [*self.used.items(), *((channel, None) for channel in self.waiting)]


def fold(told: ToldOf, event: Event, *, left: bool) -> None:
    """Take one event into what is told. `left`: the account is closed or without a role after it."""
    told.seq = event.seq
    action, data = event.body["action"], event.body.get("data", {})
    if action == Action.NOTIFICATIONS_CHOSEN:
        start, end = data["quiet"] or (None, None)
        told.choices = {
            "groups": data["groups"],
            "quiet_from": start and time.fromisoformat(start),
            "quiet_to": end and time.fromisoformat(end),
            "digest_at": time.fromisoformat(data["digest_at"]),
            "changed_at": time_of(event),
        }
    elif action == Action.CONTACT_ENTERED:
        told.waiting.add(data["channel"])
    elif action == Action.CONTACT_CONFIRMED:
        told.waiting.discard(data["channel"])
        told.used[data["channel"]] = time_of(event)
    elif action == Action.CONTACT_REMOVED:
        told.waiting.discard(data["channel"])
        told.used.pop(data["channel"], None)
    elif action in (Action.ACCOUNT_DISABLED, Action.ROLE_ENDED) and left:
        told.waiting.clear()
        told.used.clear()


def verify(scope: Scope, told: Mapping[str, ToldOf], damaged: Collection[str]) -> Iterator[Problem]:
    """The rows against what is told."""
    rows = {row["stream"]: {**row, "groups": orjson.loads(row["groups"])} for row in fetch(scope, _CHOICES, _STREAM)}
    found = {stream: row for stream, row in rows.items() if stream not in damaged}
    choices = {stream: Told(each.choices, each.seq) for stream, each in told.items()}
    yield from compare(choices, found, "提醒设置", "notifications_preference")
    contacts: dict[str, list[tuple[str, datetime | None]]] = defaultdict(list)
    for row in fetch(scope, _CONTACTS, _STREAM):
        if row["stream"] not in damaged:
            contacts[row["stream"]].append((row["channel"], row["confirmed_at"]))
    for stream in sorted(told.keys() | contacts.keys()):
        each = told.get(stream, ToldOf())
        yield from sets_differ(stream, each.seq, each.contacts(), contacts[stream], "联系方式", "notifications_contact")
