"""A list was withdrawn: its signals are taken out of what each case has counted, with an event that says so.

No act of the table, for nobody decides anything: what the system had recorded in the name of a list (`open_case`,
`attach_signal`) it records as gone. The case keeps its stage and its tasks; whether a lead without a signal is excluded
is for people to propose and to decide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from agencies.actors import Actor
from agencies.authority import event_actor
from audit.log import build_body, timestamp
from cases.policy.law import RULE_SET_VERSION
from cases.workflow.actions import RETRACT
from cases.workflow.deciding.loading import Loaded, load_cases
from cases.workflow.recording.writing import Writing, commit
from cases.workflow.view import CaseView, Facts

CASES_A_CALL = 500


@dataclass(frozen=True, slots=True)
class WithdrawnList:
    """The list, and who withdraws it."""

    id: UUID
    name: str
    kind: str
    by: int


@dataclass(frozen=True, slots=True)
class Retraction:
    """What one case loses.

    `taken` and `left`: signals by family, those that go and those that lists of the same kind still bring. `hit`: kind
    and name of the latest list that it stays on. `stays_priority`: another list says so.
    """

    case_id: str
    taken: Mapping[str, int]
    left: Mapping[str, int]
    hit: tuple[str, str] | None = None
    stays_priority: bool = False


@transaction.atomic
def retract(retractions: Sequence[Retraction], *, of: WithdrawnList, actor: Actor, now: datetime) -> int:
    """Write the events, under the locks of the cases; returns how many. `actor` is the system."""
    for start in range(0, len(retractions), CASES_A_CALL):
        some = {r.case_id: r for r in retractions[start : start + CASES_A_CALL]}
        loaded = load_cases(some, actor.user_id)
        writings = [
            _writing(case, case.view, some[case_id], of, actor, now)
            for case_id, case in loaded.items()
            if case.view is not None
        ]
        if writings:
            commit(writings)
    return len(retractions)


def _writing(case: Loaded, view: CaseView, gone: Retraction, of: WithdrawnList, actor: Actor, now: datetime) -> Writing:
    facts = without(view, gone, of, now)
    body = build_body(
        stream=f"case/{view.id}",
        seq=view.version + 1,
        prev=bytes.fromhex(case.head),
        at=now,
        action=RETRACT,
        actor=event_actor(actor),
        members={
            "from": view.stage,
            "to": view.stage,
            "set": {key: value for key, value in facts.items() if value is not None},
            "unset": [key for key, value in facts.items() if value is None],
            "case": {"level": "normal"} if _lowered(view, facts, gone) else {},
            "basis": [],
            "rules": RULE_SET_VERSION,
            "commit": settings.SOFTWARE_VERSION,
        },
    )
    return Writing(view.id, view.number, body)


def without(view: CaseView, gone: Retraction, of: WithdrawnList, now: datetime) -> Facts:
    """The facts that change; None for one that goes."""
    signed = {"user": of.by, "at": timestamp(now), "seq": view.version + 1}
    row = {"batch": of.name, "list": str(of.id), "signals": dict(gone.taken), **signed}
    facts: Facts = {"retracted": [*(view.facts.get("retracted") or []), row]}
    if gone.taken:
        facts |= _rest(view.facts.get("signals"), view.facts.get("signal_sources"), gone, of.kind)
        facts["submissions"] = max(0, int(view.facts.get("submissions", 1)) - 1)
        if since := view.facts.get("since_relapse"):
            rest = _rest(since.get("signals"), since.get("sources"), gone, of.kind)
            facts["since_relapse"] = {"signals": rest["signals"] or {}, "sources": rest["signal_sources"] or {}}
    if (view.facts.get("prioritised") or {}).get("batch") == of.name:
        facts["prioritised"] = None
    last = view.facts.get("last_hit") or view.facts.get("source") or {}
    if of.name in (last.get("batch"), last.get("listed")):
        hit = gone.hit
        facts["last_hit"] = {"kind": hit[0], "batch": hit[1], **signed} if hit else None
    return facts


def _rest(signals: Any, sources: Any, gone: Retraction, kind: str) -> Facts:
    """Counts without those that go; a family rests no longer on lists of this kind once none of them is left."""
    counts = {family: int(n) - gone.taken.get(family, 0) for family, n in (signals or {}).items()}
    ended = {family for family in gone.taken if not gone.left.get(family)}
    rests = {f: [k for k in kinds if k != kind or f not in ended] for f, kinds in (sources or {}).items()}
    return {
        "signals": {family: n for family, n in counts.items() if n > 0} or None,
        "signal_sources": {family: kinds for family, kinds in rests.items() if kinds} or None,
    }


def _lowered(view: CaseView, facts: Facts, gone: Retraction) -> bool:
    """Priority goes with the list that gave it: unless hit again, relapsed or merged, or named by another list."""
    if view.level != "priority" or gone.stays_priority or view.facts.get("relapse") or view.facts.get("merged_cases"):
        return False
    submissions: Any = facts.get("submissions", view.facts.get("submissions", 1))
    return int(submissions) < 2
