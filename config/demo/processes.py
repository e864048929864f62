"""The web server and the workers of the demo: started together, ended together, none outlives the demo."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from django.conf import settings

from config.embedded import process

FIRST_PORT, PORTS = 8000, 50
START_SECONDS = 90


class DidNotStart(RuntimeError):
    """A process of the demo ended, or did not answer in time; the message holds the end of its log."""


@contextmanager
def own_port(wanted: int | None) -> Iterator[int]:
    """The wanted port, else the first free one from 8000 on, which no other demo takes meanwhile.

    The web server shares its port with whoever asks (SO_REUSEPORT): two demos that both found it free would each get
    half of the other's requests. The name that is held is Linux's own (abstract) and goes with the process.
    """
    for port in [wanted] if wanted else range(FIRST_PORT, FIRST_PORT + PORTS):
        with socket.socket() as probe, socket.socket(socket.AF_UNIX) as claim:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                claim.bind(f"\0lianzhi-demo-{port}")
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            probe.close()
            yield port
            return
    raise DidNotStart(f"端口 {wanted or FIRST_PORT} 已被占用，请另指定：manage.py demo --port 8100")


@contextmanager
def running(base: Path, logs: Path, port: int) -> Iterator[str]:
    """A live web server, a worker with its timetable and one that only tells; yields the server's address."""
    logs.mkdir(parents=True, exist_ok=True)
    web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    web += ["--workers", "1", "--blocking-threads", "4", "config.wsgi:application"]
    work, telling = workers(logs)
    started: list[subprocess.Popen[bytes]] = []
    try:
        for command, name in ((web, "web.log"), (work, "worker.log"), (telling, "telling.log")):
            started.append(_start(command, logs / name, base))
        address = f"http://127.0.0.1:{port}"
        _wait(lambda: _answers(address), started[0], logs / "web.log")
        yield address
    finally:
        for child in reversed(started):
            process.stop(child, signal.SIGTERM, 20)


def workers(logs: Path, *, app: str = "config") -> tuple[list[str], list[str]]:
    """The commands of two: one for everything but telling, with the timetable, and one for telling alone.

    Telling has three lanes: the inboxes, the channels, and codes or the day's word beside them.
    """
    worker = [sys.executable, "-m", "celery", "-A", app, "worker", "--loglevel", "WARNING"]
    timetable = ["--beat", "--schedule", str(logs / "beat-schedule")]
    return (
        [*worker, "--queues", "celery", "--concurrency", "1", *timetable],
        [*worker, "--queues", settings.TELLING, "--concurrency", "3", "--hostname", "telling@%h"],
    )


def _start(command: list[str], log: Path, base: Path) -> subprocess.Popen[bytes]:
    return process.spawn(command, log=log, death_signal=signal.SIGTERM, environment=dict(os.environ), directory=base)


def _answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/healthz", timeout=5).ok
    except requests.RequestException:
        return False


def _wait(condition: Callable[[], bool], child: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while not condition():
        if child.poll() is not None or time.monotonic() > until:
            raise DidNotStart(f"演示未能启动，日志 {log} 的结尾：\n{process.tail(log, 20)}")
        time.sleep(0.1)
