"""When a supply that this case cut has to come back, and who is told."""

from __future__ import annotations

from datetime import datetime

from audit.log import timestamp
from cases.policy.deadlines import Deadline
from cases.workflow.effects.base import is_open, restoration_due, signed
from cases.workflow.effects.cutting import compensation
from cases.workflow.view import CaseView, Context, Facts, OpenTask, Outcome


def power_is_off(view: CaseView) -> bool:
    return (view.facts.get("suspension") or {}).get("power") == "off"


def ordered(view: CaseView, ctx: Context, reason: str, due: datetime) -> Facts:
    """A restoration because the cut was wrong opens the record of its compensation with it (行政强制法 41)."""
    facts: Facts = {"restoration": {"state": "ordered", "reason": reason, "due": timestamp(due), **signed(view, ctx)}}
    return facts | (compensation.opened(view, ctx, reason) if reason in compensation.WRONG else {})


def restore(due: Deadline) -> OpenTask:
    return OpenTask("restore_supply", due_at=due.at, due_rule=due.rule, provisional=due.provisional)


def power_comes_back(view: CaseView, ctx: Context, outcome: Outcome, reason: str) -> None:
    """The order's ground is gone, so the grid company owes the restoration within 24 hours.

    Theft, danger, arrears and breach are the grid company's own grounds: it ends them itself.
    """
    under_way = is_open(view, "restore_supply", "confirm_restoration")
    if not power_is_off(view) or under_way or (view.facts.get("suspension") or {}).get("origin") == "grid":
        return
    due = restoration_due(view, ctx, ctx.now)
    outcome.facts |= ordered(view, ctx, reason, due.at)
    outcome.open.append(restore(due))


def ends_without_ground(view: CaseView, ctx: Context, outcome: Outcome, result: str) -> None:
    """Found to be anything but handled mining, nobody is left in the dark.

    Of a handled case the cut is the measure; that a user under a cut does not mine any more ends it only by an order.
    """
    if result != "handled":
        power_comes_back(view, ctx, outcome, "wrong_cut" if result == "false_positive" else "cause_removed")
