"""Gates 3, 4 and 5 before the cut: service, window, second notice, night and holidays, checklist, important users."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from cases.policy.cutting.service import served_on, ways
from cases.policy.dated import CHINA
from cases.policy.execution import (
    Window,
    checklist_items,
    checklist_obstacles,
    execution_obstacles,
    notice_rule,
    window_obstacles,
)
from cases.policy.obstacle import obstacle
from cases.workflow.effects.base import instant, is_open, today
from cases.workflow.effects.suspension import notice_class, notice_override, notice_window, suspension_of
from cases.workflow.guards.base import Data, cite, correct, first, from_obstacle, local, minute, refuse
from cases.workflow.view import CaseView, Context, Refusal
from cases.workflow.workdays import calendar_for

# A cut is written down the same day; later entries would let the window be met on paper.
LATE_ENTRY = timedelta(hours=24)
# The last warning stands on record before the cut it announces, not after.
LATE_WARNING = timedelta(hours=1)


def approved(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """Nobody is served before the grid company has approved this order, and the power authority where it must."""
    papers = suspension_of(view)
    if not papers.get("approved_at"):
        return refuse(
            "not_approved",
            "供电公司尚未审批本次停电函，不能送达通知。先由供电公司签发人审批。",
            "The grid company has not approved this order; its approver decides first, then the notice is served.",
            article=cite(view, ctx, "supply_rules.procedure"),
            missing=("approve_suspension",),
        )
    if papers.get("user_class") == "important" and not papers.get("countersigned_at"):
        return from_obstacle(obstacle("important_not_countersigned", day=today(ctx), region=view.region_code))
    return None


def service(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """The notice opens a usable window; for an important user its copy goes to the power authority."""
    if not data:
        return None
    way, served = ways()[data["method"]], data["served_at"]
    after = suspension_of(view).get("countersigned_at") or suspension_of(view).get("approved_at")
    if after and served < minute(instant(after)):
        return correct(
            "served_at",
            f"送达时间早于审批完成（{local(instant(after))}），批准后送达才有效",
            f"The service lies before the approval ({local(instant(after))})",
        )
    if not way.arrival and served < ctx.now - LATE_ENTRY:
        return correct(
            "served_at",
            "送达须在 24 小时内登记；逾期未登记的，重新送达（邮寄送达以回执日期为准）",
            "A service is recorded within 24 hours, or made again (by post: the day on the receipt)",
        )
    calendar = calendar_for(view.region_code, ctx.directory)
    # A deemed day that is not sure makes every day of its window unsure.
    deemed, _ = served_on(way, served, calendar, view.region_code)
    return first(window_obstacles(notice_window(view, ctx, deemed), calendar, view.region_code))


def window_of(view: CaseView) -> Window | None:
    notice = suspension_of(view).get("notice") or {}
    if "window_from" not in notice:
        return None
    return Window(instant(notice["window_from"]), instant(notice["window_to"]))


def second_notice(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """The last warning belongs to a cut that is about to be made."""
    window = window_of(view)
    if window is None or not is_open(view, "execute_suspension"):
        return from_obstacle(obstacle("not_served", day=today(ctx), region=view.region_code))
    if ctx.now > window.latest:
        late = local(window.latest)
        return from_obstacle(obstacle("after_window", day=today(ctx), region=view.region_code, latest=late))
    if data and data["given_at"] < instant(suspension_of(view)["notice"]["served_at"]):
        return correct("given_at", "再次通知早于停电通知送达", "The second notice lies before the service")
    if data and data["given_at"] < ctx.now - LATE_WARNING:
        return correct(
            "given_at", "再次通知须在 1 小时内登记；请再通知一次", "It is recorded within one hour; give it again"
        )
    return None


def lapse(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """A window lapses when it has passed, or when a stay keeps it from being used.

    The system, which knows of no cut that nobody has written down, waits for as long as one may be.
    """
    window = window_of(view)
    stayed = (view.facts.get("stay") or {}).get("active")
    waits = LATE_ENTRY if ctx.actor.is_system else timedelta(0)
    if window is None or stayed or ctx.now > window.latest + waits:
        return None
    return refuse(
        "window_open",
        f"停电窗口至 {local(window.latest)} 仍有效，不能登记失效。"
        "窗口内可实施停电；不具备条件的，出具不具备停电条件说明。",
        f"The window is open until {local(window.latest)}. Use it, or state that the conditions are not met.",
        article=cite(view, ctx, "supply_rules.procedure"),
    )


def execution(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """Inside the window, after the second notice, by day, on no holiday, under no stay, with a clean checklist."""
    at, region = (data["executed_at"] if data else ctx.now), view.region_code
    if data and at < ctx.now - LATE_ENTRY:
        return correct(
            "executed_at",
            "停电须在 24 小时内登记；更早的停电由供电公司审核人报告督查部门处理",
            "A cut is recorded within 24 hours; an older one is a matter for the supervision",
        )
    if data and (found := _unannounced(view, at) or _stayed_then(view, at, ctx)):
        return found
    kind = notice_class(view, ctx)
    rule = notice_rule(kind, region, today(ctx), notice_override(view, ctx, kind))
    obstacles = execution_obstacles(
        at,
        window_of(view),
        _warned_at(view),
        bool((view.facts.get("stay") or {}).get("active")),
        calendar_for(region, ctx.directory),
        region=region,
        second_notice=rule.second_notice,
    )
    return first(obstacles)


def _warned_at(view: CaseView) -> datetime | None:
    """From when the second notice counts: from its entry, since a time that was only typed can be any time."""
    given, entry = suspension_of(view).get("second_notice_at"), view.last("give_final_notice")
    if not given or entry is None:
        return None
    return max(instant(given), entry.at)


def _unannounced(view: CaseView, at: datetime) -> Refusal | None:
    warned = view.last("give_final_notice")
    if warned is None or at >= minute(warned.at):
        return None
    return correct(
        "executed_at",
        f"停电时间早于再次通知的登记（{local(warned.at)}）；未登记再次通知的停电，由审核人报告督查部门处理",
        f"The cut lies before the second notice was recorded ({local(warned.at)}); report it to the supervision",
    )


def _stayed_then(view: CaseView, at: datetime, ctx: Context) -> Refusal | None:
    """A cut claimed for a time at which the execution was stayed, whatever was decided since.

    Of this round: a stay ends with the measure that it held up.
    """
    stay = view.facts.get("stay") or {}
    if stay.get("ordered_on") and stay.get("lifted_at") and _since_the_order(stay, at):
        return from_obstacle(obstacle("stayed", day=today(ctx), region=view.region_code))
    last = None
    for act in view.acts:
        if act.action in ("stay_execution", "lift_stay") and view.stage_since <= act.at <= at:
            last = act.action
    return (
        from_obstacle(obstacle("stayed", day=today(ctx), region=view.region_code)) if last == "stay_execution" else None
    )


def _since_the_order(stay: dict[str, Any], at: datetime) -> bool:
    """After the day on which the organ ordered it, whenever it was written down here, and before it was lifted."""
    return str(at.astimezone(CHINA).date()) > str(stay["ordered_on"]) and at < instant(stay["lifted_at"])


def checklist(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """Any "no" ends in a refusal, not in a cut: the crew states that the conditions are not met."""
    if not data:
        return None
    answers = {item: data[item] for item, _, _ in checklist_items()}
    return first(checklist_obstacles(answers, today(ctx), view.region_code))
