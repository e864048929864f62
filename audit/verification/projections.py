"""Who can rebuild a state from its events. An app registers a verifier for the streams of its prefix."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple


class Event(NamedTuple):
    """One event as a projection verifier gets it, its chain already checked."""

    id: int
    stream: str
    seq: int
    leaf: bytes
    body: dict[str, Any]


class Problem(NamedTuple):
    """One thing that is wrong. `event_id` and `seq` are None where the event is not there at all."""

    event_id: int | None
    stream: str
    seq: int | None
    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Scope:
    """What one call of a verifier is responsible for: the streams with first <= name < last, in byte order.

    `connection` is a psycopg2 connection of its own in the same read-only snapshot the events are read from, so a
    verifier may read its tables beside the events.
    """

    connection: Any
    first: str
    last: str


Streams = Iterator[tuple[str, Iterator[Event]]]
# Consumes the streams in byte order, each with its events in order of seq, and yields what is wrong. As with
# itertools.groupby, the events of a stream are gone once the next stream is taken.
Verifier = Callable[[Scope, Streams], Iterable[Problem]]

_registry: dict[str, Verifier] = {}


def register(prefix: str, verifier: Verifier) -> None:
    """Let `verifier` check the streams that begin with `prefix` ("case/"). One verifier per prefix."""
    if not prefix.endswith("/") or prefix.count("/") != 1:
        raise ValueError(f"{prefix!r} is no stream prefix like 'case/'")
    if _registry.get(prefix, verifier) is not verifier:
        raise ValueError(f"{prefix!r} already has a projection verifier")
    _registry[prefix] = verifier


def registered() -> dict[str, Verifier]:
    """The verifiers by prefix."""
    return dict(_registry)
