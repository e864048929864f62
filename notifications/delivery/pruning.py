"""How long it is kept what went out when: half a year. What was told stays in the inbox, acts in the audit trail."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

KEPT: Final = timedelta(days=180)
AT_ONCE: Final = 5_000
# What is dead waits for a person, however long that takes; what that person withdrew counts from then on (`fate`).
_PRUNE: Final = """
DELETE FROM notifications_delivery WHERE id IN (
    SELECT id FROM notifications_delivery
     WHERE state IN ('sent', 'withdrawn')
       AND coalesce(sent_at, greatest(tried_at, not_before), created_at) < %s LIMIT %s)
"""


def prune(now: datetime, *, budget_seconds: float = 120.0) -> int:
    """Remove what was sent or withdrawn longer ago; the rest is left to the next night. Returns how many."""
    gone, until = 0, time.monotonic() + budget_seconds
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(_PRUNE, [now - KEPT, AT_ONCE])
            gone += cursor.rowcount
            if cursor.rowcount < AT_ONCE:
                break
    return gone
