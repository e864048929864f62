"""Gate 9 for the bills: their cycle and price, their review, what is paid and corrected."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from cases.policy.billing.readings import Unusable
from cases.policy.billing.words import said
from cases.policy.surcharge import PRE_NOTICE_DAYS, first_bill_from
from cases.policy.tariff import Tariff, TariffError
from cases.policy.tariff.words import PERIODS
from cases.workflow.effects.base import today
from cases.workflow.effects.surcharge.bills import (
    TIERED,
    bill_numbered,
    billed_class,
    computed,
    corrected_cycle,
    energy_billed_in,
    measured,
    overlapping,
    recorded_tariff,
    with_energy,
)
from cases.workflow.effects.surcharge.lists import Entry, as_day, bills_under, list_of, listed_days, surcharge_of
from cases.workflow.guards.base import Data, cite, correct, needs, refuse
from cases.workflow.guards.surcharge.lists import no_entry
from cases.workflow.view import CaseView, Context, Refusal

# Where a reading that cannot be used is corrected; whatever else it is, at the energy.
_OF_THE_METER = {
    "one_reading": "reading_to",
    "decreasing": "reading_to",
    "multiplier": "multiplier",
    "multiplier_without_readings": "multiplier",
}
LONGEST_CYCLE = 62  # days: two-month reading cycles exist, longer ones are a mistyped date


def billing(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """A bill covers a whole past cycle with listed days that no other bill covers."""
    surcharge = surcharge_of(view)
    if surcharge.get("state") not in ("notified", "billing", "ended"):
        return no_entry(view, ctx)
    early = _told_long_enough(view, ctx)
    if early is not None or not data:
        return early
    try:
        return _billed(view, with_energy(data), ctx)
    except Unusable as wrong:
        return correct(_OF_THE_METER.get(wrong.code, "kwh"), *said(wrong.code, wrong.figures))


def _billed(view: CaseView, data: dict[str, Any], ctx: Context) -> Refusal | None:
    surcharge = surcharge_of(view)
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
    if wrong := _by_the_record(surcharge, data):
        return wrong
    return _by_time(recorded, data) or _computable(view, surcharge, data, ctx)


def _by_the_record(entry: Entry, data: dict[str, Any]) -> Refusal | None:
    """Time of use and two-part prices have several parts and are on record; only two-part accounts pay for demand."""
    kind = billed_class(entry)
    if data["energy_price"] is not None and kind in ("commercial_tou", "two_part"):
        return correct(
            "energy_price",
            "分时和两部制电价由多项组成，按登记的电价版本计收，不在账单中填写（电力法 43）",
            "A price by time of use or in two parts is billed at the recorded version; enter none (Electricity Law 43)",
        )
    if data["demand_kw"] is not None and kind != "two_part":
        return correct("demand_kw", "该户不是两部制用户，不按需量计费", "The account is not on a two-part price")
    return None


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
        if error.code == "proxy_price_missing" and billed_class(entry) == "commercial":
            return needs("energy_price", "当月代理购电价格", "the month's proxy price")
        known = {
            "price": "energy_price",
            "region": "cycle_from",
            "capacity_kva": "demand_kw",
            **{name: name for name in PERIODS},
        }
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
    refused = _by_the_record(entry, data) or refused
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
