"""One list through the product in a process of its own, as a worker does it: time, CPU and memory are the list's alone.

`python -m bench.importing.alone FILE NAME POSTMASTER` imports into the sandbox that the environment names.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from bench.importing import cpu


class Measured(NamedTuple):
    """Seconds on the clock and of CPU (this process and the server); memory in MB before and at most.

    `pace`: (rows done, seconds since the start) after every chunk.
    """

    seconds: float
    cpu: float
    memory_before: int
    memory_peak: int
    pace: list[tuple[int, float]]
    fates: dict[str, int]
    effects: dict[str, int]

    def rows_per_s(self, begin: float, end: float) -> float:
        """Rows a second between two shares of the list, for instance its last tenth (0.9 to 1)."""
        total = self.pace[-1][0]
        points = [(0, 0.0), *self.pace]
        first, started = next(point for point in reversed(points) if point[0] <= begin * total)
        last, ended = next(point for point in points if point[0] >= end * total)
        return (last - first) / (ended - started)


def import_alone(content: bytes, name: str, postmaster: int) -> Measured:
    """Import a list in a new process. Raises CalledProcessError where it fails."""
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(content)
        file.flush()
        command = [sys.executable, "-m", __spec__.name, file.name, name, str(postmaster)]
        told = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    return Measured(**json.loads(told))


def by_product(content: bytes, name: str, progress: Any) -> Any:
    """Import a list as `manage.py import_list` does; the summary."""
    from agencies.actors import system_actor
    from agencies.directory import get_directory
    from audit import clock
    from cases.intake.receiving import find_agency
    from cases.intake.services import import_file

    return import_file(
        actor=system_actor(),
        content=content,
        filename="list.csv",
        kind="telecom",
        agency=find_agency("telecom_bureau", get_directory()),
        batch_name=name,
        now=clock.now(),
        progress=progress,
    )


def _peak() -> int:
    # Not ru_maxrss, which a new process takes over from the one that started it.
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def main(file: str, name: str, postmaster: int) -> None:
    """In the new process: import and print what it took."""
    import django
    from django.conf import settings

    django.setup()
    settings.OUTBOX_TASK = ""  # no broker here to ring
    content, before, pace = Path(file).read_bytes(), _peak(), []
    started, used = time.monotonic(), cpu.own() + cpu.tree(postmaster)
    summary = by_product(content, name, lambda done, _total: pace.append((done, time.monotonic() - started)))
    measured = Measured(
        seconds=time.monotonic() - started,
        cpu=cpu.own() + cpu.tree(postmaster) - used,
        memory_before=before,
        memory_peak=_peak(),
        pace=pace,
        fates=summary.fates,
        effects=summary.effects,
    )
    print(json.dumps(measured._asdict()))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
