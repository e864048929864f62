"""The verification as a whole: what it counts, what it reads, how it replays, and its command."""

import gc
import io
import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from audit.models import Event
from audit.verification import projections, reading, run, tally, verify
from audit.verification.keeping import last_kept
from audit.verification.projections import Problem, Scope, Streams
from bench.listing.seed import seed
from tests.servers import Servers

from .conftest import Record

pytestmark = pytest.mark.usefixtures("fresh_db")


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, list[tuple[str, list[int]]]]]:
    """A projection verifier for "ledger/" that writes down what it is given and finds fault with ledger/bad."""
    monkeypatch.setattr(projections, "_registry", {})
    seen: list[tuple[str, str, list[tuple[str, list[int]]]]] = []

    def verifier(scope: Scope, streams: Streams) -> Iterator[Problem]:
        got: list[tuple[str, list[int]]] = []
        seen.append((scope.first, scope.last, got))
        for stream, events in streams:
            got.append((stream, [event.seq for event in events]))
            if stream == "ledger/bad":
                yield Problem(None, stream, None, "projection", "账不平", "the ledger does not balance")

    projections.register("ledger/", verifier)
    return seen


def test_the_garbage_collector_goes_on_after_a_pass_also_after_one_that_broke(monkeypatch: pytest.MonkeyPatch) -> None:
    verify()
    assert gc.isenabled()
    monkeypatch.setattr(run, "verify_range", lambda *_args, **_options: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        verify()
    assert gc.isenabled()


def test_an_empty_trail_is_in_order_and_the_projections_are_still_asked(ledger: list[Any]) -> None:
    report = verify()
    assert (report.ok, report.events, report.streams, report.unused_ids, report.unsettled) == (True, 0, 0, 0, 0)
    assert ledger == [("ledger/", "ledger0", [])]


def test_a_projection_gets_its_streams_in_order_with_their_events_and_no_others(
    note: Record, ledger: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "CHUNK_ROWS", 2)  # streams and events go across the borders of chunks
    for stream in ("ledger/b", "account/z", "ledger/a", "ledger/b", "zoo/x", "ledger/b", "ledger/a-1"):
        note(stream)
    report = verify()
    assert ledger == [("ledger/", "ledger0", [("ledger/a", [1]), ("ledger/a-1", [1]), ("ledger/b", [1, 2, 3])])]
    assert (report.ok, report.events, report.streams) == (True, 7, 5)


def test_a_projection_problem_makes_the_report_fail(note: Record, ledger: list[Any]) -> None:
    note("ledger/bad")
    report = verify()
    assert not report.ok
    assert report.first == Problem(None, "ledger/bad", None, "projection", "账不平", "the ledger does not balance")
    assert verify(replay=False).ok


def test_one_stream_is_verified_alone_with_its_projection(note: Record, ledger: list[Any]) -> None:
    for stream in ("ledger/a", "ledger/a2", "ledger/a", "ledger/bad"):
        note(stream)
    report = verify(stream="ledger/a")
    assert (report.ok, report.events, report.streams, report.unused_ids) == (True, 2, 1, None)
    assert [streams for _, _, streams in ledger] == [[("ledger/a", [1, 2])]]


def test_a_projection_that_stops_early_leaves_no_event_unchecked(note: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projections, "_registry", {})
    projections.register("ledger/", lambda _scope, _streams: iter(()))
    note("ledger/a")
    note("ledger/b")
    assert verify().events == 2


def test_a_projection_that_breaks_is_a_problem_and_the_pass_goes_on(
    note: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_scope: Scope, streams: Streams) -> Iterator[Problem]:
        next(streams)
        raise KeyError("stage")
        yield

    monkeypatch.setattr(projections, "_registry", {})
    projections.register("ledger/", broken)
    for stream in ("ledger/a", "ledger/b", "zoo/x"):
        note(stream)
    report = verify()
    assert report.events == 3
    assert report.first is not None
    assert "由事件重建状态时出错（KeyError: 'stage'）" in report.first.zh


@pytest.mark.parametrize("prefix", ["case", "a/b/", ""])
def test_a_prefix_without_its_slash_cannot_be_registered(prefix: str) -> None:
    with pytest.raises(ValueError, match="is no stream prefix"):
        projections.register(prefix, lambda _scope, _streams: iter(()))


def test_the_first_problem_is_the_first_of_all_though_there_are_more_than_can_be_listed(
    note: Record, superuser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tally, "MAX_LISTED", 2)
    first = note("zoo/last-in-order").event_id
    for stream in ("aaa/x", "bbb/x", "ccc/x"):
        note(stream)
    superuser.execute("UPDATE audit_event SET agency_id = 5")
    report = verify()
    assert report.problem_count == 4
    assert [problem.event_id for problem in report.problems] == [first, first + 1, first + 2]
    assert report.first is not None
    assert (report.first.event_id, report.first.stream) == (first, "zoo/last-in-order")


def test_a_prefix_has_one_verifier(ledger: list[Any]) -> None:
    with pytest.raises(ValueError, match="already has a projection verifier"):
        projections.register("ledger/", lambda _scope, _streams: iter(()))


bounds = run._bounds


def test_two_processes_see_what_one_sees(
    servers: Servers, fresh_db: Any, monkeypatch: pytest.MonkeyPatch, superuser: Any
) -> None:
    with closing(servers.cluster.connect(fresh_db.name)) as connection:
        seed(connection, 400)
    superuser.execute("ALTER TABLE audit_event DISABLE TRIGGER ALL")
    superuser.execute(
        "UPDATE audit_event SET actor_id = 0 WHERE id IN (SELECT id FROM audit_event ORDER BY id LIMIT 5)"
    )
    superuser.execute("ANALYZE audit_event")
    monkeypatch.setattr(run, "WORTH_SPLITTING", 600)
    cuts: list[list[str]] = []
    monkeypatch.setattr(run, "_bounds", lambda *asked: cuts.append(bounds(*asked)) or cuts[-1])
    one, two = verify(), verify(workers=2)
    assert [len(names) for names in cuts] == [3]
    assert one.problem_count == 5
    assert (two.events, two.streams, two.problems, two.last_id) == (one.events, one.streams, one.problems, one.last_id)


def test_rolled_back_ids_are_counted_as_unused(note: Record) -> None:
    note()
    with transaction.atomic():
        note("config/gone")
        transaction.set_rollback(True)
    note()
    report = verify()
    assert (report.ok, report.unused_ids, report.unsettled) == (True, 1, 0)


def test_events_beside_an_unfinished_transaction_are_unsettled(servers: Servers, fresh_db: Any, note: Record) -> None:
    with closing(servers.cluster.connect(fresh_db.name)) as other, other.cursor() as cursor:
        cursor.execute("BEGIN; SELECT pg_current_xact_id()")
        note()
        assert verify().unsettled == 1
        cursor.execute("ROLLBACK")
    assert verify().unsettled == 0


def test_inside_a_transaction_its_own_events_are_read(note: Record) -> None:
    with transaction.atomic():
        note()
        assert verify(workers=2).events == 1


def command(*arguments: str) -> tuple[int, str]:
    """Exit status and output of manage.py verify_audit."""
    out = io.StringIO()
    try:
        call_command("verify_audit", *arguments, stdout=out)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_the_command_says_that_everything_agrees(note: Record) -> None:
    note()
    note()
    status, said = command()
    assert status == 0
    assert said.startswith("核验 2 条记录、1 条记录链，用时 ")
    assert said.endswith("结论：全部相符\n")
    assert command("--lang", "en")[1].endswith("result: everything agrees\n")


def test_the_command_names_the_first_bad_event_and_fails(note: Record, superuser: Any) -> None:
    first, _, third = note("account/z"), note("account/z"), note("account/a")
    superuser.execute("UPDATE audit_event SET action = 'x' WHERE id = ANY(%s)", [[first.event_id, third.event_id]])
    status, said = command()
    assert status == 1
    assert (
        f"结论：发现 2 处问题，最早的一处：[column] #{first.event_id} account/z 第 1 号：字段 action 与正文不符" in said
    )
    status, said = command("--lang", "en")
    assert status == 1
    assert f"result: 2 problems, the first: [column] #{first.event_id} account/z seq 1: the column action is x" in said


def test_the_command_prints_one_line_of_json(note: Record, superuser: Any) -> None:
    event = note("account/z")
    status, said = command("--json")
    assert (status, said.count("\n")) == (0, 1)
    assert json.loads(said)["ok"] is True
    superuser.execute("UPDATE audit_event SET agency_id = 5")
    status, said = command("--json", "--stream", "account/z")
    problem = json.loads(said)["problems"][0]
    assert status == 1
    assert (problem["event_id"], problem["stream"], problem["seq"], problem["code"]) == (
        event.event_id,
        "account/z",
        1,
        "column",
    )


def test_a_clean_result_is_recorded_and_so_is_a_bad_one_under_another_name(note: Record, superuser: Any) -> None:
    event = note()
    assert last_kept() is None
    assert command("--record")[0] == 0
    recorded = Event.objects.get(stream="config/audit")
    data = json.loads(bytes(recorded.body))["data"]
    assert data.pop("milliseconds") >= 0
    assert (recorded.action, data) == (
        "audit_verified",
        {"events": 1, "streams": 1, "through_id": event.event_id},
    )
    kept = last_kept()
    assert kept is not None
    assert (kept.ok, kept.events, kept.broken) == (True, 1, None)
    superuser.execute("UPDATE audit_event SET agency_id = 5 WHERE id = %s", [event.event_id])
    assert command("--record")[0] == 1
    kept = last_kept()
    assert kept is not None
    assert (kept.ok, kept.broken, kept.code) == (False, event.event_id, "column")
    assert Event.objects.filter(action="audit_verified").count() == 1


def test_a_record_of_a_verification_that_was_changed_is_no_clean_one(note: Record, superuser: Any) -> None:
    note()
    command("--record")
    superuser.execute("UPDATE audit_event SET body = '\\x7b' WHERE stream = 'config/audit'")
    kept = last_kept()
    assert kept is not None
    assert (kept.ok, kept.code) == (False, "json")


def test_the_progress_of_a_verification_is_told_by_events(note: Record) -> None:
    note("account/y")
    note("account/z")
    heard: list[int] = []
    verify(progress=heard.append)
    assert heard[-1] == 2


def test_a_stream_that_is_not_there_is_not_called_in_order(note: Record) -> None:
    note("account/z")
    with pytest.raises(CommandError, match="没有记录链“account/zz” there is no stream account/zz"):
        command("--stream", "account/zz")


def test_only_the_whole_trail_can_be_recorded_as_verified() -> None:
    with pytest.raises(CommandError, match="--record 只用于全部核验"):
        command("--record", "--stream", "account/z")
