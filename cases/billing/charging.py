"""The calculators of charges: their fields, and from what was typed to the figures with article and certainty.

The arithmetic is in `cases.policy`; nothing is stored and no case is touched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from cases.billing.typed import read
from cases.policy.billing.arrears import STOP_AFTER, arrears
from cases.policy.billing.capacity import over_capacity_charge
from cases.policy.billing.rules import charge_rule
from cases.policy.law import cite
from cases.policy.tariff import Charge, breach_charge, breach_energy, theft_charge
from cases.workflow.errors import GuardRefused, InvalidInput
from cases.workflow.fields import Field
from cases.workflow.forms import choices as c
from cases.workflow.forms.build import choice, day, number, whole, yes_no
from cases.workflow.view import Text

_PRICE: Final[dict[str, Any]] = {"places": 4, "maximum": Decimal(20)}
MULTIPLE: Final = number(
    "multiple", "违约使用电费倍数", "Multiple", places=2, hint=("不填则按规定的倍数", "Left empty: the rule's multiple")
)
THEFT_EVIDENCE: Final = c.code_list(
    ("site", "现场检查记录（两名以上检查人员）", "Record of an on-site check by two or more inspectors"),
    ("meter", "计量装置鉴定或校验结论", "Examination of the meter"),
    ("police", "公安机关查处材料", "Papers of the police"),
)
ON: Final = day("on", "行为发生（计算）之日", "Day of the act", hint=("不填则为今天", "Left empty: today"))
FIELDS: Final[dict[str, tuple[Field, ...]]] = {
    "breach": (
        number("monthly_kwh", "月均电量（kWh）", "kWh a month", required=True),
        number("paid_price", "已执行电价（元/kWh）", "Price paid (CNY/kWh)", required=True, **_PRICE),
        number("proper_price", "应执行电价（元/kWh）", "Proper price (CNY/kWh)", required=True, **_PRICE),
        day("first", "违约用电起始日", "First day", hint=("起讫不明则不填，按三个月", "Unknown: leave empty")),
        day("last", "违约用电截止日", "Last day"),
        MULTIPLE,
        ON,
    ),
    "theft": (
        choice(
            "evidence",
            "窃电证据",
            "Evidence of theft",
            THEFT_EVIDENCE,
            hint=("没有证据的，不得按窃电追补", "Without it nothing is charged as theft"),
        ),
        number("kilowatts", "私接设备容量（kW）", "Capacity (kW)", required=True, maximum=Decimal(1_000_000)),
        number("price", "电价（元/kWh）", "Price (CNY/kWh)", required=True, **_PRICE),
        yes_no("lighting", "照明用户", "Lighting only"),
        whole("days", "实际窃电天数", "Days", maximum=3660, hint=("不明则不填，按 180 天", "Unknown: 180 days")),
        number(
            "hours",
            "每日用电小时",
            "Hours a day",
            maximum=Decimal(24),
            hint=("不明则不填，动力 12、照明 6", "Unknown: 12, lighting 6"),
        ),
        MULTIPLE,
        ON,
    ),
    "capacity": (
        number("excess_kw", "超出合同约定的容量（kW/kVA）", "Capacity in excess (kW/kVA)", required=True),
        number(
            "capacity_price",
            "容（需）量电价（元/kVA·月）",
            "Capacity price (CNY/kVA and month)",
            places=4,
            maximum=Decimal(1000),
            hint=("两部制用户填写", "Two-part accounts only"),
        ),
        number("months", "使用月数", "Months", maximum=Decimal(600), hint=("两部制用户填写", "Two-part accounts only")),
        ON,
    ),
    "late_fee": (
        number("amount", "应收电费（元）", "Amount due (CNY)", required=True, places=2),
        day("due_on", "缴费期限", "Due on", required=True),
        number("paid", "已缴金额（元）", "Paid (CNY)", places=2),
        day("paid_on", "已缴日期", "Paid on"),
        number(
            "per_mille",
            "合同约定的违约金（‰/日）",
            "Contracted fee (per mille a day)",
            required=True,
            minimum=Decimal(1),
            maximum=Decimal(3),
            places=2,
            hint=("1 至 3", "1 to 3"),
        ),
        day("on", "计算至", "Up to", hint=("不填则为今天", "Left empty: today")),
    ),
}
NAMES: Final[dict[str, Text]] = {
    "breach": Text("违约用电（高价低接）", "Breach of contract"),
    "theft": Text("窃电", "Theft"),
    "capacity": Text("超容用电", "Over-capacity"),
    "late_fee": Text("电费违约金", "Late fee"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the answer."""

    code: str
    label: Text
    value: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes out: the figures, one sentence that says how, the article, and how sure the rule is."""

    kind: str
    day: date
    figures: tuple[Figure, ...]
    says: Text
    article: str
    certainty: str
    confirm: bool
    nothing: bool = False
    asked: dict[str, str] = field(default_factory=dict)


def calculate(kind: str, typed: Mapping[str, Any], *, today: date) -> Answer:
    """The charge for what was typed. Raises InvalidInput at its fields, GuardRefused where there may be no charge."""
    data = read(FIELDS[kind], typed)
    on = data["on"] or today
    rule = charge_rule(kind, on)
    if rule is None:
        raise InvalidInput(fields={"on": Text("该日没有登记的规定，请核对日期", "No rule is recorded for this day")})
    figures, says, article, nothing = _CALCULATORS[kind](data, on)
    asked = {name: str(typed[name]) for name in (f.name for f in FIELDS[kind]) if typed.get(name)}
    certainty = str(rule["certainty"])
    return Answer(kind, on, figures, says, article, certainty, certainty != "V-P", nothing, asked)


Out = tuple[tuple[Figure, ...], Text, str, bool]


def _charge(found: Charge, *, energy: bool = True) -> Out:
    lines = [Figure("kwh", Text("计算电量（kWh）", "Energy (kWh)"), f"{found.kwh.normalize():f}")] if energy else []
    lines += [
        Figure("due", Text("补交电费（元）", "To pay back (CNY)"), f"{found.due:.2f}"),
        Figure("penalty", Text("违约使用电费（元）", "Penalty (CNY)"), f"{found.penalty:.2f}"),
        Figure("total", Text("合计（元）", "Total (CNY)"), f"{found.total:.2f}"),
    ]
    return tuple(lines), Text(found.zh, found.en), found.article, not found.total


def _multiple(wrong: ValueError, on: date, kind: str) -> InvalidInput:
    most = (charge_rule(kind, on) or {})["multiple"]
    at_most = (charge_rule(kind, on) or {})["at_most"]
    zh = f"该日的规定为{'不高于' if at_most else ''} {most} 倍"
    return InvalidInput(fields={"multiple": Text(zh, str(wrong).capitalize())})


def _breach(data: dict[str, Any], on: date) -> Out:
    first, last = data["first"], data["last"]
    if first is not None and last is not None and last < first:
        raise InvalidInput(fields={"last": Text("截止日早于起始日", "It lies before the first day")})
    kwh = breach_energy(data["monthly_kwh"], first, last, day=on)
    try:
        found = breach_charge(kwh, data["paid_price"], data["proper_price"], day=on, multiple=data["multiple"])
    except ValueError as wrong:
        raise _multiple(wrong, on, "breach") from wrong
    return _charge(found)


def _theft(data: dict[str, Any], on: date) -> Out:
    if data["evidence"] is None:
        raise GuardRefused(
            Text(
                "没有窃电证据的，不得按窃电追补。请先取得现场检查记录、计量装置鉴定结论或公安机关材料。",
                "Without evidence of theft nothing is charged as theft: get the record of a check, an examination of"
                " the meter or papers of the police first.",
            ),
            code="no_theft_evidence",
            article=cite("supply_regulation.theft_forms", on),
            missing=("evidence",),
        )
    try:
        found = theft_charge(
            data["kilowatts"],
            data["price"],
            day=on,
            days=data["days"],
            hours_per_day=data["hours"],
            lighting=bool(data["lighting"]),
            multiple=data["multiple"],
        )
    except ValueError as wrong:
        raise _multiple(wrong, on, "theft") from wrong
    return _charge(found)


def _capacity(data: dict[str, Any], on: date) -> Out:
    price, months = data["capacity_price"], data["months"]
    if (price is None) != (months is None):
        name = "months" if months is None else "capacity_price"
        raise InvalidInput(fields={name: Text("两部制用户须同时填写电价和月数", "Give both the price and the months")})
    found = over_capacity_charge(data["excess_kw"], day=on, capacity_price=price, months=months or Decimal(0))
    return _charge(found, energy=False)


def _late(data: dict[str, Any], on: date) -> Out:
    if (data["paid"] is None) != (data["paid_on"] is None):
        name = "paid_on" if data["paid_on"] is None else "paid"
        raise InvalidInput(fields={name: Text("缴费金额和日期须同时填写", "Give both the amount and its day")})
    payments = [(data["paid_on"], data["paid"])] if data["paid"] is not None else []
    found = arrears(data["amount"], data["due_on"], payments, per_mille=data["per_mille"], on=on)
    lines = [
        Figure("unpaid", Text("尚欠电费（元）", "Still owed (CNY)"), f"{found.unpaid:.2f}"),
        Figure("days", Text("逾期天数", "Days overdue"), str(found.overdue_days)),
        Figure("fee", Text("违约金（元）", "Late fee (CNY)"), f"{found.fee:.2f}"),
    ]
    zh = "；".join(f"{s.first}至{s.last}共{s.days}日，欠{s.unpaid:.2f}元，计{s.fee:.2f}元" for s in found.stretches)
    en = "; ".join(f"{s.first} to {s.last}, {s.days} days, {s.unpaid:.2f} open: {s.fee:.2f}" for s in found.stretches)
    says = Text(f"{zh}。" if zh else "未逾期，不计违约金。", f"{en}." if en else "Not overdue: no late fee.")
    if found.overdue_days > STOP_AFTER:
        says = Text(
            f"{says.zh}逾期已超过{STOP_AFTER}日，经催交仍不交的，供电企业可按程序停止供电。",
            f"{says.en} Over {STOP_AFTER} days: after dunning the grid company may stop the supply by procedure.",
        )
    return tuple(lines), says, found.article, not found.stretches


_CALCULATORS: Final[dict[str, Callable[[dict[str, Any], date], Out]]] = {
    "breach": _breach,
    "theft": _theft,
    "capacity": _capacity,
    "late_fee": _late,
}
