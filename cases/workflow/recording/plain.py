"""Values as events hold them: JSON without floats."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from audit.log import timestamp

_PLAIN = frozenset({str, int, bool, type(None)})


def plain(value: Any) -> Any:
    """A value as events hold it: dates and times as ISO text, decimals as text, ids as text."""
    if type(value) in _PLAIN:  # most of them
        return value
    if isinstance(value, datetime):
        return timestamp(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if value is None or isinstance(value, str | int):
        return value
    return str(value)
