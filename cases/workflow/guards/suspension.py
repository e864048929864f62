"""Gates 1, 2, 5, 7 and 8 on the way to a suspension; the rules are in `cases.policy.suspension`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cases.policy.dated import CHINA
from cases.policy.execution import execution_obstacles, execution_window, notice_rule
from cases.policy.obstacle import obstacle
from cases.policy.suspension import Step, evaluate
from cases.workflow.effects.base import instant, today
from cases.workflow.effects.restoration import power_is_off
from cases.workflow.effects.suspension import notice_class, notice_override, ordered_ground, suspension_of
from cases.workflow.forms.choices import GRID_GROUNDS
from cases.workflow.guards.base import Data, cite, correct, first, from_obstacle, local, needs, refuse
from cases.workflow.guards.cutting.approval import chain_of_approval
from cases.workflow.guards.situation import (
    families,
    reported_classes,
    reported_victim,
    serves_residents,
    suspension_situation,
)
from cases.workflow.view import CaseView, Context, Guard, Refusal
from cases.workflow.workdays import calendar_for

GRIDS_OWN = frozenset(code for code, _ in GRID_GROUNDS)


def proposed_suspension(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """A determination may only propose a suspension that the law leaves open."""
    if not data or "suspension" not in data["disposals"]:
        return None
    if data["finding"] == "compromised":
        return from_obstacle(obstacle("victim", day=today(ctx), region=view.region_code))
    if not data["ground"]:
        return needs("ground", "停电事由", "the ground of the suspension")
    return _ordered(view, ctx, data["ground"], "determine", data)


def decided_suspension(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """The same questions again when it is decided: days and findings may have changed since."""
    if not data or data["decision"] != "approve" or not ordered_ground(view):
        return None
    return _ordered(view, ctx, ordered_ground(view), "determine", None)


def _ordered(view: CaseView, ctx: Context, ground: str, step: Step, known: Data) -> Refusal | None:
    if ground in GRIDS_OWN:
        return from_obstacle(obstacle("ground_is_the_grids", day=today(ctx), region=view.region_code))
    if power_is_off(view):
        return _already_off(view, ctx)
    if step != "determine" and (stopped := _stopped(view, ctx)):
        return stopped
    return first(evaluate(ground, suspension_situation(view, ctx, known), step=step))


def _stopped(view: CaseView, ctx: Context) -> Refusal | None:
    """Mining that was reported to have stopped leaves a suspension without an object."""
    if not view.facts.get("cessation"):
        return None
    return from_obstacle(obstacle("mining_stopped", day=today(ctx), region=view.region_code))


def _already_off(view: CaseView, ctx: Context) -> Refusal:
    return from_obstacle(obstacle("power_is_off", day=today(ctx), region=view.region_code))


def step_open(step: Step) -> Guard:
    """The ordered suspension is still possible at this step: supply, ground, papers, evidence."""

    def guard(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
        return _ordered(view, ctx, ordered_ground(view), step, None)

    return guard


def signing(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """Order and legal document come with the signature, so they are asked of the data."""
    ground = ordered_ground(view)
    papers = {"order_document": True, "legal_document": True} if data is None else {}
    if data is not None:
        papers = {"order_document": bool(data["order_file"]), "legal_document": bool(data["legal_document"])}
    if power_is_off(view):
        return _already_off(view, ctx)
    evaluated = suspension_situation(view, ctx, None, **papers)
    return _stopped(view, ctx) or first(evaluate(ground, evaluated, step="order"))


def approval(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """The grid company approves what it has checked itself, at the level that the class of user asks for."""
    more = {}
    if data and data["serves_residents"]:
        more = {"serves_residents_living": True}
    situation = suspension_situation(view, ctx, None, **more)
    found = _stopped(view, ctx) or first(evaluate(ordered_ground(view), situation, step="approve"))
    if found or not data:
        return found
    if not data["order_checked"]:
        return refuse(
            "papers_not_checked",
            "尚未核对停电函和生效法律文书。核对后再审批；文书不全或不符的，办理“供电企业退回停电函”。",
            "Order and legal document have not been checked. Check them, or return the order.",
            article=cite(view, ctx, "supply_rules.procedure"),
            missing=("order_checked",),
        )
    found = _class_weakened(view, data["user_class"])
    if found:
        return found
    return chain_of_approval(view, data, ctx)


def _class_weakened(view: CaseView, given: str) -> Refusal | None:
    """A class that protects the user more than the one given: the countersignature, or the longer notice."""
    known = reported_classes(view)
    if "important" in known and given != "important":
        return correct(
            "user_class",
            "用电核查反馈为重要用户，须按重要用户审批并送电力管理部门会签",
            "The consumption report says important user: approve it as one, with the countersignature",
        )
    if "residential" in known and given == "ordinary":
        return correct(
            "user_class",
            "用电核查反馈为居民用户，通知期限更长，不能按一般用户办理；反馈有误的，退回后由发展改革委要求补正",
            "The consumption report says residential, with the longer notice; have the report corrected if it is wrong",
        )
    return None


def own_suspension(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """The grid company's own grounds, each with its own evidence; danger and theft are cut on the spot."""
    if power_is_off(view):
        return _already_off(view, ctx)
    if not data:
        return None
    due, cut = data["bill_due_on"], data["cut_at"].astimezone(CHINA).date()
    numbers = tuple(row["staff_no"] for row in data["officers"])
    informed = bool(data["authority_informed"])
    # 条例 39: the notice follows a dunning that brought nothing; dunned afterwards is not dunned.
    noticed = data["notice_served_at"].astimezone(CHINA).date() if data["notice_served_at"] else None
    situation = suspension_situation(
        view,
        ctx,
        None,
        origin="grid",
        finding="compromised" if reported_victim(view) else "",
        serves_residents_living=data["serves_residents"],
        important_user="important" in (data["user_class"], *reported_classes(view)),
        theft_proven=bool(data["theft_proven"]),
        danger_recorded=bool(data["danger"]),
        arrears_days=(cut - due).days if due else 0,
        dunned=bool(data["dunned_on"] and due and due < data["dunned_on"] <= (noticed or cut)),
        breach_found_by_grid=bool(data["breach"]),
        serious_breach=bool(data["serious_breach"]),
        grid_decision=bool(data["grid_decision"]),
        countersigned=informed,
        copy_received=informed,
        families=families(view, ("onsite", "grid_record")),
        onsite_recorded=True,
        officer_numbers=numbers,
    )
    found = first(evaluate(data["ground"], situation, step="execute"))
    return found or _own_notice(view, data, ctx)


def _own_notice(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """Arrears and breach are cut by the procedure: notice, window, second notice, no night, no holiday."""
    if not data or data["ground"] not in ("G3_arrears", "G4_serious_breach"):
        return None
    weakened = _class_weakened(view, data["user_class"])
    if weakened:
        return weakened
    living = data["serves_residents"] or serves_residents(view)
    kind = notice_class(view, ctx, data["user_class"], "residential" if living else None)
    region, override = view.region_code, notice_override(view, ctx, kind)
    served = data["notice_served_at"]
    window = execution_window(served, kind, region, override) if served else None
    rule = notice_rule(kind, region, today(ctx), override)
    return first(
        execution_obstacles(
            data["cut_at"],
            window,
            data["second_notice_at"],
            stay=False,
            cal=calendar_for(region, ctx.directory),
            region=region,
            second_notice=rule.second_notice,
        )
    )


def _looked_before_restoration(view: CaseView, data: Mapping[str, Any]) -> Refusal | None:
    """Restored before the confirmation: zero load can only have been seen before, and need not have been."""
    restored = (view.facts.get("restoration") or {}).get("restored_at")
    if restored is None or not data["load_is_zero"] or data["confirmed_at"] < instant(restored):
        return None
    return correct(
        "confirmed_at",
        f"已于 {local(instant(restored))} 复电，负荷为零应是复电前所见；复电前未到场的，“负荷为零”选“否”",
        f"The supply is on since {local(instant(restored))}: zero load was seen before that, or not at all",
    )


def load_is_zero(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """A cut is confirmed by what the meter shows, not by who says so."""
    if not data:
        return None
    executed = suspension_of(view).get("executed_at")
    if executed and data["confirmed_at"] < instant(executed):
        return correct("confirmed_at", "复核时间早于停电时间", "The confirmation lies before the cut")
    if not power_is_off(view):
        return _looked_before_restoration(view, data)
    if not data["load_is_zero"]:
        return refuse(
            "load_not_zero",
            "负荷不为零，不能确认停电。由实施人员到场处理，负荷为零后再复核。",
            "The load is not zero, so the cut cannot be confirmed. Have the crew look again.",
            missing=("load_is_zero",),
        )
    return None
