"""Hand-offs: receipt, return and its ruling, assignment, extension, assistance."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from audit.log import timestamp
from cases.workflow.clockwork import pauses
from cases.workflow.effects.base import (
    Data,
    after_last_finding,
    asked_for,
    common_superior,
    end_of_day,
    instant,
    lead,
    resolve_agency,
    signed,
    still_owed,
)
from cases.workflow.recording.plain import plain
from cases.workflow.task_kinds import FINDING_KINDS
from cases.workflow.view import CaseView, Context, OpenTask, Outcome, TaskView

# Their time was set by an act (the window, the 24 hours, the day of the visit), so sending them back does not renew it.
GIVEN_TIMES: Final = frozenset({"execute_suspension", "restore_supply", "review_monitoring", "follow_up"})


def the_task(ctx: Context) -> TaskView:
    """The task this act works on; the engine has chosen it."""
    if ctx.task is None:
        raise ValueError("this act works on a task")
    return ctx.task


def accept_task(view: CaseView, data: Data, ctx: Context) -> Outcome:
    return Outcome(touch={the_task(ctx).id: {"accepted_at": ctx.now}})


def return_task(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """The first return goes to the leading commission, the second to its superior, a transfer to the common one."""
    task = the_task(ctx)
    returns = task.returns + 1
    suggested = resolve_agency(ctx.directory, data["suggested"])
    ruling = {
        "task": task.id,
        "kind": task.kind,
        "agency": task.agency_id,
        "roles": list(task.roles),
        "of": task.data,
        "stage": view.stage,
        "reason": data["reason_code"],
        "returns": returns,
        **(_given_time(task) if task.kind in GIVEN_TIMES else {}),
        **({"suggested": suggested.id} if suggested else {}),
    }
    return Outcome(
        facts={"returns": int(view.facts.get("returns", 0)) + 1},
        close={task.id: "returned"},
        open=[OpenTask("rule_on_return", agency_id=_ruler(view, task, returns, ctx), data=ruling)],
    )


def _given_time(task: TaskView) -> dict[str, Any]:
    """The time that an act has set, which a return does not renew, and since when it runs."""
    began = task.data.get("counted_from") or timestamp(task.opened_at)
    return {"due": plain(task.due_at), "due_rule": task.due_rule, "provisional": task.provisional, "began": began}


def _ruler(view: CaseView, task: TaskView, returns: int, ctx: Context) -> int | None:
    above = None
    if task.kind == "receive_transfer":
        above = common_superior(ctx.directory, view.lead_agency_id, task.agency_id)
    elif returns > 1:
        above = ctx.directory.superior(view.lead_agency_id)
    return above.id if above else view.lead_agency_id or None


def rule_on_return(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """The same task to the right addressee, or none; what waited for the task goes on where it falls away."""
    ruling = the_task(ctx).data
    if data["decision"] == "reassign":
        return _reassign(view, data, ctx, ruling)
    outcome = Outcome()
    kind = ruling["kind"]
    if kind in FINDING_KINDS:
        outcome.open = after_last_finding(view, ctx)
    elif kind == "receive_transfer":
        # Where the case has been away since, it came back with work of its own.
        back = [lead(view, "triage" if view.stage == "monitoring" else "determine")]
        outcome.open = back if still_owed(view, the_task(ctx)) else []
        outcome.facts = {"transfer": {**view.facts.get("transfer", {}), "state": "declined"}}
    elif kind == "answer_assistance":
        _resume(view, ctx, ruling["of"], outcome)
    return outcome


def _reassign(view: CaseView, data: Data, ctx: Context, ruling: dict[str, Any]) -> Outcome:
    agency = resolve_agency(ctx.directory, data["agency"])
    agency_id = agency.principal_id if agency else ruling["agency"]
    unit = agency.id if agency is not None and agency.is_unit else None
    again = OpenTask(
        ruling["kind"],
        agency_id=agency_id,
        unit_id=unit,
        due_at=instant(ruling["due"]) if ruling.get("due") else None,
        due_rule=ruling.get("due_rule", ""),
        provisional=ruling.get("provisional", False),
        data={**ruling["of"], **({"counted_from": ruling["began"]} if "began" in ruling else {})},
        roles=tuple(ruling["roles"]),
        returns=ruling["returns"],
    )
    outcome = Outcome(open=[again])
    if ruling["kind"] == "receive_transfer" and agency is not None:
        transfer = {**view.facts.get("transfer", {}), "to_region": agency.region_code, "to_agency": agency_id}
        outcome.facts = {"transfer": transfer}
    return outcome


def assign_task(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """To another unit without naming a person, it is no longer with the person who had it in the unit before."""
    task, changes = the_task(ctx), dict[str, Any]()
    unit = resolve_agency(ctx.directory, data["unit"])
    if unit is not None:
        changes["unit_id"] = unit.id
    if data["assignee"]:
        changes["assignee_id"] = ctx.people[data["assignee"]]["id"]
    elif unit is not None and unit.id != task.unit_id and task.assignee_id is not None:
        changes["assignee_id"] = None
    return Outcome(touch={task.id: changes})


def request_extension(view: CaseView, data: Data, ctx: Context) -> Outcome:
    task = the_task(ctx)
    asked = {
        "task": task.id,
        "kind": task.kind,
        "from": plain(task.due_at),
        "to": data["due_on"].isoformat(),
        "by_agency": task.agency_id,
    }
    return Outcome(open=[lead(view, "decide_extension", **asked)])


def decide_extension(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """Moves the deadline of the task, where it is still open; otherwise there is nothing left to move."""
    asked = the_task(ctx).data
    task = view.task(asked["task"])
    row = {
        "kind": asked["kind"],
        "task": asked["task"],
        "granted": data["decision"] == "grant",
        **signed(view, ctx),
    }
    outcome = Outcome(facts={"extensions": [*(view.facts.get("extensions") or []), row]})
    until = end_of_day(data["due_on"] or date.fromisoformat(asked["to"]))
    # A clock that stood still since it was asked may have brought a later day already.
    if task is not None and data["decision"] == "grant" and (task.due_at is None or task.due_at < until):
        outcome.touch = {task.id: {"due_at": until, "due_rule": "named", "provisional": False}}
    return outcome


def request_assistance(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """Ask another agency; the asker's clock stands still until the answer."""
    task = the_task(ctx)
    agency = resolve_agency(ctx.directory, data["agency"])
    if agency is None:
        raise ValueError("assistance needs an agency")
    before = asked_for(view, task.id)
    question = OpenTask(
        "answer_assistance",
        agency_id=agency.principal_id,
        unit_id=agency.id if agency.is_unit else None,
        data={
            "for": task.id,
            "kind": task.kind,
            "asked_by": task.agency_id,
            "since": timestamp(before or ctx.now),
        },
    )
    return Outcome(
        open=[question],
        clock=[] if before else [(task.id, "paused", pauses.ASSISTANCE)],
        document=("assistance", None),
    )


def answer_assistance(view: CaseView, data: Data, ctx: Context) -> Outcome:
    task = the_task(ctx)
    outcome = Outcome()
    _resume(view, ctx, task.data, outcome)
    return outcome


def _resume(view: CaseView, ctx: Context, question: dict[str, Any], outcome: Outcome) -> None:
    """Let the asker's clock go on, unless another question holds it: its deadline moves by the time it stood still."""
    asker = view.task(question["for"])
    if asker is not None:
        pauses.let_go(view, ctx, asker, pauses.ASSISTANCE, "answered", outcome)
