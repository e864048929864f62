"""The functions that work with the owner's rights: each asks who is looking before it does."""

from __future__ import annotations

import json

import pytest
from django.db import DatabaseError, OperationalError, connections, transaction

from agencies.actors import find_actor
from agencies.models import User
from agencies.sight import look_as_asker, seeing, sight_of
from agencies.visibility import sight_keys
from audit.chain import canonical
from audit.errors import SightError
from audit.services import erase_sealed
from audit.sight import Sight, looking, nobody, working_as
from cases.selectors.counters import fold_task_counters
from cases.workflow.errors import NotVisible
from tests.wall.conftest import rows, sqlstate
from tests.workflow.world import World

OUTSIDERS = ("nj-drc-handler1", "police-handler1", "admin1")


def load(case: str | None, user: int, *, lock: bool = False) -> dict:
    return json.loads(rows("SELECT case_load(%s::uuid, %s, '', %s)", case, user, lock)[0][0])


def refused(door: str, *values: object) -> str:
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        rows(door, *values)
    return sqlstate(caught.value)


def test_loading_says_of_a_case_outside_the_sight_what_it_says_of_none(world: World) -> None:
    case = world.open()
    none = "01890000-0000-7000-8000-000000000000"
    for username in OUTSIDERS:
        actor = find_actor(username)
        with seeing(actor):
            assert load(case, actor.user_id) == load(none, actor.user_id)
    inside = find_actor("drc-handler1")
    with seeing(inside):
        assert load(case, inside.user_id)["case"]["id"] == case


def test_loading_locks_nothing_that_is_not_seen(fresh_db: object, demo_city: None) -> None:
    case, lock = World().open(), "SELECT 1 FROM cases_case WHERE id = %s FOR UPDATE NOWAIT"
    for username, locked in (("nj-drc-handler1", False), ("drc-handler1", True)):
        actor = find_actor(username)
        with transaction.atomic(), seeing(actor):
            load(case, actor.user_id, lock=True)
            try:
                with connections["owner"].cursor() as owner:
                    owner.execute(lock, [case])
                taken = False
            except OperationalError:
                taken = True
        assert taken is locked, username


def test_who_has_read_no_posts_yet_is_shown_what_the_database_knows_of_them(world: World) -> None:
    case = world.open()
    inside, outside = find_actor("drc-handler1"), find_actor("nj-drc-handler1")
    with nobody():
        look_as_asker(inside.user_id)
        assert rows("SELECT count(*) FROM cases_case") == [(0,)]
        assert load(case, inside.user_id)["case"]["id"] == case
        look_as_asker(outside.user_id)
        assert load(case, outside.user_id)["case"] is None


def test_nobody_acts_for_another_person(world: World) -> None:
    case = world.open()
    me, other = find_actor("nj-drc-handler1"), find_actor("drc-handler1")
    for sight in (sight_of(me), Sight(), Sight(user=me.user_id)):
        with looking(sight):
            assert refused("SELECT case_load(%s, %s, '', false)", case, other.user_id) == "LZ006"
            assert refused("SELECT case_open_load(%s, '', 1)", other.user_id) == "LZ006"


def test_the_engine_through_the_wall_answers_as_before(world: World) -> None:
    case = world.open()
    for username in OUTSIDERS:
        with seeing(world.person(username)), pytest.raises(NotVisible):
            world.act(case, username, "comment", comment="看得见吗")
    with seeing(world.person("drc-handler1")):
        assert world.act(case, "drc-handler1", "comment", comment="看得见").version == 2
        assert world.open()


def test_committing_writes_no_case_outside_the_sight_and_nothing_in_anothers_name(world: World) -> None:
    """Bodies as the engine writes them, sent to the door by somebody else."""
    case, numbers = world.open(), []
    with working_as("tests"):
        head = rows("SELECT encode(head, 'hex') FROM cases_case WHERE id = %s", case)[0][0]
    author, stranger = find_actor("drc-handler1"), find_actor("nj-drc-handler1")
    for actor, sight, expected in (
        (author, sight_of(author), None),
        (stranger, sight_of(stranger), "LZ006"),
        (author, sight_of(stranger), "LZ006"),
        (stranger, sight_of(author), "LZ006"),
        (author, Sight(), "LZ006"),
        (author, Sight(system="relay"), "LZ006"),
        (author, Sight(system="calendar"), None),
    ):
        body = canonical({
            "v": 1, "stream": f"case/{case}", "seq": 2, "prev": head, "at": "2026-11-20T02:00:00.000000Z",
            "action": "comment", "from": "monitoring", "to": "monitoring", "rules": "t",
            "actor": {"id": actor.user_id, "agency": None, "username": actor.username, "role": "handler"},
        })  # fmt: skip
        with looking(sight):
            try:
                with transaction.atomic():
                    rows("SELECT case_commit(ARRAY[%s::bytea], '[{}]')", body)
                    transaction.set_rollback(True)
                found = None
            except DatabaseError as error:
                found = sqlstate(error)
        numbers.append(found)
        assert found == expected, (actor.username, sight)


def test_a_number_is_drawn_for_an_agency_of_ones_own(world: World) -> None:
    draw = "SELECT case_draw_number((SELECT id FROM agencies_agency WHERE code = %s), 'x', 2026)"
    for username, code, may in (
        ("drc-handler1", "320300-drc", True),
        ("drc-handler1", "320300-grid", False),
        ("gulou-crew1", "320300-grid", True),  # the principal of the unit
        ("nj-drc-handler1", "320300-drc", False),
        ("admin1", "320300-drc", False),
    ):
        with seeing(find_actor(username)):
            if may:
                with transaction.atomic():
                    assert rows(draw, code)
                    transaction.set_rollback(True)
            else:
                assert refused(draw, code) == "LZ006", (username, code)


def test_counters_are_folded_by_their_own_actor_only(world: World) -> None:
    world.open()
    with working_as("relay"), pytest.raises(DatabaseError), transaction.atomic():
        fold_task_counters()
    with working_as("counters"):
        assert fold_task_counters() > 0
        assert rows("SELECT count(*) FROM cases_taskcounter") == [(0,)]  # the door is all it has


def test_the_head_of_a_case_is_no_news(world: World) -> None:
    case = world.open()
    with seeing(find_actor("nj-drc-handler1")):
        assert refused("SELECT * FROM audit_head(%s)", f"case/{case}") == "LZ006"
        assert rows("SELECT seq FROM audit_head('account/nobody-at-all')") == [(0,)]


def test_sealed_data_are_erased_by_those_alone_who_may(world: World) -> None:
    actor = {"id": None, "username": "system", "agency": None, "role": "system"}
    for name in ("relay", "intake", "verifier"):
        with working_as(name), pytest.raises(SightError), transaction.atomic():
            erase_sealed(event_id=1, reason="retention", actor=actor, now=world.now)


def test_who_takes_part_is_told_to_those_who_see_the_case(world: World) -> None:
    case = world.open()
    with seeing(find_actor("drc-handler1")):
        assert len(rows("SELECT * FROM case_participants(%s)", case)) > 1
        assert len(rows("SELECT * FROM cases_caseagency WHERE case_id = %s", case)) == 1
    with seeing(find_actor("nj-drc-handler1")):
        assert rows("SELECT * FROM case_participants(%s)", case) == []


def test_the_search_finds_nothing_outside_the_sight_whatever_agency_is_named(world: World) -> None:
    world.open(title="云龙区 彭城冷库")
    through = (
        "SELECT jsonb_agg(jsonb_build_object('agency', id, 'rank', 2, 'principal', id, 'kwh', 7)) FROM agencies_agency"
    )
    wanted = '{"words": "冷库"}'
    found = f"SELECT n, id IS NULL FROM case_list(({through}), '{wanted}', 'due', false, NULL, NULL, false, NULL, 9)"
    counted = f"SELECT case_list_counts(({through}), '[{wanted}]')"
    with seeing(find_actor("drc-handler1")):
        assert rows(found) == [(1, False)]
        assert rows(counted) == [([1],)]
    for sight in (sight_of(find_actor("nj-drc-handler1")), Sight(), Sight(system="counters")):
        with looking(sight):
            assert rows(found) == [(0, True)]
            assert rows(counted) == [([0],)]


def test_the_database_knows_the_same_keys_of_sight_as_the_application(world: World) -> None:
    world.give("drc-handler1", "supervisor", "320300-supervision")
    for username in User.objects.values_list("username", flat=True):
        actor = find_actor(username)
        known = rows("SELECT agencies_sight(agencies_posts(%s))", actor.user_id)[0][0] or []
        assert known == sight_keys(actor), username
