"""The figures of the workbench: each task counted once, whatever its state, and the lists behind them hold as many."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from django.db import connection

from audit import clock
from cases.models import Task
from cases.selectors.desk.counts import SPANS, cells, count
from cases.selectors.desk.lines import states
from cases.selectors.tasks import TaskFilter, list_tasks
from cases.web.show import tasks
from cases.web.show.desk import works
from cases.workflow.task_kinds import KINDS


def test_every_kind_of_task_is_of_one_sort():
    assert sorted(kind for work in works.WORKS.values() for kind in work.kinds) == sorted(KINDS)


@pytest.fixture
def busy(who, do, opened):
    """Cases of the commission in several states: dispatched, received, returned and sent out again, assigned."""
    first, second, third = opened(), opened("320302"), opened("320311")
    do("drc-handler1", "accept_task", second)
    do("drc-handler1", "dispatch_verification", first, findings=["trace_subscriber", "check_consumption"])
    task = str(Task.objects.get(case_id=first, kind="check_consumption").id)
    do("grid-handler1", "return_task", first, task=task, reason_code="not_our_region", reason="不在本辖区")
    do("drc-reviewer1", "rule_on_return", first, decision="reassign", agency="320300-grid")
    do("drc-handler1", "dispatch_verification", third, findings=["analyse_traffic"])
    return first, second, third


USERS = ("drc-handler1", "drc-reviewer1", "grid-handler1", "cac-handler1", "telecom-handler1", "drc-approver1")


@pytest.mark.parametrize("username", USERS)
def test_each_figure_is_as_long_as_the_list_behind_it(busy, who, username):
    actor = who(username)
    now = clock.now() + timedelta(days=4)
    today_end, week_end = tasks.cuts(now)
    known = cells(actor, now=now, today_end=today_end, week_end=week_end)
    assert count(known) == list_tasks(actor, TaskFilter(), now=now).total
    spans = tasks.spans(now)
    for whose, work in product(works.WHOSE, ("", *works.NAMES)):
        of = [cell for cell in known if works.is_whose(cell, whose) and works.is_of(cell, work)]
        listed = list_tasks(actor, works.narrowed(actor, TaskFilter(), whose=whose, work=work), now=now)
        assert (listed.total, listed.exact) == (count(of), True), (whose, work)
        assert len(listed.rows) == listed.total
        for span in SPANS:
            days = ("today", "week") if span == "week" else (span,)
            wanted = works.narrowed(actor, spans[span], whose=whose, work=work)
            total = list_tasks(actor, wanted, now=now).total
            assert total == count(cell for cell in of if cell.span in days), (whose, work, span)


def test_who_sent_a_task_is_the_agency_of_the_event_that_opened_it(busy, who):
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*), count(*) FILTER (WHERE t.sender_id IS DISTINCT FROM e.agency_id) FROM cases_task t
            JOIN audit_event e ON e.stream = 'case/' || t.case_id AND e.seq = t.opened_seq"""
        )
        assert cursor.fetchone() == (Task.objects.count(), 0)
    grid = cells(who("grid-handler1"), now=clock.now(), today_end=clock.now(), week_end=clock.now())
    assert [(cell.kind, cell.incoming, cell.again, cell.n) for cell in grid] == [("check_consumption", True, True, 1)]


def test_the_state_of_a_case_is_told_to_whoever_reads_it_whole(busy, who, do):
    first, _, third = (str(case) for case in busy)
    do("cac-handler1", "report_traffic", third, result="confirmed", pools=2, connections=40)
    told = states(who("drc-handler1"), [first, third])
    assert told[third]["results"] == {"analyse_traffic": "confirmed"}
    assert {"trace_subscriber", "check_consumption"} <= told[first]["open"]
    # Another agency's part of the case is no answer to somebody who reads only the own part.
    assert states(who("police-handler1"), [first, third]) == {}
