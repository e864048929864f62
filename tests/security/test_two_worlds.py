"""Two worlds that differ in one case: whoever may not see it cannot tell them apart, down to the last byte.

Here somebody of each sort looks, at a world without all the cases that are not theirs; in `make drills` one person of
every agency and role looks for each of the cases alone (drill_worlds.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connections

from tests.conftest import SERVERS, Clone, on_database
from tests.hearing import Heard
from tests.security import looking, worlds
from tests.security.city import City
from tests.security.in_clear import shown_in_clear, told
from tests.security.worlds import Hidden

# A sender of lists, a sub-unit, a supervisor of one city only.
SOME = ("telecom-handler1", "gulou-crew1", "xzsup-supervisor1")


@dataclass
class Pair:
    """The database with everything, copies of it without some of the hidden cases, and a session for each person."""

    full: str
    city: City
    hidden: list[Hidden]
    people: list[tuple[str, str, str]]
    sessions: dict[str, str]
    heard: Heard
    copies: ExitStack
    made: dict[tuple[str, ...], str] = field(default_factory=dict)

    def without(self, hidden: list[Hidden]) -> str:
        """The copy without these cases, made when it is first asked for."""
        names = tuple(each.name for each in hidden)
        if names not in self.made:
            _close()
            copy = worlds.taken_out(SERVERS, self.full, [each.case for each in hidden], f"{self.full}_{len(self.made)}")
            self.made[names] = self.copies.enter_context(copy)
        return self.made[names]

    def look(self, database: str, username: str, asked: Sequence[str] = ()) -> dict[str, bytes]:
        """Everything that this person can read, or these addresses alone."""
        session = self.sessions[username]
        with on_database(database):
            found = looking.answers_of(session, asked) if asked else looking.answers(session, self.city, self.hidden)
            _close()
        # Two worlds of which somebody sees the login page alone do not differ.
        assert found["/"].startswith(b"200"), (username, found["/"][:300])
        return found


def _close() -> None:
    for alias in connections:
        connections[alias].close()


@pytest.fixture
def pair(demo_city: None, fresh_db: Clone, settings: Any, heard: Heard) -> Iterator[Pair]:
    settings.SESSION_IDLE_SECONDS = settings.SESSION_COOKIE_AGE  # all have logged in before the first of them looks
    city, hidden = worlds.build(SERVERS, fresh_db.name)
    people = worlds.people()
    sessions = {name: looking.enter(name) for name, *_ in people}
    with ExitStack() as copies:
        yield Pair(fresh_db.name, city, hidden, people, sessions, heard, copies)
        _close()


@dataclass
class Seen:
    """What looking at both worlds brought."""

    compared: int = 0
    size: int = 0
    differing: list[str] = field(default_factory=list)
    leaked: list[str] = field(default_factory=list)
    in_clear: list[str] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)


def compare(pair: Pair, usernames: Collection[str] | None = None) -> Seen:
    """Both worlds as each person sees them; canaries, and personal values in clear, in the first.

    For everybody the other world is one without a single case that they may not see, each such case in turn; for the
    persons named here it is one without all of these cases.
    """
    seen = Seen()
    for username, agency, role in pair.people:
        if usernames is not None and username not in usernames:
            continue
        full = pair.look(pair.full, username)
        everything = b"\n".join(full.values()).decode(errors="replace")
        with on_database(pair.full):
            seen.in_clear += [f"{username}: {item}" for item in sorted(shown_in_clear(everything, username))]
        unseen = [each for each in pair.hidden if not each.may_see(agency, role)]
        for each in pair.hidden:
            sung = {kind for kind, word in each.canaries.items() if word in everything}
            if each in unseen:
                seen.leaked += [f"{username}: the {kind} of {each.name}" for kind in sorted(sung)]
            else:
                seen.shown |= sung
        for missing in [[each] for each in unseen] if usernames is None else [unseen]:
            found = looking.differing(full, pair.look(pair.without(missing), username))
            names = "+".join(each.name for each in missing)
            seen.differing += [f"{username} without {names}: {n} bytes of {where}" for where, n in found]
            seen.compared += len(full)
            seen.size += sum(map(len, full.values()))
    return seen


def test_whoever_may_not_see_a_case_cannot_tell_whether_there_is_one(pair: Pair) -> None:
    seen = compare(pair, SOME)
    assert seen.differing == []
    assert (seen.leaked, seen.in_clear, told(pair.heard, pair.hidden)) == ([], [], [])
    assert seen.compared > 2000
    assert len(pair.heard.lines) > 100


def test_whoever_may_see_it_can_tell(pair: Pair) -> None:
    """The measure itself: the worlds do differ, in the list, the page, the search and the tasks; the canaries sing."""
    [nanjing] = [each for each in pair.hidden if each.name == "nanjing"]
    lists, own = ["/", "/tasks/", "/cases/", "/api/v1/cases/"], (nanjing.number, *nanjing.files)
    with on_database(pair.full):
        of_case = [at for at in looking.addresses(pair.city, pair.hidden) if any(name in at for name in own)]
    full, other = (pair.look(at, "nj-drc-handler1", [*lists, *of_case]) for at in (pair.full, pair.without([nanjing])))
    assert {*lists, f"/cases/{nanjing.number}/"} <= {where for where, _ in looking.differing(full, other)}
    everything = b"\n".join(full.values()).decode(errors="replace")
    sung = {kind for kind, word in nanjing.canaries.items() if word in everything}
    assert sung == {"title", "comment", "filename", "content"}


def summary(seen: Seen) -> str:
    return (
        f"{seen.compared} answers, {seen.size} bytes compared, {len(seen.differing)} answers differ,"
        f" {len(seen.leaked)} canaries leaked"
    )
