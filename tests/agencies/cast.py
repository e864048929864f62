"""The moment at which these tests happen, and the events that they leave."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson

from audit.models import Event

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def events(stream: str) -> list[dict[str, Any]]:
    """The bodies of a stream, in order, as they are stored."""
    rows = Event.objects.filter(stream=stream).order_by("seq").values_list("body", flat=True)
    return [orjson.loads(bytes(body)) for body in rows]
