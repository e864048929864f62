"""The relay with one safety taken out, to see that the drill would notice; workers take it by `-A`.

What is taken out is named by SABOTAGE:
- `doubled`: messages are committed before their rows are marked, and nothing refuses a second one (idempotency off);
- `lost`: the rows are marked before the messages are committed;
- `overtaken`: no lane; each worker takes the next row that nobody else holds.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable
from typing import Any

DOUBLED, LOST, OVERTAKEN = "doubled", "lost", "overtaken"
# What has to go from the database of the drill, too.
UNGUARDED = "ALTER TABLE notifications_message DROP CONSTRAINT message_once_a_person"
CONFLICT = "ON CONFLICT (outbox_id, user_id) DO NOTHING"


def sabotage(kind: str, put: Callable[[Any, str, Any], None] = setattr, *, pause: float = 0) -> None:
    """Take it out of the relay of this process; `put` as `setattr`. `pause`: longest time between the two halves."""
    from django.db import connection, transaction

    from notifications import relay

    assert CONFLICT in relay._WRITE, "the relay was rewritten: this sabotage with it"
    write, mark = relay._WRITE.replace(CONFLICT, ""), relay._MARK

    def halves(rows: Any) -> list[tuple[str, list[Any]]]:
        done = [(write, [json.dumps(relay.messages_of(rows))])]
        done.append((mark, [relay.clock.now(), [row.id for row in rows]]))
        return done if kind == DOUBLED else done[::-1]

    def in_two(size: int) -> Any:
        with transaction.atomic():
            rows = relay._claim(size) if relay._alone() else []
        for statement, parameters in halves(rows) if rows else ():
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement, parameters)
            time.sleep(random.uniform(0, pause))
        return relay.Batch(len(rows), len(rows))

    @transaction.atomic
    def without_a_lane(size: int) -> Any:
        rows = relay._claim(1)
        with connection.cursor() as cursor:
            time.sleep(random.uniform(0, pause))
            for statement, parameters in halves(rows)[::-1] if rows else ():
                cursor.execute(statement, parameters)
        return relay.Batch(len(rows), len(rows))

    if kind == OVERTAKEN:
        put(relay, "_CLAIM", relay._CLAIM.rstrip() + " FOR UPDATE OF o SKIP LOCKED")
    put(relay, "_batch", without_a_lane if kind == OVERTAKEN else in_two)


if kind := os.environ.get("SABOTAGE"):
    from config.celery import app

    @app.on_after_finalize.connect
    def _begin(**_: object) -> None:
        sabotage(kind, pause=0.05)
