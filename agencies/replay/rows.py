"""Rows of the directory against what the events tell of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from audit.verification.projections import Event, Problem, Scope, Streams

T = TypeVar("T")
# What a body that somebody has changed can raise in a fold. Its stream is named, and the pass goes on.
_MALFORMED = (KeyError, TypeError, ValueError, AttributeError)


class Told(NamedTuple):
    """What the events of one stream tell: the row by column (None: none was ever made), and the last seq."""

    row: dict[str, Any] | None
    seq: int


def fold_each(streams: Streams, fold: Callable[[Iterable[Event]], T]) -> tuple[dict[str, T], dict[str, Problem]]:
    """What the events of each stream tell; apart from it, what is wrong with those that cannot be read."""
    told: dict[str, T] = {}
    damaged: dict[str, Problem] = {}
    for stream, events in streams:
        try:
            told[stream] = fold(events)
        except _MALFORMED as error:
            said = f"{type(error).__name__}: {error}"
            damaged[stream] = Problem(
                None, stream, None, "replay", f"事件的内容缺损（{said}）", f"the events are damaged ({said})"
            )
    return told, damaged


def fetch(scope: Scope, query: str, name: str) -> list[dict[str, Any]]:
    """The rows whose stream lies in the scope. `query` ends in its WHERE; `name` is the SQL of the stream's name."""
    with scope.connection.cursor() as cursor:
        cursor.execute(f'{query} ({name}) COLLATE "C" >= %s AND ({name}) COLLATE "C" < %s', [scope.first, scope.last])
        columns = [column[0] for column in cursor.description]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def time_of(event: Event) -> datetime:
    return datetime.fromisoformat(event.body["at"])


def compare(told: Mapping[str, Told], found: Mapping[str, dict[str, Any]], zh: str, table: str) -> Iterator[Problem]:
    """The rows of a table, by stream, against what the events of each stream tell."""
    for stream in sorted(told.keys() | found.keys()):
        by_events, row = told.get(stream, Told(None, 0)), found.get(stream)
        if by_events.row is None and row is not None:
            yield problem(stream, by_events.seq or None, f"{zh}没有建立的记录", f"{table}: a row that no event made")
        elif by_events.row is not None and row is None:
            yield problem(stream, by_events.seq, f"{zh}已不在表中", f"{table}: the row that the events made is gone")
        elif by_events.row is not None and row is not None:
            yield from differing(stream, by_events.seq, by_events.row, row, zh, table)


def differing(
    stream: str, seq: int, told: Mapping[str, Any], found: Mapping[str, Any], zh: str, table: str
) -> Iterator[Problem]:
    for column, value in told.items():
        if found[column] != value:
            yield problem(
                stream,
                seq,
                f"{zh}的“{column}”与事件重放不符：事件为 {value}，表中为 {found[column]}",
                f"{table}: {column} differs from the replay of the events: told {value}, found {found[column]}",
            )


def sets_differ(
    stream: str, seq: int, told: Iterable[tuple[Any, ...]], found: Iterable[tuple[Any, ...]], zh: str, table: str
) -> Iterator[Problem]:
    """Rows without an id of their own in the events, compared as a whole."""
    left = list(found)
    for row in told:
        if row in left:
            left.remove(row)
        else:
            yield problem(
                stream, seq, f"{zh}缺少事件所记的一行：{_line(row)}", f"{table} lacks a row that is told: {_line(row)}"
            )
    for row in left:
        yield problem(
            stream,
            seq or None,
            f"{zh}中有一行没有事件记载：{_line(row)}",
            f"{table} has a row that no event tells: {_line(row)}",
        )


def problem(stream: str, seq: int | None, zh: str, en: str) -> Problem:
    return Problem(None, stream, seq, "projection", zh, en)


def _line(row: tuple[Any, ...]) -> str:
    return " ".join(str(value) for value in row if value is not None)
