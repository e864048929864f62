"""What somebody with all rights can do to the tables, and how the verification names it.

Every experiment is done by a superuser with the triggers off, on a trail of two accounts and three cases.
"""

import io
from contextlib import closing
from typing import Any, NamedTuple

import orjson
import pytest
from django.core.management import call_command
from django.db import transaction

from audit.chain import leaf
from audit.log import encode_body
from audit.models import Event
from audit.services import erase_sealed
from audit.verification import Report, reading, verify
from audit.verification.projections import Problem
from bench.listing.seed import seed
from tests.servers import Servers

from .conftest import ADMIN, NINE, Record

ACCOUNT, OTHER = "account/drc-handler1", "account/grid-handler1"


class Trail(NamedTuple):
    """Ids of five events of an account, and the stream of a case with three."""

    ids: list[int]
    case: str


@pytest.fixture
def trail(servers: Servers, fresh_db: Any, note: Record) -> Trail:
    ids = []
    for n in range(1, 6):
        ids.append(note(ACCOUNT, role=f"role{n}", sealed={"why": f"理由{n}"} if n == 2 else None).event_id)
        note(OTHER, role=f"role{n}")
    with closing(servers.cluster.connect(fresh_db.name)) as connection, connection.cursor() as cursor:
        seed(connection, 3)
        cursor.execute("SELECT stream FROM audit_event WHERE stream LIKE 'case/%' ORDER BY stream OFFSET 3 LIMIT 1")
        return Trail(ids, cursor.fetchone()[0])


def body_of(event_id: int) -> dict[str, Any]:
    loaded: dict[str, Any] = orjson.loads(bytes(Event.objects.get(pk=event_id).body))
    return loaded


def only(report: Report) -> Problem:
    """The first problem; there is at least one."""
    assert not report.ok
    assert report.first is not None
    return report.first


def named(report: Report) -> set[tuple[int | None, str]]:
    return {(problem.event_id, problem.code) for problem in report.problems}


def test_an_untouched_trail_is_in_order(trail: Trail) -> None:
    report = verify()
    assert report.problems == ()
    assert report.ok
    assert "case/" in report.projections
    assert report.sealed == 1


def test_a_changed_body_is_named(trail: Trail, superuser: Any) -> None:
    changed = encode_body(body_of(trail.ids[2]) | {"data": {"role": "approver"}})
    superuser.execute("UPDATE audit_event SET body = %s WHERE id = %s", [changed, trail.ids[2]])
    report = verify()
    assert named(report) == {(trail.ids[2], "leaf")}
    problem = only(report)
    assert (problem.stream, problem.seq) == (ACCOUNT, 3)
    assert "正文与哈希不符" in problem.zh
    assert leaf(changed).hex() in problem.en


def test_a_changed_body_with_its_leaf_breaks_the_link_of_the_next(trail: Trail, superuser: Any) -> None:
    changed = encode_body(body_of(trail.ids[2]) | {"data": {"role": "approver"}})
    superuser.execute(
        "UPDATE audit_event SET body = %s, leaf = %s WHERE id = %s", [changed, leaf(changed), trail.ids[2]]
    )
    report = verify()
    assert named(report) == {(trail.ids[3], "link")}
    assert "与上一条记录不衔接" in only(report).zh


@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [
        ("actor_id", 99, "99"),
        ("actor_id", None, "None"),
        ("agency_id", 99, "99"),
        ("action", "'role_ended'", "role_ended"),
        ("at", "'2026-11-19T00:00:00Z'", "2026-11-19T00:00:00.000000Z"),
        ("at", "'infinity'", "µs"),
        ("prev", "decode(repeat('11', 32), 'hex')", "1111"),
    ],
)
def test_a_changed_column_is_named(trail: Trail, superuser: Any, column: str, value: object, shown: str) -> None:
    literal = "NULL" if value is None else value
    superuser.execute(f"UPDATE audit_event SET {column} = {literal} WHERE id = %s", [trail.ids[1]])
    problems = [problem for problem in verify().problems if problem.code == "column"]
    assert [problem.event_id for problem in problems] == [trail.ids[1]]
    assert f"字段 {column} 与正文不符" in problems[0].zh
    assert shown in problems[0].en


def test_a_deleted_event_in_the_middle_leaves_a_gap(trail: Trail, superuser: Any) -> None:
    superuser.execute("DELETE FROM audit_event WHERE id = %s", [trail.ids[2]])
    report = verify()
    assert named(report) == {(trail.ids[3], "gap")}
    assert "应为第 3 号，实为第 4 号" in only(report).zh


def test_a_deleted_first_event_leaves_a_gap(trail: Trail, superuser: Any) -> None:
    superuser.execute("DELETE FROM audit_event WHERE id = %s", [trail.ids[0]])
    assert named(verify()) == {(trail.ids[1], "gap")}


def test_a_deleted_last_event_of_a_case_is_found_by_the_version_of_the_case(trail: Trail, superuser: Any) -> None:
    superuser.execute("DELETE FROM audit_event WHERE stream = %s AND seq = 3", [trail.case])
    problem = only(verify())
    assert (problem.stream, problem.seq, problem.code) == (trail.case, 2, "projection")
    assert "version" in problem.en


def test_all_events_of_a_case_deleted_leave_a_case_without_history(trail: Trail, superuser: Any) -> None:
    superuser.execute("DELETE FROM audit_event WHERE stream = %s", [trail.case])
    assert (only(verify()).stream, only(verify()).code) == (trail.case, "no_events")


def test_a_changed_case_row_is_found_by_replaying_its_events(trail: Trail, superuser: Any) -> None:
    superuser.execute("ALTER TABLE cases_case DISABLE TRIGGER ALL")
    superuser.execute("UPDATE cases_case SET title = '别处' WHERE id = %s", [trail.case.removeprefix("case/")])
    problem = only(verify())
    assert (problem.stream, problem.code) == (trail.case, "projection")
    assert verify(replay=False).ok


@pytest.mark.parametrize(
    "change",
    [
        "roles = '{approver}'",
        'data = \'{"bill": "XZ26-0001-B01"}\'',
        "due_at = due_at + interval '1 day'",
        "due_rule = 'named'",
        "provisional = true",
        "returns = 1",
    ],
)
def test_a_changed_task_is_found_by_replaying_its_events(trail: Trail, superuser: Any, change: str) -> None:
    """Who may do it, on what, by when and why by then: each of them decides about somebody's power."""
    case = trail.case.removeprefix("case/")
    superuser.execute(f"UPDATE cases_task SET {change} WHERE case_id = %s AND opened_seq = 1", [case])
    problem = only(verify())
    assert (problem.stream, problem.code) == (trail.case, "projection")


def test_a_deleted_last_event_of_another_stream_is_found_by_the_last_recorded_verification(
    trail: Trail, superuser: Any, note: Record
) -> None:
    record_verification()
    superuser.execute("DELETE FROM audit_event WHERE id = %s", [trail.ids[4]])
    problem = only(verify())
    assert problem.code == "lost"
    assert "有 1 条被删除" in problem.zh


def test_swapped_events_are_named_at_both_places(trail: Trail, superuser: Any) -> None:
    second, third = trail.ids[1], trail.ids[2]
    superuser.execute("ALTER TABLE audit_event DROP CONSTRAINT audit_event_seq_check")
    superuser.execute("UPDATE audit_event SET seq = -3 WHERE id = %s", [second])
    superuser.execute("UPDATE audit_event SET seq = 2 WHERE id = %s", [third])
    superuser.execute("UPDATE audit_event SET seq = 3 WHERE id = %s", [second])
    report = verify()
    assert {(third, "column"), (second, "column"), (third, "link"), (second, "link"), (second, "order")} <= named(
        report
    )
    assert only(report).event_id == second


def test_a_body_without_an_actor_is_named_though_all_that_is_there_agrees(trail: Trail, superuser: Any) -> None:
    last = trail.ids[4]
    body = {key: value for key, value in body_of(last).items() if key != "actor"}
    raw = encode_body(body)
    superuser.execute(
        "UPDATE audit_event SET body = %s, leaf = %s, actor_id = NULL, agency_id = NULL WHERE id = %s",
        [raw, leaf(raw), last],
    )
    report = verify()
    assert (last, "body") in named(report)
    assert "缺少规定的成员" in only(report).zh


def test_a_twin_of_an_event_is_named(trail: Trail, superuser: Any) -> None:
    superuser.execute("ALTER TABLE audit_event DROP CONSTRAINT audit_event_stream_seq")
    superuser.execute(
        "INSERT INTO audit_event (stream, seq, prev, body, leaf, at, action, actor_id, agency_id) SELECT stream, seq,"
        " prev, body, leaf, at, action, actor_id, agency_id FROM audit_event WHERE id = %s RETURNING id",
        [trail.ids[4]],
    )
    twin = superuser.fetchone()[0]
    assert {event_id for event_id, code in named(verify()) if code == "gap"} <= {trail.ids[4], twin}
    assert not verify().ok


def test_a_twin_that_falls_between_two_chunks_is_missed_on_the_walk_and_named_by_the_count(
    trail: Trail, superuser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    superuser.execute("ALTER TABLE audit_event DROP CONSTRAINT audit_event_stream_seq")
    superuser.execute(
        "INSERT INTO audit_event (stream, seq, prev, body, leaf, at, action, actor_id, agency_id) SELECT stream, seq,"
        " prev, body, leaf, at, action, actor_id, agency_id FROM audit_event WHERE id = %s",
        [trail.ids[4]],
    )
    superuser.execute("SELECT count(*) FROM audit_event WHERE stream < %s", [ACCOUNT])
    monkeypatch.setattr(reading, "CHUNK_ROWS", superuser.fetchone()[0] + 5)
    problem = only(verify())
    assert (problem.event_id, problem.code) == (None, "unread")
    assert "其余未能核验" in problem.zh


def test_an_event_in_a_stream_beyond_every_name_is_counted(trail: Trail, superuser: Any) -> None:
    superuser.execute(
        "INSERT INTO audit_event (stream, seq, prev, body, leaf, at, action)"
        " VALUES (%s, 1, %s, '', sha256('\\x00'), now(), 'x')",
        ["\U0010ffff/x", bytes(32)],
    )
    assert named(verify()) == {(None, "unread")}


def test_sealed_data_whose_event_is_gone_name_it(trail: Trail, superuser: Any) -> None:
    superuser.execute("DELETE FROM audit_event WHERE stream = %s", [ACCOUNT])
    problem = only(verify())
    assert (problem.event_id, problem.code) == (trail.ids[1], "stray")
    assert f"第 {trail.ids[1]} 号记录已不在库中" in problem.zh


def test_bodies_swapped_between_two_streams_are_named(trail: Trail, superuser: Any) -> None:
    mine, theirs = trail.ids[4], Event.objects.get(stream=OTHER, seq=5).id
    superuser.execute(
        "UPDATE audit_event a SET body = b.body, leaf = b.leaf FROM audit_event b"
        " WHERE (a.id, b.id) IN ((%s, %s), (%s, %s))",
        [mine, theirs, theirs, mine],
    )
    assert {(mine, "column"), (theirs, "column")} <= named(verify())


def test_a_chain_redone_from_the_middle_with_a_wrong_leaf_is_named_where_it_goes_wrong(
    trail: Trail, superuser: Any
) -> None:
    head = bytes(Event.objects.get(pk=trail.ids[1]).leaf)
    for place, event_id in enumerate(trail.ids[2:]):
        changed = body_of(event_id) | {"prev": head.hex(), "data": {"role": "approver"}}
        raw = encode_body(changed)
        # The forger forgets the 0x00 of the leaf at the second of the three.
        new_leaf = leaf(raw) if place != 1 else leaf(raw)[::-1]
        superuser.execute(
            "UPDATE audit_event SET body = %s, prev = %s, leaf = %s WHERE id = %s", [raw, head, new_leaf, event_id]
        )
        head = new_leaf
    assert named(verify()) == {(trail.ids[3], "leaf")}


def test_an_event_slipped_in_later_is_betrayed_by_its_id(trail: Trail, superuser: Any) -> None:
    superuser.execute("DELETE FROM audit_event WHERE id = %s RETURNING body, prev, leaf", [trail.ids[3]])
    raw, prev, kept = superuser.fetchone()
    superuser.execute(
        "INSERT INTO audit_event (stream, seq, prev, body, leaf, at, action, actor_id, agency_id)"
        " VALUES (%s, 4, %s, %s, %s, %s, 'password_changed', 12, 7) RETURNING id",
        [ACCOUNT, prev, raw, kept, NINE],
    )
    late = superuser.fetchone()[0]
    assert named(verify()) == {(trail.ids[4], "order")}
    assert str(late) in only(verify()).en


def test_a_body_in_another_spelling_is_named_even_with_a_right_leaf(trail: Trail, superuser: Any) -> None:
    spaced = bytes(Event.objects.get(pk=trail.ids[4]).body).replace(b'":', b'": ')
    superuser.execute("UPDATE audit_event SET body = %s, leaf = %s WHERE id = %s", [spaced, leaf(spaced), trail.ids[4]])
    assert named(verify()) == {(trail.ids[4], "canonical")}


@pytest.mark.parametrize(
    "garbage", [b"", b"[]", b"{", b"\xff\xfe", b'{"a":"\\ud800"}', b'{"v":1,"n":99999999999999999999}']
)
def test_a_body_that_is_no_event_is_named_and_the_pass_goes_on(trail: Trail, superuser: Any, garbage: bytes) -> None:
    superuser.execute(
        "UPDATE audit_event SET body = %s, leaf = %s WHERE id = %s", [garbage, leaf(garbage), trail.ids[2]]
    )
    report = verify()
    assert only(report).event_id == trail.ids[2]
    chain = [problem for problem in report.problems if problem.code != "replay"]
    assert {problem.event_id for problem in chain} == {trail.ids[2], trail.ids[3]}


def test_a_leaf_of_the_wrong_length_is_named(trail: Trail, superuser: Any) -> None:
    superuser.execute("ALTER TABLE audit_event DROP CONSTRAINT audit_event_leaf_check")
    superuser.execute("UPDATE audit_event SET leaf = '\\x00' WHERE id = %s", [trail.ids[4]])
    assert named(verify()) == {(trail.ids[4], "leaf")}


def test_changed_sealed_data_are_named(trail: Trail, superuser: Any) -> None:
    superuser.execute("""UPDATE audit_sealed SET data = '{"why": "别的"}' WHERE event_id = %s""", [trail.ids[1]])
    report = verify()
    assert named(report) == {(trail.ids[1], "sealed")}
    assert "封存内容与正文中的承诺值不符" in only(report).zh


def test_a_changed_salt_is_named(trail: Trail, superuser: Any) -> None:
    superuser.execute("UPDATE audit_sealed SET salt = %s WHERE event_id = %s", [bytes(16), trail.ids[1]])
    assert named(verify()) == {(trail.ids[1], "sealed")}


def test_sealed_data_that_no_body_promised_are_named(trail: Trail, superuser: Any) -> None:
    superuser.execute("INSERT INTO audit_sealed VALUES (%s, %s, '{}')", [trail.ids[0], bytes(16)])
    assert named(verify()) == {(trail.ids[0], "stray")}


def test_erased_data_are_in_order_and_counted(trail: Trail) -> None:
    before = verify()
    with transaction.atomic():
        erase_sealed(event_id=trail.ids[1], reason="retention_expired", actor=ADMIN, now=NINE)
    after = verify()
    assert after.ok
    assert (after.erased, after.sealed, after.missing_sealed) == (1, before.sealed - 1, ())


def test_data_gone_without_a_record_break_no_proof_but_are_listed(trail: Trail, superuser: Any) -> None:
    superuser.execute("DELETE FROM audit_sealed WHERE event_id = %s", [trail.ids[1]])
    report = verify()
    assert report.ok
    assert (report.erased, report.missing_sealed) == (0, (trail.ids[1],))


def record_verification() -> None:
    call_command("verify_audit", "--record", stdout=io.StringIO())
