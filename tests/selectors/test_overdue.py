"""Overdue work: who is told of what, what counts as overdue, and what a span of time holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from agencies.directory import get_directory
from audit import clock
from cases.models import Case, Task
from cases.selectors.overdue import OverdueFilter, overdue_agencies, overdue_tasks, overdue_work
from cases.selectors.overdue import urges as asking
from cases.selectors.overdue.steps import fired
from cases.selectors.overdue.urges import UrgeFilter, urges
from cases.selectors.reach.parts import Part, reading
from cases.workflow.clockwork.escalating import escalate

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


def test_the_steps_of_the_tasks_that_are_asked_for_are_told_to_whoever_sees_the_case(who, dispatched):
    escalate(now=clock.now() + LATER)
    one, other = (str(pk) for pk in Task.objects.filter(state="open").values_list("pk", flat=True))
    told = fired(who("drc-handler1"), [one])
    assert set(told) == {one}
    assert "reported" in [row["step"] for row in told[one]]
    assert set(fired(who("drc-handler1"), [one, other])) == {one, other}
    assert fired(who("cac-handler1"), [one, other]) == {}


@pytest.fixture
def urged(do, dispatched):
    task = Task.objects.get(case=dispatched, kind="check_consumption")
    do("sup-supervisor1", "urge", dispatched, task=str(task.pk), level="remind", demand="请于三日内反馈")
    return dispatched


def test_a_question_of_supervision_is_told_to_whoever_sees_it_and_narrowed_by_region_and_agency(who, urged):
    def asked(username, **wanted):
        return [row["demand"] for row in urges(who(username), UrgeFilter(**wanted), now=clock.now()).rows]

    assert asked("sup-supervisor1") == asked("grid-handler1", region="320303") == ["请于三日内反馈"]
    assert asked("sup-supervisor1", region="320311") == asked("cac-handler1") == []
    ids = {agency.code: agency.id for agency in get_directory().by_id.values()}
    assert asked("sup-supervisor1", agency_id=ids["320300-grid"]) == asked("sup-supervisor1")
    assert asked("sup-supervisor1", agency_id=ids["320300-telecom"]) == []
    seq = Case.objects.get(pk=urged).facts["urges"][0]["seq"]
    assert [key[1] for key in asking._sealed(who("grid-handler1"), {(urged, seq)})] == [seq]
    assert asking._sealed(who("cac-handler1"), {(urged, seq)}) == {}


def test_of_an_own_part_the_words_of_its_own_events_alone_are_told(who, urged, monkeypatch):
    actor, (asked,) = who("grid-handler1"), Case.objects.get(pk=urged).facts["urges"]
    whole = reading(actor, urged)
    for part, words in (
        (replace(whole, part=Part.OWN, events=[asked["seq"]]), "请于三日内反馈"),
        (replace(whole, part=Part.OWN, events=[asked["seq"] + 1]), ""),
        (replace(whole, part=Part.OWN, events=[asked["seq"]], called_off=frozenset({asked["seq"]})), ""),
    ):
        monkeypatch.setattr(asking, "reading", lambda *_, part=part: part)
        (row,) = urges(actor, UrgeFilter(), now=clock.now()).rows
        assert row["demand"] == words


def test_words_that_were_erased_are_none(who, urged, monkeypatch):
    seq = Case.objects.get(pk=urged).facts["urges"][0]["seq"]
    monkeypatch.setattr(asking, "_sealed", lambda *_: {})
    (row,) = urges(who("grid-handler1"), UrgeFilter(), now=clock.now()).rows
    assert (row["demand"], row["answer"]) == ("", "")
    monkeypatch.undo()
    monkeypatch.setattr(asking, "fetch", lambda *_: [{"case_id": urged, "seq": seq, "data": None}])
    assert asking._sealed(who("grid-handler1"), {(urged, seq)}) == {}
