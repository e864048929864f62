"""Gate 10: nothing is left behind when a case is closed; and what a closed case may still become."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from cases.policy.dated import CHINA
from cases.policy.suspension import MINING_FINDINGS
from cases.workflow.effects.base import owed_kind
from cases.workflow.effects.leads import batch_of
from cases.workflow.effects.surcharge.bills import bills_of
from cases.workflow.effects.surcharge.lists import (
    ACTIVE,
    STANDING,
    list_of,
    listed_days,
    lists_of,
    run_out,
    surcharge_of,
    unbilled,
)
from cases.workflow.effects.verification import disposals_of
from cases.workflow.guards.base import Data, cite, correct, refuse
from cases.workflow.guards.situation import determination, measure_taken
from cases.workflow.task_kinds import KINDS
from cases.workflow.view import CaseView, Context, Refusal

ENDED_MINING = frozenset({"handled", "self_stopped"})
CLOSING_TASKS = frozenset({"close", "plan_surcharge", "review_closure"})


def closable(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """Before closing is proposed."""
    found = _nothing_left(view, ctx, CLOSING_TASKS)
    if found or not data:
        return found
    if _batch(view) and data["feedback"] is None:
        return _no_feedback(view, ctx)
    return None


def closed_by_review(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """Before closing is approved: the same again, for days have passed since."""
    if not data or data["decision"] != "approve":
        return None
    found = _nothing_left(view, ctx, CLOSING_TASKS)
    if found:
        return found
    if _batch(view) and not (view.facts.get("closure") or {}).get("feedback"):
        return _no_feedback(view, ctx)
    return None


def not_determined_as_mining(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """What was determined as mining ends by a new determination, not as if there had been nothing."""
    decided = determination(view)
    if decided.get("state") != "decided" or decided.get("finding") not in MINING_FINDINGS:
        return None
    return refuse(
        "determined_as_mining",
        "本案已认定属实，不能按误报排除。认定有误的，先“下发核查”，由核查结果重新认定。",
        "The case was determined as mining and is no false positive. If that is wrong, dispatch it and determine anew.",
        article=cite(view, ctx, "penalty_law.facts"),
        missing=("dispatch_verification",),
    )


def closed_by_exclusion(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    if not data or data["decision"] != "approve":
        return None
    return _open_tasks(view, ctx, frozenset({"review_exclusion"})) or _overcharged(view, ctx)


def closed_by_determination(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    if not data or data["decision"] != "approve" or "close" not in disposals_of(view):
        return None
    return _nothing_left(view, ctx, frozenset({"review_determination"}))


def outcome_fits(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """How a case is said to have ended follows from what was determined and done, not from the form."""
    if not data or determination(view).get("finding") not in MINING_FINDINGS | {"already_stopped"}:
        return None
    if data["outcome"] not in ENDED_MINING:
        return correct(
            "outcome",
            "认定为属实的案件，办结结果选“已处置”或“已自行停止”；认定有误的，先重新认定",
            "Mining was determined: choose “Handled” or “Stopped by itself”; if that is wrong, determine anew",
        )
    if data["feedback"] not in (None, "handled", "stopped"):
        return correct(
            "feedback",
            "认定为属实的案件，批次反馈结论选“已处置”或“已停止”",
            "Mining was determined: the batch is answered “Handled” or “Stopped”",
        )
    if measure_taken(view) or view.facts.get("cessation"):
        return None
    return refuse(
        "proven_but_untreated",
        "认定属实，尚未停电，也未出具加价账单，不能办结。先拟定并执行惩罚性电价；已停止的，先“报告停止挖矿”。",
        "Mining is proven and nothing was done about it yet. Carry the surcharge out, or report the cessation first.",
        article=cite(view, ctx, "ndrc_1283.ledger"),
        missing=("outcome",),
    )


def _batch(view: CaseView) -> str:
    """The list whose rows this case answers: the one that opened it, hit it later, or came with a merged case."""
    merged = [str(row["batch"]) for row in view.facts.get("merged_cases") or [] if row.get("batch")]
    return next(filter(None, [batch_of(view), *merged]), "")


def _nothing_left(view: CaseView, ctx: Context, done: Collection[str]) -> Refusal | None:
    return (
        _open_tasks(view, ctx, done)
        or _measures_ended(view, ctx)
        or _unbilled(view, ctx)
        or _overcharged(view, ctx)
        or _documents(view, ctx)
        or _referral(view, ctx)
    )


def _open_tasks(view: CaseView, ctx: Context, done: Collection[str]) -> Refusal | None:
    """What was returned and may still be sent out again is as open as the rest: the ruling comes first."""
    owed = [(kind, kind != t.kind) for t in view.tasks if (kind := owed_kind(view, t)) not in done]
    left = [(kind, returned) for kind, returned in owed if not KINDS[kind].allowed_in_closed]
    if not left:
        return None
    zh = "、".join(KINDS[kind].label.zh + ("（退回待裁定）" if returned else "") for kind, returned in left)
    en = ", ".join(
        KINDS[kind].label.en + (" (returned, to be ruled on)" if returned else "") for kind, returned in left
    )
    return refuse(
        "open_tasks",
        f"还有 {len(left)} 项未办：{zh}。办完或由发展改革委裁定后再办结。",
        f"{len(left)} open: {en}. Finish them first.",
        article=cite(view, ctx, "ndrc_1283.ledger"),
        missing=tuple("rule_on_return" if returned else kind for kind, returned in left),
    )


def _measures_ended(view: CaseView, ctx: Context) -> Refusal | None:
    """A list that still binds, or a stay that still holds, would go on without a case."""
    surcharge = surcharge_of(view)
    if surcharge.get("state") in ACTIVE and not run_out(surcharge):
        return refuse(
            "list_still_active",
            "惩罚性电价名单仍在执行。先报告停止挖矿并签发停止执行函，再办结。",
            "The list entry is still in force. Report the cessation and end the surcharge first.",
            article=cite(view, ctx, "ndrc_1283.surcharge"),
            missing=("end_surcharge",),
        )
    if (view.facts.get("stay") or {}).get("active"):
        return refuse(
            "still_stayed",
            "案件仍在中止执行。先恢复执行，或撤回停电函。",
            "The execution is still stayed. Lift the stay first.",
            article=cite(view, ctx, "reconsideration_law.no_stay"),
            missing=("lift_stay",),
        )
    return None


def _unbilled(view: CaseView, ctx: Context) -> Refusal | None:
    """What is listed is collected in full; a bill that still awaits its review brings the next one after it."""
    surcharge = surcharge_of(view)
    standing = [entry for entry in lists_of(surcharge) if entry["state"] in STANDING]
    day = next(filter(None, (unbilled(surcharge, entry) for entry in standing)), None)
    if day is None:
        return None
    return refuse(
        "days_unbilled",
        f"名单内自 {day} 起的日期尚未出具加价账单。先复核待复核的账单，由供电公司电费核算出齐账单后再办结。",
        f"The listed days from {day} on have no bill yet. Review what awaits its review and bill the rest first.",
        article=cite(view, ctx, "ndrc_1283.surcharge"),
        missing=("issue_bill",),
    )


def _overcharged(view: CaseView, ctx: Context) -> Refusal | None:
    """A list that was revoked, or ended backwards, leaves bills for days that are not on it; they are corrected."""
    surcharge = surcharge_of(view)
    charged = [row for row in bills_of(view) if row["state"] != "refused"]
    over = [row for row in charged if _listed(list_of(surcharge, row), row) < 0]
    if not over:
        return None
    drawn_up = all("pending" in row for row in over)
    numbers, code = [row["no"] for row in over], "charged_beyond_the_list"
    why, reason = "计入了名单以外的日期", "charges days that are not on the list"
    if any(list_of(surcharge, row).get("state") == "revoked" for row in over):
        code, why, reason = "list_revoked", "所依据的名单已撤销，加价须退还", "was made under a list that is revoked"
    done = "由供电公司审核人复核该退补" if drawn_up else "由供电公司电费核算办理“退补电费”，并由审核人复核"
    todo = "Its correction awaits its review." if drawn_up else "Have it adjusted and reviewed first."
    return refuse(
        code,
        f"账单 {'、'.join(numbers)} {why}。{done}，复核通过后再办理。",
        f"Bill {', '.join(numbers)} {reason}. {todo}",
        article=cite(view, ctx, "electricity_law.refund"),
        missing=("review_bill" if drawn_up else "adjust_bill",),
    )


def nothing_to_refund(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """A merge closes a case too."""
    return _overcharged(view, ctx)


def _listed(entry: dict[str, Any], row: dict[str, Any]) -> int:
    """Days on the bill's list less the days charged; below zero where too many were charged."""
    first, last = date.fromisoformat(row["cycle_from"]), date.fromisoformat(row["cycle_to"])
    return listed_days(entry, first, last) - int(row["listed_days"])


def _documents(view: CaseView, ctx: Context) -> Refusal | None:
    """Every decision has its document: the order with its legal document, the list letter."""
    suspension, surcharge = view.facts.get("suspension") or {}, view.facts.get("surcharge") or {}
    missing = []
    if suspension.get("origin") == "order" and not (suspension.get("order_file") and suspension.get("legal_document")):
        missing.append(("suspension_order", "停电函和生效法律文书", "the suspension order with its legal document"))
    if surcharge.get("issued_at") and not surcharge.get("list_file"):
        missing.append(("surcharge_list", "执行名单函", "the list letter"))
    if not missing:
        return None
    return refuse(
        "documents_missing",
        f"缺少文书：{'、'.join(row[1] for row in missing)}。补齐后再办结。",
        f"Documents missing: {', '.join(row[2] for row in missing)}.",
        missing=tuple(row[0] for row in missing),
    )


def _referral(view: CaseView, ctx: Context) -> Refusal | None:
    """Public resources: the discipline inspection has a copy before the case ends."""
    decided = determination(view)
    if decided.get("subject") != "state_owned" or decided.get("finding") not in MINING_FINDINGS:
        return None
    partner = ctx.directory.partner("discipline", view.region_code)
    sent = any(row["sort"] == "discipline" for row in view.facts.get("referrals") or [])
    if partner is None or sent:
        return None
    return refuse(
        "discipline_not_informed",
        f"国有单位涉案，须先移送{partner.name}。由发展改革委签发人办理“移送”。",
        f"A state-owned unit is involved: refer the case to {partner.name} first.",
        article=cite(view, ctx, "ndrc_1283.coordination"),
        missing=("refer_case",),
    )


def _no_feedback(view: CaseView, ctx: Context) -> Refusal:
    batch = _batch(view)
    return refuse(
        "feedback_missing",
        f"案件来自名单 {batch}，办结前须填写批次反馈结论。",
        f"The case came from list {batch}: fill in the batch feedback first.",
        article=cite(view, ctx, "ndrc_1283.ledger"),
        missing=("feedback",),
    )


def not_merged(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """A merged case lives on in its survivor; it comes back by undoing the merge."""
    if view.merged_into is None:
        return None
    return refuse(
        "merged_case",
        "本案已并入另一案，不能重启。确需分开的，由审核人“撤销并案”；新线索补充到保留的案件。",
        "This case was merged. Undo the merge to separate it; new signals go to the survivor.",
    )


def visited_after_closing(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    if data and data["visited_on"] < view.stage_since.astimezone(CHINA).date():
        return correct("visited_on", "查看日期早于办结日期", "The visit lies before the closing")
    return None
