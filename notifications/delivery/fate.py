"""Resending and withdrawing what was not delivered, with an event in the stream of each agency concerned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from agencies.actors import Actor
from agencies.authority import acting_as, event_actor
from agencies.directory import get_directory
from agencies.errors import NotPermitted
from agencies.models import Agency
from audit import clock
from audit.actions import Action
from audit.services import record
from audit.sight import working_as
from cases.workflow.recording import bell
from notifications.delivery.keeping import FILTER, KEEPERS, UNDELIVERED, Wanted, parameters, scope_of

Changed = tuple[str, int | None]  # the id and its agency
NAMED: Final = 100  # ids in one event; beyond that their number
NO_AGENCY: Final = "config/outbox"  # the stream for rows that name no agency

_FOUND = f"SELECT k.id, k.channel FROM ({UNDELIVERED}) k {FILTER} ORDER BY k.created_at, k.id"
# What is being sent at this moment is neither: whoever sends it writes down what became of it. A line of a digest goes
# alone: the mail of the day may be out already, and whoever resends has been told that it goes now.
_AGAIN = """
UPDATE notifications_delivery
   SET state = 'waiting', attempts = 0, first_tried_at = NULL, not_before = %s, digest = false
 WHERE id = ANY(%s::uuid[]) AND (state IN ('dead', 'withdrawn') OR state = 'waiting' AND attempts > 0)
   AND (leased_until IS NULL OR leased_until <= %s)
RETURNING id::text, agency_id
"""
_STOP = """
UPDATE notifications_delivery SET state = 'withdrawn', not_before = %s, leased_until = NULL, leased_by = NULL
 WHERE id = ANY(%s::uuid[]) AND state IN ('waiting', 'dead') AND (leased_until IS NULL OR leased_until <= %s)
RETURNING id::text, agency_id
"""
_ROWS_AGAIN = """
UPDATE cases_outbox SET failed_at = NULL, attempts = 0, not_before = NULL, dead_at = NULL, withdrawn_at = NULL
 WHERE id = ANY(%s::bigint[]) AND delivered_at IS NULL AND (failed_at IS NOT NULL OR withdrawn_at IS NOT NULL)
RETURNING id::text, agency_id
"""
_ROWS_STOP = """
UPDATE cases_outbox SET withdrawn_at = %s
 WHERE id = ANY(%s::bigint[]) AND delivered_at IS NULL AND withdrawn_at IS NULL
RETURNING id::text, agency_id
"""


def resend(*, actor: Actor, wanted: Wanted, now: datetime) -> int:
    """Try again from the beginning, each with the id it has: who has received one already knows it again.

    Returns how many. Raises NotPermitted for who keeps no deliveries.
    """
    number = _change(Action.DELIVERIES_RESENT, actor, wanted, now)
    bell.ring()
    return number


def withdraw(*, actor: Actor, wanted: Wanted, now: datetime) -> int:
    """Try no more. Returns how many. Raises NotPermitted."""
    return _change(Action.DELIVERIES_WITHDRAWN, actor, wanted, now)


def _change(action: Action, actor: Actor, wanted: Wanted, now: datetime) -> int:
    scope = scope_of(actor)
    if scope.agencies == ():
        raise NotPermitted(
            "消息投递由单位管理员和系统管理员管理。",
            "Deliveries are kept by the administrators of the agency and region.",
        )
    with working_as("deliveries"), transaction.atomic():
        with connection.cursor() as cursor:
            # The relay and the senders wait, or are waited for; nothing is both sent and withdrawn.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('notifications/relay', 0))")
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('notifications/send', 0))")
            cursor.execute(_FOUND, parameters(scope, wanted))
            found = cursor.fetchall()
            rows = [id_ for id_, channel in found if channel == "inbox"]
            deliveries = [id_ for id_, channel in found if channel != "inbox"]
            changed = (_again if action == Action.DELIVERIES_RESENT else _stop)(cursor, deliveries, rows, now)
        _record(action, actor, changed, wanted, now)
    return len(changed)


def _again(cursor: CursorWrapper, deliveries: list[str], rows: list[str], now: datetime) -> list[Changed]:
    cursor.execute(_AGAIN, [now, deliveries, clock.real_now()])
    changed = cursor.fetchall()
    cursor.execute(_ROWS_AGAIN, [rows])
    return [*changed, *cursor.fetchall()]


def _stop(cursor: CursorWrapper, deliveries: list[str], rows: list[str], now: datetime) -> list[Changed]:
    cursor.execute(_STOP, [now, deliveries, clock.real_now()])
    changed = cursor.fetchall()
    cursor.execute(_ROWS_STOP, [now, rows])
    return [*changed, *cursor.fetchall()]


def _record(action: Action, actor: Actor, changed: Sequence[Changed], wanted: Wanted, now: datetime) -> None:
    by_agency: dict[int | None, list[str]] = {}
    for id_, agency_id in changed:
        by_agency.setdefault(agency_id, []).append(id_)
    for agency_id, ids in sorted(by_agency.items(), key=lambda each: each[0] or 0):
        agency = get_directory().by_id.get(agency_id or 0)
        data: dict[str, Any] = {"number": len(ids), "deliveries": sorted(ids)[:NAMED]}
        data |= {name: value for name in ("state", "channel", "topic") if (value := getattr(wanted, name))}
        stream = f"agency/{agency.code}" if agency else NO_AGENCY
        by = acting_as(actor, Agency.objects.get(pk=agency.id), *KEEPERS) if agency else event_actor(actor)
        record(stream=stream, action=action, actor=by or event_actor(actor), data=data, now=now)
