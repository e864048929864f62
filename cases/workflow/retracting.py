"""Signals are taken out of what a case has counted, with an event that says so.

Their list was withdrawn, or a carrier's corrected reply named another subscriber and the rows went on to his case.
No act of the table, for nobody decides anything: what the system had recorded in the name of a list (`open_case`,
`attach_signal`) it records as gone. The case keeps its stage and its tasks; whether a lead without a signal is excluded
is for people to propose and to decide. Where a corrected reply leaves no row of a list behind a case, the commission
that leads it is told, and the case says so until a list names it again or it is determined anew (`unlisted`).
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
from cases.workflow.actions import REASSIGN, RETRACT
from cases.workflow.deciding.loading import Loaded, load_cases
from cases.workflow.recording.writing import Writing, commit
from cases.workflow.view import CaseView, Facts

CASES_A_CALL = 500
# The kinds of list that a signal can rest on.
_LISTED = frozenset({"telecom", "trace", "grid", "tips"})
# What somebody has to bear already, by the facts that say so.
_BORNE = ("suspension", "surcharge")


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


@dataclass(frozen=True, slots=True)
class Departure:
    """Rows of a case that a corrected reply led to another; `batch`, `list_id` and `row`: where the last reply stands.

    `taken` and `left` as in a retraction; `rows_left`: list rows that still stand behind the case.
    """

    case_id: str
    batch: str
    list_id: UUID
    row: int
    kind: str
    taken: Mapping[str, int]
    left: Mapping[str, int]
    rows_left: int


def unlisted(facts: Mapping[str, Any]) -> dict[str, Any] | None:
    """The departure that left no list row behind the case, unless one came, or people determined anew, since.

    `case_list` asks the same.
    """
    gone: dict[str, Any] | None = (facts.get("reassigned") or [None])[-1]
    if gone is None or gone.get("rows_left"):
        return None
    if ((facts.get("determination") or {}).get("decided_at") or "") > gone["at"]:
        return None
    rests = {kind for kinds in (facts.get("signal_sources") or {}).values() for kind in kinds}
    return None if rests & _LISTED else gone


def borne(stage: str, facts: Mapping[str, Any]) -> bool:
    """Whether a measure against somebody was begun on the case."""
    return stage in ("suspension", "penalty_tariff") or any(facts.get(name) for name in _BORNE)


@transaction.atomic
def reassign(departures: Sequence[Departure], *, actor: Actor, now: datetime) -> None:
    """Write the events, under the locks of the cases, and tell whoever leads a case that no row is left to."""
    for start in range(0, len(departures), CASES_A_CALL):
        some = {d.case_id: d for d in departures[start : start + CASES_A_CALL]}
        loaded = load_cases(some, actor.user_id)
        writings = [
            _departed(case, case.view, some[case_id], actor, now)
            for case_id, case in loaded.items()
            if case.view is not None and not case.view.merged_into
        ]
        if writings:
            commit(writings)


def _departed(case: Loaded, view: CaseView, gone: Departure, actor: Actor, now: datetime) -> Writing:
    row = {"batch": gone.batch, "list": str(gone.list_id), "row": gone.row, "signals": dict(gone.taken)}
    signed = {"rows_left": gone.rows_left, "at": timestamp(now), "seq": view.version + 1}
    facts: Facts = {"reassigned": [*(view.facts.get("reassigned") or []), {**row, **signed}]}
    facts |= _rest(view.facts.get("signals"), view.facts.get("signal_sources"), gone, gone.kind)
    if since := view.facts.get("since_relapse"):
        rest = _rest(since.get("signals"), since.get("sources"), gone, gone.kind)
        facts["since_relapse"] = {"signals": rest["signals"] or {}, "sources": rest["signal_sources"] or {}}
    written = _event(REASSIGN, case, view, facts, {}, actor=actor, now=now)
    if unlisted({**view.facts, **facts}):
        written.side["outbox"] = [_told(view, actor)]
    return written


def _told(view: CaseView, actor: Actor) -> dict[str, Any]:
    topic = "case.unlisted_measured" if borne(view.stage, view.facts) else "case.unlisted"
    payload = {"number": view.number, "stage": view.stage, "action": REASSIGN, "by": actor.user_id}
    return {"topic": topic, "agency": view.lead_agency_id, "payload": {**payload, "roles": ["handler"]}}


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
    changes = {"level": "normal"} if _lowered(view, facts, gone) else {}
    return _event(RETRACT, case, view, facts, changes, actor=actor, now=now)


def _event(
    action: str, case: Loaded, view: CaseView, facts: Facts, changes: Facts, *, actor: Actor, now: datetime
) -> Writing:
    body = build_body(
        stream=f"case/{view.id}",
        seq=view.version + 1,
        prev=bytes.fromhex(case.head),
        at=now,
        action=action,
        actor=event_actor(actor),
        members={
            "from": view.stage,
            "to": view.stage,
            "set": {key: value for key, value in facts.items() if value is not None},
            "unset": [key for key, value in facts.items() if value is None],
            "case": changes,
            "basis": [],
            "rules": case.rules.rule_set,
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


def _rest(signals: Any, sources: Any, gone: Retraction | Departure, kind: str) -> Facts:
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
