"""Three ways in which messages get from the outbox to the inbox while people act."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench.sandbox import DATABASE, Sandbox

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS, TOLD_SECONDS = 120.0, 120.0
CELERY = [sys.executable, "-m", "celery", "-A", "config"]

RING = """
CREATE FUNCTION bench_ring() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
    $$ BEGIN PERFORM pg_notify('bench', ''); RETURN NULL; END $$;
CREATE TRIGGER bench_ring AFTER INSERT ON cases_outbox FOR EACH STATEMENT EXECUTE FUNCTION bench_ring();
"""
NO_RING = "DROP FUNCTION IF EXISTS bench_ring() CASCADE"


class Ways:
    """Starts and ends what tells; `box` is the database that it works on."""

    def __init__(self, box: Sandbox, stack: ExitStack) -> None:
        self._box = box
        self._logs = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lianzhi-bench-telling-")))
        self._started = 0

    @contextmanager
    def way(self, name: str) -> Iterator[None]:
        """Inside the block messages are told in this way, and in no other."""
        from django.conf import settings

        settings.OUTBOX_TASK = "" if name == "by_hand" else "notifications.deliver"
        with {"celery": self._celery, "by_hand": self._by_hand, "redis_down": self._redis_down}[name]():
            yield

    def settle(self) -> None:
        """What opening the cases left to tell is told before anything is measured; statistics are as after a night."""
        from audit.sight import working_as
        from notifications.relay import deliver_all

        with working_as("relay"):
            deliver_all()
        self._sql("ANALYZE")
        _disconnect()

    def wait_until_told(self) -> None:
        until = time.monotonic() + TOLD_SECONDS
        while self._sql("SELECT count(*) FROM cases_outbox WHERE delivered_at IS NULL")[0][0]:
            if time.monotonic() > until:
                raise RuntimeError("messages did not come")
            time.sleep(0.2)

    @contextmanager
    def _celery(self) -> Iterator[None]:
        schedule = str(self._logs / "timetable")
        with (
            self._process([*CELERY, "worker", "--concurrency", "2", "-l", "INFO"], " ready."),
            self._process([*CELERY, "beat", "-l", "INFO", "--schedule", schedule], "beat: Starting"),
        ):
            yield

    @contextmanager
    def _redis_down(self) -> Iterator[None]:
        broker = self._box.redis
        broker.process.kill()
        broker.process.wait()
        try:
            with self._process([sys.executable, "manage.py", "deliver_notifications", "-v", "2"], ""):
                yield
        finally:
            broker.start()

    @contextmanager
    def _by_hand(self) -> Iterator[None]:
        self._sql(RING)
        try:
            with self._process([sys.executable, "-m", "bench.delivery.by_hand", self._dsn()], "listening"):
                yield
        finally:
            self._sql(NO_RING)

    @contextmanager
    def _process(self, command: list[str], ready_when: str) -> Iterator[None]:
        from config.embedded import process

        self._started += 1
        log = self._logs / f"{self._started}.log"
        log.touch()
        started = process.spawn(
            command, log=log, death_signal=signal.SIGTERM, environment=dict(os.environ), directory=ROOT
        )
        try:
            _wait(started, log, ready_when)
            yield
        finally:
            process.stop(started, signal.SIGTERM, 30)

    def _dsn(self) -> str:
        from config.embedded.home import PORT

        return f"dbname={DATABASE} user=postgres host='{self._box.cluster.sockets}' port={PORT}"

    def _sql(self, statement: str) -> list[tuple[Any, ...]]:
        superuser = self._box.connect("postgres")
        try:
            with superuser.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            superuser.close()


def _wait(started: subprocess.Popen[bytes], log: Path, ready_when: str) -> None:
    from config.embedded import process

    until = time.monotonic() + START_SECONDS
    while ready_when not in log.read_text(errors="replace"):
        if started.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"{started.args} did not start:\n{process.tail(log, 20)}")
        time.sleep(0.05)


def _disconnect() -> None:
    from django.db import connections

    connections.close_all()
