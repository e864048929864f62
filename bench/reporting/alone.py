"""One report drawn up, or the same sheet by hand, in a process of its own: time and memory are its alone.

`python -m bench.reporting.alone WAY KIND MONDAY` works in the sandbox that the environment names.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any


def alone(way: str, kind: str, monday: date) -> dict[str, Any]:
    """Draw it up. Raises CalledProcessError where it fails."""
    command = [sys.executable, "-m", "bench.reporting.alone", way, kind, monday.isoformat()]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    answer: dict[str, Any] = json.loads(told.splitlines()[-1])
    return answer


def _peak() -> int:
    # Not ru_maxrss, which a new process takes over from the one that started it.
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def main(way: str, kind: str, monday: str) -> None:
    """In the new process: what the worker does, or one statement and a plain writer of workbooks."""
    import django
    from django.conf import settings

    django.setup()
    settings.OUTBOX_TASK = ""  # no broker here to ring
    from bench.reporting import by_hand
    from cases.policy.reports.weeks import Week
    from cases.reporting.state import past

    week = Week(date.fromisoformat(monday))
    if way == "replayed":
        # As if every case had been touched since: each is folded from its events, twice.
        past.CASES = past.CASES.replace("c.updated_at", "timestamptz '2100-01-01Z' AS updated_at")
    before, started = _peak(), time.monotonic()
    told = by_hand.draw(week) if way == "by_hand" else _draw(kind, week)
    seconds = time.monotonic() - started
    print(json.dumps({"seconds": round(seconds, 2), "memory_before": before, "memory_peak": _peak(), **told}))


def _draw(kind: str, week: Any) -> dict[str, Any]:
    from agencies.directory import get_directory
    from audit.sight import working_as
    from cases.models import ReportFile
    from cases.reporting.drawing import draw_version
    from cases.reporting.plan import begin

    now: datetime = week.ends + timedelta(hours=8)
    version, _ = begin(kind, get_directory().by_code["320300-drc"], week, None, now, again=True)
    drawn = draw_version(version.pk, now)
    if drawn.state != "drawn":
        raise RuntimeError(drawn.problem)
    with working_as("reports"):
        files = list(ReportFile.objects.filter(version=drawn, audience="commission"))
    return {"cases": drawn.cases, **{f"{file.form}_mb": round(file.size / 1e6, 2) for file in files}}


if __name__ == "__main__":
    main(*sys.argv[1:])
