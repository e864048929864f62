"""Open deadlines counted again after the calendar changed, whoever changed it: a plan, a region's day, a release.

For each region with open work it is on record by which calendar its deadlines were counted (`CalendarCount`). Where
that is another one now, each deadline that comes out differently is written anew under the lock of its case, in an
event with the old and the new times, and whoever holds the task is told; the days of lists go first (`lists`). A region
is done when all of it is, so that a worker that dies half way leaves the rest to the next run; doing it twice changes
nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction

from agencies.actors import Actor, system_actor
from agencies.authority import event_actor
from agencies.directory import get_directory
from audit.log import build_body, timestamp
from cases.models.calendar import CalendarCount
from cases.workflow.actions import RECOUNT
from cases.workflow.clockwork.lists import REGIONS as REGIONS_OF_LISTS
from cases.workflow.clockwork.lists import recount_lists
from cases.workflow.clockwork.moving import Recounter, open_deadlines
from cases.workflow.deciding.loading import Loaded, load_cases
from cases.workflow.effects.base import instant
from cases.workflow.recording import bell
from cases.workflow.recording.messages import messages
from cases.workflow.recording.plain import plain
from cases.workflow.recording.writing import Writing, commit
from cases.workflow.view import CaseView
from cases.workflow.workdays import calendar_for, calendar_version

CASES_A_TURN: Final = 200
# An act that read the calendar before it changed may commit after the recount: longer than any transaction may take.
SETTLING: Final = timedelta(minutes=2)

_REGIONS = f"SELECT region_code FROM cases_task WHERE state = 'open' UNION {REGIONS_OF_LISTS} ORDER BY 1"
_RULES = "SELECT id::text, due_rule FROM cases_task WHERE case_id = ANY(%s::uuid[]) AND state = 'open'"
_PAUSES = """
SELECT task_id::text, started_at, ended_at FROM cases_clockinterval
 WHERE case_id = ANY(%s::uuid[]) AND state = 'paused' AND ended_at IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Recounting:
    """What a run did: regions looked at, deadlines that changed, and whether work is left for another turn."""

    regions: int
    deadlines: int
    left: bool = False


def recount(*, now: datetime, budget_seconds: float | None = None) -> Recounting:
    """Count the deadlines of every region again whose calendar is another than the one they were counted by."""
    began = time.monotonic()
    wanted = _changed(now)
    if not wanted:
        return Recounting(0, 0)
    directory, actor = get_directory(), system_actor()
    counter = Recounter(lambda region: calendar_for(region, directory))
    changed = recount_lists(sorted(wanted), lambda region: calendar_for(region, directory), actor, now)
    found = open_deadlines(sorted(wanted), counter)
    cases = sorted({one.case for one in found if one.changes})
    for at in range(0, len(cases), CASES_A_TURN):
        if budget_seconds is not None and at and time.monotonic() - began > budget_seconds:
            bell.ring()
            return Recounting(len(wanted), changed, left=True)
        changed += _recounted(cases[at : at + CASES_A_TURN], actor, now)
    _counted(wanted, now)
    bell.ring()
    return Recounting(len(wanted), changed)


def _changed(now: datetime) -> dict[str, str]:
    """The regions to look at with the version that they will be counted by: changed ones, and those to settle."""
    directory = get_directory()
    known = {row.region_code: row for row in CalendarCount.objects.all()}
    wanted = {}
    for region in _regions():
        row, version = known.get(region), calendar_version(region, directory)
        unsettled = row is not None and not row.settled and row.counted_at + SETTLING <= now
        if row is None or row.version != version or unsettled:
            wanted[region] = version
    return wanted


def _regions() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_REGIONS)
        return [row[0] for row in cursor.fetchall()]


@transaction.atomic
def _counted(wanted: dict[str, str], now: datetime) -> None:
    known = {row.region_code: row.version for row in CalendarCount.objects.filter(region_code__in=wanted)}
    rows = [
        CalendarCount(region_code=region, version=version, counted_at=now, settled=known.get(region) == version)
        for region, version in wanted.items()
    ]
    CalendarCount.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["region_code"],
        update_fields=["version", "counted_at", "settled"],
    )


@transaction.atomic
def _recounted(ids: list[str], actor: Actor, now: datetime) -> int:
    """Count the open deadlines of these cases again, under their locks; returns how many changed."""
    loaded = load_cases(ids, actor.user_id)
    with connection.cursor() as cursor:
        cursor.execute(_RULES, [ids])
        rules = dict(cursor.fetchall())
        cursor.execute(_PAUSES, [ids])
        pauses: dict[str, list[tuple[datetime, datetime]]] = {}
        for task, begin, end in cursor.fetchall():
            pauses.setdefault(task, []).append((begin, end))
    writings, changed = [], 0
    for case in loaded.values():
        if case.view is None:
            continue
        touched = _touched(case, case.view, rules, pauses)
        if touched:
            changed += len(touched)
            writings.append(_writing(case, case.view, touched, actor, now))
    if writings:
        commit(writings)
    return changed


def _touched(
    case: Loaded, view: CaseView, rules: dict[str, str], pauses: dict[str, list[tuple[datetime, datetime]]]
) -> dict[str, dict[str, Any]]:
    """The deadlines that are others by the calendar as of now, and those that are the same and sure now."""
    counter = Recounter(lambda region: calendar_for(region, case.directory))
    touched: dict[str, dict[str, Any]] = {}
    for task in view.tasks:
        began = instant(task.data["counted_from"]) if "counted_from" in task.data else task.opened_at
        stood: Iterable[tuple[datetime, datetime]] = pauses.get(task.id, ())
        changes = counter.changes(
            view.region_code, rules.get(task.id, ""), began, list(stood), task.due_at, unsure=task.provisional
        )
        if changes:
            touched[task.id] = changes
    return touched


def _writing(case: Loaded, view: CaseView, touched: dict[str, dict[str, Any]], actor: Actor, now: datetime) -> Writing:
    """The event: which deadline was when, and is when."""
    was = {task.id: task for task in view.tasks}
    moved = [
        {"task": task, "kind": was[task].kind, "from": plain(was[task].due_at), "due": timestamp(changes["due_at"])}
        for task, changes in touched.items()
        if "due_at" in changes
    ]
    body = build_body(
        stream=f"case/{view.id}",
        seq=view.version + 1,
        prev=bytes.fromhex(case.head),
        at=now,
        action=RECOUNT,
        actor=event_actor(actor),
        members={
            "from": view.stage,
            "to": view.stage,
            "touch": [{"id": task, **plain(changes)} for task, changes in touched.items()],
            "recounted": moved,
            "calendar": calendar_version(view.region_code, case.directory),
            "basis": ["project.calendar"],
            "rules": case.rules.rule_set,
            "commit": settings.SOFTWARE_VERSION,
        },
    )
    told = messages(RECOUNT, view, body, actor.user_id)
    return Writing(view.id, view.number, body, {"outbox": told} if told else {})
