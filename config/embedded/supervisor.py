"""The process that owns both embedded servers: started by the first command, ended when nobody uses them any more.

Run as `python -m config.embedded.supervisor FD`; it writes one line to FD: `ready`, or why it cannot start.
If it is killed, the kernel ends both servers (`process.spawn`); if a server ends, it ends the other one and itself,
and the next command starts afresh.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import closing, suppress
from io import FileIO
from types import FrameType

import psycopg2

from config.embedded import locks, postgres, redis
from config.embedded.home import DATABASE, EmbeddedError, Home, explained, make_private
from config.env import Env, SettingError

LONGEST_LOG = 10_000_000  # bytes
SERVERS_GONE_SECONDS = 90.0  # the longest wait for the servers of a supervisor that was killed


class Supervisor:
    def __init__(self, home: Home, idle_seconds: int, options: dict[str, str]) -> None:
        self.home = home
        self.idle_seconds = idle_seconds
        self.stopping = False
        self.demo_seen = False
        self.cluster = postgres.Cluster(home.data, home.sockets, home.log / "postgres.log", options)
        self.redis = redis.Redis(home.redis, home.sockets, home.log / "redis.log")

    def run(self, report: FileIO) -> None:
        """Start, say so, watch, stop. Every exit goes through the stop."""
        try:
            self._start()
            answer(report, "ready")
            report.close()
            self._watch()
        finally:
            self._stop()

    def request_stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _start(self) -> None:
        for log in (self.cluster.log, self.redis.log):
            if log.exists() and log.stat().st_size > LONGEST_LOG:
                log.replace(log.with_suffix(".old.log"))
        inherited = locks.acquire(self.home.servers_lock, wait=SERVERS_GONE_SECONDS)
        if inherited is None:
            raise EmbeddedError(
                f"servers of an earlier run still use {self.home.root} and have not ended after "
                f"{SERVERS_GONE_SECONDS:.0f} s; see {self.home.log}, or end the processes of that directory."
            )
        make_private(self.home.sockets)
        self.cluster.start(keep_fds=(inherited,))
        postgres.bootstrap(self.cluster, DATABASE)
        self.redis.start(keep_fds=(inherited,))
        os.close(inherited)  # from here on only the servers hold it
        self.home.state.write_text("ready")

    def _watch(self) -> None:
        used_at, looked_at = time.monotonic(), 0.0
        while not self.stopping:
            time.sleep(0.2)
            if not self._is_whole():
                say("a server or its socket is gone; ending what is left")
                return
            if time.monotonic() - looked_at < min(5.0, self.idle_seconds / 4):
                continue
            looked_at = time.monotonic()
            patience = 0 if self._demo_was_killed() else self.idle_seconds
            alone = locks.acquire(self.home.users_lock)
            if alone is None or self._has_sessions():
                used_at = looked_at
            elif looked_at - used_at >= patience:
                say(f"unused for {looked_at - used_at:.0f} s; ending")
                return  # still holding `alone`, so that a new command waits for the end and then starts afresh
            if alone is not None:
                os.close(alone)

    def _is_whole(self) -> bool:
        """Both servers run and can be found: a cleaner of temporary folders, or a user, may have taken the sockets."""
        processes = (self.cluster.process, self.redis.process)
        alive = all(server is not None and server.poll() is None for server in processes)
        return alive and all(path.exists() for path in self.home.both_sockets)

    def _demo_was_killed(self) -> bool:
        """A demo stops the servers when it ends; where it could not, nobody has to wait until they are idle."""
        held = locks.is_held(self.home.demo_lock)
        self.demo_seen = self.demo_seen or held
        return self.demo_seen and not held

    def _has_sessions(self) -> bool:
        """Somebody may be connected who takes no lock, such as psql."""
        with closing(self.cluster.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
            return bool(cursor.fetchone()[0])

    def _stop(self) -> None:
        with suppress(OSError):  # somebody removed the directory under our feet
            self.home.state.write_text("stopping")
        self.redis.stop()
        self.cluster.stop()
        with suppress(OSError):
            self.home.sockets.rmdir()  # where it lies outside of the home, nobody else would


def say(text: str) -> None:
    sys.stdout.write(f"{time.strftime('%Y-%m-%d %H:%M:%S%z')} {text}\n")
    sys.stdout.flush()


def answer(report: FileIO, text: str) -> None:
    """Tell the command that waits. It may have been killed, or have its answer already."""
    with suppress(OSError, ValueError):
        report.write(f"{text}\n".encode())


def supervise(report: FileIO) -> None:
    os.setsid()
    env = Env()
    home = Home.from_env(env)
    with explained(home.root):
        mine = locks.acquire(home.supervisor_lock)
        if mine is None:
            raise EmbeddedError("another supervisor is running.")
        home.state.write_text("starting")
        os.ftruncate(mine, 0)
        os.write(mine, str(os.getpid()).encode())
        supervisor = Supervisor(
            home, env.integer("LIANZHI_IDLE_SECONDS", 600, minimum=1), env.pairs("LIANZHI_POSTGRES_OPTIONS")
        )
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, supervisor.request_stop)
        say(f"supervisor {os.getpid()} for {home.root}")
        supervisor.run(report)


def main(descriptor: int) -> None:
    if os.fork():  # the command waits for this half; the other one belongs to nobody and leaves no zombie behind
        os._exit(0)
    with FileIO(descriptor, "w") as report:
        try:
            supervise(report)
        except (SettingError, EmbeddedError, psycopg2.Error) as error:
            answer(report, str(error))
            sys.exit(str(error))


if __name__ == "__main__":
    main(int(sys.argv[1]))
