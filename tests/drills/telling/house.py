"""The services of one installation, each a process that can be killed and is started again, as a service manager would.

A PostgreSQL of its own that keeps what it has committed (fsync on, as in earnest), a Redis with its append-only file,
real Celery workers with a timetable, and a nursery of relays (`manage.py deliver_notifications`).
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2

from config.embedded import APP_ROLE, OWNER_ROLE, locks, process
from config.embedded.home import PORT, socket_directory
from config.embedded.postgres import Cluster, binary, bootstrap
from config.embedded.redis import Redis
from tests.conftest import ROOT

DATABASE = "drill"
DURABLE = {
    # What PostgreSQL has by itself, said here because the cluster of the tests says the opposite.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # When a row became visible to others: the order in which people could read their messages.
    "track_commit_timestamp": "on",
    "shared_buffers": "128MB",
}
# PostgreSQL's own word for a client that was killed in the middle of a transaction.
TORN = re.compile(rb"unexpected EOF on client connection with an open transaction")
CELERY = [sys.executable, "-m", "celery", "-A"]


@dataclass
class Service:
    """One process of the product, started again when it is gone."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path
    ready_when: str
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    _from: int = field(default=0, repr=False)

    def start(self) -> None:
        self.log.touch()
        self._from = self.log.stat().st_size
        self.process = process.spawn(
            self.command, log=self.log, death_signal=signal.SIGKILL, environment=self.environment, directory=ROOT
        )
        self.starts += 1

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def ready(self) -> bool:
        return self.alive and self.said(self.ready_when, self._from)

    def said(self, words: str, since: int) -> bool:
        """Whether its log has these words, from this byte on."""
        with self.log.open("rb") as log:
            log.seek(since)
            return words.encode() in log.read()

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def children(self) -> list[int]:
        try:
            return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]
        except OSError:
            return []

    def end(self) -> None:
        children = self.children()
        process.stop(self.process, signal.SIGTERM, 15)
        kill(*children)


class Nursery:
    """A process that has the product loaded and forks relays and clients, without the seconds of a start for each."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self.log = log
        self._out = log.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.drills.telling.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._out,
            cwd=ROOT,
            env=environment,
            text=True,
            preexec_fn=process.before_exec(os.getpid(), signal.SIGKILL, process.RunAs.SELF),  # noqa: PLW1509
        )

    def bear(self, *words: str) -> int:
        """The process id of a new relay, which begins with what is undelivered, or of a client (`clients.py`)."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(" ".join(words) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()
        self._out.close()


class House:
    """All services of the drill, in one folder; `environment` is what a process needs to belong to it."""

    def __init__(
        self, root: Path, *, workers: int, app: str = "config", extra: Mapping[str, str] | None = None
    ) -> None:
        self.root = root
        self.sockets = socket_directory(root / "run")
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        self.cluster = Cluster(root / "postgres", self.sockets, root / "postgres.log", DURABLE)
        self.redis = Redis(root / "redis", self.sockets, root / "redis.log")
        self._lock = root / "servers.lock"
        self.environment = {
            **os.environ,
            "DATABASE_URL": self.url(APP_ROLE),
            "DATABASE_OWNER_URL": self.url(OWNER_ROLE),
            "REDIS_URL": f"unix://{self.redis.socket}?db=0",
            **(extra or {}),
        }
        # One child each, so that a session of the database says whose it is.
        self.workers = [
            self._service(f"worker{n}", [*CELERY, app, "worker", "--concurrency", "1", "-l", "INFO"], " ready.")
            for n in range(1, workers + 1)
        ]
        beat = [*CELERY, app, "beat", "-l", "INFO", "--schedule", str(root / "timetable")]
        self.timetable = self._service("timetable", beat, "beat: Starting")

    def _service(self, name: str, command: list[str], ready_when: str) -> Service:
        if "worker" in command:
            command = [*command, "-n", f"{name}@drill"]
        environment = self.environment | {"PGAPPNAME": name}
        return Service(name, command, environment, self.root / f"{name}.log", ready_when)

    def url(self, role: str) -> str:
        return f"postgresql://{role}@/{DATABASE}?host={self.sockets}&port={PORT}"

    # ---- The two servers

    def start_servers(self) -> None:
        self.start_postgres()
        self.start_redis()

    def start_postgres(self) -> None:
        """As the embedded supervisor does it: not before the last process of the one before is gone."""
        held = locks.acquire(self._lock, wait=60)
        assert held is not None, "processes of a killed PostgreSQL did not end"
        self.cluster.start(keep_fds=(held,))
        os.close(held)

    def start_redis(self) -> None:
        self.redis.start()

    def kill_postgres(self) -> None:
        assert self.cluster.process is not None
        self.cluster.process.kill()
        self.cluster.process.wait()

    def kill_redis(self, *, keep_file: bool) -> None:
        assert self.redis.process is not None
        self.redis.process.kill()
        self.redis.process.wait()
        if not keep_file:
            shutil.rmtree(self.redis.data)

    def copy(self, sockets: Path, database: str) -> None:
        """Fill the database with what another cluster holds."""
        bootstrap(self.cluster, DATABASE)
        dump = [binary("pg_dump"), "-h", sockets, "-p", str(PORT), "-U", "postgres", database]
        load = [binary("psql"), "-q", "-1", "-v", "ON_ERROR_STOP=1", "-o", os.devnull]
        load += ["-h", self.sockets, "-p", str(PORT), "-U", "postgres", DATABASE]
        with subprocess.Popen(dump, stdout=subprocess.PIPE) as dumped:
            subprocess.run(load, stdin=dumped.stdout, check=True)
        assert dumped.returncode == 0
        self.sql("ANALYZE")
        self.sql(f'REVOKE TEMPORARY ON DATABASE "{DATABASE}" FROM PUBLIC')

    # ---- Looking in, as the superuser whom no wall stops

    def sql(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with closing(self.cluster.connect(DATABASE)) as connection, connection.cursor() as cursor:
            cursor.execute(statement, parameters or None)
            return [] if cursor.description is None else cursor.fetchall()

    def number(self, statement: str, *parameters: Any) -> int:
        return int(self.sql(statement, *parameters)[0][0])

    def undelivered(self) -> int:
        return self.number("SELECT count(*) FROM cases_outbox WHERE delivered_at IS NULL")

    def unsent(self) -> int:
        return self.number("SELECT count(*) FROM notifications_delivery WHERE state = 'waiting'")

    def torn(self) -> int:
        """How many clients PostgreSQL has seen vanish in the middle of a transaction."""
        return len(TORN.findall((self.root / "postgres.log").read_bytes()))

    def in_transaction(self, *names: str) -> list[str]:
        """Which of these services have a transaction open at this moment."""
        with contextlib.suppress(psycopg2.Error):
            found = self.sql(
                "SELECT application_name FROM pg_stat_activity WHERE application_name = ANY(%s)"
                " AND xact_start IS NOT NULL AND state <> 'idle'",
                list(names),
            )
            return [name for (name,) in found]
        return []

    # ---- All of it

    def start_services(self) -> None:
        services = (*self.workers, self.timetable)
        for service in services:
            service.start()
        self.wait(lambda: all(each.ready or not each.alive for each in services), "the services are ready")
        for each in services:
            assert each.alive, f"{each.name} did not start:\n{process.tail(each.log, 20)}"

    def wait(self, condition: Any, what: str, seconds: float = 90) -> float:
        """Seconds until it was so."""
        began = time.monotonic()
        while not condition():
            if time.monotonic() - began > seconds:
                logs = "\n".join(f"{s.name}: {process.tail(s.log, 15)}" for s in (*self.workers, self.timetable))
                raise AssertionError(f"not within {seconds:.0f} s: {what}\n{logs}")
            time.sleep(0.2)
        return time.monotonic() - began

    def stop(self) -> None:
        """Everything, in order, as for the night."""
        for service in (self.timetable, *self.workers):
            service.end()
        self.redis.stop()
        self.cluster.stop()

    def end(self) -> None:
        self.stop()
        shutil.rmtree(self.sockets, ignore_errors=True)


def kill(*pids: int) -> int:
    """Kill -9; how many there were."""
    found = 0
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            found += 1
    return found


@contextmanager
def house(
    sockets: Path, database: str, *, workers: int, app: str = "config", extra: Mapping[str, str] | None = None
) -> Iterator[House]:
    """A house whose database begins as a copy of this one; on disk, since memory would make fsync a matter of words."""
    root = Path(tempfile.mkdtemp(prefix="lianzhi-drill-"))
    made = House(root, workers=workers, app=app, extra=extra)
    try:
        made.start_servers()
        made.copy(sockets, database)
        yield made
    finally:
        made.end()
        if "DRILLS_KEEP" not in os.environ:  # logs, ledgers and data, for whoever has to find out why
            shutil.rmtree(root, ignore_errors=True)
