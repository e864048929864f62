"""Who may make a case more or less confidential: nobody above the own ceiling, and less only a reviewer."""

from __future__ import annotations

from agencies.vocabulary import LABELS, Confidentiality, Role
from cases.workflow.guards.base import Data
from cases.workflow.view import CaseView, Context, Refusal, Text


def level_in_reach(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """The level asked for is not above the ceiling of the post; one below the case's takes the role reviewer."""
    given = data.get("confidentiality") if data else None
    if not given or ctx.actor.is_system:
        return None
    wanted, own, now = (Confidentiality(word) for word in (given, ctx.post.ceiling, view.confidentiality))
    if wanted.rank > own.rank:
        return Refusal(
            "above_ceiling",
            Text(
                f"你的密级上限为“{LABELS[own].zh}”，不能把案件定为“{LABELS[wanted].zh}”。请由密级上限足够的同事办理。",
                f"Your ceiling is “{LABELS[own].en}”; you cannot make a case “{LABELS[wanted].en}”. Ask a colleague"
                " whose ceiling reaches it.",
            ),
            missing=("confidentiality",),
            status=403,
        )
    if wanted.rank < now.rank and Role.REVIEWER not in ctx.post.roles:
        return Refusal(
            "lowered_by_reviewer",
            Text(
                f"案件为“{LABELS[now].zh}”，降低密级须由“审核”角色在审核时办理。",
                f"The case is “{LABELS[now].en}”; only a reviewer lowers the level, when deciding.",
            ),
            missing=("confidentiality",),
            status=403,
        )
    return None
