"""Notices: rows of the outbox that no act wrote, each exactly once by its key.

An act leaves its rows with its event (`messages`). What the clock or an administrator's affair brings up is written
here, by a system actor that `config/database/wall.py` gives `outbox_notice`. Twice the same key is one row, so a job
may run again after it was killed, and two of them at once. Never personal data; a notice about no case leads with
`payload["link"]` to a path of the product.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from cases.workflow.recording import bell


def notice(
    *,
    topic: str,
    agency_id: int | None,
    payload: Mapping[str, Any],
    key: str,
    now: datetime,
    case_id: str | None = None,
    seq: int | None = None,
) -> bool:
    """Write this row in the caller's transaction; false where its key is there already.

    `seq` is the event of the case that it rests on, where it rests on one. `roles` and `assignee` in the payload say
    who is told (`notifications.recipients`), `by` who is not.
    """
    if not key:
        raise ValueError("a notice needs a key: without one it might be told twice")
    if "link" in payload and not is_path(payload["link"]):
        raise ValueError(f"a notice leads to a path of the product, not to {payload['link']!r}")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT outbox_notice(%s, %s::uuid, %s::integer, %s, %s::bigint, %s::jsonb, %s)",
            [key, case_id, seq, topic, agency_id, json.dumps(dict(payload), ensure_ascii=False), now],
        )
        written = bool(cursor.fetchone()[0])
    if written:
        bell.ring()
    return written


def is_path(link: object) -> bool:
    """Whether this is a path inside the product. Browsers read two slashes, of either sort, as another host."""
    return isinstance(link, str) and link.startswith("/") and not link.startswith(("//", "/\\")) and link.isprintable()
