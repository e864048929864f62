"""Who may do and read what: each cell of the hand-kept policy table against the product, with the exact answer.

Here every act and read meets every answer, relation and role that the table knows of, and one cell in sixty of the
rest; `make drills` asks for all of them (drill_cells.py).
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Iterator
from itertools import chain

import pytest

from agencies.vocabulary import Role
from audit.sight import Sight, look
from cases.workflow.transitions import TRANSITIONS
from tests.security.asking import DENIALS, ask
from tests.security.city import City, build
from tests.security.tables import ROLES, Cell, Policy, Table, Unanswered, lines

ONE_IN = 60


@pytest.fixture(scope="module")
def cells() -> list[Cell]:
    return list(Policy().cells(TRANSITIONS))


@pytest.fixture
def city(demo_city: None) -> Iterator[City]:
    logging.disable(logging.CRITICAL)  # a line for each of thousands of refusals
    yield build()
    logging.disable(logging.NOTSET)


@pytest.fixture
def second_wall_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database shows everybody everything: what is not told is kept back by the application."""
    everything = Sight(system="tests")
    monkeypatch.setattr("agencies.sight.sight_of", lambda _: everything)
    monkeypatch.setattr("cases.api.base.look_as_asker", lambda _: look(everything))


@pytest.fixture
def to_first(request: pytest.FixtureRequest) -> bool:
    """Whether the run ends with the first failure anyway."""
    return bool(request.config.getoption("maxfail") == 1)


def quick(cells: list[Cell]) -> tuple[list[Cell], list[Cell]]:
    """The first of each thing with each answer; and beside them the first of each person with each sort of thing."""
    things: dict[tuple[str, ...], Cell] = {}
    people: dict[tuple[str, ...], Cell] = {}
    for cell in cells:
        things.setdefault((cell.thing, cell.answer), cell)
        people.setdefault((cell.place, cell.role, cell.kind), cell)
        people.setdefault((cell.place, cell.stage, cell.answer), cell)
    first = dict.fromkeys(things.values())
    return list(first), [cell for cell in dict.fromkeys(people.values()) if cell not in first]


def chosen(cells: list[Cell]) -> list[Cell]:
    """One in sixty, and the first of each thing with each answer, and of each person with each kind of thing."""
    first: dict[tuple[str, ...], Cell] = {}
    for cell in cells:
        first.setdefault((cell.thing, cell.stage, cell.answer), cell)
        first.setdefault((cell.place, cell.role, cell.stage, cell.kind, cell.answer), cell)
    some = (cell for cell in cells if zlib.crc32(repr(cell).encode()) % ONE_IN == 0)
    return list(dict.fromkeys(chain(first.values(), some)))


@pytest.mark.parametrize(("sort", "least"), [(0, 350), (1, 1200)], ids=["things", "people"])
def test_the_application_alone_answers_one_cell_of_each_sort_as_the_table_says(
    city: City, cells: list[Cell], to_first: bool, sort: int, least: int, second_wall_down: None
) -> None:
    """Behind a whole second wall a filter that is gone from the first would not be noticed."""
    some = quick(cells)[sort]
    assert ask(city, some, to_first=to_first).violations == []
    assert len(some) > least


def test_a_filter_that_is_gone_is_noticed_where_the_second_wall_is_down(
    city: City, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """The measure itself: as long as the second wall stands, nothing is told all the same."""
    monkeypatch.setattr("cases.selectors.events._readable", lambda _: ("(true OR 0 = ANY(%s::bigint[]))", [[]]))
    strange = [Cell("320100-drc", "handler", "verification", "read", "event", "404")]
    assert ask(city, strange).violations == []
    request.getfixturevalue("second_wall_down")
    assert ask(city, strange).violations == ["320100-drc handler verification event: 200, not 404"]


@pytest.mark.parametrize("sort", [0, 1], ids=["things", "people"])
def test_one_cell_of_each_sort_is_answered_as_the_table_says(
    city: City, cells: list[Cell], to_first: bool, sort: int
) -> None:
    assert ask(city, quick(cells)[sort], to_first=to_first).violations == []


def test_each_cell_is_answered_as_the_table_says_and_a_denial_changes_no_row(
    city: City, cells: list[Cell], to_first: bool
) -> None:
    """Those that the quick tests ask for are not asked for twice."""
    some, before = chosen(cells), {cell for half in quick(cells) for cell in half}
    asked = ask(city, [cell for cell in some if cell not in before], to_first=to_first)
    assert asked.violations == []
    assert asked.cells + len(before.intersection(some)) == len(some) > 5000
    assert asked.denials + sum(cell.answer in DENIALS for cell in before.intersection(some)) > 4000


def test_a_row_that_a_denial_leaves_behind_is_noticed(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """The measure itself: a refusal that writes, even where it is undone afterwards, is a violation."""
    from agencies.models import User

    def forgetful(*_: object) -> str:
        User.objects.filter(username="drc-handler1").update(last_login=None)
        return "404"

    monkeypatch.setitem(__import__("tests.security.asking", fromlist=["ANSWERS"]).ANSWERS, "act", forgetful)
    cell = Cell("320300-discipline", "handler", "closed", "act", "comment", "404")
    assert ask(city, [cell]).violations == ["320300-discipline handler closed comment: a denial wrote rows"]


def test_the_table_speaks_of_every_act_and_of_no_other() -> None:
    acts = {act for row in lines("acts") for act in row["act"].split("|")}
    assert acts - {"*", "upload"} == set(TRANSITIONS) - {"open_case"}


def test_the_table_speaks_of_every_role() -> None:
    assert set(ROLES) == {role.value for role in Role}


def test_every_line_of_the_table_has_a_cell_of_its_own(cells: list[Cell]) -> None:
    policy = Policy()
    assert len(list(policy.cells(TRANSITIONS))) == len(cells) > 80_000
    assert policy.dead_lines() == []


def test_two_lines_that_disagree_are_an_error() -> None:
    table = Table("acts")
    table._parsed.append(({"act": frozenset({"comment"}), "stage": frozenset({"closed"})}, "404"))
    with pytest.raises(Unanswered, match="says"):
        table.answer(act="comment", agency="partner", relation="referred", role="handler", stage="closed")
