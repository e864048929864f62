"""Workers, relays, Redis and PostgreSQL are killed while people work; nothing is lost, doubled or overtaken.

The small version; `make drills` has the long one (drill_telling.py).
"""

from __future__ import annotations

import pytest

from tests.drills.telling import drill
from tests.drills.telling.drill import CHILD, MAIN, POSTGRES, REDIS_BARE, RELAY, WORKER
from tests.drills.telling.house import house
from tests.drills.telling.reached import by_mail, confirm_addresses
from tests.receivers import start

SMALL = {CHILD: 2, WORKER: 1, MAIN: 1, RELAY: 2, REDIS_BARE: 1, POSTGRES: 1}


@pytest.mark.usefixtures("demo_city")
def test_kills_lose_nothing_double_nothing_and_let_nothing_overtake(fresh_db, servers, tmp_path, request) -> None:
    mail, app = start("smtp", tmp_path / "mail"), "tests.drills.telling.reached"
    request.addfinalizer(mail.stop)
    with house(servers.database_sockets, fresh_db.name, workers=2, app=app, extra=by_mail(mail)) as made:
        confirm_addresses(made)
        report = drill.Drill(made, seed=6, clients=2, mail=mail).run(SMALL)
        assert report.flaws == [], str(report)
        assert report.kills.total() == sum(SMALL.values())
        assert report.acts > 50
        assert report.deliveries == report.messages
        drill.verify(made)
