"""How long the oldest message has been waiting, for whoever watches the machine."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import connection

from audit.sight import working_as

# What is dead or withdrawn waits for a person, not for the machine; what is planned for later does not wait yet.
_OLDEST: Final = """
SELECT (SELECT min(created_at) FROM cases_outbox
         WHERE delivered_at IS NULL AND dead_at IS NULL AND withdrawn_at IS NULL),
       (SELECT min(coalesce(first_tried_at, not_before)) FROM notifications_delivery WHERE state = 'waiting')
"""


@working_as("standing")
def waiting_seconds(now: datetime) -> dict[str, int]:
    """Seconds since the oldest row was written and the oldest delivery could have gone; 0 where nothing waits."""
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST)
        found = cursor.fetchone()
    names = ("outbox_waits", "delivery_waits")
    return {name: max(0, int((now - at).total_seconds())) if at else 0 for name, at in zip(names, found, strict=True)}
