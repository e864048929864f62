"""Overdue work: who is told of what, what counts as overdue, and what a span of time holds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from audit import clock
from cases.models import Task
from cases.selectors.overdue import OverdueFilter, overdue_agencies, overdue_tasks, overdue_work

ALL = OverdueFilter()
LATER = timedelta(days=30)


@pytest.fixture
def dispatched(opened, do):
    """A case whose findings are open at the carriers and the grid company."""
    case = opened()
    do("drc-handler1", "dispatch_verification", case, findings=["trace_subscriber", "check_consumption"])
    return case


def figures(actor, now):
    return {row.agency["code"]: row.overdue for row in overdue_agencies(actor, ALL, now=now)}


def test_whoever_reads_the_case_whole_is_told_of_all_and_others_of_their_own(who, dispatched):
    now = clock.now() + LATER
    assert figures(who("drc-handler1"), now) == {"320300-telecom": 1, "320300-grid": 1}
    assert figures(who("sup-supervisor1"), now) == {"320300-telecom": 1, "320300-grid": 1}
    # A company that owes a task reads the whole case, and with it who else is late.
    assert figures(who("grid-handler1"), now) == {"320300-telecom": 1, "320300-grid": 1}
    assert figures(who("cac-handler1"), now) == {}
    assert figures(who("drc-handler1"), clock.now()) == {}


def test_the_list_pages_by_how_long_it_is_overdue(who, dispatched, opened):
    opened()
    now, actor = clock.now() + LATER, who("drc-handler1")
    first = overdue_tasks(actor, ALL, now=now, size=2)
    rest = overdue_tasks(actor, ALL, now=now, cursor=first.next, size=2)
    kinds = [row["kind"] for row in first.rows + rest.rows]
    assert (sorted(kinds), first.total, rest.next) == (["check_consumption", "trace_subscriber", "triage"], 3, None)
    assert [row["due_at"] for row in first.rows + rest.rows] == sorted(
        t.due_at for t in Task.objects.filter(state="open")
    )
    only = overdue_tasks(actor, OverdueFilter(kind="triage", region="320303"), now=now)
    assert [row["kind"] for row in only.rows] == ["triage"]
    assert overdue_tasks(actor, OverdueFilter(region="320311"), now=now).rows == []


def test_a_span_holds_what_was_overdue_in_it_and_what_was_done_late(who, do, dispatched, monkeypatch):
    actor, start = who("drc-handler1"), clock.now()
    due = {task.kind: task.due_at for task in Task.objects.filter(state="open")}
    late = due["check_consumption"] + timedelta(days=3)
    monkeypatch.setattr(clock, "now", lambda: late)
    do("grid-handler1", "return_task", dispatched, **_return(dispatched))
    week = timedelta(days=7)

    def kinds(since, until):
        return {row.kind: row.closed_at for row in overdue_work(actor, since=since, until=until)}

    assert kinds(start, min(due.values())) == {}, "not yet"
    before = kinds(late - timedelta(days=2), late - timedelta(hours=1))
    assert before == {"trace_subscriber": None, "check_consumption": None}, "when the span ended it was still open"
    assert kinds(late - week, late + timedelta(hours=1)) == {"trace_subscriber": None}, "returned, not done"
    assert overdue_work(who("cac-handler1"), since=start, until=late) == []
    assert len(overdue_work(None, since=start, until=late)) == 2


def _return(case):
    task = Task.objects.get(case=case, kind="check_consumption", state="open")
    return {"task": str(task.pk), "reason_code": "not_our_duty", "reason": "不属本单位"}
