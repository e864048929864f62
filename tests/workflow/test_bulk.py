"""`perform_many` does what `perform` does, for many acts at once; a refused act stops none of the others."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.actors import system_actor
from agencies.models import User
from agencies.services import disable_user
from cases.workflow.bulk import Request, perform_many
from cases.workflow.engine import Result
from cases.workflow.errors import GuardRefused, InvalidInput, NotAllowed, NotVisible, StaleVersion, WorkflowError
from tests.workflow.world import World

pytestmark = pytest.mark.usefixtures("demo_city")

OPENING: dict[str, Any] = {
    "region_code": "320303",
    "title": "云龙区 居民用户",
    "source": "telecom",
    "signals": [{"family": "traffic", "count": 3}],
}
SIGNAL: dict[str, Any] = {"signals": [{"family": "energy", "count": 2}], "source": "grid", "batch": "二批"}
# Everything a case consists of, without what the database numbers by itself.
TABLES = {
    "case": "SELECT * FROM cases_case WHERE id = %(id)s",
    "tasks": "SELECT * FROM cases_task WHERE case_id = %(id)s ORDER BY opened_seq, kind",
    "clocks": "SELECT task_id, agency_id, state, reason, started_at, ended_at FROM cases_clockinterval"
    " WHERE case_id = %(id)s ORDER BY started_at, task_id",
    "participants": "SELECT * FROM cases_caseagency WHERE case_id = %(id)s ORDER BY agency_id",
    "outbox": "SELECT seq, topic, agency_id, payload FROM cases_outbox WHERE case_id = %(id)s ORDER BY id",
    "sealed": "SELECT e.seq, s.data FROM audit_sealed s JOIN audit_event e ON e.id = s.event_id"
    " WHERE e.stream = %(stream)s ORDER BY e.seq",
    "events": "SELECT seq, at, action, actor_id, agency_id, convert_from(body, 'UTF8')::jsonb AS body FROM audit_event"
    " WHERE stream = %(stream)s ORDER BY seq",
}
IDS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture
def world() -> World:
    return World()


def many(world: World, username: str, *requests: Request) -> list[Result | WorkflowError]:
    return perform_many(requests, actor=world.person(username), now=world.now)


def whole(case: str) -> dict[str, Any]:
    """All rows of a case with ids, hashes and numbers replaced by the order in which they first come."""
    found: dict[str, Any] = {}
    with connection.cursor() as cursor:
        for name, sql in TABLES.items():
            cursor.execute(
                f"SELECT coalesce(json_agg(x), '[]')::text FROM ({sql}) x", {"id": case, "stream": f"case/{case}"}
            )
            found[name] = json.loads(cursor.fetchone()[0])
    for row in (*found["case"], *(event["body"] for event in found["events"])):
        for secret in ("head", "prev", "sealed"):
            row.pop(secret, None)
    text = json.dumps(found, sort_keys=True, ensure_ascii=False)
    for n, value in enumerate(dict.fromkeys(IDS.findall(text))):
        text = text.replace(value, f"id{n}")
    same: dict[str, Any] = json.loads(re.sub(r"XZ26-\d+", "XZ26", text))
    return same


def counters() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT agency_id, region_code, stage, sum(n) FROM cases_taskcounterdelta"
            " GROUP BY agency_id, region_code, stage HAVING sum(n) <> 0 ORDER BY agency_id, region_code, stage"
        )
        return cursor.fetchall()


def results(answers: list[Result | WorkflowError]) -> list[Result]:
    assert all(isinstance(answer, Result) for answer in answers), answers
    return [answer for answer in answers if isinstance(answer, Result)]


STEPS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("drc-handler1", "accept_task", {}),
    ("drc-handler1", "attach_signal", SIGNAL),
    ("drc-handler2", "comment", {"comment": "到现场看过"}),
    ("drc-handler1", "dispatch_verification", {"findings": ["trace_subscriber", "check_consumption"]}),
    ("telecom-handler1", "report_subscriber", {"result": "identified", "subject": "sole_trader", "lines": 1}),
    ("grid-handler1", "report_consumption", {"result": "normal", "user_class": "ordinary", "serves_residents": False}),
    (
        "drc-handler1",
        "propose_determination",
        {
            "finding": "false_positive",
            "subject": "sole_trader",
            "disposals": ["close"],
            "opinion": "用电正常，无矿池通信",
        },
    ),
    ("drc-reviewer1", "decide_determination", {"decision": "approve"}),
)


def test_many_at_once_write_what_one_by_one_writes(world: World) -> None:
    """The same acts on two cases at once and on a third alone: the same facts, tasks, clocks, events and messages."""
    opened = results(many(world, "drc-handler1", Request("open_case", OPENING), Request("open_case", OPENING)))
    batch = [answer.case_id for answer in opened]
    alone = world.act(None, "drc-handler1", "open_case", **OPENING).case_id
    for username, action, data in STEPS:
        world.later(minutes=5)
        answers = results(many(world, username, *(Request(action, data, case_id=case) for case in batch)))
        single = world.act(alone, username, action, **data)
        assert {(answer.version, answer.stage, answer.action) for answer in answers} == {
            (single.version, single.stage, single.action)
        }
        assert [bool(answer.document_number) for answer in answers] == [bool(single.document_number)] * 2
    expected = without_serials(whole(alone))
    for case in batch:
        assert without_serials(whole(case)) == expected
    assert world.view(alone).stage == "closed"
    call_command("verify_audit")


def without_serials(case: dict[str, Any]) -> dict[str, Any]:
    """Two documents of one series differ in their numbers, and in nothing else."""
    for event in case["events"]:
        document = event["body"].get("document", {})
        document.pop("serial", None)
        document.pop("number", None)
        document.pop("sha256", None)  # of a text that names the number
    return case


def test_counters_are_the_open_tasks_after_many_acts(world: World) -> None:
    cases = [a.case_id for a in results(many(world, "drc-handler1", *[Request("open_case", OPENING)] * 5))]
    many(
        world,
        "drc-handler1",
        *(Request("dispatch_verification", {"findings": ["check_consumption"]}, case_id=c) for c in cases[:3]),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT agency_id, region_code, stage, count(*) FROM cases_task WHERE state = 'open'"
            " GROUP BY agency_id, region_code, stage ORDER BY agency_id, region_code, stage"
        )
        assert counters() == cursor.fetchall()
    assert sum(row[3] for row in counters()) == 5


def test_each_refusal_stands_at_its_place_and_stops_nothing(world: World) -> None:
    """Every reason `perform` knows, in one call, between acts that are done."""
    first, second, closed = world.open(), world.open(), world.open()
    foreign = world.act(None, "nj-drc-handler1", "open_case", **{**OPENING, "region_code": "320102"}).case_id
    world.act(closed, "drc-handler1", "propose_exclusion", reason_code="node", explanation="区块链节点")
    world.act(closed, "drc-reviewer1", "decide_exclusion", decision="approve")
    nowhere = "00000000-0000-7000-8000-000000000000"
    answers = many(
        world,
        "drc-handler1",
        Request("comment", {"comment": "一"}, case_id=first),
        Request("comment", {"comment": "二"}, case_id=second, expected_version=7),
        Request("comment", {}, case_id=second),
        Request("comment", {"comment": "三"}, case_id=foreign),
        Request("comment", {"comment": "三"}, case_id=nowhere),
        Request("comment", {"comment": "三"}),
        Request("decide_exclusion", {"decision": "approve"}, case_id=second),
        Request("dispatch_verification", {"findings": ["check_consumption"]}, case_id=closed),
        Request("no_such_action", {}, case_id=second),
        Request("open_case", {**OPENING, "region_code": "999999"}),
        Request("open_case", OPENING),
        Request("comment", {"comment": "四"}, case_id=second),
    )
    kinds = [type(answer) for answer in answers]
    assert kinds == [
        Result,
        StaleVersion,
        InvalidInput,
        NotVisible,
        NotVisible,
        NotVisible,
        NotAllowed,
        GuardRefused,
        InvalidInput,
        InvalidInput,
        Result,
        Result,
    ]
    assert (world.view(first).version, world.view(second).version) == (2, 2)
    assert world.view(closed).version == 3


@pytest.mark.parametrize(
    ("username", "action", "data"),
    [
        ("drc-handler1", "decide_exclusion", {"decision": "approve"}),
        ("drc-handler1", "propose_exclusion", {}),
        ("drc-handler1", "order_restoration", {}),
        ("police-handler1", "comment", {"comment": "在吗"}),
        ("grid-billing1", "comment", {"comment": "在吗"}),
    ],
)
def test_a_refusal_reads_the_same_alone_and_among_many(
    world: World, username: str, action: str, data: dict[str, Any]
) -> None:
    case = world.open()
    with pytest.raises(WorkflowError) as alone:
        world.act(case, username, action, **data)
    among = many(world, username, Request(action, data, case_id=case))[0]
    assert isinstance(among, type(alone.value))
    assert (among.code, among.text, among.fields) == (alone.value.code, alone.value.text, alone.value.fields)


def test_a_disabled_account_hears_the_same_alone_and_among_many(world: World) -> None:
    case = world.open()
    world.person("drc-handler2")
    disable_user(actor=system_actor(), user=User.objects.get(username="drc-handler2"), now=world.now)
    with pytest.raises(NotAllowed) as alone:
        world.act(case, "drc-handler2", "comment", comment="在吗")
    for request in (Request("comment", {"comment": "在吗"}, case_id=case), Request("open_case", OPENING)):
        among = many(world, "drc-handler2", request)[0]
        assert isinstance(among, NotAllowed)
        assert (among.code, among.text) == (alone.value.code, alone.value.text)


def test_one_case_named_three_times_moves_three_versions(world: World) -> None:
    """In the order of the list, each act on what the one before it left."""
    case, other = world.open(), world.open()
    answers = many(
        world,
        "drc-handler1",
        Request("accept_task", {}, case_id=case),
        Request("attach_signal", SIGNAL, case_id=case),
        Request("comment", {"comment": "二"}, case_id=other),
        Request("dispatch_verification", {"findings": ["check_consumption"]}, case_id=case),
        Request("continue_monitoring", {"review_on": "2026-12-01", "reason_code": "awaiting_signal"}, case_id=case),
    )
    assert [answer.version for answer in results(answers[:4])] == [2, 3, 2, 4]
    # The stage that the fourth act left is no stage for the fifth.
    assert isinstance(answers[4], GuardRefused)
    view = world.view(case)
    assert (view.version, view.stage) == (4, "verification")
    assert view.facts["signals"] == {"traffic": 3, "energy": 2}
    call_command("verify_audit")


def test_a_case_merged_in_the_middle_of_a_batch_is_closed_for_the_rest(world: World) -> None:
    case, survivor = world.open(), world.open()
    answers = many(
        world,
        "drc-handler1",
        Request("merge_case", {"survivor": survivor, "reason_code": "same_site"}, case_id=case),
        Request("attach_signal", SIGNAL, case_id=survivor),
        Request("dispatch_verification", {"findings": ["check_consumption"]}, case_id=case),
    )
    assert [type(answer) for answer in answers] == [Result, Result, GuardRefused]
    assert (world.view(case).stage, world.view(survivor).version) == ("closed", 3)


def test_many_acts_on_many_cases_cost_two_statements(world: World) -> None:
    cases = [a.case_id for a in results(many(world, "drc-handler1", *[Request("open_case", OPENING)] * 20))]
    with CaptureQueriesContext(connection) as queries:
        answers = many(world, "drc-handler1", *(Request("attach_signal", SIGNAL, case_id=case) for case in cases))
    assert len(results(answers)) == 20
    sent = [q["sql"] for q in queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(sent) == 2, sent


def test_nothing_asked_is_nothing_done(world: World) -> None:
    world.person("drc-handler1")
    with CaptureQueriesContext(connection) as queries:
        assert many(world, "drc-handler1") == []
    assert all(q["sql"].startswith(("SAVEPOINT", "RELEASE")) for q in queries)
