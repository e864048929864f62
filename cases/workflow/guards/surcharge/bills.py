"""Gate 9 for the bills: their cycle and price, their review, what is paid and corrected."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from cases.policy.billing.arrears import arrears_of
from cases.policy.surcharge import PRE_NOTICE_DAYS, first_bill_from
from cases.policy.tariff import Tariff, TariffError
from cases.policy.tariff.words import PERIODS
from cases.workflow.effects.base import today
from cases.workflow.effects.surcharge.bills import (
    TIERED,
    bill_numbered,
    bills_of,
    computed,
    corrected_cycle,
    energy_billed_in,
    measured,
    overlapping,
    recorded_tariff,
)
from cases.workflow.effects.surcharge.lists import Entry, as_day, bills_under, list_of, listed_days, surcharge_of
from cases.workflow.guards.base import Data, cite, correct, needs, refuse
from cases.workflow.guards.surcharge.lists import no_entry
from cases.workflow.view import CaseView, Context, Refusal

LONGEST_CYCLE = 62  # days: two-month reading cycles exist, longer ones are a mistyped date


def billing(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """A bill covers a whole past cycle with listed days that no other bill covers."""
    surcharge = surcharge_of(view)
    if surcharge.get("state") not in ("notified", "billing", "ended"):
        return no_entry(view, ctx)
    early = _told_long_enough(view, ctx)
    if early is not None or not data:
        return early
    first_day, last_day = data["cycle_from"], data["cycle_to"]
    if last_day < first_day or (last_day - first_day).days >= LONGEST_CYCLE:
        return correct("cycle_to", f"抄表周期应为 1 至 {LONGEST_CYCLE} 日", f"A cycle has 1 to {LONGEST_CYCLE} days")
    if data["month"] not in (first_day.isoformat()[:7], last_day.isoformat()[:7]):
        return correct("month", "账单月份不在抄表周期内", "The month does not lie in the cycle")
    if data["due_on"] is not None and data["due_on"] < last_day:
        return correct("due_on", "缴费期限早于抄表周期止", "It lies before the end of the cycle")
    taken = _already_billed(view, data)
    if taken is not None:
        return taken
    if not listed_days(surcharge, first_day, last_day):
        return refuse(
            "no_listed_day",
            f"该周期没有名单内的日期（{surcharge['starts_on']} 至 {surcharge.get('ends_on', '未定')}），不得加价。",
            "No day of this cycle is on the list; nothing may be added.",
            article=cite(view, ctx, "electricity_law.price"),
        )
    return None if energy_billed_in(view, first_day, last_day) else _priced(view, data, ctx)


def _told_long_enough(view: CaseView, ctx: Context) -> Refusal | None:
    """The user is told before the first bill of a list, long enough to answer."""
    surcharge = surcharge_of(view)
    told = surcharge.get("notified_on")
    if told is None or any(row["state"] != "refused" for row in bills_under(surcharge, surcharge)):
        return None
    first = first_bill_from(as_day(told))
    if today(ctx) >= first:
        return None
    return refuse(
        "pre_notice",
        f"用户于 {told} 被告知，首份加价账单不得早于 {first} 出具（提前 {PRE_NOTICE_DAYS} 日告知）。",
        f"The user was told on {told}: the first bill with the surcharge may be issued from {first} on.",
        article=cite(view, ctx, "penalty_law.prior_notice"),
        missing=("notified_on",),
    )


def _already_billed(view: CaseView, data: dict[str, Any]) -> Refusal | None:
    """No day is billed twice under one list, and no energy under two.

    Days that a bill of an earlier list has charged for their energy get the surcharge of this one in a cycle inside it.
    """
    surcharge, first_day, last_day = surcharge_of(view), data["cycle_from"], data["cycle_to"]
    rows = overlapping(view, first_day, last_day)
    for row in rows:
        if list_of(surcharge, row) is surcharge:
            return correct("cycle_from", f"与账单 {row['no']} 的周期重叠", f"It overlaps the cycle of bill {row['no']}")
    charged = energy_billed_in(view, first_day, last_day)
    if charged is not None:
        if data["kwh"] <= Decimal(charged["kwh"]):
            return None
        return correct(
            "kwh",
            f"超过账单 {charged['no']} 同一周期的电量（{charged['kwh']} kWh）",
            f"It is more than bill {charged['no']} has for these days ({charged['kwh']} kWh)",
        )
    other = next((row for row in rows if "energy_in" not in row), None)
    if other is None:
        return None
    span = f"{other['cycle_from']} 至 {other['cycle_to']}"
    return correct(
        "cycle_from",
        f"与前一份名单的账单 {other['no']}（{span}）部分重叠，该周期的电能电费已计收。"
        "重叠的日期单独出账，周期不超出该账单，只计加价；其余日期另出一份账单。",
        f"Part of it lies in the cycle of bill {other['no']} of an earlier list, which has charged the energy. Bill the"
        " days inside that cycle by themselves (surcharge only), and the others in a bill of their own.",
    )


def _priced(view: CaseView, data: dict[str, Any], ctx: Context) -> Refusal | None:
    """Tiers need the year's energy so far, a commercial account the month's own price, and nobody else has one."""
    surcharge = surcharge_of(view)
    recorded = recorded_tariff(view, surcharge, data["cycle_from"], ctx.rules)
    if recorded is not None and recorded.kind in TIERED and data["used_before"] is None:
        return needs("used_before", "本年此前用电量", "the year's kWh before the cycle")
    return _by_time(recorded, data) or _computable(view, surcharge, data, ctx)


def _by_time(recorded: Tariff | None, data: dict[str, Any]) -> Refusal | None:
    """By time of use each period of the plan is read from the meter; any other account has no periods to add up."""
    wanted = [period.name for period in recorded.periods] if recorded is not None else []
    given = list(measured(data))
    if given and not wanted:
        return correct(
            given[0],
            "该户电价不分时段，各时段电量不能相加出账。请只填周期电量；该户确为分时用户的，先核对电价类别。",
            "The account is not billed by time of use, and periods are not added up: state the energy of the cycle"
            " only, or check its price class.",
        )
    missing = next((name for name in wanted if name not in given), None)
    return needs(missing, PERIODS[missing][0], f"{PERIODS[missing][1]} kWh") if missing else None


def _computable(view: CaseView, entry: Entry, cycle: dict[str, Any], ctx: Context) -> Refusal | None:
    try:
        computed(view, entry, cycle, ctx.rules)
    except TariffError as error:
        if error.code == "proxy_price_missing":
            return needs("energy_price", "当月代理购电价格", "the month's proxy price")
        known = {"price": "energy_price", "region": "cycle_from", **{name: name for name in PERIODS}}
        return correct(known.get(error.field, "kwh"), error.zh, error.en)
    return None


def correction_by_time(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """The corrected energy of an account by time of use is stated by its periods too, unless none of it changes."""
    row = bill_numbered(view, data["bill"]) if data else None
    if row is None or data is None or "energy_in" in row:
        return None
    entry = list_of(surcharge_of(view), row)
    stated = data["kwh"] != Decimal(row["kwh"]) or measured(data)
    refused = _by_time(recorded_tariff(view, entry, as_day(row["cycle_from"]), ctx.rules), data) if stated else None
    return refused or _computable(view, entry, corrected_cycle(row, data), ctx)


def bill_decision(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """A bill is made anew under its list only; later, and in a closed case, it is corrected."""
    task, surcharge = ctx.task, surcharge_of(view)
    if not data or data["decision"] == "approve" or task is None:
        return None
    row = bill_numbered(view, task.data["bill"])
    if task.data.get("adjustment"):
        return _refund_stands(view, ctx, row)
    if view.stage == "penalty_tariff" and (row is None or list_of(surcharge, row) is surcharge):
        return None
    return refuse(
        "correct_instead",
        "该账单所依据的名单已不在执行，账单不能退回重出。先通过复核，再由电费核算办理“退补电费”更正。",
        "Its list is no longer carried out: approve the bill and have it adjusted.",
        missing=("decision",),
    )


def _refund_stands(view: CaseView, ctx: Context, row: dict[str, Any] | None) -> Refusal | None:
    """Refusing the refund of what a revoked list added would keep money that nothing allows to keep."""
    if row is None or "pending" not in row or Decimal(row["pending"]["figures"]["surcharge"]):
        return None
    if list_of(surcharge_of(view), row).get("state") != "revoked":
        return None
    return refuse(
        "refund_stands",
        f"账单 {row['no']} 所依据的名单已撤销，加价须全部退还，不能退回。"
        "电量有误的，先通过，再由电费核算办理“退补电费”。",
        f"The list of bill {row['no']} is revoked and its surcharge is refunded. Approve it; the energy can be"
        " corrected afterwards.",
        article=cite(view, ctx, "electricity_law.refund"),
        missing=("decision",),
    )


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
