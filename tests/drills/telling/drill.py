"""Killing while people work: what is killed, how often, and how the house comes to rest afterwards."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config.embedded import process
from tests.conftest import ROOT
from tests.drills.telling import books
from tests.drills.telling.house import House, Nursery, Service, kill
from tests.drills.telling.reached import Outside

# What is killed. The pool's child has the work; a worker is killed with its child, as by the kernel when memory runs
# out, or alone, so that the child is left with what it has begun.
CHILD, WORKER, MAIN, RELAY, TIMETABLE = "pool child", "whole worker", "worker without its child", "relay", "timetable"
REDIS_KEPT, REDIS_BARE, POSTGRES = "redis, file kept", "redis, file gone", "postgres"
WORKING = (CHILD, WORKER, MAIN, RELAY)

AT_WORK = 0.6  # seconds to wait until a victim has a transaction open
DEEP = 0.01  # then at most so many more: the longest of a delivery
# A batch that is killed each time grows until none is ever finished, and nothing is at work any more but the killer:
# above so many waiting rows or mails it rests until there are few.
MANY, FEW = 400, 40
CASES_AT_REST = 20  # in which every worker must have had its share
REST = 150  # seconds until everything is told, after the last kill


@dataclass
class Report:
    kills: Counter[str] = field(default_factory=Counter)
    seconds: float = 0
    torn: int = 0
    rest: float = 0
    longest_wait: float = 0
    acts: int = 0
    replayed: int = 0
    messages: int = 0
    mails: int = 0
    calls: int = 0
    again: int = 0
    breaths: int = 0
    breathing: float = 0
    flaws: list[books.Flaw] = field(default_factory=list)

    def __str__(self) -> str:
        killed = ", ".join(f"{count} {what}" for what, count in sorted(self.kills.items()))
        found = Counter(flaw.kind for flaw in self.flaws)
        return (
            f"{sum(self.kills[what] for what in WORKING)} kills of workers and relays and"
            f" {sum(n for what, n in self.kills.items() if what not in WORKING)} others in {self.seconds:.0f} s"
            f" ({killed}; PostgreSQL saw {self.torn} clients vanish inside a transaction);"
            f" {self.acts} acts acknowledged, {self.replayed} of them answered from memory, {self.messages} messages,"
            f" {self.mails} mails and {self.calls} calls of a system, of which {self.again} arrived once more;"
            f" {self.breaths} pauses of {self.breathing:.0f} s in all for a backlog;"
            f" at rest {self.rest:.1f} s after the last kill, longest wait {self.longest_wait:.1f} s;"
            f" lost {found[books.LOST]}, doubled {found[books.DOUBLED]}, out of order {found[books.DISORDERED]},"
            f" refused {found[books.REFUSED]}"
        )


class Drill:
    """One run: `plan` says how often each is killed; the order and the moments are drawn from `seed`."""

    def __init__(
        self, house: House, *, seed: int, clients: int = 3, pause: float = 0.1, outside: Outside | None = None
    ) -> None:
        self.house, self.seed, self.pause, self.clients = house, seed, pause, clients
        self.outside = outside
        self.chance = random.Random(seed)
        self.report = Report()
        self._nursery: Nursery | None = None
        self._undelivered_since: float | None = None

    def run(self, plan: Mapping[str, int], *, say: Callable[[str], None] = lambda _: None) -> Report:
        began = time.monotonic()
        self._nursery = Nursery(self.house.environment, self.house.root / "nursery.log")
        try:
            self.house.start_services()
            self._reach_people()
            pattern = self._pattern()
            crew = {name: self._client(name) for name in (f"client{n}" for n in range(self.clients))}
            self._kill(plan, say)
            for name, pid in crew.items():
                os.kill(pid, signal.SIGTERM)
                self._wait_for_client(name, pid)
            self._come_to_rest()
        finally:
            self._nursery.end()
        self._judge(pattern)
        self.report.seconds = time.monotonic() - began
        return self.report

    # ---- Work

    def _reach_people(self) -> None:
        if self.outside is not None:
            assert self._nursery is not None
            done = self.house.root / "reached.done"
            pid = self._nursery.bear("reached", f"{self.outside.hook.url}/hook", str(done))
            self._wait_for(pid, done, "the people are reached")

    def _client(self, name: str, cases: int = 0) -> int:
        assert self._nursery is not None
        ledger, pause = self.house.root / f"{name}.ledger", 0 if cases else self.pause
        return self._nursery.bear("client", name, str(self.seed), str(ledger), str(cases), str(pause))

    def _wait_for_client(self, name: str, pid: int) -> None:
        self._wait_for(pid, self.house.root / f"{name}.ledger.done", f"{name} ends")

    def _wait_for(self, pid: int, done: Path, what: str) -> None:
        assert self._nursery is not None
        self.house.wait(lambda: done.exists() or not Path(f"/proc/{pid}").exists(), what)
        assert done.exists(), f"not so: {what}\n{process.tail(self._nursery.log, 20)}"

    def _whole_case(self, name: str) -> None:
        """One case from its opening to its last act, in peace, until everybody is told."""
        self._wait_for_client(name, self._client(name, 1))
        self.house.wait(self._told, f"{name} is told", REST)

    def _told(self) -> bool:
        return self._waiting() == 0

    def _pattern(self) -> str:
        self._whole_case("a-pattern")
        return str(books.read_ledgers(self.house.root)[0]["case"])

    # ---- Kills

    def _kill(self, plan: Mapping[str, int], say: Callable[[str], None]) -> None:
        left = [what for what, count in plan.items() for _ in range(count)]
        self.chance.shuffle(left)
        told = time.monotonic()
        for number, what in enumerate(left):
            self._keep()
            self._let_breathe()
            self._one(what)
            self.report.kills[what] += 1
            if time.monotonic() - told > 60:
                told = time.monotonic()
                say(f"{number + 1} of {len(left)} kills, {self.house.torn()} inside a transaction")
        self._keep()

    def _let_breathe(self) -> None:
        if self._waiting() > MANY:
            self.report.breaths += 1
            self.report.breathing += self.house.wait(
                lambda: self._keep() or self._waiting() < FEW, "what waits becomes less while nobody is killed", 600
            )

    def _waiting(self) -> int:
        return max(self.house.undelivered(), self.house.unsent())

    def _one(self, what: str) -> None:
        if what == RELAY:
            return self._kill_relay()
        if what == POSTGRES:
            time.sleep(self.chance.uniform(0, 0.3))
            self.house.kill_postgres()
            return self.house.start_postgres()
        if what in (REDIS_KEPT, REDIS_BARE):
            time.sleep(self.chance.uniform(0, 0.3))
            self.house.kill_redis(keep_file=what == REDIS_KEPT)
            return self.house.start_redis()
        if what == TIMETABLE:
            self.house.wait(lambda: self._keep() or self.house.timetable.ready, "the timetable is ready")
            kill(self.house.timetable.pid)
            return None
        return self._kill_worker(what)

    def _kill_relay(self) -> None:
        assert self._nursery is not None
        relay = self._nursery.bear("relay")
        self._wait_for_work("relay")
        kill(relay)

    def _kill_worker(self, what: str) -> None:
        ready: list[Service] = []
        while not ready:
            self._keep()
            ready = [worker for worker in self.house.workers if worker.ready and worker.children()]
            time.sleep(0.01)
        names = {worker.name: worker for worker in ready}
        busy = self._wait_for_work(*names)
        victim = names[busy] if busy else self.chance.choice(ready)
        children = victim.children()
        if what != CHILD:
            kill(victim.pid)
        if what != MAIN:
            kill(*children)

    def _wait_for_work(self, *names: str) -> str | None:
        """One of these that has a transaction open, a random moment later; None where none had."""
        until = time.monotonic() + self.chance.uniform(0, AT_WORK)
        while time.monotonic() < until:
            if found := self.house.in_transaction(*names):
                time.sleep(self.chance.uniform(0, DEEP))
                return self.chance.choice(found)
        return None

    def _keep(self) -> None:
        """Start again what is gone, as a service manager would."""
        for service in (*self.house.workers, self.house.timetable):
            if not service.alive:
                service.start()

    # ---- The end

    def _come_to_rest(self) -> None:
        """Nobody helps: workers and timetable alone tell what is left, and every worker is at work again."""
        self._keep()
        self.report.rest = self.house.wait(
            lambda: self._keep() or self._told(), "everything is told after the last kill", REST
        )
        self.house.wait(lambda: self._keep() or all(w.ready for w in self.house.workers), "all workers are ready")
        hanging, before = "", {worker.name: worker.log.stat().st_size for worker in self.house.workers}
        for number in range(CASES_AT_REST):
            self._whole_case(f"z-{number}")
            hanging = ", ".join(w.name for w in self.house.workers if not w.said(" succeeded in ", before[w.name]))
            if not hanging:
                return
        raise AssertionError(f"{hanging}: took up nothing any more after the kills")

    def _judge(self, pattern: str) -> None:
        acts = books.read_ledgers(self.house.root)
        received = self.outside.received() if self.outside else []
        found = books.read(self.house.sql, acts, pattern, received=received)
        self.report.calls = sum(delivery.user.endswith(" by webhook") for delivery in found.deliveries)
        self.report.mails, self.report.again = len(found.deliveries) - self.report.calls, found.again
        self.report.flaws = books.flaws(found)
        self.report.acts, self.report.messages = len(acts), len(found.messages)
        self.report.replayed = sum(bool(act.get("replayed")) for act in acts)
        self.report.torn = self.house.torn()
        self.report.longest_wait = float(
            self.house.sql("SELECT extract(epoch FROM max(delivered_at - created_at)) FROM cases_outbox")[0][0]
        )


def verify(house: House) -> str:
    """What `verify_audit` says; it fails where the trail or what follows from it is not whole."""
    command = [sys.executable, "manage.py", "verify_audit"]
    done = subprocess.run(command, cwd=ROOT, env=house.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
