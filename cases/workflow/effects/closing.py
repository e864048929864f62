"""Closing, reopening, and the visits after closing."""

from __future__ import annotations

from cases.workflow.effects.base import Data, follow_ups, is_open, lead, owed_kind, picked, put, signed
from cases.workflow.effects.handoffs import the_task
from cases.workflow.effects.restoration import ends_without_ground
from cases.workflow.effects.surcharge.lists import run_out, surcharge_of
from cases.workflow.view import CaseView, Context, Outcome


def propose_closure(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """Closing takes the place of a surcharge still to be planned, returned or not: no ruling brings it back."""
    closure = {"state": "proposed", **picked(data, "outcome", "feedback"), **signed(view, ctx)}
    done = the_task(ctx).id
    other = [t.id for t in view.tasks if owed_kind(view, t) in ("close", "plan_surcharge") and t.id != done]
    return Outcome(
        facts={"closure": closure},
        open=[lead(view, "review_closure")],
        close=dict.fromkeys(other, "cancelled"),
    )


def decide_closure(view: CaseView, data: Data, ctx: Context) -> Outcome:
    decided = {"decided_by": ctx.actor.user_id, "decided_at": ctx.now}
    if data["decision"] == "refuse":
        again = [] if is_open(view, "close") else [lead(view, "close")]
        if run_out(surcharge_of(view)) and not is_open(view, "plan_surcharge"):
            # Refused because the mining goes on: another list may be what is needed, and closing took its place.
            again.append(lead(view, "plan_surcharge"))
        return Outcome(facts=put(view, "closure", state="refused", **decided), open=again)
    facts, ended = put(view, "closure", state="closed", **decided), view.facts["closure"]["outcome"]
    if run_out(surcharge_of(view)):
        # Its last day was its end; in a later round nobody can end it any more.
        facts |= put(view, "surcharge", state="ended", ended_at=ctx.now)
    outcome = Outcome(
        to="closed",
        facts=facts,
        case={"outcome": ended, "review_on": None},
        open=follow_ups(view, ctx),
        document=("closure", None),
    )
    ends_without_ground(view, ctx, outcome, ended)
    return outcome


def reopen_case(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """A new round: what was closed stays on record under `reopened`, a relapse is counted and looked at first."""
    reopened = [
        *(view.facts.get("reopened") or []),
        {"outcome": view.outcome, "reason": data["reason_code"], **signed(view, ctx)},
    ]
    facts = {"reopened": reopened, **put(view, "closure", state="reopened"), "blind_spot": None}
    case: dict[str, str | None] = {"outcome": None}
    if data["reason_code"] == "relapse":
        count = int((view.facts.get("relapse") or {}).get("count", 0)) + 1
        facts |= put(view, "relapse", count=count, at=ctx.now, alert=None) | {"since_relapse": None}
        case["level"] = "priority"
    task = "triage" if data["to"] == "monitoring" else "determine"
    return Outcome(to=data["to"], facts=facts, case=case, open=[lead(view, task)])


def record_follow_up(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """A relapse found on a visit raises the alert; reopening is the reviewer's decision."""
    day = str(the_task(ctx).data.get("day", 30))
    visit = {"result": data["result"], "visited_on": data["visited_on"].isoformat(), **signed(view, ctx)}
    facts = put(view, "follow_up", **{f"day_{day}": visit})
    if data["result"] == "relapse":
        facts |= put(view, "relapse", alert=signed(view, ctx))
    return Outcome(facts=facts)
