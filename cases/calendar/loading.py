"""The calendar of a release: recorded when it is first seen, its plans taken up, and open deadlines counted by it.

A deadline in a year without a plan is provisional (暂定). It can run at any time and as often as wanted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Final

from django.db import connection, transaction

from agencies.actors import system_actor
from agencies.authority import event_actor
from agencies.directory import get_directory
from audit.actions import Action
from audit.services import record
from cases.calendar.plans import load_release
from cases.policy.calendar import national_calendar
from cases.policy.dated import CHINA
from cases.workflow.clockwork.recounting import recount
from cases.workflow.workdays import calendar_for

STREAM: Final = "config/calendar"
_LATEST = """
SELECT convert_from(body, 'UTF8')::jsonb #>> '{data,calendar}' FROM audit_event WHERE stream = %s
 ORDER BY seq DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Loading:
    """What a run found and did: whether the calendar is new, how many deadlines changed, which year is missing."""

    new: bool
    last_year: int
    deadlines: int
    missing: int | None
    plans: int = 0


def load_calendar(*, now: datetime, budget_seconds: float | None = None) -> Loading:
    """Record the calendar of this release where it is a new one, take its plans up, count again what rests on it.

    What a worker leaves for want of time is found by the sweep that counts again.
    """
    calendar, actor = national_calendar(), system_actor()
    with transaction.atomic():
        new = _recorded() != calendar.version()
        if new:
            data = {
                "calendar": calendar.version(),
                "last_year": max(calendar.plans),
                "package": version("chinesecalendar"),
            }
            record(stream=STREAM, action=Action.CALENDAR_LOADED, actor=event_actor(actor), data=data, now=now)
        plans = load_release(now)
    changed = recount(now=now, budget_seconds=budget_seconds).deadlines
    known = calendar_for("", get_directory())
    return Loading(new, max(known.plans), changed, missing_year(now), len(plans))


def missing_year(now: datetime) -> int | None:
    """The year that work reaches, or will from October on, and that has no plan, neither of a release nor entered."""
    return calendar_for("", get_directory()).missing_year(now.astimezone(CHINA).date())


def _recorded() -> str:
    """The calendar of the release that was recorded last."""
    with connection.cursor() as cursor:
        # One run at a time, so that the same calendar is not recorded twice.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [STREAM])
        cursor.execute(_LATEST, [STREAM])
        row = cursor.fetchone()
    return str(row[0]) if row else ""
