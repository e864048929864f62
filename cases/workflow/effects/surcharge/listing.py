"""The penalty tariff: plan, list entry, acceptance, notification, cessation, end; its bills are in `billing`."""

from __future__ import annotations

from typing import Any

from cases.policy.papers import registered_document
from cases.policy.surcharge import PriceDocument, SurchargeRule, surcharge_rule
from cases.policy.tariff import simulate
from cases.workflow.effects.base import (
    Data,
    is_open,
    lead,
    picked,
    put,
    signed,
    to_close,
    today,
)
from cases.workflow.effects.surcharge.lists import (
    ACTIVE,
    charged_as,
    following,
    listed_period,
    supply_of,
    surcharge_of,
    unbilled,
)
from cases.workflow.papers.waiting import to_hand_over
from cases.workflow.recording.plain import plain
from cases.workflow.view import CaseView, Context, OpenTask, Outcome


def chosen_document(view: CaseView, data: Data, ctx: Context) -> PriceDocument | None:
    """The document on record, where the proposal gives its number and nothing else of it."""
    said = [data.get(name) for name in ("document_from", "document_to", "document_covers_persons")]
    if not data.get("local_document") or any(value is not None for value in said):
        return None
    return registered_document(data["local_document"], view.region_code, today(ctx), ctx.rules.documents)


def local_document(view: CaseView, data: Data, ctx: Context) -> PriceDocument | None:
    """The region's own price document, where the proposal names one: chosen from the record, or as it was typed."""
    if not data.get("local_document") or data.get("rate") is None:
        return None
    if data.get("document_from") is None:
        return chosen_document(view, data, ctx)
    return PriceDocument(
        region=view.region_code,
        document=data["local_document"],
        rate=data["rate"],
        effective_from=data["document_from"],
        effective_to=data.get("document_to"),
        covers_persons=bool(data.get("document_covers_persons")),
        status="in_force",
        source="attached by the commission",
        certainty="BRIEF",
    )


def simulation(view: CaseView, data: Data, ctx: Context) -> dict[str, Any]:
    """What the same energy costs under each class, with and without the rate; decimals as text."""
    result = simulate(
        view.region_code,
        today(ctx),
        data["monthly_kwh"],
        current=data["price_class"],
        rates=[data["rate"]],
        commercial_price=data.get("commercial_price"),
        supply=supply_of(_reported(view)),
        also=data.get("reclass_to"),
        extra=ctx.rules.tariffs,
        documents=ctx.rules.documents,
    )
    return {key: value for key, value in result.as_dict().items() if value is not None}


def _reported(view: CaseView) -> dict[str, Any]:
    found: dict[str, Any] = (view.facts.get("findings") or {}).get("check_consumption") or {}
    return found


def rule_for(view: CaseView, data: Data, ctx: Context) -> SurchargeRule | None:
    local = local_document(view, data, ctx)
    return surcharge_rule(
        view.region_code, today(ctx), local, subject=charged_as(view.facts), entered=ctx.rules.documents
    )


def propose_surcharge(view: CaseView, data: Data, ctx: Context) -> Outcome:
    rule = rule_for(view, data, ctx)
    if rule is None:
        raise ValueError("a surcharge needs a price document")
    planned = {
        "state": "planned",
        **picked(data, "rate", "starts_on", "ends_on", "monthly_kwh", "price_class", "reclass_to", "document_file"),
        "document": rule.document,
        "document_from": rule.effective_from.isoformat(),
        **({"document_to": rule.effective_to.isoformat()} if rule.effective_to else {}),
        "covers_persons": rule.covers_persons,
        # How the account is supplied, as the grid company reported it: its price depends on that too.
        **picked(_reported(view), "voltage", "variant", "capacity_kva"),
        "local": bool(data.get("local_document")) and chosen_document(view, data, ctx) is None,
        **({"rule_versions": list(rule.versions)} if rule.versions else {}),
        **({"share": str(rule.share)} if rule.share != 1 else {}),
        "simulation": simulation(view, data, ctx),
        "planned": signed(view, ctx),
        **following(surcharge_of(view)),
    }
    # Closing that was open beside the plan is not what is due any more; the end of this list opens it again.
    instead = {t.id: "cancelled" for t in view.tasks if t.kind == "close"}
    return Outcome(facts={"surcharge": planned}, open=[lead(view, "issue_surcharge_list")], close=instead)


def issue_surcharge_list(view: CaseView, data: Data, ctx: Context) -> Outcome:
    facts = put(
        view,
        "surcharge",
        state="issued",
        issued_at=ctx.now,
        issued_by=ctx.actor.user_id,
        list_file=data["list_file"],
        list_seq=signed(view, ctx)["seq"],
    )
    return Outcome(
        facts=facts, open=[OpenTask("acknowledge_surcharge")], document=("surcharge_list", data["list_file"])
    )


def acknowledge_surcharge(view: CaseView, data: Data, ctx: Context) -> Outcome:
    rate = {"late_fee": data["late_fee"]} if data["late_fee"] is not None else {}
    facts = put(view, "surcharge", state="accepted", accepted_at=ctx.now, accepted_by=ctx.actor.user_id, **rate)
    told = OpenTask("notify_subscriber")
    basis = ("ndrc_1283.surcharge", "penalty_law.prior_notice")
    return Outcome(facts=facts, open=[told], document=("surcharge_notice", None), paper_in="surcharge", basis=basis)


def refuse_surcharge(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """Back to the commission with the reason, and with what the grid company knows better; it draws the list up anew.

    A corrected account or address is sealed in the act; that there is one, and corrected days, stand with the entry.
    """
    corrected = {f"{name}_corrected": True for name in ("account", "address") if data[name]}
    back = {"reason": data["reason_code"], "at": ctx.now, **corrected, **picked(data, "starts_on", "ends_on")}
    returns = [*(surcharge_of(view).get("returns") or []), {key: plain(value) for key, value in back.items()}]
    facts = put(view, "surcharge", state="refused", refused=data["reason_code"], refused_at=ctx.now, returns=returns)
    return Outcome(facts=facts, open=[lead(view, "plan_surcharge")])


def notify_subscriber(view: CaseView, data: Data, ctx: Context) -> Outcome:
    facts = put(
        view,
        "surcharge",
        state="notified",
        notified_on=data["notified_on"],
        notified_at=ctx.now,
        notified_by=data["method"],
        notice_file=data["notice_file"],
    )
    paper = to_hand_over(view.facts, "notify_subscriber")
    return Outcome(facts=facts, open=[OpenTask("issue_bill")], hands_over=paper)


def report_cessation(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """`end_surcharge` where a list entry is active, else `close`."""
    cessation = {"stopped_on": plain(data["stopped_on"]), "proof": data["proof"], **signed(view, ctx)}
    facts, active = {"cessation": cessation}, surcharge_of(view).get("state") in ACTIVE
    changes = ({"cessation": cessation} if active else {}) | _cut_short(view, cessation["stopped_on"])
    if changes:
        facts |= put(view, "surcharge", **changes)
    if active:
        return Outcome(facts=facts, open=[] if is_open(view, "end_surcharge") else [lead(view, "end_surcharge")])
    return Outcome(facts=facts, open=to_close(view))


def _cut_short(view: CaseView, stopped_on: str) -> dict[str, Any]:
    """A list that ran out and was followed by another of the same determination held no day after the mining either."""
    decided, earlier = (view.facts.get("determination") or {}).get("seq", 0), surcharge_of(view).get("earlier") or []
    cut = [
        {**entry, "ends_on": stopped_on}
        if entry["state"] == "ended" and entry["planned"]["seq"] > decided and str(listed_period(entry)[1]) > stopped_on
        else entry
        for entry in earlier
    ]
    return {"earlier": cut} if cut != earlier else {}


def end_surcharge(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """The list ends; a bill for listed days stays owed, one for no listed day and a list to follow do not."""
    facts = put(view, "surcharge", state="ended", ends_on=data["ends_on"], ended_at=ctx.now, ended_by=ctx.actor.user_id)
    over = {"plan_surcharge", *(["issue_bill"] if unbilled(facts["surcharge"]) is None else [])}
    spare = [t for t in view.tasks if t.kind in over]
    return Outcome(
        facts=facts,
        open=to_close(view),
        close={t.id: "cancelled" for t in spare},
        document=("surcharge_end", data["end_file"]),
    )
