"""An officer's answer that a pair is no single site. That it is one is said by merging the two, through the engine."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from agencies.actors import Actor
from agencies.vocabulary import Kind, Role
from cases.intake.suggestions.reading import find_suggestion
from cases.models.suggestion import SiteSuggestion
from cases.selectors.paging import Row
from cases.workflow.errors import GuardRefused, InvalidInput, NotAllowed, NotVisible
from cases.workflow.view import Text

# Why two stay two, in the words of the list from which an officer chooses.
WHY: Final = {
    "other_household": Text("不同住户", "Different households"),
    "other_tenant": Text("同一处所的不同租户", "Different tenants of one building"),
    "shared_address": Text("共用网络地址", "They share a network address"),
    "common_contact": Text("联系人为房东、物业或代办人", "The contact is a landlord, caretaker or agent"),
}
# What the merging and its undoing write themselves.
BY_ACT: Final = {
    "merged": Text("并案", "Merged"),
    "merge_undone": Text("撤销并案", "The merge was undone"),
}


def may_answer(actor: Actor, suggestion: Row) -> bool:
    """Whether this person handles cases at the commission that leads both."""
    leads = {case["lead_agency"]["id"] if case["lead_agency"] else None for case in suggestion["cases"]}
    return any(
        {post.agency_id} == leads and post.kind == Kind.DEVELOPMENT_COMMISSION and Role.HANDLER in post.roles
        for post in actor.posts
    )


def reject(*, actor: Actor, suggestion_id: UUID | str, why: str, now: datetime) -> Row:
    """Say that the two are two. Raises NotVisible, NotAllowed, InvalidInput, GuardRefused (it was answered before)."""
    found = find_suggestion(actor, suggestion_id)
    if found is None:
        raise NotVisible
    if not may_answer(actor, found):
        raise NotAllowed(
            Text(
                "是否同一场所，由牵头两案的发展改革委经办人核对。",
                "A handler of the commission that leads both cases says whether they are one site.",
            )
        )
    if why not in WHY:
        raise InvalidInput(fields={"why": Text("请选择理由", "Choose a reason")})
    with transaction.atomic():
        pair = SiteSuggestion.objects.filter(id=suggestion_id, state=SiteSuggestion.State.OPEN)
        done = pair.update(state=SiteSuggestion.State.REJECTED, why=why, decided_by_id=actor.user_id, decided_at=now)
    answered = find_suggestion(actor, suggestion_id)
    if not done or answered is None:
        raise GuardRefused(
            Text("这一对案件已有结论，请刷新后查看。", "This pair has been answered already; reload the page."),
            code="already_answered",
        )
    return answered
