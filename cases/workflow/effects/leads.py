"""Leads and monitoring: opening, more signals, monitoring, dispatch, exclusion."""

from __future__ import annotations

from typing import Any

from cases.policy.privacy.retention import NOTHING_FOUND
from cases.workflow.effects.base import (
    Data,
    asked_of,
    end_of_day,
    lead,
    picked,
    put,
    signed,
)
from cases.workflow.effects.restoration import ends_without_ground
from cases.workflow.effects.rounds import counted, hit_again, sourced
from cases.workflow.view import CaseView, Context, OpenTask, Outcome


def batch_of(view: CaseView) -> str:
    """The latest list that this case was on."""
    hit, source = view.facts.get("last_hit") or {}, view.facts.get("source") or {}
    return str(hit.get("batch") or hit.get("listed") or source.get("batch") or "")


def relapse_of(earlier: CaseView) -> dict[str, Any]:
    """The earlier case, how it ended, and how often the site has begun again by now.

    Where nothing had been found there was nothing to begin again: the hit is looked at all the same, and not counted.
    """
    before = int((earlier.facts.get("relapse") or {}).get("count", 0))
    count = before if earlier.outcome in NOTHING_FOUND else before + 1
    return {"of": earlier.number, "outcome": earlier.outcome, "count": count}


def open_case(view: CaseView, data: Data, ctx: Context) -> Outcome:
    facts: dict[str, Any] = {"source": {"kind": data["source"], **picked(data, "batch", "site")}, "submissions": 1}
    if data["signals"]:
        facts["signals"] = counted(data["signals"])
        facts["signal_sources"] = sourced(data["signals"], data["source"])
    if data["elsewhere"]:
        facts["elsewhere"] = {"region": data["elsewhere"]}
    case = {
        "title": data["title"],
        "source": data["source"],
        "level": data["level"] or "normal",
        "region_code": data["region_code"],
    }
    if data["relapse_of"] and ctx.related is not None:
        # 复燃: the same site again after closing is looked at first, and by nobody who may not know of the first case.
        facts["relapse"] = relapse_of(ctx.related) | {"at": signed(view, ctx)["at"]}
        case |= {"level": "priority", "confidentiality": ctx.related.confidentiality}
    return Outcome(to="monitoring", facts=facts, case=case, open=[OpenTask("triage")])


def attach_signal(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """More hits on the same site; a second submission makes it a priority.

    Further rows of the list that was counted last are no new submission, and neither is a carrier's reply, which only
    names the premises and where they lie, nor a priority list that repeats rows which had come before.
    """
    case = {name: data[name] for name in ("title", "region_code") if data.get(name)}
    case |= {"level": "priority"} if data["level"] == "priority" else {}
    case = {name: value for name, value in case.items() if value != getattr(view, name)}
    away = {"elsewhere": {"region": data["elsewhere"]}} if data["elsewhere"] else {}
    if not data["signals"]:
        told = {"kind": data["source"], **picked(data, "batch"), **signed(view, ctx)}
        places = bool(data["title"] or data["region_code"] or data["elsewhere"])
        only = {**({"located": told} if places else {}), **({"prioritised": told} if data["level"] else {})}
        return Outcome(facts={**only, **away}, case=case)
    # A later hit that is on no list takes the case off none: whoever sent the list still waits for its answer.
    listed = {"listed": batch_of(view)} if not data["batch"] and batch_of(view) else {}
    facts: dict[str, Any] = {
        **away,
        "signals": counted(data["signals"], view.facts.get("signals")),
        "signal_sources": sourced(data["signals"], data["source"], view.facts.get("signal_sources")),
        "last_hit": {"kind": data["source"], **picked(data, "batch"), **listed, **signed(view, ctx)},
        **hit_again(view, data["signals"], data["source"]),
    }
    latest = view.facts.get("last_hit") or view.facts.get("source") or {}
    if data["batch"] is None or data["batch"] != latest.get("batch"):
        facts["submissions"] = int(view.facts.get("submissions", 1)) + 1
        if view.level != "priority":
            case["level"] = "priority"
    return Outcome(facts=facts, case=case)


def continue_monitoring(view: CaseView, data: Data, ctx: Context) -> Outcome:
    monitoring = {"reason": data["reason_code"], "review_on": data["review_on"].isoformat(), **signed(view, ctx)}
    return Outcome(
        facts={"monitoring": monitoring},
        case={"review_on": data["review_on"]},
        open=[lead(view, "review_monitoring", due_at=end_of_day(data["review_on"]))],
    )


def dispatch_verification(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """Every finding asked for becomes a task of the agency that makes it; their inspections are the commission's."""
    tasks = [
        lead(view, kind) if kind == "inspect_site" else OpenTask(kind, agency_id=asked_of(view, ctx, kind))
        for kind in data["findings"]
    ]
    return Outcome(
        to="verification",
        facts={"dispatch": {"findings": data["findings"], **signed(view, ctx)}},
        case={"review_on": None},
        open=tasks,
    )


def propose_exclusion(view: CaseView, data: Data, ctx: Context) -> Outcome:
    exclusion = {"state": "proposed", "reason": data["reason_code"], **signed(view, ctx)}
    return Outcome(facts={"exclusion": exclusion}, case={"review_on": None}, open=[lead(view, "review_exclusion")])


def decide_exclusion(view: CaseView, data: Data, ctx: Context) -> Outcome:
    decided = {"decided_by": ctx.actor.user_id, "decided_at": signed(view, ctx)["at"]}
    if data["decision"] == "refuse":
        return Outcome(facts=put(view, "exclusion", state="refused", **decided), open=[lead(view, "triage")])
    facts = put(view, "exclusion", state="approved", **decided)
    closure = {"state": "closed", "outcome": "false_positive", "feedback": "not_mining"}
    facts["closure"] = {**closure, **signed(view, ctx)}
    outcome = Outcome(
        to="closed",
        facts=facts,
        case={"outcome": "false_positive", "review_on": None},
        document=("exclusion", None),
    )
    ends_without_ground(view, ctx, outcome, "false_positive")
    return outcome
