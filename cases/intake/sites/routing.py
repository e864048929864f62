"""Whose case it is: from the place that a row names to the region whose commission has to deal with it.

A place of the home city is dealt with there. One elsewhere goes to its own commission where that one is on the system;
where it is not, the home city keeps the case, and the case says where it lies (属地不在本系统).
"""

from __future__ import annotations

from dataclasses import dataclass

from agencies.directory import Directory
from agencies.vocabulary import Kind


@dataclass(frozen=True, slots=True)
class Route:
    """The region in which the case is opened; `away` is where it lies if that region is not on the system."""

    region: str
    away: str = ""


@dataclass(frozen=True, slots=True)
class Routes:
    """The ways from one city's lists. `home` is the city (four digits, of a province two)."""

    home: str
    directory: Directory

    def of(self, county: str, hint: str) -> Route | None:
        """Where a row belongs: by its address, else by the county its list suspects; None where neither tells."""
        regions = self.directory.regions
        if county and not county.startswith(self.home):
            return Route(county) if self.is_on_the_system(county) else Route(self.home, county)
        named = [code for code in (county, hint) if code.startswith(self.home) and code in regions]
        # 徐州市 alone says less than the county that the list suspects.
        best = max(named, key=lambda code: len(code) > len(self.home), default=None)
        return None if best is None else Route(best)

    def is_on_the_system(self, region: str) -> bool:
        """A commission of the city itself, or of one of its counties, works here; that of the province does not do."""
        lead = self.directory.addressee(Kind.DEVELOPMENT_COMMISSION, region)
        return region in self.directory.regions and lead is not None and len(lead.region_code) >= 4

    def lead(self, region: str) -> int | None:
        """The commission that deals with a case there."""
        found = self.directory.addressee(Kind.DEVELOPMENT_COMMISSION, region)
        return found.id if found else None

    def is_home(self, region: str) -> bool:
        return region.startswith(self.home)

    def senders(self, agency_id: int) -> tuple[int, ...]:
        """Who reads its own part of a case that went elsewhere: whoever sent the list, and its commission."""
        return tuple(dict.fromkeys(agency for agency in (self.lead(self.home), agency_id) if agency is not None))
