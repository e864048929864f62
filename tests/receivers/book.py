"""What a receiver has got, on disk before it answers, and which faults come next."""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path
from typing import Any

SLOW_SECONDS = 1.5


class Book:
    """A journal of one JSON object a line. Whoever is killed and started again goes on with it."""

    def __init__(self, folder: Path) -> None:
        self._path, self._faults = folder / "got.jsonl", folder / "faults"
        self._lock = threading.Lock()
        self._seen = {line["id"] for line in read(self._path) if line["kept"]}

    def fault(self) -> str:
        """The next fault that was asked for; empty for none. The file is the queue: the tests write it."""
        with self._lock:
            try:
                waiting = self._faults.read_text().splitlines()
            except FileNotFoundError:
                return ""
            if not waiting:
                return ""
            left = self._faults.with_suffix(".left")
            left.write_text("".join(f"{line}\n" for line in waiting[1:]))
            left.replace(self._faults)
            return waiting[0]

    def keep(self, id_: str, *, kept: bool, **more: Any) -> bool:
        """Record an arrival; `kept`: it was taken. True for the first one of its id that was."""
        with self._lock:
            fresh = kept and id_ not in self._seen
            if kept:
                self._seen.add(id_)
            line = {"id": id_, "kept": kept, "fresh": fresh, "at": time.time(), **more}
            with self._path.open("a") as journal:
                journal.write(json.dumps(line, ensure_ascii=False) + "\n")
                journal.flush()
                os.fsync(journal.fileno())
            return fresh


def read(path: Path) -> list[dict[str, Any]]:
    """Whole lines only: a process may have been killed in the middle of one."""
    try:
        text = path.read_text()
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]
