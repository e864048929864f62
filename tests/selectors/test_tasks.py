"""Keyset paging of tasks: every filter, both directions, rows that come and go in between."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from django.db import connection

from audit import clock
from cases.selectors.paging import InvalidCursor
from cases.selectors.tasks import BY_DUE, TaskFilter, list_tasks, next_task

FILTERS = [TaskFilter(stage=s, region=r) for s, r in product((None, "monitoring"), (None, "3203", "320302", "320303"))]


def read_all(actor, wanted, size):
    seen, cursor = [], None
    while True:
        page = list_tasks(actor, wanted, now=clock.now(), cursor=cursor, size=size)
        seen += page.rows
        if page.next is None:
            return seen, page
        cursor = page.next


def plainly(wanted):
    """The same list from a statement that is obviously right."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT t.id::text FROM cases_task t JOIN agencies_agency a ON a.id = t.agency_id
               WHERE a.code = '320300-drc' AND t.state = 'open' AND (%s IS NULL OR t.stage = %s)
               AND (%s IS NULL OR t.region_code LIKE %s || '%%') ORDER BY t.due_at, t.id""",
            [wanted.stage, wanted.stage, wanted.region, wanted.region],
        )
        return [row[0] for row in cursor.fetchall()]


@pytest.fixture
def eleven(opened):
    return [opened(region=("320302", "320303", "320311")[n % 3], title=f"点位 {n}") for n in range(11)]


@pytest.mark.parametrize("wanted", FILTERS, ids=str)
def test_pages_of_any_size_together_are_the_whole_list(who, eleven, wanted):
    whole = plainly(wanted)
    for size in (1, 2, 3, 11, 50):
        rows, last = read_all(who("drc-handler1"), wanted, size)
        assert [row["id"] for row in rows] == whole
        assert (last.total, last.exact) == (len(whole), True)


@pytest.mark.parametrize("wanted", FILTERS, ids=str)
def test_going_back_leads_through_the_same_pages(who, eleven, wanted):
    actor, pages, cursor = who("drc-handler1"), [], None
    while True:
        page = list_tasks(actor, wanted, now=clock.now(), cursor=cursor, size=2)
        pages.append(page)
        if page.next is None:
            break
        cursor = page.next
    for earlier, later in zip(pages[-2::-1], pages[:0:-1], strict=True):
        back = list_tasks(actor, wanted, now=clock.now(), cursor=later.previous, size=2)
        assert back.rows == earlier.rows
    assert pages[0].previous is None


def test_tasks_that_begin_and_end_in_between_neither_double_nor_hide_others(who, do, opened, eleven):
    actor = who("drc-handler1")
    first = list_tasks(actor, TaskFilter(), now=clock.now(), size=4)
    opened(title="新来的")
    done = first.rows[0]["case"]["id"]
    do("drc-handler1", "dispatch_verification", done, findings=["trace_subscriber"])
    rest, cursor = [], first.next
    while cursor:
        page = list_tasks(actor, TaskFilter(), now=clock.now(), cursor=cursor, size=4)
        rest, cursor = rest + page.rows, page.next
    seen = [row["case"]["id"] for row in first.rows + rest]
    assert len(seen) == len(set(seen))
    assert set(eleven) <= set(seen)


def test_equal_deadlines_are_told_apart_by_the_id(who, opened):
    for n in range(4):
        opened(title=f"同刻 {n}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT due_at) FROM cases_task")
        assert cursor.fetchone()[0] == 1
    rows, _ = read_all(who("drc-handler1"), TaskFilter(), 1)
    assert len({row["id"] for row in rows}) == 4


def test_a_task_is_overdue_from_its_deadline_on(who, opened):
    opened()
    due = list_tasks(who("drc-handler1"), TaskFilter(), now=clock.now()).rows[0]["due_at"]
    for now, overdue in ((due, False), (due + timedelta(seconds=1), True)):
        assert list_tasks(who("drc-handler1"), TaskFilter(), now=now).rows[0]["overdue"] is overdue


@pytest.mark.parametrize("token", ["x", "é", "bnVsbA", "W10", "WyJ0YXNrcyIsImYiLDEsMl0", "eyJhIjoxfQ", "a" * 399])
def test_a_cursor_that_was_made_up_is_refused(who, token):
    with pytest.raises(InvalidCursor):
        list_tasks(who("drc-handler1"), TaskFilter(), now=clock.now(), cursor=token)


def test_a_cursor_is_read_as_it_was_written(who, opened):
    opened()
    row = list_tasks(who("drc-handler1"), TaskFilter(), now=clock.now()).rows[0]
    read = BY_DUE.decode(BY_DUE.encode(row, backward=True))
    assert read.backward
    assert read.values[0] == row["due_at"]
    assert str(read.values[1]) == row["id"]


def test_one_statement_reads_page_and_total(who, opened, django_assert_num_queries):
    opened()
    actor = who("drc-handler1")
    list_tasks(actor, TaskFilter(), now=clock.now())
    for wanted in FILTERS:
        with django_assert_num_queries(1):
            list_tasks(actor, wanted, now=clock.now())


def test_the_next_task_goes_down_the_list_of_what_the_person_can_do_and_begins_again(who, do, opened):
    numbers = [opened(title=f"点位 {n}") for n in range(3)]
    handler, now = who("drc-handler1"), clock.now()
    order = [row["id"] for row in list_tasks(handler, TaskFilter(), now=now).rows]
    assert len(order) == len(numbers)
    assert next_task(handler, now=now)["id"] == order[0]
    assert [next_task(handler, now=now, after=each)["id"] for each in order] == [order[1], order[2], order[0]]
    # Whoever has another role is not sent to what they cannot do, nor to what somebody else was named for.
    assert next_task(who("drc-approver1"), now=now) is None
    assert list_tasks(who("drc-approver1"), TaskFilter(doable=True), now=now).total == 0
    found = list_tasks(handler, TaskFilter(doable=True), now=now)
    assert (found.total, found.exact) == (3, True)
    task = found.rows[0]
    do("drc-reviewer1", "assign_task", task["case"]["id"], task=task["id"], assignee="drc-handler2")
    assert next_task(handler, now=now)["id"] == order[1]
    assert next_task(who("drc-handler2"), now=now, mine=True)["id"] == task["id"]
    assert next_task(handler, now=now, mine=True) is None
