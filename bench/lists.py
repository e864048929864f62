"""The lists people open most, through the selectors and beside the same page as hand-written SQL.

`python -m bench lists --cases 200000,1000000 --json` seeds a throwaway database for each size, reads every page ROUNDS
times in turn with its SQL, and prints one object a workload and size: p50, p95 and best in milliseconds, and the growth
of p50 from the first size to this one. `open_p50_ms` is the same page without row-level security (for some
rounds the application role may bypass it), `wall` how often that goes into the page as it is.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from bench.listing.seed import seed
from bench.listing.workloads import Workload, workloads
from bench.sandbox import sandbox

ROUNDS = 200
TURN = 20
WARM = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cases", default="200000", help="how many cases; several sizes separated by commas (200000)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"how often each page is read ({ROUNDS})")
    parser.add_argument("--only", default="", help="the workloads whose names begin like this (all)")
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
            if not name.startswith(arguments.only):
                continue
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
