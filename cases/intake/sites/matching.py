"""Rows to sites, one after another in file order: pure, over an index of what is stored and what the chunk adds.

The outcome is a plan that another module writes down. Which rows end up together depends only on the rows, not on
the order of the files: accounts and doors decide, untraced sights follow their address and pool for as long as their
times lie close together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from cases.intake.lists.rows import ReadRow
from cases.intake.sites.evidence import Door, Evidence
from cases.intake.sites.identity import Candidate, Index, SiteState


@dataclass(slots=True)
class Sighting:
    """A stored list row that a carrier's reply is about."""

    site: SiteState
    row_id: int


@dataclass(slots=True)
class Reply:
    """A carrier's reply that came before the list row it is about."""

    row_id: int
    read: ReadRow
    evidence: Evidence

    @property
    def locates(self) -> bool:
        """The carrier found the subscriber and names him."""
        return self.read.reading.get("result") == "located" and self.evidence.locates


@dataclass(slots=True)
class Placement:
    """Where a row went and why. `replies` came before it and wait for it; `counts`: it tells its case something new.

    `suggested`: other sites that it may belong to, for an officer to say.
    """

    read: ReadRow
    evidence: Evidence
    site: SiteState | None = None
    reasons: list[str] = field(default_factory=list)
    alike: list[SiteState] = field(default_factory=list)
    suggested: list[Candidate] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    counts: bool = True

    @property
    def root(self) -> SiteState | None:
        return self.site.root() if self.site else None


@dataclass(frozen=True, slots=True)
class Learned:
    """A key that became known for a site, with the day of a lead and the holder beside a telephone."""

    site: SiteState
    kind: str
    value: bytes
    door: Door | None = None
    day: date | None = None
    holder: bytes | None = None


@dataclass(frozen=True, slots=True)
class Merge:
    """Two cases that turned out to be one site."""

    loser: SiteState
    survivor: SiteState
    reason: str


@dataclass(slots=True)
class Plan:
    """What a chunk comes to. `moves`: stored rows that turned out to be another subscriber's."""

    placements: list[Placement] = field(default_factory=list)
    learned: list[Learned] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    moves: list[tuple[int, SiteState, SiteState]] = field(default_factory=list)
    attached: list[tuple[int, SiteState]] = field(default_factory=list)
    # Pairs of cases that an officer said are two.
    apart: set[frozenset[str]] = field(default_factory=set)


class Matcher:
    """Places the rows of one chunk."""

    def __init__(self, index: Index, sights: dict[bytes, list[Sighting]], replies: dict[bytes, list[Reply]]) -> None:
        self.index = index
        self.plan = Plan(apart=index.apart)
        self._sights = sights
        self._replies = replies
        self._opened = 0

    def place(self, kind: str, read: ReadRow, evidence: Evidence) -> Placement:
        """Decide one accepted row."""
        placement = Placement(read, evidence)
        if kind == "telecom":
            self._telecom(placement)
        elif kind == "trace":
            self._trace(placement)
        elif evidence.locates or kind == "grid" or read.place.rest:
            self._assign(placement, evidence, None)
        else:
            placement.counts = False
        self.plan.placements.append(placement)
        return placement

    def _telecom(self, placement: Placement) -> None:
        evidence = placement.evidence
        waiting = self._replies.get(evidence.sight, []) if evidence.sight else []
        placement.replies += waiting
        # A later reply corrects an earlier one.
        known = next((r.evidence for r in reversed(waiting) if r.locates), None)
        self._assign(placement, evidence if evidence.locates or known is None else known, evidence.lead)
        site = placement.root
        if site is None:
            return
        self.plan.attached += [(reply.row_id, site) for reply in waiting]

    def _assign(self, placement: Placement, evidence: Evidence, lead: bytes | None) -> None:
        """The site of a row by its own evidence, else by address and pool, else a new one."""
        near, far = self.index.leads(lead, evidence.day)
        at_lead = near[0] if near else None
        site = self._located(placement, evidence)
        if site is None and at_lead is not None and not (evidence.locates and at_lead.located):
            site = at_lead
            placement.reasons = ["lead"]
        elif site is not None and at_lead is not None and not at_lead.located:
            site = self._merge(site, at_lead, "lead")
        if not evidence.locates:
            # Untraced sights that this one lies between are one, whichever of them came first.
            for other in near[1:]:
                site = self._merge(site, other, "lead") if site and not site.located and not other.located else site
            placement.suggested += [] if near else [Candidate(other, ["lead_far"]) for other in far[:1]]
        placement.site = site or self._new()
        self._learn(placement.site.root(), evidence, lead)

    def _located(self, placement: Placement, evidence: Evidence) -> SiteState | None:
        """The one site that the accounts and the door lead to; several are merged, for they are one."""
        found = self.index.find(evidence)
        placement.alike = found.alike
        placement.suggested += found.suggested
        site: SiteState | None = None
        for each in found.sites:
            placement.reasons += [code for code in each.codes if code not in placement.reasons]
            if site is not None and self._are_two(site, each.site):
                placement.suggested.append(each)
            site = each.site if site is None else self._merge(site, each.site, each.codes[0])
        return site

    def _trace(self, placement: Placement) -> None:
        evidence = placement.evidence
        sights = self._sights.get(evidence.sight, []) if evidence.sight else []
        located = Reply(0, placement.read, evidence).locates
        placement.counts = False
        if not sights:
            if located and placement.read.fate == "accept":
                placement.read.end("accept", "trace_waiting")
            return
        placement.site = sights[0].site.root()
        if not located:
            return
        placement.counts = True
        for sight in sights:
            self._answer(placement, sight)

    def _answer(self, placement: Placement, sight: Sighting) -> None:
        """One list row gets its subscriber: the case learns him, is joined with his, or gives the row up to it."""
        case, evidence = sight.site.root(), placement.evidence
        site = self._located(placement, evidence)
        if site is None:
            site = case if not case.located else self._new()
        elif site is not case and not case.located:
            site = self._merge(site, case, placement.reasons[0])
        placement.reasons = placement.reasons or ["sight"]
        self._learn(site.root(), evidence, None)
        if site.root() is not case.root():
            self.plan.moves.append((sight.row_id, case.root(), site.root()))
            sight.site = site.root()
        placement.site = site.root()

    def _new(self) -> SiteState:
        self._opened += 1
        return SiteState(ref=f"new-{self._opened}", order=2**62 + self._opened)

    def _merge(self, one: SiteState, other: SiteState, reason: str) -> SiteState:
        """Make two sites one and return the survivor: the stored, then the located, then the older one.

        Stored cases merge only while both are in monitoring or verification; otherwise the row goes to the one that
        went further and is still open, and the other stays as it is.
        """
        one, other = one.root(), other.root()
        if one is other or self._are_two(one, other):
            return one
        if not (one.is_new or other.is_new or (one.mergeable and other.mergeable)):
            return min((one, other), key=lambda site: (not site.open, site.mergeable))
        survivor, loser = sorted((one, other), key=_precedence)
        loser.into = survivor
        survivor.located = survivor.located or loser.located
        survivor.kinds |= loser.kinds
        if not loser.is_new:
            self.plan.merges.append(Merge(loser, survivor, reason))
        return survivor

    def _are_two(self, one: SiteState, other: SiteState) -> bool:
        """An officer said so; what a rule finds does not overrule that."""
        return frozenset((one.root().case_id or "", other.root().case_id or "")) in self.index.apart

    def _learn(self, site: SiteState, evidence: Evidence, lead: bytes | None) -> None:
        """Keys that were not known yet; an account that belongs to another site stays there."""
        for kind, value in (("broadband", evidence.broadband), ("meter", evidence.meter)):
            if value is not None and self.index.key(value) is None:
                self.index.put_key(value, site)
                self.plan.learned.append(Learned(site, kind, value))
        if lead is not None:
            self._learn_lead(site, lead, evidence.day)
        if evidence.door and not self.index.has_door(evidence.door, site):
            self.index.put_door(evidence.door, site)
            self.plan.learned.append(Learned(site, "door", evidence.door.value, evidence.door))
        for kind, value in (("phone", evidence.phone), ("spot", evidence.spots[0] if evidence.spots else None)):
            if value is not None and not self.index.has_hint(value, evidence.holder, site):
                self.index.put_hint(value, evidence.holder, site)
                self.plan.learned.append(Learned(site, kind, value, holder=evidence.holder))
        site.located = site.located or evidence.locates
        site.kinds |= evidence.accounts | ({"door"} if evidence.door else set())

    def _learn_lead(self, site: SiteState, lead: bytes, day: date | None) -> None:
        """Every day on which the site was seen there, unless another site was seen there at that time."""
        near, _far = self.index.leads(lead, day)
        if (not near or near[0] is site) and not self.index.has_lead(lead, day, site):
            self.index.put_lead(lead, day, site)
            self.plan.learned.append(Learned(site, "lead", lead, day=day))


def _precedence(site: SiteState) -> tuple[bool, bool, int]:
    return (site.is_new, not site.located, site.order)
