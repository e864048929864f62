"""Workers, relays, Redis and PostgreSQL are killed while people work; nothing is lost, doubled or overtaken.

The small version; `make drills` has the long one (drill_telling.py).
"""

from __future__ import annotations

import pytest

from tests.drills.telling import drill
from tests.drills.telling.drill import CHILD, MAIN, POSTGRES, REDIS_BARE, RELAY, WORKER
from tests.drills.telling.house import house
from tests.drills.telling.reached import APP, outside

SMALL = {CHILD: 2, WORKER: 1, MAIN: 1, RELAY: 2, REDIS_BARE: 1, POSTGRES: 1}


@pytest.mark.usefixtures("demo_city")
def test_kills_lose_nothing_double_nothing_and_let_nothing_overtake(fresh_db, servers, tmp_path) -> None:
    with (
        outside(tmp_path) as told,
        house(servers.database_sockets, fresh_db.name, workers=2, app=APP, extra=told.environment) as made,
    ):
        report = drill.Drill(made, seed=6, clients=2, outside=told).run(SMALL)
        assert report.flaws == [], str(report)
        assert report.kills.total() == sum(SMALL.values())
        assert report.acts > 50
        assert report.mails == report.messages
        # How many is a matter of how far the clients come; the books hold each case to what the pattern's case called.
        assert report.calls > 0
        drill.verify(made)
