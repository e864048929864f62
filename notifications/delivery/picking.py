"""What is sent next: of what the last look found as much as there are lanes for, of no addressee more than its share.

A look goes through all that waits, so it is not made for every call: what it found is sent first. It is made again when
there is something to start and nothing left to start it with, and otherwise every half second, so that what is new on
one channel waits for no backlog of another; at most a fifth of the time is spent looking, however much waits.
"""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.core.cache import cache
from redis.exceptions import RedisError

from audit import clock
from audit.ids import new_id
from notifications.channels.answers import LONGEST_WAIT
from notifications.channels.base import CHANNELS
from notifications.delivery import leases
from notifications.delivery.leases import Due, Taken

LANES: Final = 6  # at once over one channel
OF_ONE: Final = 2  # at once to one addressee, of two cases: a host that does not answer leaves lanes to the others
TIRED: Final = 3  # failures in a row after which an addressee rests
_QUIET: Final = "notifications/quiet"
LOOK: Final = 0.5  # seconds between two looks for what has become due meanwhile


def _quiet() -> dict[str, float]:
    """Who asked an earlier run for time that is not over; without Redis nobody knows, and they ask again."""
    with suppress(RedisError):
        now = clock.now().timestamp()
        return {addressee: until for addressee, until in (cache.get(_QUIET) or {}).items() if until > now}
    return {}


@dataclass
class Run:
    """What is on its way since when, what the last look found, and who failed how often in a row."""

    me: UUID = field(default_factory=new_id)
    flying: dict[Future[None], Taken] = field(default_factory=dict)
    since: dict[UUID, float] = field(default_factory=dict)
    failures: Counter[str] = field(default_factory=Counter)
    quiet: dict[str, float] = field(default_factory=_quiet)  # until when who asked not to be called
    sent: int = 0
    found: list[Due] = field(default_factory=list)
    looked: float = float("-inf")  # when the last look began
    took: float = 0.0  # seconds that it took
    used: bool = True  # whether something was taken up since

    def take_up(self) -> list[Taken]:
        """Lease what can be sent now."""
        if time.monotonic() - self.looked > max(LOOK, 4 * self.took):
            self._look()
        while True:
            if not (chosen := self._choose()):
                if not self.used:
                    return []
                self._look()
                continue
            self.used = True
            taken = leases.take(self.me, chosen)
            if taken is None:
                self.found.clear()
                self.used = False
                return []
            if taken:
                return taken

    def started(self, call: Future[None], taken: Taken) -> None:
        self.flying[call], self.since[taken.id] = taken, time.monotonic()

    def ended(self, call: Future[None]) -> Taken:
        taken = self.flying.pop(call)
        del self.since[taken.id]
        return taken

    def leave_alone(self, addressee: str, wait: timedelta) -> None:
        """It asked for this, whatever the call was about: other cases and the next runs call it no sooner."""
        self.quiet[addressee] = clock.now().timestamp() + min(wait, LONGEST_WAIT).total_seconds()
        with suppress(RedisError):
            cache.set(_QUIET, self.quiet, LONGEST_WAIT.total_seconds())

    def _free(self) -> dict[str, int]:
        used = Counter(taken.channel for taken in self.flying.values())
        return {channel: LANES - used[channel] for channel in CHANNELS}

    def _look(self) -> None:
        self.looked, self.used = time.monotonic(), False
        full = [channel for channel, lanes in self._free().items() if lanes <= 0]
        self.found = leases.look(self.me, full=full, shunned=self._shunned()) or []
        self.took = time.monotonic() - self.looked

    def _shunned(self) -> list[str]:
        """Who rests, and whose share has been on its way for so long that theirs would only stand before the others."""
        slow = Counter(taken.addressee for taken in self.flying.values() if self.looked - self.since[taken.id] > LOOK)
        return [*self._resting(), *(addressee for addressee, number in slow.items() if number >= OF_ONE)]

    def _resting(self) -> set[str]:
        now = clock.now().timestamp()
        tired = {addressee for addressee, number in self.failures.items() if number >= TIRED}
        return tired | {addressee for addressee, until in self.quiet.items() if until > now}

    def _choose(self) -> list[Due]:
        """Take out of what was found what can start; a digest is one."""
        left, at_once = self._free(), Counter(taken.addressee for taken in self.flying.values())
        resting, digests = self._resting(), set[str]()
        chosen, rest = list[Due](), list[Due]()
        for due in self.found:
            if due.addressee in resting or (due.addressee in digests and due.reader):
                continue
            if left[due.channel] <= 0 or at_once[due.addressee] >= OF_ONE:
                rest.append(due)
                continue
            left[due.channel] -= 1
            at_once[due.addressee] += 1
            if due.reader is not None:
                digests.add(due.addressee)
            chosen.append(due)
        self.found = rest
        return chosen
