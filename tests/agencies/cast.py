"""The moment at which these tests happen, and the events that they leave."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson

from agencies.actors import Actor, find_actor, system_actor
from agencies.models import Membership, User
from agencies.services import end_role, grant_role
from audit.actions import Action
from audit.log import EventActor
from audit.models import Event
from audit.services import record

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def events(stream: str) -> list[dict[str, Any]]:
    """The bodies of a stream, in order, as they are stored."""
    rows = Event.objects.filter(stream=stream).order_by("seq").values_list("body", flat=True)
    return [orjson.loads(bytes(body)) for body in rows]


def told(stream: str) -> None:
    """An event beside a change that no service makes: the database does not take the change without one."""
    record(stream=stream, action=Action.AGENCY_CHANGED, actor=EventActor(None, "system"), data={}, now=NOW)


def cleared(username: str, ceiling: str) -> Actor:
    """The person with this ceiling in every role held: each is ended and given again, as an administrator does it."""
    user = User.objects.get(username=username)
    for held in Membership.objects.filter(user=user, active=True).select_related("agency"):
        end_role(actor=system_actor(), membership=held, now=NOW)
        grant_role(actor=system_actor(), user=user, agency=held.agency, role=held.role, now=NOW, ceiling=ceiling)
    return find_actor(username)
