"""Four days stand still over a weekend: what fell due meanwhile happens once, within a minute of the next start."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter

import pytest

from tests.conftest import ROOT
from tests.drills.telling import drill
from tests.drills.telling.house import House, house
from tests.workflow.world import World

OPENED = "2026-11-03 10:00"  # a Tuesday; the first task of a case is due on Friday at 18:00
STOPPED, STARTED = "2026-11-05T10:00+08:00", "2026-11-09T12:00+08:00"
CASES = 3  # six of a kind at once would be told in one line
WITHIN = 60  # seconds
ABOUT_CASES = "SELECT id FROM cases_outbox WHERE case_id IS NOT NULL"
BEFORE = dict.fromkeys(["tomorrow"], CASES)
AFTER = dict.fromkeys(["tomorrow", "today", "overdue"], CASES)


def steps(made: House) -> dict[str, int]:
    return dict(made.sql("SELECT step, count(*) FROM cases_escalation GROUP BY step"))


def told(made: House) -> Counter[tuple[int, int]]:
    """How many messages each person has of each row about a case; jobs may tell administrators more meanwhile."""
    return Counter(made.sql("SELECT outbox_id, user_id FROM notifications_message WHERE case_id IS NOT NULL"))


def looked_for_what_is_stuck(made: House) -> bool:
    return bool(made.number("SELECT count(*) FROM notifications_dailyrun WHERE day = '2026-11-09'"))


def everything_due(made: House) -> bool:
    return steps(made) == AFTER and made.undelivered() == 0 and looked_for_what_is_stuck(made)


def set_clock(made: House, at: str) -> None:
    command = [sys.executable, "manage.py", "demo_clock", "set", at]
    subprocess.run(command, cwd=ROOT, env=made.environment, check=True, stdout=subprocess.DEVNULL)


def sweeps(made: House) -> int:
    """How many sweeps for deadlines are done."""
    words = re.compile(r"cases.escalate_deadlines\[[^]]*\] succeeded")
    return sum(len(words.findall(worker.log.read_text())) for worker in made.workers)


@pytest.mark.usefixtures("demo_city")
def test_after_a_standstill_each_due_step_happens_once_within_a_minute(fresh_db, servers) -> None:
    world = World(OPENED)
    for _ in range(CASES):
        world.open()
    with house(servers.database_sockets, fresh_db.name, workers=1) as made:
        # Set aside before the standstill, to be tried again in the middle of it.
        made.sql(
            "UPDATE cases_outbox SET failed_at = '2026-11-05T01:59Z', not_before = '2026-11-07T00:00Z', attempts = 3"
        )
        set_clock(made, STOPPED)
        made.start_services()
        made.wait(lambda: steps(made) == BEFORE, "the reminders of the day before")
        made.wait(lambda: made.undelivered() == CASES, "they are told, and what was set aside waits")
        made.stop()

        made.start_servers()
        set_clock(made, STARTED)
        made.start_services()
        made.wait(lambda: everything_due(made), "what fell due meanwhile", WITHIN)
        late = dict(made.sql("SELECT step, bool_and(late) FROM cases_escalation GROUP BY step"))
        assert late["today"]
        assert late["overdue"]

        first, before = told(made), sweeps(made)
        made.timetable.end()
        made.timetable.start()
        made.wait(lambda: sweeps(made) > before, "the jobs are asked for again")
        assert everything_due(made)
        assert told(made) == first
        assert set(first.values()) == {1}
        assert {row for row, _ in first} == {row for (row,) in made.sql(ABOUT_CASES)}
        drill.verify(made)
