"""The lists people open most, through the selectors and beside the same page as hand-written SQL.

`python -m bench lists --cases 200000,1000000 --json`: for each size a throwaway database is seeded, every workload is
run ROUNDS times alternating with its SQL, and one JSON object is printed a workload: p50 and p95 in milliseconds,
and, from the second size on, the growth of p50 against the first.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from bench.sandbox import Sandbox, sandbox
from bench.seed import seed

PAGE = 20
DEPTH = 1_000
ROUNDS = 200
WARM = 20
DISTRICT, STAGE = "320302", "verification"
HANDLER, SUPERVISOR = "320300-drc-p1", "320000-supervision-p1"


class Workload(NamedTuple):
    """The same page twice: `selector` returns (rows, total), `sql` runs the hand-written statements."""

    name: str
    selector: Callable[[], tuple[int, int]]
    sql: Callable[[], int]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cases", default="200000", help="how many cases; several sizes separated by commas")
    parser.add_argument("--rounds", type=int, default=ROUNDS)


def run(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    sizes = [int(size) for size in str(arguments.cases).split(",")]
    if len(sizes) == 1:
        yield from run_one(sizes[0], arguments.rounds)
        return
    first: dict[str, float] = {}
    for size in sizes:
        for line in _in_a_process(size, arguments.rounds):
            base = first.setdefault(line["workload"], line["p50_ms"])
            yield {**line, "growth": round(line["p50_ms"] / base, 2)} if size != sizes[0] else line


def _in_a_process(size: int, rounds: int) -> Iterator[dict[str, Any]]:
    """Django binds its database once in a process, so each size has its own."""
    command = [sys.executable, "-m", "bench", "lists", "--json", "--cases", str(size), "--rounds", str(rounds)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    for line in done.stdout.splitlines():
        if line.startswith("{"):
            yield json.loads(line)


def run_one(cases: int, rounds: int) -> Iterator[dict[str, Any]]:
    with sandbox() as box:
        started = time.monotonic()
        superuser = box.connect("postgres")
        seed(superuser, cases)
        seeded = time.monotonic() - started
        for workload in workloads(box, superuser):
            yield {"bench": "lists", "cases": cases, **measure(workload, rounds), "seed_s": round(seeded, 1)}
        superuser.close()


def measure(workload: Workload, rounds: int) -> dict[str, Any]:
    ours: list[float] = []
    raw: list[float] = []
    rows = total = 0
    for i in range(WARM + rounds):
        took, (rows, total) = _timed(workload.selector)
        took_raw, _ = _timed(workload.sql)
        if i >= WARM:
            ours.append(took)
            raw.append(took_raw)
    p50, p50_raw = statistics.median(ours), statistics.median(raw)
    return {
        "workload": workload.name,
        "rows": rows,
        "total": total,
        "p50_ms": round(p50, 2),
        "p95_ms": round(statistics.quantiles(ours, n=20)[-1], 2),
        "sql_p50_ms": round(p50_raw, 2),
        "sql_p95_ms": round(statistics.quantiles(raw, n=20)[-1], 2),
        "ratio": round(p50 / p50_raw, 2),
    }


def _timed(call: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    answer = call()
    return (time.perf_counter() - started) * 1000, answer


def workloads(box: Sandbox, superuser: Any) -> Iterator[Workload]:
    from agencies.actors import find_actor
    from bench.lists_sql import Plain
    from config.embedded import APP_ROLE

    plain = Plain(box.connect(APP_ROLE), superuser)
    handler, supervisor = find_actor(HANDLER), find_actor(SUPERVISOR)
    agency = handler.agency_ids[0]
    yield from _task_lists(plain, handler, agency)
    yield from _histories(plain, handler, supervisor)
    yield from _case_lists(plain, handler, agency)


def _task_lists(plain: Any, handler: Any, agency: int) -> Iterator[Workload]:
    from cases.selectors.tasks import BY_DUE, TaskFilter, list_tasks

    now = datetime.now(UTC)

    def page(wanted: TaskFilter, cursor: str | None) -> tuple[int, int]:
        found = list_tasks(handler, wanted, now=now, cursor=cursor, size=PAGE)
        return len(found.rows), found.total

    for suffix, wanted in (("", TaskFilter()), ("_district_stage", TaskFilter(stage=STAGE, region=DISTRICT))):
        stage, region = wanted.stage, wanted.region
        yield Workload(
            f"tasks_first{suffix}",
            lambda w=wanted: page(w, None),
            lambda s=stage, r=region: plain.tasks(agency, s, r, None, PAGE),
        )
        places = [row for row in plain.places(agency, stage, region, PAGE * DEPTH, 50) if row]
        if not places:
            continue
        marks = [(BY_DUE.encode({"due_at": due, "id": id_}, backward=False), (due, id_)) for due, id_ in places]
        turn = _turns(marks)
        yield Workload(
            f"tasks_page_{DEPTH}{suffix}",
            lambda w=wanted, t=turn: page(w, t()[0]),
            lambda s=stage, r=region, t=turn: plain.tasks(agency, s, r, t()[1], PAGE),
        )


def _histories(plain: Any, handler: Any, supervisor: Any) -> Iterator[Workload]:
    from cases.selectors.events import EventFilter, search_events
    from cases.selectors.timeline import timeline

    case = _turns(plain.some_cases(handler.agency_ids[0], 200))

    def history() -> tuple[int, int]:
        found = timeline(handler, case())
        return (len(found.rows), found.total) if found else (0, 0)

    yield Workload("history_of_a_case", history, lambda: plain.history(case()))
    person = _turns(plain.some_people(handler.agency_ids[0], 40))
    week = _turns([datetime(2025, 12, 1, tzinfo=UTC) + timedelta(weeks=w) for w in range(40)])

    def search() -> tuple[int, int]:
        since = week()
        wanted = EventFilter(actor_id=person(), since=since, until=since + timedelta(weeks=1))
        found = search_events(supervisor, wanted, size=PAGE)
        return len(found.rows), found.total

    yield Workload(
        "audit_person_week",
        search,
        lambda: plain.person_week(person(), week(), supervisor.agency_ids[0], PAGE),
    )


def _case_lists(plain: Any, handler: Any, agency: int) -> Iterator[Workload]:
    from cases.selectors.cases import CaseFilter, list_cases

    def page(wanted: CaseFilter) -> tuple[int, int]:
        found = list_cases(handler, wanted, size=PAGE)
        return len(found.rows), found.total

    for name, wanted in (
        ("cases_first", CaseFilter()),
        ("cases_stage_district", CaseFilter(stage=STAGE, region=DISTRICT)),
    ):
        yield Workload(
            name,
            lambda w=wanted: page(w),
            lambda w=wanted: plain.cases(agency, w.stage, w.region, PAGE),
        )
    words = _turns([f"{n}号" for n in random.Random(7).sample(range(1000, 10_000), 40)])
    yield Workload("cases_search", lambda: page(CaseFilter(q=words())), lambda: plain.search(agency, words(), PAGE))


def _turns(values: list[Any]) -> Callable[[], Any]:
    """The values one after the other, again and again, in a fixed mixed order."""
    mixed = list(values)
    random.Random(11).shuffle(mixed)
    state = {"i": -1}

    def following() -> Any:
        state["i"] += 1
        return mixed[state["i"] % len(mixed)]

    return following
