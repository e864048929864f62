"""Comparing the tables with the replay: a batch of cases is folded, then the rows of its range are read beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

from audit.projections import Problem, Scope, Streams
from cases.workflow.replay.differences import PREFIX, differences, files_differ
from cases.workflow.replay.state import fold
from cases.workflow.replay.tables import Lines, read, read_files, tell
from cases.workflow.replay.totals import verify_totals

# Cases folded before their rows are read: a few megabytes.
BATCH = 1_000
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_UUID_TEXT = 36
_HIGHEST = (1 << 128) - 1
# What a body that somebody has changed can raise in the fold. Its case is named, and the pass goes on.
_MALFORMED = (KeyError, TypeError, ValueError, AttributeError)


def verify_cases(scope: Scope, streams: Streams) -> Iterator[Problem]:
    """Compare every case with the replay of its events; both sides are walked once, in the order of the ids."""
    first, count = _first_id(scope.first), 0
    told, damaged = Lines(), set[str]()
    for stream, events in streams:
        case_id = stream.removeprefix(PREFIX)
        if not _ID.fullmatch(case_id):
            yield Problem(None, stream, None, "no_case", "有事件而无案件", "events without a case")
            continue
        try:
            state = fold(case_id, events)
            # Only lines are kept: a thousand states would keep the garbage collector busy.
            tell(told, state)
        except _MALFORMED as error:
            damaged.add(case_id)
            yield _unreadable(stream, error)
        else:
            for flaw in state.flaws:
                yield Problem(flaw.event_id, stream, flaw.seq, "act", flaw.zh, flaw.en)
        count += 1
        if count % BATCH == 0:
            yield from _compare(scope, told, damaged, first, case_id)
            first, told, damaged = str(UUID(int=min(_number(stream) + 1, _HIGHEST))), Lines(), set()
    yield from _compare(scope, told, damaged, first, _last_id(scope.last))
    if scope.first == PREFIX:
        yield from verify_totals(scope.connection)


def _compare(scope: Scope, told: Lines, damaged: set[str], first: str, last: str) -> Iterator[Problem]:
    """The cases first <= id <= last. What damaged events tell has been named already."""
    found = read(scope.connection, first, last)
    for case_id in sorted(found.facts.keys() - told.facts.keys() - damaged):
        yield Problem(None, PREFIX + case_id, None, "no_events", "有案件而无事件", "a case without events")
    for case_id in sorted(told.facts.keys() - found.facts.keys()):
        version = told.versions[case_id]
        yield Problem(None, PREFIX + case_id, version, "no_case", "有事件而无案件", "events without a case")
    yield from differences(told, found, skipped=damaged | (told.facts.keys() ^ found.facts.keys()))
    named = [file_id for files in told.files.values() for file_id in files]
    if named:
        yield from files_differ(told, read_files(scope.connection, named))


def _unreadable(stream: str, error: Exception) -> Problem:
    said = f"{type(error).__name__}: {error}"
    return Problem(
        None,
        stream,
        None,
        "replay",
        f"事件的内容缺损，无法由其重建案件（{said}）",
        f"the events are damaged: the case cannot be rebuilt from them ({said})",
    )


def _number(stream: str) -> int:
    """The id in a stream's name as a number; a name that was cut short is filled up with zeros."""
    digits = stream.removeprefix(PREFIX)[:_UUID_TEXT].replace("-", "")
    return int((digits + "0" * 32)[:32], 16)


def _first_id(name: str) -> str:
    """The lowest id whose stream is not before this name. Ids as text are in the byte order of the ids."""
    return str(UUID(int=_number(name)))


def _last_id(name: str) -> str:
    """The highest id whose stream is before this name: none is cut off above the prefix's end."""
    if not name.startswith(PREFIX):
        return str(UUID(int=_HIGHEST))
    beyond = len(name.removeprefix(PREFIX)) > _UUID_TEXT
    return str(UUID(int=_number(name) if beyond else max(_number(name) - 1, 0)))
