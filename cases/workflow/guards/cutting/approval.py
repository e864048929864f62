"""The grid company's chain of approval: at the level that the class of user asks for, with its papers."""

from __future__ import annotations

from typing import Any

from cases.policy.cutting.approval import chain, least_level, levels
from cases.policy.obstacle import obstacle
from cases.workflow.effects.base import today
from cases.workflow.forms.suspension import APPROVE_SUSPENSION
from cases.workflow.guards.base import correct, from_obstacle
from cases.workflow.guards.situation import reported_classes
from cases.workflow.view import CaseView, Context, Refusal

_LABELS = {field.name: field.label for field in APPROVE_SUSPENSION}


def chain_of_approval(view: CaseView, data: dict[str, Any], ctx: Context) -> Refusal | None:
    """Every class on record counts, so that a class typed lower lowers no level."""
    day, region = today(ctx), view.region_code
    classes = {*reported_classes(view), data["user_class"]}
    given, least = levels()[data["approval_level"]], least_level(classes, day, region)
    if given.rank < least.rank:
        return correct(
            "approval_level",
            f"一般用户和重要用户须由{least.zh}批准",
            f"Ordinary and important users need the {least.en[0].lower()}{least.en[1:]}",
        )
    if ctx.post.is_unit and not given.unit:
        return from_obstacle(obstacle("approval_level_of_a_unit", day=day, region=region, have=given.zh))
    lacking = [p for kind in sorted(classes) for p in chain(kind, day, region).papers if not data[p]]
    if lacking:
        names = "、".join(_LABELS[p].zh for p in lacking), "; ".join(_LABELS[p].en for p in lacking)
        return from_obstacle(
            obstacle(
                "approval_paper_missing",
                day=day,
                region=region,
                missing=tuple(lacking),
                items=names[0],
                items_en=names[1],
            )
        )
    return None
