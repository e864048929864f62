"""The days by which lists have to be answered, counted again after the calendar changed.

Those that follow from a rule and whose issuer has no answer yet. A day that the list names stands, and so does one that
stands in an answer that was sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db import connection, transaction

from agencies.actors import Actor
from agencies.authority import event_actor
from agencies.directory import get_directory
from audit.actions import Action
from audit.log import timestamp
from audit.services import record
from cases.models import ListBatch
from cases.policy.calendar import WorkingCalendar
from cases.policy.lists.due import counted_again
from cases.workflow.clockwork.moving import Counting
from cases.workflow.workdays import calendar_version

# Among the kinds of tasks in what a change would move.
KIND: Final = "list_feedback"
# What was refused, cancelled or withdrawn is answered by nobody.
_OPEN: Final = ("received", "mapping", "preview", "importing", "done")
_WAITING = f"""
  FROM cases_listbatch b JOIN agencies_agency a ON a.id = b.agency_id
 WHERE b.due_at IS NOT NULL AND b.due_rule NOT IN ('', 'stated') AND b.state IN {_OPEN}
   AND NOT EXISTS (SELECT FROM cases_feedback f WHERE f.batch_id = b.id AND f.state = 'sent')
"""
REGIONS: Final = f"SELECT DISTINCT a.region_id {_WAITING}"
_LISTS = f"""
SELECT b.id::text, a.region_id, b.received_at, b.due_rule, b.due_at, b.due_provisional {_WAITING}
   AND ({{where}}) ORDER BY b.id
"""
_INSIDE, _NAMED, _ONE = "starts_with(a.region_id, %s)", "a.region_id = ANY(%s)", "b.id = %s"


class _List(NamedTuple):
    id: str
    region: str
    received: datetime
    rule: str
    due: datetime
    provisional: bool


def open_lists(
    regions: Sequence[str], calendar_in: Callable[[str], WorkingCalendar], *, inside: bool = False
) -> Iterator[Counting]:
    """Every list of these regions (with `inside` also of the regions in them) that waits and that the caller sees."""
    where = " OR ".join([_INSIDE] * len(regions)) if inside else _NAMED
    return _counted(where, list(regions) if inside else [list(regions)], calendar_in)


def _counted(where: str, values: list[Any], calendar_in: Callable[[str], WorkingCalendar]) -> Iterator[Counting]:
    with connection.cursor() as cursor:
        cursor.execute(_LISTS.format(where=where), values)
        found = [_List(*row) for row in cursor.fetchall()]
    for one in found:
        yield Counting(one.id, one.id, KIND, one.region, one.due, _changes(one, calendar_in(one.region)))


def recount_lists(
    regions: Sequence[str], calendar_in: Callable[[str], WorkingCalendar], actor: Actor, now: datetime
) -> int:
    """Write the days that come out differently, each with an event of old and new; returns how many these were."""
    wanted = [one for one in open_lists(regions, calendar_in) if one.changes]
    return sum(_recounted(one, calendar_in(one.region), actor, now) for one in wanted)


@transaction.atomic
def _recounted(wanted: Counting, calendar: WorkingCalendar, actor: Actor, now: datetime) -> bool:
    batch = ListBatch.objects.select_for_update().get(pk=wanted.task)
    still = next(_counted(_ONE, [wanted.task], lambda _: calendar), None)
    if still is None or not still.changes:
        return False
    was, changes = still.due, still.changes
    due: datetime = changes.get("due_at", was)
    batch.due_at = due
    batch.due_provisional = changes.get("provisional", batch.due_provisional)
    batch.save(update_fields=["due_at", "due_provisional"])
    directory = get_directory()
    data: dict[str, Any] = {
        "batch": str(batch.id),
        "batch_name": batch.name,
        "from": timestamp(was),
        "due": timestamp(due),
        "due_rule": batch.due_rule,
        "provisional": batch.due_provisional,
        "calendar": calendar_version(wanted.region, directory),
    }
    record(
        stream=f"agency/{directory.by_id[batch.agency_id].code}",
        action=Action.IMPORT_RECOUNTED,
        actor=event_actor(actor),
        data=data,
        now=now,
    )
    return True


def _changes(one: _List, calendar: WorkingCalendar) -> dict[str, Any]:
    counted = counted_again(one.rule, one.received, calendar)
    if counted is None:
        return {}
    return {
        **({"due_at": counted.at} if counted.at != one.due else {}),
        **({"provisional": counted.provisional} if counted.provisional != one.provisional else {}),
    }
