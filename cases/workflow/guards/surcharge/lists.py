"""Gate 9 for the list: its plan, issue, acceptance, notification and end; the rules are in `cases.policy.surcharge`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

from cases.policy.dated import CHINA
from cases.policy.obstacle import Obstacle, obstacle
from cases.policy.surcharge import FLOOR, Proposal, named_document, person_obstacle, surcharge_refusal
from cases.policy.tariff import Tariff, TariffError, find_tariff
from cases.workflow.effects.base import instant, is_open, today
from cases.workflow.effects.surcharge.listing import chosen_document, local_document, simulation
from cases.workflow.effects.surcharge.lists import STANDING, listed_period, lists_of, supply_of, surcharge_of
from cases.workflow.forms.choices import PRICE_CLASSES
from cases.workflow.guards.base import Data, cite, correct, from_obstacle, needs, refuse
from cases.workflow.guards.situation import determination, finding, planned_proposal, surcharge_proposal
from cases.workflow.view import CaseView, Context, Refusal, Text


def plan(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """Rate, document, persons, period, evidence and the simulation; asked without data: may this subject be charged?"""
    decided = determination(view)
    if is_open(view, "end_surcharge"):
        return refuse(
            "list_being_ended",
            "已报告停止挖矿，现行名单待签发停止执行函。先停止执行，不另拟名单。",
            "The mining was reported as stopped and the present list is to be ended; plan no other.",
            missing=("end_surcharge",),
        )
    if not data:
        subject, registered = str(decided.get("subject") or "unknown"), bool(decided.get("registered_enterprise"))
        found = person_obstacle(subject, view.region_code, today(ctx), ctx.rules.documents, registered=registered)
        # Where the region's own document covers persons, the proposal can bring it along.
        return from_obstacle(found) if found and found.code != "persons_not_covered" else None
    given = data["document_from"] is not None and data["document_file"] is not None
    if data["local_document"] and not given and chosen_document(view, data, ctx) is None:
        field = "document_from" if data["document_from"] is None else "document_file"
        return needs(field, "地方价格文件的施行日期和文件", "the local document's first day and its file")
    if otherwise := _registered_otherwise(view, data, ctx):
        return otherwise
    known = finding(view, "check_consumption").get("price_class")
    if known and data["price_class"] != known:
        label = dict(PRICE_CLASSES)[known]
        return correct(
            "price_class",
            f"用电核查反馈的现行电价为“{label.zh}”，按此填写；要改类的，填“改按电价类别”",
            f"The consumption report says {label.en}; a change of class goes into “Re-classify to”",
        )
    if unpriced := _unpriced(view, data, ctx):
        return unpriced
    refused = surcharge_refusal(_proposed(view, data, ctx))
    if refused is None:
        return _listed_before(view, data)
    return _shown(view, data, ctx, refused) if refused.code == "simulation_not_seen" else from_obstacle(refused)


def _registered_otherwise(view: CaseView, data: dict[str, Any], ctx: Context) -> Refusal | None:
    """A paper that was entered and approved under this number says what it says, whatever is typed beside it."""
    typed = local_document(view, data, ctx)
    known = named_document(typed, ctx.rules.documents) if typed is not None else None
    if typed is None or known is None or not known.version:
        return None
    said: dict[str, tuple[Any, Any]] = {
        "document_from": (typed.effective_from, known.effective_from),
        "document_to": (typed.effective_to, known.effective_to),
        "document_covers_persons": (typed.covers_persons, known.covers_persons),
    }
    wrong = next((name for name, (one, other) in said.items() if one != other), None)
    if wrong is None:
        return None
    return correct(
        wrong,
        f"与已登记的{known.document}不符（施行 {known.effective_from} 至 {known.effective_to or '未定'}，"
        f"{'适用' if known.covers_persons else '不适用'}于个人）。按登记的内容填写，或只填加价标准",
        f"{known.document} is registered from {known.effective_from} to {known.effective_to or 'an open end'},"
        f" {'covering' if known.covers_persons else 'not covering'} persons. Give that, or the rate alone",
    )


def _listed_before(view: CaseView, data: dict[str, Any]) -> Refusal | None:
    """No day is on two lists that stand: it would be charged twice."""
    for entry in lists_of(surcharge_of(view)):
        if entry["state"] not in STANDING:
            continue
        begin, end = listed_period(entry)
        last = date.max if end is None else end
        if begin <= last and data["starts_on"] <= last and (data["ends_on"] or date.max) >= begin:
            return correct(
                "starts_on",
                f"与前一份名单（{begin} 至 {end or '未定'}）重叠，同一天不得加价两次；起始日期应晚于其截止日期",
                f"An earlier list has the days from {begin} to {end or 'an open end'}; no day is charged twice",
            )
    return None


def _proposed(view: CaseView, data: dict[str, Any], ctx: Context) -> Proposal:
    now, then = _simulated(view, data, ctx)
    return surcharge_proposal(
        view,
        ctx,
        None,
        rate=data["rate"],
        starts_on=data["starts_on"],
        ends_on=data["ends_on"],
        price_document=local_document(view, data, ctx),
        simulation_seen=bool(data["simulation_seen"]),
        bill_now=now,
        bill_reclassified=then,
    )


def _unpriced(view: CaseView, data: dict[str, Any], ctx: Context) -> Refusal | None:
    """A class that has no price here, or one that an account supplied like this cannot be billed at."""
    for field in ("price_class", "reclass_to"):
        if data[field] and not _has_price(view, data[field], data, ctx):
            return correct(field, "本地区没有登记该类电价，无法测算", "No price of this class is recorded here")
    try:
        simulation(view, {**data, "rate": FLOOR}, ctx)
    except TariffError as error:
        return correct("price_class", error.zh, error.en)
    return None


def _has_price(view: CaseView, kind: str, data: dict[str, Any], ctx: Context) -> bool:
    entered = kind == "commercial" and data["commercial_price"] is not None
    return entered or _recorded(view, kind, ctx) is not None


def _recorded(view: CaseView, kind: str, ctx: Context) -> Tariff | None:
    supply = supply_of(finding(view, "check_consumption"))
    where = {"voltage": supply.voltage, "variant": supply.variant if kind == "combined" else ""}
    return find_tariff(view.region_code, kind, today(ctx), extra=ctx.rules.tariffs, **where)


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
    recorded = _recorded(view, "commercial", ctx) is not None
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
        return no_entry(view, ctx)
    if data and not data["account_matches"]:
        return refuse(
            "account_differs",
            "户号、地址与档案不一致，不能接收。办理“退回执行名单”并说明差异。",
            "Account or address differ from the records. Refuse the list and say why.",
            article=cite(view, ctx, "electricity_law.price"),
            missing=("account_matches",),
        )
    return None


def returned_list(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """What the grid company knows better about the days is a span of days."""
    if not data or data["starts_on"] is None or data["ends_on"] is None or data["starts_on"] <= data["ends_on"]:
        return None
    return correct("ends_on", "更正后的截止日期早于起始日期", "It lies before the corrected first day")


def no_entry(view: CaseView, ctx: Context) -> Refusal:
    return from_obstacle(obstacle("no_list_entry", day=today(ctx), region=view.region_code))


def notification(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    if surcharge_of(view).get("state") not in STANDING:
        return no_entry(view, ctx)
    at = surcharge_of(view).get("issued_at")
    issued = instant(at).astimezone(CHINA).date() if at else None
    if data and issued and data["notified_on"] < issued:
        return correct(
            "notified_on", f"告知日期早于名单签发（{issued}）", f"It lies before the list was issued ({issued})"
        )
    return None


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
    own = listed_period(surcharge_of(view))[1]
    if own and data["ends_on"] > own:
        return correct("ends_on", f"晚于名单截止日期 {own}", f"The list itself ends on {own}")
    # Mining that stopped before the first listed day: the entry ends on that day and holds no day at all.
    if data["ends_on"] < starts and data["ends_on"] != last:
        return correct("ends_on", f"早于起始日期 {starts}", f"It lies before the first day, {starts}")
    return None
