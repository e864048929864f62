"""Who keeps the calendar.

What a region says of its own days is set by an approver of a development commission that covers it, who sets the other
parameters of the region too: a day off moves every deadline there, the approver's own among them, so that it is neither
a handler's nor an account administrator's. The national plan holds for the whole installation: it is entered by
somebody of a commission that has none above it here, and counts when a reviewer or approver there has compared it with
the notice; never the same person.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from agencies.actors import Actor, Post
from agencies.authority import event_actor, parameter_setter
from agencies.directory import Directory
from agencies.errors import NotPermitted
from agencies.vocabulary import Kind, Role
from audit.log import EventActor
from cases.workflow.errors import NotAllowed
from cases.workflow.view import Text

PROPOSING: Final = (Role.HANDLER, Role.REVIEWER, Role.APPROVER)
CHECKING: Final = (Role.APPROVER, Role.REVIEWER)
KEPT_ELSEWHERE: Final = Text(
    "本地区的放假、停工和调休由管辖该地区的发展改革委签发人设置。",
    "A region's own days are set by an approver of a development commission that covers it.",
)
PLANNED_ELSEWHERE: Final = Text(
    "全国放假安排由本系统最上级发展改革委的经办、审核或签发人员录入。",
    "The national plan is entered by somebody of the highest development commission of this installation.",
)
CHECKED_ELSEWHERE: Final = Text(
    "全国放假安排由本系统最上级发展改革委的审核或签发人员核对。",
    "The national plan is checked by a reviewer or approver of the highest development commission here.",
)
SAME_PERSON: Final = Text(
    "这份放假安排是你录入的，须由另一人对照文件核对。", "You entered this plan; another person has to check it."
)


def keeper(actor: Actor, region: str) -> EventActor:
    """In which post somebody sets days of this region. Raises NotAllowed."""
    try:
        return parameter_setter(actor, region)
    except NotPermitted as refused:
        raise NotAllowed(KEPT_ELSEWHERE, code="may_not_keep") from refused


def keeps(actor: Actor, region: str) -> bool:
    try:
        keeper(actor, region)
    except NotAllowed:
        return False
    return True


def regions_kept(actor: Actor) -> tuple[str, ...]:
    """The regions of the commissions in which somebody sets days: these and what lies in them."""
    return tuple(sorted({post.region_code for post in actor.posts if keeps(actor, post.region_code)}))


def planner(actor: Actor, directory: Directory) -> EventActor:
    """In which post somebody enters a national plan; the operator does on the command line. Raises NotAllowed."""
    if actor.is_system:
        return event_actor(actor)
    for post in _highest(actor, directory):
        if role := next((role for role in PROPOSING if role in post.roles), None):
            return event_actor(actor, post, role)
    raise NotAllowed(PLANNED_ELSEWHERE, code="may_not_plan")


def checker(actor: Actor, directory: Directory, entered_by: int) -> EventActor:
    """In which post somebody decides about a national plan. Raises NotAllowed, also for one's own."""
    for post in _highest(actor, directory):
        if role := next((role for role in CHECKING if role in post.roles), None):
            if actor.user_id == entered_by:
                raise NotAllowed(SAME_PERSON, code="same_person")
            return event_actor(actor, post, role)
    raise NotAllowed(CHECKED_ELSEWHERE, code="may_not_check")


def plans(actor: Actor, directory: Directory) -> bool:
    return any(role in post.roles for post in _highest(actor, directory) for role in PROPOSING)


def _highest(actor: Actor, directory: Directory) -> Iterator[Post]:
    """The person's own posts in commissions above which this installation has none."""
    for post in actor.posts:
        own = post.on_behalf is None and not post.is_unit and post.kind == Kind.DEVELOPMENT_COMMISSION
        if own and directory.addressee(Kind.DEVELOPMENT_COMMISSION, post.region_code[:-2]) is None:
            yield post
