"""Two telephones of one crew change the steps of a cut at the same moment: what both entered is there."""

from __future__ import annotations

from threading import Event, Thread
from typing import Any

from django.db import connections

from agencies.actors import find_actor
from agencies.sight import seeing
from cases.workflow.onsite import steps
from tests.conftest import ALIASES, Clone
from tests.web.test_cut_pages import determined
from tests.workflow.world import World


def test_what_two_telephones_enter_at_once_is_all_there(demo_city: None, fresh_db: Clone, settings: Any) -> None:
    settings.OUTBOX_TASK = ""  # no bell: it would ring on after the test's Redis is gone
    world = World()
    case = world.served(determined(world))
    inside, done = Event(), Event()
    people = [find_actor("grid-crew1"), find_actor("grid-crew2")]

    def first(data: dict[str, Any]) -> None:
        data["reading"] = "7"
        inside.set()
        done.wait(1)  # the other one would be done by then, did it not have to wait

    def enter(n: int, token: str, how: Any) -> None:
        try:
            with seeing(people[n]):
                steps.change(people[n], case, token, how, version=1, now=world.now)
        finally:
            for alias in ALIASES:
                connections[alias].close()

    one = Thread(target=enter, args=(0, "token-one", first))
    one.start()
    assert inside.wait(20)
    two = Thread(target=enter, args=(1, "token-two", lambda data: data.update(seal_no="TS-1")))
    two.start()
    two.join(20)
    done.set()
    one.join(20)
    with seeing(people[0]):
        found = steps.load(people[0], case, now=world.now).data
    assert (found.get("reading"), found.get("seal_no")) == ("7", "TS-1")
    assert found["onsite"]["taken"] == ["token-one", "token-two"]
