"""The measures besides the grounds of suspension, and who could supply what is missing: read from the data."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from cases.policy.dated import load

LEGISLATOR = "legislator"


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of measure. `needs`: obstacle codes that the facts must not raise; `act`: the act that takes it."""

    code: str
    zh: str
    en: str
    adverse: bool
    invoked_by: tuple[str, ...]
    act: str
    needs: tuple[str, ...]
    basis: tuple[str, ...]
    source: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Supplier:
    """Who could supply a missing piece: an agency of this kind or one with this duty, in these roles, by this act."""

    agency: str = ""
    duty: str = ""
    roles: tuple[str, ...] = ()
    act: str = ""


@dataclass(frozen=True, slots=True)
class Matter:
    """What belongs to another authority; `when` names the fact that opens the referral."""

    when: str
    zh: str
    en: str
    basis: str


@cache
def kinds() -> Mapping[str, Kind]:
    """The measures by code, in the order of the data; the suspensions are the grounds themselves."""
    return {
        row["code"]: _kind({name: tuple(value) if isinstance(value, list) else value for name, value in row.items()})
        for row in load("measures")["measure"]
    }


def _kind(values: dict[str, Any]) -> Kind:
    return Kind(**values)


@cache
def suspension_kind(origin: str) -> Kind:
    """The suspension, taken by an organ's order or by the grid company itself."""
    row = load("measures")["suspension"]
    by = "grid_company" if origin == "grid" else "development_commission"
    return Kind("suspension", row["zh"], row["en"], True, (by,), row["act"][origin], (), (), "", "")  # noqa: FBT003


@cache
def suppliers(code: str) -> tuple[Supplier, ...]:
    """Who could supply what this obstacle misses; empty where nobody can. KeyError for a code without an answer."""
    rows = load("measures")["supplier"][code]
    return tuple(Supplier(**{**row, "roles": tuple(row.get("roles", ()))}) for row in rows)


@cache
def matters() -> tuple[Matter, ...]:
    """What can be referred to another authority."""
    return tuple(Matter(**row) for row in load("measures")["referral"])
