"""Energy and surcharges month by month, as a chart and as a table."""

from __future__ import annotations

from decimal import Decimal

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from cases.selectors.dashboard.figures import Energy
from cases.selectors.dashboard.money import Money
from cases.web.show.charts import Chart, Series, line_chart
from cases.web.show.charts.marks import data_table, write
from cases.web.show.dashboard.facts import Facts
from cases.web.show.dashboard.tiles import TEN_THOUSAND, rate, ten_thousands

Month = tuple[str, Energy | None, Money | None]


def months(facts: Facts) -> list[Month]:
    """Twelve months; energy for those who watch, money for whom it is told."""
    energy = dict(facts.cases.by_month) if facts.scope.watching else {}
    money = dict(facts.money.by_month) if facts.money else {}
    return [(month, energy.get(month), money.get(month)) for month, _ in facts.cases.by_month]


def chart(facts: Facts) -> Chart | None:
    """None: neither is told to this person."""
    rows = months(facts)
    if not facts.scope.watching and facts.money is None:
        return None
    labels = [_month(month) for month, _, _ in rows]
    energy = [_tens(each.kwh if each else None) for _, each, _ in rows]
    money = [_tens(each.collected if each else None) for _, _, each in rows]
    lines = [Series(gettext("日均用电"), energy, gettext("万 kWh/日"), "c-energy", 1)] if facts.scope.watching else []
    columns = Series(gettext("加价电费实收"), money, gettext("万元"), "c-money", 1) if facts.money else None
    drawn = line_chart(gettext("用电与加价电费"), labels, lines, columns=columns, head=gettext("月份"))
    return Chart(drawn.svg, drawn.sentence, table(facts))


def table(facts: Facts) -> SafeString:
    heads, *rows = cells(facts)
    return data_table(gettext("用电与加价电费"), heads, rows)


def cells(facts: Facts) -> list[list[str]]:
    heads = [gettext("月份"), gettext("月末日均用电（万 kWh）"), gettext("在用电案件"), gettext("加价应收（万元）")]
    heads += [gettext("其中实收（万元）"), gettext("收缴率"), gettext("账单数")]
    return [heads, *(_row(*month) for month in months(facts))]


def _row(month: str, energy: Energy | None, money: Money | None) -> list[str]:
    return [
        month,
        ten_thousands(energy.kwh if energy else None),
        write(energy.cases if energy else None),
        ten_thousands(money.billed if money else None),
        ten_thousands(money.collected if money else None),
        rate(money.collected, money.billed) if money else "--",
        write(money.bills if money else None),
    ]


def _month(month: str) -> str:
    """1 月; in the place of January its year."""
    year, number = month.split("-")
    return gettext("%(year)s年") % {"year": year} if number == "01" else gettext("%(n)s月") % {"n": int(number)}


def _tens(value: Decimal | None) -> float | None:
    return None if value is None else float(value / TEN_THOUSAND)
