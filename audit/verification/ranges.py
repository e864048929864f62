"""One pass over the streams of a range: chains, sealed data, then the projection verifier of each prefix."""

from collections.abc import Callable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import Any

import psycopg2

from audit.verification import projections
from audit.verification.chains import Chains
from audit.verification.projections import Event, Problem, Scope, Streams, Verifier
from audit.verification.reading import read_chunks
from audit.verification.sealed import check_sealed
from audit.verification.tally import Tally

# Below and above every stream name, in byte order.
LOWEST, HIGHEST = "", "\U0010ffff"
# Hears after each chunk how many events have been read so far.
Progress = Callable[[int], None]


def unheard(_events: int) -> None:
    """Nobody waits for it."""


def verify_range(connection: Any, first: str, last: str, *, replay: bool = True, progress: Progress = unheard) -> Tally:
    """Verify the streams first <= name < last through a psycopg2 connection inside a transaction."""
    tally = Tally()
    verifiers = _overlapping(first, last) if replay else {}
    waiting = dict(verifiers)
    streams = groupby(_events(connection, first, last, tally, progress), key=attrgetter("stream"))
    for prefix, group in groupby(streams, key=lambda stream: _prefix(stream[0], verifiers)):
        if prefix:
            waiting.pop(prefix)
            _project(_scope(connection, first, last, prefix), verifiers[prefix], group, tally)
        else:
            for _ in group:
                pass
    for prefix, verifier in waiting.items():
        # No event at all under this prefix: whatever has state there has lost its history.
        _project(_scope(connection, first, last, prefix), verifier, iter(()), tally)
    return tally


def end_of(prefix: str) -> str:
    """The first name after all names that begin with `prefix`."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)


def _events(connection: Any, first: str, last: str, tally: Tally, progress: Progress) -> Iterator[Event]:
    chains = Chains(tally)
    for rows in read_chunks(connection, first, last):
        promised: dict[int, Event] = {}
        for event in chains.check(rows):
            if "sealed" in event.body:
                promised[event.id] = event
            yield event
        check_sealed(connection, promised, tally)
        progress(tally.events)


def _scope(connection: Any, first: str, last: str, prefix: str) -> Scope:
    return Scope(connection, max(first, prefix), min(last, end_of(prefix)))


def _project(scope: Scope, verifier: Verifier, streams: Streams, tally: Tally) -> None:
    try:
        for problem in verifier(scope, streams):
            tally.report(Problem(*problem))
    except psycopg2.Error:
        raise
    except Exception as error:  # noqa: BLE001  (a changed body can break any code; the pass goes on and says so)
        tally.report(_crashed(scope.first, error))
    for _ in streams:  # a verifier that stops early must not leave events unchecked
        pass


def _overlapping(first: str, last: str) -> dict[str, Verifier]:
    return {
        prefix: verifier
        for prefix, verifier in projections.registered().items()
        if prefix < last and end_of(prefix) > first
    }


def _prefix(stream: str, verifiers: dict[str, Verifier]) -> str:
    kind, slash, _ = stream.partition("/")
    prefix = kind + slash
    return prefix if prefix in verifiers else ""


def _crashed(where: str, error: Exception) -> Problem:
    told = f"{type(error).__name__}: {error}"
    return Problem(
        None,
        where,
        None,
        "projection",
        f"由事件重建状态时出错（{told}），请先处理其他问题",
        f"replaying the events failed ({told}); look at the other problems first",
    )
