"""What is sent next: of what the last look found as much as there are lanes for, of no addressee more than its share.

A look goes through all that waits, so it is not made for every call: what it found is sent first. It is made again when
there is something to start and nothing left to start it with, and otherwise every half second, so that what is new on
one channel waits for no backlog of another; at most a fifth of the time is spent looking, however much waits.
"""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from audit.ids import new_id
from notifications.channels.base import CHANNELS
from notifications.delivery import leases
from notifications.delivery.leases import Due, Taken

LANES: Final = 6  # at once over one channel
OF_ONE: Final = 2  # at once to one addressee, of two cases: a host that does not answer leaves lanes to the others
TIRED: Final = 3  # failures in a row after which an addressee rests
LOOK: Final = 0.5  # seconds between two looks for what has become due meanwhile


@dataclass
class Run:
    """What is on its way since when, what the last look found, and who failed how often in a row."""

    me: UUID = field(default_factory=new_id)
    flying: dict[Future[None], Taken] = field(default_factory=dict)
    since: dict[UUID, float] = field(default_factory=dict)
    failures: Counter[str] = field(default_factory=Counter)
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
        return {addressee for addressee, number in self.failures.items() if number >= TIRED}

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
