"""A regional day and the deadlines that follow it: preview, recount, and a second one that finds nothing to do.

`python -m bench recount --cases 10000 --json`: on a throwaway cluster with the demo city, N cases with one open task
each are made by hand (`bench/importing/by_hand.py`) and their deadlines counted; then the city's approver enters a stop
of work that moves all of them. One line: seconds of the preview, of the recount with its events and notices, of the
second recount, and of the baseline: one hand-written UPDATE of the same deadlines by the owner, without lock, event,
interval or notice. `ratio` is how many times as long as that the recount took.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from bench.growth import _make_base
from bench.import_ import load_city
from bench.sandbox import Sandbox, sandbox

CITY = "3203"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cases", type=int, default=10_000, help="open deadlines (10000)")


def run(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    with sandbox(redis=True) as box:
        load_city()
        _make_base(box, arguments.cases)
        yield _measured(box)


def _measured(box: Sandbox) -> dict[str, Any]:
    from agencies.actors import find_actor
    from agencies.sight import look_as
    from audit.sight import working_as
    from cases.calendar.entering import Draft, checked, enter
    from cases.calendar.preview import effect_of_days
    from cases.policy.dated import CHINA
    from cases.workflow.clockwork.recounting import recount

    opened = _settled(box)
    now = opened + timedelta(hours=1)
    day = _next_workday(opened.astimezone(CHINA).date())
    draft = Draft("disaster", "320300", day, reason="停工", source="徐政办发〔2026〕1号")
    with working_as("calendar"):
        recount(now=now)
        preview, effect = _timed(lambda: effect_of_days(checked(draft, now), now))
    approver = find_actor("drc-approver1")
    look_as(approver)
    enter(actor=approver, draft=draft, now=now)
    with working_as("calendar"):
        took, done = _timed(lambda: recount(now=now))
        again, nothing = _timed(lambda: recount(now=now))
    by_hand = _by_hand(box)
    return {
        "bench": "recount",
        "deadlines": effect.looked_at,
        "preview_s": round(preview, 2),
        "moved": done.deadlines,
        "recount_s": round(took, 1),
        "per_s": round(done.deadlines / took),
        "again_s": round(again, 2),
        "again_moved": nothing.deadlines,
        "by_hand_s": round(by_hand, 2),
        "ratio": round(took / by_hand, 1),
        "load": os.getloadavg()[0],
    }


def _settled(box: Sandbox) -> datetime:
    """Give every task the deadline that its rule gives, as an act would have; returns when the last one was opened."""
    from cases.policy.calendar import national_calendar
    from cases.policy.deadlines import due_at

    owner = box.connect("postgres")
    with owner, owner.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SELECT DISTINCT opened_at FROM cases_task WHERE state = 'open' ORDER BY 1")
        moments = [row[0] for row in cursor.fetchall()]
        for moment in moments:
            due = due_at("triage", moment, national_calendar(), {"working_days": 3})
            cursor.execute(
                "UPDATE cases_task SET due_at = %s, due_rule = 'triage:3 working_days' WHERE opened_at = %s",
                [due.at, moment],
            )
    owner.close()
    latest: datetime = moments[-1]
    return latest


def _by_hand(box: Sandbox) -> float:
    owner = box.connect("postgres")
    with owner.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        began = time.perf_counter()
        cursor.execute("UPDATE cases_task SET due_at = due_at + interval '1 day' WHERE state = 'open'")
        owner.commit()
    owner.close()
    return time.perf_counter() - began


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


def _next_workday(day: date) -> date:
    from cases.policy.calendar import national_calendar

    return national_calendar().next_workday(day + timedelta(days=1))
