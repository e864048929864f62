"""Rows to sites, one after another in file order: pure, over an index of what is stored and what the chunk adds.

The outcome is a plan that another module writes down. Which rows end up together depends only on the rows, not on
the order of the files: accounts and doors decide. Untraced sights follow their address and pool for as long as their
times lie close together, but what they make is nobody's dossier: no row enters or leaves one that names a subscriber
because of an address, for behind one address many households may stand. Such a pair is asked of an officer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cases.intake.lists.rows import ReadRow
from cases.intake.sites.answers import Answers
from cases.intake.sites.evidence import Evidence
from cases.intake.sites.identity import Candidate, Index, SiteState
from cases.intake.sites.plan import Answer, Learned, Merge, Move, Placement, Plan, Reply, Sighting

# The same address and pool, and a subscriber is known for one of the two only.
ONE_NAMED = ("lead", "one_named")


class Matcher:
    """Places the rows of one chunk."""

    def __init__(self, index: Index, answers: Answers, replies: dict[bytes, list[Reply]]) -> None:
        self.index = index
        self.plan = Plan(apart=index.apart)
        self._answers = answers
        self._replies = replies
        self._opened = 0
        self._corrected: list[tuple[Placement, Sighting]] = []

    def place(
        self, kind: str, read: ReadRow, evidence: Evidence, repeats: Sequence[bytes] = (), *, row_id: int = 0
    ) -> Placement:
        """Decide one accepted row. `repeats`: the sights of its repetitions, for a reply to them is one to it."""
        placement = Placement(read, evidence, row_id)
        if kind == "telecom":
            self._telecom(placement, repeats)
        elif kind == "trace":
            self._trace(placement)
        elif evidence.locates or kind == "grid" or read.place.rest:
            self._assign(placement, evidence, None)
        else:
            placement.counts = False
        self.plan.placements.append(placement)
        return placement

    def answer_late(self, replies: Sequence[Reply], sighting: Sighting) -> None:
        """Replies to the repetition of a stored row that came before it: they answer the stored row."""
        last = replies[-1]
        placement = Placement(last.read, last.evidence, site=sighting.site.root(), counts=False)
        if (located := next((reply for reply in reversed(replies) if reply.locates), None)) is not None:
            placement.evidence = located.evidence
            if self._answers.is_last(sighting, located.evidence):
                placement.replies, placement.row_id = [located], located.row_id
                self._answer(placement, sighting)
        self.plan.attached += [(reply.row_id, sighting.site.root()) for reply in replies]
        self.plan.placements.append(placement)

    def finish(self) -> Plan:
        """The plan, once every row is placed: a reply that another one corrected stands where its list row went."""
        for placement, sighting in self._corrected:
            placement.site = sighting.site.root()
        return self.plan

    def _telecom(self, placement: Placement, repeats: Sequence[bytes]) -> None:
        sights = dict.fromkeys(sight for sight in (placement.evidence.sight, *repeats) if sight)
        found = {reply.row_id: reply for sight in sights for reply in self._replies.get(sight, [])}
        waiting = [reply for _, reply in sorted(found.items())]
        # A later reply corrects an earlier one; what the carrier answered for this sight goes before the list's word.
        known = next((reply for reply in reversed(waiting) if reply.locates), None)
        placement.replies = [known] if known else []
        self._assign(placement, known.evidence if known else placement.evidence, placement.evidence.lead)
        if (site := placement.root) is not None:
            self.plan.attached += [(reply.row_id, site) for reply in waiting]

    def _assign(self, placement: Placement, evidence: Evidence, lead: bytes | None) -> None:
        """The site of a row by its own evidence; without any by address and pool, among others without a name."""
        day = placement.evidence.day
        near, far = self.index.leads(lead, day)
        unnamed = self._one_cluster([site for site in near if not site.located])
        named = [site for site in near if site.located]
        site = self._located(placement, evidence)
        if evidence.locates:
            placement.suggested += [Candidate(unnamed, list(ONE_NAMED))] if unnamed else []
        elif site is None:
            site = unnamed
            placement.reasons = ["lead"] if unnamed else []
            placement.suggested += [Candidate(other, list(ONE_NAMED)) for other in named[:1]]
            placement.suggested += [] if near else [Candidate(other, ["lead_far"]) for other in far[:1]]
        placement.site = site or self._new()
        self._learn(placement.site.root(), evidence, lead, day)

    def _one_cluster(self, unnamed: list[SiteState]) -> SiteState | None:
        """Untraced sights that another one lies between are one, whichever of them came first and whosever it is."""
        cluster = unnamed[0].root() if unnamed else None
        for other in unnamed[1:]:
            cluster = self._merge(cluster, other, "lead") if cluster else other
        return cluster

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
        sights = self._answers.about(evidence)
        located = Reply(0, placement.read, evidence).locates
        placement.counts = False
        if not sights:
            if located and placement.read.fate == "accept":
                placement.read.end("accept", "trace_waiting")
            return
        placement.site = sights[0].site.root()
        if not located:
            return
        for sighting in sights:
            if self._answers.is_last(sighting, evidence):
                placement.counts = True
                self._answer(placement, sighting)
        if not placement.counts:
            self._corrected.append((placement, sights[0]))

    def _answer(self, placement: Placement, sighting: Sighting) -> None:
        """One list row gets its subscriber: its case becomes his, is joined with his, or gives the row up to it."""
        case, evidence = sighting.site.root(), placement.evidence
        site = self._located(placement, evidence)
        if not case.located and self._answers.names(case, known=site is not None):
            site = case if site is None else self._merge(site, case, placement.reasons[0])
        elif not case.located:
            site = site or self._new()
            placement.suggested.append(Candidate(case, list(ONE_NAMED)))
        site = (site or self._new()).root()
        placement.reasons = placement.reasons or ["sight"]
        self._learn(site, evidence, None, None)
        moved = site is not case.root()
        self.plan.answers.append(Answer(sighting.row_id, placement.row_id, moved, tuple(placement.reasons)))
        if moved:
            if case.located and not self._answers.was_unnamed(case):
                placement.left = case
            self._answers.left(case)
            self.plan.moves.append(Move(sighting.row_id, case.root(), site))
            sighting.site = site
        placement.site = site

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

    def _learn(self, site: SiteState, evidence: Evidence, lead: bytes | None, day: date | None) -> None:
        """Keys that were not known yet; an account that belongs to another site stays there."""
        for kind, value in (("broadband", evidence.broadband), ("meter", evidence.meter)):
            if value is not None and self.index.key(value) is None:
                self.index.put_key(value, site)
                self.plan.learned.append(Learned(site, kind, value))
        if lead is not None:
            self._learn_lead(site, lead, day)
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
        """Every day on which the site was seen there: which untraced sights are near each other rests on all days."""
        if not self.index.has_lead(lead, day, site):
            self.index.put_lead(lead, day, site)
            self.plan.learned.append(Learned(site, "lead", lead, day=day))


def _precedence(site: SiteState) -> tuple[bool, bool, int]:
    return (site.is_new, not site.located, site.order)
