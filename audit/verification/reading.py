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
# A prev or leaf of another length (its check constraint dropped) is hashed: it stays wrong and does not shift the rest.
_QUERY = """COPY (
    SELECT id, seq, CASE WHEN length(prev) = 32 THEN prev ELSE sha256(prev) END,
           CASE WHEN length(leaf) = 32 THEN leaf ELSE sha256(leaf) END, at, coalesce(actor_id, -9223372036854775808),
           coalesce(agency_id, -9223372036854775808), octet_length(stream), octet_length(action), stream, action, body
    FROM audit_event
    WHERE stream >= %(first)s AND stream < %(last)s AND (stream, seq) > (%(after_stream)s, %(after_seq)s)
    ORDER BY stream, seq LIMIT %(rows)s
) TO STDOUT (FORMAT binary)"""
FIXED = struct.Struct("!h 4xq 4xi 4x32s 4x32s 4xq 4xq 4xq 4xi 4xi 4x")
STREAM_START = FIXED.size
_SIGNATURE = b"PGCOPY\n\xff\r\n\x00"
_HEADER_BYTES = 19  # signature, flags, length of the header extension


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


class _Sink(list[bytes]):
    """What psycopg2 writes the COPY to: it hands over one row at a time, the first one behind the header."""

    write = list.append


def read_chunks(connection: Any, first: str, last: str) -> Iterator[list[bytes]]:
    """Lists of undecoded rows (see `parse`) of the streams first <= name < last, in order of (stream, seq)."""
    after = ("", 0)
    with connection.cursor() as cursor:
        while True:
            rows = _read(cursor, first, last, after)
            if rows:
                yield rows
            if len(rows) < CHUNK_ROWS:
                return
            newest = parse(rows[-1])
            after = (newest.stream.decode(), newest.seq)


def _read(cursor: Any, first: str, last: str, after: tuple[str, int]) -> list[bytes]:
    values = {"first": first, "last": last, "after_stream": after[0], "after_seq": after[1], "rows": CHUNK_ROWS}
    sink = _Sink()
    cursor.copy_expert(cursor.mogrify(_QUERY, values).decode(), sink)
    if sink and sink[0].startswith(_SIGNATURE):
        sink[0] = sink[0][_HEADER_BYTES:]
    return [data for data in sink if len(data) > FIXED.size]  # without the trailer


def parse(data: bytes) -> Row:
    """The row as values. `Chains.check` does the same in place, for speed."""
    _, id_, seq, prev, leaf, at, actor, agency, stream_size, action_size = FIXED.unpack_from(data)
    stream_end = STREAM_START + stream_size
    action_end = stream_end + 4 + action_size
    stream, action, body = data[STREAM_START:stream_end], data[stream_end + 4 : action_end], data[action_end + 4 :]
    return Row(id_, seq, prev, leaf, at, actor, agency, stream, action, body)
