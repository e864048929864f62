"""Threads with connections of their own at the same case at the same instant: nothing done twice, nothing lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections

from cases.workflow.bulk import Request, perform_many
from cases.workflow.engine import Result
from cases.workflow.errors import IdempotencyConflict, WorkflowError
from tests.workflow.world import World

pytestmark = pytest.mark.usefixtures("demo_city", "fresh_db")

THREADS = 8
ROUNDS = 3  # a race that is lost once in three is lost


@pytest.fixture
def world(settings: Any) -> World:
    settings.OUTBOX_TASK = ""  # no bell: it would ring on after the test's Redis is gone
    return World()


def race(*calls: Callable[[], Any]) -> list[Any]:
    """Each call in a thread of its own, started together; what it returned or raised, in the order of the calls."""
    found: list[Any] = [None] * len(calls)
    start = threading.Barrier(len(calls))

    def run(n: int) -> None:
        try:
            connection.ensure_connection()
            start.wait(30)
            found[n] = calls[n]()
        except Exception as error:  # noqa: BLE001 — the test looks at whatever it was
            found[n] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "a thread of the race hangs"
    return found


def done(found: Sequence[Any]) -> list[Result]:
    """The acts that were done; fails when one of the others was anything but refused."""
    for answer in found:
        assert isinstance(answer, Result | WorkflowError), answer
    return [answer for answer in found if isinstance(answer, Result)]


def refusals(found: Sequence[Any]) -> set[int]:
    return {answer.status for answer in found if isinstance(answer, WorkflowError)}


def number(sql: str, *values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.fetchone()[0] or 0)


def actions(case: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT action FROM audit_event WHERE stream = %s ORDER BY seq", [f"case/{case}"])
        return [row[0] for row in cursor.fetchall()]


@pytest.fixture(autouse=True)
def everything_adds_up(world: World, fresh_db: Any) -> Any:
    """After each race: versions are numbers of events, counters are counts, and the whole trail verifies."""
    yield
    assert number("SELECT count(*) FROM cases_case") > 0
    assert (
        number(
            "SELECT count(*) FROM cases_case c WHERE version <>"
            " (SELECT count(*) FROM audit_event e WHERE e.stream = 'case/' || c.id)"
        )
        == 0
    )
    assert (
        number(
            "SELECT count(*) FROM (SELECT agency_id, region_code, stage, sum(n) AS n FROM ("
            " SELECT agency_id, region_code, stage, n FROM cases_taskcounter"
            " UNION ALL SELECT agency_id, region_code, stage, n FROM cases_taskcounterdelta) x"
            " GROUP BY agency_id, region_code, stage) counted"
            " FULL JOIN (SELECT agency_id, region_code, stage, count(*) AS n FROM cases_task WHERE state = 'open'"
            " GROUP BY 1, 2, 3) real USING (agency_id, region_code, stage)"
            " WHERE coalesce(counted.n, 0) <> coalesce(real.n, 0)"
        )
        == 0
    )
    assert (
        number(
            "SELECT count(*) FROM cases_task t WHERE (t.state = 'open') <>"
            " EXISTS (SELECT 1 FROM cases_clockinterval c WHERE c.task_id = t.id AND c.ended_at IS NULL)"
        )
        == 0
    )
    call_command("verify_audit")


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_of_eight_with_the_same_version_one_wins(world: World, attempt: int) -> None:
    case = world.open()
    people = ["drc-handler1", "drc-handler2"] * (THREADS // 2)
    for username in people:
        world.person(username)
    found = race(
        *(
            lambda u=u: world.act(case, u, "dispatch_verification", version=1, findings=["check_consumption"])
            for u in people
        )
    )
    assert len(done(found)) == 1
    assert refusals(found) == {412}
    assert actions(case) == ["open_case", "dispatch_verification"]
    assert world.open_tasks(case) == ["check_consumption"]


def test_of_eight_who_name_no_version_one_wins_and_the_others_are_told_why(world: World) -> None:
    """A worker that names no version still cannot do what has just been done."""
    case = world.open()
    world.person("drc-handler1")
    found = race(
        *[lambda: world.act(case, "drc-handler1", "dispatch_verification", findings=["check_consumption"])] * THREADS
    )
    assert len(done(found)) == 1
    assert refusals(found) == {409}
    assert actions(case) == ["open_case", "dispatch_verification"]


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_the_same_key_eight_times_is_one_event_and_eight_equal_answers(world: World, attempt: int) -> None:
    case = world.open()
    world.person("drc-handler1")
    found = race(
        *[lambda: world.act(case, "drc-handler1", "comment", version=1, key="once", comment="到现场看过")] * THREADS
    )
    answers = done(found)
    assert len(answers) == THREADS
    assert sorted(answer.replayed for answer in answers) == [False] + [True] * (THREADS - 1)
    assert len({(answer.event_id, answer.leaf, answer.version) for answer in answers}) == 1
    assert actions(case) == ["open_case", "comment"]


def test_the_same_key_eight_times_opens_one_case(world: World) -> None:
    world.person("drc-handler1")
    data: dict[str, Any] = {"region_code": "320303", "title": "云龙区 居民用户", "source": "telecom"}
    found = race(*[lambda: world.act(None, "drc-handler1", "open_case", key="open", **data)] * THREADS)
    answers = done(found)
    assert len(answers) == THREADS
    assert len({answer.case_id for answer in answers}) == 1
    assert number("SELECT count(*) FROM cases_case") == 1


def test_one_key_on_two_cases_at_once_serves_one_of_them(world: World) -> None:
    cases = [world.open() for _ in range(THREADS)]
    world.person("drc-handler1")
    found = race(
        *(lambda c=c: world.act(c, "drc-handler1", "comment", version=1, key="both", comment="一次") for c in cases)
    )
    assert len(done(found)) == 1
    assert all(isinstance(answer, Result | IdempotencyConflict) for answer in found), found


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_four_findings_at_one_instant_are_all_recorded_and_open_one_determination(world: World, attempt: int) -> None:
    case = world.open()
    kinds = ["trace_subscriber", "check_consumption", "analyse_traffic", "inspect_site"]
    world.act(case, "drc-handler1", "dispatch_verification", findings=kinds)
    reports: list[tuple[str, str, dict[str, Any]]] = [
        ("telecom-handler1", "report_subscriber", {"result": "identified", "subject": "sole_trader", "lines": 1}),
        (
            "grid-handler1",
            "report_consumption",
            {
                "result": "abnormal",
                "user_class": "ordinary",
                "price_class": "commercial",
                "serves_residents": False,
                "monthly_kwh": "35000",
            },
        ),
        ("cac-handler1", "report_traffic", {"result": "confirmed", "pools": 1}),
        (
            "drc-handler2",
            "record_inspection",
            {
                "result": "running",
                "inspected_at": world.iso,
                "officers": [
                    {"staff_no": "XZ1001", "officer": "李明远"},
                    {"staff_no": "XZ1002", "officer": "陈洁"},
                ],
                "home_entry": False,
                "signature": "signed",
                "serves_residents": False,
            },
        ),
    ]
    for username, _, _ in reports:
        world.person(username)
    found = race(*(lambda u=u, a=a, d=d: world.act(case, u, a, **d) for u, a, d in reports))
    answers = done(found)
    assert len(answers) == 4, [answer for answer in found if answer not in answers]
    assert set(world.view(case).facts["findings"]) == set(kinds)
    assert world.open_tasks(case) == ["determine"]
    assert sum(task["kind"] == "determine" for answer in answers for task in answer.opened) == 1
    assert sorted(answer.version for answer in answers) == [3, 4, 5, 6]


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_a_cut_is_confirmed_by_one_person_however_many_try(world: World, attempt: int) -> None:
    case = at_the_cut(world)
    crew = ["grid-crew2", "grid-crew3"] * (THREADS // 2)
    for username in (*crew, "grid-crew1"):
        world.person(username)
    found = race(
        *(
            lambda u=u: world.act(
                case, u, "confirm_suspension", confirmed_at=world.iso, load_is_zero=True, reading="1204.5"
            )
            for u in ("grid-crew1", *crew[1:])
        )
    )
    answers = done(found)
    assert len(answers) == 1
    assert isinstance(found[0], WorkflowError) and found[0].status in (403, 409), "the one who cut confirmed it"
    assert actions(case).count("confirm_suspension") == 1


def at_the_cut(world: World) -> str:
    case = world.verified(world.open())
    world.determined(
        case,
        finding="self_operated",
        subject="sole_trader",
        disposals=["suspension"],
        ground="G5_power_authority",
        serious_or_refused=True,
    )
    return world.cut(case)


def test_proposal_and_its_review_raced_by_one_person_never_both_pass(world: World) -> None:
    """Four-eyes reads the events under the lock, so the second of two acts sees the first."""
    world.give("drc-reviewer1", "handler", "320300-drc")
    case = world.verified(world.open())
    world.person("drc-reviewer1")
    proposal: dict[str, Any] = {
        "finding": "already_stopped",
        "subject": "sole_trader",
        "disposals": ["close"],
        "opinion": "已停止",
    }
    calls = [
        lambda: world.act(case, "drc-reviewer1", "propose_determination", **proposal),
        lambda: world.act(case, "drc-reviewer1", "decide_determination", decision="approve"),
    ]
    found = race(*(calls * (THREADS // 2)))
    assert len(done(found)) == 1
    assert actions(case).count("decide_determination") == 0


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_two_merges_against_each_other_do_not_wait_for_each_other(world: World, attempt: int) -> None:
    first, second = world.open(), world.open()
    world.person("drc-handler1")
    world.person("drc-handler2")
    found = race(
        lambda: world.act(first, "drc-handler1", "merge_case", version=1, survivor=second, reason_code="same_site"),
        lambda: world.act(second, "drc-handler2", "merge_case", version=1, survivor=first, reason_code="same_site"),
    )
    assert len(done(found)) == 1
    assert refusals(found) <= {409, 412}
    stages = sorted((world.view(case).stage, world.view(case).merged_into is not None) for case in (first, second))
    assert stages == [("closed", True), ("monitoring", False)]


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_two_batches_that_name_the_same_cases_in_opposite_orders_both_pass(world: World, attempt: int) -> None:
    """Named twice each, so that both batches need several rounds and come back for locks."""
    first, second = world.open(), world.open()
    handlers = [world.person("drc-handler1"), world.person("drc-handler2")]

    def batch(actor: Any, *cases: str) -> Callable[[], list[Any]]:
        requests = [Request("comment", {"comment": "批量"}, case_id=case) for case in cases]
        return lambda: perform_many(requests, actor=actor, now=world.now)

    found = race(
        batch(handlers[0], first, first, second, second),
        batch(handlers[1], second, second, first, first),
    )
    for answers in found:
        assert isinstance(answers, list), answers
        assert len(done(answers)) == 4
    assert world.view(first).version == world.view(second).version == 5


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_numbers_of_documents_drawn_at_once_have_no_gap_and_no_double(world: World, attempt: int) -> None:
    cases = []
    for _ in range(3):
        case = world.verified(world.open())
        world.determined(
            case,
            finding="self_operated",
            subject="sole_trader",
            disposals=["suspension"],
            ground="G5_power_authority",
            serious_or_refused=True,
        )
        cases.append((case, world.attach(case, "drc-approver1"), world.attach(case, "drc-approver1", "决定书.pdf")))
    found = race(
        *(
            lambda c=c, o=o, d=d: world.act(c, "drc-approver1", "sign_suspension_order", order_file=o, legal_document=d)
            for c, o, d in cases
        )
    )
    numbers = sorted(answer.document_number or "" for answer in done(found))
    assert len(numbers) == 3
    serials = sorted(int(text.split("〕")[1].removesuffix("号")) for text in numbers)
    assert serials == [1, 2, 3]
