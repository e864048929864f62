"""File locks of the kernel: released by themselves when the holder dies, so no stale lock can exist."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path


def acquire(path: Path, *, shared: bool = False, wait: float | None = 0.0) -> int | None:
    """Lock the file and return its descriptor, or None when it is still taken after `wait` seconds (None: for ever)."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    if wait is None:
        fcntl.flock(descriptor, kind)
        return descriptor
    until = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                os.close(descriptor)
                return None
            time.sleep(0.05)
        else:
            return descriptor


def is_held(path: Path) -> bool:
    """Whether some process holds it now."""
    descriptor = acquire(path, shared=True)
    if descriptor is None:
        return True
    os.close(descriptor)
    return False
