"""Reading events in (stream, seq) order at the speed of COPY.

Binary COPY costs neither text conversion nor a Python object per column: one `struct` call reads a row. Chunks with a
keyset keep memory flat and leave the connection free between them, for the sealed data and the projections.
"""

import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

# Rows of one COPY, some 15 MB of bodies.
CHUNK_ROWS = 20_000
PG_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
# Stands for NULL in actor_id and agency_id; an identity column never gets there.
NULL_ID = -(2**63)

# Every field is preceded by its length (4 bytes); stream, action and body come last, with their lengths told before.
_QUERY = """COPY (
    SELECT id, seq, prev, leaf, at, coalesce(actor_id, -9223372036854775808),
           coalesce(agency_id, -9223372036854775808), octet_length(stream), octet_length(action), stream, action, body
    FROM audit_event
    WHERE stream >= %(first)s AND stream < %(last)s AND (stream, seq) > (%(after_stream)s, %(after_seq)s)
    ORDER BY stream, seq LIMIT %(rows)s
) TO STDOUT (FORMAT binary)"""
_FIXED = struct.Struct("!h 4xq 4xi 4x32s 4x32s 4xq 4xq 4xq 4xi 4xi 4x")
_SIGNATURE = b"PGCOPY\n\xff\r\n\x00"
_HEADER_BYTES = 19  # signature, flags, length of the header extension
_TRAILER = b"\xff\xff"


class Row(NamedTuple):
    """A row as stored. `at` counts microseconds since 2000-01-01 UTC."""

    id: int
    seq: int
    prev: bytes
    leaf: bytes
    at: int
    actor_id: int
    agency_id: int
    stream: bytes
    action: bytes
    body: bytes


class _Sink:
    """What psycopg2 writes the COPY to: it hands over one row at a time, the first one behind the header."""

    def __init__(self) -> None:
        self.rows: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.rows.append(data)
        return len(data)


def read_chunks(connection: Any, first: str, last: str) -> Iterator[list[Row]]:
    """Lists of rows of the streams first <= name < last, in order of (stream, seq)."""
    after = ("", 0)
    with connection.cursor() as cursor:
        # The index has the order; the planner, not knowing how many chunks follow, might sort the table for each.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL jit = off")
        while True:
            rows = _read(cursor, first, last, after)
            if rows:
                yield rows
            if len(rows) < CHUNK_ROWS:
                return
            after = (rows[-1].stream.decode(), rows[-1].seq)


def _read(cursor: Any, first: str, last: str, after: tuple[str, int]) -> list[Row]:
    values = {"first": first, "last": last, "after_stream": after[0], "after_seq": after[1], "rows": CHUNK_ROWS}
    sink = _Sink()
    cursor.copy_expert(cursor.mogrify(_QUERY, values).decode(), sink)
    if sink.rows and sink.rows[0].startswith(_SIGNATURE):
        sink.rows[0] = sink.rows[0][_HEADER_BYTES:]
    return [_parse(data) for data in sink.rows if data and data != _TRAILER]


def _parse(data: bytes) -> Row:
    _, id_, seq, prev, leaf, at, actor, agency, stream_size, action_size = _FIXED.unpack_from(data)
    action_start = _FIXED.size + stream_size + 4
    body_start = action_start + action_size + 4
    return Row(
        id_,
        seq,
        prev,
        leaf,
        at,
        actor,
        agency,
        data[_FIXED.size : _FIXED.size + stream_size],
        data[action_start : action_start + action_size],
        data[body_start:],
    )
