"""Gate 9 from the plan to the last bill; the rules are in `cases.policy.surcharge`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

from cases.policy.dated import CHINA
from cases.policy.obstacle import Obstacle, obstacle
from cases.policy.surcharge import FLOOR, Proposal, person_obstacle, surcharge_refusal
from cases.policy.tariff import find_tariff
from cases.workflow.effects.base import instant, is_open, today
from cases.workflow.effects.bills import (
    TIERED,
    bill_numbered,
    billed_class,
    bills_of,
    listed_days,
    surcharge_of,
    tariff_of,
)
from cases.workflow.effects.surcharge import ACTIVE, local_document, simulation
from cases.workflow.forms.choices import PRICE_CLASSES
from cases.workflow.guards.base import Data, cite, correct, from_obstacle, needs, refuse
from cases.workflow.guards.situation import determination, finding, planned_proposal, surcharge_proposal
from cases.workflow.view import CaseView, Context, Refusal, Text

LONGEST_CYCLE = 62  # days: two-month reading cycles exist, longer ones are a mistyped date


def plan(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """Rate, document, persons, period, evidence and the simulation; asked without data: may this subject be charged?"""
    decided = determination(view)
    if not data:
        subject = str(decided.get("subject") or "unknown")
        found = person_obstacle(subject, view.region_code, today(ctx))
        # Where the region's own document covers persons, the proposal can bring it along.
        return from_obstacle(found) if found and subject != "natural_person" else None
    if data["local_document"] and (data["document_from"] is None or data["document_file"] is None):
        field = "document_from" if data["document_from"] is None else "document_file"
        return needs(field, "地方价格文件的施行日期和文件", "the local document's first day and its file")
    known = finding(view, "check_consumption").get("price_class")
    if known and data["price_class"] != known:
        label = dict(PRICE_CLASSES)[known]
        return correct(
            "price_class",
            f"用电核查反馈的现行电价为“{label.zh}”，按此填写；要改类的，填“改按电价类别”",
            f"The consumption report says {label.en}; a change of class goes into “Re-classify to”",
        )
    for field in ("price_class", "reclass_to"):
        if data[field] and not _has_price(view, data[field], data, ctx):
            return correct(field, "本地区没有登记该类电价，无法测算", "No price of this class is recorded here")
    refused = surcharge_refusal(_proposed(view, data, ctx))
    if refused is None:
        return None
    return _shown(view, data, ctx, refused) if refused.code == "simulation_not_seen" else from_obstacle(refused)


def _proposed(view: CaseView, data: dict[str, Any], ctx: Context) -> Proposal:
    now, then = _simulated(view, data, ctx)
    return surcharge_proposal(
        view,
        ctx,
        None,
        rate=data["rate"],
        starts_on=data["starts_on"],
        ends_on=data["ends_on"],
        price_document=local_document(view, data),
        simulation_seen=bool(data["simulation_seen"]),
        bill_now=now,
        bill_reclassified=then,
    )


def _has_price(view: CaseView, kind: str, data: dict[str, Any], ctx: Context) -> bool:
    entered = kind == "commercial" and data["commercial_price"] is not None
    return entered or find_tariff(view.region_code, kind, today(ctx)) is not None


def _shown(view: CaseView, data: dict[str, Any], ctx: Context, refused: Obstacle) -> Refusal:
    """Whoever has not seen the simulation is shown it: the figures that the plan will keep."""
    totals: dict[str, str] = simulation(view, data, ctx)["totals"]
    names, asked = dict(PRICE_CLASSES), (data["price_class"], data["reclass_to"], "commercial")
    figures = {key: total for key, total in totals.items() if key.partition("+")[0] in asked}
    zh, en = [], []
    for key, total in figures.items():
        kind, _, rate = key.partition("+")
        zh.append(f"{names[kind].zh}{f'加价{rate}元' if rate else ''}每月{total}元")
        en.append(f"{names[kind].en}{f' plus {rate}' if rate else ''} {total} CNY a month")
    said = Text(f"{refused.zh}测算结果：{'；'.join(zh)}。", f"{refused.en} It gives: {'; '.join(en)}.")
    return replace(from_obstacle(refused), text=said, figures=figures)


def _simulated(view: CaseView, data: Data, ctx: Context) -> tuple[Decimal | None, Decimal | None]:
    """The monthly bill now and, where the proposal changes the class, then; both without the surcharge.

    Of the entered and the reported energy, at the entered and the recorded price: the pair that falls most, so that
    figures chosen for the purpose do not hide a discount.
    """
    if not data or not data["reclass_to"]:
        return None, None
    reported = finding(view, "check_consumption").get("monthly_kwh")
    energies = {data["monthly_kwh"], *([Decimal(reported)] if reported else [])}
    recorded = find_tariff(view.region_code, "commercial", today(ctx)) is not None
    prices = {data["commercial_price"], *([None] if recorded else [])}
    pairs = []
    for kwh, price in product(sorted(energies), prices):
        changed = {**data, "rate": FLOOR, "monthly_kwh": kwh, "commercial_price": price}
        totals = simulation(view, changed, ctx)["totals"]
        if data["reclass_to"] in totals:
            pairs.append((Decimal(totals[data["price_class"]]), Decimal(totals[data["reclass_to"]])))
    return min(pairs, key=lambda pair: pair[1] - pair[0], default=(None, None))


def planned(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """The plan is looked at again before it binds: documents expire, findings change."""
    refused = surcharge_refusal(planned_proposal(view, ctx))
    return from_obstacle(refused) if refused else None


def list_accepted(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """No charge without the commission's entry, and none on an account that is not the one named."""
    if surcharge_of(view).get("state") != "issued":
        return _no_entry(view, ctx)
    if data and not data["account_matches"]:
        return refuse(
            "account_differs",
            "户号、地址与档案不一致，不能接收。办理“退回执行名单”并说明差异。",
            "Account or address differ from the records. Refuse the list and say why.",
            article=cite(view, ctx, "electricity_law.price"),
            missing=("account_matches",),
        )
    return None


def _no_entry(view: CaseView, ctx: Context) -> Refusal:
    return from_obstacle(obstacle("no_list_entry", day=today(ctx), region=view.region_code))


def notification(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    if surcharge_of(view).get("state") not in (ACTIVE | {"ended"}):
        return _no_entry(view, ctx)
    at = surcharge_of(view).get("issued_at")
    issued = instant(at).astimezone(CHINA).date() if at else None
    if data and issued and data["notified_on"] < issued:
        return correct(
            "notified_on", f"告知日期早于名单签发（{issued}）", f"It lies before the list was issued ({issued})"
        )
    return None


def billing(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """A bill covers a whole past cycle with listed days that no other bill covers."""
    surcharge = surcharge_of(view)
    if surcharge.get("state") not in ("notified", "billing", "ended"):
        return _no_entry(view, ctx)
    if not data:
        return None
    first_day, last_day = data["cycle_from"], data["cycle_to"]
    if last_day < first_day or (last_day - first_day).days >= LONGEST_CYCLE:
        return correct("cycle_to", f"抄表周期应为 1 至 {LONGEST_CYCLE} 日", f"A cycle has 1 to {LONGEST_CYCLE} days")
    if data["month"] not in (first_day.isoformat()[:7], last_day.isoformat()[:7]):
        return correct("month", "账单月份不在抄表周期内", "The month does not lie in the cycle")
    for row in bills_of(view):
        if (
            row["state"] != "refused"
            and row["cycle_from"] <= last_day.isoformat()
            and row["cycle_to"] >= first_day.isoformat()
        ):
            return correct("cycle_from", f"与账单 {row['no']} 的周期重叠", f"It overlaps the cycle of bill {row['no']}")
    if not listed_days(surcharge, first_day, last_day):
        return refuse(
            "no_listed_day",
            f"该周期没有名单内的日期（{surcharge['starts_on']} 至 {surcharge.get('ends_on', '未定')}），不得加价。",
            "No day of this cycle is on the list; nothing may be added.",
            article=cite(view, ctx, "electricity_law.price"),
        )
    return _priced(view, data)


def _priced(view: CaseView, data: dict[str, Any]) -> Refusal | None:
    """Tiers need the year's energy so far, a commercial account the month's own price, and nobody else has one."""
    recorded = tariff_of(view, data["cycle_from"], None)
    if recorded is None and billed_class(view) != "commercial":
        return correct("cycle_from", "该周期没有登记的电价，先登记电价", "No price is recorded for this cycle")
    if recorded is not None and recorded.kind in TIERED and data["used_before"] is None:
        return needs("used_before", "本年此前用电量", "the year's kWh before the cycle")
    if recorded is None or recorded.status == "reference":
        return None if data["energy_price"] else needs("energy_price", "当月代理购电价格", "the month's proxy price")
    if data["energy_price"] is not None:
        return correct(
            "energy_price",
            f"“{recorded.zh}”按登记电价计收，不能另填电价",
            f"“{recorded.en}” is billed at the recorded price; enter no other",
        )
    return None


def bill_decision(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """In a closed case a bill is corrected, not made anew: nothing new may be owed there."""
    task = ctx.task
    if not data or data["decision"] == "approve" or task is None or view.stage == "penalty_tariff":
        return None
    if task.data.get("adjustment"):
        return None
    return refuse(
        "correct_instead",
        "案件已不在惩罚性电价阶段，账单不能退回重出。先通过复核，再由电费核算办理“退补电费”更正。",
        "The case is no longer under the tariff: approve the bill and have it adjusted.",
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


def cessation(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """It is reported once; afterwards the list is ended or the case closed."""
    if view.facts.get("cessation") and is_open(view, "end_surcharge", "close", "review_closure"):
        return refuse(
            "already_reported",
            "已报告停止挖矿。下一步：签发停止执行函，或申请办结。",
            "The cessation was reported already; end the surcharge or propose closing.",
        )
    return None


def ending(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    if not data:
        return None
    starts = date.fromisoformat(surcharge_of(view)["starts_on"])
    stopped = (view.facts.get("cessation") or {}).get("stopped_on")
    last = date.fromisoformat(stopped) if stopped else None
    if last and data["ends_on"] > last:
        return correct(
            "ends_on",
            f"晚于停止“挖矿”日期 {last}，停止之后不得加价",
            f"It lies after the mining stopped on {last}; nothing is added after that",
        )
    # Mining that stopped before the first listed day: the entry ends on that day and holds no day at all.
    if data["ends_on"] < starts and data["ends_on"] != last:
        return correct("ends_on", f"早于起始日期 {starts}", f"It lies before the first day, {starts}")
    return None
