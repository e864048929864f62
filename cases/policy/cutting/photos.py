"""Pictures of a cut: their own time and place against what the crew wrote down.

A picture's place never leaves this comparison: what is kept says near, off, missing, or that nothing was known to
compare it with.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cases.policy.dated import load

OK, OFF, MISSING, UNCHECKED = "ok", "off", "missing", "unchecked"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one picture says by itself; ``minutes``: how far its time lies from the claimed one, before it negative."""

    time: str
    place: str
    minutes: int | None = None

    @property
    def unexplained(self) -> bool:
        """Say whether somebody has to explain it in words."""
        return bool({self.time, self.place} & {OFF, MISSING})


def rules() -> dict[str, Any]:
    """Return the limits on record."""
    found: dict[str, Any] = load("cut_checks")["photos"][0]
    return found


def judge(taken_at: datetime | None, claimed: datetime, *, near: bool | None, site_known: bool) -> Verdict:
    """Compare one picture with the claim.

    ``near``: its place lies at the site, or not, or it names none.  Raises ValueError for naive times.
    """
    if claimed.tzinfo is None or (taken_at is not None and taken_at.tzinfo is None):
        raise ValueError("pictures are compared by aware times")
    place = UNCHECKED if not site_known else MISSING if near is None else OK if near else OFF
    if taken_at is None:
        return Verdict(MISSING, place)
    apart = taken_at - claimed
    time = OK if abs(apart) <= timedelta(minutes=rules()["minutes"]) else OFF
    return Verdict(time, place, int(apart.total_seconds() // 60))
