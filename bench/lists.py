"""The lists people open most, through the selectors and beside the same page as hand-written SQL.

`python -m bench lists --cases 200000,1000000 --json` seeds a throwaway database for each size, reads every page ROUNDS
times in turn with its SQL, and prints one object a workload and size: p50, p95 and best in milliseconds, and the growth
of p50 from the first size to this one. `open_p50_ms` is the same page without row-level security (for some
rounds the application role may bypass it), `wall` how often that goes into the page as it is.
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
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from bench.listing.seed import seed
from bench.sandbox import Sandbox, sandbox

PAGE = 20
DEPTH = 1_000
GROUP = 12
ROUNDS = 200
TURN = 20
WARM = 20
DISTRICT, STAGE = "320302", "verification"
HANDLER, SUPERVISOR = "320300-drc-p1", "320000-supervision-p1"


class Workload(NamedTuple):
    """The same page twice: `selector` returns (rows, total) to `who`, `sql` runs the hand-written statements."""

    name: str
    who: Any
    selector: Callable[[], tuple[int, int]]
    sql: Callable[[], int]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cases", default="200000", help="how many cases; several sizes separated by commas (200000)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"how often each page is read ({ROUNDS})")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """One line a workload and size; the sizes take turns every few rounds, so that a busy machine slows all alike."""
    sizes = [int(size) for size in str(arguments.cases).split(",")]
    if arguments.serve:
        serve(sizes[0])
        return
    with ExitStack() as stack:
        sides = [stack.enter_context(side(size)) for size in sizes]
        for name in sides[0].names:
            first = 0.0
            asked = [each for each in sides if name in each.names]
            for _ in range(-(-arguments.rounds // TURN)):
                for each in asked:
                    each.read(name)
            for each in asked:
                line = each.summary(name)
                first = first or line["p50_ms"]
                yield line | ({} if each is asked[0] else {"growth": round(line["p50_ms"] / first, 2)})


class Side:
    """One size: a process of its own with its own database, since Django binds its database once in a process."""

    def __init__(self, size: int, process: subprocess.Popen[str]) -> None:
        self.size = size
        self.process = process
        hello = self._answer()
        self.names: list[str] = hello["workloads"]
        self.seeded = hello["seed_s"]
        self.turns: dict[str, list[dict[str, Any]]] = {}

    def read(self, name: str) -> None:
        if self.process.stdin is None:
            raise RuntimeError("the side was started without a way to ask it")
        self.process.stdin.write(f"{name}\n")
        self.process.stdin.flush()
        self.turns.setdefault(name, []).append(self._answer())

    def summary(self, name: str) -> dict[str, Any]:
        ours = [ms for turn in self.turns[name] for ms in turn["ours"]]
        raw = [ms for turn in self.turns[name] for ms in turn["raw"]]
        without = [ms for turn in self.turns[name] for ms in turn["open"]]
        p50, p50_raw, p50_open = statistics.median(ours), statistics.median(raw), statistics.median(without)
        return {
            "bench": "lists",
            "cases": self.size,
            "workload": name,
            "rows": statistics.median_low(turn["rows"] for turn in self.turns[name]),
            "total": statistics.median_low(turn["total"] for turn in self.turns[name]),
            "p50_ms": round(p50, 2),
            "p95_ms": round(statistics.quantiles(ours, n=20)[-1], 2),
            "best_ms": round(min(ours), 2),
            "sql_p50_ms": round(p50_raw, 2),
            "sql_p95_ms": round(statistics.quantiles(raw, n=20)[-1], 2),
            "ratio": round(p50 / p50_raw, 2),
            "open_p50_ms": round(p50_open, 2),
            "wall": round(p50 / p50_open, 2),
            "seed_s": self.seeded,
        }

    def _answer(self) -> dict[str, Any]:
        if self.process.stdout is None:
            raise RuntimeError("the side was started without a way to answer")
        for line in self.process.stdout:
            if line.startswith("{"):
                answer: dict[str, Any] = json.loads(line)
                return answer
        raise RuntimeError(f"the bench with {self.size} cases ended early; its messages stand above")


@contextmanager
def side(size: int) -> Iterator[Side]:
    command = [sys.executable, "-m", "bench", "lists", "--serve", "--cases", str(size)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Side(size, process)
        finally:
            if process.stdin is not None:
                process.stdin.close()


def serve(cases: int) -> None:
    """Seed, say which workloads there are, then read the one that is named on each line of stdin."""
    with sandbox() as box:
        started = time.monotonic()
        superuser = box.connect("postgres")
        seed(superuser, cases)
        found = {workload.name: workload for workload in workloads(box, superuser)}
        _say({"workloads": list(found), "seed_s": round(time.monotonic() - started, 1)})
        warm: set[str] = set()
        for line in sys.stdin:
            name = line.strip()
            measured = measure(found[name], TURN, 0 if name in warm else WARM)
            with without_wall(superuser):
                measured["open"] = measure(found[name], TURN, 3)["ours"]
            _say(measured)
            warm.add(name)
        superuser.close()


@contextmanager
def without_wall(superuser: Any) -> Iterator[None]:
    """The application role passes the policies, for as long as the block lasts."""
    from config.embedded import APP_ROLE

    with superuser.cursor() as cursor:
        cursor.execute(f'ALTER ROLE "{APP_ROLE}" BYPASSRLS')
        try:
            yield
        finally:
            cursor.execute(f'ALTER ROLE "{APP_ROLE}" NOBYPASSRLS')


def _say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def measure(workload: Workload, rounds: int, warm: int = 0) -> dict[str, Any]:
    """Read the page both ways in turn; milliseconds of every round after the first `warm`."""
    from agencies.sight import seeing

    ours: list[float] = []
    raw: list[float] = []
    found: list[tuple[int, int]] = []
    for i in range(warm + rounds):
        with seeing(workload.who):
            took, answer = _timed(workload.selector)
        took_raw, _ = _timed(workload.sql)
        if i >= warm:
            ours.append(took)
            raw.append(took_raw)
            found.append(answer)
    rows, total = (statistics.median_low(figures) for figures in zip(*found, strict=True))
    return {"rows": rows, "total": total, "ours": ours, "raw": raw}


def _timed(call: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    answer = call()
    return (time.perf_counter() - started) * 1000, answer


def workloads(box: Sandbox, superuser: Any) -> Iterator[Workload]:
    from agencies.actors import find_actor
    from bench.listing.by_hand import Plain
    from config.embedded import OWNER_ROLE

    plain = Plain(box.connect(OWNER_ROLE), superuser)  # by hand, hence behind the wall
    handler, supervisor = find_actor(HANDLER), find_actor(SUPERVISOR)
    agency = handler.agency_ids[0]
    yield from _task_lists(plain, handler, agency)
    yield from _standing(plain, handler, agency)
    yield from _histories(plain, handler, supervisor)
    yield from _case_lists(plain, handler, agency)


def _task_lists(plain: Any, handler: Any, agency: int) -> Iterator[Workload]:
    from cases.selectors.tasks import BY_DUE, TaskFilter, list_tasks

    now = datetime.now(UTC)

    def page(wanted: TaskFilter, mark: Callable[[], Any]) -> tuple[int, int]:
        found = list_tasks(handler, wanted, now=now, cursor=mark()[0], size=PAGE)
        return len(found.rows), found.total

    def plainly(wanted: TaskFilter, mark: Callable[[], Any]) -> int:
        return int(plain.tasks(agency, wanted.stage, wanted.region, mark()[1], PAGE))

    first = _turns([(None, None)])
    for suffix, wanted in (("", TaskFilter()), ("_district_stage", TaskFilter(stage=STAGE, region=DISTRICT))):
        yield Workload(f"tasks_first{suffix}", handler, partial(page, wanted, first), partial(plainly, wanted, first))
        places = plain.places(agency, wanted.stage, wanted.region, PAGE * DEPTH, 50)
        if places:
            marks = [(BY_DUE.encode({"due_at": due, "id": id_}, backward=False), (due, id_)) for due, id_ in places]
            deep = _turns(marks)
            yield Workload(
                f"tasks_page_{DEPTH}{suffix}", handler, partial(page, wanted, deep), partial(plainly, wanted, deep)
            )


def _standing(plain: Any, handler: Any, agency: int) -> Iterator[Workload]:
    """The group 暂停计时 of the workbench, and its tiles, which leave those tasks out."""
    from cases.selectors.pages import due_counts
    from cases.selectors.tasks import TaskFilter, list_tasks
    from cases.web.show.tasks import cuts

    plain.pause_some()
    now = datetime.now(UTC)
    today_end, week_end = cuts(now)

    def group() -> tuple[int, int]:
        found = list_tasks(handler, TaskFilter(paused=True), now=now, size=GROUP)
        return len(found.rows), found.total

    def tiles() -> tuple[int, int]:
        found = due_counts(handler, now=now, today_end=today_end, week_end=week_end)
        return len(found), found.total

    yield Workload("tasks_paused", handler, group, partial(plain.paused, agency, GROUP))
    yield Workload("tiles", handler, tiles, partial(plain.tiles, agency, now, today_end, week_end))


def _histories(plain: Any, handler: Any, supervisor: Any) -> Iterator[Workload]:
    from cases.selectors.events import EventFilter, search_events
    from cases.selectors.timeline import timeline

    case = _turns(plain.some_cases(handler.agency_ids[0], 200))

    def history() -> tuple[int, int]:
        found = timeline(handler, case())
        return (len(found.rows), found.total) if found else (0, 0)

    yield Workload("history_of_a_case", handler, history, lambda: plain.history(case()))
    person = _turns(plain.some_people(handler.agency_ids[0], 40))
    week = _turns([datetime(2025, 12, 1, tzinfo=UTC) + timedelta(weeks=w) for w in range(40)])

    def search() -> tuple[int, int]:
        since = week()
        wanted = EventFilter(actor_id=person(), since=since, until=since + timedelta(weeks=1))
        found = search_events(supervisor, wanted, size=PAGE)
        return len(found.rows), found.total

    yield Workload(
        "audit_person_week",
        supervisor,
        search,
        lambda: plain.person_week(person(), week(), supervisor.agency_ids[0], PAGE),
    )


def _case_lists(plain: Any, handler: Any, agency: int) -> Iterator[Workload]:
    from cases.selectors.cases import CaseFilter, list_cases

    def page(wanted: CaseFilter) -> tuple[int, int]:
        found = list_cases(handler, wanted, size=PAGE)
        return len(found.rows), found.total

    def search(words: Callable[[], str]) -> tuple[int, int]:
        return page(CaseFilter(q=words()))

    def plainly(words: Callable[[], str]) -> int:
        return int(plain.search(agency, words(), PAGE))

    for name, wanted in (
        ("cases_first", CaseFilter()),
        ("cases_stage_district", CaseFilter(stage=STAGE, region=DISTRICT)),
    ):
        yield Workload(
            name, handler, partial(page, wanted), partial(plain.cases, agency, wanted.stage, wanted.region, PAGE)
        )
    # The first city has the numbers whose last two digits are below 45 (see seed.sql).
    rare = [f"{n}号" for n in random.Random(7).sample([n for n in range(1000, 10_000) if n % 100 < 45], 40)]
    for name, choice in (("cases_search_rare", rare), ("cases_search_common", ["冷库", "网吧", "机房"])):
        yield Workload(name, handler, partial(search, _turns(choice)), partial(plainly, _turns(choice)))


def _turns(values: list[Any]) -> Callable[[], Any]:
    """The values one after the other, again and again, in a fixed mixed order."""
    mixed = list(values)
    random.Random(11).shuffle(mixed)
    state = {"i": -1}

    def following() -> Any:
        state["i"] += 1
        return mixed[state["i"] % len(mixed)]

    return following
