"""The worker with seconds in place of half minutes, for the tests that kill it; `-A tests.notifications.hurried`.

SABOTAGE=fresh_ids takes the safety out: every attempt has an id of its own, so no receiver can know it again.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import django

from config.celery import app

django.setup()

from notifications.delivery import backoff, leases, picking, sending  # noqa: E402 — models need the applications

__all__ = ["app"]

leases.LEASE = timedelta(seconds=2)  # type: ignore[misc]
sending.RENEW = 0.5  # type: ignore[misc]
picking.LOOK = 0.1  # type: ignore[misc]
backoff.FIRST = timedelta(seconds=1)  # type: ignore[misc]
app.conf.beat_schedule = {
    name: {**each, "schedule": 1.0, "options": {"expires": 1}}
    for name, each in app.conf.beat_schedule.items()
    if name in ("deliver notifications", "send notifications")
}


@app.task(name="tests.long_job", ignore_result=True)  # type: ignore[untyped-decorator]
def long_job(folder: str) -> None:
    """Stands for a list, a report, a recount: says that it is at it, and ends when it is told to."""
    (Path(folder) / "busy").touch()
    while not (Path(folder) / "end").exists():
        time.sleep(0.05)
    (Path(folder) / "busy").unlink()


if os.environ.get("SABOTAGE") == "fresh_ids":
    from audit.ids import new_id

    _outgoing = sending.outgoing
    sending.outgoing = lambda taken: replace(_outgoing(taken), id=str(new_id()))
