"""Is this row a tariff version?  One answer for the rows of the release and for those that people enter.

A row is what ``data/tariffs.toml`` holds under ``[[plan]]``: the same keys, decimals as texts (a float has lost its
digits before anybody can look), dates as dates or ISO texts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from cases.policy.dated import CERTAINTY
from cases.policy.tariff.prices import Tariff, as_day
from cases.policy.tariff.words import COMPONENTS, KINDS, PERIODS, TIERED, VOLTAGES

STATUSES = ("in_force", "repealed", "draft", "reference")
REQUIRED = ("key", "region", "kind", "zh", "en", "effective_from", "status", "source", "certainty")
OPTIONAL = (
    *("effective_to", "prices", "limits", "accumulation", "periods", "hours", "components"),
    *("capacity", "demand", "voltages", "variant"),
)
LONGEST = {"key": 80, "zh": 80, "en": 120, "source": 200, "variant": 40}
DEAREST = Decimal(20)  # CNY/kWh; a price above it is a slip of the comma


class Problem(NamedTuple):
    """What is wrong with a row, and where."""

    field: str
    zh: str
    en: str


def row_problems(row: Mapping[str, Any]) -> list[Problem]:
    """Return everything that is wrong with this row; an empty list makes it fit for `prices.parse_plan`."""
    found = [Problem(key, "缺少此项", "is missing") for key in REQUIRED if row.get(key) in (None, "")]
    found += [Problem(key, "不认识的项", "is not known") for key in row if key not in {*REQUIRED, *OPTIONAL}]
    if found:
        return found
    return [*_words(row), *_days(row), *_numbers(row)] or list(_shape(row))


def overlaps(rows: Sequence[Tariff]) -> list[tuple[str, str]]:
    """Return the pairs of keys that would both price the same user on the same day with equal rank."""
    found = []
    for n, one in enumerate(rows):
        for other in rows[n + 1 :]:
            same = (one.region, one.kind, one.variant) == (other.region, other.kind, other.variant)
            shared = not one.voltages or not other.voltages or set(one.voltages) & set(other.voltages)
            rank = one.effective_from == other.effective_from and one.status == other.status != "draft"
            if same and shared and rank:
                found.append((one.key, other.key))
    return found


def _words(row: Mapping[str, Any]) -> Iterator[Problem]:
    choices: dict[str, Sequence[str]] = {
        "kind": KINDS,
        "status": STATUSES,
        "certainty": sorted(CERTAINTY),
        "accumulation": ("year", "month"),
    }
    for field, allowed in choices.items():
        if field in row and not _among(row[field], allowed):
            yield Problem(field, f"应为 {'、'.join(allowed)} 之一", f"must be one of {', '.join(allowed)}")
    for field in ("key", "zh", "en", "source", "variant"):
        if field in row and not isinstance(row[field], str):
            yield Problem(field, "应为文字", "must be a text")
        elif len(str(row.get(field, ""))) > LONGEST[field]:
            yield Problem(field, f"不超过 {LONGEST[field]} 字", f"has at most {LONGEST[field]} characters")
    if not re.fullmatch(r"[0-9]{6}", str(row["region"])) or str(row["region"]).startswith("00"):
        yield Problem("region", "应为六位行政区划代码", "must be a region code of six digits")
    voltages = row.get("voltages", [])
    if (
        not isinstance(voltages, list)
        or not all(_among(v, VOLTAGES) for v in voltages)
        or len({*voltages}) < len(voltages)
    ):
        yield Problem(
            "voltages",
            f"应为 {'、'.join(VOLTAGES)} 的列表，不重复",
            f"must be a list, each once, of {', '.join(VOLTAGES)}",
        )


def _among(value: Any, allowed: Collection[str]) -> bool:
    """Whether it is one of these words; what is no text is none, also what cannot be looked up at all."""
    return isinstance(value, str) and value in allowed


def _days(row: Mapping[str, Any]) -> Iterator[Problem]:
    read: dict[str, date] = {}
    for field in ("effective_from", "effective_to"):
        if row.get(field) is None:
            continue
        try:
            read[field] = as_day(row[field])
        except (TypeError, ValueError):
            yield Problem(field, "应为日期，例如 2026-11-01", "must be a day such as 2026-11-01")
    if len(read) == 2 and read["effective_to"] < read["effective_from"]:
        yield Problem("effective_to", "早于施行日期", "is before the first day")
    if row["status"] == "repealed" and row.get("effective_to") is None:
        yield Problem("effective_to", "已废止的须填失效日期", "is needed for what is repealed")


def _numbers(row: Mapping[str, Any]) -> Iterator[Problem]:
    for field in ("prices", "limits"):
        values = row.get(field, [])
        if not isinstance(values, list):
            yield Problem(field, "应为列表", "must be a list")
        elif not all(_amount(v, 4 if field == "prices" else 2) is not None for v in values):
            yield _not_a_number(field)
    for field, names in (("periods", PERIODS), ("components", COMPONENTS)):
        values = row.get(field, {})
        if not isinstance(values, Mapping) or any(name not in names for name in values):
            yield Problem(field, f"应为 {'、'.join(names)}", f"must hold {', '.join(names)}")
        elif not all(_amount(v, 4) is not None for v in values.values()):
            yield _not_a_number(field)
    for field in ("capacity", "demand"):
        if field in row and _amount(row[field], 4) is None:
            yield _not_a_number(field)
    hours = row.get("hours", {})
    if not isinstance(hours, Mapping) or any(type(h) is not int or not 0 < h < 24 for h in hours.values()):
        yield Problem("hours", "应为各时段每日小时数", "must hold hours a day for each period")


def _amount(value: Any, places: int) -> Decimal | None:
    if not isinstance(value, str) or not re.fullmatch(rf"\d{{1,9}}(\.\d{{1,{places}}})?", value):
        return None
    return Decimal(value)


def _not_a_number(field: str) -> Problem:
    return Problem(
        field, "应为数字文本，单价至多 4 位小数", "must be numbers as texts, prices with four digits at most"
    )


def _shape(row: Mapping[str, Any]) -> Iterator[Problem]:
    """What the kind asks for: tiers that rise, hours that make a day, a price for every part."""
    kind, prices = row["kind"], [Decimal(p) for p in row.get("prices", [])]
    limits, periods = [Decimal(n) for n in row.get("limits", [])], row.get("periods", {})
    hours, components = row.get("hours", {}), row.get("components", {})
    if any(not 0 < Decimal(price) <= DEAREST for price in (*prices, *periods.values())):
        yield Problem("prices", f"单价应在 0 至 {DEAREST} 元之间", f"a price lies between 0 and {DEAREST} CNY/kWh")
    if hours and (set(hours) != set(periods) or sum(hours.values()) != 24):
        yield Problem("hours", "各时段小时数合计应为 24", "hours of all periods make 24")
    yield from _tiers(kind, prices, limits)
    yield from _parts(row, kind, set(periods))
    yield from _single(kind, prices, periods, components)


def _tiers(kind: str, prices: list[Decimal], limits: list[Decimal]) -> Iterator[Problem]:
    if kind not in TIERED:
        if limits:
            yield Problem("limits", "只有阶梯电价有分档电量", "only tiered plans have limits")
        return
    if len(prices) != len(limits) + 1 or len(prices) < 2:
        yield Problem("prices", "阶梯电价的单价应比分档电量多一个", "one price more than limits")
    if prices != sorted(prices) or limits != sorted(set(limits)) or not all(limits):
        yield Problem("limits", "分档电量和单价应逐档递增", "limits and prices must rise")


def _parts(row: Mapping[str, Any], kind: str, periods: set[str]) -> Iterator[Problem]:
    if kind in {"tiered_tou", "commercial_tou"} and not {"peak", "valley"} <= periods:
        yield Problem("periods", "分时电价须有峰、谷单价", "time of use needs a peak and a valley price")
    if kind in {"tiered", "combined", "commercial"} and periods:
        yield Problem("periods", "该类电价不分时", "this kind has no periods")
    if kind == "two_part" and not {"capacity", "demand"} & set(row):
        yield Problem("capacity", "两部制须有容量电价或需量电价", "two-part needs a capacity or a demand price")
    if kind != "two_part" and {"capacity", "demand"} & set(row):
        yield Problem("capacity", "只有两部制有基本电费", "only two-part has a capacity or demand price")


def _single(
    kind: str, prices: Sequence[Decimal], periods: Mapping[str, str], components: Mapping[str, str]
) -> Iterator[Problem]:
    if kind in TIERED or kind == "commercial_tou":
        wanted = len(prices) if kind in TIERED else 0
    else:
        wanted = 0 if periods else 1
    if components and (kind in TIERED or kind == "combined" or "proxy" not in components or periods):
        yield Problem(
            "components", "只用于工商业单一制，且须含代理购电价", "only for a single proxy price, which it holds"
        )
    elif components and prices and prices[0] != sum(Decimal(p) for p in components.values()):
        yield Problem("components", "各组成之和与单价不符", "do not add up to the price")
    elif len(prices) != wanted and not (components and not prices):
        yield Problem("prices", f"该类电价应有 {wanted} 个单价", f"this kind has {wanted} prices")
