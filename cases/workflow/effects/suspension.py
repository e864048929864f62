"""The suspension from the signed order to the confirmed cut, and every way it can fail before."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from audit.log import timestamp
from cases.policy.cutting.service import served_on, ways
from cases.policy.dated import CHINA
from cases.policy.evidence import distinct_officers
from cases.policy.execution import Window, checklist_items, execution_window, notice_rule
from cases.policy.suspension import grounds
from cases.workflow.effects.base import (
    Data,
    back_to_verification,
    lead,
    picked,
    put,
    reports,
    signed,
    to_close,
    today,
)
from cases.workflow.effects.cutting.photos import on_record
from cases.workflow.effects.cutting.zero_load import checked
from cases.workflow.effects.verification import disposals_of, rule_versions
from cases.workflow.papers.waiting import to_hand_over
from cases.workflow.view import CaseView, Context, OpenTask, Outcome
from cases.workflow.workdays import calendar_for


def suspension_of(view: CaseView) -> dict[str, Any]:
    return view.facts.get("suspension") or {}


def report_grid_suspension(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """The grid company cut by its own right; the case follows what has happened."""
    names = ("ground", "user_class", "serves_residents", "theft_proven", "danger", "bill_due_on", "dunned_on", "breach")
    suspension = {
        "state": "executed",
        "origin": "grid",
        "power": "off",
        **picked(data, *names, "serious_breach", "grid_decision", "dunning_file", "notice_file", "reading"),
        "officers": distinct_officers(row["staff_no"] for row in data["officers"]),
        "evidence": len(data["attachments"]),
        "executed_at": timestamp(data["cut_at"]),
        "executed_by": ctx.actor.user_id,
        "reported": signed(view, ctx),
    }
    if data["notice_served_at"]:
        suspension["notice"] = {"served_at": timestamp(data["notice_served_at"])}
    return Outcome(
        to="suspension",
        facts={"suspension": suspension},
        case={"review_on": None},
        open=[OpenTask("confirm_suspension")],
        basis=grounds()[data["ground"]].basis,
    )


def ordered_ground(view: CaseView) -> str:
    """The ground on which the determination decided a suspension."""
    rows = (view.facts.get("determination") or {}).get("disposals", [])
    return next((str(row["ground"]) for row in rows if row["kind"] == "suspension"), "")


def sign_suspension_order(view: CaseView, data: Data, ctx: Context) -> Outcome:
    ground = ordered_ground(view)
    consumption = (view.facts.get("findings") or {}).get("check_consumption") or {}
    suspension = {
        "state": "signed",
        "origin": "order",
        "power": "on",
        "ground": ground,
        **rule_versions(view, ground, ctx),
        **picked(data, "order_file", "legal_document"),
        **picked(consumption, "user_class"),
        "signed_at": timestamp(ctx.now),
        "signed_by": ctx.actor.user_id,
        "order_seq": signed(view, ctx)["seq"],
    }
    return Outcome(
        facts={"suspension": suspension},
        open=[OpenTask("approve_suspension")],
        document=("suspension_order", data["order_file"]),
        basis=grounds()[ground].basis,
    )


def approve_suspension(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """An important user's file goes to the power authority first, everybody else's to the crew."""
    facts = put(
        view,
        "suspension",
        state="approved",
        approved_at=ctx.now,
        approved_by=ctx.actor.user_id,
        **picked(data, "user_class", "serves_residents", "approval_level", "marketing_report"),
        announced=announced(view, ctx, data["user_class"]),
    )
    following = OpenTask("countersign_important_user" if data["user_class"] == "important" else "serve_notice")
    return _noticed(view, facts, following)


def _noticed(view: CaseView, facts: dict[str, Any], following: OpenTask) -> Outcome:
    """The notice is made, for whoever serves it: on the ground of the order, and because a notice is due at all."""
    basis = (*grounds()[suspension_of(view)["ground"]].basis, "civil_code.cut_notice")
    return Outcome(
        facts=facts, open=[following], document=("suspension_notice", None), paper_in="suspension", basis=basis
    )


def refuse_suspension(view: CaseView, data: Data, ctx: Context) -> Outcome:
    return back_to_verification(view, ctx, state="refused", refused=data["reason_code"], refused_at=ctx.now)


def countersign_important_user(view: CaseView, data: Data, ctx: Context) -> Outcome:
    facts = put(view, "suspension", countersigned_at=ctx.now, countersigned_by=ctx.actor.user_id)
    return Outcome(
        facts=facts, open=[OpenTask("serve_notice")], document=("countersignature", data["countersigned_file"])
    )


def notice_override(view: CaseView, ctx: Context, user_class: str) -> Any:
    """The region's own notice periods, as the parameter `notice.<class>` sets them."""
    day = ctx.now.astimezone(CHINA).date()
    return ctx.directory.parameter(f"notice.{user_class}", view.region_code, day)


def notice_class(view: CaseView, ctx: Context, *known: str | None) -> str:
    """The class by whose periods a notice is given: of those on record, the one with the longest notice."""
    reported = (row.get("user_class") for row in reports(view, "check_consumption"))
    kinds = {str(kind) for kind in (*known, *reported, suspension_of(view).get("user_class")) if kind}
    day = ctx.now.astimezone(CHINA).date()

    def notice(kind: str) -> timedelta:
        return notice_rule(kind, view.region_code, day, notice_override(view, ctx, kind)).minimum

    return max(sorted(kinds), key=notice, default="residential")


def notice_window(view: CaseView, ctx: Context, served_at: datetime) -> Window:
    """The window that a notice opens which is written down now: no longer than the rule and what the notice says."""
    kind = notice_class(view, ctx)
    override = notice_override(view, ctx, kind)
    window = execution_window(served_at, kind, view.region_code, override, recorded_at=ctx.now)
    said = suspension_of(view).get("announced")
    if not said:
        return window
    after, until = (timedelta(hours=said[name]) for name in ("minimum_hours", "maximum_hours"))
    return Window(max(window.earliest, served_at + after), min(window.latest, served_at + until))


def announced(view: CaseView, ctx: Context, *known: str) -> dict[str, int]:
    """The periods that the notice announces, which is made before anybody knows when it will be served."""
    kind = notice_class(view, ctx, *known)
    rule = notice_rule(kind, view.region_code, today(ctx), notice_override(view, ctx, kind))
    return {
        "minimum_hours": rule.minimum // timedelta(hours=1),
        "maximum_hours": rule.maximum // timedelta(hours=1),
        "second_notice_minutes": rule.second_notice // timedelta(minutes=1),
    }


def serve_notice(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """The window opens with the service; the execution is due when it ends. A public notice counts a month later."""
    paper = to_hand_over(view.facts, "serve_notice")
    calendar = calendar_for(view.region_code, ctx.directory)
    served, counted = served_on(ways()[data["method"]], data["served_at"], calendar, view.region_code)
    window = notice_window(view, ctx, served)
    notice = {
        "served_at": timestamp(served),
        **({"published_at": timestamp(data["served_at"]), "deemed_on": counted.day.isoformat()} if counted else {}),
        "method": data["method"],
        **picked(data, "signature", "tracking_no", "publication", "proof_files", "consent_file", "copy_receipt"),
        "window_from": timestamp(window.earliest),
        "window_to": timestamp(window.latest),
        "file": data["notice_file"],
        "paper": paper,
        "copied": bool(data["copied_to_authority"]),
    }
    return Outcome(
        facts=put(view, "suspension", state="notified", notice=notice, second_notice_at=None),
        open=[OpenTask("execute_suspension", due_at=window.latest, data={"window_from": timestamp(window.earliest)})],
        hands_over=paper,
    )


def report_failed_service(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """What was tried in vain is kept: a public notice is open only after it."""
    before = suspension_of(view)
    row = {"method": data["method"], "reason": data["reason_code"], "tried_at": timestamp(data["tried_at"])}
    facts = put(
        view,
        "suspension",
        failed_services=int(before.get("failed_services", 0)) + 1,
        failures=[*before.get("failures", []), {**row, **signed(view, ctx)}],
    )
    return Outcome(facts=facts, open=[OpenTask("serve_notice")])


def give_final_notice(view: CaseView, data: Data, ctx: Context) -> Outcome:
    return Outcome(facts=put(view, "suspension", second_notice_at=data["given_at"], second_notice=data["method"]))


def lapse_notice(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """A missed window needs a new notice, which is issued with it; nothing of the old one counts any more."""
    facts = put(
        view,
        "suspension",
        state="approved",
        notice=None,
        second_notice_at=None,
        second_notice=None,
        lapses=int(suspension_of(view).get("lapses", 0)) + 1,
        announced=announced(view, ctx),
    )
    # Also where the system closes the window: the notice is the grid company's, which owed the execution.
    issuer = ctx.task.agency_id if ctx.task else None
    return replace(_noticed(view, facts, OpenTask("serve_notice")), issuer=issuer)


def report_infeasible(view: CaseView, data: Data, ctx: Context) -> Outcome:
    return back_to_verification(view, ctx, state="infeasible", not_met=data["items"], infeasible_at=ctx.now)


def execute_suspension(view: CaseView, data: Data, ctx: Context) -> Outcome:
    checklist = {item: data[item] for item, _, _ in checklist_items()}
    facts = put(
        view,
        "suspension",
        state="executed",
        power="off",
        checklist=checklist,
        executed_at=data["executed_at"],
        executed_by=ctx.actor.user_id,
        **picked(data, "reading", "devices", "multiplier", "seal_no"),
        **on_record(data, ctx, "executed_at"),
        zero_load=None,
    )
    facts["restoration"] = None
    return Outcome(facts=facts, open=[OpenTask("confirm_suspension")])


def confirm_suspension(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """`=disposal`: the surcharge where one was decided too, a determination after a grid's own cut, else closing."""
    # A supply that was restored in the meantime stays restored; the confirmation looks back at the cut.
    state = "confirmed" if suspension_of(view).get("power") == "off" else suspension_of(view).get("state")
    confirmed = {
        "state": state,
        "confirmed_at": data["confirmed_at"],
        "confirmed_by": ctx.actor.user_id,
        "confirmed_reading": data["reading"],
        **checked(view, ctx, data["reading"], data["read_at"] or data["confirmed_at"], data["reading_source"]),
    }
    if suspension_of(view).get("origin") == "grid":
        return back_to_verification(view, ctx, **confirmed)
    facts = put(view, "suspension", **confirmed)
    if "surcharge" in disposals_of(view):
        return Outcome(to="penalty_tariff", facts=facts, open=[lead(view, "plan_surcharge")])
    return Outcome(facts=facts, open=to_close(view))
