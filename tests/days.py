"""Days as the product counts them: of the clock that it goes by, in China."""

from __future__ import annotations

from datetime import date, timedelta

from audit import clock
from cases.policy.dated import CHINA


def today(later: int = 0) -> date:
    """The day in China, or the one so many days after it (before, when negative)."""
    return clock.now().astimezone(CHINA).date() + timedelta(days=later)
