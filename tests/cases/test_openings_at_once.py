"""Many first events in one call: each writes what it would write alone, and one that is wrong stops them all."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from django.db import connection

from agencies.actors import find_actor
from agencies.sight import seeing
from audit.chain import leaf
from audit.ids import new_id
from cases.models import Case
from tests.cases.test_one_way_in import agency, changed, check_deferred, commit, following, opening, refused

pytestmark = pytest.mark.usefixtures("demo_city")
# Columns that are drawn, not told.
DRAWN = "id|tx"


def fresh(count: int, **members: Any) -> list[bytes]:
    return [opening(str(new_id()), **members) for _ in range(count)]


def case_of(body: bytes) -> str:
    return str(json.loads(body)["stream"]).removeprefix("case/")


def written(body: bytes) -> dict[str, list[Any]]:
    """All rows of the case, without what is drawn."""
    case = case_of(body)
    found = {}
    with connection.cursor() as cursor:
        for table in ("task", "clockinterval", "caseagency", "outbox", "casesearch"):
            cursor.execute(f"SELECT to_jsonb(t) FROM cases_{table} t WHERE case_id = %s ORDER BY 1", [case])
            found[table] = [json.loads(row) if isinstance(row, str) else row for (row,) in cursor.fetchall()]
        cursor.execute("SELECT to_jsonb(t) FROM cases_case t WHERE id = %s", [case])
        found["case"] = [json.loads(row) if isinstance(row, str) else row for (row,) in cursor.fetchall()]
    return {
        table: [{key: value for key, value in row.items() if key not in DRAWN.split("|")} for row in rows]
        for table, rows in found.items()
    }


def likeness(body: bytes) -> str:
    """What was written, with the case's own ids and number taken out."""
    told = json.loads(body)
    text = json.dumps(written(body), sort_keys=True)
    for own in (case_of(body), told["case"]["number"], told["open"][0]["id"], leaf(body).hex()):
        text = text.replace(own, "·").replace(own.lower(), "·")
    return text


def test_a_case_opened_among_many_is_written_like_one_opened_alone() -> None:
    alone, *many = fresh(4)
    told = {"outbox": [{"topic": "task.opened", "agency": agency("320300-drc"), "payload": {"x": 1}}]}
    commit(alone, side=[told])
    commit(*many, side=[told] * 3)
    check_deferred()
    shapes = {hashlib.sha256(_without_grams(likeness(body)).encode()).hexdigest() for body in (alone, *many)}
    assert len(shapes) == 1, "an opening among others wrote other rows"


def _without_grams(text: str) -> str:
    # The pairs of characters of a number differ; that every case has some is asked elsewhere.
    found: dict[str, Any] = json.loads(text)
    assert len(found["casesearch"]) == len(found["case"]) == len(found["task"]) == len(found["outbox"]) == 1
    return json.dumps({key: value for key, value in found.items() if key != "casesearch"}, sort_keys=True)


def test_receipts_come_in_the_order_of_the_events() -> None:
    bodies = fresh(20)
    receipts = commit(*bodies)
    assert [receipt["leaf"] for receipt in receipts] == [leaf(body).hex() for body in bodies]
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, body FROM audit_event WHERE stream LIKE 'case/%%' ORDER BY id")
        rows = {event: bytes(body) for event, body in cursor.fetchall()}
    assert [rows[receipt["event_id"]] for receipt in receipts] == bodies


def test_the_counters_count_each_task_once() -> None:
    commit(*fresh(7))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(n) FROM cases_taskcounterdelta WHERE region_code = '320303' AND stage = 'monitoring'"
        )
        assert cursor.fetchone() == (7,)


@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize(
    ("wrong", "sqlstate"),
    [
        ({"prev": "11" * 32}, "LZ001"),
        ({"v": 2}, "LZ004"),
        ({"at": "2026-11-20"}, "LZ004"),
        ({"action": None}, "LZ004"),
        ({"stream": "account/x"}, "LZ004"),
        ({"close": [{"id": str(new_id()), "state": "done"}]}, "LZ004"),
        ({"document": {"kind": "x"}}, "LZ004"),
        ({"sealed": "00" * 32}, "LZ005"),
    ],
)
def test_one_wrong_opening_stops_them_all(at: int, wrong: dict[str, Any], sqlstate: str) -> None:
    bodies = fresh(3)
    bodies[at] = changed(bodies[at], **wrong)
    with refused(sqlstate):
        commit(*bodies)
    assert not Case.objects.filter(id__in=[case_of(body) for body in bodies if b"account/x" not in body]).exists()


def test_an_opening_and_an_act_do_not_come_together() -> None:
    first, second = fresh(2)
    act = following(case_of(first), 2, leaf(first))
    with refused("LZ004"):
        commit(first, act)
    with refused("LZ001"):
        commit(act, second)
    commit(first)
    with refused("LZ001"):
        commit(act, second)


def test_a_case_is_opened_once() -> None:
    first, second = fresh(2)
    with refused("23505"):
        commit(first, first)
    commit(first)
    with refused("23505"):
        commit(second, first)


def test_sealed_data_and_answers_go_with_their_own_event() -> None:
    bodies = fresh(3)
    data = '{"note":"x"}'
    promise = hashlib.sha256(bytes(16) + data.encode()).hexdigest()
    bodies[1] = changed(bodies[1], sealed=promise)
    sealed = {"sealed": {"salt": "00" * 16, "data": data}}
    with refused("LZ005"):
        commit(*bodies, side=[sealed, {}, {}])
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM agencies_user WHERE username = 'drc-handler1'")
        acting = cursor.fetchone()[0]
    actor = {"id": acting, "username": "drc-handler1", "agency": None, "role": "handler"}
    bodies[2] = changed(bodies[2], actor=actor)
    answer = {"idempotency": {"key": "k", "hash": "h", "response": {"number": "n"}}}
    receipts = commit(*bodies, side=[{}, sealed, answer])
    with connection.cursor() as cursor:
        events = [receipt["event_id"] for receipt in receipts]
        cursor.execute("SELECT event_id FROM audit_sealed WHERE event_id = ANY(%s)", [events])
        assert cursor.fetchall() == [(receipts[1]["event_id"],)]
        cursor.execute("SELECT actor_id, response::text FROM cases_idempotencykey WHERE key = 'k'")
        ((who, response),) = cursor.fetchall()
    assert (who, json.loads(response)) == (acting, {"number": "n", **receipts[2]})


def test_a_confidential_case_takes_its_rank_to_task_counter_and_participants() -> None:
    ordinary, secret = fresh(2)
    told = json.loads(secret)["case"] | {"confidentiality": "internal"}
    commit(ordinary, changed(secret, case=told))
    with connection.cursor() as cursor:
        for table in ("cases_task", "cases_caseagency"):
            cursor.execute(f"SELECT DISTINCT rank FROM {table} WHERE case_id = %s", [case_of(secret)])
            assert cursor.fetchall() == [(2,)], table
            cursor.execute(f"SELECT DISTINCT rank FROM {table} WHERE case_id = %s", [case_of(ordinary)])
            assert cursor.fetchall() == [(0,)], table
        cursor.execute("SELECT rank, n FROM cases_taskcounterdelta ORDER BY rank")
        assert cursor.fetchall() == [(0, 1), (2, 1)]


def test_an_agency_that_is_told_and_has_the_task_sees_the_case_as_the_event_says() -> None:
    lead, grid = agency("320300-drc"), agency("320300-grid")
    unit = {"unit": agency("320300-grid")}
    body = opening(str(new_id()), share=[{"agency": lead, "relation": "lead"}])
    task = json.loads(body)["open"][0] | unit
    commit(changed(body, open=[task]), *fresh(1))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT agency_id, relation FROM cases_caseagency WHERE case_id = %s ORDER BY relation", [case_of(body)]
        )
        assert cursor.fetchall() == [(lead, "lead"), (grid, "unit")]


@pytest.mark.own_sight
def test_nobody_opens_a_case_in_anothers_name_not_even_among_many() -> None:
    person = find_actor("drc-handler1")
    own = {"id": person.user_id, "username": "drc-handler1", "agency": None, "role": "handler"}
    bodies = [changed(body, actor=own) for body in fresh(3)]
    with seeing(person):
        with refused("LZ006"):
            commit(bodies[0], bodies[1], changed(bodies[2], actor=own | {"id": person.user_id + 1}))
        commit(*bodies)
