"""Gate 9 for what follows a bill: payments, late fees and refunds within their limits, one correction at a time."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from cases.policy.billing.arrears import arrears_of
from cases.workflow.effects.surcharge.bills import bill_numbered, bills_of
from cases.workflow.effects.surcharge.lists import list_of, surcharge_of
from cases.workflow.guards.base import Data, correct, refuse
from cases.workflow.view import CaseView, Context, Refusal


def known_bill(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """Payments and corrections go to a bill that was reviewed."""
    if not bills_of(view):
        return refuse("no_bill", "本案没有账单。", "This case has no bill.")
    if all(row["state"] != "reviewed" for row in bills_of(view)):
        return refuse(
            "bill_not_reviewed",
            "本案没有复核通过的账单。复核通过后再办理。",
            "No bill of this case has passed its review.",
            missing=("bill",),
        )
    if not data:
        return None
    row = bill_numbered(view, data["bill"])
    if row is None:
        numbers = "、".join(b["no"] for b in bills_of(view))
        return correct("bill", f"没有这个账单编号，本案账单：{numbers}", f"No such bill; this case has {numbers}")
    if row["state"] != "reviewed":
        return refuse(
            "bill_not_reviewed",
            f"账单 {row['no']} 尚未复核通过。复核通过后再办理。",
            f"Bill {row['no']} has not passed its review.",
            missing=("bill",),
        )
    return None


def no_pending_correction(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    row = bill_numbered(view, data["bill"]) if data else None
    if row is None or "pending" not in row:
        return None
    return refuse(
        "correction_pending",
        f"账单 {row['no']} 已有一项更正等待复核。",
        f"A correction of bill {row['no']} already awaits its review.",
    )


def within_what_is_owed(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """A payment goes to what is still open on its bill; more is a slip of the keyboard or belongs to another bill.

    The late fee is paid up to what it comes to on that day, and no more is paid back than was paid too much.
    """
    row = bill_numbered(view, data["bill"]) if data else None
    if row is None or data is None:
        return None
    open_now = Decimal(row["amount"]) - Decimal(row.get("paid", 0))
    if data["kind"] == "late_fee":
        return _within_the_fee(view, data, row)
    if data["kind"] == "refund":
        over = max(-open_now, Decimal(0))
        return None if data["amount"] <= over else _no_refund(row, over)
    still = max(open_now, Decimal(0))
    if data["amount"] <= still:
        return None
    if not still:
        return correct("amount", f"账单 {row['no']} 已缴清，没有尚欠金额", f"Bill {row['no']} is paid; nothing is open")
    return correct(
        "amount",
        f"超过账单 {row['no']} 尚欠的 {still:.2f} 元",
        f"Only {still:.2f} CNY of bill {row['no']} are still open",
    )


def _no_refund(row: dict[str, Any], over: Decimal) -> Refusal:
    if not over:
        return correct(
            "amount",
            f"账单 {row['no']} 没有多缴的金额，不能退还。须更正的先办理“退补电费”并复核",
            f"Nothing was overpaid on bill {row['no']}; have it adjusted and reviewed first",
        )
    return correct(
        "amount",
        f"超过账单 {row['no']} 多缴的 {over:.2f} 元",
        f"Only {over:.2f} CNY were overpaid on bill {row['no']}",
    )


def _within_the_fee(view: CaseView, data: dict[str, Any], row: dict[str, Any]) -> Refusal | None:
    rate = list_of(surcharge_of(view), row).get("late_fee")
    late = arrears_of(row, view.facts.get("payments") or [], rate, on=data["paid_on"])
    owed = max((late.fee if late else Decimal(0)) - Decimal(row.get("fee_paid", 0)), Decimal(0))
    if data["amount"] <= owed:
        return None
    return correct(
        "amount",
        f"账单 {row['no']} 至 {data['paid_on']} 应计违约金尚欠 {owed:.2f} 元",
        f"The late fee of bill {row['no']} up to {data['paid_on']} is {owed:.2f} CNY",
    )
