"""Ringing the bell after a commit: tell the workers that the outbox has something new.

The bell is a convenience. The outbox row is the message and a periodic sweep finds what nobody rang for, so a lost
ring loses nothing, and a broker that is down must not fail or slow an act that is already done. Rings are sent by one
thread a process and run together: ten acts within a quarter of a second ring once.
"""

from __future__ import annotations

import logging
import threading
import time

from celery import current_app
from django.conf import settings
from django.db import transaction

PAUSE = 0.25  # seconds between two rings of one process
# A ring that nobody heard for so long is of no use: the sweep has been there. Without an end, rings of hours in which
# no worker ran would stand in the queue before everything else, and the sweeps behind them would never be in time.
EXPIRES = 10

logger = logging.getLogger(__name__)
_wanted = threading.Event()
_start = threading.Lock()
_thread: threading.Thread | None = None


def ring() -> None:
    """Ring once the current transaction has committed."""
    if settings.OUTBOX_TASK:
        transaction.on_commit(_ring)


def _ring() -> None:
    global _thread  # noqa: PLW0603 — one thread a process
    _wanted.set()
    # A forked worker inherits the variable but not the thread.
    if _thread is None or not _thread.is_alive():
        with _start:
            if _thread is None or not _thread.is_alive():
                _thread = threading.Thread(target=_run, name="outbox-bell", daemon=True)
                _thread.start()


def _run() -> None:
    while _wanted.wait():
        _wanted.clear()
        try:
            current_app.send_task(settings.OUTBOX_TASK, ignore_result=True, retry=False, expires=EXPIRES)
        except Exception:
            # Whatever the broker's client raises: the sweep will find the row.
            logger.warning("the outbox bell could not be rung", exc_info=True)
        time.sleep(PAUSE)
