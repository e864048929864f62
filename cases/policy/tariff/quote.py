"""A bill of a whole reading cycle: every change of year, version or list inside it meets its own part of the energy.

1. The cycle is cut at each 1 January and where another version of the tariff begins; each part gets the daily mean
   times its days (Sichuan, Zhejiang and Shaanxi word it so for lists), and meets its own tiers.
2. A list entry adds its rate to the energy of its days, on the whole account.
3. Whatever price was not read in its original says so in the notes of the bill.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from cases.policy.dated import most_specific
from cases.policy.papers import PriceDocument
from cases.policy.surcharge import FLOOR, surcharge_rule
from cases.policy.tariff.bill import Basis, Bill, Line, bill, line, total_of
from cases.policy.tariff.choosing import Account, Entered, Part, parts_of
from cases.policy.tariff.cycle import ZERO, Span, listed_kwh, months_in, overlap, split_energy
from cases.policy.tariff.errors import TariffError
from cases.policy.tariff.meter import checked_energy, energy_of
from cases.policy.tariff.notes import price_notes, surcharge_note, unverified
from cases.policy.tariff.prices import Adder, Tariff, adders
from cases.policy.tariff.words import RESIDENTIAL, VERIFIED, Note, weakest

LATEST = 2199  # a year beyond it is a slip of the hand, and the last day of the calendar has no day after it


@dataclass(frozen=True, slots=True)
class Usage:
    """What was measured in the cycle: all energy, by time of day where the meter says so, the year's energy before."""

    kwh: Decimal
    used_before: Decimal = ZERO
    periods: Mapping[str, Decimal] | None = None
    basis: Basis | None = None


class Listing(NamedTuple):
    """A list entry: its rate in CNY/kWh from its first to its last day (None: open), and its document."""

    rate: Decimal
    first: date
    last: date | None = None
    document: str = ""


def quote(
    account: Account,
    cycle: Span,
    usage: Usage,
    *,
    listings: Sequence[Listing] = (),
    entered: Entered | None = None,
    extra: Sequence[Tariff] = (),
    documents: tuple[PriceDocument, ...] = (),
    comparing: bool = False,
) -> Bill:
    """Bill one reading cycle of any length; ``comparing`` makes no bill.

    ``extra`` and ``documents`` are entered versions of tariffs and of price documents for surcharges.

    Raises TariffError with a code and a sentence for whatever cannot be billed: unknown prices, impossible energy.
    """
    if cycle.last < cycle.first:
        text = "周期的止日早于起日，请核对。", "The cycle ends before it begins."
        raise TariffError("reversed_dates", *text, "cycle_to")
    if cycle.last.year > LATEST:
        text = f"周期止日不得晚于{LATEST}年，请核对。", f"A cycle ends in {LATEST} at the latest; check it."
        raise TariffError("invalid_date", *text, "cycle_to")
    checked_energy(usage.kwh)
    parts = parts_of(account, cycle, entered=entered, extra=extra, comparing=comparing)
    lines = _energy_lines(parts, cycle, usage)
    adder, added = _differential(account, cycle, usage.kwh, listings)
    lines += [*added, *surcharge_lines(cycle, usage.kwh, listings)]
    plans = [part.plan for part in parts]
    found = total_of(lines, usage.kwh)
    doubtful = [unverified(adder)] if adder is not None and adder.certainty != VERIFIED else []
    return found._replace(
        notes=(*price_notes(plans), *doubtful, *_list_notes(account, cycle, listings, documents)),
        certainty=weakest([*(plan.certainty for plan in plans), *([adder.certainty] if adder else [])]),
        plans=tuple(dict.fromkeys(plan.key for plan in plans)),
    )


def _energy_lines(parts: Sequence[Part], cycle: Span, usage: Usage) -> list[Line]:
    lines: list[Line] = []
    months = months_in(cycle)
    used, year = usage.used_before, cycle.first.year
    for part, (kwh, periods) in zip(parts, _shares(usage, [part.span.days for part in parts]), strict=True):
        if part.span.first.year != year:
            used, year = ZERO, part.span.first.year
        one = bill(
            part.plan,
            kwh,
            used_before=used,
            periods=periods if part.plan.periods else None,
            basis=usage.basis,
            months=months * Fraction(part.span.days, cycle.days),
        )
        used += kwh
        dated = (row._replace(first=part.span.first, last=part.span.last) for row in one.lines)
        lines += dated if len(parts) > 1 else one.lines
    return lines


def _shares(usage: Usage, days: Sequence[int]) -> list[tuple[Decimal, dict[str, Decimal] | None]]:
    """The energy of each part of the cycle, and of its periods where they were measured: each split by days."""
    if usage.periods is None:
        return [(kwh, None) for kwh in split_energy(usage.kwh, days)]
    whole = energy_of(usage.periods.values())
    if whole != usage.kwh:
        raise TariffError(
            "parts_do_not_add_up",
            f"各时段电量合计 {whole} 与总电量 {usage.kwh} 不一致，请核对。",
            f"The periods add up to {whole} kWh, the whole is {usage.kwh} kWh.",
            "kwh",
        )
    split = {name: split_energy(part, days) for name, part in usage.periods.items()}
    rows = [{name: parts[n] for name, parts in split.items()} for n in range(len(days))]
    return [(sum(row.values(), ZERO), row) for row in rows]


def surcharge_lines(cycle: Span, kwh: Decimal, listings: Sequence[Listing]) -> list[Line]:
    """Return one line for each list entry with days in the cycle; TariffError where entries share a day."""
    ordered = sorted(listings, key=lambda entry: entry.first)
    for before, after in pairwise(ordered):
        if before.last is None or before.last >= after.first:
            text = (
                "两份名单有重叠的日期，同一天不得加价两次。",
                "Two list entries share a day: no day is charged twice.",
            )
            raise TariffError("listed_twice", *text, "surcharge")
    found = []
    for entry in ordered:
        listed = _listed(cycle, kwh, entry)
        if listed:
            found.append(line("surcharge", "惩罚性电价加价", "surcharge", listed, entry.rate))
    return found


def _listed(cycle: Span, kwh: Decimal, entry: Listing) -> Decimal:
    """The energy of the listed days: daily mean × days, of the whole account."""
    if entry.last is not None and entry.last < entry.first:
        text = "加价截止日期早于起始日期，请核对。", "The surcharge ends before it begins."
        raise TariffError("reversed_dates", *text, "surcharge")
    if entry.rate < FLOOR:
        raise TariffError(
            "rate_below_floor",
            f"加价 {entry.rate} 元低于每千瓦时 {FLOOR} 元的下限（发改运行〔2021〕1283号 五（十三）），请核对标准。",
            f"The rate {entry.rate} is below the floor of {FLOOR} CNY/kWh (1283 clause 13).",
            "surcharge",
        )
    return listed_kwh(kwh, overlap(cycle, entry.first, entry.last), cycle.days)


def _differential(
    account: Account, cycle: Span, kwh: Decimal, listings: Sequence[Listing]
) -> tuple[Adder | None, list[Line]]:
    """The adder of a restricted or eliminated industry (节约能源法 66), for the days on which it is recorded."""
    if not account.industry:
        return None, []
    rows = [row for row in adders() if row.category == account.industry]
    if not rows:
        text = "没有这个差别电价类别。", "There is no such differential class."
        raise TariffError("unknown_industry", *text, "industry")
    if account.kind in RESIDENTIAL:
        text = "差别电价只用于企业用电，居民电价不适用。", "A differential price is for enterprises, not for homes."
        raise TariffError("differential_for_homes", *text, "industry")
    if any(overlap(cycle, entry.first, entry.last) for entry in listings):
        raise TariffError(
            "charged_as_eliminated",
            "“挖矿”加价就是淘汰类差别电价（1283号 五（十三）），同一周期不得再按行业类别加价。",
            "The surcharge on mining is the price of the eliminated class (1283 clause 13): it is not added twice.",
            "industry",
        )
    row = most_specific(rows, account.region, cycle.last)
    listed = listed_kwh(kwh, overlap(cycle, row.effective_from, row.effective_to), cycle.days) if row else ZERO
    return (row, [line("differential", row.zh, row.en, listed, row.rate)]) if row and listed else (None, [])


def _list_notes(
    account: Account, cycle: Span, listings: Sequence[Listing], documents: tuple[PriceDocument, ...]
) -> list[Note]:
    """A quote is no permission: where no recorded document carries the rate on these days, it says so."""
    found, unsure = [], False
    for entry in listings:
        begin, end = max(entry.first, cycle.first), min(entry.last or cycle.last, cycle.last)
        days = (begin, end) if begin <= end else ()
        rules = [surcharge_rule(account.region, day, entered=documents) for day in days]
        unsure = unsure or any(rule is not None and rule.confirm for rule in rules)
        if entry.document or all(rule is not None and rule.rate == entry.rate for rule in rules):
            continue
        zh = f"没有登记的价格文件在这些日期按每千瓦时 {entry.rate} 元加价；本结果只是计算，不是加价依据。"
        en = f"No price document on record carries {entry.rate} CNY/kWh on these days: a calculation, not a basis."
        found.append(Note("surcharge_without_document", zh, en))
    return [*found, *([surcharge_note()] if unsure else [])]
