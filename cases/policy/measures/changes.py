"""What changes about a case when the rules change: which measures open, which close, and by which rule."""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from cases.policy import law
from cases.policy.dated import covers, region_prefix
from cases.policy.entered import Entered
from cases.policy.law import LegalBasis
from cases.policy.measures.catalogue import kinds
from cases.policy.measures.decision import Decision, Measure
from cases.policy.obstacle import Obstacle
from cases.policy.surcharge import NATURAL_PERSON, documents, surcharge_rule
from cases.policy.suspension import grounds
from cases.policy.tariff import Tariff, tariffs


@dataclass(frozen=True, slots=True)
class State:
    """The rules of one day, with those that people entered."""

    day: date
    entered: Entered


@dataclass(frozen=True, slots=True)
class Change:
    """One measure on one case. `because`: what stood against it before (opened), or stands against it now (closed)."""

    measure: Measure
    opened: bool
    because: tuple[Obstacle, ...]


def changes(before: Decision, after: Decision) -> tuple[Change, ...]:
    """The measures that open or close between two decisions on one case, in their order."""
    found = []
    for old, new in zip(before.measures, after.measures, strict=True):
        if old.available != new.available:
            against = old.missing if new.available else new.missing
            found.append(Change(new, new.available, tuple(piece.obstacle for piece in against)))
    return tuple(found)


@cache
def _keys() -> tuple[str, ...]:
    """Every article that a decision asks to be in force."""
    named = {key for rule in grounds().values() for key in rule.basis} | {k for m in kinds().values() for k in m.basis}
    return tuple(sorted(named | {"local_supply.suspension"}))


def in_effect(region: str, state: State) -> tuple[object, ...]:
    """Everything of the rules that a decision in this region can depend on: equal for two states, nothing changes."""
    bases, papers = state.entered.bases, state.entered.documents
    texts = tuple(law.in_force(key, state.day, region, bases) for key in _keys())
    rates = tuple(
        surcharge_rule(region, state.day, subject=subject, entered=papers) for subject in ("", NATURAL_PERSON)
    )
    return (*texts, *rates, *_prices(region, state))


def _prices(region: str, state: State) -> tuple[Tariff, ...]:
    """What a month of that day is billed by: whether re-classing lowers the bill depends on it."""
    first = state.day.replace(day=1)
    last = first.replace(day=monthrange(first.year, first.month)[1])
    return tuple(
        t
        for t in (*state.entered.tariffs, *tariffs())
        if covers(t, region) and t.effective_from <= last and (t.effective_to is None or t.effective_to >= first)
    )


def turning_days(region: str, entered: Entered) -> tuple[tuple[date, str, bool], ...]:
    """The days on which a rule that reaches this region (or lies in it) begins (True) or has ended, with its name."""
    found: set[tuple[date, str, bool]] = set()
    for first, last, name in (*_texts(region, entered), *_papers(region, entered)):
        found.add((first, name, True))
        if last is not None:
            found.add((last + timedelta(days=1), name, False))
    return tuple(sorted(found, reverse=True))


def _texts(region: str, entered: Entered) -> Iterator[tuple[date, date | None, str]]:
    named: Iterable[LegalBasis] = (b for b in (*law.all_bases(), *entered.bases) if b.key in _keys() and b.carries)
    for basis in named:
        if covers(basis, region) or region_prefix(basis.region).startswith(region):
            yield basis.effective_from, basis.effective_to, f"《{basis.title_zh}》{basis.number}".strip()


def _papers(region: str, entered: Entered) -> Iterator[tuple[date, date | None, str]]:
    for paper in (*documents(), *entered.documents):
        if paper.status == "in_force" and (covers(paper, region) or region_prefix(paper.region).startswith(region)):
            yield paper.effective_from, paper.effective_to, paper.document
