"""What counts as evidence: independent signal families, two officers on site, and power that fits the hash rate.

Platform hits and load models are leads (行政处罚法 40, 41); a score never decides anything (PIPL 24).
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from cases.policy.dated import load
from cases.policy.obstacle import Obstacle, obstacle

FAMILIES: tuple[str, ...] = tuple(row["key"] for row in load("evidence")["family"])
MIN_FAMILIES: int = load("evidence")["min_families"]
MIN_OFFICERS: int = load("evidence")["min_officers"]

_UNITS = {"H": 0, "kH": 3, "MH": 6, "GH": 9, "TH": 12, "PH": 15, "EH": 18}


def independent_families(signals: Iterable[str]) -> frozenset[str]:
    """Return the known families among the signals (a mapping counts by its keys); unknown names count for nothing."""
    return frozenset(signals) & frozenset(FAMILIES)


def count_independent(pairs: Iterable[tuple[str, str]]) -> int:
    """Count families that rest on different sources, from (family, source) pairs.

    Two families computed from one record are one piece of evidence, so this is the largest number of families that
    can each be given a source of their own.
    """
    wanted: dict[str, set[str]] = {}
    for family, source in pairs:
        if family in FAMILIES:
            wanted.setdefault(family, set()).add(source)
    holder: dict[str, str] = {}

    def place(family: str, tried: set[str]) -> bool:
        for source in sorted(wanted[family] - tried):
            tried.add(source)
            if source not in holder or place(holder[source], tried):
                holder[source] = family
                return True
        return False

    return sum(place(family, set()) for family in sorted(wanted))


def officer_key(number: str) -> str:
    """Return what tells officers apart: the letters and digits of the number, however it was written down.

    Width, case, spaces, hyphens and leading zeros make no second officer.
    """
    plain = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", number)).upper()
    return re.sub(r"(?<!\d)0+(?=\d)", "", plain)


def distinct_officers(numbers: Iterable[str]) -> int:
    """Count the officers behind these numbers."""
    return len({officer_key(number) for number in numbers} - {""})


def evidence_obstacles(
    *,
    families: Iterable[str],
    onsite_recorded: bool,
    officer_numbers: Sequence[str],
    day: date,
    region: str = "",
    need_onsite: bool = True,
    need_families: bool = True,
) -> list[Obstacle]:
    """Return what gate 7 misses: the on-site record, two different officers' numbers, two families."""
    found = []
    officers = distinct_officers(officer_numbers)
    if need_onsite and not onsite_recorded:
        found.append(obstacle("no_onsite_record", day=day, region=region))
    elif need_onsite and officers < MIN_OFFICERS:
        found.append(obstacle("too_few_officers", day=day, region=region, have=officers, need=MIN_OFFICERS))
    have = len(independent_families(families))
    if need_families and have < MIN_FAMILIES:
        found.append(obstacle("too_few_families", day=day, region=region, have=have, need=MIN_FAMILIES))
    return found


def machine_decision(*, by_system: bool, day: date) -> Obstacle | None:
    """Return the obstacle of a decision that no person took."""
    return obstacle("machine_decision", day=day) if by_system else None


@dataclass(frozen=True, slots=True)
class HashReport:
    """One reported hash rate; ``unit`` is H, kH, MH, GH, TH, PH or EH per second."""

    algorithm: str
    rate: Decimal
    unit: str
    coin: str = ""


@dataclass(frozen=True, slots=True)
class Consistency:
    """Implied against metered power, kW.

    ``verdict``: consistent, review (a person must look: ratio outside 0.5–2.0) or unknown (nothing to compare).
    ``notes`` are codes: unknown_algorithm, coin_ended.
    """

    implied_low: Decimal
    implied_high: Decimal
    metered: Decimal
    verdict: str
    notes: tuple[str, ...]


def total_hash_rate(reports: Sequence[HashReport]) -> Decimal:
    """Return the sum in hashes per second; ValueError when algorithms differ, for such a sum means nothing."""
    if len({r.algorithm for r in reports}) > 1:
        raise ValueError("hash rates of different algorithms cannot be added")
    return sum((r.rate.scaleb(_UNITS[r.unit]) for r in reports), Decimal(0))


def power_consistency(
    reports: Sequence[HashReport], metered_kw: Decimal, *, day: date, unknown_machines: int = 0
) -> Consistency:
    """Compare the power that the hash rates imply, algorithm by algorithm, with the metered one."""
    low = high = unknown_machines * Decimal(load("evidence")["unknown_machine"]["kilowatts"])
    notes = []
    for name in sorted({r.algorithm for r in reports}):
        table = _algorithms().get(name)
        if table is None:
            notes.append("unknown_algorithm")
            continue
        per, watts_low, watts_high = table
        rate = total_hash_rate([r for r in reports if r.algorithm == name]).scaleb(-_UNITS[per])
        low += rate * watts_low / 1000
        high += rate * watts_high / 1000
    if any(_ended(r.coin, day) for r in reports):
        notes.append("coin_ended")
    band = load("evidence")["consistency"]
    if high <= 0 or metered_kw <= 0:
        verdict = "unknown"
    elif metered_kw >= low * Decimal(band["low"]) and metered_kw <= high * Decimal(band["high"]):
        verdict = "consistent"
    else:
        verdict = "review"
    return Consistency(low, high, metered_kw, verdict, tuple(notes))


@cache
def _algorithms() -> dict[str, tuple[str, Decimal, Decimal]]:
    rows = load("evidence")["algorithm"]
    return {r["key"]: (r["per"], Decimal(r["watts_low"]), Decimal(r["watts_high"])) for r in rows}


def _ended(coin: str, day: date) -> bool:
    return any(row["coin"] == coin.upper() and day > row["last_day"] for row in load("evidence")["coin_end"])
