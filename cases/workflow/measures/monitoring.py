"""The reason for monitoring proven mining is one that the decision bears out; the register rests on it."""

from __future__ import annotations

from typing import Final

from cases.policy.blindspots import blind_spots
from cases.policy.suspension import MINING_FINDINGS
from cases.workflow.effects.base import today
from cases.workflow.effects.verification import disposals_of
from cases.workflow.guards.base import Data, correct, refuse
from cases.workflow.guards.situation import determination
from cases.workflow.measures.facts import Known, explain
from cases.workflow.view import CaseView, Context, Refusal, Text

SPOTS: Final = {spot.code: Text(spot.zh, spot.en) for spot in blind_spots()}


def proposed_reason(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """Before monitoring is proposed."""
    if not data or "continue_monitoring" not in data["disposals"]:
        return None
    borne = _borne_out(view, ctx, data)
    if borne is None:
        return None
    zh = "、".join(text.zh for text in borne) or "无"
    en = "; ".join(text.en for text in borne) or "none"
    return correct(
        "monitoring_reason",
        f"所选原因与本案情况不符。本案成立的监管盲区原因：{zh}。不属监管盲区的，选“等待新的线索”等其他原因",
        f"This case does not bear out the reason. Blind spots it has: {en}. Where it is none, choose another reason",
    )


def decided_reason(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """The same when it is decided: findings or rules may have changed since."""
    if not data or data["decision"] != "approve" or "continue_monitoring" not in disposals_of(view):
        return None
    if _borne_out(view, ctx, determination(view)) is None:
        return None
    return refuse(
        "reason_no_longer_holds",
        "拟定的持续监测原因已与案件情况或当日规定不符，不能通过。审核结果选“不同意”，由经办人重新提出认定意见。",
        "The reason proposed for monitoring no longer fits the case or the rules of today. Refuse it, to have it"
        " proposed anew.",
        missing=("decision",),
    )


def _borne_out(view: CaseView, ctx: Context, known: Known) -> tuple[Text, ...] | None:
    """None where the reason holds; else the reasons that this case has. Only proven mining enters the register."""
    reason = known.get("monitoring_reason")
    if known.get("finding") not in MINING_FINDINGS or reason not in SPOTS:
        return None
    reasons = [spot.code for spot in explain(view, ctx.directory, today(ctx), known, rules=ctx.rules).reasons]
    return None if reason in reasons else tuple(SPOTS[code] for code in reasons)
