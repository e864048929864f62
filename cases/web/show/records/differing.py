"""What differs between two values of an event's body."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any, Final

Row = dict[str, Any]
# Of a row that changed the line says which it is, too.
NAME: Final = "no"
_ABSENT: Final = object()


def hidden(value: Any) -> bool:
    """Whether a commitment stands for the value."""
    return isinstance(value, dict) and "withheld" in value


def apart(new: Any, old: Any) -> tuple[Any, Any]:
    """Of two lists of rows the rows, and of these the members, that differ; anything else as it is.

    A row is compared with the one in its place. Nothing of the old ones where rows were only added.
    """
    if not (_is_rows(new) and _is_rows(old)):
        return new, old
    blank: Row = {}
    pairs = [(row, former) for row, former in zip_longest(new, old, fillvalue=blank) if row != former]
    rows = [_members(row, former) for row, former in pairs]
    formers = [_members(former, row) for row, former in pairs]
    return [row for row in rows if row], [row for row in formers if row] or None


def _members(row: Row, other: Mapping[str, Any]) -> Row:
    return {key: value for key, value in row.items() if key == NAME or value != other.get(key, _ABSENT)}


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)
