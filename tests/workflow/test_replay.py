"""The replay: the same fold as `case_commit`, and whatever differs from it in the tables of a case is named."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from agencies.actors import system_actor
from agencies.models import Agency, User
from agencies.services import create_agency
from audit.chain import leaf
from audit.ids import new_id
from audit.log import build_body, encode_body
from audit.verification import verify
from audit.verification.projections import Problem
from audit.verification.ranges import verify_range
from cases.workflow.replay import verifier
from cases.workflow.replay.flaws import MOVES
from cases.workflow.replay.lines import json_of, moment, plain, shown
from tests.servers import Servers
from tests.workflow.walking import Walk
from tests.workflow.world import World

pytestmark = pytest.mark.usefixtures("demo_city")
TABLES = {
    "cases_case": "id",
    "cases_task": "case_id",
    "cases_clockinterval": "case_id",
    "cases_caseagency": "case_id",
    "cases_document": "case_id",
}
# What a column is changed to, by its type.
CHANGES = {
    "uuid": "gen_random_uuid()",
    "character varying": "'x'",
    "integer": "coalesce({c}, 0) + 1",
    "smallint": "coalesce({c}, 0) + 1",
    "bigint": "coalesce({c}, 0) + 1000",
    "boolean": "NOT {c}",
    "timestamp with time zone": "coalesce({c} + interval '1 microsecond', '2026-01-01Z')",
    "date": "'2030-01-01'",
    "jsonb": """{c} || '{{"x": 1}}'""",
    "bytea": "decode(repeat('11', 32), 'hex')",
    "ARRAY": "'{{x}}'",
}


# --- the two folds ---------------------------------------------------------------------------------------------------


TEXT = '{"form":1}'


def commit(body: dict[str, Any]) -> bytes:
    """Write an event as the application would, and return its leaf."""
    raw = encode_body(body)
    with connection.cursor() as cursor:
        side = [{"paper": TEXT}] if "document" in body else [{}]
        cursor.execute("SELECT case_commit(%s::bytea[], %s::jsonb)", [[raw], json.dumps(side)])
    return leaf(raw)


class InDatabase:
    """Writes the events of a walk in memory to the database: its agencies and people are those of the demo city."""

    def __init__(self, walk: Walk) -> None:
        directory = walk.desk.directory
        ids = {a.code: a.pk for a in Agency.objects.all()}
        self.agencies = {agency.id: ids[agency.code] for agency in directory.by_id.values()}
        real = list(User.objects.order_by("pk").values_list("pk", flat=True))
        self.people = {number: real[number % len(real)] for number in range(100, 400)}
        self.case_id = str(new_id())
        self.head = bytes(32)

    def open(self, walk: Walk, task_id: str, at: datetime) -> None:
        drc = self.agencies[1]
        case = {"number": "XZ26-9001", "title": "一处\\新\t机房", "region_code": "320303", "level": "normal"}
        case |= {"source": "telecom", "confidentiality": "ordinary", "lead_agency_id": drc}
        task = {"id": task_id, "kind": "triage", "agency": drc, "roles": ["handler"], "due_rule": "triage"}
        share = [{"agency": self.agencies[i], "relation": "supervisor"} for i in (7, 8)]
        members = {"to": "monitoring", "case": case, "share": share, "set": dict(walk.desk.view.facts)}
        members["open"] = [{**task, "due": "2026-03-09T10:00:00.000000Z"}]
        self._write(build_body(stream="x/y", seq=1, at=at, action="open_case", actor={}, members=members), 1, None)

    def write(self, body: dict[str, Any]) -> None:
        told = {key: value for key, value in body.items() if key not in ("sealed", "sealed_data", "document")}
        for row in told.get("open", ()):
            self._real(row, "agency", "unit", self.agencies)
            self._real(row, "assignee", "assignee", self.people)
        for row in told.get("touch", ()):
            self._real(row, "unit_id", "unit_id", self.agencies)
            self._real(row, "assignee_id", "assignee_id", self.people)
        for row in (*told.get("share", ()), told.get("case", {})):
            self._real(row, "agency", "lead_agency_id", self.agencies)
        actor = body["actor"]
        document = self._document(body["document"], actor["agency"]) if "document" in body else None
        self._write({**told, **({"document": document} if document else {})}, body["seq"], actor)

    @staticmethod
    def _real(row: dict[str, Any], first: str, second: str, ids: dict[int, int]) -> None:
        for key in {first, second}:
            if row.get(key) is not None:
                row[key] = ids[row[key]]

    def _document(self, kind: str, agency: int) -> dict[str, Any]:
        agency_id = self.agencies[agency]
        with connection.cursor() as cursor:
            cursor.execute("SELECT case_draw_number(%s, %s, 2026)", [agency_id, kind])
            serial = cursor.fetchone()[0]
        number = f"徐整治〔2026〕{agency_id}-{kind}-{serial}号"
        row = {"id": str(new_id()), "kind": kind, "agency": agency_id, "year": 2026, "serial": serial}
        made = {"sha256": hashlib.sha256(TEXT.encode()).hexdigest(), "template": kind, "template_sha256": "0" * 64}
        return {**row, **made, "number": number}

    def _write(self, body: dict[str, Any], seq: int, actor: dict[str, Any] | None) -> None:
        who = {"id": 1, "username": "x", "agency": None, "role": "handler"}
        if actor is not None:
            who |= {"id": self.people[actor["id"]], "agency": self.agencies[actor["agency"]]}
        self.head = commit(
            {**body, "stream": f"case/{self.case_id}", "seq": seq, "prev": self.head.hex(), "actor": who}
        )


@pytest.mark.parametrize("seed", range(0, 60, 5))
def test_what_the_database_writes_on_a_walk_is_what_the_replay_rebuilds(seed: int) -> None:
    walk = Walk(random.Random(seed))
    kept = InDatabase(walk)
    kept.open(walk, walk.desk.view.tasks[0].id, walk.desk.now.astimezone(UTC))
    for _ in range(40):
        if not walk.step():
            break
    for body in json.loads(json.dumps(walk.desk.events, default=str)):
        kept.write(body)
    report = verify()
    assert report.problems == ()
    assert report.events > 20
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("2026-11-22T02:00:00.500000Z", "2026-11-22 02:00:00.5"),
        ("2026-11-22T02:00:00.000000Z", "2026-11-22 02:00:00"),
        ("2026-11-22T02:00:10.000001Z", "2026-11-22 02:00:10.000001"),
        ("2026-11-22T20:10:00.123450Z", "2026-11-22 20:10:00.12345"),
    ],
)
def test_a_time_is_written_as_the_database_writes_it(written: str, line: str) -> None:
    assert moment(written) == line
    with connection.cursor() as cursor:
        cursor.execute("SELECT (%s::timestamptz AT TIME ZONE 'UTC')::text", [written])
        assert cursor.fetchone()[0] == line


@pytest.mark.parametrize("text", ["", "停电", "a\tb\nc\r\\N", "\\", "\\\\t", "\u2028\x0b\x08\x0c", '{"a": "\\\\n"}'])
def test_a_text_goes_through_a_line_unchanged(text: str) -> None:
    received: list[bytes] = []
    sink = type("Sink", (), {"write": staticmethod(received.append)})()
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(cursor.cursor.mogrify("COPY (SELECT %s::text) TO STDOUT", [text]).decode(), sink)
    line = b"".join(received).decode().removesuffix("\n")
    assert shown(text) == line
    assert plain(line) == text
    assert json_of(shown(json.dumps({"text": text}))) == {"text": text}


def test_a_supervision_that_is_set_up_later_sees_the_cases_there_without_an_event_of_theirs() -> None:
    world = World()
    here, elsewhere = world.open(), world.open(region_code="320302", title="鼓楼区 某处")
    county = create_agency(
        actor=system_actor(),
        code="320303-supervision",
        kind="supervision",
        region="320303",
        name="云龙区督查",
        short_name="督查",
        monogram="督",
        now=world.now,
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT case_id::text FROM cases_caseagency WHERE agency_id = %s", [county.pk])
        assert cursor.fetchall() == [(here,)]
    world.act(here, "drc-handler1", "comment", comment="已阅")
    assert here != elsewhere
    assert verify().problems == ()


def test_the_system_may_count_deadlines_again_in_any_stage() -> None:
    assert {("recount_deadlines", stage, stage) for stage in ("monitoring", "closed")} <= MOVES


# --- what somebody with all rights changed ---------------------------------------------------------------------------


class Suspended:
    """A case whose power is off, and a superuser's connection that sees it."""

    def __init__(self, world: World, root: Any) -> None:
        self.root = root
        # Opened now: later the superuser's transaction holds every table.
        self.others = [world.open(title=f"第{n}处") for n in range(6)]
        self.id = world.suspended(
            world.determined(
                world.verified(world.open()),
                finding="self_operated",
                subject="sole_trader",
                disposals=["suspension", "surcharge"],
                ground="G5_power_authority",
                serious_or_refused=True,
                proven_from="2026-10-01",
            )
        )
        self.stream = f"case/{self.id}"

    @contextmanager
    def changed(self, statement: str, *values: Any) -> Iterator[list[Problem]]:
        """What the verification finds after this statement, which is then taken back."""
        with self.root.cursor() as cursor:
            cursor.execute("SAVEPOINT before")
            cursor.execute(statement, values)
            assert cursor.rowcount == 1, statement
            yield verify_range(self.root, "case/", "case0").problems
            cursor.execute("ROLLBACK TO before")


@pytest.fixture
def suspended(servers: Servers, fresh_db: Any) -> Iterator[Suspended]:
    with closing(servers.cluster.connect(fresh_db.name)) as root:
        case = Suspended(World(), root)
        root.autocommit = False
        with root.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            for table in (*TABLES, "audit_event", "cases_documentseries", "cases_attachment"):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            # So that a column can be given any other value of its type.
            cursor.execute(
                """SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname) FROM pg_constraint
                   WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('c', 'u', 'f') ORDER BY contype DESC""",
                [list(TABLES)],
            )
            for (statement,) in cursor.fetchall():
                cursor.execute(statement)
            cursor.execute("DROP INDEX clock_one_open_interval_a_task")
        assert verify_range(root, "case/", "case0").problems == []
        yield case


def columns(root: Any) -> Iterator[tuple[str, str, str]]:
    with root.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_name = ANY(%s)",
            [list(TABLES)],
        )
        yield from cursor.fetchall()


def test_a_change_of_any_column_of_any_table_of_a_case_is_found(suspended: Suspended) -> None:
    tried = 0
    for table, column, kind in columns(suspended.root):
        if (table, column) == ("cases_clockinterval", "id"):
            continue  # a number that nothing refers to
        value = CHANGES[kind].format(c=column)
        row = f"(SELECT ctid FROM {table} WHERE {TABLES[table]} = %s ORDER BY ctid LIMIT 1)"
        with suspended.changed(f"UPDATE {table} SET {column} = {value} WHERE ctid = {row}", suspended.id) as problems:
            assert any(problem.stream == suspended.stream for problem in problems), f"{table}.{column}"
        tried += 1
    assert tried == 70


@pytest.mark.parametrize("table", TABLES)
def test_a_row_that_is_gone_is_named(suspended: Suspended, table: str) -> None:
    row = f"(SELECT ctid FROM {table} WHERE {TABLES[table]} = %s ORDER BY ctid LIMIT 1)"
    with suspended.changed(f"DELETE FROM {table} WHERE ctid = {row}", suspended.id) as problems:
        told = problems[0]
    assert told.stream == suspended.stream
    assert told.code == ("no_case" if table == "cases_case" else "projection")
    assert table == "cases_case" or "缺少事件所记的一行" in told.zh


@pytest.mark.parametrize("table", ["cases_task", "cases_clockinterval", "cases_caseagency", "cases_document"])
def test_a_row_that_no_event_tells_is_named(suspended: Suspended, table: str) -> None:
    with suspended.root.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} LIMIT 0")
        names = [c.name for c in cursor.description]
    new = {"id": "9999" if table == "cases_clockinterval" else "gen_random_uuid()", "agency_id": "agency_id + 100"}
    values = ", ".join(new.get(name, name) for name in names)
    statement = f"INSERT INTO {table} SELECT {values} FROM {table} WHERE case_id = %s LIMIT 1"
    with suspended.changed(statement, suspended.id) as problems:
        assert "没有事件记载" in problems[0].zh


def test_a_supervision_of_elsewhere_was_not_given_the_case(suspended: Suspended) -> None:
    statement = """INSERT INTO cases_caseagency (agency_id, case_id, relation, since)
        SELECT id, %s, 'supervisor', now() FROM agencies_agency WHERE code = '320100-drc'"""
    with suspended.changed(statement, suspended.id) as problems:
        assert "参与单位中有一行没有事件记载" in problems[0].zh


def test_a_difference_names_row_column_and_both_values(suspended: Suspended) -> None:
    statement = "UPDATE cases_task SET due_at = '2030-01-01Z' WHERE case_id = %s AND kind = 'triage' RETURNING id"
    with suspended.changed(statement, suspended.id) as problems:
        (problem,) = problems
    assert "待办的“" in problem.zh
    assert " due_at”与事件重放不符：事件为 2026-11-06 10:00:00，表中为 2030-01-01 00:00:00" in problem.zh
    assert "due_at differs from the replay of the events" in problem.en


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("content = 'x'", "按内容计算为 2d711642"),
        ("sha256 = repeat('a', 64)", "登记为 aaaa"),
        ("content = 'x', sha256 = encode(sha256('x'), 'hex'), size = 1", "登记为 2d711642"),
    ],
)
def test_a_file_that_is_not_what_the_event_says_is_named(suspended: Suspended, change: str, told: str) -> None:
    first = "(SELECT id FROM cases_attachment ORDER BY id LIMIT 1)"
    with suspended.changed(f"UPDATE cases_attachment SET {change} WHERE id = {first}") as problems:
        (problem,) = problems
    assert (problem.stream, problem.code) == (suspended.stream, "file")
    assert told in problem.zh
    with suspended.changed(f"DELETE FROM cases_attachment WHERE id = {first}") as problems:
        assert problems[0].zh.endswith("已不在库中")


def test_a_counter_or_a_series_that_does_not_add_up_is_named(suspended: Suspended) -> None:
    add = "INSERT INTO cases_taskcounterdelta (agency_id, region_code, stage, n) VALUES (1, '3203', 'suspension', 3)"
    with suspended.changed(add) as problems:
        assert problems[0].zh == "待办计数（单位 1 3203 suspension）为 3，实有未结待办 0 件"
    drawn = "UPDATE cases_documentseries SET last = last + 1 WHERE kind = 'suspension_order'"
    with suspended.changed(drawn) as problems:
        assert "发到第 2 号，库中有文书 1 份，最大为第 1 号" in problems[0].zh


@pytest.mark.parametrize(
    "change",
    ["content = 'x'", "sha256 = repeat('a', 64)", "content = 'x', sha256 = encode(sha256('x'), 'hex')", "version = 2"],
)
def test_the_text_of_a_document_that_is_not_what_its_hashes_say_is_named(suspended: Suspended, change: str) -> None:
    with suspended.root.cursor() as cursor:
        cursor.execute("ALTER TABLE cases_documentversion DISABLE TRIGGER ALL")
    first = "(SELECT min(id) FROM cases_documentversion)"
    with suspended.changed(f"UPDATE cases_documentversion SET {change} WHERE id = {first}") as problems:
        assert [problem.code for problem in problems] == ["document"]
    with suspended.changed(f"DELETE FROM cases_documentversion WHERE id = {first}") as problems:
        assert "正文与其哈希或前一版不符" in problems[0].zh


def test_a_case_without_events_and_one_whose_events_cannot_be_read_do_not_stop_the_pass(suspended: Suspended) -> None:
    other, third = suspended.others[:2]
    with suspended.root.cursor() as cursor:
        cursor.execute("DELETE FROM audit_event WHERE stream = %s", [f"case/{other}"])
        cursor.execute("UPDATE cases_case SET title = 'x' WHERE id = %s", [third])
        cursor.execute(
            "UPDATE audit_event SET body = convert_to(replace(convert_from(body, 'UTF8'), '\"to\"', '\"tu\"'), 'UTF8')"
            " WHERE stream = %s AND seq = 3",
            [suspended.stream],
        )
    problems = verify_range(suspended.root, "case/", "case0").problems
    found = {(problem.stream, problem.code) for problem in problems}
    assert {(f"case/{other}", "no_events"), (f"case/{third}", "projection"), (suspended.stream, "replay")} <= found


def test_a_number_that_no_reader_knows_is_a_difference_and_does_not_stop_the_pass(suspended: Suspended) -> None:
    statement = "UPDATE cases_case SET facts = ('{\"x\": 1' || repeat('0', 400) || '}')::jsonb WHERE id = %s"
    with suspended.changed(statement, suspended.id) as problems:
        assert {(problem.stream, problem.code) for problem in problems} == {(suspended.stream, "projection")}


def test_batches_and_ranges_see_what_one_pass_sees(suspended: Suspended, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = sorted([suspended.id, *suspended.others])
    with suspended.root.cursor() as cursor:
        cursor.execute("UPDATE cases_case SET title = 'x' WHERE id = ANY(%s::uuid[])", [cases[1:6:2]])
        cursor.execute("DELETE FROM audit_event WHERE stream = %s", [f"case/{cases[2]}"])
    whole = verify_range(suspended.root, "case/", "case0").problems
    assert len(whole) == 4
    monkeypatch.setattr(verifier, "BATCH", 2)
    batches = verify_range(suspended.root, "case/", "case0").problems
    cut = f"case/{cases[3]}"
    parts = [*verify_range(suspended.root, "", cut).problems, *verify_range(suspended.root, cut, "case0").problems]
    assert sorted(batches) == sorted(parts) == sorted(whole)


ID = "01a2139a-4999-7727-9658-89f8569c0c9c"


@pytest.mark.parametrize("seed", range(20))
def test_ids_are_counted_before_any_name_as_texts_are_ordered(seed: int) -> None:
    rng = random.Random(seed)
    cut = rng.randint(0, 36)
    name = f"case/{ID[:cut]}" + rng.choice(
        ["", "x", "-", "0", "f", "g", " ", "A", "\x01", "~", ID[cut:], f"{ID[cut:]}/"]
    )
    near = [UUID(int=max(0, min(2**128 - 1, UUID(ID).int + rng.randint(-(16**n), 16**n)))) for n in range(32)]
    for case_id in (*near, UUID(int=0), UUID(ID), UUID(int=2**128 - 1)):
        before = case_id.int < verifier.ids_before(name)
        assert before == (f"case/{case_id}".encode() < name.encode()), (name, case_id)
    assert verifier.ids_before("case/") == 0
    assert verifier.ids_before("case0") == 2**128


@pytest.mark.parametrize("name", ["case/x", "case/0", "case/" + "f" * 36])
def test_a_stream_of_no_case_is_named_and_its_name_cuts_no_range(suspended: Suspended, name: str) -> None:
    with suspended.changed(
        "INSERT INTO audit_event (stream, seq, prev, body, leaf, at, action)"
        " VALUES (%s, 1, %s, '{}', sha256('x'), now(), '')",
        name,
        bytes(32),
    ) as problems:
        assert (name, "no_case") in {(problem.stream, problem.code) for problem in problems}
        assert {problem.stream for problem in problems} == {name}
        parts = verify_range(suspended.root, "", name).problems + verify_range(suspended.root, name, "case0").problems
        assert {problem.stream for problem in parts} == {name}


# --- events that the application forged ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"action": "blow_up"}, "没有“blow_up”这一事项"),
        ({"to": "verification"}, "“comment”不能由“monitoring”到“verification”"),
        ({"action": "open_case"}, "“open_case”不能由“monitoring”到“monitoring”"),
        ({"action": "dispatch_verification", "to": "verification"}, "离开原阶段时未了结待办"),
    ],
)
def test_an_event_that_the_table_does_not_allow_is_named_though_the_function_wrote_it(
    change: dict[str, Any], told: str
) -> None:
    world = World()
    case = world.open()
    with connection.cursor() as cursor:
        cursor.execute("SELECT head FROM cases_case WHERE id = %s", [case])
        head = bytes(cursor.fetchone()[0])
    actor = {"id": 2, "username": "drc-handler1", "agency": None, "role": "handler"}
    moved = {"from": "monitoring", "to": "monitoring"}
    body = build_body(
        stream=f"case/{case}", seq=2, prev=head, at=world.now, action="comment", actor=actor, members=moved
    )
    with transaction.atomic():
        commit({**body, **change})
    report = verify()
    assert report.first is not None
    assert {(problem.stream, problem.seq, problem.code) for problem in report.problems} == {(f"case/{case}", 2, "act")}
    assert told in report.first.zh
