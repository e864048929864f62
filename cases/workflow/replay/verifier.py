"""Comparing the tables with the replay: a batch of cases is folded, then the rows of its range are read beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

from audit.verification.projections import Problem, Scope, Streams
from cases.workflow.replay.differences import PREFIX, differences, files_differ
from cases.workflow.replay.state import fold
from cases.workflow.replay.tables import Lines, read, read_files, tell
from cases.workflow.replay.totals import verify_totals
from cases.workflow.replay.watchers import leave_out_watchers

# Cases folded before their rows are read: a few megabytes.
BATCH = 1_000
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DIGITS = "0123456789abcdef"
_TEMPLATE = "00000000-0000-0000-0000-000000000000"
# What a body that somebody has changed can raise in the fold. Its case is named, and the pass goes on.
_MALFORMED = (KeyError, TypeError, ValueError, AttributeError)


def verify_cases(scope: Scope, streams: Streams) -> Iterator[Problem]:
    """Compare every case with the replay of its events; both sides are walked once, in the order of the ids."""
    first, end = ids_before(scope.first), ids_before(scope.last)
    count = 0
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
            behind = UUID(case_id).int + 1
            yield from _compare(scope, told, damaged, first, behind)
            first, told, damaged = behind, Lines(), set()
    yield from _compare(scope, told, damaged, first, end)
    if scope.first == PREFIX:
        yield from verify_totals(scope.connection)


def _compare(scope: Scope, told: Lines, damaged: set[str], first: int, end: int) -> Iterator[Problem]:
    """The cases first <= id < end. What damaged events tell has been named already."""
    found = read(scope.connection, str(UUID(int=first)), str(UUID(int=end - 1))) if first < end else Lines()
    for case_id in sorted(found.facts.keys() - told.facts.keys() - damaged):
        yield Problem(None, PREFIX + case_id, None, "no_events", "有案件而无事件", "a case without events")
    for case_id in sorted(told.facts.keys() - found.facts.keys()):
        version = told.versions[case_id]
        yield Problem(None, PREFIX + case_id, version, "no_case", "有事件而无案件", "events without a case")
    leave_out_watchers(scope.connection, told, found)
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


def ids_before(name: str) -> int:
    """How many ids have a stream before this name, whatever it is; ids as text are in the byte order of the ids."""
    text = name.removeprefix(PREFIX) if name.startswith(PREFIX) else "g"  # the end of the prefix is behind them all
    number, left = 0, 128
    for written, expected in zip(text, _TEMPLATE, strict=False):
        if expected == "-":
            if written != "-":
                return (number + (written > "-")) << left
            continue
        left -= 4
        lower = sum(digit < written for digit in _DIGITS)
        number = number * 16 + lower
        if written not in _DIGITS:
            return number << left
    return (number << left) + (len(text) > len(_TEMPLATE))
