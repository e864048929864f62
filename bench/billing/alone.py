"""One turn of a worker at a run of bills, in a process of its own: time, CPU and memory are the run's alone.

`python -m bench.billing.alone RUN POSTMASTER` works in the sandbox that the environment names.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from bench.importing import cpu


class Worked(NamedTuple):
    """Seconds on the clock and of CPU (this process and the server); memory in MB before and at most."""

    seconds: float
    cpu: float
    memory_before: int
    memory_peak: int


def work_alone(run_id: str, postmaster: int) -> Worked:
    """Work on a run until nothing is left. Raises CalledProcessError where it fails."""
    told = subprocess.run(_command(run_id, postmaster), check=True, stdout=subprocess.PIPE).stdout
    return Worked(**json.loads(told))


def killed(run_id: str, postmaster: int, enough: Callable[[], bool]) -> None:
    """Work on a run, and kill the worker with no chance to clean up once `enough` is."""
    worker = subprocess.Popen(_command(run_id, postmaster), stdout=subprocess.DEVNULL)
    while worker.poll() is None and not enough():
        time.sleep(0.05)
    worker.send_signal(signal.SIGKILL)
    worker.wait()


def _command(run_id: str, postmaster: int) -> list[str]:
    return [sys.executable, "-m", "bench.billing.alone", run_id, str(postmaster)]


def _peak() -> int:
    # Not ru_maxrss, which a new process takes over from the one that started it.
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def main(run_id: str, postmaster: int) -> None:
    """In the new process: what the Celery task does, until the run is done, and print what it took."""
    import django
    from django.conf import settings

    django.setup()
    settings.OUTBOX_TASK = ""  # no broker here to ring
    from cases.billing.runs.working import work

    before = _peak()
    started, used = time.monotonic(), cpu.own() + cpu.tree(postmaster)
    work(run_id)
    seconds, spent = time.monotonic() - started, cpu.own() + cpu.tree(postmaster) - used
    print(json.dumps(Worked(seconds, spent, before, _peak())._asdict()))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
