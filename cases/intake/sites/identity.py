"""Which rows are one site: pure rules over keyed hashes, with the reasons that are stored beside every row.

Strong: the same broadband account, the same grid account. Weighed: the same door (county, road, number, room), told
apart by township and holder as far as both sides name them. Weak: the same network address and pool, good enough to
keep untraced sights together until the carrier answers, and given up as soon as two subscribers stand behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from cases.intake.lists.places import Place

Blind = Callable[[str, str], bytes]


@dataclass(frozen=True, slots=True)
class Door:
    """An installed address as keyed hashes; `township` and `holder` are None where the list does not name them."""

    value: bytes
    township: bytes | None
    holder: bytes | None
    flat: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one row says about its site. `sight` is address, port and time: the key of the carrier's reply."""

    broadband: bytes | None = None
    meter: bytes | None = None
    door: Door | None = None
    lead: bytes | None = None
    sight: bytes | None = None

    @property
    def locates(self) -> bool:
        """The row knows a subscriber, a meter or a door, and not only an address and a pool."""
        return self.broadband is not None or self.meter is not None or self.door is not None

    @property
    def accounts(self) -> set[str]:
        """The kinds of account that the row names."""
        named = (("broadband", self.broadband), ("meter", self.meter))
        return {kind for kind, value in named if value is not None}


def evidence_of(*, reading: dict[str, Any], personal: dict[str, str], place: Place, blind: Blind) -> Evidence:
    """The keys of a row; nothing in them can be read back."""
    account, meter = personal.get("broadband"), personal.get("meter")
    ip, port, first = reading.get("ip"), reading.get("port"), reading.get("first")
    return Evidence(
        broadband=blind("broadband", account) if account else None,
        meter=blind("meter", meter) if meter else None,
        door=_door(place, personal.get("holder"), blind),
        lead=blind("lead", f"{ip}|{reading['pool']}") if ip and reading.get("pool") else None,
        sight=blind("sight", f"{ip}|{port}|{first[:16]}") if ip and port and first else None,
    )


def _door(place: Place, holder: str | None, blind: Blind) -> Door | None:
    if not place.door:
        return None
    return Door(
        value=blind("door", place.door),
        township=blind("township", place.township) if place.township else None,
        holder=blind("holder", "".join(holder.split())) if holder else None,
        flat=place.is_flat,
    )


@dataclass(slots=True)
class SiteState:
    """A site as the matching sees it: one that is stored, or one that this chunk is about to open.

    `open` says whether its case can still take signals, `mergeable` whether it can be merged into another one;
    `accounts` are the kinds of account it is known by.
    """

    ref: str
    case_id: str | None = None
    located: bool = False
    open: bool = True
    mergeable: bool = True
    order: int = 0
    accounts: set[str] = field(default_factory=set)
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
class Found:
    """What the keys of a row lead to: the sites, with the reason for each, and sites that are only alike."""

    sites: list[tuple[SiteState, list[str]]] = field(default_factory=list)
    alike: list[SiteState] = field(default_factory=list)


class Index:
    """All keys that matter to a chunk, as stored and as the chunk adds to them."""

    def __init__(self) -> None:
        self._keys: dict[bytes, SiteState] = {}
        self._doors: dict[bytes, list[Entry]] = {}

    def key(self, value: bytes | None) -> SiteState | None:
        site = self._keys.get(value) if value else None
        return site.root() if site else None

    def put_key(self, value: bytes, site: SiteState) -> None:
        self._keys[value] = site

    def put_door(self, door: Door, site: SiteState) -> None:
        self._doors.setdefault(door.value, []).append(Entry(door, site))

    def has_door(self, door: Door, site: SiteState) -> bool:
        return any(e.door == door and e.site.root() is site for e in self._doors.get(door.value, ()))

    def find(self, evidence: Evidence) -> Found:
        """Every site that the located part of the evidence leads to, strongest reason first."""
        found = Found()
        for name, value in (("broadband", evidence.broadband), ("meter", evidence.meter)):
            if site := self.key(value):
                _add(found, site, [name])
        if evidence.door:
            self._find_door(evidence.door, evidence.accounts, found)
        return found

    def _find_door(self, door: Door, accounts: set[str], found: Found) -> None:
        entries = self._doors.get(door.value, ())
        known = {site.ref for site, _ in found.sites}
        sure: dict[str, tuple[SiteState, list[str]]] = {}
        for entry in entries:
            site, reasons = entry.site.root(), compare_doors(door, entry.door)
            # Another account of the same kind in a house without rooms is another tenant, if the holder does not agree.
            stranger = site.ref not in known and bool(accounts & site.accounts) and not (door.flat and entry.door.flat)
            if reasons is not None and not (stranger and "holder" not in reasons):
                held = sure.get(site.ref)
                if held is None or len(reasons) > len(held[1]):
                    sure[site.ref] = (site, reasons)
        # A door that fits two sites equally well decides nothing; with a holder or an account it may.
        best = max((len(reasons) for _, reasons in sure.values()), default=0)
        winners = [(s, r) for s, r in sure.values() if len(r) == best]
        if len(winners) == 1 or any(site.ref in known for site, _ in winners):
            for site, reasons in winners:
                if len(winners) == 1 or site.ref in known:
                    _add(found, site, reasons)
        alike = {e.site.root().ref: e.site.root() for e in entries}
        chosen = {site.ref for site, _ in found.sites}
        found.alike = [site for ref, site in sorted(alike.items()) if ref not in chosen]


def _add(found: Found, site: SiteState, reasons: Iterable[str]) -> None:
    for held, why in found.sites:
        if held is site:
            why.extend(reason for reason in reasons if reason not in why)
            return
    found.sites.append((site, list(reasons)))


def compare_doors(one: Door, other: Door) -> list[str] | None:
    """Why two equal doors are one site, or None where they may be two.

    Both townships named: they decide, except in a house without rooms, where the holders must not differ either.
    One township missing: equal holders decide; different holders keep them apart, for the same road and number
    exist in two townships of a county; a side without a holder (a tip) is taken to mean the one site there is.
    """
    reasons = ["door"]
    same_holder = one.holder is not None and one.holder == other.holder
    holders_differ = one.holder is not None and other.holder is not None and not same_holder
    if one.township and other.township:
        if one.township != other.township:
            return None
        reasons.append("township")
        if holders_differ and not (one.flat and other.flat):
            return None
    elif holders_differ:
        return None
    if same_holder:
        reasons.append("holder")
    return reasons
