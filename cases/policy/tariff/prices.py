"""The recorded prices: which plan applies to a class of user in a region on a day."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache

from cases.policy.dated import load, most_specific

KINDS = ("tiered", "tiered_tou", "combined", "commercial")


@dataclass(frozen=True, slots=True)
class Tariff:
    """One plan.  Prices are CNY/kWh, limits kWh a year (one fewer than prices); peak_hours are hours a day."""

    key: str
    kind: str
    zh: str
    en: str
    region: str
    prices: tuple[Decimal, ...]
    limits: tuple[Decimal, ...]
    peak: Decimal | None
    valley: Decimal | None
    peak_hours: int
    effective_from: date
    effective_to: date | None
    status: str
    source: str
    certainty: str

    def with_price(self, price: Decimal, source: str) -> "Tariff":
        """Return this single-price plan at another price, such as the month's proxy price."""
        return replace(self, prices=(price,), status="in_force", source=source)


@cache
def tariffs() -> tuple[Tariff, ...]:
    """Return every recorded plan."""
    return tuple(
        Tariff(
            row["key"],
            row["kind"],
            row["zh"],
            row["en"],
            row["region"],
            tuple(Decimal(p) for p in row["prices"]),
            tuple(Decimal(n) for n in row.get("limits", ())),
            Decimal(row["peak"]) if "peak" in row else None,
            Decimal(row["valley"]) if "valley" in row else None,
            row.get("peak_hours", 0),
            row["effective_from"],
            row.get("effective_to"),
            row["status"],
            row["source"],
            row["certainty"],
        )
        for row in load("tariffs")["plan"]
    )


def entered_tariff(region: str, day: date, price: Decimal) -> Tariff:
    """Return a commercial plan at an entered price, for a region whose own is not on record."""
    zh, en = "一般工商业（录入价格）", "general commercial (entered price)"
    return Tariff(
        "entered", "commercial", zh, en, region, (price,), (), None, None, 0, day, None, "in_force", "entered", "BRIEF"
    )


def find_tariff(region: str, kind: str, day: date) -> Tariff | None:
    """Return the plan of this kind for this region and day, or None when none is recorded.

    A plan of status ``reference`` is a last known price that must be confirmed or replaced before billing.
    """
    if kind not in KINDS:
        raise ValueError(f"unknown kind of tariff: {kind!r}")
    return most_specific((t for t in tariffs() if t.kind == kind), region, day)
