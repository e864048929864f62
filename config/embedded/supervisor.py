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
from types import FrameType

from config.embedded import locks, postgres, redis
from config.embedded.home import DATABASE, EmbeddedError, Home
from config.env import Env, SettingError

LONGEST_LOG = 10_000_000  # bytes
SERVERS_GONE_SECONDS = 90.0  # the longest wait for the servers of a supervisor that was killed


class Supervisor:
    def __init__(self, home: Home, idle_seconds: int, options: dict[str, str]) -> None:
        self.home = home
        self.idle_seconds = idle_seconds
        self.stopping = False
        self.cluster = postgres.Cluster(home.data, home.sockets, home.log / "postgres.log", options)
        self.redis = redis.Redis(home.redis, home.sockets, home.log / "redis.log")

    def run(self, report: int) -> None:
        """Start, say so, watch, stop. Every exit goes through the stop."""
        try:
            self._start()
        except EmbeddedError as error:
            self._stop()
            os.write(report, f"{error}\n".encode())
            sys.exit(1)
        os.write(report, b"ready\n")
        os.close(report)
        try:
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
                f"servers of an earlier run still use {self.home.root} and do not end; run: manage.py embedded stop."
            )
        self.cluster.start(keep_fds=(inherited,))
        postgres.bootstrap(self.cluster, DATABASE)
        self.redis.start(keep_fds=(inherited,))
        os.close(inherited)  # from here on only the servers hold it
        self.home.state.write_text("ready")

    def _watch(self) -> None:
        used_at, looked_at = time.monotonic(), 0.0
        while not self.stopping:
            time.sleep(0.2)
            for server in (self.cluster.process, self.redis.process):
                if server is None or server.poll() is not None:
                    say("a server ended by itself; ending the other one")
                    return
            if time.monotonic() - looked_at < min(5.0, self.idle_seconds / 4):
                continue
            looked_at = time.monotonic()
            alone = locks.acquire(self.home.users_lock)
            if alone is None or self._has_sessions():
                used_at = looked_at
            elif looked_at - used_at >= self.idle_seconds:
                say(f"unused for {self.idle_seconds} s; ending")
                return  # still holding `alone`, so that a new command waits for the end and then starts afresh
            if alone is not None:
                os.close(alone)

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


def say(text: str) -> None:
    sys.stdout.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}\n")
    sys.stdout.flush()


def main(report: int) -> None:
    if os.fork():  # the command waits for this half; the other one belongs to nobody and leaves no zombie behind
        os._exit(0)
    os.setsid()
    env = Env()
    home = Home.from_env(env)
    mine = locks.acquire(home.supervisor_lock)
    if mine is None:
        os.write(report, b"another supervisor is running\n")
        sys.exit(1)
    os.ftruncate(mine, 0)
    os.write(mine, str(os.getpid()).encode())
    home.state.write_text("starting")
    supervisor = Supervisor(
        home, env.integer("LIANZHI_IDLE_SECONDS", 600, minimum=1), env.pairs("LIANZHI_POSTGRES_OPTIONS")
    )
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, supervisor.request_stop)
    say(f"supervisor {os.getpid()} for {home.root}")
    supervisor.run(report)


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]))
    except SettingError as error:
        os.write(int(sys.argv[1]), f"{error}\n".encode())
        sys.exit(1)
