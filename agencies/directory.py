"""Which agency is responsible where: a read-only picture of regions, agencies and parameters, kept per process.

It is asked inside every transition, so it costs no query while nothing has changed: the caller passes the stamp
it has read anyway (`case_load` returns it), and only a different stamp makes the process read again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from django.db import connection

from agencies.vocabulary import Kind

WATCHING_KINDS = (Kind.DEVELOPMENT_COMMISSION.value, Kind.SUPERVISION.value)


@dataclass(frozen=True, slots=True)
class RegionRef:
    """A region as the directory knows it; `code` without trailing zero pairs."""

    code: str
    gb_code: str
    name: str
    level: str
    parent_code: str | None
    letter: str


@dataclass(frozen=True, slots=True)
class AgencyRef:
    """An agency as the directory knows it, active or not."""

    id: int
    code: str
    kind: str
    region_code: str
    parent_id: int | None
    name: str
    short_name: str
    monogram: str
    duties: frozenset[str]
    partner_sort: str
    active: bool

    @property
    def is_unit(self) -> bool:
        return self.parent_id is not None

    @property
    def principal_id(self) -> int:
        return self.parent_id or self.id

    def covers(self, region_code: str) -> bool:
        return region_code.startswith(self.region_code)


@dataclass(frozen=True, slots=True)
class ParameterRef:
    """A regional override; `effective_to` is exclusive."""

    region_code: str
    key: str
    value: Any
    effective_from: date
    effective_to: date | None
    source: str

    def holds_on(self, day: date) -> bool:
        return self.effective_from <= day and (self.effective_to is None or day < self.effective_to)


@dataclass(slots=True)
class Directory:
    """Answers "who is responsible for …" by the longest matching region."""

    stamp: int
    by_id: dict[int, AgencyRef]
    by_code: dict[str, AgencyRef]
    regions: dict[str, RegionRef]
    parameters: dict[str, tuple[ParameterRef, ...]]
    _addressees: dict[tuple[str, str], AgencyRef] = field(default_factory=dict)
    _partners: dict[tuple[str, str], AgencyRef] = field(default_factory=dict)
    _names: dict[str, tuple[str, ...]] | None = None

    def enter(self, agency: AgencyRef) -> None:
        """Make an active principal findable by what it is responsible for."""
        if not agency.active or agency.is_unit:
            return
        if agency.partner_sort:
            self._partners[agency.partner_sort, agency.region_code] = agency
        else:
            self._addressees[agency.kind, agency.region_code] = agency
        for duty in agency.duties:
            self._addressees[duty, agency.region_code] = agency

    def addressee(self, kind: str, region_code: str) -> AgencyRef | None:
        """The active agency of this kind, or with this duty, that is nearest to the region. None: nobody there."""
        return _nearest(self._addressees, kind, region_code)

    def partner(self, sort: str, region_code: str) -> AgencyRef | None:
        """The active partner of this sort (公安, 纪委 …) that is nearest to the region."""
        return _nearest(self._partners, sort, region_code)

    def watchers(self, region_code: str) -> tuple[AgencyRef, ...]:
        """Commissions and supervisions whose region covers this one, the nearest first."""
        found = [
            agency
            for prefix in _prefixes(region_code)
            for kind in WATCHING_KINDS
            if (agency := self._addressees.get((kind, prefix))) is not None
        ]
        return tuple(found)

    def superior(self, agency_id: int) -> AgencyRef | None:
        """The agency of the same kind in the next higher region that has one; a sub-unit's is its parent's."""
        agency = self.by_id[self.by_id[agency_id].principal_id]
        return _nearest(self._addressees, agency.kind, agency.region_code[:-2])

    def units(self, agency_id: int) -> tuple[AgencyRef, ...]:
        """The active sub-units of an agency, by code."""
        return tuple(a for a in self.by_code.values() if a.parent_id == agency_id and a.active)

    def parameter(self, key: str, region_code: str, on: date) -> Any:
        """The override of the nearest region that is in force on that day, else None."""
        in_force = [p for p in self.parameters.get(key, ()) if p.holds_on(on) and region_code.startswith(p.region_code)]
        best = max(in_force, key=lambda p: (len(p.region_code), p.effective_from), default=None)
        return None if best is None else best.value

    @property
    def region_names(self) -> dict[str, tuple[str, ...]]:
        """Every spelling of a region to its codes; made when first asked for, since few processes read names."""
        if self._names is None:
            self._names = _spellings(self.regions)
        return self._names

    def region_path(self, region_code: str) -> str:
        """The full name of a region from the province down: 江苏省徐州市云龙区."""
        return _full_name(self.regions, region_code)


def _full_name(regions: dict[str, RegionRef], region_code: str) -> str:
    names = [regions[prefix].name for prefix in reversed(_prefixes(region_code)) if prefix in regions]
    # Municipalities and provinces hold their counties under a city that exists in the code only.
    return "".join(name for name in names if not re.fullmatch(r"市辖区|县|(省|自治区)直辖县级行政区划", name))


def _spellings(regions: dict[str, RegionRef]) -> dict[str, tuple[str, ...]]:
    """Every way a region is written out, to its codes: 鼓楼区, 徐州市鼓楼区, 江苏省徐州市鼓楼区; 徐州, 江苏."""
    found: dict[str, list[str]] = {}
    for code, region in regions.items():
        full, name = _full_name(regions, code), region.name
        spellings = {full, name}
        if len(code) == 6 and code[:4] in regions:
            spellings.add(full.removeprefix(regions[code[:2]].name))
        if len(code) < 6:
            spellings.add(re.sub(r"(省|市|壮族自治区|回族自治区|维吾尔自治区|自治区)$", "", name))
        for spelling in spellings - {""}:
            found.setdefault(spelling, []).append(code)
    return {spelling: tuple(codes) for spelling, codes in found.items()}


@lru_cache(maxsize=4096)
def _prefixes(region_code: str) -> tuple[str, ...]:
    """A region and everything it lies in, the nearest first: 320303, 3203, 32."""
    return tuple(region_code[:length] for length in range(len(region_code), 0, -2))


def _nearest(table: dict[tuple[str, str], AgencyRef], key: str, region_code: str) -> AgencyRef | None:
    for prefix in _prefixes(region_code):
        if (found := table.get((key, prefix))) is not None:
            return found
    return None


_QUERY = """
SELECT jsonb_build_object(
  'stamp', (SELECT n FROM agencies_stamp),
  'regions', (SELECT jsonb_agg(jsonb_build_array(code, gb_code, name, level, parent_id, letter) ORDER BY code)
              FROM agencies_region),
  'agencies', (SELECT jsonb_agg(jsonb_build_array(id, code, kind, region_id, parent_id, name, short_name, monogram,
                                                  duties, partner_sort, active) ORDER BY code)
               FROM agencies_agency),
  'parameters', (SELECT jsonb_agg(jsonb_build_array(region_id, key, value, effective_from, effective_to, source))
                 FROM agencies_regionparameter))::text
"""


class _Process:
    """What this process holds. Threads may replace it at the same time: each holds a whole directory."""

    held: Directory | None = None


def get_directory(stamp: int | None = None) -> Directory:
    """The directory as of now. With the stamp the caller has just read it costs no query while nothing changed."""
    held = _Process.held
    if held is not None and held.stamp == (read_stamp() if stamp is None else stamp):
        return held
    _Process.held = fresh = _read()
    return fresh


def held_directory() -> Directory:
    """The directory that this process read last, without a query: for naming what was found with it a moment ago."""
    return _Process.held or get_directory()


def read_stamp() -> int:
    """The number that changes whenever regions, agencies or parameters do."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT n FROM agencies_stamp")
        return int(cursor.fetchone()[0])


def _read() -> Directory:
    # One statement, hence one snapshot: the stamp can never be newer than the rows that are kept under it.
    with connection.cursor() as cursor:
        cursor.execute(_QUERY)
        data = json.loads(cursor.fetchone()[0])
    return _build(data)


def _build(data: dict[str, Any]) -> Directory:
    agencies = [_agency(*row) for row in data["agencies"] or ()]
    regions = {row[0]: RegionRef(*row) for row in data["regions"] or ()}
    directory = Directory(
        stamp=data["stamp"],
        by_id={agency.id: agency for agency in agencies},
        by_code={agency.code: agency for agency in agencies},
        regions=regions,
        parameters=_parameters(data["parameters"] or ()),
    )
    for agency in agencies:
        directory.enter(agency)
    return directory


def _agency(*columns: Any) -> AgencyRef:
    values = dict(zip(AgencyRef.__dataclass_fields__, columns, strict=True))
    return AgencyRef(**{**values, "duties": frozenset(values["duties"])})


def _parameters(rows: Iterable[list[Any]]) -> dict[str, tuple[ParameterRef, ...]]:
    by_key: dict[str, list[ParameterRef]] = {}
    for region, key, value, start, end, source in rows:
        ref = ParameterRef(
            region, key, value, date.fromisoformat(start), date.fromisoformat(end) if end else None, source
        )
        by_key.setdefault(key, []).append(ref)
    return {key: tuple(refs) for key, refs in by_key.items()}
