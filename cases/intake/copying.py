"""Many rows into a table in a few statements: far faster than INSERT by the ORM, inside the caller's transaction.

Not by COPY, which PostgreSQL refuses on a table with row-level security ("COPY FROM not supported"): the rows travel
as JSON, and the row type of the table says what each member becomes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson
from django.db import connection, transaction

# What one statement carries: the database holds it in memory a few times over while it reads it.
MOST_ROWS, MOST_BYTES = 1_000, 4 << 20


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, once: str = "") -> None:
    """Append rows; values may be None, str, int, bool, bytes, datetime, UUID, or a dict or list for jsonb.

    `once`: the columns of a unique index; a row that is there already is left as it is.
    Raises TransactionManagementError outside a transaction: half of the rows must never stay.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("copy_rows needs a transaction")
    names = ", ".join(columns)
    insert = f"INSERT INTO {table} ({names}) SELECT {names} FROM json_populate_recordset(NULL::{table}, %s::json)"
    if once:
        insert += f" ON CONFLICT {once} DO NOTHING"
    with connection.cursor() as cursor:
        for piece in _pieces(columns, rows):
            cursor.execute(insert, [piece])


def _pieces(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The rows as JSON arrays of a size that one statement carries."""
    piece: list[bytes] = []
    size = 0
    for row in rows:
        written = _object(dict(zip(columns, row, strict=True)))
        piece.append(written)
        size += len(written)
        if len(piece) >= MOST_ROWS or size >= MOST_BYTES:
            yield f"[{b','.join(piece).decode()}]"
            piece, size = [], 0
    if piece:
        yield f"[{b','.join(piece).decode()}]"


def _object(row: dict[str, Any]) -> bytes:
    written = orjson.dumps(row, default=_plain)
    # PostgreSQL text holds no NUL, and no list means one.
    return orjson.dumps(_without_nul(row), default=_plain) if b"\\u0000" in written else written


def _plain(value: Any) -> str:
    """What JSON has no word for: bytes as PostgreSQL writes them."""
    if isinstance(value, bytes | memoryview):
        return "\\x" + bytes(value).hex()
    raise TypeError(f"no value of a column: {type(value).__name__}")


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nul(item) for item in value]
    return value


def next_ids(sequence: str, count: int) -> list[int]:
    """Fresh ids, so that rows can name each other before they are written."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [sequence, count])
        return [row[0] for row in cursor.fetchall()]
