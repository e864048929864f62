"""The wall around the records of reading and erasing, and around everything with which somebody gets in."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.test import Client

from agencies.access import live
from agencies.access.reads import note_read
from agencies.actors import find_actor
from agencies.models import Agency, ImpactAssessment, LiveSession, Provision, User
from agencies.sight import seeing, sight_of
from agencies.vocabulary import Kind
from audit import clock
from audit.access.sections import prune, seal_section
from audit.access.writing import Way
from audit.errors import SightError
from audit.log import timestamp
from audit.sight import Sight, looking, nobody, working_as
from cases.models.erasure import Erasure
from cases.retention import acts
from tests.retention import story
from tests.wall.conftest import GETTING_IN, rows, sqlstate
from tests.workflow.world import World

#: Every sort of sight once.
SORTS = ("drc-handler1", "drc-reviewer1", "grid-reviewer1", "admin1", "sec-admin1", "audit-admin1", "sup-supervisor1")


def numbers(table: str) -> int:
    return int(rows(f"SELECT count(*) FROM {table}")[0][0])


def refused(door: str, *values: object) -> str:
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        rows(door, *values)
    return sqlstate(caught.value)


def changed(statement: str) -> int:
    """How many rows it changed; none where the application has no right or the table no such column."""
    with suppress(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.rowcount)
    return 0


# -- ways in -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def ways_in(demo_city: None) -> None:
    """A session and a wrong try; the passwords are those of the demo."""
    client = Client()
    client.force_login(User.objects.get(username="drc-handler1"))
    client.get("/login/")
    Client().post("/login/", {"username": "grid-handler1", "password": "wrong"})
    assert numbers("agencies_livesession")
    assert numbers("axes_accessattempt")
    assert numbers("agencies_password")


@pytest.mark.parametrize("table", GETTING_IN)
def test_nobody_reads_changes_or_deletes_what_somebody_gets_in_with(ways_in: None, table: str) -> None:
    before = numbers(table)
    sights = [Sight(), *(sight_of(find_actor(name)) for name in SORTS)]
    # Every other system actor, too: those who keep the log of readings or fold counters log nobody in.
    for sight in [
        *sights,
        *(Sight(system=name) for name in ("relay", "intake", "access_log", "retention", "calendar")),
    ]:
        with looking(sight):
            assert numbers(table) == 0, sight
            for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id"):
                assert changed(statement) == 0, (sight, statement)
    assert numbers(table) == before


def test_a_session_is_made_by_the_functions_that_log_in_and_by_nothing_else(demo_city: None) -> None:
    actor, user = find_actor("drc-handler1"), User.objects.get(username="drc-handler1")
    row: dict[str, Any] = {"user": user, "begun_at": clock.now(), "seen_at": clock.now(), "device": "", "address": ""}
    with seeing(actor), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        LiveSession.objects.create(id="01890000-0000-7000-8000-000000000001", **row)
    Client().force_login(user)
    with nobody():
        assert [each.user_id for each in live.of(user)] == [user.pk] * len(live.of(user))


# -- the access log ----------------------------------------------------------------------------------------------------


def line(username: str | None) -> int:
    way = Way.PAGE if username else Way.COMMAND
    return note_read(actor=find_actor(username) if username else None, way=way, items=["phone"])


def test_the_access_log_shows_a_person_what_they_oversee(demo_city: None) -> None:
    own, grid, province, nanjing, shell = (
        line(name) for name in ("drc-handler1", "grid-handler1", "js-drc-handler1", "nj-drc-handler1", None)
    )
    expected = {
        "drc-reviewer1": {own},
        "nj-drc-reviewer1": {nanjing},
        "xzsup-supervisor1": {own, grid},
        "audit-admin1": {own, grid},
        "sup-supervisor1": {own, grid, province, nanjing, shell},
        **{name: set() for name in ("drc-handler1", "grid-reviewer1", "admin1", "sec-admin1")},
    }
    for username, ids in expected.items():
        with seeing(find_actor(username)):
            assert {row[0] for row in rows("SELECT id FROM audit_access")} == ids, username
    with nobody():
        assert numbers("audit_access") == 0


def test_a_line_of_the_access_log_is_the_lookers(demo_city: None) -> None:
    me, other = find_actor("drc-handler1"), find_actor("grid-handler1")
    said = {
        "at": timestamp(clock.now()), "username": "x", "way": "page", "rows": 1, "items": [], "role": "", "address": "",
        "target": "", "purpose": "", "file_hash": "",
    }  # fmt: skip
    note = "SELECT audit_note_access(%s::jsonb)"
    mine, others, nobodys = (json.dumps({**said, "user_id": who}) for who in (me.user_id, other.user_id, None))
    for sight, may in (
        (sight_of(me), {mine}),
        (Sight(), set()),
        (Sight(system="list_report"), {nobodys}),
        (Sight(system="access_log"), set()),
        (Sight(system="relay"), set()),
    ):
        with looking(sight):
            for body in (mine, others, nobodys):
                if body in may:
                    assert rows(note, body)
                else:
                    assert refused(note, body) == "LZ006", (sight, body)


def test_the_access_log_is_sealed_and_pruned_by_its_own_actor(demo_city: None) -> None:
    line("drc-handler1")
    for sight in (Sight(), sight_of(find_actor("audit-admin1")), Sight(system="retention")):
        with looking(sight):
            assert refused("SELECT audit_access_settled()") == "LZ006"
            assert refused("SELECT audit_prune_access('{}')") == "LZ006"
    with working_as("access_log"):
        assert seal_section() is not None
        assert prune().lines == 0
        # Of the trail it reads its own seals.
        assert {row[0] for row in rows("SELECT DISTINCT stream FROM audit_event")} == {"access/log"}


# -- the registers -----------------------------------------------------------------------------------------------------


def assessment(agency: int, by: int) -> ImpactAssessment:
    now = clock.now()
    return ImpactAssessment(
        agency_id=agency, activity="a", occasion="other", lawful="l", impact="i", measures="m", conclusion="stop",
        assessed_on=now.date(), recorded_by_id=by, recorded_at=now,
    )  # fmt: skip


def provided(agency: int, by: int | None, **more: Any) -> Provision:
    now = clock.now()
    return Provision(
        agency_id=agency, recipient_text="r", purpose="p", basis="b", fields=["phone"], subjects=1, provided_at=now,
        recorded_by_id=by, recorded_at=now, **more,
    )  # fmt: skip


@pytest.mark.parametrize("make", [assessment, provided])
def test_a_register_is_written_in_ones_own_name_for_the_own_commission(demo_city: None, make: Any) -> None:
    me, other = find_actor("drc-reviewer1"), find_actor("nj-drc-reviewer1")
    own, far = (Agency.objects.get(code=code).pk for code in ("320300-drc", "320100-drc"))
    with seeing(me):
        make(own, me.user_id).save(force_insert=True)
    for sight, agency, by in (
        (sight_of(me), far, me.user_id),
        (sight_of(me), own, other.user_id),
        (sight_of(other), own, other.user_id),
        (sight_of(find_actor("drc-handler1")), own, find_actor("drc-handler1").user_id),
        (Sight(), own, me.user_id),
    ):
        with looking(sight), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            make(agency, by).save(force_insert=True)
    table = make(own, None)._meta.db_table
    for username, seen in (("drc-reviewer1", 1), ("xzsup-supervisor1", 1), ("sup-supervisor1", 1)):
        with seeing(find_actor(username)):
            assert numbers(table) == seen, username
    for username in ("nj-drc-reviewer1", "drc-handler1", "admin1", "grid-reviewer1"):
        with seeing(find_actor(username)):
            assert numbers(table) == 0, username


def test_lines_of_the_product_itself_are_not_for_a_person_to_write(demo_city: None) -> None:
    me, own = find_actor("drc-reviewer1"), Agency.objects.get(code="320300-drc").pk
    with seeing(me), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        provided(own, me.user_id, event_id=1).save(force_insert=True)
    with working_as("provisions"):
        provided(own, None, event_id=1).save(force_insert=True)


def test_a_provision_about_a_case_out_of_sight_is_no_news_to_who_works_on_cases(demo_city: None) -> None:
    case, own = World().open(), Agency.objects.get(code="320300-drc").pk
    provided(own, None, event_id=1, case_id=case).save(force_insert=True)
    reviewer = sight_of(find_actor("drc-reviewer1"))
    with looking(reviewer):
        assert numbers("agencies_provision") == 1
    # The same person through no agency that takes part, and the administrator who sees no case at all.
    with looking(replace(reviewer, keys=(4 * 10**9,))):
        assert numbers("agencies_provision") == 0
    with seeing(find_actor("audit-admin1")):
        assert numbers("agencies_provision") == 1
        assert numbers("cases_case") == 0


# -- erasures ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def proposed(demo_city: None) -> Erasure:
    story.closed()
    story.later(days=4000)
    with nobody():
        acts.propose(clock.now())
    return Erasure.objects.get(scope="everything")


def test_an_erasure_is_seen_by_the_leading_commissions_deciders_and_by_supervision(proposed: Erasure) -> None:
    for username, seen in (
        ("drc-reviewer1", True),
        ("drc-approver1", True),
        ("xzsup-supervisor1", None),
        ("drc-handler1", False),
        ("grid-reviewer1", False),
        ("nj-drc-reviewer1", False),
        ("audit-admin1", False),
        ("admin1", False),
    ):
        with seeing(find_actor(username)):
            found = numbers("cases_erasure") > 0
            # Supervision where it takes part in the case.
            assert found == (numbers("cases_case") > 0 if seen is None else seen), username


def test_an_erasure_is_decided_by_the_leading_commission_alone(proposed: Erasure) -> None:
    change = "UPDATE cases_erasure SET state = 'held' WHERE id = %s RETURNING id"
    for username, may in (("xzsup-supervisor1", 0), ("drc-handler1", 0), ("nj-drc-reviewer1", 0), ("drc-reviewer1", 1)):
        with seeing(find_actor(username)):
            assert len(rows(change, proposed.pk)) == may, username


def test_data_of_a_case_are_erased_by_a_person_who_leads_it_in_their_own_name(proposed: Erasure) -> None:
    """The door says no before it looks at anything else; behind it the two people are asked for."""
    reviewer, stranger = find_actor("drc-reviewer1"), find_actor("nj-drc-reviewer1")
    erase = "SELECT case_erase(%s::bytea, '{}', '{}')"

    def body(actor: int) -> bytes:
        return json.dumps({
            "stream": f"erasure/{proposed.case_id}", "action": "personal_data_erased", "actor": {"id": actor},
            "at": timestamp(clock.now()), "data": {"scope": "everything", "gone": {}},
        }).encode()  # fmt: skip

    for sight, by, code in (
        (sight_of(stranger), stranger.user_id, "LZ006"),
        (sight_of(stranger), reviewer.user_id, "LZ006"),
        (sight_of(reviewer), stranger.user_id, "LZ006"),
        (sight_of(find_actor("drc-handler1")), find_actor("drc-handler1").user_id, "LZ006"),
        (Sight(system="retention"), reviewer.user_id, "LZ006"),
        (Sight(), reviewer.user_id, "LZ006"),
        (sight_of(reviewer), reviewer.user_id, "LZ002"),  # nobody has confirmed
    ):
        with looking(sight):
            assert refused(erase, body(by)) == code, sight


def test_two_people_erase_with_nothing_but_their_own_sight(proposed: Erasure) -> None:
    first, second = find_actor("drc-reviewer1"), find_actor("drc-reviewer2")
    with seeing(first):
        acts.confirm(actor=first, erasure_id=proposed.pk, now=clock.now())
    with seeing(second):
        gone = acts.erase(actor=second, erasure_id=proposed.pk, now=clock.now() + timedelta(seconds=1))
    assert gone.state == "erased"
    assert gone.gone["vault"]
    assert gone.gone["keys"]
    assert gone.gone["sealed"]
    assert numbers("cases_personalrecord") == 0


def test_a_person_cannot_clear_sealed_data_by_another_way(proposed: Erasure) -> None:
    actor = {"id": None, "username": "system", "agency": None, "role": "system"}
    for sight in (sight_of(find_actor("drc-reviewer1")), Sight(system="provisions"), Sight(system="access_log")):
        with looking(sight), pytest.raises(SightError), transaction.atomic():
            acts.erase_sealed(event_id=1, reason="x", actor=actor, now=clock.now())


def test_a_hand_over_sees_the_tasks_of_who_leaves_though_the_administrator_sees_no_case(demo_city: None) -> None:
    from cases.workflow.handover import Choice, draw_up

    world = World()
    case = world.open()
    task = rows("SELECT id::text FROM cases_task WHERE state = 'open' AND agency_id = %s", drc())[0][0]
    world.act(case, "drc-handler1", "assign_task", task=task, assignee="drc-handler1")
    administrator = find_actor("admin1")
    with seeing(administrator):
        plan = draw_up(administrator, User.objects.get(username="drc-handler1"), Choice({}, {}))
        assert [row.task_id for row in plan.rows] == [task]
        assert numbers("cases_task") == 0


def drc() -> int:
    return int(Agency.objects.get(code="320300-drc", kind=Kind.DEVELOPMENT_COMMISSION).pk)
