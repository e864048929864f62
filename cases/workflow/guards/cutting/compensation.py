"""Claims and decisions on a wrong cut: with an amount, on an open record, decided by somebody else with a say."""

from __future__ import annotations

from agencies.vocabulary import Role
from cases.workflow.effects.cutting.compensation import CLAIM, DECISION, records
from cases.workflow.guards.base import Data, cite, correct, needs, refuse
from cases.workflow.view import CaseView, Context, Refusal

_PAYERS = frozenset({"development_commission", "grid_company"})
_DECIDING = frozenset({Role.REVIEWER.value, Role.APPROVER.value})


def claim_or_decision(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    if not data:
        return None
    if data["paper"] not in (CLAIM, DECISION):
        if data["amount"] is None:
            return None
        return correct(
            "paper", "填写了金额的，材料类别选“赔偿请求”或“赔偿决定”", "With an amount, choose a claim or a decision"
        )
    waiting = [row for row in records(view) if row["state"] != "decided"]
    if not waiting:
        return refuse(
            "no_compensation_open",
            "本案没有待处理的停电赔偿记录：异议成立或因错误停电复电后自动建立，已决定的不再更改。",
            "No record of compensation is open here: one is opened when an objection is upheld or a cut was wrong.",
            article=cite(view, ctx, "electricity_law.damages", "enforcement_law.restore"),
            missing=("paper",),
        )
    if ctx.post.kind not in _PAYERS:
        return refuse(
            "not_yours_to_compensate",
            "停电赔偿由发展改革委或供电公司办理。请将材料交其登记。",
            "Compensation is handled by the commission or the grid company; pass the paper on to them.",
            missing=("paper",),
        )
    if data["amount"] is None:
        return needs("amount", "金额（不予赔偿的填 0）", "the amount (0 where nothing is paid)")
    return _decides(view, waiting[-1], ctx) if data["paper"] == DECISION else None


def _decides(view: CaseView, row: dict[str, object], ctx: Context) -> Refusal | None:
    """A decision is a reviewer's or an approver's, and not of whoever recorded the claim or made the cut."""
    if not _DECIDING & ctx.post.roles:
        return refuse(
            "decision_needs_reviewer",
            "赔偿决定由审核人或签发人登记。",
            "A decision on compensation is recorded by a reviewer or an approver.",
            missing=("paper",),
        )
    claimed = row.get("claimed")
    claimant = claimed.get("by") if isinstance(claimed, dict) else None
    cut = view.facts.get("suspension") or {}
    if ctx.actor.user_id in (claimant, cut.get("executed_by"), cut.get("signed_by"), cut.get("approved_by")):
        return refuse(
            "four_eyes",
            "登记请求、签发、批准或实施停电的人不能决定赔偿，请由他人办理。",
            "Whoever recorded the claim, signed, approved or made the cut does not decide; somebody else does.",
            article=cite(view, ctx, "project.two_people"),
        )
    return None
