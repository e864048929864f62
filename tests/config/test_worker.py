"""A worker with its timetable: nothing of it goes on when it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import Clone, child, wait_for

pytestmark = pytest.mark.usefixtures("redis_url")


def timetables(pid: int) -> list[int]:
    """The children of the worker that hold the timetable, by their own name for themselves."""
    found = []
    for path in Path("/proc").glob("[0-9]*/status"):
        try:
            status, command = path.read_text(), (path.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if f"\nPPid:\t{pid}\n" in status and b"--beat" in command:
            found.append(int(path.parent.name))
    return found


def runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_the_timetable_of_a_killed_worker_ends_with_it(fresh_db: Clone, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--concurrency", "1", "--loglevel", "INFO"]
    log = tmp_path / "worker.log"
    with child([*command, "--beat", "--schedule", str(tmp_path / "schedule")], log) as worker:
        wait_for(lambda: "beat: Starting" in log.read_text(errors="replace"), worker, log)
        beside = timetables(worker.pid)
        assert beside
        os.kill(worker.pid, signal.SIGKILL)
        until = time.monotonic() + 20
        while any(runs(pid) for pid in beside) and time.monotonic() < until:
            time.sleep(0.1)
        left = [pid for pid in beside if runs(pid)]
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        assert left == []


def test_a_timetable_whose_worker_was_killed_before_it_could_ask_for_its_end_does_not_start() -> None:
    # The grandchild begins its timetable when its parent, who loaded the application, is gone.
    begins = (
        "import os\n"
        "import config.celery as of\n"
        "gone, end = os.pipe()\n"
        "if (pid := os.fork()) == 0:\n"
        "    os.close(end)\n"
        "    os.read(gone, 1)\n"
        "    of.end_with_the_worker()\n"
        "    print('started', flush=True)\n"
    )
    said = subprocess.run([sys.executable, "-c", begins], capture_output=True, text=True, timeout=60, check=True)
    assert "the worker of this timetable is gone" in said.stderr
    assert "started" not in said.stdout
