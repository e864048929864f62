"""A request of the feed as a list: one row for each signal, at its place, whatever the signal holds.

The file of the batch is the request as it came behind a mark that no list begins with. Its columns are the
fields of the kind, all of them, under each field's own word; so nothing is guessed, and no row is taken for a header, a
sum or a blank line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from cases.intake.lists.reading import Row, Sheet, open_list
from cases.intake.lists.sentences import NotAList
from cases.intake.lists.synonyms import SYNONYMS

# The record separator begins no text, no workbook and no archive.
MARK = b"\x1elianzhi-signals\n"
#: The number of the signal in its request, which nobody sends.
NUMBER = "seq"
UNREAD = "其他"


@dataclass(frozen=True, slots=True)
class _Signals:
    kind: str
    signals: list[Any]

    def rows(self) -> Iterator[Row]:
        for number, signal in enumerate(self.signals, 1):
            yield cells_of(self.kind, number, signal)


def fields_of(kind: str) -> tuple[str, ...]:
    """What a signal of this kind may say."""
    return tuple(name for name in SYNONYMS[kind] if name != NUMBER)


def packed(body: bytes) -> bytes:
    """The content of the batch for a request."""
    return MARK + body


def open_sheets(kind: str, content: bytes) -> list[Sheet]:
    """The sheets of a list, however it came. Raises NotAList."""
    if not content.startswith(MARK):
        return open_list(content)
    try:
        signals = orjson.loads(content.removeprefix(MARK))["signals"]
    except (ValueError, KeyError, TypeError) as error:
        # Nothing that was pushed: somebody has sent a file with the mark.
        raise NotAList("other_format") from error
    if not isinstance(signals, list):
        raise NotAList("other_format")
    # The first of its synonyms is a field's own word.
    heads = [SYNONYMS[kind][name][0] for name in (NUMBER, *fields_of(kind))]
    return [Sheet("", _Signals(kind, signals), heads=(*heads, UNREAD))]


def cells_of(kind: str, number: int, signal: Any) -> Row:
    """The cells of a signal: its number, each field, and as JSON what has no column, so that nothing is lost."""
    told = signal if isinstance(signal, dict) else {}
    unread = unread_of(kind, signal)
    rest = orjson.dumps(unread, option=orjson.OPT_NON_STR_KEYS).decode() if unread not in ({}, None) else ""
    return [number, *(_cell(told.get(name)) for name in fields_of(kind)), rest]


def unread_of(kind: str, signal: Any) -> Any:
    """What of a signal is not read: members that its kind has not, values that are no text or number; or all of it."""
    if not isinstance(signal, dict):
        return signal
    known = frozenset(fields_of(kind))
    return {name: value for name, value in signal.items() if name not in known or isinstance(value, dict | list)}


def _cell(value: Any) -> Any:
    return None if isinstance(value, dict | list) else value
