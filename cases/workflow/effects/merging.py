"""Two cases of one site become one, and apart again: the merged case keeps all it had, the survivor what it gained."""

from __future__ import annotations

from typing import Any

from audit.log import timestamp
from cases.workflow.effects.base import Data, instant, is_open, lead, reports, signed
from cases.workflow.effects.leads import batch_of
from cases.workflow.recording.plain import plain
from cases.workflow.task_kinds import FINDING_KINDS, KINDS
from cases.workflow.view import CaseView, Context, Facts, OpenTask, Outcome, TaskView


def merge_case(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """Close this case into the survivor; tasks of this stage end, and are remembered for the way back."""
    survivor = ctx.related
    if survivor is None:
        raise ValueError("a merge needs the surviving case")
    ending = [_remembered(t) for t in view.tasks if not KINDS[t.kind].allowed_in_closed]
    merge = {
        "into": survivor.id,
        "stage": view.stage,
        "reason": data["reason_code"],
        "tasks": ending,
        "review_on": plain(view.review_on),
        **signed(view, ctx),
    }
    gained = {
        "case": view.id,
        "number": view.number,
        "signals": dict(view.facts.get("signals") or {}),
        "sources": dict(view.facts.get("signal_sources") or {}),
        "sources_before": dict(survivor.facts.get("signal_sources") or {}),
        "submissions": int(view.facts.get("submissions", 1)),
        "level": survivor.level,
        "at": timestamp(ctx.now),
        **({"reports": reported} if (reported := _reported(view)) else {}),
        **({"batch": batch} if (batch := batch_of(view)) else {}),
    }
    raised = view.level == "priority" != survivor.level
    return Outcome(
        to="closed",
        facts={"merge": merge},
        case={"outcome": "merged", "merged_into": survivor.id, "review_on": None},
        also=[
            (
                survivor.id,
                Outcome(facts=_with(survivor, gained), case={"level": "priority"} if raised else {}),
            )
        ],
    )


def undo_merge(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """Put both cases back to what they were, as far as nothing else happened to the survivor since."""
    survivor, merge = ctx.related, view.facts["merge"]
    if survivor is None:
        raise ValueError("undoing a merge needs the surviving case")
    tasks = [_reopened(row) for row in merge["tasks"]]
    if not tasks and not is_open(view, "rule_on_return"):
        tasks = [lead(view, "triage" if merge["stage"] == "monitoring" else "determine")]
    changed = {"level": _level_before(survivor, view.id)} if _level_before(survivor, view.id) else {}
    return Outcome(
        to=merge["stage"],
        facts={"merge": None},
        case={"outcome": None, "merged_into": None, "review_on": merge.get("review_on")},
        open=tasks,
        also=[(survivor.id, Outcome(facts=_without(survivor, view.id), case=changed))],
    )


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


def _remembered(task: TaskView) -> dict[str, Any]:
    return {
        "kind": task.kind,
        "agency": task.agency_id,
        "unit": task.unit_id,
        "assignee": task.assignee_id,
        "due": plain(task.due_at),
        "roles": list(task.roles),
        "data": task.data,
    }


def _reopened(row: dict[str, Any]) -> OpenTask:
    return OpenTask(
        row["kind"],
        agency_id=row["agency"],
        unit_id=row.get("unit"),
        assignee_id=row.get("assignee"),
        due_at=instant(row["due"]) if row.get("due") else None,
        data=dict(row["data"]),
        roles=tuple(row["roles"]),
    )


def _with(survivor: CaseView, gained: dict[str, Any]) -> Facts:
    """The survivor's facts with another case's signals added, and a note of what came from it."""
    signals = dict(survivor.facts.get("signals") or {})
    for family, count in gained["signals"].items():
        signals[family] = signals.get(family, 0) + count
    merged = [*(survivor.facts.get("merged_cases") or []), gained]
    submissions = int(survivor.facts.get("submissions", 1)) + gained["submissions"]
    sources = {family: list(kinds) for family, kinds in (survivor.facts.get("signal_sources") or {}).items()}
    for family, kinds in gained["sources"].items():
        sources[family] = sorted({*sources.get(family, []), *kinds})
    facts: Facts = {"merged_cases": merged, "submissions": submissions}
    facts |= {"signals": signals} if signals else {}
    return facts | ({"signal_sources": sources} if sources else {})


def _without(survivor: CaseView, case_id: str) -> Facts:
    """The same facts with what came from that case taken out again; a family that only it had disappears."""
    gained = _gained(survivor, case_id)
    rest = [row for row in survivor.facts.get("merged_cases") or [] if row["case"] != case_id]
    signals = dict(survivor.facts.get("signals") or {})
    for family, count in gained["signals"].items():
        signals[family] = signals.get(family, 0) - count
    left = {family: count for family, count in signals.items() if count > 0}
    sources = {
        family: [kind for kind in kinds if not _came_with(gained, family, kind)]
        for family, kinds in (survivor.facts.get("signal_sources") or {}).items()
    }
    return {
        "signal_sources": {family: kinds for family, kinds in sources.items() if kinds} or None,
        "merged_cases": rest or None,
        "signals": left or None,
        "submissions": int(survivor.facts.get("submissions", 1)) - gained["submissions"],
    }


def _came_with(gained: dict[str, Any], family: str, kind: str) -> bool:
    """A source that only this merge brought; evidence that cannot be told apart is given up, not kept."""
    return kind in gained["sources"].get(family, []) and kind not in gained["sources_before"].get(family, [])


def _gained(survivor: CaseView, case_id: str) -> dict[str, Any]:
    rows = [row for row in survivor.facts.get("merged_cases") or [] if row["case"] == case_id]
    if not rows:
        raise ValueError("the survivor has no trace of this merge")
    row: dict[str, Any] = rows[-1]
    return row


def _level_before(survivor: CaseView, case_id: str) -> str | None:
    """The survivor's level before the merge, where the merge raised it and nothing else did since."""
    before = _gained(survivor, case_id)["level"]
    others = [r for r in survivor.facts.get("merged_cases") or [] if r["case"] != case_id]
    raised_since = "last_hit" in survivor.facts or bool(others)
    return None if before == survivor.level or raised_since else str(before)
