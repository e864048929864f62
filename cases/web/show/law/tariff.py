"""The comparison of tariffs in words: the compared bills, what follows from them, and what may be chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from agencies.directory import Directory
from cases.policy.papers import on_record
from cases.policy.surcharge import surcharge_rule
from cases.policy.tariff import Option, Simulation
from cases.policy.tariff.contract import plain
from cases.policy.tariff.simulate import COMPARED
from cases.policy.tariff.words import VOLTAGES
from cases.selectors.rules.entered import entered_rules
from cases.web.show.law import sheet
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
    columns = sheet.plans(found)
    return {
        "kwh": amount(plain(found.kwh)),
        "days": asked.cycle.days,
        "sheet": sheet.sheet(found, columns),
        "chart": sheet.drawing(found),
        # Where no rate was named there are more than the page sets beside each other.
        "groups": _groups(found) if len(columns) < len(found.options) else [],
        "missing": [{"name": class_name(kind), "text": Text(error.zh, error.en)} for kind, error in found.missing],
        "warnings": [Text(zh, en) for _code, zh, en in found.warnings],
        "notes": [Text(note.zh, note.en) for note in found.notes],
        "break_even": None if found.break_even is None else amount(found.break_even),
        "even_rate": None if found.even_rate is None else f"{found.even_rate:.4f}",
        "rules": entered_rules().rule_set,
    }


def _groups(found: Simulation) -> list[dict[str, Any]]:
    """Every class with each rate on record."""
    kinds = dict.fromkeys(option.kind for option in found.options)
    return [_group([option for option in found.options if option.kind == kind], found.current) for kind in kinds]


def _group(options: Sequence[Option], current: str) -> dict[str, Any]:
    without = options[0]
    return {
        "kind": without.kind,
        "plan": Text(without.zh, without.en),
        "current": without.kind == current,
        "total": amount(without.bill.total),
        "average": f"{without.average:.4f}",
        "more": without.difference > 0,
        "less": without.difference < 0,
        "difference": amount(abs(without.difference)),
        "rates": [_rate(option) for option in options[1:]],
    }


def _rate(option: Option) -> dict[str, Any]:
    return {
        "short": sheet.short(option.rate),
        "total": amount(option.bill.total),
        "average": f"{option.average:.4f}",
        "difference": ("+" if option.difference > 0 else "") + amount(option.difference),
        "lawful": option.lawful,
    }


def options(asked: Asked, directory: Directory, typed: Mapping[str, str]) -> dict[str, Any]:
    """The lists to choose from, and the rates on record to take one of: each an address with what was typed."""
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
            {
                "rate": f"{one.rate:.2f}",
                "document": one.document,
                "draft": one.status != "in_force",
            }
            for one in on_record(entered)
            if one.rate is not None
        ],
        "chips": [
            {"rate": f"{rate:.2f}", "href": f"{_address({**typed, 'rate': f'{rate:.2f}'})}#answer"}
            for rate in sorted({one.rate for one in on_record(entered) if one.rate is not None})
        ],
        "rule": {"rate": f"{rule.rate:.2f}", "document": rule.document, "confirm": rule.confirm} if rule else None,
    }


def _address(typed: Mapping[str, str], kind: str = "") -> str:
    path = reverse("web:tariff_file", args=[kind]) if kind else reverse("web:tariff")
    return f"{path}?{urlencode({name: value for name, value in typed.items() if value})}"


def files(typed: Mapping[str, str]) -> list[dict[str, str]]:
    """The comparison as a file, by the same question."""
    return [{"kind": kind.upper(), "href": _address(typed, kind)} for kind in ("xlsx", "csv")]
