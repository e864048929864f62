"""What a comparison of tariffs asks for, read once for the page and the API; who may ask.

It reads no case: the figures are typed, and stand in the address, so that a result can be cited.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from agencies.actors import Actor
from agencies.vocabulary import Kind, Role
from cases.policy.tariff import Basis, Entered, Question, Simulation, Span, TariffError, Usage, compare
from cases.policy.tariff.prices import LOWEST_VOLTAGE
from cases.policy.tariff.simulate import COMPARED
from cases.policy.tariff.words import KIND_NAMES, VOLTAGES
from cases.selectors.rules.entered import entered_rules
from cases.workflow.fields import Field
from cases.workflow.forms.choices import PRICE_VARIANTS
from cases.workflow.forms.reading import Unreadable, as_date, as_number
from cases.workflow.view import Text

PERIODS: Final = ("sharp", "peak", "flat", "valley")


def _energy(name: str, zh: str, en: str) -> Field:
    return Field(name, "decimal", Text(zh, en), minimum=0)


def _price(name: str, zh: str, en: str, minimum: str = "0.0001") -> Field:
    return Field(name, "decimal", Text(zh, en), minimum=Decimal(minimum), maximum=Decimal(20), places=4)


NUMBERS: Final = (
    _energy("kwh", "周期电量（kWh）", "kWh of the cycle"),
    _energy("sharp", "尖峰电量（kWh）", "Sharp-peak kWh"),
    _energy("peak", "峰电量（kWh）", "Peak kWh"),
    _energy("flat", "平电量（kWh）", "Flat kWh"),
    _energy("valley", "谷电量（kWh）", "Valley kWh"),
    _energy("used_before", "本年此前用电量（kWh）", "kWh of the year before"),
    _energy("capacity_kva", "合同容量（kVA）", "Contract capacity (kVA)"),
    _energy("demand_kw", "最大需量（kW）", "Maximum demand (kW)"),
    _price("rate", "加价标准（元/kWh）", "Surcharge (CNY/kWh)"),
    _price("price", "工商业电价（元/kWh）", "Commercial price (CNY/kWh)"),
    _price("price_sharp", "工商业尖峰价（元/kWh）", "Commercial sharp-peak price"),
    _price("price_peak", "工商业峰价（元/kWh）", "Commercial peak price"),
    _price("price_flat", "工商业平价（元/kWh）", "Commercial flat price"),
    _price("price_valley", "工商业谷价（元/kWh）", "Commercial valley price"),
)
DAYS: Final = (
    Field("from", "date", Text("周期起", "Cycle from")),
    Field("to", "date", Text("周期止", "Cycle to")),
    Field("on", "date", Text("加价起始日", "Surcharged from")),
    Field("off", "date", Text("加价截止日", "Surcharged to")),
)
NAMES: Final = ("region", "price_class", "voltage", "variant", *(f.name for f in (*DAYS, *NUMBERS)))
# Where the energy field of a refusal stands on the page.
FIELDS: Final = {"cycle_to": "to", "surcharge": "rate", "price_class": "price_class", "periods": "peak"}


@dataclass(slots=True)
class Asked:
    """What was asked, what of it could not be read, and the answer where there is one."""

    region: str
    cycle: Span
    price_class: str
    voltage: str
    variant: str
    problems: dict[str, Text] = field(default_factory=dict)
    found: Simulation | None = None


def may_compare(actor: Actor) -> bool:
    """The commission's people on cases, the grid company's billing, and supervisors to read along."""
    return any(_compares(post.kind, post.roles) for post in actor.posts)


def _compares(kind: str, roles: Collection[str]) -> bool:
    if Role.SUPERVISOR in roles:
        return True
    wanted = {
        Kind.DEVELOPMENT_COMMISSION: {Role.HANDLER, Role.REVIEWER, Role.APPROVER},
        Kind.GRID_COMPANY: {Role.BILLING, Role.REVIEWER},
    }
    return any(role in roles for role in wanted.get(Kind(kind), ()))


def read(query: Mapping[str, str], regions: Collection[str], today: date, region: str) -> Asked:
    """Read the parameters and compare; every problem is said at its field, nothing typed is lost."""
    problems: dict[str, Text] = {}
    days = {one.name: _read(one, query, problems, as_date) for one in DAYS}
    numbers = {one.name: _read(one, query, problems, as_number) for one in NUMBERS}
    last_month = today.replace(day=1) - timedelta(days=1)
    asked = Asked(
        _choice(query, "region", regions, region, problems),
        Span(days["from"] or last_month.replace(day=1), days["to"] or last_month),
        _choice(query, "price_class", COMPARED, "tiered", problems),
        _choice(query, "voltage", VOLTAGES, LOWEST_VOLTAGE, problems),
        _choice(query, "variant", dict(PRICE_VARIANTS), "", problems) if query.get("variant") else "",
        problems,
    )
    if not problems and any(numbers[name] is not None for name in ("kwh", *PERIODS)):
        _compare(asked, days, numbers)
    return asked


def _compare(asked: Asked, days: Mapping[str, Any], numbers: Mapping[str, Any]) -> None:
    periods = {name: numbers[name] for name in PERIODS if numbers[name] is not None}
    whole = sum(periods.values(), Decimal(0)) if numbers["kwh"] is None else numbers["kwh"]
    prices = {name: numbers[f"price_{name}"] for name in PERIODS if numbers[f"price_{name}"] is not None}
    entered = Entered(numbers["price"], prices or None) if prices or numbers["price"] is not None else None
    basis = Basis(numbers["capacity_kva"], numbers["demand_kw"])
    rules = entered_rules()
    try:
        asked.found = compare(
            Question(
                asked.region,
                asked.cycle,
                Usage(whole, numbers["used_before"] or Decimal(0), periods or None, basis if any(basis) else None),
                asked.price_class,
                asked.voltage,
                asked.variant,
                rates=None if numbers["rate"] is None else [numbers["rate"]],
                listed_from=days["on"],
                listed_to=days["off"],
                entered=entered,
                extra=rules.tariffs,
                documents=rules.documents,
            )
        )
    except TariffError as error:
        asked.problems[FIELDS.get(error.field, error.field if error.field in NAMES else "kwh")] = Text(
            error.zh.rstrip("。"), error.en.rstrip(".")
        )


def _read(one: Field, query: Mapping[str, str], problems: dict[str, Text], reader: Any) -> Any:
    typed = (query.get(one.name) or "").strip()
    if not typed:
        return None
    try:
        return reader(one, typed)
    except Unreadable as wrong:
        problems[one.name] = wrong.text
        return None


def _choice(
    query: Mapping[str, str], name: str, allowed: Collection[str], default: str, problems: dict[str, Text]
) -> str:
    value = (query.get(name) or "").strip() or default
    # A region may be written with its trailing zeros, as on every document.
    short = value
    while name == "region" and short not in allowed and len(short) > 2 and short.endswith("00"):
        short = short[:-2]
    if short in allowed:
        return short
    problems[name] = Text("没有这一项，请从列表中选择", "There is no such choice; take one of the list")
    return default


def class_name(kind: str) -> Text:
    """The name of a price class."""
    return Text(*KIND_NAMES[kind])
