"""Hand-offs of real cases, beside the same transactions as hand-written SQL through psycopg2.

`python -m bench transitions --cases 100 --workers 1,4,8 --json`: on a throwaway cluster with the demo city, N cases a
measurement are opened (not timed); then the people of four agencies take each of them through twelve acts
(`bench/handoffs/script.py`), every act with its version and an idempotency key: W processes on cases of their own,
first in process through `perform`, then as W clients of the web server. What was written is recorded and written again
by hand, statement by statement, into a clone of the database as it was before (`bench/handoffs/by_hand.py` says what
"by hand" does and leaves out), at once after each measurement, for as many rounds; the figures are medians of the
rounds. In the end the rows of both databases are compared.

One line for each way and number of workers. `ratio` is how often our throughput goes into that by hand: 1.0 is as fast
as by hand, 2.0 takes twice as long; `cpu_ratio` is the same for the CPU of Python and PostgreSQL together, the figure
that a busy machine disturbs least. Over HTTP the CPU of Python is the web server's, not the clients'; the application
by hand is served by the same granian with the same options, without session, CSRF, routing or rendering.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from bench.handoffs import recording, ways
from bench.handoffs.crew import DoCase, Measured, together
from bench.handoffs.script import OPENING, STEPS
from bench.importing import cpu
from bench.sandbox import BY_HAND, DATABASE, Sandbox, sandbox

CHUNK = 200
WARM_CLIENTS, WARM_CASES = 4, 24  # they bring both web servers, and the plans of all their sessions, to usual speed
# The hand's clone keeps tables, keys and indexes; what holds a case and its events together goes.
RELIEVED = (
    "DROP TRIGGER case_row_has_event ON cases_case",
    "DROP TRIGGER case_event_has_row ON audit_event",
)


class Cost(NamedTuple):
    """One measurement with the CPU seconds of Python and of PostgreSQL."""

    run: Measured
    python: float
    postgres: float

    @property
    def cpu_ms(self) -> float:
        return (self.python + self.postgres) / self.run.acts * 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cases", type=int, default=100, help="cases of one measurement (100)")
    parser.add_argument("--workers", default="1,4,8", help="numbers of worker processes and of clients (1,4,8)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each measurement, interleaved (3)")
    parser.add_argument("--no-http", action="store_true", help="in process only")


def run(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """One line for each way and number of workers, then one that says whether both databases hold the same rows."""
    crews = [int(number) for number in arguments.workers.split(",")]
    kinds = ["process"] if arguments.no_http else ["process", "http"]
    with sandbox(redis=True) as box, ExitStack() as servers:
        arena = Arena(box, servers, arguments.cases, crews, arguments.rounds * len(kinds))
        if not arguments.no_http:
            arena.serve()
        costs: dict[tuple[str, int], list[tuple[Cost, Cost]]] = {}
        for _ in range(arguments.rounds):
            for kind in kinds:
                for crew in crews:
                    costs.setdefault((kind, crew), []).append(arena.measure(kind, crew))
        for (kind, crew), rounds in costs.items():
            yield _line(kind, crew, rounds) | arena.statements
        yield {"bench": "transitions", "same_rows_by_hand": not arena.differences(), "load": os.getloadavg()[0]}


class Arena:
    """The cases, the two databases that hold them, and who works on them."""

    def __init__(self, box: Sandbox, servers: ExitStack, cases: int, crews: Sequence[int], turns: int) -> None:
        from django.core.management import call_command

        self._box, self._servers, self._cases = box, servers, cases
        call_command("load_demo_city", verbosity=0)
        self._opened = _open_cases(turns * sum(cases + crew for crew in crews) + WARM_CASES + WARM_CLIENTS + 1)
        self._left = iter(self._opened)
        self._done: list[str] = []
        with box.connect("postgres") as superuser, superuser.cursor() as cursor:
            cursor.execute("ANALYZE")
        superuser.close()
        self._clone()
        self.statements = self._count(next(self._left))

    def _clone(self) -> None:
        from config.embedded import OWNER_ROLE

        _disconnect()
        superuser = self._box.cluster.connect()
        superuser.autocommit = True
        with superuser.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE {BY_HAND} TEMPLATE {DATABASE} OWNER "{OWNER_ROLE}"')
        superuser.close()
        with self._hand() as owner, owner.cursor() as cursor:
            for statement in RELIEVED:
                cursor.execute(statement)
        owner.close()

    def _hand(self) -> Any:
        from config.embedded import OWNER_ROLE

        return self._box.cluster.connect(BY_HAND, OWNER_ROLE)

    def _count(self, case_id: str) -> dict[str, float]:
        """Statements an act, besides BEGIN and COMMIT: ours and by hand."""
        from django.db import connection

        from agencies.directory import get_directory
        from bench.handoffs.by_hand import Hand

        sent: list[str] = []

        def note(execute: Any, sql: str, *rest: Any) -> Any:
            sent.append(sql)
            return execute(sql, *rest)

        do_case = ways.by_perform(self._opened)
        get_directory()
        connection.ensure_connection()
        with connection.execute_wrapper(note):
            do_case(case_id)
        hand = Hand(self._hand())
        for record in self._records([case_id])[case_id]:
            hand.transact(record)
        hand.connection.close()
        self._done.append(case_id)
        _disconnect()
        steps = len(STEPS)
        return {"statements": round(len(sent) / steps, 2), "statements_by_hand": round(hand.statements / steps, 2)}

    def serve(self) -> None:
        """Both web servers."""
        from django.conf import settings

        from bench.handoffs.hand_wsgi import DSN
        from bench.handoffs.web import serving
        from config.embedded import OWNER_ROLE
        from config.embedded.home import PORT

        logs = Path(self._servers.enter_context(tempfile.TemporaryDirectory(prefix="lianzhi-bench-web-")))
        dsn = f"dbname={BY_HAND} user={OWNER_ROLE} host='{self._box.cluster.sockets}' port={PORT}"
        start = self._servers.enter_context
        self._web = start(serving("config.wsgi:application", logs / "web.log", {}))
        self._hand_web = start(serving("bench.handoffs.hand_wsgi:application", logs / "hand.log", {DSN: dsn}))
        self._sessions = ways.log_in(self._web.port, settings.DEMO_PASSWORD)
        self.measure("http", WARM_CLIENTS, cases=WARM_CASES)

    def measure(self, kind: str, crew: int, *, cases: int = 0) -> tuple[Cost, Cost]:
        """Fresh cases our way, then the same by hand; one more for each worker, which does not count."""
        taken = [next(self._left) for _ in range((cases or self._cases) + crew)]
        shares = [taken[n::crew] for n in range(crew)]
        self._done += taken
        if kind == "process":
            ours = self._cost(partial(ways.by_perform, self._opened), shares)
            recorded = self._records(taken)
            return ours, self._cost(partial(ways.by_hand, self._hand, recorded), shares)
        ours = self._cost(partial(ways.over_http, self._web.port, self._sessions, self._opened), shares, self._web.pid)
        recorded = self._records(taken)
        hand = partial(ways.by_hand_over_http, self._hand_web.port, recorded)
        return ours, self._cost(hand, shares, self._hand_web.pid)

    def _cost(self, way: Callable[[], DoCase], shares: Sequence[Sequence[str]], server: int | None = None) -> Cost:
        _disconnect()
        postmaster = cpu.postmaster(self._box.cluster.data)
        run = together(way, shares, lambda: (cpu.tree(postmaster), cpu.tree(server) if server else 0.0))
        postgres, web = run.metered
        return Cost(run, web if server else run.cpu, postgres)

    def _records(self, cases: Sequence[str]) -> dict[str, Any]:
        superuser = self._box.connect("postgres")
        try:
            return recording.records(superuser, cases)
        finally:
            superuser.close()

    def differences(self) -> list[str]:
        """Tables in which the two databases differ after everything."""
        ours, hand = self._box.connect("postgres"), self._box.cluster.connect(BY_HAND, "postgres")
        try:
            return recording.differences(ours, hand, self._done)
        finally:
            ours.close()
            hand.close()


def _open_cases(count: int) -> dict[str, list[dict[str, Any]]]:
    """Ids of new cases in the order of their opening, each with the tasks that were opened with it."""
    from agencies.actors import find_actor
    from agencies.sight import seeing
    from audit.clock import real_now
    from cases.workflow.bulk import Request, perform_many
    from cases.workflow.errors import WorkflowError

    handler = find_actor("drc-handler1")
    opened: dict[str, list[dict[str, Any]]] = {}
    for first in range(0, count, CHUNK):
        requests = [Request("open_case", OPENING) for _ in range(first, min(count, first + CHUNK))]
        with seeing(handler):
            answers = perform_many(requests, actor=handler, now=real_now())
        for answer in answers:
            if isinstance(answer, WorkflowError):
                raise answer
            opened[answer.case_id] = answer.opened
    return opened


def _disconnect() -> None:
    from django.db import connections

    connections.close_all()


def _line(kind: str, crew: int, rounds: Sequence[tuple[Cost, Cost]]) -> dict[str, Any]:
    def middle(figure: Callable[[Cost, Cost], float]) -> float:
        return round(statistics.median(figure(ours, hand) for ours, hand in rounds), 2)

    acts = rounds[0][0].run.acts
    return {
        "bench": "transitions",
        "way": kind,
        "workers": crew,
        "transitions": acts,
        "per_second": middle(lambda ours, _: ours.run.per_second),
        "p50_ms": middle(lambda ours, _: ours.run.quantile(0.5)),
        "p95_ms": middle(lambda ours, _: ours.run.quantile(0.95)),
        "python_cpu_ms": middle(lambda ours, _: ours.python / acts * 1000),
        "postgres_cpu_ms": middle(lambda ours, _: ours.postgres / acts * 1000),
        "by_hand_per_second": middle(lambda _, hand: hand.run.per_second),
        "by_hand_p50_ms": middle(lambda _, hand: hand.run.quantile(0.5)),
        "by_hand_p95_ms": middle(lambda _, hand: hand.run.quantile(0.95)),
        "by_hand_python_cpu_ms": middle(lambda _, hand: hand.python / acts * 1000),
        "by_hand_postgres_cpu_ms": middle(lambda _, hand: hand.postgres / acts * 1000),
        "ratio": middle(lambda ours, hand: hand.run.per_second / ours.run.per_second),
        "cpu_ratio": middle(lambda ours, hand: ours.cpu_ms / hand.cpu_ms),
    }
