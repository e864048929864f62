"""Writing events: through which door, with which columns, and what is refused."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from audit import errors
from audit.actions import Action
from audit.chain import NO_PREV, leaf
from audit.log import EventActor, build_body, encode_body
from audit.models import Event, Sealed
from audit.services import append_body, erase_sealed, record

from .conftest import ADMIN, NINE, Record

pytestmark = pytest.mark.django_db


def test_the_first_event_of_a_stream_has_no_predecessor_and_the_second_names_the_first(note: Record) -> None:
    first, second = note(role="reviewer"), note(role="approver")
    rows = list(Event.objects.filter(stream="account/drc-handler1").order_by("seq"))
    assert [row.seq for row in rows] == [1, 2]
    assert bytes(rows[0].prev) == NO_PREV
    assert bytes(rows[1].prev) == bytes(rows[0].leaf) == leaf(bytes(rows[0].body)) == bytes.fromhex(first.leaf)
    assert json.loads(bytes(rows[1].body))["prev"] == first.leaf
    assert (second.seq, second.event_id) == (2, rows[1].id)


def test_the_columns_are_taken_from_the_body(note: Record) -> None:
    row = Event.objects.get(pk=note().event_id)
    assert (row.at, row.action, row.actor_id, row.agency_id) == (NINE, "password_changed", 12, 7)


def test_an_event_of_nobody_has_no_person_and_no_agency() -> None:
    done = record(stream="config/x", action=Action.LOGIN_FAILED, actor=EventActor(None, "?"), data={}, now=NINE)
    row = Event.objects.get(pk=done.event_id)
    assert (row.actor_id, row.agency_id) == (None, None)


def test_an_unknown_action_is_an_error_and_writes_nothing() -> None:
    with pytest.raises(ValueError, match="'role_grunted' is not a valid Action"):
        record(stream="config/x", action="role_grunted", actor=ADMIN, data={}, now=NINE)  # type: ignore[arg-type]
    assert not Event.objects.filter(stream="config/x").exists()


def test_the_application_cannot_write_an_event_of_a_case() -> None:
    body = encode_body(build_body(stream="case/x", seq=1, at=NINE, action="open_case", actor=ADMIN))
    with pytest.raises(errors.StreamRefusedError, match="stream case/x is written by its own function only"), atomic():
        append_body(body)


def test_the_application_cannot_write_the_record_of_an_erasure_that_did_not_happen() -> None:
    body = encode_body(build_body(stream="sealed/1", seq=1, at=NINE, action="sealed_erased", actor=ADMIN))
    with pytest.raises(errors.StreamRefusedError, match="stream sealed/1"), atomic():
        append_body(body)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT audit_append_internal('{}'::bytea)",
        "INSERT INTO audit_event (stream, seq, prev, body, leaf, at, action) VALUES ('x', 1, '', '', '', now(), 'x')",
        "INSERT INTO audit_sealed (event_id, salt, data) VALUES (1, '\\x00', '{}')",
    ],
)
def test_there_is_no_way_around_the_function(statement: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("seq", "prev", "message"),
    [
        (1, NO_PREV, "is at seq 1, the event carries seq 1"),
        (3, None, "is at seq 1, the event carries seq 3"),
        (2, NO_PREV, "is at seq 1, the event carries seq 2 and prev 0000"),
    ],
    ids=["the same seq", "a seq too far", "another prev"],
)
def test_an_event_that_does_not_follow_the_head_is_refused(
    note: Record, seq: int, prev: bytes | None, message: str
) -> None:
    head = bytes.fromhex(note().leaf)
    body = build_body(
        stream="account/drc-handler1", seq=seq, prev=prev or head, at=NINE, action="role_ended", actor=ADMIN
    )
    with pytest.raises(errors.StaleHeadError, match=message) as refused, atomic():
        append_body(encode_body(body))
    assert "该记录链已有新的事件" in str(refused.value)


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"stream": None},
        {"seq": None},
        {"action": None},
        {"at": None},
        {"at": "2026-11-20T01:00:00Z"},
        {"at": "2026-11-20T09:00:00.000000+08:00"},
        {"at": "2026-11-20T24:00:00.000000Z"},
        {"at": "2026-11-20T01:00:60.000000Z"},
        {"v": "1"},
        {"seq": "1"},
        {"action": 7},
        {"stream": "\U0010ffff/x"},
        {"stream": "config/a b"},
        {"stream": "config/\x01"},
        {"stream": "config/"},
        {"actor": None},
        {"actor": {"id": 1, "username": "x", "role": ""}},
        {"actor": {"id": "1", "username": "x", "agency": None, "role": ""}},
        {"actor": {"id": 1, "username": "x", "agency": "7", "role": ""}},
    ],
)
def test_a_body_without_what_the_columns_need_is_refused(change: dict[str, Any]) -> None:
    body = build_body(stream="config/x", seq=1, at=NINE, action="x", actor=ADMIN) | change
    with (
        pytest.raises(errors.MalformedBodyError, match="the body lacks v, stream, seq, action or a UTC time"),
        atomic(),
    ):
        append_body(encode_body(body))


def test_nothing_is_written_when_the_transaction_is_rolled_back(note: Record) -> None:
    with atomic():
        note("config/gone")
        transaction.set_rollback(True)
    assert not Event.objects.filter(stream="config/gone").exists()


def test_sealed_data_stand_beside_the_event_and_only_their_commitment_in_it(note: Record) -> None:
    done = note(sealed={"to": "张三", "reason": "轮岗"})
    body = bytes(Event.objects.get(pk=done.event_id).body).decode()
    assert "张三" not in body
    assert Sealed.objects.get(pk=done.event_id).data == {"to": "张三", "reason": "轮岗"}
    assert len(json.loads(body)["sealed"]) == 64


@pytest.mark.parametrize(
    ("sealed", "message"),
    [
        ({"kwh": 1.5}, "hold no float"),
        ({"n": [2**53]}, r"hold no integer beyond 2\^53"),
        ({"a": ["x\x00"]}, "hold no NUL"),
        ({"b\x00": 1}, "hold no NUL"),
    ],
)
def test_what_the_database_would_not_give_back_unchanged_is_not_sealed(
    note: Record, sealed: dict[str, Any], message: str
) -> None:
    with pytest.raises(errors.BodyError, match=message):
        note(sealed=sealed)


def test_data_that_do_not_open_the_commitment_cannot_be_sealed(note: Record) -> None:
    done = note()
    with pytest.raises(DatabaseError, match="do not open its commitment"), atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT audit_seal(%s, %s, %s)", [done.event_id, bytes(16), b"{}"])


def test_an_erasure_takes_the_data_and_leaves_a_record_and_the_proof(note: Record) -> None:
    done = note(sealed={"to": "张三"})
    at = datetime(2029, 1, 1, tzinfo=UTC)
    erased = erase_sealed(event_id=done.event_id, reason="retention_expired", actor=ADMIN, now=at)
    assert not Sealed.objects.filter(pk=done.event_id).exists()
    row = Event.objects.get(pk=erased.event_id)
    assert (row.stream, row.action) == (f"sealed/{done.event_id}", "sealed_erased")
    assert json.loads(bytes(row.body))["data"] == {"event": done.event_id, "reason": "retention_expired"}


def test_nothing_is_erased_twice_or_without_a_reason(note: Record) -> None:
    done = note(sealed={"to": "张三"})
    with pytest.raises(errors.MalformedBodyError, match="the event and a reason"), atomic():
        erase_sealed(event_id=done.event_id, reason="", actor=ADMIN, now=NINE)
    erase_sealed(event_id=done.event_id, reason="retention_expired", actor=ADMIN, now=NINE)
    with pytest.raises(errors.StaleHeadError), atomic():
        erase_sealed(event_id=done.event_id, reason="retention_expired", actor=ADMIN, now=NINE)
    with pytest.raises(errors.SealError, match="has no sealed data"), atomic():
        erase_sealed(event_id=note().event_id, reason="retention_expired", actor=ADMIN, now=NINE)


def atomic() -> Any:
    """A savepoint, so that the test can go on after what was refused."""
    return transaction.atomic()
