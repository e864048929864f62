"""Over which cases the figures go, and over which span."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from agencies.actors import Actor
from agencies.visibility import case_agencies, sight_keys
from agencies.vocabulary import Kind
from cases.policy.dated import CHINA
from cases.selectors.law.blindspots import watching_keys

WEEKS: Final = 8


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose figures: the keys of sight, whether through a commission or supervision, and the region they are told by.

    Not watching: what stands in the head of a case that the agency takes part in, and its own work.
    """

    keys: tuple[int, ...]
    watching: bool
    home: str
    billing: bool
    # Energy and money of single cases may be seen: no sum has to be left out.
    clear: bool

    def parameters(self) -> dict[str, Any]:
        return {"keys": list(self.keys), "watching": self.watching}


@dataclass(frozen=True, slots=True)
class Span:
    """[since, until) and the span before it that it is compared with; `first` and `last` are its days."""

    first: date
    last: date
    since: datetime
    until: datetime
    before_since: datetime
    before_until: datetime

    def before(self) -> tuple[date, date]:
        return self.before_since.astimezone(CHINA).date(), (self.before_until - _INSTANT).astimezone(CHINA).date()


_INSTANT: Final = timedelta(microseconds=1)


def scope_of(actor: Actor) -> Scope | None:
    """None: this person works on no case."""
    keys = sight_keys(actor)
    if not keys:
        return None
    watching = watching_keys(actor)
    agencies = {key // 4 for key in watching} if watching else set(case_agencies(actor))
    posts = [post for post in actor.posts if post.agency_id in agencies]
    grid = any(post.kind == Kind.GRID_COMPANY for post in posts)
    return Scope(
        keys=tuple(watching or keys),
        watching=bool(watching),
        home=min((post.region_code for post in posts), key=lambda code: (len(code), code)),
        billing=bool(watching) or grid,
        clear=not watching and grid,
    )


def span(first: date, last: date, before: tuple[date, date], now: datetime) -> Span:
    """The days `first` to `last`, as far as they are over, and as many of the span before."""
    since = midnight(first)
    until = max(min(midnight(last + timedelta(days=1)), now), since + _INSTANT)
    earlier = midnight(before[0])
    return Span(
        first, last, since, until, earlier, min(earlier + (until - since), midnight(before[1] + timedelta(days=1)))
    )


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), CHINA)


def weekly(until: datetime) -> list[datetime]:
    """The instants of the course over eight weeks, the last of them now."""
    return [(until - timedelta(weeks=WEEKS - 1 - n)).astimezone(UTC) for n in range(WEEKS)]


def months(until: datetime) -> list[tuple[str, datetime]]:
    """The last twelve months and the instant at which each was over, or until now."""
    day = (until - _INSTANT).astimezone(CHINA).date()
    found = []
    for back in range(11, -1, -1):
        year, month = divmod(day.year * 12 + day.month - 1 - back, 12)
        after = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
        found.append((f"{year}-{month + 1:02d}", min(midnight(after), until)))
    return found
