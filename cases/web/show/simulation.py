"""The bill simulation on the page of the proposal: what the typed energy costs under every class, with and without."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse

from cases.policy.tariff.simulate import COMPARED, Option, simulate
from cases.selectors.paging import Row
from cases.selectors.rules.entered import entered_rules
from cases.web.show.measures import amount
from cases.workflow.actions import Action
from cases.workflow.effects.surcharge.lists import supply_of
from cases.workflow.fields import Transition
from cases.workflow.forms.reading import Unreadable, as_number
from cases.workflow.view import Text

# The acts that are refused until the simulation was seen.
NEEDS: Final = frozenset({Action.PROPOSE_SURCHARGE})


def known_rules() -> dict[str, Any]:
    """The entered versions that the simulation takes beside the release."""
    rules = entered_rules()
    return {"extra": rules.tariffs, "documents": rules.documents}


def shown(
    transition: Transition, typed: Mapping[str, Any], case: Mapping[str, Any] | None, day: date
) -> dict[str, Any] | None:
    """The options with their monthly bills; None while what was typed is not enough to count with.

    How the account is supplied stands in the report on its consumption.
    """
    if transition.action not in NEEDS or case is None:
        return None
    region, reported = case["region"]["code"], _reported(case)
    known = {field.name: field for field in transition.inputs}

    def number(name: str) -> Decimal | None:
        return as_number(known[name], typed[name]) if typed.get(name) else None

    try:
        kwh, rate, price = number("monthly_kwh"), number("rate"), number("commercial_price")
        if kwh is None:
            return None
        current = str(typed.get("price_class") or "tiered")
        more = {"supply": supply_of(reported), "also": str(typed.get("reclass_to") or "") or None, **known_rules()}
        found = simulate(
            region, day, kwh, current=current, rates=[rate] if rate else [], commercial_price=price, **more
        )
    except (Unreadable, ValueError, ArithmeticError):
        return None
    return {
        "kwh": amount(kwh),
        "rows": [_row(option, found.current) for option in found.options],
        "warnings": [Text(zh, en) for _code, zh, en in found.warnings],
        "notes": [Text(note.zh, note.en) for note in found.notes],
        "address": _address(case, day, typed, kwh, rate, price),
    }


def _address(
    case: Mapping[str, Any],
    day: date,
    typed: Mapping[str, Any],
    kwh: Decimal,
    rate: Decimal | None,
    price: Decimal | None,
) -> str:
    """The same month on the page of comparison, where each line has its formula and the address can be cited."""
    last = day.replace(day=monthrange(day.year, day.month)[1])
    asked = {
        "case": case["number"],
        "region": case["region"]["code"],
        "price_class": typed.get("price_class") or "tiered",
        "kwh": kwh,
        "used_before": kwh * (day.month - 1),
        "from": day.replace(day=1),
        "to": last,
        "rate": rate,
        "price": price,
        **_supplied(_reported(case)),
    }
    return f"{reverse('web:tariff')}?{urlencode({name: value for name, value in asked.items() if value is not None})}"


def figures_of(case: Row, today: date) -> dict[str, Any]:
    """What the comparison asks for, as far as this person reads it of a case: the last whole month at its energy.

    The list goes before the report of the grid company; the months gone by this year are taken at the same energy.
    """
    reported, planned = _reported(case), case["facts"].get("surcharge") or {}
    last = today.replace(day=1) - timedelta(days=1)
    kwh = _number(planned.get("monthly_kwh")) or _number(reported.get("monthly_kwh"))
    found = {
        "case": case["number"],
        "region": case["region"]["code"],
        "price_class": _known(planned.get("price_class")) or _known(reported.get("price_class")),
        "from": last.replace(day=1),
        "to": last,
        "kwh": kwh,
        "used_before": None if kwh is None else kwh * (last.month - 1),
        "rate": _number(planned.get("rate")),
        **_supplied(reported),
    }
    return {name: value for name, value in found.items() if value is not None}


def _reported(case: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (case["facts"].get("findings") or {}).get("check_consumption") or {}
    return found


def _supplied(reported: Mapping[str, Any]) -> dict[str, Any]:
    """How the account is supplied, as its price depends on it; None where nothing is said."""
    capacity = _number(reported.get("capacity_kva"))
    return {"voltage": reported.get("voltage"), "variant": reported.get("variant"), "capacity_kva": capacity}


def _known(kind: Any) -> str | None:
    return kind if kind in COMPARED else None


def _number(value: Any) -> Decimal | None:
    """A figure that stands in clear; its mere size is none to count with."""
    return Decimal(value) if isinstance(value, str) and re.fullmatch(r"\d{1,12}(\.\d{1,6})?", value) else None


def _row(option: Option, current: str) -> dict[str, Any]:
    return {
        "name": Text(option.zh, option.en),
        "total": amount(option.bill.total),
        "difference": ("+" if option.difference > 0 else "") + amount(option.difference),
        "average": amount(option.average),
        "current": option.key == current,
        "lawful": option.lawful,
    }
