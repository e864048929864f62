"""The grid company's own cut brings the papers of its procedure: the dunning, the notice with its proof of service."""

from __future__ import annotations

from cases.policy.cutting.own import own_papers
from cases.policy.obstacle import obstacle
from cases.workflow.effects.base import today
from cases.workflow.forms.suspension import REPORT_GRID_SUSPENSION
from cases.workflow.guards.base import Data, from_obstacle
from cases.workflow.view import CaseView, Context, Refusal

_LABELS = {field.name: field.label for field in REPORT_GRID_SUSPENSION}


def papers(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    lacking = [name for name in own_papers(data["ground"]) if not data[name]] if data else []
    if not lacking:
        return None
    return from_obstacle(
        obstacle(
            "own_paper_missing",
            day=today(ctx),
            region=view.region_code,
            missing=tuple(lacking),
            items="、".join(_LABELS[name].zh for name in lacking),
            items_en="; ".join(_LABELS[name].en for name in lacking),
        )
    )
