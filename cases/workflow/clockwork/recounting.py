"""The plan of a new year: recorded when it is first seen, and open deadlines that rested on its absence counted again.

A deadline in a year without a plan is provisional (暂定). Plans come with the package `chinesecalendar`; when a release
brings one, this writes `calendar_loaded` beside the configuration and one event on every case whose deadlines move or
become sure, with the old and the new times. It can run at any time and as often as wanted: nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction

from agencies.actors import Actor, system_actor
from agencies.authority import event_actor
from audit.actions import Action
from audit.log import build_body, timestamp
from audit.services import record
from cases.policy.calendar import WorkingCalendar, national_calendar
from cases.policy.dated import CHINA
from cases.policy.deadlines import counted_again
from cases.workflow.actions import RECOUNT
from cases.workflow.deciding.loading import Loaded, load_cases
from cases.workflow.effects.base import instant
from cases.workflow.recording import bell
from cases.workflow.recording.messages import messages
from cases.workflow.recording.plain import plain
from cases.workflow.recording.writing import Writing, commit
from cases.workflow.view import CaseView
from cases.workflow.workdays import calendar_for

STREAM: Final = "config/calendar"
CASES_A_TURN: Final = 200

_LATEST = """
SELECT convert_from(body, 'UTF8')::jsonb #>> '{data,calendar}', convert_from(body, 'UTF8')::jsonb #>> '{data,last_year}'
  FROM audit_event WHERE stream = %s ORDER BY seq DESC LIMIT 1
"""
# What is marked and due before the next unknown year has got on; after a correction of the last plan, all from then on.
_WAITING = """
SELECT DISTINCT case_id::text FROM cases_task
 WHERE state = 'open' AND (provisional AND due_at < %s OR due_at >= %s) AND case_id > %s::uuid ORDER BY 1 LIMIT %s
"""
_RULES = "SELECT id::text, due_rule FROM cases_task WHERE case_id = ANY(%s::uuid[]) AND state = 'open'"
_PAUSES = """
SELECT task_id::text, started_at, ended_at FROM cases_clockinterval
 WHERE case_id = ANY(%s::uuid[]) AND state = 'paused' AND ended_at IS NOT NULL
"""
_NO_CASE = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class Loading:
    """What a run found and did: whether the calendar is new, how many deadlines changed, which year is missing."""

    new: bool
    last_year: int
    deadlines: int
    missing: int | None


def load_calendar(*, now: datetime) -> Loading:
    """Record the calendar of this release where it is a new one, and count again what rests on it."""
    calendar, actor = national_calendar(), system_actor()
    last = max(calendar.plans)
    with transaction.atomic():
        before = _recorded()
        new = before is None or before[0] != calendar.version()
        if new:
            data = {"calendar": calendar.version(), "last_year": last, "package": version("chinesecalendar")}
            record(stream=STREAM, action=Action.CALENDAR_LOADED, actor=event_actor(actor), data=data, now=now)
    corrected = new and before is not None and before[1] == last
    since = date(last, 1, 1) if corrected else date.max
    changed = sum(_recounted(ids, actor, now) for ids in _waiting(date(last + 1, 2, 1), since))
    bell.ring()
    return Loading(new, last, changed, calendar.missing_year(now.astimezone(CHINA).date()))


def _recorded() -> tuple[str, int] | None:
    """The calendar that was recorded last, and its last year."""
    with connection.cursor() as cursor:
        # One run at a time, so that the same calendar is not recorded twice.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [STREAM])
        cursor.execute(_LATEST, [STREAM])
        row = cursor.fetchone()
    return (str(row[0]), int(row[1])) if row else None


def _waiting(until: date, since: date) -> Iterator[list[str]]:
    """The cases with open deadlines to look at, some hundred at a time."""
    after = _NO_CASE
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_WAITING, [until, since, after, CASES_A_TURN])
            ids = [row[0] for row in cursor.fetchall()]
        if not ids:
            return
        yield ids
        after = ids[-1]


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
        touched = _touched(case.view, rules, pauses, calendar_for(case.view.region_code, case.directory))
        if touched:
            changed += len(touched)
            writings.append(_writing(case, case.view, touched, actor, now))
    if writings:
        commit(writings)
    return changed


def _touched(
    view: CaseView, rules: dict[str, str], pauses: dict[str, list[tuple[datetime, datetime]]], calendar: WorkingCalendar
) -> dict[str, dict[str, Any]]:
    """The deadlines that are others by this calendar, and those that are the same and sure now."""
    touched: dict[str, dict[str, Any]] = {}
    for task in view.tasks:
        began = instant(task.data["counted_from"]) if "counted_from" in task.data else task.opened_at
        counted = counted_again(rules.get(task.id, ""), began, pauses.get(task.id, ()), calendar)
        if counted is None:
            # A day that somebody named stands, whatever the year brings.
            changes: dict[str, Any] = {"provisional": False} if task.provisional else {}
        else:
            changes = {"due_at": counted.at} if counted.at != task.due_at else {}
            changes |= {"provisional": counted.provisional} if counted.provisional != task.provisional else {}
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
            "calendar": national_calendar().version(),
            "basis": ["project.calendar"],
            "rules": case.rules.rule_set,
            "commit": settings.SOFTWARE_VERSION,
        },
    )
    told = messages(RECOUNT, view, body, actor.user_id)
    return Writing(view.id, view.number, body, {"outbox": told} if told else {})
