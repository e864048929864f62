"""The compared bills beside each other: the options as columns, what they are charged as rows, the surcharge drawn."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal
from string import ascii_uppercase
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext

from cases.policy.tariff import Line, Option, Simulation
from cases.policy.tariff.contract import plain
from cases.web.show.charts import Chart, Series, Span, line_chart
from cases.web.show.measures import amount
from cases.web.show.words import say
from cases.workflow.reference.comparison import class_name
from cases.workflow.view import Text

NONE: Final = "--"
SURCHARGE: Final = "surcharge"
# The drawing goes from nothing to the highest rate on record in steps of a quarter, further where more was asked.
STEP, FARTHEST = Decimal("0.25"), Decimal(2)
# In its unit the scale has room beside the drawing on a telephone, too.
WAN: Final = Decimal(10_000)


class Plan(NamedTuple):
    """An option with the letter that it has on this page."""

    letter: str
    option: Option


def plans(found: Simulation) -> list[Plan]:
    """Each class without a surcharge, and with those of the question or, where it names none, with the lawful ones."""
    several = len(_rates(found)) > 1
    shown = [option for option in found.options if not option.rate or option.lawful or not several]
    return [Plan(letter, option) for letter, option in zip(ascii_uppercase, shown, strict=False)]


def _rates(found: Simulation) -> list[Decimal]:
    return sorted({option.rate for option in found.options if option.rate})


def tile(plan: Plan, current: str) -> dict[str, Any]:
    """The card of an option."""
    option = plan.option
    return {
        "letter": plan.letter,
        "name": class_name(option.kind),
        "rate": short(option.rate) if option.rate else "",
        "current": option.kind == current and not option.rate,
        "lawful": option.lawful,
        "part": _part(option),
        "total": amount(option.bill.total),
        "average": f"{option.average:.4f}",
        "more": option.difference > 0,
        "less": option.difference < 0,
        "difference": amount(abs(option.difference)),
    }


def _part(option: Option) -> str:
    """The energy with a surcharge, where it is not all of it."""
    charged = next((line.kwh for line in option.bill.lines if line.item == SURCHARGE), option.bill.kwh)
    return amount(plain(charged)) if charged < option.bill.kwh else ""


def short(rate: Decimal) -> str:
    """A rate with the two digits of a price document, or as many as it has."""
    return plain(rate) if rate != rate.quantize(Decimal("0.01")) else f"{rate:.2f}"


def sheet(found: Simulation, columns: Sequence[Plan]) -> dict[str, Any]:
    """Every line of every bill once, with its amount below the options that it is charged in; their sums below."""
    rows: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = {}
    for n, plan in enumerate(columns):
        for line in plan.option.bill.lines:
            section = rows.setdefault(SURCHARGE if line.item == SURCHARGE else plan.option.kind, {})
            row = section.setdefault((line.zh, line.kwh, line.price, line.unit, line.first, line.last), _row(line))
            row["amounts"][n] = amount(line.amount)
    # The surcharge comes last, whichever option had it first.
    names = sorted(rows, key=lambda name: name == SURCHARGE)
    options = [plan.option for plan in columns]
    return {
        "columns": [tile(plan, found.current) for plan in columns],
        "sections": [
            {
                "name": gettext("惩罚性加价") if name == SURCHARGE else say(class_name(name)),
                "surcharge": name == SURCHARGE,
                "rows": [{**row, "amounts": _filled(row["amounts"], len(columns))} for row in rows[name].values()],
            }
            for name in names
        ],
        "kwh": amount(plain(found.kwh)),
        "totals": [amount(option.bill.total) for option in options],
        "averages": [f"{option.average:.4f}" for option in options],
        "differences": [_signed(option.difference) for option in options],
        "span": len(columns) + 3,
    }


def _row(line: Line) -> dict[str, Any]:
    return {
        "name": say(Text(line.zh, line.en)),
        "days": f"{line.first} – {line.last}" if line.first else "",
        "kwh": amount(plain(line.kwh)),
        "unit": "" if line.unit == "kWh" else say(Text(line.unit.replace("month", "月"), line.unit)),
        "price": f"{line.price:.4f}",
        "amounts": {},
    }


def _filled(amounts: dict[int, str], count: int) -> list[str]:
    return [amounts.get(n, NONE) for n in range(count)]


def _signed(value: Decimal) -> str:
    return ("+" if value > 0 else "-" if value < 0 else "") + amount(abs(value))


def table(shown: dict[str, Any]) -> list[list[str]]:
    """The sheet as the rows of a file, the heads first."""
    heads = [gettext("分类"), gettext("项目"), gettext("期间"), gettext("数量"), gettext("单位"), gettext("单价（元）")]
    names = [
        f"{one['letter']} {say(one['name'])}" + (f" +{one['rate']}" if one["rate"] else "") for one in shown["columns"]
    ]
    lines = [
        [
            part["name"],
            row["name"],
            row["days"],
            _bare(row["kwh"]),
            row["unit"] or "kWh",
            row["price"],
            *_bares(row["amounts"]),
        ]
        for part in shown["sections"]
        for row in part["rows"]
    ]
    empty = [""] * 4
    return [
        [*heads, *names],
        *lines,
        [gettext("合计"), *empty, "", *_bares(shown["totals"])],
        [gettext("与现行相差"), *empty, "", *_bares(shown["differences"])],
        [gettext("折合单价（元/kWh）"), *empty, "", *shown["averages"]],
    ]


def _bares(texts: Sequence[str]) -> list[str]:
    return ["" if text == NONE else _bare(text) for text in texts]


def _bare(text: str) -> str:
    """A number as a file has it, without its thousands apart."""
    return text.replace(",", "")


def drawing(found: Simulation) -> Chart | None:
    """What the commercial class (where there is none, the present one) costs by its surcharge, and the present bill."""
    base = next((o for o in found.options if o.kind == "commercial" and not o.rate), None)
    base = base or next(o for o in found.options if o.kind == found.current and not o.rate)
    charged = _charged(found, base.kind)
    if not charged:
        return None
    rates = _rates(found)
    steps = int((max(FARTHEST, *rates) / STEP).to_integral_value(ROUND_CEILING))
    places = [STEP * n for n in range(steps + 1)]
    totals = [base.bill.total + charged * rate for rate in places]
    now = next(o for o in found.options if o.kind == found.current and not o.rate)
    name = say(class_name(base.kind))
    said = gettext(
        "%(name)s加价 0 至 %(most)s 元/kWh 时，周期电费由 %(low)s 元升至 %(high)s 元；现行电费 %(now)s 元"
    ) % {
        "name": name,
        "most": f"{places[-1]:.2f}",
        "low": amount(base.bill.total),
        "high": amount(totals[-1].quantize(Decimal("0.01"))),
        "now": amount(now.bill.total),
    }
    return line_chart(
        gettext("加价标准与周期电费"),
        [f"{rate:.2f}" for rate in places],
        [Series(name, [float(total / WAN) for total in totals], gettext("万元"), css="c-st-tariff", digits=4)],
        head=gettext("加价标准（元/kWh）"),
        levels=[(gettext("现行 %(name)s") % {"name": say(class_name(found.current))}, float(now.bill.total / WAN))],
        marked=_marks(found),
        height=240,
        every=max(1, steps // 8),
        said=said,
    )


def _charged(found: Simulation, kind: str) -> Decimal:
    """The energy that a surcharge is charged on: part of it where the days do not fill the cycle."""
    listed = (
        line for o in found.options if o.kind == kind and o.rate for line in o.bill.lines if line.item == SURCHARGE
    )
    return sum((line.kwh for line in [next(listed, None)] if line), Decimal(0)) if _rates(found) else found.kwh


def _marks(found: Simulation) -> list[Span]:
    """The one rate that was asked for, or the lawful one among several."""
    rates = _rates(found)
    lawful = [o.rate for o in found.options if o.rate and o.lawful]
    rate = rates[0] if len(rates) == 1 else lawful[0] if lawful else None
    if rate is None:
        return []
    place = float(rate / STEP)
    return [Span(gettext("加价 %(rate)s 元/kWh") % {"rate": short(rate)}, place, place)]
