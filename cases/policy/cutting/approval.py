"""Who at the grid company may approve a cut: the levels and the chain of each class of user, as dated data."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from cases.policy.dated import load, most_specific, records


@dataclass(frozen=True, slots=True)
class Level:
    """One level of approval; ``unit`` says that an office below the company can hold it."""

    code: str
    rank: int
    unit: bool
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Chain:
    """What a class of user asks for: the lowest level, the papers with the approval, what follows it."""

    user_class: str
    level: str
    papers: tuple[str, ...]
    then: tuple[str, ...]
    region: str
    effective_from: date
    effective_to: date | None
    source: str
    certainty: str


@cache
def levels() -> dict[str, Level]:
    """Return the levels by code, the lowest first."""
    rows = sorted(load("approval_chain")["level"], key=lambda row: row["rank"])
    return {row["code"]: Level(**row) for row in rows}


def chain(user_class: str, day: date, region: str = "") -> Chain:
    """Return the chain of this class of user in force there and then; KeyError for a class without one."""
    found = most_specific((c for c in _chains() if c.user_class == user_class), region, day)
    if found is None:
        raise KeyError(f"no chain of approval is recorded for {user_class!r} on {day}")
    return found


def least_level(user_classes: Iterable[str], day: date, region: str = "") -> Level:
    """Return the lowest level that may approve a user on whom all these classes are on record: the highest of them."""
    return max((levels()[chain(kind, day, region).level] for kind in user_classes), key=lambda level: level.rank)


@cache
def _chains() -> tuple[Chain, ...]:
    return records(Chain, "approval_chain", "chain")
