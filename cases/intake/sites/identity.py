"""Which rows are one site: rules and weights over keyed hashes, with the reasons that are stored beside every row.

Strong: the same broadband account, the same grid account. Weighed (`cases.policy.matching`): the same door (county,
road, number, room) with township, holder, telephone and coordinates as far as both sides name them. Weak: the same
network address and pool at about the same time, good enough to keep untraced sights together until the carrier answers;
what they make is nobody's, and a row goes to its subscriber by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from cases.intake.sites.evidence import Door, Evidence
from cases.policy.matching.weights import Model


@dataclass(slots=True)
class SiteState:
    """A site as the matching sees it: one that is stored, or one that this chunk is about to open.

    `open` says whether its case can still take signals, `mergeable` whether it can be merged into another one;
    `kinds` are the kinds of key it is known by.
    """

    ref: str
    case_id: str | None = None
    located: bool = False
    open: bool = True
    mergeable: bool = True
    order: int = 0
    kinds: set[str] = field(default_factory=set)
    # Absorbed by another site of this chunk or of a merge decided in it.
    into: SiteState | None = None

    @property
    def is_new(self) -> bool:
        return self.case_id is None

    def root(self) -> SiteState:
        return self.into.root() if self.into else self


@dataclass(slots=True)
class Entry:
    """A stored door of a site."""

    door: Door
    site: SiteState


@dataclass(slots=True)
class Candidate:
    """A site that a row may belong to, with how each comparison came out."""

    site: SiteState
    codes: list[str]


@dataclass(slots=True)
class Found:
    """What the keys of a row lead to: its sites, sites to ask an officer about, and sites with the same door."""

    sites: list[Candidate] = field(default_factory=list)
    suggested: list[Candidate] = field(default_factory=list)
    alike: list[SiteState] = field(default_factory=list)


class Index:
    """All keys that matter to a chunk, as stored and as the chunk adds to them."""

    def __init__(self, model: Model) -> None:
        self.model = model
        # Pairs of cases of which an officer said that they are two; by the ids of the cases.
        self.apart: set[frozenset[str]] = set()
        self._keys: dict[bytes, SiteState] = {}
        self._doors: dict[bytes, list[Entry]] = {}
        self._leads: dict[bytes, list[tuple[date | None, SiteState]]] = {}
        # Telephones and cells of coordinates, with the holder beside them.
        self._hints: dict[bytes, list[tuple[bytes | None, SiteState]]] = {}

    def key(self, value: bytes | None) -> SiteState | None:
        site = self._keys.get(value) if value else None
        return site.root() if site else None

    def put_key(self, value: bytes, site: SiteState) -> None:
        self._keys[value] = site

    def put_door(self, door: Door, site: SiteState) -> None:
        self._doors.setdefault(door.value, []).append(Entry(door, site))

    def has_door(self, door: Door, site: SiteState) -> bool:
        return any(e.door == door and e.site.root() is site for e in self._doors.get(door.value, ()))

    def put_hint(self, value: bytes, holder: bytes | None, site: SiteState) -> None:
        self._hints.setdefault(value, []).append((holder, site))

    def has_hint(self, value: bytes, holder: bytes | None, site: SiteState) -> bool:
        return any(h == holder and s.root() is site for h, s in self._hints.get(value, ()))

    def put_lead(self, value: bytes, day: date | None, site: SiteState) -> None:
        self._leads.setdefault(value, []).append((day, site))

    def has_lead(self, value: bytes, day: date | None, site: SiteState) -> bool:
        return any(d == day and s.root() is site for d, s in self._leads.get(value, ()))

    def leads(self, value: bytes | None, day: date | None) -> tuple[list[SiteState], list[SiteState]]:
        """The sites seen at this address and pool, close in time and long before or after; the nearest first.

        Close is what a chain of sights leads to, whosever they are, with no more than a few weeks from one to the next:
        so it is the same whichever of them came first, and whichever was answered first. A sight without a day is close
        to all.
        """
        seen = self._leads.get(value or b"", [])
        begin, end = self._stretch([each for each, _ in seen], day)
        gaps: dict[str, tuple[bool, int, SiteState]] = {}
        for each, site in seen:
            gap = abs((day - each).days) if day and each else 0
            held = (not (each is None or begin <= each <= end), gap, site.root())
            if held[2].ref not in gaps or held[:2] < gaps[held[2].ref][:2]:
                gaps[held[2].ref] = held
        ordered = sorted(gaps.values(), key=lambda each: (each[1], each[2].order))
        return [site for far, _, site in ordered if not far], [site for far, _, site in ordered if far]

    def _stretch(self, seen: list[date | None], day: date | None) -> tuple[date, date]:
        """From the first to the last day that sights lead to from this one."""
        days = sorted({each for each in seen if each})
        if day is None or None in seen:
            return date.min, date.max
        begin = end = day
        for each in reversed(days):
            begin = each if each < begin and (begin - each).days <= self.model.lead_days else begin
        for each in days:
            end = each if each > end and (each - end).days <= self.model.lead_days else end
        return begin, end

    def find(self, evidence: Evidence) -> Found:
        """Every site that the located part of the evidence leads to, strongest reason first."""
        sure = self._accounts(evidence)
        entries = self._doors.get(evidence.door.value, ()) if evidence.door else ()
        weighed = self._weigh(evidence, entries, sure)
        found = Found(list(sure.values()))
        self._choose(weighed, sure, found)
        chosen = {each.site.ref for each in found.sites}
        alike = {e.site.root().ref: e.site.root() for e in entries}
        found.alike = [site for ref, site in sorted(alike.items()) if ref not in chosen]
        rest = (each for ref, each in sorted(weighed.items()) if ref not in chosen)
        found.suggested = [each for each in rest if self.model.suggests(each.codes)]
        return found

    def _accounts(self, evidence: Evidence) -> dict[str, Candidate]:
        """The sites of the accounts that the row names."""
        found: dict[str, Candidate] = {}
        for name, value in (("broadband", evidence.broadband), ("meter", evidence.meter)):
            if site := self.key(value):
                found.setdefault(site.ref, Candidate(site, [])).codes.append(name)
        return found

    def _weigh(self, evidence: Evidence, entries: Iterable[Entry], sure: dict[str, Candidate]) -> dict[str, Candidate]:
        """Each site that door, telephone or coordinates lead to, compared in the way that speaks most for it."""
        found: dict[str, Candidate] = {}
        hints = self._hinted(evidence)
        for entry in entries:
            if evidence.door:
                site = entry.site.root()
                codes = [*compare_doors(evidence.door, entry.door), *hints.get(site.ref, (site, []))[1]]
                self._keep(found, Candidate(site, _once([*codes, *_others(evidence, site, sure, codes)])))
        for ref, (site, codes) in hints.items():
            if ref not in found:
                other_door = ["door_other"] if evidence.door and "door" in site.kinds and ref not in sure else []
                hinted = [*codes, *other_door]
                found[ref] = Candidate(site, _once([*hinted, *_others(evidence, site, sure, hinted)]))
        return found

    def _keep(self, found: dict[str, Candidate], candidate: Candidate) -> None:
        held = found.get(candidate.site.ref)
        if held is None or self.model.score(candidate.codes) > self.model.score(held.codes):
            found[candidate.site.ref] = candidate

    def _hinted(self, evidence: Evidence) -> dict[str, tuple[SiteState, list[str]]]:
        """Sites with the same telephone or coordinates, and whether the holder beside them is the same."""
        found: dict[str, tuple[SiteState, list[str]]] = {}
        for code, values in (("phone", (evidence.phone,)), ("spot", evidence.spots)):
            held = [(h, s.root()) for value in values if value for h, s in self._hints.get(value, ())]
            if code == "phone" and len({site.ref for _, site in held}) > self.model.phone_sites:
                continue
            for holder, site in held:
                codes = found.setdefault(site.ref, (site, []))[1]
                codes += [code, *(["holder"] if holder and holder == evidence.holder else [])]
        return found

    def _choose(self, weighed: dict[str, Candidate], sure: dict[str, Candidate], found: Found) -> None:
        """A door that fits two sites equally well decides nothing; with a holder or an account it may."""
        fitting = [each for ref, each in weighed.items() if ref in sure or self.model.merges(each.codes)]
        best = max((self.model.score(each.codes) for each in fitting), default=0.0)
        winners = [each for each in fitting if self.model.score(each.codes) == best]
        for each in winners:
            if held := sure.get(each.site.ref):
                held.codes += [code for code in each.codes if code not in held.codes]
            elif len(winners) == 1:
                found.sites.append(each)


def _once(codes: Iterable[str]) -> list[str]:
    """Each code once. A holder who is the same in one comparison is not another one in the next."""
    kept = list(dict.fromkeys(codes))
    return [code for code in kept if not (code.startswith("holder_other") and "holder" in kept)]


def _others(evidence: Evidence, site: SiteState, sure: dict[str, Candidate], codes: Iterable[str]) -> Iterator[str]:
    """Another account of the same kind speaks for another tenant, unless one of the accounts is the same."""
    if site.ref not in sure and evidence.accounts & site.kinds:
        one_person = {"phone", "holder", "door_other"} <= set(codes)
        yield "account_other_person" if one_person else "account_other_flat" if "flat" in codes else "account_other"


def compare_doors(one: Door, other: Door) -> list[str]:
    """How two equal doors compare: with or without a room, in the same township, of the same holder.

    The same road and number exist in two townships of a county; a side without a holder (a tip) says nothing of him.
    """
    flat = one.flat and other.flat
    codes = ["flat" if flat else "door"]
    if one.township and other.township:
        codes.append("township" if one.township == other.township else "township_other")
    if one.holder and other.holder:
        differs = "holder_other_flat" if flat else "holder_other"
        codes.append("holder" if one.holder == other.holder else differs)
    return codes
