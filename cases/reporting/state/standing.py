"""What a case counts as: the marks of the weekly ledger, from its stage and its facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from cases.intake.feedback.answers import Answer, CaseState, of_case
from cases.policy.reports.figures import Standing
from cases.policy.suspension import MINING_FINDINGS
from cases.reporting.state.past import Owed, Past

CHARGED: Final = frozenset({"accepted", "notified", "billing"})
_ENDED: Final = CHARGED | {"ended"}
# Lists whose rows name an account or a door: with one of these a case is located from its first day.
_FOUND_BY_TRACE: Final = frozenset({"identified"})
_FOUND_BY_METER: Final = frozenset({"abnormal", "normal"})
_FOUND_ON_SITE: Final = frozenset({"running", "devices_idle", "removed", "nothing_found", "compromised"})


def answer_of(case: Past, home: str) -> Answer:
    """Finding, subject and measures in the words of the result categories, as lists are answered in them.

    A case that is more confidential than usual is counted like any other; no row of the ledger shows it.
    """
    state = CaseState(case.stage, case.outcome, case.region_code, ordinary=True, facts=case.facts)
    return of_case(state, home)


def standing_of(case: Past, home: str, at: datetime) -> Standing:
    """What this case counts as at this instant, in the ledger of the region `home`."""
    late = len(overdue_of(case, at))
    if case.outcome == "merged":
        return Standing(case.region_code, frozenset({"received", "merged"}), overdue=late)
    answer = answer_of(case, home)
    mining = answer.finding in MINING_FINDINGS
    kwh = energy_of(case.facts) if mining else None
    return Standing(
        region=case.region_code,
        marks=frozenset(_marks(case, answer)),
        subject=answer.subject,
        finding=answer.finding,
        outcome=case.outcome or "",
        overdue=late,
        project=str(member(case.facts, "findings", "inspect_site").get("project") or ""),
        kwh=kwh,
    )


def overdue_of(case: Past, at: datetime) -> list[Owed]:
    """What was owed on the case and late at this instant; while a clock stands still nothing is late."""
    return [task for task in case.tasks if task.due_at < at and not task.paused]


def energy_of(facts: Mapping[str, Any]) -> Decimal | None:
    """The energy of a month in kWh, as the grid company reported it."""
    return decimal_of(member(facts, "findings", "check_consumption").get("monthly_kwh"))


def decimal_of(value: Any) -> Decimal | None:
    try:
        return None if value in (None, "") else Decimal(str(value))
    except InvalidOperation:
        return None


def member(facts: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """A fact that holds others; empty where it is not there."""
    found: Any = facts
    for name in path:
        found = (found or {}).get(name)
    return found or {}


def _marks(case: Past, answer: Answer) -> list[str]:
    cut, entry = member(case.facts, "suspension"), member(case.facts, "surcharge")
    states = {entry.get("state"), *(row.get("state") for row in entry.get("earlier") or ())}
    found = {
        "received": True,
        "located": _located(case),
        "verified": answer.answered,
        "mining": answer.finding in MINING_FINDINGS,
        "suspended": bool(cut.get("executed_at")),
        "power_off": cut.get("power") == "off",
        "surcharged": not states.isdisjoint(_ENDED),
        "charging": entry.get("state") in CHARGED,
        "cleared": case.stage == "closed",
        "open": case.stage != "closed",
    }
    return [mark for mark, counts in found.items() if counts]


def _located(case: Past) -> bool:
    """The subscriber, the account or the premises are known: by a list, by a carrier's answer, or by a finding."""
    results = {kind: member(case.facts, "findings", kind).get("result") for kind in _RESULTS}
    told = case.placed or "located" in case.facts
    return told or any(results[kind] in known for kind, known in _RESULTS.items())


_RESULTS: Final = {
    "trace_subscriber": _FOUND_BY_TRACE,
    "check_consumption": _FOUND_BY_METER,
    "inspect_site": _FOUND_ON_SITE,
}
