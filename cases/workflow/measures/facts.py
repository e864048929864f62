"""A case's facts as `cases.policy.measures` asks for them: the same readings as the gates make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from agencies.actors import Actor, Post
from agencies.directory import Directory
from cases.policy.dated import CHINA
from cases.policy.entered import NONE as NO_RULES
from cases.policy.entered import Entered
from cases.policy.measures import CaseFacts, Decision, decide
from cases.policy.surcharge import Proposal
from cases.policy.suspension import Situation
from cases.policy.tariff import simulate
from cases.workflow.effects.base import instant
from cases.workflow.effects.restoration import power_is_off
from cases.workflow.effects.rounds import of_round
from cases.workflow.effects.surcharge.lists import supply_of
from cases.workflow.guards.findings import contradictions, named_subjects
from cases.workflow.guards.situation import (
    determination,
    families,
    finding,
    planned_proposal,
    proof,
    reported_victim,
    serves_residents,
    surcharge_proposal,
    suspension_situation,
)
from cases.workflow.view import CaseView, Context

Known = Mapping[str, Any]
# Nobody acts: a decision is explained, not taken.
_NOBODY = Actor(0, "system", "系统", "zh", ())
_NOWHERE = Post(0, "system", "系统", "system", "", 0, is_unit=False, duties=frozenset(), roles=frozenset())


def explain(
    view: CaseView,
    directory: Directory,
    day: date,
    known: Known | None = None,
    *,
    rules: Entered = NO_RULES,
    seen: date | None = None,
) -> Decision:
    """The decision on this case by the rules of that day; `known` are proposed values instead of those on record.

    `seen` is the day up to which the facts are told, that same day where none is given.
    """
    return replace(decide(facts_of(view, directory, day, known, rules=rules, seen=seen)), rules=rules.rule_set)


def facts_of(
    view: CaseView,
    directory: Directory,
    day: date,
    known: Known | None = None,
    *,
    rules: Entered = NO_RULES,
    seen: date | None = None,
) -> CaseFacts:
    """The facts on record, under the rules of that day; `rules` are those that people entered."""
    ctx = Context(datetime.combine(day, time(12), CHINA), _NOBODY, _NOWHERE, directory, rules=rules)
    said = determined(view) if known is None else known
    order = suspension_situation(view, ctx, said)
    return CaseFacts(
        order=order,
        grid=_own(view, order, seen or day),
        proposal=_surcharge(view, ctx, said),
        closed=view.stage == "closed" or view.merged_into is not None,
        power_off=power_is_off(view),
        mining_stopped=bool(view.facts.get("cessation")),
        reported_victim=reported_victim(view),
        price_class_known=bool(finding(view, "check_consumption").get("price_class")),
        contradictions=contradictions(view, order.finding, order.subject),
        leads=_leads(view),
        bills=_bills(view, day, seen or day, rules),
    )


def determined(view: CaseView) -> Known:
    """The determination on record; before there is one, the subject that all findings agree on."""
    found = determination(view)
    if found and found.get("state") != "refused":
        return found
    named = named_subjects(view)
    return {"subject": named.pop()} if len(named) == 1 else {}


def _own(view: CaseView, order: Situation, seen: date) -> Situation:
    """The grid company's own decision: what it reported, and its own record of two, which comes with the act."""
    consumption, inspected = proof(view, "check_consumption"), proof(view, "inspect_site")
    cut = _own_cut(view)
    return replace(
        order,
        origin="grid",
        finding="compromised" if reported_victim(view) else "",
        serves_residents_living=serves_residents(view),
        theft_proven=bool(consumption.get("theft") or cut.get("theft_proven")),
        danger_recorded=bool(inspected.get("danger") or cut.get("danger")),
        arrears_days=_arrears(consumption, cut, seen),
        dunned=bool(cut.get("dunned_on") or _dunned(consumption, seen)),
        breach_found_by_grid=bool(consumption.get("breach") or cut.get("breach")),
        serious_breach=bool(consumption.get("serious_breach") or cut.get("serious_breach")),
        grid_decision=bool(cut.get("grid_decision")),
        families=families(view, ("onsite", "grid_record")),
        onsite_recorded=True,
        officer_numbers=(),
    )


def _arrears(consumption: Known, cut: Known, day: date) -> int:
    """Days in arrears: at the cut, where the grid company reported one; else by that day, as its check said."""
    if cut.get("bill_due_on") and cut.get("executed_at"):
        at = instant(cut["executed_at"]).astimezone(CHINA).date()
        return (at - date.fromisoformat(cut["bill_due_on"])).days
    if consumption.get("arrears_due_on"):
        return max(0, (day - date.fromisoformat(consumption["arrears_due_on"])).days)
    return int(consumption.get("arrears_days") or 0)


def _dunned(consumption: Known, day: date) -> bool:
    """Whether it was dunned by that day, as the check of the account said."""
    dunned = consumption.get("arrears_dunned_on")
    return dunned is not None and date.fromisoformat(dunned) <= day


def _own_cut(view: CaseView) -> Known:
    """What the grid company reported of a cut of its own in this round."""
    found: dict[str, Any] = view.facts.get("suspension") or {}
    own = found.get("origin") == "grid" and of_round(view, found.get("reported") or {})
    return found if own else {}


def _surcharge(view: CaseView, ctx: Context, said: Known) -> Proposal:
    """The surcharge as it would be proposed; where one is planned, with the price document that the plan names."""
    plan = view.facts.get("surcharge") or {}
    document = planned_proposal(view, ctx).price_document if plan.get("local") else None
    return surcharge_proposal(view, ctx, said, price_document=document)


def _bills(view: CaseView, day: date, seen: date, rules: Entered) -> tuple[Decimal, Decimal] | None:
    """A month as it is billed and as it would be at the commercial price; None where either is not known."""
    found = finding(view, "check_consumption")
    kind, kwh = found.get("price_class"), found.get("monthly_kwh")
    if kind in (None, "commercial") or not kwh:
        return None
    try:
        energy = Decimal(str(kwh))
        simulated = simulate(
            view.region_code,
            day,
            energy,
            current=str(kind),
            used_before=energy * (seen.month - 1),
            rates=(),
            supply=supply_of(found),
            extra=rules.tariffs,
            documents=rules.documents,
        )
        return simulated.option(str(kind)).bill.total, simulated.option("commercial").bill.total
    except (KeyError, ValueError):
        return None


def _leads(view: CaseView) -> frozenset[str]:
    """What the findings say about why nobody could be reached, in the words of the register."""
    results = {str(row.get("result")) for row in (view.facts.get("findings") or {}).values()}
    told = results & {"not_locatable", "no_such_account"}
    return frozenset(told | ({"entry_refused"} if "no_access" in results else set()))
