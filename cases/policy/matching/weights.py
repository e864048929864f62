"""The weights of the comparisons and the two thresholds: whether two entries are one site, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from math import log2
from types import MappingProxyType
from typing import Final

from cases.policy.dated import applies, load


@dataclass(frozen=True, slots=True)
class Comparison:
    """One way a comparison comes out: its weight in bits, whether it decides by itself, whether it names a place."""

    code: str
    bits: float
    rule: bool
    place: bool
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Model:
    """The prior and the thresholds in bits, and the comparisons by code."""

    region: str
    effective_from: date
    effective_to: date | None
    prior: float
    merge: float
    suggest: float
    phone_sites: int
    lead_days: int
    comparisons: Mapping[str, Comparison]

    def score(self, codes: Iterable[str]) -> float:
        """The sum of the weights and the prior, rounded so that equal evidence is equal whatever its order."""
        return round(self.prior + sum(self.comparisons[code].bits for code in sorted(codes)), 2)

    def merges(self, codes: Iterable[str]) -> bool:
        """Whether the rule makes the two one site: a key that decides, or a place and a score above the threshold."""
        found = [self.comparisons[code] for code in codes]
        if any(each.rule for each in found):
            return True
        return any(each.place for each in found) and self.score(each.code for each in found) >= self.merge

    def suggests(self, codes: Iterable[str]) -> bool:
        """Whether an officer is asked, where the rule does not merge."""
        return self.score(codes) >= self.suggest


#: Beyond twenty bits nobody is more or less sure.
_SURE: Final = 20.0


def probability(bits: float) -> float:
    """The score as a probability between 0 and 1."""
    odds = float(2.0 ** max(-_SURE, min(_SURE, bits)))
    return odds / (1.0 + odds)


@cache
def models() -> tuple[Model, ...]:
    """Every model on record, with the comparisons of its own time."""
    data = load("matching")
    default = data["defaults"]["effective_from"]
    found = []
    for row in data["model"]:
        begins, ends = row.get("effective_from", default), row.get("effective_to")
        mine = {
            each["code"]: _comparison(each)
            for each in data["comparison"]
            if each.get("effective_from", default) <= begins
            and (each.get("effective_to") is None or begins <= each["effective_to"])
        }
        prior = -log2(row["sites"])
        rest = (row["merge"], row["suggest"], row["phone_sites"], row["lead_days"])
        found.append(Model("", begins, ends, prior, *rest, MappingProxyType(mine)))
    return tuple(found)


def model_on(day: date) -> Model:
    """The model in force on that day; before the first one, the first."""
    in_force = [model for model in models() if applies(model, day)]
    return in_force[-1] if in_force else models()[0]


def comparisons() -> Mapping[str, Comparison]:
    """Every comparison that was ever on record, for the words of what was decided by it."""
    return {code: each for model in models() for code, each in model.comparisons.items()}


def _comparison(row: dict[str, object]) -> Comparison:
    bits = log2(float(str(row["m"])) / float(str(row["u"])))
    code, zh, en = (str(row[name]) for name in ("code", "zh", "en"))
    return Comparison(code, round(bits, 2), bool(row.get("rule")), bool(row.get("place")), zh, en)
