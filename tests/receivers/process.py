"""Starting, breaking and asking a receiver."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.receivers.book import read

ROOT = Path(__file__).resolve().parents[2]
TAKEN = ("accept_and_hang_up", "accept_and_die")


class Receiver:
    """A process that listens on a port of 127.0.0.1."""

    def __init__(self, kind: str, folder: Path, *, options: Iterable[str] = ()) -> None:
        self.kind, self.folder, self._options = kind, folder, list(options)
        folder.mkdir(parents=True, exist_ok=True)
        self.port = 0
        self._process: subprocess.Popen[str] | None = None
        self.restart()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def restart(self) -> None:
        """On the port it had before; it goes on with what it recorded."""
        self.stop()
        command = [sys.executable, "-m", "tests.receivers.main", self.kind, str(self.folder), str(self.port)]
        self._process = subprocess.Popen(
            [*command, *self._options], cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        assert said.startswith("ready "), f"the {self.kind} receiver did not start: {said!r}"
        self.port = int(said.split()[1])

    def fail(self, *faults: str) -> None:
        """What happens to the next deliveries, one each. Only while nothing is under way."""
        whole = "".join(f"{fault}\n" for fault in faults)
        new = self.folder / "faults.new"
        new.write_text(whole)
        new.replace(self.folder / "faults")

    def got(self) -> list[dict[str, Any]]:
        """Every arrival in order, taken or not, again or for the first time."""
        return read(self.folder / "got.jsonl")

    def effects(self) -> list[str]:
        """The ids that had an effect: each once, in the order in which they first came."""
        return [line["id"] for line in self.got() if line["fresh"]]

    def clear(self) -> None:
        """Forget everything; the process is started again."""
        for name in ("got.jsonl", "faults"):
            (self.folder / name).unlink(missing_ok=True)
        self.restart()

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def wait(self, seconds: float = 10) -> None:
        """Until a process that was told to die is dead."""
        assert self._process is not None
        self._process.wait(seconds)

    def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            if self._process.poll() is None:
                os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._process = None

    stop = kill


def start(kind: str, folder: Path, *, options: Iterable[str] = ()) -> Receiver:
    """A receiver of this kind (`smtp`, `webhook`, `sms`), ready to be called."""
    return Receiver(kind, folder, options=options)
