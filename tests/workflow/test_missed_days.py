"""No clock counts: one story with every periodic job run daily, a day missed or five, gives the same answers.

The story goes over a month's end, New Year and a make-up Sunday; a question stops a clock, an extension moves a
deadline, work becomes late and is urged. What may differ is said here: marks of being late, and reminders of a time
that had passed when they could be sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from agencies.directory import get_directory
from agencies.sight import seeing
from audit import clock
from cases.models import Escalation, Outbox, Task
from cases.policy.dated import CHINA
from cases.selectors.clocks.case import case_clocks
from cases.selectors.clocks.dwell import DwellFilter, dwell
from cases.web.show.clocks import case as case_page
from cases.web.show.clocks import dwell as figures
from cases.workflow.workdays import calendar_for
from config.celery import app
from tests.workflow.world import World, at

FIRST, LAST = date(2025, 12, 29), date(2026, 1, 21)
# A sweep in the morning and one after the office's end.
SWEEPS = (time(9, 5), time(18, 5))
Act = tuple[str, Callable[[World, str], Any]]
ASK = {"agency": "320300-police", "question": "请协助核对"}
EXTENSION = {"due_on": "2026-01-09", "reason": "取证需要"}
STORY: tuple[Act, ...] = (
    ("2025-12-30 09:30", lambda w, c: w.act(c, "cac-handler1", "accept_task", task=_task(w, c, "analyse_traffic"))),
    ("2025-12-30 10:00", lambda w, c: w.act(c, "cac-handler1", "request_assistance", **ASK)),
    ("2026-01-04 10:00", lambda w, c: w.act(c, "police-handler1", "answer_assistance", answer="已核对")),
    (
        "2026-01-05 15:00",
        lambda w, c: w.act(c, "grid-handler1", "request_extension", due_on="2026-01-09", reason="取证"),
    ),
    ("2026-01-06 11:00", lambda w, c: w.act(c, "drc-reviewer1", "decide_extension", decision="grant")),
    ("2026-01-14 10:00", lambda w, c: w.act(c, "sup-supervisor1", "urge", level="supervise", demand="尽快")),
    ("2026-01-19 16:00", lambda w, c: w.act(c, "cac-handler1", "report_traffic", result="confirmed")),
)
MISSED: dict[str, set[date]] = {
    "none": set(),
    "one": {date(2026, 1, 12)},
    "five": {date(2026, 1, 12) + timedelta(days=n) for n in range(5)},
    "five over New Year": {date(2025, 12, 31) + timedelta(days=n) for n in range(5)},
}


def _task(world: World, case: str, kind: str) -> str:
    return next(task.id for task in world.view(case).tasks if task.kind == kind)


def run_everything(moment: datetime) -> None:
    clock.set_clock(moment, frozen=True)
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        app.tasks[entry["task"]]()


def moments(missed: set[date]) -> Iterable[tuple[datetime, Callable[[World, str], Any] | None]]:
    days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    sweeps = [(datetime.combine(day, when, CHINA), None) for day in days if day not in missed for when in SWEEPS]
    return sorted([*sweeps, *((at(when), act) for when, act in STORY)], key=lambda each: each[0])


def play(missed: set[date]) -> dict[str, Any]:
    """The story; everything it leaves is taken back afterwards."""
    with transaction.atomic():
        clock.set_clock(at("2025-12-29 10:00"), frozen=True)
        world = World("2025-12-29 10:00")
        case = world.open()
        world.act(case, "drc-handler1", "dispatch_verification", findings=["analyse_traffic", "check_consumption"])
        for moment, act in moments(missed):
            if act is None:
                run_everything(moment)
            else:
                clock.set_clock(moment, frozen=True)
                world.now = moment
                act(world, case)
        told = answers(world, case)
        transaction.set_rollback(True)
    clock.forget()
    return told


def answers(world: World, case: str) -> dict[str, Any]:
    actor = world.person("drc-handler1")
    looks = [datetime.combine(LAST, time(20), CHINA) - timedelta(days=n) for n in range(0, 24, 3)]
    with seeing(actor):
        clocks = [case_clocks(actor, case, moment, calendar_for) for moment in looks]
        calendar = calendar_for("320303", get_directory())
        pages = [_unnamed(case_page.page(each, calendar)) for each in clocks if each]
        period = DwellFilter(since=at("2025-12-01 00:00"), until=at("2026-01-21 20:00"))
        rows = {by: dwell(actor, period, (by,), calendar_for) for by in ("agency", "kind", "person")}
    return {
        "clocks": [_unnamed(each) for each in clocks],
        "pages": pages,
        "figures": {by: [figures.line(row, by) for row in found] for by, found in rows.items()},
        "deadlines": sorted(
            Task.objects.filter(case=case).values_list("kind", "state", "due_at", "due_rule", "closed_at")
        ),
        "steps": sorted(
            (row.task.kind, row.step, row.due_at, row.fell_at, row.whom, row.agency_id)
            for row in Escalation.objects.filter(case=case).select_related("task")
        ),
        "overtaken": {(row.task.kind, row.step) for row in Escalation.objects.filter(case=case, outcome="overtaken")},
        "messages": sorted(
            (row.topic, row.agency_id or 0, str(row.payload.get("kind")), str(row.payload.get("step")))
            for row in Outbox.objects.filter(case=case)
        ),
    }


def _unnamed(value: Any) -> Any:
    """Without the ids that every run draws anew."""
    if isinstance(value, dict):
        return {k: _unnamed(v) for k, v in value.items() if k not in ("id", "number", "task", "names", "seq")}
    return [_unnamed(each) for each in value] if isinstance(value, list) else value


@pytest.mark.usefixtures("demo_city", "db")
def test_missed_days_of_every_job_change_no_answer() -> None:
    app.loader.import_default_modules()
    whole = play(MISSED["none"])
    assert {"tomorrow", "today", "overdue", "pressed", "reported"} == {step for _, step, *_ in whole["steps"]}
    assert whole["overtaken"] == set()
    for name, missed in MISSED.items():
        told = play(missed) if missed else whole
        for what in ("clocks", "pages", "figures", "deadlines", "steps"):
            assert told[what] == whole[what], (name, what)
        lost = [message for message in whole["messages"] if message not in told["messages"]]
        assert {(kind, step) for _, _, kind, step in lost} == told["overtaken"], name
        assert [message for message in told["messages"] if message not in whole["messages"]] == [], name
