"""What the gates say of each measure, and what the explained decision says: side by side, by the code."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from cases.policy.dated import CHINA
from cases.policy.measures import CaseFacts, decide
from cases.policy.suspension import grounds
from cases.workflow.guards import findings, suspension, verification
from cases.workflow.guards.base import Data
from cases.workflow.guards.situation import reported_classes
from cases.workflow.measures.facts import determined, facts_of
from cases.workflow.view import CaseView, Context, Refusal
from tests.workflow.desk import FILE, OFFICERS, Desk

# A working Wednesday at ten, in a year whose calendar is published.
CUT = datetime(2026, 11, 18, 10, tzinfo=CHINA)


def context(desk: Desk) -> Context:
    actor = desk.person("drc-handler1")
    return Context(desk.now, actor, actor.posts[0], desk.directory)


def first(*answers: Refusal | None) -> str | None:
    """The code of the first gate that says no, as the engine asks them."""
    return next((answer.code for answer in answers if answer is not None), None)


def proposal(view: CaseView, known: Mapping[str, Any], *disposals: str, ground: str | None = None) -> dict[str, Any]:
    names = ("serious_or_refused", "registered_enterprise", "production_circuit_only", "proven_from")
    data = {name: known.get(name) for name in names}
    said = {"finding": known.get("finding") or "", "subject": known.get("subject") or "unknown"}
    return {**data, **said, "disposals": list(disposals), "ground": ground}


def ordered(view: CaseView, ctx: Context, known: Mapping[str, Any], ground: str) -> str | None:
    data: Data = proposal(view, known, "suspension", ground=ground)
    if data["finding"] == "compromised":
        # Asked first by a gate of its own; the rules of the ground say the same further down.
        return "victim"
    return first(suspension.proposed_suspension(view, data, ctx), findings.proposed_on_findings(view, data, ctx))


def surcharged(view: CaseView, ctx: Context, known: Mapping[str, Any]) -> str | None:
    data: Data = proposal(view, known, "surcharge")
    gates = (verification.proposed_surcharge, findings.proposed_on_findings, verification.price_class_known)
    return first(*(gate(view, data, ctx) for gate in gates))


def own(view: CaseView, ctx: Context, facts: CaseFacts, ground: str) -> str | None:
    """The grid company's own cut, with all that comes with the act and nothing that the record does not say."""
    g, classes = facts.grid, reported_classes(view)
    kind = next((k for k in ("important", "residential") if k in classes), "ordinary")
    living = g.serves_residents_living or kind == "residential"
    served = CUT - timedelta(days=8 if living else 4)
    data: Data = {
        "ground": ground,
        "cut_at": CUT,
        "user_class": kind,
        "serves_residents": g.serves_residents_living,
        "officers": OFFICERS,
        "theft_proven": g.theft_proven,
        "danger": "fire" if g.danger_recorded else None,
        "bill_due_on": CUT.date() - timedelta(days=g.arrears_days) if g.arrears_days else None,
        "dunned_on": CUT.date() - timedelta(days=20) if g.dunned else None,
        "breach": "use_changed" if g.breach_found_by_grid else None,
        "serious_breach": g.serious_breach,
        "grid_decision": FILE,
        "notice_served_at": served,
        "second_notice_at": CUT - timedelta(hours=1),
        "authority_informed": True,
    }
    found = suspension.own_suspension(view, data, ctx)
    return found.code if found else None


def disagreements(desk: Desk, known: Mapping[str, Any] | None = None) -> list[str]:
    """Every measure about which the gates and the decision differ; an empty list is agreement."""
    view, ctx = desk.view, context(desk)
    facts = facts_of(view, desk.directory, desk.now.astimezone(CHINA).date(), known)
    if facts.closed:
        return [m.key for m in decide(facts).measures if m.available or m.codes[0] != "case_closed"]
    decision = decide(facts)
    said = determined(view) if known is None else known
    found = []
    for rule in grounds().values():
        gate = own(view, ctx, facts, rule.code) if rule.origin == "grid" else ordered(view, ctx, said, rule.code)
        codes = decision.measure(f"suspension/{rule.code}").codes
        if gate == "victim" and said.get("finding") == "compromised":
            agrees = "victim" in codes
        else:
            agrees = gate == (codes[0] if codes else None)
        if not agrees:
            found.append(f"{rule.code}: gate {gate}, decision {codes}")
    gate, codes = surcharged(view, ctx, said), decision.measure("surcharge").codes
    if gate != (codes[0] if codes else None):
        found.append(f"surcharge: gate {gate}, decision {codes}")
    return found
