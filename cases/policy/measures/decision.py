"""The decision: each measure with what stands against it, and the reasons for the register of blind spots."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from cases.policy import law
from cases.policy.blindspots import BlindSpot, reasons_for
from cases.policy.evidence import MIN_OFFICERS
from cases.policy.measures.catalogue import Kind, Supplier, kinds, matters, suppliers, suspension_kind
from cases.policy.measures.facts import REFERABLE, CaseFacts, as_ruled, in_force, raised
from cases.policy.obstacle import Obstacle, obstacle
from cases.policy.surcharge import surcharge_obstacles, surcharge_rule
from cases.policy.suspension import Ground, evaluate, ground_citations, grounds


@dataclass(frozen=True, slots=True)
class Missing:
    """One piece that is missing, and who could supply it (nobody: a bar that no role can pass)."""

    obstacle: Obstacle
    suppliers: tuple[Supplier, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure on one case. `missing` closes it; `then` comes later with the procedure and its papers."""

    kind: Kind
    ground: Ground | None
    articles: tuple[str, ...]
    missing: tuple[Missing, ...]
    then: tuple[Missing, ...] = ()
    matters: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        return f"{self.kind.code}/{self.ground.code}" if self.ground else self.kind.code

    @property
    def available(self) -> bool:
        return not self.missing

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(piece.obstacle.code for piece in self.missing)


@dataclass(frozen=True, slots=True)
class Decision:
    """All measures for a case on a day, and the version of the rules that gave them."""

    day: date
    region: str
    rules: str
    entered: tuple[str, ...]  # the entered versions that it rests on, by their ids
    measures: tuple[Measure, ...]
    reasons: tuple[BlindSpot, ...]
    blind: bool

    @property
    def available(self) -> tuple[Measure, ...]:
        return tuple(m for m in self.measures if m.available)

    def measure(self, key: str) -> Measure:
        """One measure by its key; KeyError for an unknown one."""
        for found in self.measures:
            if found.key == key:
                return found
        raise KeyError(key)


def decide(facts: CaseFacts) -> Decision:
    """Return every measure: the seven grounds first, then the others in the order of the data."""
    measures = (
        *(_suspension(rule, facts) for rule in grounds().values()),
        *(_other(k, facts) for k in kinds().values()),
    )
    blind = facts.proven and not facts.closed and not any(m.kind.adverse and m.available for m in measures)
    reasons = _reasons(facts, measures)
    return Decision(facts.day, facts.region, law.RULE_SET_VERSION, _entered(facts), measures, reasons, blind)


def _entered(facts: CaseFacts) -> tuple[str, ...]:
    """The versions that people entered and that gave this answer: price documents, and a local regulation."""
    p = facts.proposal
    rule = surcharge_rule(p.region, p.day, p.price_document, subject=p.addressee, entered=p.entered)
    local = law.in_force("local_supply.suspension", facts.day, facts.region, facts.order.entered)
    return (*(rule.versions if rule else ()), *((local.version,) if local is not None and local.version else ()))


def _suspension(rule: Ground, facts: CaseFacts) -> Measure:
    """Whether it may be determined now, and what the way to the cut asks for besides."""
    situation = facts.grid if rule.origin == "grid" else facts.order
    later = _unique([*_standing(facts, suspended=True), *evaluate(rule.code, situation, step="execute")])
    now = _unique([*_standing(facts), *evaluate(rule.code, situation, step="determine"), *_against(rule, facts)])
    missing = [o for o in now if o.code not in rule.with_act]
    closing = {o.code for o in missing}
    then = [o for o in (*later, *_brought(rule, facts)) if o.code not in closing]
    articles = ground_citations(rule.code, facts.day, facts.region, facts.order.entered)
    return Measure(suspension_kind(rule.origin), rule, articles, _pieces(missing), _pieces(_unique(then)))


def _standing(facts: CaseFacts, *, suspended: bool = False) -> Iterator[Obstacle]:
    """What the case as a whole says against a cut."""
    if facts.closed:
        yield obstacle("case_closed", day=facts.day, region=facts.region)
    if facts.power_off:
        yield obstacle("power_is_off", day=facts.day, region=facts.region)
    if suspended and facts.mining_stopped:
        yield obstacle("mining_stopped", day=facts.day, region=facts.region)


def _against(rule: Ground, facts: CaseFacts) -> Iterator[Obstacle]:
    """What the findings say against a determination; the grid company's own grounds rest on its own record."""
    return _contradictions(facts) if rule.origin == "order" else iter(())


def _contradictions(facts: CaseFacts) -> Iterator[Obstacle]:
    for code, figures in facts.contradictions:
        told: dict[str, Any] = dict(figures)
        yield obstacle(code, day=facts.day, region=facts.region, **told)


def _brought(rule: Ground, facts: CaseFacts) -> Iterator[Obstacle]:
    """What the act itself has to bring, whatever is on record before it."""
    if "too_few_officers" in rule.with_act:
        yield obstacle("too_few_officers", day=facts.day, region=facts.region, have=0, need=MIN_OFFICERS)


def _other(kind: Kind, facts: CaseFacts) -> Measure:
    found = [obstacle("case_closed", day=facts.day, region=facts.region)] if facts.closed else []
    if law.in_force(kind.basis[0], facts.day, facts.region) is None:
        found.append(obstacle("basis_not_in_force", day=facts.day, region=facts.region))
    articles = in_force(kind.basis, facts.day, facts.region)
    if kind.code == "surcharge":
        found += [*surcharge_obstacles(as_ruled(facts.proposal)), *_contradictions(facts)]
        articles = (*articles, *_price_document(facts))
    found += [o for code in kind.needs if (o := raised(code, facts)) is not None]
    told = tuple((m.zh, m.en) for m in matters() if kind.code == "refer" and REFERABLE[m.when](facts))
    return Measure(kind, None, articles, _pieces(_unique(found)), matters=told)


def _price_document(facts: CaseFacts) -> tuple[str, ...]:
    p = facts.proposal
    rule = surcharge_rule(p.region, p.day, p.price_document, subject=p.addressee, entered=p.entered)
    return (rule.document,) if rule is not None else ()


def _reasons(facts: CaseFacts, measures: Iterable[Measure]) -> tuple[BlindSpot, ...]:
    """Why measures against proven mining are not open here, in the words of the register."""
    against = [piece.obstacle for m in measures if m.kind.adverse for piece in m.missing]
    return reasons_for(against, facts.finding, *facts.leads)


def _unique(obstacles: Iterable[Obstacle]) -> list[Obstacle]:
    """Each code once, the first and gravest."""
    found: dict[str, Obstacle] = {}
    for one in obstacles:
        found.setdefault(one.code, one)
    return list(found.values())


def _pieces(obstacles: Iterable[Obstacle]) -> tuple[Missing, ...]:
    return tuple(Missing(o, suppliers(o.code)) for o in obstacles)
