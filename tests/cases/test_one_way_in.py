"""The database keeps the doors shut: a case changes through `case_commit` with an event, or not at all."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction

from audit.chain import leaf
from audit.ids import new_id
from audit.log import build_body, encode_body

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("demo_city")


def agency(code: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM agencies_agency WHERE code = %s", [code])
        return int(cursor.fetchone()[0])


def opening(case_id: str, **members: Any) -> bytes:
    lead = agency("320300-drc")
    body = build_body(
        stream=f"case/{case_id}",
        seq=1,
        at=AT,
        action="open_case",
        actor={"id": None, "username": "system", "agency": None, "role": "system"},
        members={
            "to": "monitoring",
            "case": {
                "number": f"XZ26-{case_id[-6:]}",
                "title": "云龙区 居民用户",
                "region_code": "320303",
                "level": "normal",
                "confidentiality": "ordinary",
                "source": "telecom",
                "lead_agency_id": lead,
            },
            "open": [
                {
                    "id": str(new_id()),
                    "kind": "triage",
                    "agency": lead,
                    "roles": ["handler"],
                    "due": "2026-11-25T10:00:00.000000Z",
                    "due_rule": "triage:3 working_days",
                }
            ],
            "share": [{"agency": lead, "relation": "lead"}],
            **members,
        },
    )
    return encode_body(body)


def following(case_id: str, seq: int, prev: bytes, **members: Any) -> bytes:
    body = build_body(
        stream=f"case/{case_id}",
        seq=seq,
        prev=prev,
        at=AT,
        action="comment",
        actor={"id": None, "username": "system", "agency": None, "role": "system"},
        members={"from": "monitoring", "to": "monitoring", **members},
    )
    return encode_body(body)


def changed(raw: bytes, **members: Any) -> bytes:
    """The same event with members that `build_body` would not write."""
    return encode_body({**json.loads(raw), **members})


def commit(*bodies: bytes, side: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT case_commit(%s::bytea[], %s::jsonb)", [list(bodies), json.dumps(side or [{}] * len(bodies))]
        )
        found: list[dict[str, Any]] = json.loads(cursor.fetchone()[0])
        return found


def check_deferred() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def refused(sqlstate: str) -> Iterator[None]:
    with pytest.raises(DatabaseError) as caught, transaction.atomic():  # noqa: PT012 — the end of the block is the point
        yield
        check_deferred()
    assert caught.value.__cause__.pgcode == sqlstate, caught.value


def test_an_event_brings_the_case_its_task_its_clock_and_its_counter() -> None:
    case_id = str(new_id())
    body = opening(case_id)
    receipt = commit(body)[0]
    check_deferred()
    with connection.cursor() as cursor:
        cursor.execute("SELECT stage, version, head FROM cases_case WHERE id = %s", [case_id])
        stage, version, head = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM cases_clockinterval WHERE case_id = %s AND ended_at IS NULL", [case_id])
        clocks = cursor.fetchone()[0]
        cursor.execute(
            "SELECT sum(n) FROM cases_taskcounterdelta WHERE region_code = '320303' AND stage = 'monitoring'"
        )
        counted = cursor.fetchone()[0]
        cursor.execute("SELECT relation FROM cases_caseagency WHERE case_id = %s", [case_id])
        relations = [row[0] for row in cursor.fetchall()]
    assert (stage, version, bytes(head).hex()) == ("monitoring", 1, leaf(body).hex())
    assert receipt["leaf"] == leaf(body).hex()
    assert (clocks, counted, relations) == (1, 1, ["lead"])


def test_the_application_has_no_other_way_to_change_a_case() -> None:
    case_id = str(new_id())
    commit(opening(case_id))
    for statement in (
        "UPDATE cases_case SET stage = 'closed'",
        "UPDATE cases_case SET facts = '{}'",
        "DELETE FROM cases_case",
        "UPDATE cases_task SET due_at = now()",
        "INSERT INTO cases_taskcounterdelta (agency_id, region_code, stage, n) VALUES (1, '32', 'monitoring', 5)",
        "UPDATE cases_outbox SET payload = '{}'",
        "SELECT audit_append_internal('{}'::bytea)",
        "SELECT case_assert_projection(gen_random_uuid())",
        "TRUNCATE cases_task",
    ):
        with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        assert caught.value.__cause__.pgcode == "42501", statement


@pytest.mark.parametrize("what", ["seq", "prev", "from", "no from"])
def test_an_event_that_does_not_follow_the_head_is_refused(what: str) -> None:
    case_id = str(new_id())
    first = opening(case_id)
    commit(first)
    bodies = {
        "seq": following(case_id, 3, leaf(first)),
        "prev": following(case_id, 2, bytes(32)),
        "from": encode_body({**json.loads(following(case_id, 2, leaf(first))), "from": "verification"}),
        "no from": encode_body({**json.loads(following(case_id, 2, leaf(first), to="verification")), "from": None}),
    }
    with refused("LZ001"):
        commit(bodies[what])


def test_a_task_that_is_not_open_cannot_be_closed_again() -> None:
    case_id = str(new_id())
    first = opening(case_id)
    commit(first)
    task = json.loads(first)["open"][0]["id"]
    second = following(case_id, 2, leaf(first), close=[{"id": task, "state": "done"}])
    commit(second)
    with refused("LZ001"):
        commit(following(case_id, 3, leaf(second), close=[{"id": task, "state": "done"}]))


def test_only_a_cancelled_task_of_the_same_case_goes_on_as_the_one_it_was() -> None:
    """A merge cancels it and its undoing brings it back; work that was done is never open again."""
    case_id, other_id = str(new_id()), str(new_id())
    first, other = opening(case_id), opening(other_id)
    commit(first, other)
    task, foreign = (json.loads(body)["open"][0] for body in (first, other))
    second = following(case_id, 2, leaf(first), close=[{"id": task["id"], "state": "cancelled"}])
    third = following(case_id, 3, leaf(second), open=[task])
    commit(second, third)
    check_deferred()
    fourth = following(case_id, 4, leaf(third), close=[{"id": task["id"], "state": "done"}])
    commit(fourth)
    for again in (task, foreign, {**foreign, "kind": "close"}):
        with refused("LZ001"):
            commit(following(case_id, 5, leaf(fourth), open=[again]))


def test_an_event_moves_no_clock_of_another_case() -> None:
    case_id, other = str(new_id()), str(new_id())
    first, theirs = opening(case_id), opening(other)
    commit(first)
    commit(theirs)
    task = json.loads(theirs)["open"][0]["id"]
    with refused("LZ001"):
        commit(following(case_id, 2, leaf(first), clock=[{"task": task, "state": "paused", "reason": "x"}]))
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM cases_clockinterval WHERE task_id = %s", [task])
        assert cursor.fetchall() == [("running",)]


@pytest.mark.parametrize("stream", ["account/x", "case/{upper}", "case/{{{id}}}", "case/{hex}", "case/{id}/1"])
def test_the_stream_of_a_case_has_one_spelling(stream: str) -> None:
    case_id = new_id()
    named = stream.format(id=case_id, upper=str(case_id).upper(), hex=case_id.hex)
    with refused("LZ004"):
        commit(changed(opening(str(case_id)), stream=named))


TEXT = '{"form":1}'
TEXT_HASH = hashlib.sha256(TEXT.encode()).hexdigest()


def drawn() -> dict[str, Any]:
    """What an event says of a document under the first number of its series."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT case_draw_number(%s, 'suspension_order', 2026)", [agency("320300-drc")])
    return paper()


def paper(serial: int = 1) -> dict[str, Any]:
    number = {"agency": agency("320300-drc"), "year": 2026, "serial": serial, "number": f"徐整治停〔2026〕{serial}号"}
    made = {"sha256": TEXT_HASH, "template": "suspension_order@2021-09-24", "template_sha256": "0" * 64}
    return {"id": str(new_id()), "kind": "suspension_order", **number, **made}


def test_a_document_has_a_number_that_was_drawn() -> None:
    case_id = str(new_id())
    first = opening(case_id)
    commit(first)
    second = following(case_id, 2, leaf(first), document=paper())
    side = [{"paper": TEXT}]
    with refused("LZ004"):
        commit(second, side=side)
    drawn()
    with refused("LZ004"):
        commit(following(case_id, 2, leaf(first), document=paper(serial=2)), side=side)
    commit(second, side=side)
    check_deferred()


@pytest.mark.parametrize("side", [{}, {"paper": None}, {"paper": ""}, {"paper": TEXT + " "}])
def test_no_act_takes_effect_before_the_text_of_its_document_is_there(side: dict[str, Any]) -> None:
    case_id = str(new_id())
    first = opening(case_id)
    commit(first)
    second = following(case_id, 2, leaf(first), document=drawn())
    with refused("LZ004"):
        commit(second, side=[side])
    without = {key: value for key, value in json.loads(second)["document"].items() if key != "sha256"}
    with refused("LZ004"):
        commit(following(case_id, 2, leaf(first), document=without), side=[{"paper": TEXT}])
    with connection.cursor() as cursor:
        cursor.execute("SELECT version FROM cases_case WHERE id = %s", [case_id])
        assert cursor.fetchall() == [(1,)]
    commit(second, side=[{"paper": TEXT}])
    check_deferred()


def test_the_text_of_a_document_stays(fresh_db: Any) -> None:
    owner = connections["owner"]
    for statement in (
        "UPDATE cases_documentversion SET content = 'x'",
        "DELETE FROM cases_documentversion",
        "TRUNCATE cases_documentversion",
    ):
        with pytest.raises(DatabaseError) as caught, transaction.atomic(using="owner"), owner.cursor() as cursor:
            cursor.execute(statement)
        assert caught.value.__cause__.pgcode == "LZ003", statement


def test_a_promise_of_sealed_data_is_kept_and_nothing_else_is_sealed() -> None:
    case_id = str(new_id())
    first = opening(case_id)
    commit(first)
    sealed = {"salt": "00" * 16, "data": '{"note":"x"}'}
    promise = hashlib.sha256(bytes(16) + b'{"note":"x"}').hexdigest()
    with refused("LZ005"):
        commit(following(case_id, 2, leaf(first), sealed=promise))
    with refused("LZ005"):
        commit(following(case_id, 2, leaf(first)), side=[{"sealed": sealed}])
    commit(following(case_id, 2, leaf(first), sealed=promise), side=[{"sealed": sealed}])


def test_an_answer_is_remembered_for_who_acted_and_for_nobody_else() -> None:
    case_id = str(new_id())
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM agencies_user WHERE username IN ('drc-handler1', 'drc-approver1') ORDER BY id")
        (acting,), (other,) = cursor.fetchall()
    actor = {"id": acting, "username": "drc-handler1", "agency": None, "role": "handler"}
    answer = {"actor": other, "key": "k", "hash": "h", "response": {}}
    commit(changed(opening(case_id), actor=actor), side=[{"idempotency": answer}])
    with connection.cursor() as cursor:
        cursor.execute("SELECT actor_id FROM cases_idempotencykey WHERE key = 'k'")
        assert cursor.fetchall() == [(acting,)]


def test_a_closed_case_without_an_outcome_is_refused_by_the_table_itself() -> None:
    case_id = str(new_id())
    first = opening(case_id)
    commit(first)
    closing = encode_body({**json.loads(following(case_id, 2, leaf(first))), "to": "closed"})
    with refused("23514"):
        commit(closing)


def test_a_number_drawn_for_no_document_is_refused_at_the_end_of_the_transaction() -> None:
    with refused("LZ002"), connection.cursor() as cursor:
        cursor.execute("SELECT case_draw_number(%s, 'suspension_order', 2026)", [agency("320300-drc")])


def test_even_the_owner_cannot_move_a_case_without_an_event(fresh_db: Any) -> None:
    case_id = str(new_id())
    commit(opening(case_id))
    owner = connections["owner"]
    for statement in (
        "UPDATE cases_case SET stage = 'verification' WHERE id = %s",
        "UPDATE cases_case SET version = version + 1 WHERE id = %s",
        "UPDATE cases_case SET facts = '{\"x\": 1}' WHERE id = %s",
        "SET session_replication_role = replica; UPDATE cases_case SET stage = 'verification' WHERE id = %s",
    ):
        with pytest.raises(DatabaseError) as caught, transaction.atomic(using="owner"), owner.cursor() as cursor:
            cursor.execute(statement, [case_id])
        assert caught.value.__cause__.pgcode in ("LZ002", "42501"), statement
    for table in (
        "cases_case",
        "cases_task",
        "cases_document",
        "cases_clockinterval",
        "cases_caseagency",
        "cases_attachment",
    ):
        with pytest.raises(DatabaseError) as caught, transaction.atomic(using="owner"), owner.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")
        assert caught.value.__cause__.pgcode == "LZ003", table


def test_every_lock_of_a_case_holds_under_replication_too() -> None:
    # Those that are left write the index of the search and the columns of the list, which can be made anew.
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'A' AND tgrelid::regclass::text ~
               '^(cases_(case|task|document|documentseries|clockinterval|caseagency|attachment)|audit_.*)$'"""
        )
        assert {name for (name,) in cursor.fetchall()} == {
            *("case_grams_of_new", "case_grams_of_renamed", "case_list_of_new", "case_list_of_changed"),
            *("case_list_of_added_tasks", "case_list_of_changed_tasks"),
            *("case_list_of_added_clocks", "case_list_of_changed_clocks"),
        }


def test_an_event_without_its_case_is_refused(fresh_db: Any) -> None:
    body = following(str(new_id()), 1, bytes(32))
    owner = connections["owner"]
    with pytest.raises(DatabaseError) as caught, transaction.atomic(using="owner"), owner.cursor() as cursor:
        cursor.execute("SELECT audit_append_internal(%s)", [body])
    assert caught.value.__cause__.pgcode == "LZ002"


def test_two_openings_in_a_row_verify_clean_and_a_superusers_edit_is_named(fresh_db: Any) -> None:
    from django.core.management import call_command

    from tests.conftest import SERVERS

    case_id = str(new_id())
    commit(opening(case_id))
    call_command("verify_audit")
    superuser = SERVERS.cluster.connect(fresh_db.name)
    superuser.autocommit = True
    with superuser.cursor() as cursor:
        cursor.execute("ALTER TABLE cases_case DISABLE TRIGGER ALL")
        cursor.execute("UPDATE cases_case SET level = 'priority' WHERE id = %s", [case_id])
        cursor.execute("ALTER TABLE cases_case ENABLE TRIGGER ALL")
    superuser.close()
    said = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit", stdout=said)
    assert ended.value.code == 1
    assert (
        f"[projection] case/{case_id} 第 1 号：案件的“level”与事件重放不符：事件为 normal，表中为 priority"
        in said.getvalue()
    )
