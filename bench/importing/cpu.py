"""Seconds of CPU that a process and its children have used, as the kernel counts them (ticks of 10 ms)."""

from __future__ import annotations

import os
from pathlib import Path


def own() -> float:
    """Of this process and its ended children."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def tree(pid: int) -> float:
    """Of a process, its children running, ended or just ending, and theirs, since it started."""
    return sum(_ticks(pid, 13, 17)) / os.sysconf("SC_CLK_TCK") + sum(tree(child) for child in _children(pid))


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found.extend(int(child) for child in children.read_text().split())
        except OSError:  # the thread has just ended
            continue
    return found


def _ticks(pid: int, first: int, last: int) -> list[int]:
    """utime, stime, cutime and cstime are the fields 13 to 16 of /proc/PID/stat, counted from 0."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(field) for field in after_name[first - 2 : last - 2]]


def postmaster(data: Path) -> int:
    """The process id of the server of this data directory."""
    return int((data / "postmaster.pid").read_text().split("\n", 1)[0])
