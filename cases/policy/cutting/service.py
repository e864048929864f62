"""The ways of serving a notice: what each needs as proof, after which failures it is open, and when it counts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache

from cases.policy.calendar import Counted, WorkingCalendar
from cases.policy.dated import CHINA, load
from cases.policy.statutory import statutory_deadline


@dataclass(frozen=True, slots=True)
class Way:
    """One lawful way of service."""

    code: str
    zh: str
    en: str
    signature: str
    arrival: bool
    requires: tuple[str, ...]
    after_failed: tuple[tuple[str, ...], ...]
    deemed_clock: str
    basis: str


@cache
def ways() -> dict[str, Way]:
    """Return the ways by code, in the order in which they are tried."""
    return {
        row["code"]: Way(
            row["code"],
            row["zh"],
            row["en"],
            row["signature"],
            row["arrival"],
            tuple(row["requires"]),
            tuple(tuple(group) for group in row.get("after_failed", ())),
            row.get("deemed_clock", ""),
            row["basis"],
        )
        for row in load("service_ways")["way"]
    }


def untried(way: Way, failed: Collection[str]) -> tuple[tuple[str, ...], ...]:
    """Return the groups of ways of which none was tried in vain yet; empty where this way is open."""
    return tuple(group for group in way.after_failed if not set(group) & set(failed))


def served_on(way: Way, at: datetime, cal: WorkingCalendar, region: str = "") -> tuple[datetime, Counted | None]:
    """Return the instant from which the notice counts as served, and the day that was counted for it.

    For a public notice ``at`` is its publication: it counts when the last of the thirty days is over (民事诉讼法 95;
    the first day is not counted and a last day off rolls on, 85).  Raises ValueError for a naive instant, and for a
    day on which no such period was on record.
    """
    if at.tzinfo is None:
        raise ValueError("a service needs an aware time")
    if not way.deemed_clock:
        return at, None
    last = statutory_deadline(way.deemed_clock, at.astimezone(CHINA).date(), cal, region)
    over = datetime.combine(last.last_day + timedelta(days=1), time(0), CHINA)
    return over, Counted(last.last_day, last.provisional)
