"""Objection, stay, withdrawal and restoration: nothing twice, and nothing confirmed that is not so."""

from __future__ import annotations

from cases.workflow.effects.base import instant, is_open
from cases.workflow.effects.restoration import power_is_off
from cases.workflow.guards.base import Data, cite, correct, local, needs, refuse
from cases.workflow.view import CaseView, Context, Refusal


def no_open_objection(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    if not is_open(view, "decide_objection"):
        return None
    return refuse(
        "objection_pending",
        "已有一项异议正在办理。新的意见用“备注”补充，或等答复后再受理。",
        "An objection is already being decided; add to it by a comment.",
    )


def not_stayed_yet(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    if not (view.facts.get("stay") or {}).get("active"):
        return None
    return refuse("already_stayed", "案件已中止执行，无须再次中止。", "The execution is already stayed.")


def is_stayed(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    if (view.facts.get("stay") or {}).get("active"):
        return None
    return refuse("not_stayed", "案件没有中止执行，无须恢复执行。", "The execution is not stayed.")


def power_off(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """Only what is off can be restored, and only once at a time."""
    if not power_is_off(view):
        return refuse(
            "power_is_on",
            "该户没有因本案停电，无须恢复供电。",
            "The supply is not off because of this case; there is nothing to restore.",
        )
    if is_open(view, "restore_supply", "confirm_restoration"):
        return refuse(
            "restoration_under_way",
            "恢复供电已在办理，由供电公司现场人员实施。",
            "The restoration is already under way.",
        )
    return None


def power_on(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """What this case cut is restored by this case: it is neither merged away nor handed to another region before."""
    if not power_is_off(view):
        return None
    return refuse(
        "power_is_off_here",
        "该户因本案停电，尚未恢复，不能并入他案或移交。同一场所的另一案可并入本案；须移交的，先认定办结并恢复供电。",
        "This case cut the supply and has not restored it: it cannot be merged away or transferred."
        " Merge the other case into this one, or close it and restore the supply first.",
    )


def after_the_cut(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    cut = (view.facts.get("suspension") or {}).get("executed_at")
    if data and cut and data["cause_removed_at"] < instant(cut):
        return correct(
            "cause_removed_at",
            f"原因消除时间早于停电时间（{local(instant(cut))}）；错误停电的，填发现时间",
            f"It lies before the cut ({local(instant(cut))}); for a wrong cut give the time when it was noticed",
        )
    return None


def after_the_restoration(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    restored = (view.facts.get("restoration") or {}).get("restored_at")
    if data and restored and data["confirmed_at"] < instant(restored):
        return correct("confirmed_at", "复核时间早于复电时间", "The confirmation lies before the restoration")
    return None


def restored_in_time(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """Late is possible, without a reason it is not."""
    if not data:
        return None
    restoration = view.facts.get("restoration") or {}
    cut = (view.facts.get("suspension") or {}).get("executed_at")
    if cut and data["restored_at"] < instant(cut):
        return correct("restored_at", "复电时间早于停电时间", "The restoration lies before the cut")
    due = restoration.get("due")
    if due is None or ctx.now <= instant(due) or data["late_reason"]:
        return None
    if data["restored_at"] > instant(due):
        return needs("late_reason", "逾期原因（已超过 24 小时期限）", "the reason for the delay (over 24 hours)")
    # Written down after the deadline as done before it: possible, but somebody says why.
    return needs("late_reason", "期限届满后才登记的原因", "why it is written down after the deadline")


def supply_is_on(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    if not data or data["supply_is_on"]:
        return None
    return refuse(
        "supply_still_off",
        "尚未恢复供电，不能确认。由现场人员处理，恢复后再复核。",
        "The supply is not on yet; confirm once it is.",
        article=cite(view, ctx, "supply_rules.procedure"),
        missing=("supply_is_on",),
    )
