"""What other apps keep of an account or an agency, with its events in the same streams: rebuilt in the same pass."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from enum import Enum
from typing import Protocol

from audit.verification.projections import Event, Problem, Scope


class Of(Enum):
    """Whose streams."""

    ACCOUNTS = "account"
    AGENCIES = "agency"


class Beside(Protocol):
    """One pass over the streams of all accounts, or of all agencies."""

    def take(self, event: Event) -> None:
        """One event, in order of seq within its stream; a malformed one may raise what a changed body raises."""

    def problems(self, scope: Scope, damaged: Collection[str]) -> Iterable[Problem]:
        """What differs, apart from the streams that could not be read."""


_MADE: defaultdict[Of, list[Callable[[], Beside]]] = defaultdict(list)


def verify_beside(whose: Of, made: Callable[[], Beside]) -> None:
    """Let this be rebuilt, too, whenever these streams are."""
    if made not in _MADE[whose]:
        _MADE[whose].append(made)


def begun(whose: Of) -> list[Beside]:
    return [made() for made in _MADE[whose]]


def shown(events: Iterable[Event], beside: Iterable[Beside]) -> Iterator[Event]:
    """The same events, each handed to what is rebuilt beside."""
    for event in events:
        for each in beside:
            each.take(event)
        yield event
