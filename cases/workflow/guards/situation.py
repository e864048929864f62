"""What the policy rules ask about a case, read from its facts: supply, ground, papers, evidence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from cases.policy.evidence import count_independent
from cases.policy.surcharge import PriceDocument, Proposal
from cases.policy.suspension import Situation
from cases.workflow.effects.base import reports, today
from cases.workflow.effects.rounds import of_round, signals_of_round
from cases.workflow.effects.surcharge.lists import list_of, surcharge_of
from cases.workflow.view import CaseView, Context

MEASURES_TAKEN = frozenset({"confirmed", "restored", "executed"})
SEEN = frozenset({"running", "devices_idle", "removed"})
LONG_AGO = {"seq": 0}
Known = Mapping[str, Any]


def finding(view: CaseView, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = (view.facts.get("findings") or {}).get(kind) or {}
    return found


def proof(view: CaseView, kind: str) -> dict[str, Any]:
    """The finding, where it was made in this round; what stood before a relapse carries no new measure."""
    found = finding(view, kind)
    return found if of_round(view, found) else {}


def determination(view: CaseView) -> dict[str, Any]:
    found: dict[str, Any] = view.facts.get("determination") or {}
    return found


def reported_victim(view: CaseView) -> bool:
    """The cyberspace office or the inspectors reported an intrusion, and nobody has taken it back."""
    return any(_reported(view, kind, "compromised") for kind in ("analyse_traffic", "inspect_site"))


def reported_classes(view: CaseView) -> frozenset[str]:
    """The classes of user that the grid company reported."""
    return frozenset(row["user_class"] for row in reports(view, "check_consumption") if row.get("user_class"))


def measure_taken(view: CaseView) -> bool:
    """In this round the supply was cut for this case, or a surcharge was billed under a list that stands."""
    suspension, surcharge = view.facts.get("suspension") or {}, surcharge_of(view)
    ordered = {"seq": suspension["order_seq"]} if "order_seq" in suspension else suspension.get("reported") or LONG_AGO
    cut = suspension.get("state") in MEASURES_TAKEN and of_round(view, ordered)
    bills = [row for row in surcharge.get("bills") or [] if row["state"] != "refused"]
    standing = (row for row in bills if list_of(surcharge, row).get("state") != "revoked")
    return cut or any(of_round(view, row.get("issued") or LONG_AGO) for row in standing)


def families(view: CaseView, *own: tuple[str, str]) -> frozenset[str]:
    """Signal families that rest on sources of their own, after a relapse those of this round.

    A finding overrides the lead it checked: a list that hinted at energy counts for nothing once the grid company
    has found the consumption normal.
    """
    signals, sources = signals_of_round(view)
    fallback = [str((view.facts.get("source") or {}).get("kind", "list"))]
    pairs = {
        (family, source) for family, count in signals.items() if count > 0 for source in sources.get(family, fallback)
    }
    pairs |= set(own)
    if _refuted(view, "check_consumption", "normal"):
        pairs = {p for p in pairs if p[0] != "energy"}
    if _refuted(view, "analyse_traffic", "not_confirmed"):
        pairs = {p for p in pairs if p[0] not in ("traffic", "hashpower")}
    consumption, traffic = proof(view, "check_consumption"), proof(view, "analyse_traffic")
    if consumption.get("result") == "abnormal":
        pairs.add(("energy", "check_consumption"))
    if traffic.get("result") == "confirmed":
        pairs.add(("traffic", "analyse_traffic"))
        if traffic.get("hashrate"):
            pairs.add(("hashpower", "analyse_traffic"))
    if proof(view, "inspect_site").get("result") in SEEN:
        pairs.add(("onsite", "inspect_site"))
    names = sorted({family for family, _ in pairs})
    return frozenset(names[: count_independent(pairs)])


def _reported(view: CaseView, kind: str, result: str) -> bool:
    return any(row.get("result") == result for row in reports(view, kind))


def _refuted(view: CaseView, kind: str, result: str) -> bool:
    """The lead was checked and found to be nothing; a check of before a relapse says nothing about a hit since."""
    return any(row.get("result") == result and of_round(view, row) for row in reports(view, kind))


def onsite_recorded(view: CaseView) -> bool:
    """Somebody was on the site and wrote it down; a visit before a closed door is no such record."""
    return proof(view, "inspect_site").get("result") not in (None, "waived", "no_access")


def officers(view: CaseView) -> tuple[str, ...]:
    """As many places as officers with numbers are on record; the numbers themselves are sealed."""
    return tuple(str(n) for n in range(int(proof(view, "inspect_site").get("officers", 0))))


def serves_residents(view: CaseView) -> bool | None:
    """Whether the metering point serves residents' living: any "yes" on record weighs more than a "no"."""
    answers = [
        row.get("serves_residents") for kind in ("check_consumption", "inspect_site") for row in reports(view, kind)
    ]
    answers.append((view.facts.get("suspension") or {}).get("serves_residents"))
    if True in answers:
        return True
    return False if False in answers else None


def suspension_situation(view: CaseView, ctx: Context, known: Known | None = None, **more: Any) -> Situation:
    """The situation of an ordered suspension; `known` are proposed values instead of the determination on record."""
    decided = determination(view) if known is None else known
    consumption, proven = finding(view, "check_consumption"), proof(view, "check_consumption")
    papers = view.facts.get("suspension") or {}
    agency = ctx.directory.by_id.get(view.lead_agency_id)
    values: dict[str, Any] = {
        "day": today(ctx),
        "region": view.region_code,
        "origin": "order",
        "subject": decided.get("subject") or "unknown",
        "registered_enterprise": bool(decided.get("registered_enterprise")),
        "finding": decided.get("finding") or "",
        "serves_residents_living": serves_residents(view),
        "mixed_premises": bool(consumption.get("mixed_premises")),
        "circuit_separable": consumption.get("circuit_separable"),
        "production_circuit_only": bool(decided.get("production_circuit_only")),
        "important_user": "important" in (papers.get("user_class"), *reported_classes(view)),
        "decided_by_duties": agency.duties if agency else frozenset(),
        "serious_or_refused": bool(decided.get("serious_or_refused")),
        "illegal_use_proven": bool(proven.get("illegal_use") or proven.get("theft")),
        "order_document": bool(papers.get("order_file")),
        "legal_document": bool(papers.get("legal_document")),
        "countersigned": bool(papers.get("countersigned_at")),
        "copy_received": bool((papers.get("notice") or {}).get("copied")),
        "families": families(view),
        "onsite_recorded": onsite_recorded(view),
        "officer_numbers": officers(view),
        "entered": ctx.rules.bases,
    }
    return Situation(**{**values, **more})


def surcharge_proposal(view: CaseView, ctx: Context, known: Known | None = None, **more: Any) -> Proposal:
    """The proposal of a surcharge, from the determination on record or from proposed values."""
    decided = determination(view) if known is None else known
    proven = decided.get("proven_from")
    values: dict[str, Any] = {
        "day": today(ctx),
        "region": view.region_code,
        "subject": decided.get("subject") or "unknown",
        "registered_enterprise": bool(decided.get("registered_enterprise")),
        "finding": decided.get("finding") or "",
        "rate": None,
        "starts_on": None,
        "proven_start": proven if isinstance(proven, date) or proven is None else date.fromisoformat(proven),
        "families": families(view),
        "onsite_recorded": onsite_recorded(view),
        "officer_numbers": officers(view),
        "entered": ctx.rules.documents,
    }
    return Proposal(**{**values, **more})


def planned_proposal(view: CaseView, ctx: Context) -> Proposal:
    """The surcharge as it was planned, to be looked at again before it is issued and before each bill."""
    plan = view.facts.get("surcharge") or {}
    day = {key: date.fromisoformat(plan[key]) for key in ("starts_on", "ends_on") if plan.get(key)}
    document = None
    if plan.get("local"):
        document = PriceDocument(
            region=view.region_code,
            document=plan["document"],
            rate=Decimal(plan["rate"]),
            effective_from=date.fromisoformat(plan["document_from"]),
            effective_to=date.fromisoformat(plan["document_to"]) if plan.get("document_to") else None,
            covers_persons=bool(plan.get("covers_persons")),
            status="in_force",
            source="attached by the commission",
            certainty="BRIEF",
        )
    return surcharge_proposal(
        view,
        ctx,
        rate=Decimal(plan["rate"]) if plan.get("rate") else None,
        starts_on=day.get("starts_on"),
        ends_on=day.get("ends_on"),
        price_document=document,
        simulation_seen=bool(plan.get("simulation")),
    )
