"""Keyset paging by row comparison.

Page 1,000 costs what page 1 costs, and rows inserted meanwhile neither double nor hide others (an offset does both).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

MAX_PAGE_SIZE = 100
DEFAULT_PAGE_SIZE = 50
# Beyond this a total is not counted but said to be "more": counting a wide scope costs more than the page itself.
CAP = 1000

Row = dict[str, Any]


class InvalidCursor(ValueError):
    """The page marker was not made by this list; start again without it."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `total` is the exact number if `exact`, else a lower bound. `next`, `previous` are cursors or None."""

    rows: list[Row]
    next: str | None
    previous: str | None
    total: int
    exact: bool
    # How many rows of the list lie before the first of this page, where the list knows.
    before: int | None = None

    @property
    def total_text(self) -> str:
        return f"{self.total:,}" if self.exact else f"{self.total:,}+"


@dataclass(frozen=True, slots=True)
class Cursor:
    """The row beside the page that is asked for, and on which side of it the page lies."""

    values: tuple[Any, ...]
    backward: bool = False


@dataclass(frozen=True, slots=True)
class Keyset:
    """The order of one list: its columns, their types, ascending or descending as a whole.

    `name` stands in every cursor, so that a cursor of one list is refused by another.
    """

    name: str
    columns: tuple[str, ...]
    types: tuple[Callable[[str], Any], ...]
    descending: bool = False

    def encode(self, row: Row, *, backward: bool) -> str:
        values = [_as_text(row[column]) for column in self.columns]
        raw = json.dumps([self.name, "b" if backward else "f", *values], separators=(",", ":"))
        return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")

    def decode(self, token: str | None) -> Cursor | None:
        """The cursor in a token, None for the first page. Raises InvalidCursor."""
        if not token:
            return None
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            name, side, *values = json.loads(raw)
            if name != self.name or side not in ("f", "b") or len(values) != len(self.types):
                raise InvalidCursor(token)
            read = tuple(kind(value) for kind, value in zip(self.types, values, strict=True))
        except (ArithmeticError, ValueError, TypeError, AttributeError) as error:
            raise InvalidCursor(token) from error
        return Cursor(read, backward=side == "b")

    def beyond(self, cursor: Cursor | None, alias: str = "") -> tuple[str, list[Any]]:
        """The row comparison that starts at the cursor, as SQL that begins with AND, and its parameters."""
        if cursor is None:
            return "", []
        columns = ", ".join(alias + column for column in self.columns)
        marks = ", ".join(["%s"] * len(self.columns))
        sign = "<" if self.descending != cursor.backward else ">"
        return f" AND ({columns}) {sign} ({marks})", [_as_parameter(value) for value in cursor.values]

    def order(self, cursor: Cursor | None, alias: str = "") -> str:
        way = "DESC" if self.descending != (cursor is not None and cursor.backward) else "ASC"
        return ", ".join(f"{alias}{column} {way}" for column in self.columns)

    def page(self, rows: list[Row], cursor: Cursor | None, size: int, total: tuple[int, bool]) -> Page:
        """Cut `size` rows out of at most `size + 1` and mark the neighbours. `rows` stand in the order of reading."""
        more = len(rows) > size
        rows = rows[:size]
        backward = cursor is not None and cursor.backward
        if backward:
            rows.reverse()
        # One came from the next page when reading backward, and from the previous one when reading forward.
        has_next, has_previous = (True, more) if backward else (more, cursor is not None)
        return Page(
            rows=rows,
            next=self.encode(rows[-1], backward=False) if rows and has_next else None,
            previous=self.encode(rows[0], backward=True) if rows and has_previous else None,
            total=total[0],
            exact=total[1],
        )


def instant(text: str) -> datetime:
    """A cursor's aware time, in UTC: PostgreSQL knows no offset of seconds. Raises ValueError for a naive one."""
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError(text)
    return value.astimezone(UTC)


def whole(value: Any) -> int:
    """A cursor's bigint. Raises ValueError outside its range."""
    number = int(value)
    if not -(2**63) <= number < 2**63:
        raise ValueError(value)
    return number


def capped(n: int) -> tuple[int, bool]:
    """The honest total from a count that stopped at CAP + 1."""
    return (n, True) if n <= CAP else (CAP, False)


def fetch(sql: str, parameters: Any) -> list[Row]:
    """The rows of one statement as dictionaries."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def escape_like(text: str) -> str:
    """`text` as it has to stand in a LIKE pattern to be found literally."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _as_text(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | Decimal | date) else value


def _as_parameter(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value
