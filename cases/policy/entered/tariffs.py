"""Entered tariffs: a plan as the data files hold it, and the proxy price of one month with what it is made of.

A body is a row of ``data/tariffs.toml`` without what the version itself says (region, days, source, certainty, key).
"""

import calendar
import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from cases.policy.tariff.prices import Tariff, parse_plan
from cases.policy.tariff.rows import OPTIONAL, row_problems
from cases.policy.tariff.words import KIND_NAMES, NON_RESIDENTIAL

Flaws = list[tuple[str, str, str]]
OF_THE_VERSION: Final = ("key", "region", "effective_from", "effective_to", "source", "certainty")
PLAN: Final = ("kind", "zh", "en", "status", *(name for name in OPTIONAL if name != "effective_to"))
MONTHLY: Final = ("month", "kind", "voltages", "components", "periods")


def check_tariff(body: Mapping[str, Any], region: str) -> Flaws:
    """What the one validation of rows says of a plan."""
    found = _unknown(body, PLAN)
    if str(body.get("kind")) not in KIND_NAMES:
        found.append(("kind", "请选择电价类别。", "Choose the price class."))
    return found or _problems(_named(body), region)


def check_month(body: Mapping[str, Any], region: str) -> Flaws:
    """One published month: its components, or its price of each part of the day."""
    found = _unknown(body, MONTHLY)
    if days_of(body) is None:
        found.append(("month", "请填写月份，例如 2026-11。", "Give a month such as 2026-11."))
    if body.get("kind") not in NON_RESIDENTIAL[:2]:
        found.append(
            ("kind", "代理购电价只用于工商业单一制或分时。", "A proxy price is commercial, with or without hours.")
        )
    return found or _problems(_monthly(body), region)


def plan(body: Mapping[str, Any]) -> dict[str, Any]:
    return _filled(_named(body), PLAN)


def month(body: Mapping[str, Any]) -> dict[str, Any]:
    return _filled(body, MONTHLY)


def plan_key(body: Mapping[str, Any], effective_from: date) -> str:
    """One class at one voltage (or several together) is one price."""
    return "/".join((body["kind"], body.get("variant") or "-", "+".join(sorted(body.get("voltages", ()))) or "*"))


def month_key(body: Mapping[str, Any], effective_from: date) -> str:
    return f"{plan_key(body, effective_from)}/{body['month']}"


def same_price(body: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two plans would price one user: the same class and case, with a voltage in common (none: every one)."""
    one, two = ({*plan.get("voltages", ())} for plan in (body, other))
    classes = ((plan["kind"], plan.get("variant") or "") for plan in (body, other))
    return len({*classes}) == 1 and (not one or not two or not one.isdisjoint(two))


def days_of(body: Mapping[str, Any]) -> tuple[date, date] | None:
    """The first and the last day of the month, None where it is no month."""
    found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", str(body.get("month", "")))
    if not found:
        return None
    year, number = int(found[1]), int(found[2])
    return date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1])


def tariff(body: Mapping[str, Any], **version: Any) -> Tariff:
    """An entered version as the engine takes it; its key is the id of the version, so that a bill names it."""
    row = _monthly(body) if "month" in body else dict(body)
    return parse_plan({**row, **version})


def _monthly(body: Mapping[str, Any]) -> dict[str, Any]:
    """The row that a month's price is."""
    row = {name: value for name, value in body.items() if name != "month" and value not in (None, "", [], {})}
    zh, en = KIND_NAMES.get(str(body.get("kind")), ("", ""))
    named = {"zh": f"{zh}（{body.get('month')}代理购电）", "en": f"{en}, proxy price of {body.get('month')}"}
    return {**row, **named, "status": "in_force"}


def _named(body: Mapping[str, Any]) -> dict[str, Any]:
    """A plan without a name of its own has that of its class."""
    zh, en = KIND_NAMES.get(str(body.get("kind")), ("", ""))
    chinese = body.get("zh") or zh
    return {**_filled(body, PLAN), "zh": chinese, "en": body.get("en") or (en if chinese == zh else chinese)}


def _filled(body: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: body[name] for name in names if body.get(name) not in (None, "", [], {})}


def _unknown(body: Mapping[str, Any], known: tuple[str, ...]) -> Flaws:
    return [(name, "没有这个字段。", "There is no such field.") for name in sorted(set(body) - set(known))]


def _problems(row: Mapping[str, Any], region: str) -> Flaws:
    """The days, the source and the rest of the version are looked at where they stand; here they are in order."""
    version = {"key": "entered", "region": region.ljust(6, "0"), "source": "entered", "certainty": "BG"}
    days = {"effective_from": "2000-01-01", "effective_to": "2000-12-31"}
    found = row_problems({**row, **version, **days})
    return [
        (problem.field, f"{problem.zh}。", f"This {problem.en}.")
        for problem in found
        if problem.field not in OF_THE_VERSION
    ]
