"""What a command does with the embedded servers: make sure that they run, ask how they are, stop them."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from config.embedded import locks
from config.embedded.home import BASE_DIR, EmbeddedError, Home, explained
from config.env import Env

# Commands that touch no server. All others start them.
NO_SERVERS = frozenset(
    {"check", "collectstatic", "compilemessages", "embedded", "help", "makemessages", "spectacular", "version"}
)
STOP_SECONDS = 90.0
CLAIM_SECONDS = 1.0  # the supervisor looks at the lock now and then

# For the life of this process: see Home.users_lock and Home.demo_lock.
_lease: int | None = None
_demo: int | None = None


def is_wanted(env: Env | None = None) -> bool:
    """Whether this installation uses the embedded servers: yes, unless it names a database."""
    return (env or Env()).get("DATABASE_URL") is None


def ensure_for_command(arguments: Sequence[str]) -> None:
    """Start the servers for a `manage.py` command that needs them."""
    command, given = arguments[0] if arguments else "help", set(arguments)
    light = command in NO_SERVERS and not any(word.startswith("--database") for word in given)
    if light or command.startswith("-") or {"-h", "--help", "--version"} & given:
        return
    ensure()


def ensure() -> None:
    """Make sure that both servers answer, and keep them from being idle while this process lives."""
    global _lease  # noqa: PLW0603 — a lock is held by the process, once
    if not is_wanted():
        return
    home = Home.from_env()
    home.create()
    with explained(home.root):
        if _lease is None:
            _lease = locks.acquire(home.users_lock, shared=True, wait=None)
        starting = locks.acquire(home.start_lock, wait=None)
        try:
            if not _is_ready(home):
                _launch(home)
        finally:
            if starting is not None:
                os.close(starting)


def claim_demo() -> bool:
    """Let the servers end with this process, even where it is killed. False where another demo runs here."""
    global _demo  # noqa: PLW0603 — a lock is held by the process, once
    home = Home.from_env()
    with explained(home.root):
        _demo = locks.acquire(home.demo_lock, wait=CLAIM_SECONDS)
    return _demo is not None


def status(home: Home | None = None) -> str:
    """running, starting, stopping or stopped."""
    home = home or Home.from_env()
    with explained(home.root):
        if not home.root.exists():
            return "stopped"
        if locks.is_held(home.supervisor_lock):
            word = _state(home)
            return "running" if word == "ready" else word
        return "stopping" if locks.is_held(home.servers_lock) else "stopped"


def stop(home: Home | None = None) -> bool:
    """End the supervisor and its servers, and return when they are gone. False when nothing was running."""
    home = home or Home.from_env()
    if status(home) == "stopped":
        return False
    pid = supervisor_pid(home)
    if pid is not None:
        os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + STOP_SECONDS
    while status(home) != "stopped":
        if time.monotonic() > until:
            raise EmbeddedError(f"the servers in {home.root} did not end within {STOP_SECONDS:.0f} s; see {home.log}.")
        time.sleep(0.02)
    return True


def supervisor_pid(home: Home) -> int | None:
    """The process id of the running supervisor. The number in the file is only true while the lock is held."""
    if not locks.is_held(home.supervisor_lock):
        return None
    with contextlib.suppress(OSError, ValueError):
        return int(home.supervisor_lock.read_text())
    return None


def _state(home: Home) -> str:
    try:
        return home.state.read_text().strip() or "starting"
    except OSError:
        return "starting"


def _is_ready(home: Home) -> bool:
    """Whether the servers take connections; waits for a supervisor that is just starting or ending.

    The word alone may be a moment old: a server that was killed is only then missed.
    """
    refused_since = None
    while locks.is_held(home.supervisor_lock):
        if _state(home) != "ready":
            refused_since = None
        elif all(_takes_connections(path) for path in home.both_sockets):
            return True
        elif refused_since is None:
            refused_since = time.monotonic()
        elif time.monotonic() - refused_since > STOP_SECONDS:
            raise EmbeddedError(
                f"the servers of {home.root} run, but not within reach in {home.sockets}; run: manage.py embedded stop."
            )
        time.sleep(0.02)
    return False


def _takes_connections(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def _launch(home: Home) -> None:
    """Start the supervisor, which outlives this command and its terminal."""
    readable, writable = os.pipe()
    log = home.log / "supervisor.log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.embedded.supervisor", str(writable)],
            cwd=BASE_DIR,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            pass_fds=(writable,),
        )
    os.close(writable)
    process.wait()  # its first half; the supervisor goes on in a session of its own
    with os.fdopen(readable, encoding="utf-8", errors="replace") as pipe:
        answer = pipe.read().strip()
    if answer != "ready":
        raise EmbeddedError(answer or f"the supervisor ended without a word; see {log}.")
