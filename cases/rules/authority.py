"""Who may propose and who may decide.

A rule is decided by a reviewer or an approver of a commission that covers its region: a city does not set the price of
its province. Whoever works below may propose what the province decides, for the paper often reaches the city first;
the month's proxy price is published by the grid company, so that its billing may propose it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from agencies.actors import Actor, Post
from agencies.authority import event_actor
from agencies.vocabulary import Kind, Role
from audit.log import EventActor
from cases.workflow.errors import NotAllowed
from cases.workflow.view import Text

PROXY_PRICE: Final = "proxy_price"
DECIDING: Final = (Role.APPROVER, Role.REVIEWER)
PROPOSED_ELSEWHERE: Final = Text(
    "规则版本由本地区发展改革委的经办人提出；代理购电价格还可由供电公司电费核算人员提出。",
    "A version is proposed by a handler of a commission of that region; the proxy price also by the grid's billing.",
)
DECIDED_ELSEWHERE: Final = Text(
    "规则版本由管辖该地区的发展改革委审核、签发人员批准；省的价格由省发展改革委决定。",
    "A version is decided by a reviewer or approver of a commission that covers the region; a province's price by the"
    " province's.",
)
SAME_PERSON: Final = Text(
    "这一版本是你提出的，须由另一人审核。", "You proposed this version; another person has to decide about it."
)


def proposing_kinds(actor: Actor) -> tuple[bool, bool]:
    """Whether somebody proposes at all, and whether only the proxy price."""
    commission = any(_is_handler(post) for post in _own(actor))
    return commission or any(_is_billing(post) for post in _own(actor)), not commission


def proposer(actor: Actor, kind: str, region: str) -> tuple[Post, EventActor]:
    """In which post somebody proposes a rule of this kind for this region. Raises NotAllowed."""
    for post in _own(actor):
        near = region.startswith(post.region_code) or post.region_code.startswith(region)
        if near and _is_handler(post):
            return post, event_actor(actor, post, Role.HANDLER)
        if near and kind == PROXY_PRICE and _is_billing(post):
            return post, event_actor(actor, post, Role.BILLING)
    raise NotAllowed(PROPOSED_ELSEWHERE, code="may_not_propose")


def decider(actor: Actor, region: str, proposed_by: int) -> EventActor:
    """In which post somebody decides about a version for this region. Raises NotAllowed, also for one's own."""
    for post in _own(actor):
        role = next((role for role in DECIDING if role in post.roles), None)
        if role and post.kind == Kind.DEVELOPMENT_COMMISSION and region.startswith(post.region_code):
            if actor.user_id == proposed_by:
                raise NotAllowed(SAME_PERSON, code="same_person")
            return event_actor(actor, post, role)
    raise NotAllowed(DECIDED_ELSEWHERE, code="may_not_decide")


def _own(actor: Actor) -> Iterator[Post]:
    """What holds for a whole region is neither a substitute's to set nor a sub-unit's."""
    return (post for post in actor.posts if post.on_behalf is None and not post.is_unit)


def _is_handler(post: Post) -> bool:
    return post.kind == Kind.DEVELOPMENT_COMMISSION and Role.HANDLER in post.roles


def _is_billing(post: Post) -> bool:
    return post.kind == Kind.GRID_COMPANY and Role.BILLING in post.roles
