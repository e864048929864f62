"""Where something can be reported: the districts of the cities whose commission is on the system."""

from __future__ import annotations

from typing import NamedTuple

from agencies.directory import AgencyRef, Directory
from agencies.vocabulary import Kind


class City(NamedTuple):
    """A city with its districts as (code, name); its own code stands for "somewhere in it"."""

    code: str
    name: str
    districts: tuple[tuple[str, str], ...]


def cities(directory: Directory) -> list[City]:
    """Every city with a commission of its own, by code."""
    found = {
        agency.region_code
        for agency in directory.by_id.values()
        if agency.active and agency.kind == Kind.DEVELOPMENT_COMMISSION and len(agency.region_code) == 4
    }
    return [City(code, directory.regions[code].name, _districts(code, directory)) for code in sorted(found)]


def _districts(city: str, directory: Directory) -> tuple[tuple[str, str], ...]:
    inside = sorted(code for code in directory.regions if code.startswith(city) and len(code) == 6)
    return tuple((code, directory.regions[code].name) for code in inside)


def commission_of(region_code: str, directory: Directory) -> AgencyRef | None:
    """Who takes a tip from there; None for a place that the form does not offer."""
    offered = {code for city in cities(directory) for code in (city.code, *(code for code, _ in city.districts))}
    if region_code not in offered:
        return None
    return directory.addressee(Kind.DEVELOPMENT_COMMISSION, region_code)


def full_address(region_code: str, typed: str, directory: Directory) -> str:
    """The place as a list names it: city, district, and what was typed behind them, none of it twice."""
    names = [directory.regions[code].name for code in (region_code[:4], region_code) if code in directory.regions]
    names = list(dict.fromkeys(names))
    rest = typed
    for name in names:
        rest = rest.removeprefix(name).strip()
    return "".join([*names, rest])
