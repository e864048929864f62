"""What a version may say, by kind. Pure: values in, flaws out; the same for the page, the API and the tests."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from cases.policy.dated import CERTAINTY
from cases.policy.entered import local, tariffs

LONGEST: Final = 200
FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2199, 12, 31)


class Flaw(NamedTuple):
    """What is wrong with one field, in two languages."""

    field: str
    zh: str
    en: str


class Kind(NamedTuple):
    """A kind of entered rule.

    `province` says that only a province sets it, `days` which days its body names itself, `same` whether two bodies are
    one rule although their keys differ.
    """

    zh: str
    en: str
    check: Callable[[Mapping[str, Any], str], list[tuple[str, str, str]]]
    normal: Callable[[Mapping[str, Any]], dict[str, Any]]
    key: Callable[[Mapping[str, Any], date], str]
    province: bool = False
    days: Callable[[Mapping[str, Any]], tuple[date, date] | None] | None = None
    same: Callable[[Mapping[str, Any], Mapping[str, Any]], bool] | None = None


KINDS: Final[dict[str, Kind]] = {
    "tariff": Kind(
        "电价",
        "Tariff",
        tariffs.check_tariff,
        tariffs.plan,
        tariffs.plan_key,
        province=True,
        same=tariffs.same_price,
    ),
    "proxy_price": Kind(
        "月度代理购电价",
        "Proxy price of a month",
        tariffs.check_month,
        tariffs.month,
        tariffs.month_key,
        province=True,
        days=tariffs.days_of,
        same=tariffs.same_price,
    ),
    "surcharge_document": Kind(
        "加价文件", "Price document for surcharges", local.check_document, local.document, local.document_key
    ),
    "local_suspension_rule": Kind(
        "地方停电规定", "Local rule on suspension", local.check_rule, local.rule, local.document_key
    ),
}
CODES: Final = tuple(KINDS)


def normalised(kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The body in the one form that is stored; asked only of one that `check` let through."""
    return KINDS[kind].normal(body)


def key_of(kind: str, body: Mapping[str, Any], effective_from: date) -> str:
    """What two versions of one rule have in common: at most one of them holds on a day in a region."""
    return KINDS[kind].key(body, effective_from)


def one_rule(kind: str, body: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two versions on one day would contradict each other although what they are called differs."""
    same = KINDS[kind].same
    return same is not None and same(body, other)


def days_named(kind: str, body: Mapping[str, Any]) -> tuple[date, date] | None:
    """The days that the body itself names (a month), None where they are given beside it."""
    named = KINDS[kind].days
    return named(body) if named is not None else None


def check(
    kind: str,
    region: str,
    body: Mapping[str, Any],
    *,
    effective_from: date | None,
    effective_to: date | None,
    source: str,
    article: str,
    certainty: str,
    repeal: bool = False,
) -> list[Flaw]:
    """Everything that keeps this from being proposed; `region` is a stored code ("32", "3203", "320303").

    A repeal says nothing but that a rule ends.
    """
    found = [] if repeal else [Flaw(*flaw) for flaw in KINDS[kind].check(body, region)]
    if KINDS[kind].province and len(region) != 2:
        found.append(
            Flaw("region", "电价属省级价格，请填写省（如 320000）。", "Prices are the province's: name a province.")
        )
    if effective_from is None or not FIRST_DAY <= effective_from <= LAST_DAY:
        found.append(Flaw("effective_from", "请填写施行日期。", "Give the first day it holds."))
    elif effective_to is not None and effective_to > LAST_DAY:
        told = (
            f"失效日期不晚于 {LAST_DAY}；未定的留空。",
            f"The last day is {LAST_DAY} at the latest, or empty if open.",
        )
        found.append(Flaw("effective_to", *told))
    elif effective_to is not None and effective_to < effective_from:
        found.append(
            Flaw("effective_to", "失效日期早于施行日期，请核对。", "The last day is before the first; check them.")
        )
    for name, zh, en, value in (("source", "来源", "source", source), ("article", "条款", "article", article)):
        if not value.strip() or len(value) > LONGEST:
            told = f"请填写{zh}，不超过 {LONGEST} 字。", f"Name the {en}, with at most {LONGEST} characters."
            found.append(Flaw(name, *told))
    if certainty not in CERTAINTY:
        found.append(Flaw("certainty", "请选择核实程度。", "Choose how sure this is."))
    return found
