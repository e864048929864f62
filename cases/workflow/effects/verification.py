"""The four findings, rework and waiver, and the determination that rests on them."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from cases.policy.blindspots import blind_spots
from cases.policy.evidence import distinct_officers
from cases.policy.law import in_force
from cases.policy.suspension import MINING_FINDINGS, grounds
from cases.workflow.effects.base import (
    Data,
    adviser,
    after_last_finding,
    asked_of,
    end_of_day,
    follow_ups,
    is_open,
    lead,
    picked,
    put,
    signed,
    today,
)
from cases.workflow.effects.handoffs import the_task
from cases.workflow.effects.restoration import ends_without_ground
from cases.workflow.view import CaseView, Context, Facts, OpenTask, Outcome

# How a case that is closed by its determination ended.
OUTCOME_OF: Final = {
    "false_positive": "false_positive",
    "compromised": "compromised_victim",
    "already_stopped": "self_stopped",
    "not_locatable": "not_found",
    "no_such_account": "not_found",
    "outside_jurisdiction": "transferred",
    "self_operated": "handled",
    "hosted": "handled",
    "pending_appraisal": "handled",
}
# What the issuer of the list is told where nobody said it otherwise.
FEEDBACK_OF: Final = {
    "false_positive": "not_mining",
    "compromised": "victim",
    "already_stopped": "stopped",
    "not_locatable": "not_found",
    "no_such_account": "not_found",
    "outside_jurisdiction": "passed_on",
    "self_operated": "handled",
    "hosted": "handled",
    "pending_appraisal": "not_mining",
}
_BASIS: Final = {
    "continue_monitoring": ("ndrc_1283.stock", "ndrc_1283.power_screening"),
    "surcharge": ("ndrc_1283.surcharge",),
    "refer": ("penalty_law.criminal",),
    "close": ("ndrc_1283.ledger",),
}


_SPOTS: Final = frozenset(spot.code for spot in blind_spots())
# What an earlier measure left behind does not speak for the next one.
# With a measure open the case leaves the register of blind spots.
_NEW_ROUND: Final[Facts] = {"stay": None, "cessation": None, "objection": None, "blind_spot": None}


def _report(view: CaseView, ctx: Context, kind: str, result: dict[str, Any]) -> Outcome:
    findings = {**(view.facts.get("findings") or {}), kind: {**result, **signed(view, ctx)}}
    return Outcome(facts={"findings": findings}, open=after_last_finding(view, ctx))


def report_subscriber(view: CaseView, data: Data, ctx: Context) -> Outcome:
    return _report(view, ctx, "trace_subscriber", picked(data, "result", "subject", "lines"))


def report_consumption(view: CaseView, data: Data, ctx: Context) -> Outcome:
    names = (
        "result",
        "user_class",
        "price_class",
        "voltage",
        "variant",
        "serves_residents",
        "mixed_premises",
        "circuit_separable",
        "monthly_kwh",
        "capacity_kva",
        "theft",
        "illegal_use",
        "arrears_days",
        "arrears_due_on",
        "arrears_dunned_on",
        "breach",
        "serious_breach",
    )
    return _report(view, ctx, "check_consumption", picked(data, *names))


def report_traffic(view: CaseView, data: Data, ctx: Context) -> Outcome:
    return _report(view, ctx, "analyse_traffic", picked(data, "result", "pools", "connections", "hashrate"))


def record_inspection(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """Only the number of officers is a fact; their numbers and names are sealed."""
    names = (
        "result",
        "inspected_at",
        "home_entry",
        "consent",
        "signature",
        "subject",
        "devices",
        "power_kw",
        "project",
        "production_on",
        "danger",
        "serves_residents",
    )
    officers = distinct_officers(row["staff_no"] for row in data["officers"])
    return _report(view, ctx, "inspect_site", {"officers": officers, **picked(data, *names)})


def request_rework(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """The named findings are asked for again; what was reported stays on record until it is replaced."""
    findings = dict(view.facts.get("findings") or {})
    for kind in data["findings"]:
        if kind in findings:
            findings[kind] = {**findings[kind], "rework": True}
    tasks = [
        lead(view, kind, rework=True)
        if kind == "inspect_site"
        else OpenTask(kind, agency_id=asked_of(view, ctx, kind), data={"rework": True})
        for kind in data["findings"]
    ]
    return Outcome(facts={"findings": findings}, open=tasks)


def waive_finding(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """An earlier report of the same kind stays what it was; without one the finding is recorded as waived."""
    kind = the_task(ctx).kind
    known = (view.facts.get("findings") or {}).get(kind)
    waived = {"waived": data["reason_code"], **signed(view, ctx)}
    result = {**known, "waived": data["reason_code"]} if known else {"result": "waived", **waived}
    findings = {**(view.facts.get("findings") or {}), kind: result}
    return Outcome(facts={"findings": findings}, open=after_last_finding(view, ctx))


def propose_determination(view: CaseView, data: Data, ctx: Context) -> Outcome:
    names = (
        "finding",
        "subject",
        "proven_from",
        "monitoring_reason",
        "review_on",
        "serious_or_refused",
        "registered_enterprise",
        "production_circuit_only",
    )
    disposals = [_disposal(kind, view, data, ctx) for kind in data["disposals"]]
    determination = {"state": "proposed", **picked(data, *names), "disposals": disposals}
    determination |= {"proposed_by": ctx.actor.user_id, **signed(view, ctx)}
    basis = tuple(key for row in disposals for key in row["basis"])
    return Outcome(facts={"determination": determination}, open=[lead(view, "review_determination")], basis=basis)


def _disposal(kind: str, view: CaseView, data: Data, ctx: Context) -> dict[str, Any]:
    if kind == "suspension":
        rule = {"kind": kind, "ground": data["ground"], "basis": list(grounds()[data["ground"]].basis)}
        return {**rule, **rule_versions(view, data["ground"], ctx)}
    return {"kind": kind, "basis": list(_BASIS[kind])}


def rule_versions(view: CaseView, ground: str, ctx: Context) -> dict[str, list[str]]:
    """The entered versions on which a suspension on this ground rests today."""
    found = (in_force(key, today(ctx), view.region_code, ctx.rules.bases) for key in grounds()[ground].basis)
    versions = [basis.version for basis in found if basis is not None and basis.version]
    return {"rule_versions": versions} if versions else {}


def disposals_of(view: CaseView) -> list[str]:
    """The kinds of disposal in the determination as it stands."""
    return [row["kind"] for row in (view.facts.get("determination") or {}).get("disposals", [])]


def decide_determination(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """Approved, the case goes where its disposals lead; refused, it is proposed anew."""
    decided = {"decided_by": ctx.actor.user_id, "decided_at": signed(view, ctx)["at"]}
    if data["decision"] == "refuse":
        facts = put(view, "determination", state="refused", **decided)
        return Outcome(facts=facts, open=[lead(view, "determine")])
    determination = view.facts["determination"]
    outcome = _go(view, data, ctx, determination, disposals_of(view))
    outcome.facts |= put(view, "determination", state="decided", **decided)
    outcome.document = ("determination", None)
    outcome.basis = tuple(key for row in determination["disposals"] for key in row["basis"])
    ends_without_ground(view, ctx, outcome, OUTCOME_OF[determination["finding"]])
    if determination["finding"] == "compromised" and not is_open(view, "advise_owner"):
        outcome.open.append(OpenTask("advise_owner", agency_id=adviser(view, ctx)))
    return outcome


def _go(view: CaseView, data: Data, ctx: Context, determination: dict[str, Any], kinds: list[str]) -> Outcome:
    """`=disposal`: the stage and the task that each decided disposal needs."""
    if "suspension" in kinds:
        return Outcome(to="suspension", facts=dict(_NEW_ROUND), open=[lead(view, "sign_suspension_order")])
    if "surcharge" in kinds:
        return Outcome(to="penalty_tariff", facts=dict(_NEW_ROUND), open=[lead(view, "plan_surcharge")])
    if "close" in kinds:
        ended = OUTCOME_OF[determination["finding"]]
        feedback = data["feedback"] or FEEDBACK_OF[determination["finding"]]
        closure = {"state": "closed", "outcome": ended, "feedback": feedback, **signed(view, ctx)}
        case = {"outcome": ended, "review_on": None}
        facts: Facts = {"closure": closure, "blind_spot": None}
        return Outcome(to="closed", facts=facts, case=case, open=follow_ups(view, ctx))
    if "continue_monitoring" in kinds:
        review = date.fromisoformat(determination["review_on"])
        task = lead(view, "review_monitoring", due_at=end_of_day(review))
        spot = blind_spot(view, ctx, determination)
        return Outcome(to="monitoring", facts=spot, case={"review_on": review}, open=[task])
    # A referral alone: the case stays, and is determined further once the other authority has it.
    return Outcome(open=[lead(view, "determine")])


def blind_spot(view: CaseView, ctx: Context, determination: dict[str, Any]) -> Facts:
    """Proven mining that no measure reaches is entered in the register of blind spots (监管盲区), with the reason.

    Watched for another reason (a new signal is awaited), it is no blind spot and leaves the register.
    """
    reason = determination.get("monitoring_reason")
    if determination["finding"] not in MINING_FINDINGS or reason not in _SPOTS:
        return {"blind_spot": None}
    since = (view.facts.get("blind_spot") or {}).get("since") or today(ctx).isoformat()
    return {"blind_spot": {"reason": reason, "subject": determination["subject"], "since": since}}


def advise_owner(view: CaseView, data: Data, ctx: Context) -> Outcome:
    advice = {"measures": data["measures"], **signed(view, ctx)}
    return Outcome(facts={"advice": advice}, document=("advice", None))
