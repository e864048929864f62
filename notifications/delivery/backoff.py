"""When something that failed is tried again, and when no more. Pure.

Exponential with full jitter: after the n-th failure a moment between now and ten seconds times 2ⁿ⁻¹, six hours at most.
Three days after the first attempt comes the last one, whatever the dice said before; then it is dead.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

FIRST: Final = timedelta(seconds=10)
LONGEST: Final = timedelta(hours=6)
SHORTEST: Final = timedelta(seconds=1)
FOR: Final = timedelta(days=3)
_DOUBLINGS: Final = 12  # 10 s · 2¹² is beyond six hours; no number is larger than needed


def envelope(attempts: int) -> timedelta:
    """The longest pause after this many attempts; never shorter after one more."""
    return min(LONGEST, FIRST * 2 ** min(max(attempts, 1) - 1, _DOUBLINGS))


def next_try(*, first: datetime, attempts: int, now: datetime, dice: float) -> datetime | None:
    """The time of the next attempt; None: there is none. `first` was the first one, `dice` lies in [0, 1)."""
    end = first + FOR
    if now >= end:
        return None
    return min(now + max(SHORTEST, envelope(attempts) * dice), end)
