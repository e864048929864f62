"""Totals of open tasks: exact before, while and after the deltas are folded."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from django.core.management import call_command
from django.db import connection, connections

from audit import clock
from cases.selectors.counters import fold_task_counters
from cases.selectors.tasks import TaskFilter, list_tasks
from cases.tasks import fold_counters


def rows(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


def counted():
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT agency_id, region_code, stage, count(*) FROM cases_task WHERE state = 'open'
               GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""
        )
        open_tasks = cursor.fetchall()
        cursor.execute(
            """SELECT agency_id, region_code, stage, sum(n)::int FROM (
                 SELECT agency_id, region_code, stage, n FROM cases_taskcounter
                 UNION ALL SELECT agency_id, region_code, stage, n FROM cases_taskcounterdelta) x
               GROUP BY 1, 2, 3 HAVING sum(n) <> 0 ORDER BY 1, 2, 3"""
        )
        return open_tasks, cursor.fetchall()


def test_the_counters_agree_with_the_tasks_through_every_kind_of_act(do, opened):
    first, second = opened(), opened("320302")
    fold_task_counters()
    do("drc-handler1", "dispatch_verification", first, findings=["trace_subscriber", "check_consumption"])
    do("telecom-handler1", "report_subscriber", first, result="identified", subject="enterprise", lines=1)
    do("drc-handler1", "propose_exclusion", second, reason_code="research", explanation="高校研究")
    open_tasks, totals = counted()
    assert open_tasks == totals
    assert len(open_tasks) >= 2


def test_folding_changes_no_total(who, opened):
    for n in range(5):
        opened(title=f"点位 {n}")
    handler = who("drc-handler1")
    before = list_tasks(handler, TaskFilter(), now=clock.now())
    assert (before.total, before.exact) == (5, True)
    assert fold_task_counters() == 5
    assert rows("cases_taskcounterdelta") == 0
    after = list_tasks(handler, TaskFilter(), now=clock.now())
    assert (after.total, after.exact) == (5, True)
    assert after.rows == before.rows
    assert fold_task_counters() == 0


def test_the_worker_and_the_command_fold(opened, capsys):
    opened()
    fold_counters()
    assert rows("cases_taskcounterdelta") == 0
    opened()
    call_command("fold_counters")
    assert "1" in capsys.readouterr().out
    assert rows("cases_taskcounterdelta") == 0


def test_readers_see_an_exact_total_while_others_fold(demo_city, fresh_db, who, opened):
    for n in range(40):
        opened(title=f"点位 {n}")
    handler = who("drc-handler1")

    def read(_):
        try:
            return [list_tasks(handler, TaskFilter(), now=clock.now(), size=1).total for _ in range(30)]
        finally:
            connections.close_all()

    def fold(_):
        try:
            return [fold_task_counters() for _ in range(30)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        readers, folders = pool.map(read, range(2)), pool.map(fold, range(2))
        assert {total for reader in readers for total in reader} == {40}
        assert sum(n for folder in folders for n in folder) == 40


def test_the_application_can_write_no_counter(opened):
    import pytest
    from django.db import ProgrammingError

    opened()
    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_taskcounter SET n = 0")
