"""What the effects share: who did it and when, facts put beside facts, and the hand-offs that several acts open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from agencies.directory import AgencyRef, Directory
from audit.log import timestamp
from cases.policy.calendar import add_calendar_days
from cases.policy.cutting.restoration import restoration_rule
from cases.policy.dated import CHINA
from cases.policy.deadlines import Deadline, close_of, due_at, postponed, rests_on_unknown
from cases.workflow.recording.plain import plain
from cases.workflow.task_kinds import FINDING_KINDS, KINDS, MEASURES
from cases.workflow.view import CaseView, Context, Facts, OpenTask, Outcome, TaskView
from cases.workflow.workdays import calendar_for

Data = dict[str, Any]
FOLLOW_UP_DAYS = (30, 90)


def seq_of(view: CaseView) -> int:
    """The number of the event that this act will be: `version` is the number of events so far."""
    return view.version + 1


def today(ctx: Context) -> date:
    return ctx.now.astimezone(CHINA).date()


def instant(text: str) -> datetime:
    """A time as facts hold it."""
    return datetime.fromisoformat(text)


def signed(view: CaseView, ctx: Context) -> dict[str, Any]:
    """Who found or decided it, when, and in which event: codes and numbers only."""
    return {
        "agency": ctx.post.principal_id or None,
        "user": ctx.actor.user_id,
        "at": timestamp(ctx.now),
        "seq": seq_of(view),
    }


def picked(data: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The given inputs that were filled in, as facts hold them."""
    return {name: plain(data[name]) for name in names if data.get(name) not in (None, [], "")}


def put(view: CaseView, key: str, **changes: Any) -> Facts:
    """One fact with these members changed; a member that becomes None is dropped."""
    merged = {**(view.facts.get(key) or {}), **{name: plain(value) for name, value in changes.items()}}
    return {key: {name: value for name, value in merged.items() if value is not None}}


def is_open(view: CaseView, *kinds: str, besides: TaskView | None = None) -> bool:
    """Work of these kinds is owed: its task is open, or was returned and the ruling may still send it out."""
    return any(owed_kind(view, t) in kinds for t in view.tasks if besides is None or t.id != besides.id)


def owed_kind(view: CaseView, task: TaskView) -> str:
    """What the task stands for: returned work whose ruling may still send it out is owed as the work it was."""
    waits = task.kind == "rule_on_return" and still_owed(view, task)
    return str(task.data["kind"]) if waits else task.kind


def still_owed(view: CaseView, ruling: TaskView) -> bool:
    """Returned work that outlives its stage, or whose stage the case has not left since, though it be back there.

    Undoing a merge is no coming back: the case goes on where it stood, though earlier undoings did not say so.
    """
    undone = view.last("undo_merge")
    entered = view.stage_since if undone is None or undone.at != view.stage_since else ruling.opened_at
    stayed = ruling.data["stage"] == view.stage and entered <= ruling.opened_at
    return stayed or KINDS[ruling.data["kind"]].survives(view.stage)


def question_pending(view: CaseView, agency_id: int, besides: TaskView | None = None) -> bool:
    """The supervision waits for this agency's answer: the question is open there, or was returned from there."""
    return any(
        (t.kind == "answer_urge" and t.agency_id == agency_id)
        or (t.kind == "rule_on_return" and t.data["kind"] == "answer_urge" and t.data["agency"] == agency_id)
        for t in view.tasks
        if besides is None or t.id != besides.id
    )


def lead(view: CaseView, kind: str, /, *, due_at: datetime | None = None, **data: Any) -> OpenTask:
    """A task for the commission that leads the case."""
    return OpenTask(kind, agency_id=view.lead_agency_id or None, due_at=due_at, data=data)


def after_last_finding(view: CaseView, ctx: Context) -> list[OpenTask]:
    """`determine`, once no finding task is open any more (`=last_finding`)."""
    waiting = is_open(view, "determine", "review_determination", "receive_transfer")
    if view.stage != "verification" or waiting or is_open(view, *FINDING_KINDS, besides=ctx.task):
        return []
    return [lead(view, "determine")]


def reports(view: CaseView, kind: str) -> list[dict[str, Any]]:
    """What was reported of this kind, here and on the cases that were merged into this one; the own report first.

    A report of a merged case counts until this case has a later one (a waiver is none): a merge takes no finding away.
    """
    own: dict[str, Any] = (view.facts.get("findings") or {}).get(kind) or {}
    own = {} if own.get("result") == "waived" else own
    gained = [row for case in view.facts.get("merged_cases") or [] for row in case.get("reports", [])]
    later = [row for row in gained if row["kind"] == kind and row["at"] > own.get("at", "")]
    return ([own] if own else []) + later


def asked_of(view: CaseView, ctx: Context, kind: str, reported: str = "") -> int | None:
    """Who does this work here: the region's agency or the next one above; where neither has one, who reported before.

    So a case that came from another region goes back to the office there that knows it. None: nobody can do it.
    """
    who = KINDS[kind].addressee
    found = ctx.directory.addressee(who, view.region_code)
    if found is not None:
        return found.id
    known = (view.facts.get("findings") or {}).get(reported or kind) or {}
    before = ctx.directory.by_id.get(known.get("agency") or 0)
    return before.id if before is not None and before.active and before.kind == who else None


def adviser(view: CaseView, ctx: Context) -> int | None:
    """The cyberspace office that advises a victim."""
    return asked_of(view, ctx, "advise_owner", "analyse_traffic")


def follow_ups(view: CaseView, ctx: Context) -> list[OpenTask]:
    """The visits after closing, at 30 and 90 days."""
    calendar = calendar_for(view.region_code, ctx.directory)
    tasks = []
    for days in FOLLOW_UP_DAYS:
        last = add_calendar_days(today(ctx), days, calendar)
        task = lead(view, "follow_up", due_at=close_of(last.day), day=days)
        task.due_rule, task.provisional = f"follow_up:{days} calendar_days", last.provisional
        tasks.append(task)
    return tasks


def end_of_day(day: date) -> datetime:
    """18:00 of that day, when its periods end."""
    return close_of(day)


def nothing_else_open(view: CaseView, ctx: Context) -> bool:
    """No task of the main line is open besides the one just done; side work may go on in a closed case anyway."""
    done = ctx.task.id if ctx.task else ""
    return all(t.id == done or KINDS[t.kind].allowed_in_closed for t in view.tasks)


def to_close(view: CaseView) -> list[OpenTask]:
    """`close`, where the stage knows it and it is neither open nor under review."""
    under_way = is_open(view, "close", "review_closure")
    return [] if view.stage not in MEASURES or under_way else [lead(view, "close")]


def measures_lapse(view: CaseView) -> Facts:
    """Back in verification nothing of the measure goes on: a stay ends with it, an unanswered objection is settled."""
    facts: Facts = {}
    if (view.facts.get("stay") or {}).get("active"):
        facts |= put(view, "stay", active=False, ended_by="measure_ended")
    if (view.facts.get("objection") or {}).get("state") == "open":
        facts |= put(view, "objection", state="moot")
    return facts


def back_to_verification(view: CaseView, ctx: Context, **suspension: Any) -> Outcome:
    """The measure failed or was taken back: a new determination is due."""
    return Outcome(
        to="verification",
        facts={**measures_lapse(view), **put(view, "suspension", **suspension)},
        open=[lead(view, "determine")],
    )


def resolve_agency(directory: Directory, reference: str | int | None) -> AgencyRef | None:
    """An agency by its id or by its code such as 320300-police."""
    if reference is None:
        return None
    text = str(reference)
    return directory.by_id.get(int(text)) if text.isdigit() else directory.by_code.get(text)


def common_superior(directory: Directory, one: int, other: int) -> AgencyRef | None:
    """The nearest commission above both: disputes between regions are ruled there (行政处罚法 25)."""
    region = directory.by_id[other].region_code
    found = directory.superior(one)
    while found is not None and not found.covers(region):
        found = directory.superior(found.id)
    return found


def restoration_due(view: CaseView, ctx: Context, since: datetime) -> Deadline:
    """24 hours from when the cause was gone, what the law of the region says, or what the region sets."""
    override = ctx.directory.parameter("deadline.restore_supply", view.region_code, today(ctx))
    own = restoration_rule(view.region_code, today(ctx))
    if override is None and own.region:
        override = {"hours": own.hours}
    return due_at("restore_supply", since, calendar_for(view.region_code, ctx.directory), override)


def asked_for(view: CaseView, task_id: str, besides: TaskView | None = None) -> datetime | None:
    """Since when this task waits for other agencies: a question is open, or returned and not ruled on yet."""
    asked = [
        t.data if t.kind == "answer_assistance" else t.data["of"]
        for t in view.tasks
        if t.kind in ("answer_assistance", "rule_on_return") and (besides is None or t.id != besides.id)
    ]
    return min((instant(question["since"]) for question in asked if question.get("for") == task_id), default=None)


def moved_by(view: CaseView, ctx: Context, task: TaskView, since: datetime, until: datetime) -> dict[str, Any]:
    """What changes about a task whose clock stood still: a later time, 暂定 where that rests on an unknown year."""
    if task.due_at is None:
        return {}
    calendar = calendar_for(view.region_code, ctx.directory)
    due = postponed(task.due_at, [(since, until)], calendar)
    if due == task.due_at:
        return {}
    unsure = not task.provisional and rests_on_unknown(task.due_at, due, calendar)
    return {"due_at": due, **({"provisional": True} if unsure else {})}
