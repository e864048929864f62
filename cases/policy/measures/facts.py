"""What the decision looks at: the case's facts as values, and what stands in for what comes later."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from cases.policy import law
from cases.policy.obstacle import Obstacle, obstacle
from cases.policy.surcharge import NATURAL_PERSON, PriceDocument, Proposal, earliest_start, surcharge_rule
from cases.policy.suspension import MINING_FINDINGS, Situation


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """A case as the gates ask about it.

    `order` is the situation of a suspension that an organ asks for, `grid` that of the grid company's own decision,
    `proposal` that of a surcharge. `contradictions` are what the findings say against a determination (codes with
    their figures), in the order of the gates.
    """

    order: Situation
    grid: Situation
    proposal: Proposal
    closed: bool = False
    power_off: bool = False
    mining_stopped: bool = False
    reported_victim: bool = False
    price_class_known: bool = False
    contradictions: tuple[tuple[str, Mapping[str, str]], ...] = ()
    leads: frozenset[str] = frozenset()
    bills: tuple[Decimal, Decimal] | None = None  # a month at the present class, and at the commercial one

    @property
    def day(self) -> date:
        return self.order.day

    @property
    def region(self) -> str:
        return self.order.region

    @property
    def subject(self) -> str:
        return self.order.subject

    @property
    def finding(self) -> str:
        return self.order.finding

    @property
    def proven(self) -> bool:
        """Mining is proven by the determination."""
        return self.finding in MINING_FINDINGS

    def on(self, day: date, *, document: PriceDocument | None = None) -> "CaseFacts":
        """The same facts under the rules of another day, with a price document that is not among the recorded ones."""
        return replace(
            self,
            order=replace(self.order, day=day),
            grid=replace(self.grid, day=day),
            proposal=replace(self.proposal, day=day, price_document=document or self.proposal.price_document),
        )


def as_ruled(proposal: Proposal) -> Proposal:
    """The proposal with the rate and the first day that the rules themselves give: before a plan there is no other."""
    p = proposal
    rule = surcharge_rule(p.region, p.day, p.price_document, subject=p.addressee, entered=p.entered)
    if rule is None:
        return replace(p, simulation_seen=True)
    starts = earliest_start(p.proven_start, rule) if p.proven_start is not None else None
    return replace(p, rate=rule.rate, starts_on=starts, simulation_seen=True)


def disturbs(facts: CaseFacts) -> bool:
    """Supply is endangered or its order disturbed (电力法 32): theft, danger, illegal use or a breach is found."""
    g = facts.grid
    return g.theft_proven or g.danger_recorded or facts.order.illegal_use_proven or g.breach_found_by_grid


#: What opens a referral, by the name in the data.
REFERABLE: dict[str, Callable[[CaseFacts], bool]] = {
    "theft": lambda f: f.grid.theft_proven,
    "danger": lambda f: f.grid.danger_recorded,
    "state_owned": lambda f: f.subject == "state_owned" and f.proven,
    "victim": lambda f: f.finding == "compromised" or f.reported_victim,
    "illegal_use": lambda f: f.order.illegal_use_proven and not f.grid.theft_proven,
}

_RAISED: dict[str, Callable[[CaseFacts], bool]] = {
    "victim": lambda f: f.finding == "compromised" or f.reported_victim,
    "finding_not_mining": lambda f: not f.proven,
    "units_only": lambda f: f.proposal.addressee == NATURAL_PERSON,
    "theft_not_proven": lambda f: not f.grid.theft_proven,
    "breach_not_found_by_grid": lambda f: not f.grid.breach_found_by_grid,
    "not_power_authority": lambda f: "power_authority" not in f.order.decided_by_duties,
    "disorder_not_found": lambda f: not disturbs(f),
    "nothing_to_refer": lambda f: not any(opens(f) for opens in REFERABLE.values()),
    "price_class_unknown": lambda f: not f.price_class_known,
    "subject_unknown": lambda f: f.subject in ("", "unknown"),
    "reclass_lowers_bill": lambda f: f.bills is not None and f.bills[1] < f.bills[0],
}


def raised(code: str, facts: CaseFacts) -> Obstacle | None:
    """The obstacle of this code where the facts raise it."""
    if not _RAISED[code](facts):
        return None
    figures: dict[str, Any] = {}
    if code == "reclass_lowers_bill" and facts.bills is not None:
        now, then = facts.bills
        figures = {"now": now, "then": then, "less": now - then}
    return obstacle(code, day=facts.day, region=facts.region, **figures)


def in_force(keys: tuple[str, ...], day: date, region: str) -> tuple[str, ...]:
    """The citations of these articles that are in force on that day."""
    return tuple(basis.cite() for key in keys if (basis := law.in_force(key, day, region)) is not None)
