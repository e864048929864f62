"""The five headline figures: each with its value, how it compares, and the list of exactly what is counted."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext

from cases.web.show.charts.marks import write
from cases.web.show.dashboard.facts import Facts
from cases.web.show.words import clauses

TEN_THOUSAND: Final = 10_000
FEW: Final = "--"


@dataclass(frozen=True, slots=True)
class Change:
    """Against the period before: which way, by how much in words, and whether that is good ("" where it is neither)."""

    sign: str
    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class Tile:
    """`key` leads to its definition; `note` is the smaller line below."""

    key: str
    label: str
    value: str
    unit: str
    href: str
    change: Change | None
    note: str


def tiles(facts: Facts) -> list[Tile]:
    found = [_open(facts), _in_time(facts), _energy(facts), _money(facts), _days(facts)]
    return [tile for tile in found if tile is not None]


def change(now: float | None, before: float | None, unit: str = "", *, digits: int = 0, good: int = 0) -> Change | None:
    """`good`: 1 where more is better, -1 where less is, 0 where neither. None where there is nothing to compare."""
    if now is None or before is None:
        return None
    by = round(now - before, digits)
    if by == 0:
        return Change("", gettext("与上期持平"), "")
    text = f"{write(abs(by), digits)}{unit}"
    return Change("▲" if by > 0 else "▼", text, "" if not good else "ok" if (by > 0) == (good > 0) else "warn")


def relative(now: Decimal | None, before: Decimal | None, *, good: int) -> Change | None:
    """The same in percent of what it was."""
    if now is None or not before:
        return None
    return change(float(now / before * 100), 100.0, "%", digits=1, good=good)


def _beside(changed: Change | None, since: str, rest: str) -> str:
    """What stands behind the change: since when, where there is one, and the rest."""
    return clauses([since, rest]) if changed and changed.sign else rest


def _open(facts: Facts) -> Tile:
    totals = facts.cases.totals
    return Tile(
        "open",
        gettext("在办案件"),
        write(totals["open"]),
        gettext("件"),
        facts.asked.list_of("open"),
        changed := change(totals["open"], totals["open_before"]),
        _beside(changed, gettext("较期初"), gettext("期内立案 %(n)s 件") % {"n": write(totals["listed"])}),
    )


def _in_time(facts: Facts) -> Tile:
    now, before = facts.work.now, facts.work.before
    share = None if now.share is None else now.share * 100
    words = {"due": write(now.due), "late": write(now.late), "standing": write(now.standing)}
    rest = gettext("到期 %(due)s 项，超期办结 %(late)s 项，至今未办 %(standing)s 项")
    earlier = None if before.share is None else before.share * 100
    changed = change(share, earlier, gettext(" 个百分点"), digits=1, good=1)
    return Tile(
        "in_time",
        gettext("按期办理率"),
        write(share, 1),
        "%",
        facts.asked.list_of("missed"),
        changed,
        _beside(changed, gettext("较上期"), rest % words),
    )


def _energy(facts: Facts) -> Tile | None:
    if not facts.scope.watching:
        return None
    now, before = facts.cases.energy, facts.cases.energy_before
    return Tile(
        "energy",
        gettext("日均“挖矿”用电"),
        *_scaled(now.kwh, "kWh"),
        facts.asked.list_of("uses"),
        relative(now.kwh, before.kwh, good=-1),
        gettext("期初 %(before)s；%(n)s 件在用电") % {"before": _with_unit(before.kwh, "kWh"), "n": write(now.cases)},
    )


def _money(facts: Facts) -> Tile | None:
    if facts.money is None:
        return None
    now, before = facts.money.now, facts.money.before
    words = {"billed": _with_unit(now.billed, gettext("元")), "rate": rate(now.collected, now.billed)}
    changed = relative(now.collected, before.collected, good=1)
    note = _beside(changed, gettext("较上期"), gettext("应收 %(billed)s，收缴率 %(rate)s") % words)
    return Tile(
        "money",
        gettext("加价电费实收"),
        *_scaled(now.collected, gettext("元")),
        facts.asked.list_of("billed"),
        changed,
        note if now.collected is not None else gettext("涉及不足三件，合计不显示"),
    )


def _days(facts: Facts) -> Tile:
    cases = facts.cases
    return Tile(
        "days",
        gettext("平均办理时长"),
        write(cases.days, 1),
        gettext("个工作日"),
        facts.asked.list_of("done"),
        changed := change(cases.days, cases.days_before, digits=1, good=-1),
        _beside(changed, gettext("较上期"), gettext("期内办结 %(n)s 件") % {"n": write(cases.totals["done"])}),
    )


def _scaled(value: Decimal | None, unit: str) -> tuple[str, str]:
    """A figure and its unit: in ten thousands with one decimal, a smaller one whole."""
    if value is not None and abs(value) < TEN_THOUSAND:
        return write(float(value)), unit
    return ten_thousands(value), {"kWh": gettext("万 kWh")}.get(unit, gettext("万元"))


def _with_unit(value: Decimal | None, unit: str) -> str:
    return " ".join(_scaled(value, unit))


def ten_thousands(value: Decimal | None) -> str:
    """In ten thousands with one decimal; -- where the sum is left out or nothing is known."""
    return FEW if value is None else write(float(value / TEN_THOUSAND), 1)


def rate(part: Decimal | None, whole: Decimal | None) -> str:
    return FEW if part is None or not whole else f"{float(part / whole * 100):.1f}%"
