"""Two worlds that differ in one case: whoever may not see it cannot tell them apart, down to the last byte.

Here somebody of each sort looks; `make drills` lets one person of every agency and role look (drill_worlds.py).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connections

from tests.conftest import SERVERS, Clone, on_database
from tests.security import looking, worlds
from tests.security.city import City
from tests.security.worlds import Hidden

# A sender of lists, a sub-unit, a supervisor of one city only.
SOME = ("telecom-handler1", "gulou-crew1", "xzsup-supervisor1")


@dataclass
class Pair:
    """The database with everything, for each hidden case one without it, and a session for each person."""

    full: str
    city: City
    hidden: list[Hidden]
    people: list[tuple[str, str, str]]
    sessions: dict[str, str]
    without: dict[str, str] = field(default_factory=dict)

    def look(self, database: str, username: str) -> dict[str, bytes]:
        with on_database(database):
            found = looking.answers(self.sessions[username], self.city, self.hidden)
            _close()
        # Two worlds of which somebody sees the login page alone do not differ.
        assert found["/"].startswith(b"200"), (username, found["/"][:300])
        return found


def _close() -> None:
    for alias in connections:
        connections[alias].close()


@pytest.fixture
def hushed() -> Iterator[None]:
    """No line for each of hundreds of refusals; given back also where the worlds cannot be built."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def pair(demo_city: None, fresh_db: Clone, settings: Any, hushed: None) -> Iterator[Pair]:
    settings.SESSION_IDLE_SECONDS = settings.SESSION_COOKIE_AGE  # all have logged in before the first of them looks
    city, hidden = worlds.build(SERVERS, fresh_db.name)
    people = worlds.people()
    made = Pair(fresh_db.name, city, hidden, people, {name: looking.enter(name) for name, *_ in people})
    _close()
    with ExitStack() as copies:
        for each in hidden:
            copy = worlds.taken_out(SERVERS, fresh_db.name, each.case, f"{fresh_db.name}_{each.name}")
            made.without[each.name] = copies.enter_context(copy)
        yield made
        _close()


@dataclass
class Seen:
    """What looking at both worlds brought."""

    compared: int = 0
    size: int = 0
    differing: list[str] = field(default_factory=list)
    leaked: list[str] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)


def compare(pair: Pair, usernames: list[str] | None = None) -> Seen:
    """Both worlds as each person sees them, for each case that may not be seen; and the canaries in the first."""
    seen = Seen()
    for username, agency, role in pair.people:
        if usernames is not None and username not in usernames:
            continue
        full = pair.look(pair.full, username)
        everything = b"\n".join(full.values()).decode(errors="replace")
        for each in pair.hidden:
            sung = {kind for kind, word in each.canaries.items() if word in everything}
            if each.may_see(agency, role):
                seen.shown |= sung
                continue
            seen.leaked += [f"{username}: the {kind} of {each.name}" for kind in sorted(sung)]
            found = looking.differing(full, pair.look(pair.without[each.name], username))
            seen.differing += [f"{username} without {each.name}: {n} bytes of {where}" for where, n in found]
            seen.compared += len(full)
            seen.size += sum(map(len, full.values()))
    return seen


def test_whoever_may_not_see_a_case_cannot_tell_whether_there_is_one(pair: Pair) -> None:
    seen = compare(pair, list(SOME))
    assert seen.differing == []
    assert seen.leaked == []
    assert seen.compared > 2000


def test_whoever_may_see_it_can_tell(pair: Pair) -> None:
    """The measure itself: the worlds do differ, in the list, the page, the search and the tasks; the canaries sing."""
    [nanjing] = [each for each in pair.hidden if each.name == "nanjing"]
    full, other = pair.look(pair.full, "nj-drc-handler1"), pair.look(pair.without["nanjing"], "nj-drc-handler1")
    places = {where.split("?")[0] for where, _ in looking.differing(full, other)}
    assert {"/", "/tasks/", "/cases/", f"/cases/{nanjing.number}/", "/api/v1/cases/"} <= places
    everything = b"\n".join(full.values()).decode(errors="replace")
    sung = {kind for kind, word in nanjing.canaries.items() if word in everything}
    assert sung == {"title", "comment", "filename", "content"}


def summary(seen: Seen) -> str:
    return (
        f"{seen.compared} answers, {seen.size} bytes compared, {len(seen.differing)} answers differ,"
        f" {len(seen.leaked)} canaries leaked"
    )
