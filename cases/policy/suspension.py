"""May this supply be suspended on this ground?  Gates 1, 2, 5, 7 and 8 over the facts of a case.

The grounds G1–G7 and what each needs are data; the facts that answer a need are the predicates below.  Nothing known
counts as "no": a field left at its default is an obstacle, never a permission.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Literal

from cases.policy import law
from cases.policy.dated import load
from cases.policy.evidence import evidence_obstacles
from cases.policy.obstacle import Obstacle, obstacle

Step = Literal["determine", "order", "approve", "execute"]
STEPS: tuple[Step, ...] = ("determine", "order", "approve", "execute")
MINING_FINDINGS = frozenset({"self_operated", "hosted"})
ARREARS_DAYS = 30
NATURAL_PERSON = "natural_person"


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known about a suspension; codes are those of the case facts.

    ``origin`` is ``order`` (an administrative organ asks) or ``grid`` (the grid company decides by itself);
    ``decided_by_duties`` are the duties of the agency that takes the decision.
    """

    day: date
    region: str
    origin: str = "order"
    subject: str = "unknown"
    registered_enterprise: bool = False
    finding: str = ""
    # the supply
    serves_residents_living: bool | None = None
    mixed_premises: bool = False
    circuit_separable: bool | None = None
    production_circuit_only: bool = False
    important_user: bool = False
    # the ground
    theft_proven: bool = False
    danger_recorded: bool = False
    arrears_days: int = 0
    dunned: bool = False
    breach_found_by_grid: bool = False
    serious_breach: bool = False
    decided_by_duties: frozenset[str] = frozenset()
    serious_or_refused: bool = False
    illegal_use_proven: bool = False
    # the papers
    order_document: bool = False
    legal_document: bool = False
    grid_decision: bool = False
    countersigned: bool = False
    copy_received: bool = False
    # the evidence
    families: frozenset[str] = frozenset()
    onsite_recorded: bool = False
    officer_numbers: tuple[str, ...] = ()
    # the regions' own rules that people entered and others approved
    entered: tuple[law.LegalBasis, ...] = ()


@dataclass(frozen=True, slots=True)
class Ground:
    """One ground of suspension as recorded in the data."""

    code: str
    zh: str
    en: str
    administrative: bool
    mining: bool
    victim_blocks: bool
    onsite: bool
    families: bool
    invoked_by: tuple[str, ...]
    who: tuple[str, ...]
    residents: Literal["barred", "own_decision", "open"]
    against: tuple[str, ...]
    evidence: tuple[str, ...]
    papers: Mapping[str, tuple[str, ...]]
    with_act: tuple[str, ...]
    important: bool
    basis_from: Literal["first", "local"]
    basis: tuple[str, ...]
    source: str
    certainty: str

    @property
    def requires(self) -> tuple[str, ...]:
        """What the ground itself asks: of whoever decides, of whom it is against, and as evidence."""
        return (*self.who, *self.against, *self.evidence)

    @property
    def origin(self) -> str:
        """Whose decision a suspension on this ground is: the grid company's own, or an organ's order to it."""
        return "grid" if "grid_company" in self.invoked_by else "order"


@cache
def grounds() -> Mapping[str, Ground]:
    """Return the grounds by code, in the order G1 to G7."""
    return {row["code"]: _recorded(row) for row in load("suspension_grounds")["ground"]}


def _recorded(row: dict[str, Any]) -> Ground:
    values: dict[str, Any] = {n: tuple(value) if isinstance(value, list) else value for n, value in row.items()}
    values["papers"] = {origin: tuple(codes) for origin, codes in row["papers"].items()}
    return Ground(**values)


def evaluate(ground: str, situation: Situation, *, step: Step = "execute") -> list[Obstacle]:
    """Return everything that stands against this suspension at this step; an empty list opens it.

    Steps add up: ``determine`` looks at the supply, the ground and the evidence, ``order`` and ``approve`` also at the
    papers, ``execute`` also at the countersignature and the copy for an important user.
    """
    s = situation
    rule = grounds().get(ground)
    if rule is None:
        return [obstacle("unknown_ground", day=s.day, region=s.region, ground=ground)]
    found = [*_invoked(rule, s), *_residents(rule, s), *_victim_and_finding(rule, s), *_ground(rule, s)]
    if step != "determine":
        found += _papers(rule, s)
    if step == "execute" and s.important_user and rule.important:
        if not s.countersigned:
            found.append(obstacle("important_not_countersigned", day=s.day, region=s.region))
        if not s.copy_received:
            found.append(obstacle("important_no_copy", day=s.day, region=s.region))
    found += evidence_obstacles(
        families=s.families,
        onsite_recorded=s.onsite_recorded,
        officer_numbers=s.officer_numbers,
        day=s.day,
        region=s.region,
        need_onsite=rule.onsite,
        need_families=rule.families,
    )
    return found


def suspension_refusal(ground: str, situation: Situation, *, step: Step = "execute") -> Obstacle | None:
    """Return the first, gravest obstacle, or None."""
    return next(iter(evaluate(ground, situation, step=step)), None)


def open_grounds(situation: Situation, *, step: Step = "determine") -> tuple[str, ...]:
    """Return the grounds on which this suspension is possible at this step."""
    return tuple(code for code in grounds() if not evaluate(code, situation, step=step))


def ground_citations(ground: str, day: date, region: str, entered: tuple[law.LegalBasis, ...] = ()) -> tuple[str, ...]:
    """Return the citations, in force on that day, that a decision on this ground prints."""
    found = (law.in_force(key, day, region, entered) for key in grounds()[ground].basis)
    return tuple(basis.cite() for basis in found if basis is not None)


def _invoked(rule: Ground, s: Situation) -> list[Obstacle]:
    """Who may name the ground: an organ asks for nothing that is the grid company's own to find and to decide."""
    if s.origin == "order" and rule.origin == "grid":
        return [obstacle("ground_is_the_grids", day=s.day, region=s.region)]
    return []


def _residents(rule: Ground, s: Situation) -> list[Obstacle]:
    """Gate 1 (行政强制法 43(2)): X1 for administrative grounds, the grid's own decision for the others.

    At mixed premises somebody lives behind the supply whatever the meter is booked as: an organ has the production
    circuit cut alone, or nothing.
    """
    if rule.residents == "open" and s.origin == "grid":
        return []
    if s.serves_residents_living is None:
        return [obstacle("residents_unknown", day=s.day, region=s.region)]
    if not s.serves_residents_living and not s.mixed_premises:
        return []
    if s.mixed_premises and s.circuit_separable and s.production_circuit_only:
        return []
    if rule.residents != "barred":
        if s.origin == "grid" or not s.serves_residents_living:
            return []
        return [obstacle("residents_grid_decision_only", day=s.day, region=s.region)]
    found = [obstacle("residents_barred", day=s.day, region=s.region)] if s.serves_residents_living else []
    if s.mixed_premises:
        found.append(obstacle("mixed_not_separable", day=s.day, region=s.region))
    return found


def _victim_and_finding(rule: Ground, s: Situation) -> list[Obstacle]:
    """Gate 8, and the addressee and finding that a measure against mining needs."""
    found = []
    if s.finding == "compromised" and rule.victim_blocks:
        found.append(obstacle("victim", day=s.day, region=s.region))
    elif rule.mining and s.finding not in MINING_FINDINGS:
        found.append(obstacle("finding_not_mining", day=s.day, region=s.region))
    if rule.mining and s.subject in ("", "unknown"):
        found.append(obstacle("subject_unknown", day=s.day, region=s.region))
    return found


def _ground(rule: Ground, s: Situation) -> list[Obstacle]:
    """The ground itself: in force that day, claimed by whoever may claim it, each of its needs met."""
    found = []
    if rule.basis_from != "local" and law.in_force(rule.basis[0], s.day, s.region) is None:
        found.append(obstacle("basis_not_in_force", day=s.day, region=s.region))
    if rule.administrative and s.origin == "grid":
        found.append(obstacle("needs_written_order", day=s.day, region=s.region))
    unmet = (code for code in rule.requires if not _MET[code](s))
    return found + [obstacle(code, day=s.day, region=s.region, days=s.arrears_days) for code in unmet]


def _papers(rule: Ground, s: Situation) -> list[Obstacle]:
    """Gate 2: the order and the effective legal document, or the grid company's own approval."""
    unmet = (code for code in rule.papers.get(s.origin, ()) if not _MET[code](s))
    return [obstacle(code, day=s.day, region=s.region) for code in unmet]


def is_enterprise(subject: str, *, registered: bool) -> bool:
    """Say whether the subject is an enterprise: some kinds always, some only by the register, a sole trader never."""
    kinds = load("suspension_grounds")["enterprise"]
    return subject in kinds["always"] or (subject in kinds["when_registered"] and registered)


def is_person(subject: str, *, registered: bool) -> bool:
    """Say whether the subject is a natural person: also who lets premises and is in no register of enterprises."""
    kinds = load("suspension_grounds")["enterprise"]
    return subject == NATURAL_PERSON or (subject in kinds["person_unless_registered"] and not registered)


_MET: dict[str, Callable[[Situation], bool]] = {
    "theft_not_proven": lambda s: s.theft_proven,
    "danger_not_recorded": lambda s: s.danger_recorded,
    "arrears_not_over_30": lambda s: s.arrears_days > ARREARS_DAYS,
    "not_dunned": lambda s: s.dunned,
    "breach_not_found_by_grid": lambda s: s.breach_found_by_grid,
    "breach_not_serious": lambda s: s.serious_breach,
    "not_power_authority": lambda s: "power_authority" in s.decided_by_duties,
    "not_serious_nor_refused": lambda s: s.serious_or_refused,
    "not_an_enterprise": lambda s: is_enterprise(s.subject, registered=s.registered_enterprise),
    "illegal_use_not_proven": lambda s: s.illegal_use_proven,
    "no_order_document": lambda s: s.order_document,
    "no_legal_document": lambda s: s.legal_document,
    "no_grid_decision": lambda s: s.grid_decision,
    "no_local_rule": lambda s: law.in_force("local_supply.suspension", s.day, s.region, s.entered) is not None,
}
