"""The product and the application by hand, each behind a granian of its own with the same options."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from config.embedded import process

ROOT = Path(__file__).resolve().parents[2]
OPTIONS = ("--workers", "2", "--blocking-threads", "4")
START_SECONDS = 120.0


class Web(NamedTuple):
    """A server that answers on this port of 127.0.0.1; `pid` is the parent of its workers."""

    port: int
    pid: int


@contextmanager
def serving(application: str, log: Path, environment: Mapping[str, str]) -> Iterator[Web]:
    """The server is stopped in the end, and dies with this process however that ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    log.touch()
    server = process.spawn(
        [*command, *OPTIONS, application],
        log=log,
        death_signal=signal.SIGTERM,
        environment={**os.environ, **environment},
        directory=ROOT,
    )
    try:
        until = time.monotonic() + START_SECONDS
        while not _answers(port):
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{application} did not start:\n{process.tail(log, 20)}")
            time.sleep(0.1)
        yield Web(port, server.pid)
    finally:
        process.stop(server, signal.SIGTERM, 20)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
