"""How soon a supply comes back, and what a cut that was wrong leaves to be compensated."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from cases.policy.dated import load, most_specific, records


@dataclass(frozen=True, slots=True)
class RestorationRule:
    """The hours within which a region has a supply restored."""

    hours: int
    basis: str
    region: str
    effective_from: date
    effective_to: date | None
    source: str
    certainty: str


def restoration_rule(region: str, day: date) -> RestorationRule:
    """Return the rule in force there and then; KeyError for a day before any."""
    found = most_specific(_rules(), region, day)
    if found is None:
        raise KeyError(f"no time of restoration is on record for {day}")
    return found


def variants() -> dict[str, Mapping[str, int]]:
    """Return texts that a region may adopt by its parameter, as that parameter has them."""
    found: dict[str, Mapping[str, int]] = {}
    for row in load("restoration_rules")["variant"]:
        unit = "hours" if "hours" in row else "working_days"
        found[row["key"]] = {unit: row[unit]}
    return found


def hours_off(cut_at: datetime, restored_at: datetime) -> Decimal:
    """Return how long the supply was off, in hours to a tenth; ValueError where it came back before it went."""
    if restored_at < cut_at:
        raise ValueError("the restoration lies before the cut")
    seconds = Decimal((restored_at - cut_at).total_seconds())
    return (seconds / 3600).quantize(Decimal("0.1"), ROUND_HALF_UP)


def energy_missed(monthly_kwh: Decimal, hours: Decimal) -> Decimal:
    """Return the kWh that this user would have drawn in that time, from a month's consumption."""
    days = int(load("restoration_rules")["compensation"][0]["days_of_a_month"])
    return (monthly_kwh / days / 24 * hours).quantize(Decimal("0.01"), ROUND_HALF_UP)


def compensation_basis() -> tuple[str, ...]:
    """Return the keys of the articles that a record of compensation rests on."""
    return tuple(load("restoration_rules")["compensation"][0]["basis"])


@cache
def _rules() -> tuple[RestorationRule, ...]:
    return records(RestorationRule, "restoration_rules", "rule")
