"""How people get in, from the same streams: since when the password is in use, and which second factors there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from agencies.replay.rows import differing, fetch, problem, sets_differ
from audit.actions import Action
from audit.verification.projections import Event, Problem, Scope

_STREAM = "'account/' || u.username"
_PASSWORDS = """SELECT 'account/' || u.username AS stream, p.set_at, p.must_change, p.expires_at
    FROM agencies_password p JOIN agencies_user u ON u.id = p.user_id WHERE"""
_FACTORS = """SELECT 'account/' || u.username AS stream, f.id, f.type
    FROM mfa_authenticator f JOIN agencies_user u ON u.id = f.user_id WHERE f.type IN ('totp', 'webauthn') AND"""


@dataclass(slots=True)
class WayIn:
    """What the events of one account tell. Passwords set before their time was told are not compared."""

    password: dict[str, Any] | None = None
    factors: set[tuple[int, str]] = field(default_factory=set)
    seq: int = 0


def fold(way: WayIn, event: Event) -> None:
    """Take one event into what is told."""
    way.seq = event.seq
    action, data = event.body["action"], event.body.get("data", {})
    if action in (Action.ACCOUNT_CREATED, Action.PASSWORD_CHANGED) and "password_set_at" in data:
        expires = data.get("expires_at")
        way.password = {
            "set_at": datetime.fromisoformat(data["password_set_at"]),
            "must_change": data["must_change"],
            "expires_at": datetime.fromisoformat(expires) if expires else None,
        }
    elif action == Action.FACTOR_ADDED:
        way.factors.add((data["factor_id"], data["factor"]))
    elif action == Action.FACTOR_REMOVED:
        way.factors.discard((data["factor_id"], data["factor"]))
    elif action == Action.FACTORS_RESET:
        way.factors.clear()


def verify(scope: Scope, told: Mapping[str, WayIn], damaged: Collection[str]) -> Iterator[Problem]:
    """The rows against what is told."""
    passwords = {row["stream"]: row for row in fetch(scope, _PASSWORDS, _STREAM)}
    factors: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for row in fetch(scope, _FACTORS, _STREAM):
        if row["stream"] not in damaged:
            factors[row["stream"]].append((row["id"], row["type"]))
    for stream in sorted(told.keys() | factors.keys()):
        way = told.get(stream, WayIn())
        if way.password is not None and stream in passwords:
            yield from differing(stream, way.seq, way.password, passwords[stream], "密码", "agencies_password")
        elif way.password is not None:
            yield problem(stream, way.seq, "密码的记录已不在表中", "agencies_password: the row is gone")
        yield from sets_differ(stream, way.seq, way.factors, factors[stream], "双因素", "mfa_authenticator")
