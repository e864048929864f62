"""The comparison of tariffs in words: one card a class, every line with its formula, what follows from it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from agencies.directory import Directory
from cases.policy.papers import on_record
from cases.policy.surcharge import surcharge_rule
from cases.policy.tariff import Line, Option, Simulation
from cases.policy.tariff.contract import plain
from cases.policy.tariff.simulate import COMPARED
from cases.policy.tariff.words import VOLTAGES
from cases.selectors.rules.entered import entered_rules
from cases.web.show.measures import amount
from cases.web.show.words import say
from cases.workflow.forms.choices import PRICE_VARIANTS
from cases.workflow.reference.comparison import Asked, class_name
from cases.workflow.view import Text


def result(asked: Asked) -> dict[str, Any]:
    """Everything that the page shows of an answered question."""
    found = asked.found
    if found is None:
        raise ValueError("there is nothing to show yet")
    kinds = list(dict.fromkeys(option.kind for option in found.options))
    return {
        "kwh": amount(plain(found.kwh)),
        "days": asked.cycle.days,
        "groups": [_group(found, kind) for kind in kinds],
        "bars": _bars(found),
        "missing": [{"name": class_name(kind), "text": Text(error.zh, error.en)} for kind, error in found.missing],
        "warnings": [Text(zh, en) for _code, zh, en in found.warnings],
        "notes": [Text(note.zh, note.en) for note in found.notes],
        "break_even": None if found.break_even is None else amount(found.break_even),
        "even_rate": None if found.even_rate is None else f"{found.even_rate:.4f}",
        "rules": entered_rules().rule_set,
    }


def _group(found: Simulation, kind: str) -> dict[str, Any]:
    """One class: its bill line by line, and the same with each surcharge."""
    options = [option for option in found.options if option.kind == kind]
    without = options[0]
    return {
        "kind": kind,
        "name": class_name(kind),
        "plan": Text(without.zh, without.en),
        "current": kind == found.current,
        "total": amount(without.bill.total),
        "average": f"{without.average:.4f}",
        "more": without.difference > 0,
        "less": without.difference < 0,
        "difference": amount(abs(without.difference)),
        "lines": [_line(line) for line in without.bill.lines],
        "rates": [_rate(option) for option in options[1:]],
    }


def _bars(found: Simulation) -> list[dict[str, Any]]:
    """Each class without a surcharge, and with those of the question or, where it names none, with the lawful ones."""
    several = len({option.rate for option in found.options}) > 2
    shown = [option for option in found.options if not option.rate or option.lawful or not several]
    longest = max((option.bill.total for option in shown), default=Decimal(0))
    return [
        {
            "name": class_name(option.kind),
            "rate": _short(option.rate) if option.rate else "",
            "current": option.kind == found.current and not option.rate,
            "total": amount(option.bill.total),
            "width": f"{100 * option.bill.total / longest:.2f}" if longest else "0",
        }
        for option in shown
    ]


def _short(rate: Decimal) -> str:
    return plain(rate) if rate != rate.quantize(Decimal("0.01")) else f"{rate:.2f}"


def _rate(option: Option) -> dict[str, Any]:
    added = [line for line in option.bill.lines if line.item == "surcharge"]
    return {
        "rate": f"{option.rate:.4f}",
        "short": _short(option.rate),
        "line": _line(added[0]) if added else None,
        "total": amount(option.bill.total),
        "average": f"{option.average:.4f}",
        "difference": ("+" if option.difference > 0 else "") + amount(option.difference),
        "lawful": option.lawful,
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "name": Text(line.zh, line.en),
        "days": f"{line.first} – {line.last}" if line.first else "",
        "kwh": amount(plain(line.kwh)),
        "unit": line.unit if line.unit == "kWh" else say(Text(line.unit.replace("month", "月"), line.unit)),
        "price": f"{line.price:.4f}",
        "amount": amount(line.amount),
    }


def options(asked: Asked, directory: Directory) -> dict[str, Any]:
    """The lists to choose from, and the rates on record to take one of."""
    entered = entered_rules().documents
    rule = surcharge_rule(asked.region, asked.cycle.last, entered=entered)
    return {
        "regions": [
            {"value": code, "label": region.name, "selected": code == asked.region}
            for code, region in sorted(directory.regions.items())
            if region.level in ("province", "city") or code == asked.region
        ],
        "classes": [
            {"value": kind, "label": say(class_name(kind)), "selected": kind == asked.price_class} for kind in COMPARED
        ],
        "voltages": [
            {"value": key, "label": say(Text(*names)), "selected": key == asked.voltage}
            for key, names in VOLTAGES.items()
        ],
        "variants": [
            {"value": key, "label": say(text), "selected": key == asked.variant} for key, text in PRICE_VARIANTS
        ],
        "rates": [
            {"rate": f"{one.rate:.2f}", "document": one.document, "draft": one.status != "in_force"}
            for one in on_record(entered)
            if one.rate is not None
        ],
        "rule": {"rate": f"{rule.rate:.2f}", "document": rule.document, "confirm": rule.confirm} if rule else None,
    }
