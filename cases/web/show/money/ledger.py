"""The ledger of surcharged accounts for its pages and files: words for states and reasons, the cells of a row."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from agencies.actors import Actor
from agencies.directory import get_directory
from cases.policy.tariff.words import PERIODS
from cases.selectors.money.query import LedgerFilter
from cases.selectors.paging import Row
from cases.web import filters
from cases.web.show.measures import STATES as MEASURES
from cases.web.show.measures import amount, doubt
from cases.web.show.words import clauses, say
from cases.workflow.forms.surcharge import ADJUSTMENTS, NOTICES, PAYMENTS, SURCHARGE_REFUSALS
from cases.workflow.view import Text

STATES: Final = {
    "planned": Text("已拟定，待签发", "Planned"),
    "issued": Text("已签发，待接收", "Issued"),
    "accepted": Text("已接收，待告知用户", "Accepted"),
    "notified": Text("已告知，待出账", "User notified"),
    "billing": Text("执行中", "Being billed"),
    "ended": Text("已停止执行", "Ended"),
    "refused": Text("供电企业已退回", "Returned by the grid company"),
    "revoked": Text("已撤销", "Revoked"),
}
TONES: Final = {"refused": "bad", "revoked": "bad", "billing": "info", "issued": "warn", "ended": "ok"}
OWING: Final = {
    "open": Text("有欠费", "Something unpaid"),
    "overdue": Text("已逾期", "Overdue"),
    "none": Text("已缴清", "Paid"),
}
SORTS: Final = {
    "newest": Text("新立案在前", "Newest case first"),
    "start": Text("起始日期早的在前", "Earliest start first"),
    "unpaid": Text("欠费多的在前", "Most unpaid first"),
}
REASONS: Final = dict((*SURCHARGE_REFUSALS, *ADJUSTMENTS))
METHODS: Final = dict(NOTICES)
PAID_FOR: Final = dict(PAYMENTS)
_OF_MONEY: Final = ("kwh", "surcharge", "amount", "paid", "unpaid", "refund", "overpaid", "refunded", "fee", "fee_paid")
ITEMS: Final = {
    "surcharge": Text("惩罚性电价加价", "Surcharge"),
    "combined": Text("合表电量", "Combined meter"),
    "commercial": Text("工商业用电", "Commercial"),
    "energy": Text("电度电费", "Energy"),
    "capacity": Text("容量电费（kVA·月）", "Capacity charge (kVA·month)"),
    "demand": Text("需量电费（kW·月）", "Demand charge (kW·month)"),
    **{name: Text(zh, en.capitalize()) for name, (zh, en) in PERIODS.items()},
}
HEADS: Final = (
    ("案件编号", "Case"), ("属地", "Region"), ("名单序号", "List"), ("户号（遮盖）", "Account (masked)"),
    ("用电地址（至区县）", "Address (district)"), ("起始日期", "First day"), ("截止日期", "Last day"),
    ("价格文件", "Price document"), ("加价 元/kWh", "Rate CNY/kWh"), ("状态", "State"),
    ("退回原因", "Reason of return"),
    ("告知日期", "Notified on"), ("告知方式", "Notified by"), ("账单数", "Bills"), ("待复核", "Awaiting review"),
    ("电量 kWh", "kWh"), ("加价 元", "Surcharge CNY"), ("应收 元", "Amount CNY"), ("已缴 元", "Paid CNY"),
    ("尚欠 元", "Unpaid CNY"), ("逾期天数", "Days overdue"), ("违约金 元", "Late fee CNY"),
    ("已缴违约金 元", "Late fee paid CNY"), ("退补减少 元", "Reduced by CNY"), ("待退还 元", "To be paid back CNY"),
    ("已退还 元", "Paid back CNY"), ("停止挖矿日期", "Mining stopped on"), ("停止执行日期", "Ended at"),
    ("电价核实", "Certainty of prices"),
)  # fmt: skip


_AFTER_THE_BILL: Final = ("fee", "fee_paid", "refund", "overpaid", "refunded")


def offered(actor: Actor) -> list[filters.Select]:
    return [
        filters.Select("state", gettext("状态"), gettext("全部状态"), list(STATES.items())),
        filters.Select("owing", gettext("缴费"), gettext("不限"), list(OWING.items())),
        filters.Select("district", gettext("区县"), gettext("全部区县"), filters.districts(actor, get_directory())),
        filters.Select("order", gettext("排列"), say(SORTS["newest"]), list(SORTS.items())[1:]),
    ]


def wanted(given: dict[str, str], params: QueryDict) -> LedgerFilter:
    return LedgerFilter(
        state=given.get("state"),
        owing=given.get("owing"),
        region=given.get("district"),
        number=params.get("q", "").strip()[:24] or None,
    )


def row(entry: Row) -> Row:
    """One entry in words; money with thousands apart."""
    named = {name: amount(entry[name]) for name in _OF_MONEY}
    return {
        **entry,
        "href": reverse("web:surcharge", args=[entry["case"]["number"], entry["list_no"]]),
        "state_label": STATES.get(entry["state"], Text(entry["state"], entry["state"])),
        "tone": TONES.get(entry["state"], ""),
        "returned_label": REASONS.get(entry["returned"] or ""),
        "notified_label": METHODS.get(entry["notified_by"] or ""),
        "shown": named,
    }


def detail(entry: Row) -> Row:
    """One entry with its bills, line by line."""
    returns = [{**each, "label": REASONS.get(each.get("reason", ""))} for each in entry["returns"]]
    return {**row(entry), "bills": [bill(each) for each in entry["bills"]], "returns": returns}


def bill(row_: Row) -> Row:
    names = (*(name for name in _OF_MONEY if name != "unpaid"), "listed_kwh", "energy")
    return {
        **row_,
        "shown": {name: amount(row_[name]) for name in names},
        "state_label": MEASURES["proposed"] if row_["state"] == "issued" else MEASURES.get(row_["state"], "--"),
        "lines": [_line(line) for line in row_["lines"]],
        "payments": [_payment(each) for each in row_["payments"]],
        "doubt": doubt(row_),
        "pending_label": REASONS.get(row_["pending"] or ""),
        "corrections": [
            {
                **each,
                "label": REASONS.get(each["reason"]),
                "reversal": [_line(line) for line in each.get("reversal") or ()],
                "shown": {"amount": amount(each["amount"]), "kwh": amount(each["kwh"])},
            }
            for each in row_["corrections"]
        ],
    }


def _payment(payment: dict[str, Any]) -> dict[str, Any]:
    """What was paid for, where it was not the bill; of what was paid back the reason of the correction."""
    named = {"label": PAID_FOR.get(payment.get("kind", "")), "why": REASONS.get(payment.get("reason", ""))}
    return {**payment, **named, "amount": amount(payment["amount"])}


def _line(line: dict[str, Any]) -> dict[str, Any]:
    return {**line, "name": _item(line["item"]), "kwh": amount(line["kwh"]), "amount": amount(line["amount"])}


def _item(code: str) -> Text | str:
    """A line's name; by time of use the tiers above the first are adders to it."""
    tier, _, adder = code.removeprefix("tier").partition("_")
    if not tier.isdigit():
        return ITEMS.get(code, code)
    return Text(f"第{tier}档加价", f"Adder of tier {tier}") if adder else Text(f"第{tier}档电量", f"Tier {tier}")


def cells(entry: Row) -> list[Any]:
    """The row of a file; numbers as they are, not with thousands apart."""
    shown = row(entry)
    plain = [entry[name] or "" for name in ("kwh", "surcharge", "amount", "paid", "unpaid")]
    return [
        entry["case"]["number"], entry["region"]["path"], str(entry["list_no"]), entry["account"] or "",
        entry["address"] or "", entry["starts_on"], entry["ends_on"] or "", entry["document"], entry["rate"],
        say(shown["state_label"]), say(shown["returned_label"]), entry["notified_on"] or "",
        say(shown["notified_label"]), str(len(entry["bills"])), str(entry["waiting"]), *plain,
        str(entry["overdue_days"]), *(entry[name] or "" for name in _AFTER_THE_BILL), entry["stopped_on"] or "",
        _day(entry["ended_at"]), clauses(dict.fromkeys(filter(None, (doubt(each) for each in entry["bills"])))),
    ]  # fmt: skip


def _day(at: str | None) -> str:
    return timezone.localdate(datetime.fromisoformat(at)).isoformat() if at else ""


def sums(found: Row) -> Row:
    """The totals with thousands apart; `--` for what this person does not see."""
    return {name: amount(value) if name not in ("entries", "cases", "active", "overdue") else value or 0
            for name, value in found.items()}  # fmt: skip
