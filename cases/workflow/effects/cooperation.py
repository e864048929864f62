"""Other authorities, other regions, supervision, and what is possible on every case."""

from __future__ import annotations

from typing import Any

from cases.workflow.effects.base import Data, lead, picked, put, resolve_agency, seq_of, signed
from cases.workflow.effects.cutting import compensation
from cases.workflow.effects.cutting.zero_load import checked
from cases.workflow.effects.handoffs import the_task
from cases.workflow.view import CaseView, Context, Facts, OpenTask, Outcome


def refer_case(view: CaseView, data: Data, ctx: Context) -> Outcome:
    partner = resolve_agency(ctx.directory, data["partner"])
    if partner is None:
        raise ValueError("a referral needs a partner")
    seq = seq_of(view)
    row = {"id": seq, "partner": partner.id, "sort": partner.partner_sort, "matter": data["matter"], "state": "sent"}
    referrals = [*(view.facts.get("referrals") or []), {**row, **signed(view, ctx)}]
    task = OpenTask("acknowledge_referral", agency_id=partner.id, data={"referral": seq})
    return Outcome(
        facts={"referrals": referrals},
        open=[task],
        share=[(partner.id, "referral")],
        document=("referral", None),
        basis=("penalty_law.criminal",) if data["matter"] == "crime" else (),
    )


def _referral(view: CaseView, number: int, **changes: Any) -> Facts:
    rows = view.facts.get("referrals") or []
    return {"referrals": [{**row, **changes} if row["id"] == number else row for row in rows]}


def acknowledge_referral(view: CaseView, data: Data, ctx: Context) -> Outcome:
    task = the_task(ctx)
    number = task.data["referral"]
    facts = _referral(view, number, state="received", received_at=signed(view, ctx)["at"], **picked(data, "file_no"))
    reply = OpenTask("reply_referral", agency_id=task.agency_id, unit_id=task.unit_id, data={"referral": number})
    return Outcome(facts=facts, open=[reply])


def reply_referral(view: CaseView, data: Data, ctx: Context) -> Outcome:
    number = the_task(ctx).data["referral"]
    at = signed(view, ctx)["at"]
    return Outcome(facts=_referral(view, number, state="replied", result=data["result"], replied_at=at))


def propose_transfer(view: CaseView, data: Data, ctx: Context) -> Outcome:
    receiver = ctx.directory.addressee("development_commission", data["to_region"])
    if receiver is None:
        raise ValueError("a transfer needs a receiving commission")
    transfer = {
        "state": "proposed",
        "from_region": view.region_code,
        "to_region": data["to_region"],
        "from_agency": view.lead_agency_id,
        "to_agency": receiver.id,
        "reason": data["reason_code"],
        "declined_by": (view.facts.get("transfer") or {}).get("declined_by", []),
        **signed(view, ctx),
    }
    task = OpenTask("receive_transfer", agency_id=receiver.id, data={"to_region": data["to_region"]})
    return Outcome(facts={"transfer": transfer}, open=[task], document=("transfer", None))


def receive_transfer(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """Received: the case lies in the new region and its commission leads. Declined: the sender goes on."""
    kind = "triage" if view.stage == "monitoring" else "determine"
    transfer = view.facts.get("transfer") or {}
    decided = {"decided_by": ctx.actor.user_id, "decided_at": signed(view, ctx)["at"]}
    receiver = the_task(ctx).agency_id
    if data["decision"] == "decline":
        refused = [*transfer.get("declined_by", []), receiver]
        facts = put(view, "transfer", state="declined", declined_by=refused, **decided)
        return Outcome(facts=facts, open=[lead(view, kind)])
    region = transfer["to_region"]
    # The sender keeps its own part, as one that had a task.
    relations = {view.lead_agency_id: "task"}
    relations |= {agency.id: "supervisor" for agency in ctx.directory.watchers(region)}
    relations[receiver] = "lead"
    return Outcome(
        facts=put(view, "transfer", state="received", **decided),
        case={"region_code": region, "lead_agency_id": receiver},
        open=[OpenTask(kind, agency_id=receiver)],
        share=list(relations.items()),
        document=("transfer_receipt", None),
    )


def urge(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """Whoever holds the named task answers; without one, the commission that leads the case."""
    task = view.task(data["task"]) if data["task"] else None
    agency = task.agency_id if task else view.lead_agency_id
    asked = {"level": data["level"], "by_agency": ctx.post.principal_id or None}
    if task:
        asked |= {"task": task.id, "kind": task.kind}
    row = {"agency": agency, **asked, **signed(view, ctx)}
    return Outcome(
        facts={"urges": [*(view.facts.get("urges") or []), row]},
        open=[OpenTask("answer_urge", agency_id=agency, unit_id=task.unit_id if task else None, data=asked)],
        document=("urge", None),
    )


def answer_urge(view: CaseView, data: Data, ctx: Context) -> Outcome:
    planned = picked(data, "planned_on")
    return Outcome(facts={"last_answer": {**planned, **signed(view, ctx)}})


def sample_case(view: CaseView, data: Data, ctx: Context) -> Outcome:
    row = {**picked(data, "result", "score"), **signed(view, ctx)}
    return Outcome(facts={"samples": [*(view.facts.get("samples") or []), row]})


def comment(view: CaseView, data: Data, ctx: Context) -> Outcome:
    return Outcome()


def attach_document(view: CaseView, data: Data, ctx: Context) -> Outcome:
    row = {"paper": data["paper"], "files": data["attachments"], **signed(view, ctx)}
    facts: Facts = {"papers": [*(view.facts.get("papers") or []), row]}
    if data["paper"] == "load_reading":
        facts |= put(view, "suspension", **checked(view, ctx, data["reading"], data["read_at"], data["reading_source"]))
    if data["paper"] in (compensation.CLAIM, compensation.DECISION):
        facts |= compensation.noted(view, data, ctx)
    return Outcome(facts=facts)


def reveal_personal_data(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """Nothing of the case changes; the event itself is the record of who looked at what, and why."""
    row = {"items": data["items"], "purpose": data["purpose"], **signed(view, ctx)}
    return Outcome(facts={"last_reveal": row})
