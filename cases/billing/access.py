"""Who works on a run of bills: the billing officers and reviewers of the grid company, never of a branch."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from agencies.actors import Actor, Post
from agencies.authority import event_actor
from agencies.directory import get_directory
from agencies.visibility import case_agencies
from agencies.vocabulary import Kind, Role
from audit.actions import Action
from audit.services import record
from cases.models.money import BillRun
from cases.workflow.errors import NotAllowed, NotVisible
from cases.workflow.view import Text

NOT_BILLING = Text(
    "批量出账由供电企业的电费核算人员办理，你没有该岗位。",
    "Runs of bills are made by billing officers of a grid company.",
)
NOT_OF_THE_COMPANY = Text(
    "批量出账和电费核对仅供供电企业本部人员查看。",
    "Runs of bills and reconciliation are for the people of the grid company only.",
)
NOT_REVIEWING = Text(
    "批量账单由供电企业的复核人员复核，你没有该岗位。",
    "The bills of a run are reviewed by reviewers of the grid company.",
)


def post_for(actor: Actor, role: Role, agency_id: int | None = None) -> Post | None:
    """The post in a grid company (this one, where it is named) that has the role."""
    return next(
        (
            post
            for post in actor.posts
            if post.kind == Kind.GRID_COMPANY
            and not post.is_unit
            and role in post.roles
            and agency_id in (None, post.agency_id)
        ),
        None,
    )


def billing_post(actor: Actor, agency_id: int | None = None) -> Post:
    """Raises NotAllowed."""
    found = post_for(actor, Role.BILLING, agency_id)
    if found is None:
        raise NotAllowed(NOT_BILLING, code="may_not_bill")
    return found


def reviewing_post(actor: Actor, agency_id: int) -> Post:
    """Raises NotAllowed."""
    found = post_for(actor, Role.REVIEWER, agency_id)
    if found is None:
        raise NotAllowed(NOT_REVIEWING, code="may_not_review")
    return found


def company(actor: Actor) -> list[int]:
    """The grid companies whose runs this person reads: those of the own posts in which somebody works on cases."""
    working = set(case_agencies(actor))
    return sorted(
        {p.agency_id for p in actor.posts if p.kind == Kind.GRID_COMPANY and not p.is_unit and p.agency_id in working}
    )


def company_people(actor: Actor) -> None:
    """Raises NotAllowed for everybody but the people of a grid company."""
    if not company(actor):
        raise NotAllowed(NOT_OF_THE_COMPANY, code="not_of_the_company")


def find_run(actor: Actor, run_id: UUID) -> BillRun:
    """A run of the own company. Raises NotVisible."""
    found = BillRun.objects.filter(id=run_id, agency_id__in=company(actor)).first()
    if found is None:
        raise NotVisible
    return found


def note(
    action: Action, run: BillRun, actor: Actor, now: datetime, role: Role, more: dict[str, Any] | None = None
) -> None:
    """An event of the grid company about one of its runs."""
    post = post_for(actor, role, run.agency_id)
    record(
        stream=f"agency/{get_directory().by_id[run.agency_id].code}",
        action=action,
        actor=event_actor(actor, post, role.value),
        data={"run": str(run.id), "month": run.month, "sha256": run.sha256, "rows": run.rows_total, **(more or {})},
        now=now,
    )
