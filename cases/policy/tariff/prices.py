"""The recorded prices: which plan applies to a class of user in a region, at a voltage, on a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from cases.policy.dated import applies, covers, load, region_prefix
from cases.policy.tariff.words import ENTERED, KIND_NAMES, KINDS, VERIFIED

LOWEST_VOLTAGE = "lt1kv"
# A repealed plan still prices the days on which it was in force; a reference is a last known price, for comparison.
BILLED = frozenset({"in_force", "repealed"})
KNOWN = BILLED | {"reference"}


class Period(NamedTuple):
    """One part of the day: its price in CNY/kWh and how many hours of the day it has (0 where not recorded)."""

    name: str
    price: Decimal
    hours: int


@dataclass(frozen=True, slots=True)
class Tariff:
    """One plan.

    ``prices`` are CNY/kWh: one, or one a tier with ``limits`` (kWh a year or a month, one fewer); ``periods`` the
    prices by time of day; ``components`` what one published price is made of; ``capacity`` CNY/kVA and ``demand``
    CNY/kW a month.  ``voltages`` empty means every voltage.
    """

    key: str
    kind: str
    zh: str
    en: str
    region: str
    prices: tuple[Decimal, ...]
    effective_from: date
    effective_to: date | None
    status: str
    source: str
    certainty: str
    limits: tuple[Decimal, ...] = ()
    accumulation: str = "year"
    periods: tuple[Period, ...] = ()
    components: tuple[tuple[str, Decimal], ...] = ()
    capacity: Decimal | None = None
    demand: Decimal | None = None
    voltages: tuple[str, ...] = ()
    variant: str = ""


class Adder(NamedTuple):
    """A differential class: what it adds to every kWh (发改价格〔2010〕978号)."""

    region: str
    category: str
    zh: str
    en: str
    rate: Decimal
    effective_from: date
    effective_to: date | None
    source: str
    certainty: str


@cache
def tariffs() -> tuple[Tariff, ...]:
    """Return every plan of the release."""
    return tuple(parse_plan(row) for row in load("tariffs")["plan"])


def parse_plan(row: dict[str, Any]) -> Tariff:
    """Read one row that `rows.row_problems` found to be in order; dates may be dates or ISO texts."""
    hours, components = row.get("hours", {}), row.get("components", {})
    prices = tuple(Decimal(p) for p in row.get("prices", ()))
    if components and not prices:
        prices = (sum((Decimal(p) for p in components.values()), Decimal(0)),)
    return Tariff(
        key=row["key"],
        kind=row["kind"],
        zh=row["zh"],
        en=row["en"],
        region=row["region"],
        prices=prices,
        effective_from=as_day(row["effective_from"]),
        effective_to=as_day(row["effective_to"]) if row.get("effective_to") else None,
        status=row["status"],
        source=row["source"],
        certainty=row["certainty"],
        limits=tuple(Decimal(n) for n in row.get("limits", ())),
        accumulation=row.get("accumulation", "year"),
        periods=tuple(Period(n, Decimal(p), hours.get(n, 0)) for n, p in row.get("periods", {}).items()),
        components=tuple((n, Decimal(p)) for n, p in components.items()),
        capacity=Decimal(row["capacity"]) if "capacity" in row else None,
        demand=Decimal(row["demand"]) if "demand" in row else None,
        voltages=tuple(row.get("voltages", ())),
        variant=row.get("variant", ""),
    )


def as_day(value: Any) -> date:
    """Return a date of the file or of an entered text."""
    return value if isinstance(value, date) else date.fromisoformat(value)


def reform_day() -> date:
    """Return the day from which commercial users have no catalogue price (发改价格〔2021〕1439号)."""
    return as_day(load("tariffs")["proxy_purchase"]["effective_from"])


def proxy_factor(reason: str, day: date) -> tuple[Decimal, str]:
    """Return what multiplies the proxy purchase price for this reason, and how sure that is; KeyError for no reason."""
    rows = load("tariffs")["proxy_purchase"]["factor"]
    if reason not in {row["reason"] for row in rows}:
        raise KeyError(reason)
    in_effect = (row for row in rows if row["reason"] == reason and as_day(row["effective_from"]) <= day)
    return max(((Decimal(row["factor"]), row["certainty"]) for row in in_effect), default=(Decimal(1), VERIFIED))


@cache
def adders() -> tuple[Adder, ...]:
    """Return every differential class on record."""
    return tuple(
        Adder(
            row["region"],
            row["category"],
            row["zh"],
            row["en"],
            Decimal(row["rate"]),
            row["effective_from"],
            row.get("effective_to"),
            row["source"],
            row["certainty"],
        )
        for row in load("tariffs")["differential"]
    )


def find_tariff(
    region: str,
    kind: str,
    day: date,
    *,
    voltage: str = LOWEST_VOLTAGE,
    variant: str = "",
    extra: Sequence[Tariff] = (),
) -> Tariff | None:
    """Return the plan of this kind for this place, voltage and day, or None; the narrowest region wins.

    A plan of status ``reference`` is a last known price that must be replaced before billing; it is returned only
    where no plan in force is.  ``extra`` are entered versions, which win over the release's of the same first day.
    """
    rows = matching(region, kind, voltage=voltage, variant=variant, extra=extra)
    found = [row for row in rows if applies(row, day)]
    return max(
        found,
        key=lambda row: (row.status in BILLED, len(region_prefix(row.region)), row.effective_from),
        default=None,
    )


def matching(
    region: str, kind: str, *, voltage: str = LOWEST_VOLTAGE, variant: str = "", extra: Iterable[Tariff] = ()
) -> list[Tariff]:
    """Return the plans of any day for this place, kind and voltage, entered ones first; drafts are never among them."""
    if kind not in KINDS:
        raise ValueError(f"unknown kind of tariff: {kind!r}")
    entered = tuple(extra)
    return [
        row
        for row in (*entered, *(_shipped(entered, voltage) if entered else tariffs()))
        if row.kind == kind
        and row.status in KNOWN
        and row.variant == variant
        and (not row.voltages or voltage in row.voltages)
        and covers(row, region)
    ]


def _shipped(extra: tuple[Tariff, ...], voltage: str) -> Iterable[Tariff]:
    """The plans of the release; at a voltage one ends the day before an entered one of its place and class begins.

    It does not come back when the entered one ends: whoever entered a price has said that the shipped one is over.
    """
    ruling = [row for row in extra if row.status in BILLED]
    for row in tariffs():
        place = row.kind, row.variant, region_prefix(row.region)
        firsts = [
            other.effective_from
            for other in ruling
            if (other.kind, other.variant, region_prefix(other.region)) == place
            and (not other.voltages or voltage in other.voltages)
        ]
        if not firsts or row.status not in BILLED:
            yield row
        elif row.effective_from < min(firsts):
            last = min(firsts) - timedelta(days=1)
            yield replace(row, effective_to=min(last, row.effective_to or last))


def entered_tariff(
    region: str, day: date, price: Decimal, *, kind: str = "commercial", periods: Sequence[Period] = ()
) -> Tariff:
    """Return a plan at an entered price, for a region and month whose own is not on record."""
    zh, en = KIND_NAMES[kind]
    return Tariff(
        ENTERED,
        kind,
        f"{zh}（录入价格）",
        f"{en} (entered price)",
        region,
        () if periods else (price,),
        day,
        None,
        "in_force",
        ENTERED,
        "BRIEF",
        periods=tuple(periods),
    )
