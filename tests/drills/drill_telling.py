"""`pytest -s tests/drills/drill_telling.py`: two thousand kills of workers and relays, fifty of each server.

And the same with one safety taken out at a time, to see that the flaw is found by killing alone. KILLS=200 makes it a
tenth, SEED=7 another order and other moments; DRILLS_KEEP=1 keeps data, logs and ledgers.
"""

from __future__ import annotations

import os
import sys

import pytest

from tests.drills.telling import books, drill, sabotaged
from tests.drills.telling.drill import CHILD, MAIN, POSTGRES, REDIS_BARE, REDIS_KEPT, RELAY, TIMETABLE, WORKER
from tests.drills.telling.house import house
from tests.drills.telling.reached import APP, outside

FULL = {
    CHILD: 1200,
    WORKER: 100,
    MAIN: 100,
    RELAY: 600,
    TIMETABLE: 20,
    REDIS_KEPT: 25,
    REDIS_BARE: 25,
    POSTGRES: 50,
}
SHARE = int(os.environ.get("KILLS", "2000")) / 2000
SEED = int(os.environ.get("SEED", "2026"))
FEW = {CHILD: 60, RELAY: 30, WORKER: 5}

pytestmark = pytest.mark.usefixtures("demo_city")


def test_two_thousand_kills(fresh_db, servers, tmp_path) -> None:
    plan = {what: max(1, round(count * SHARE)) for what, count in FULL.items()}
    with (
        outside(tmp_path) as told,
        house(servers.database_sockets, fresh_db.name, workers=3, app=APP, extra=told.environment) as made,
    ):
        # Slower than what sends on a busy machine: what waits must be able to become less while people work on.
        report = drill.Drill(made, seed=SEED, outside=told, pause=0.4).run(plan, say=say)
        say(str(report))
        say(drill.verify(made))
        assert report.flaws == []


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (sabotaged.DOUBLED, books.DOUBLED),
        (sabotaged.LOST, books.LOST),
        (sabotaged.OVERTAKEN, books.DISORDERED),
    ],
)
def test_with_a_safety_taken_out_the_same_kills_are_found_out(fresh_db, servers, kind: str, found: str) -> None:
    app = "tests.drills.telling.sabotaged"
    with house(servers.database_sockets, fresh_db.name, workers=3, app=app, extra={"SABOTAGE": kind}) as made:
        if kind == sabotaged.DOUBLED:
            made.sql(sabotaged.UNGUARDED)
        report = drill.Drill(made, seed=SEED).run(FEW, say=say)
        say(f"sabotage {kind}: {report}")
        assert found in {flaw.kind for flaw in report.flaws}


def test_clients_that_repeat_without_a_key_are_found_out(fresh_db, servers) -> None:
    with house(servers.database_sockets, fresh_db.name, workers=1, extra={"DRILL_KEYS": "off"}) as made:
        report = drill.Drill(made, seed=SEED, clients=2).run({POSTGRES: 3}, say=say)
        say(f"without keys: {report}")
        assert books.DOUBLED in {flaw.kind for flaw in report.flaws}


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
