"""When the personal data of a closed case have to go, and what makes them stay longer.

Pure: a case is judged by its outcome, its closing and its facts; who decides and what is erased is said elsewhere.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, Final

from cases.policy.dated import CHINA, load

#: Outcomes after which nobody is concerned any more.
NOTHING_FOUND: Final = frozenset({"false_positive", "not_found"})
LONGEST_DAYS: Final = 3650


@dataclass(frozen=True, slots=True)
class Rule:
    """One period: how many days after closing, and where that comes from."""

    key: str
    days: int
    basis: tuple[str, ...]
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """By which rule the data go, on which day, and the codes of what holds them back until then and after."""

    rule: Rule
    due_on: date
    held_by: tuple[str, ...]

    def is_due(self, day: date) -> bool:
        return day >= self.due_on and not self.held_by


@cache
def rules() -> dict[str, Rule]:
    """The periods on record, by key."""
    return {
        row["key"]: Rule(row["key"], row["days"], tuple(row["basis"]), row["zh"], row["en"])
        for row in load("retention")["retention"]
    }


def rule_of(outcome: str) -> str:
    """The key of the rule for everything but the reporter."""
    return "false_positive" if outcome in NOTHING_FOUND else "case"


def verdict(
    key: str,
    *,
    closed_at: datetime,
    facts: Mapping[str, Any],
    also_held_by: tuple[str, ...] = (),
    override: Mapping[str, int] | None = None,
) -> Verdict:
    """When the data under this rule go; `override` is the region's own {"days": n}."""
    rule = rules()[key]
    days = int((override or {}).get("days", rule.days))
    due = closed_at.astimezone(CHINA).date() + timedelta(days=days)
    return Verdict(rule, due, (*_held(facts), *also_held_by))


def _held(facts: Mapping[str, Any]) -> Iterator[str]:
    """What is still open about a case, though it is closed."""
    for code, holds in _HOLDS.items():
        if holds(facts):
            yield code


def _unsettled(facts: Mapping[str, Any]) -> bool:
    bills = (facts.get("surcharge") or {}).get("bills") or ()
    return any(bill.get("pending") or (bill.get("state") != "refused" and not _even(bill)) for bill in bills)


def _even(bill: Mapping[str, Any]) -> bool:
    """Paid in full, and nothing that was paid too much is still to be given back."""
    return bool(bill.get("settled")) and Decimal(bill.get("paid", 0)) <= Decimal(bill.get("amount", 0))


def _state(name: str, *open_states: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda facts: (facts.get(name) or {}).get("state") in open_states


_HOLDS: Final[dict[str, Callable[[Mapping[str, Any]], bool]]] = {
    "objection": _state("objection", "open"),
    "restoration": _state("restoration", "ordered", "restored"),
    "payment": _unsettled,
    "referral": lambda facts: any(row.get("state") != "replied" for row in facts.get("referrals") or ()),
    "relapse": lambda facts: bool((facts.get("relapse") or {}).get("alert")),
}
