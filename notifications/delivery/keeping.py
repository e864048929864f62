"""What is not delivered, for those who keep the system: number, topic, channel, attempts, reason. No case content.

Deliveries over channels, and outbox rows that could not even become messages, in one list. An administrator sees those
of the own agency and its units, a system administrator those of the region. The number of a case that is more than
ordinarily confidential is not shown: its administrators need not know that there is one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from agencies.actors import Actor
from agencies.directory import AgencyRef
from agencies.selectors import administered
from agencies.vocabulary import Role
from audit.sight import working_as
from cases.selectors.paging import Keyset, instant

KEEPERS: Final = (Role.AGENCY_ADMIN, Role.SYSTEM_ADMIN)
STATES: Final = ("waiting", "retrying", "dead", "withdrawn")
INBOX: Final = "inbox"  # the channel of what could not become a message
SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose deliveries somebody keeps; `strays`: also rows that name no agency. None: everybody's."""

    agencies: tuple[int, ...] | None
    strays: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter. An empty value asks for all; without a state everything but what was withdrawn."""

    state: str = ""
    channel: str = ""
    topic: str = ""
    agency: int | None = None
    ids: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """One line. `id` is the delivery's, which receivers deduplicate by; that of an outbox row is a number."""

    id: str
    number: str
    topic: str
    channel: str
    agency_id: int | None
    addressee: str
    state: str
    attempts: int
    not_before: datetime
    problem: str
    created_at: datetime


def _id(text: str) -> str:
    """A delivery's, or an outbox row's. Raises ValueError."""
    if not re.fullmatch(r"[0-9a-f-]{1,36}", text):
        raise ValueError(text)
    return text


_ORDER: Final = Keyset("deliveries", ("created_at", "id"), (instant, _id), descending=True)
# Parameters: `parameters(scope, wanted)`.
UNDELIVERED: Final = """
SELECT d.id::text AS id, d.case_id, d.topic, d.channel, d.agency_id, d.user_id, d.endpoint,
       CASE WHEN d.state = 'waiting' AND d.attempts > 0 THEN 'retrying' ELSE d.state END AS state,
       d.attempts, d.not_before, d.problem, d.created_at
  FROM notifications_delivery d
 WHERE d.state <> 'sent' AND (%(all)s OR d.agency_id = ANY(%(agencies)s))
UNION ALL
SELECT o.id::text, o.case_id, o.topic, 'inbox', o.agency_id, NULL, NULL,
       CASE WHEN o.withdrawn_at IS NOT NULL THEN 'withdrawn' WHEN o.dead_at IS NOT NULL THEN 'dead'
            WHEN o.attempts > 0 THEN 'retrying' ELSE 'waiting' END,
       o.attempts, coalesce(o.not_before, o.created_at), o.problem, o.created_at
  FROM cases_outbox o
 WHERE o.delivered_at IS NULL AND (%(all)s OR o.agency_id = ANY(%(agencies)s) OR %(strays)s AND NOT EXISTS (
       SELECT FROM agencies_agency a WHERE a.id = o.agency_id))
"""
FILTER: Final = """
 WHERE (k.state = %(state)s OR %(state)s = '' AND k.state <> 'withdrawn')
   AND (k.channel = %(channel)s OR %(channel)s = '') AND (k.topic = %(topic)s OR %(topic)s = '')
   AND (k.agency_id = %(agency)s OR %(agency)s::bigint IS NULL) AND (k.id = ANY(%(ids)s) OR %(ids)s::text[] IS NULL)
"""
_LIST = f"""
SELECT k.id, CASE WHEN c.id IS NULL THEN '' WHEN agencies_rank(c.confidentiality) > 0 THEN '' ELSE c.number END,
       k.topic, k.channel, k.agency_id, coalesce(u.display_name, e.host, ''), k.state, k.attempts, k.not_before,
       k.problem, k.created_at
  FROM ({UNDELIVERED}) k LEFT JOIN cases_case c ON c.id = k.case_id LEFT JOIN agencies_user u ON u.id = k.user_id
  LEFT JOIN notifications_endpoint e ON e.id = k.endpoint
  {FILTER} AND (%(at)s::timestamptz IS NULL OR (k.created_at, k.id) < (%(at)s, %(last)s))
 ORDER BY k.created_at DESC, k.id DESC LIMIT %(limit)s
"""
_COUNTS = f"SELECT k.state, count(*) FROM ({UNDELIVERED}) k {FILTER} GROUP BY 1"
_TOPICS = f"SELECT DISTINCT k.topic FROM ({UNDELIVERED}) k ORDER BY 1"


def kept_by(actor: Actor) -> list[AgencyRef]:
    """The agencies whose deliveries this person keeps; empty for everybody who is no such administrator."""
    return administered(actor, *KEEPERS)


def scope_of(actor: Actor) -> Scope:
    """The system actor keeps all."""
    if actor.is_system:
        return Scope(None, strays=True)
    return Scope(tuple(agency.id for agency in kept_by(actor)), strays=actor.has_role(Role.SYSTEM_ADMIN))


@working_as("deliveries")
def undelivered(scope: Scope, wanted: Wanted, *, limit: int = SHOWN, cursor: str | None = None) -> list[Kept]:
    """The newest first, or those after `cursor` (`cursor_of`). Raises InvalidCursor."""
    beyond = _ORDER.decode(cursor)
    at, last = beyond.values if beyond else (None, "")
    with connection.cursor() as found:
        found.execute(_LIST, {**parameters(scope, wanted), "limit": limit, "at": at, "last": last})
        return [Kept(*row) for row in found.fetchall()]


def cursor_of(last: Kept) -> str:
    """Where the list goes on after this line, also when it has been delivered meanwhile."""
    return _ORDER.encode({"created_at": last.created_at, "id": last.id}, backward=False)


@working_as("deliveries")
def matching(scope: Scope, wanted: Wanted) -> int:
    """How many there are, that is, how many a change of all would be about."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, parameters(scope, wanted))
        return sum(int(number) for _, number in cursor.fetchall())


@working_as("deliveries")
def counted(scope: Scope) -> dict[str, int]:
    """How many in each state."""
    found: dict[str, int] = dict.fromkeys(STATES, 0)
    with connection.cursor() as cursor:
        for state in ("", "withdrawn"):
            cursor.execute(_COUNTS, parameters(scope, Wanted(state=state)))
            found |= dict(cursor.fetchall())
    return found


@working_as("deliveries")
def topics(scope: Scope) -> list[str]:
    """What the undelivered are about."""
    with connection.cursor() as cursor:
        cursor.execute(_TOPICS, parameters(scope, Wanted()))
        return [row[0] for row in cursor.fetchall()]


def parameters(scope: Scope, wanted: Wanted) -> dict[str, Any]:
    """For `UNDELIVERED` and `FILTER`."""
    return {
        "all": scope.agencies is None,
        "agencies": list(scope.agencies or ()),
        "strays": scope.strays,
        "state": wanted.state,
        "channel": wanted.channel,
        "topic": wanted.topic,
        "agency": wanted.agency,
        "ids": None if wanted.ids is None else list(wanted.ids),
    }


def wanted_from(values: Mapping[str, str], agencies: Sequence[AgencyRef]) -> Wanted:
    """From the parameters of an address; what names nothing asks for all."""
    agency = next((each.id for each in agencies if each.code == values.get("agency")), None)
    state = values.get("state", "")
    return Wanted(
        state=state if state in STATES else "",
        channel=values.get("channel", ""),
        topic=values.get("topic", ""),
        agency=agency,
    )
