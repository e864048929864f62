"""Two cases of one site become one, and apart again: the merged case keeps all it had, the survivor what it gained."""

from __future__ import annotations

from typing import Any

from agencies.vocabulary import Confidentiality
from audit.log import timestamp
from cases.policy.deadlines import postponed
from cases.workflow.effects.base import Data, asked_for, instant, lead, reports, seq_of, signed
from cases.workflow.effects.leads import batch_of
from cases.workflow.effects.rounds import signals_of_round
from cases.workflow.recording.plain import plain
from cases.workflow.task_kinds import FINDING_KINDS, KINDS
from cases.workflow.view import CaseView, Context, Facts, OpenTask, Outcome, TaskView
from cases.workflow.workdays import calendar_for


def merge_case(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """Close this case into the survivor; tasks of this stage end, and are remembered for the way back."""
    survivor = ctx.related
    if survivor is None:
        raise ValueError("a merge needs the surviving case")
    merge = {
        "into": survivor.id,
        "stage": view.stage,
        "since": timestamp(view.stage_since),
        "reason": data["reason_code"],
        "tasks": [_remembered(view, t) for t in view.tasks if not KINDS[t.kind].allowed_in_closed],
        "review_on": plain(view.review_on),
        **signed(view, ctx),
    }
    # Of a case that relapsed, the signals of before stay with it: they would be evidence here, and are none there.
    signals, sources = signals_of_round(view)
    gained = {
        "case": view.id,
        "number": view.number,
        "signals": signals,
        "sources": sources,
        "sources_before": dict(survivor.facts.get("signal_sources") or {}),
        "submissions": int(view.facts.get("submissions", 1)),
        "level": view.level,
        "level_before": survivor.level,
        "at": timestamp(ctx.now),
        "seq": seq_of(survivor),
        **({"reports": reported} if (reported := _reported(view)) else {}),
        **({"batch": batch} if (batch := batch_of(view)) else {}),
        **_levels(view, survivor),
    }
    also = Outcome(facts=_with(survivor, gained), case=_raised(view, survivor))
    return Outcome(
        to="closed",
        facts={"merge": merge},
        case={"outcome": "merged", "merged_into": survivor.id, "review_on": None},
        also=[(survivor.id, also)],
    )


def _raised(view: CaseView, survivor: CaseView) -> dict[str, Any]:
    """Of the two cases the survivor gets the higher level, and is as confidential as the more confidential one."""
    case: dict[str, Any] = {"level": "priority"} if view.level == "priority" != survivor.level else {}
    if Confidentiality(view.confidentiality).rank > Confidentiality(survivor.confidentiality).rank:
        case["confidentiality"] = view.confidentiality
    return case


def undo_merge(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """Put both cases back to what they were, as far as nothing else happened to the survivor since."""
    survivor, merge = ctx.related, view.facts["merge"]
    if survivor is None:
        raise ValueError("undoing a merge needs the surviving case")
    tasks = [_going_on(view, ctx, row) for row in merge["tasks"]]
    if not tasks and not _returned(view, merge["stage"]):
        tasks = [lead(view, "triage" if merge["stage"] == "monitoring" else "determine")]
    facts, level = _without(survivor, view.id)
    case = {"level": level} if level != survivor.level else {}
    # Undoing is no coming back. What was merged before this was remembered stands there since its undoing.
    stood = {"stage_since": merge["since"]} if "since" in merge else {}
    if (lowered := _lowered(survivor, view.id)) != survivor.confidentiality:
        case["confidentiality"] = lowered
    return Outcome(
        to=merge["stage"],
        facts={"merge": None},
        case={"outcome": None, "merged_into": None, "review_on": merge.get("review_on"), **stood},
        open=tasks,
        clock=[(row["id"], "paused", "assistance") for row in merge["tasks"] if asked_for(view, row["id"])],
        also=[(survivor.id, Outcome(facts=facts, case=case))],
    )


def _levels(view: CaseView, survivor: CaseView) -> dict[str, str]:
    """How confidential both were, where one was more than ordinary."""
    both = {"confidentiality": view.confidentiality, "confidentiality_before": survivor.confidentiality}
    return both if set(both.values()) != {"ordinary"} else {}


def _lowered(survivor: CaseView, case_id: str) -> str:
    """The survivor's confidentiality without that case: what it was before, or what the other merged ones need.

    A level that a decision set since the merge stays.
    """
    rows = [row for row in survivor.facts.get("merged_cases") or [] if "confidentiality" in row]
    rest = [row for row in rows if row["case"] != case_id]
    if len(rest) == len(rows):
        return survivor.confidentiality
    before = rows[0]["confidentiality_before"]
    brought = max([before, *(row["confidentiality"] for row in rows)], key=_rank)
    left = max([before, *(row["confidentiality"] for row in rest)], key=_rank)
    return left if survivor.confidentiality == brought else survivor.confidentiality


def _rank(level: str) -> int:
    return Confidentiality(level).rank


def merged_row(survivor: CaseView, case_id: str) -> dict[str, Any]:
    """What the survivor gained by that merge, and what it was before."""
    rows = [row for row in survivor.facts.get("merged_cases") or [] if row["case"] == case_id]
    if not rows:
        raise ValueError("the survivor has no trace of this merge")
    row: dict[str, Any] = rows[-1]
    return row


def _returned(view: CaseView, stage: str) -> bool:
    """Work without which the case stands still there was returned before the merge, and the ruling is to come."""
    rulings = [task.data for task in view.tasks if task.kind == "rule_on_return"]
    return any(row["stage"] == stage and not KINDS[row["kind"]].allowed_in_closed for row in rulings)


# Of a report, what may close a gate; what it proves stays with the case that proved it.
_CLOSES = ("at", "result", "subject", "user_class", "serves_residents")


def _reported(view: CaseView) -> list[dict[str, Any]]:
    """The reports of the merged case (and of those merged into it), so that none is lost by merging."""
    return [
        {"kind": kind, **{name: row[name] for name in _CLOSES if name in row}}
        for kind in FINDING_KINDS
        for row in reports(view, kind)
        if "at" in row
    ]


def _remembered(view: CaseView, task: TaskView) -> dict[str, Any]:
    row = {
        "id": task.id,
        "kind": task.kind,
        "agency": task.agency_id,
        "unit": task.unit_id,
        "assignee": task.assignee_id,
        "due": plain(task.due_at),
        "due_rule": task.due_rule,
        "provisional": task.provisional,
        "accepted_at": plain(task.accepted_at),
        "returns": task.returns,
        "roles": list(task.roles),
        "data": task.data,
    }
    asked = asked_for(view, task.id)
    return row | ({"asked": timestamp(asked)} if asked else {})


def _going_on(view: CaseView, ctx: Context, row: dict[str, Any]) -> OpenTask:
    """The same task again. What was asked of another agency and answered meanwhile had held it until the merge."""
    task = OpenTask(
        row["kind"],
        id=row["id"],
        agency_id=row["agency"],
        unit_id=row["unit"],
        assignee_id=row["assignee"],
        due_at=instant(row["due"]),
        due_rule=row["due_rule"],
        provisional=row["provisional"],
        accepted_at=instant(row["accepted_at"]) if row["accepted_at"] else None,
        returns=row["returns"],
        data=dict(row["data"]),
        roles=tuple(row["roles"]),
    )
    if "asked" in row and not asked_for(view, row["id"]):
        calendar = calendar_for(view.region_code, ctx.directory)
        pause = (instant(row["asked"]), instant(view.facts["merge"]["at"]))
        task.due_at = postponed(instant(row["due"]), [pause], calendar)
    return task


def _with(survivor: CaseView, gained: dict[str, Any]) -> Facts:
    """The survivor's facts with another case's signals added, and a note of what came from it."""
    signals = dict(survivor.facts.get("signals") or {})
    for family, count in gained["signals"].items():
        signals[family] = signals.get(family, 0) + count
    merged = [*(survivor.facts.get("merged_cases") or []), gained]
    submissions = int(survivor.facts.get("submissions", 1)) + gained["submissions"]
    sources = _pairs(survivor.facts.get("signal_sources") or {}) | _pairs(gained["sources"])
    facts: Facts = {"merged_cases": merged, "submissions": submissions}
    facts |= {"signals": signals} if signals else {}
    return facts | ({"signal_sources": _listed(sources)} if sources else {})


def _without(survivor: CaseView, case_id: str) -> tuple[Facts, str]:
    """Its facts and level with what came from that case taken out again.

    Where two merges brought the same, the later one goes on bringing it, as if the first had never been. What
    cannot be told apart from a hit of the survivor's own is given up, not kept.
    """
    row = merged_row(survivor, case_id)
    signals = dict(survivor.facts.get("signals") or {})
    for family, count in row["signals"].items():
        signals[family] = signals.get(family, 0) - count
    sources = _pairs(survivor.facts.get("signal_sources") or {})
    only = _pairs(row["sources"]) - _pairs(row["sources_before"])
    raised = row["level"] == "priority" != row["level_before"] and not _raised_since(survivor, row["seq"])
    rest = []
    for other in survivor.facts.get("merged_cases") or []:
        if other["seq"] > row["seq"]:
            level = row["level_before"] if raised else other["level_before"]
            before = _listed(_pairs(other["sources_before"]) - only)
            only = only - _pairs(other["sources"])
            raised = raised and other["level"] != "priority"
            rest.append({**other, "sources_before": before, "level_before": level})
        elif other["seq"] != row["seq"]:
            rest.append(other)
    facts: Facts = {
        "signal_sources": _listed(sources - only) or None,
        "merged_cases": rest or None,
        "signals": {family: count for family, count in signals.items() if count > 0} or None,
        "submissions": int(survivor.facts.get("submissions", 1)) - row["submissions"],
    }
    return facts, str(row["level_before"]) if raised else survivor.level


def _pairs(sources: dict[str, list[str]]) -> set[tuple[str, str]]:
    return {(family, kind) for family, kinds in sources.items() for kind in kinds}


def _listed(pairs: set[tuple[str, str]]) -> dict[str, list[str]]:
    families = sorted({family for family, _ in pairs})
    return {family: sorted(kind for name, kind in pairs if name == family) for family in families}


def _raised_since(survivor: CaseView, seq: int) -> bool:
    """A hit or a relapse after that event makes the case a priority by itself."""
    hit = (survivor.facts.get("last_hit") or {}).get("seq", 0)
    return hit > seq or any(r["seq"] > seq and r["reason"] == "relapse" for r in survivor.facts.get("reopened") or [])
