"""What protects the person concerned: objection, stay, withdrawal, restoration."""

from __future__ import annotations

from datetime import datetime, time

from audit.log import timestamp
from cases.policy.dated import CHINA
from cases.policy.deadlines import due_at
from cases.workflow.clockwork import pauses
from cases.workflow.effects.base import (
    Data,
    back_to_verification,
    instant,
    is_open,
    lead,
    measures_lapse,
    nothing_else_open,
    picked,
    put,
    restoration_due,
    signed,
    to_close,
    today,
)
from cases.workflow.effects.cutting import compensation
from cases.workflow.effects.cutting.zero_load import at_the_restoration
from cases.workflow.effects.restoration import ordered, power_is_off, restore
from cases.workflow.effects.surcharge.billing import revoke_lists
from cases.workflow.effects.suspension import suspension_of
from cases.workflow.task_kinds import KINDS
from cases.workflow.view import CaseView, Context, OpenTask, Outcome
from cases.workflow.workdays import calendar_for


def record_objection(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """Until it is answered nobody is late with an adverse step; the law lets the step itself go on."""
    objection = {
        "state": "open",
        "against": view.stage,
        "reason": data["reason_code"],
        "received_on": data["received_on"].isoformat(),
        **signed(view, ctx),
    }
    held = {"objection": {"state": "open"}}
    clock = [(t.id, "paused", pauses.OBJECTION) for t in view.tasks if pauses.objected(t.kind, held)]
    return Outcome(facts={"objection": objection}, open=[_answer_due(view, data, ctx)], clock=clock)


def _answer_due(view: CaseView, data: Data, ctx: Context) -> OpenTask:
    """Three working days from the receipt, not from when somebody wrote it down (Shanghai 25, Henan 15)."""
    if data["received_on"] >= today(ctx):
        return lead(view, "decide_objection")
    received = datetime.combine(data["received_on"], time(0), CHINA)
    override = ctx.directory.parameter("deadline.decide_objection", view.region_code, today(ctx))
    due = due_at("decide_objection", received, calendar_for(view.region_code, ctx.directory), override)
    opened = lead(view, "decide_objection", due_at=due.at, counted_from=timestamp(received))
    opened.due_rule, opened.provisional = due.rule, due.provisional
    return opened


def decide_objection(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """Upheld: back to verification, the power on again within 24 hours, no list goes on and its charges are undone."""
    answered = {"decided_by": ctx.actor.user_id, "decided_at": ctx.now}
    document = ("objection_answer", None)
    if data["decision"] == "rejected":
        goes_on = pauses.no_longer(view, ctx, pauses.OBJECTION, "objection_answered")
        return Outcome(facts=put(view, "objection", state="rejected", **answered), document=document, **goes_on)
    facts = measures_lapse(view) | put(view, "objection", state="upheld", **answered)
    tasks = [lead(view, "determine")]
    if suspension_of(view):
        facts |= put(view, "suspension", state="revoked")
    # Also where the supply is on again or about to be: what was lost meanwhile is owed all the same.
    facts |= compensation.opened(view, ctx, "objection_upheld")
    lists = revoke_lists(view, ctx)
    if power_is_off(view) and not is_open(view, "restore_supply", "confirm_restoration"):
        due = restoration_due(view, ctx, ctx.now)
        facts |= ordered(view, ctx, "objection_upheld", due.at)
        tasks.append(restore(due))
    return Outcome(
        to="verification", facts=facts | lists.facts, open=tasks + lists.open, close=lists.close, document=document
    )


def stay_execution(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """Nothing adverse goes on, and the clocks of what would have been done stand still."""
    paper = picked(data, "ordered_by", "decision_no", "ordered_on", "until", "decision_file")
    stay = {"active": True, "reason": data["reason_code"], "since": timestamp(ctx.now), **paper, **signed(view, ctx)}
    clock = [(t.id, "paused", "stay") for t in view.tasks if KINDS[t.kind].adverse]
    return Outcome(facts={"stay": stay}, clock=clock, document=("stay", data["decision_file"]))


def lift_stay(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """What is still asked of another agency goes on standing still, and its answer moves the rest of the time."""
    return Outcome(
        facts=put(view, "stay", active=False, lifted_at=ctx.now),
        document=("stay_lifted", None),
        **pauses.no_longer(view, ctx, pauses.STAY, "stay_lifted"),
    )


def withdraw_suspension(view: CaseView, data: Data, ctx: Context) -> Outcome:
    outcome = back_to_verification(view, ctx, state="withdrawn", withdrawn=data["reason_code"], withdrawn_at=ctx.now)
    outcome.document = ("withdrawal", data["withdrawal_file"])
    return outcome


def order_restoration(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """The 24 hours run from when the cause was gone, not from when somebody found the time to sign."""
    due = restoration_due(view, ctx, data["cause_removed_at"])
    return Outcome(
        facts=ordered(view, ctx, data["reason_code"], due.at),
        open=[restore(due)],
        document=("restoration_order", None),
    )


def restore_supply(view: CaseView, data: Data, ctx: Context) -> Outcome:
    due = (view.facts.get("restoration") or {}).get("due")
    late = due is not None and data["restored_at"] > instant(due)
    facts = put(
        view,
        "restoration",
        state="restored",
        restored_at=data["restored_at"],
        restored_by=ctx.actor.user_id,
        late=late,
        **at_the_restoration(view, data),
    )
    facts |= put(view, "suspension", power="on", state="restored")
    facts |= compensation.restored(view, timestamp(data["restored_at"]))
    return Outcome(facts=facts, open=[OpenTask("confirm_restoration")])


def confirm_restoration(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """`close`, if nothing else is open."""
    facts = put(
        view, "restoration", state="confirmed", confirmed_at=data["confirmed_at"], confirmed_by=ctx.actor.user_id
    )
    return Outcome(facts=facts, open=to_close(view) if nothing_else_open(view, ctx) else [])
