"""Who may manage accounts, agencies and parameters. Closed by default; checked by the services, not by the pages.

1. The system actor (somebody at the server's shell) sets up agencies and posts across agencies.
2. An agency_admin manages accounts and roles inside the own agency and its sub-units, and nowhere else.
3. An approver of a development commission sets parameters for regions that the commission covers.
4. Nobody grants a role to themself, not even an administrator.
"""

from __future__ import annotations

from agencies.actors import Actor, Post
from agencies.errors import NotPermitted
from agencies.models import Agency, Membership, User
from agencies.vocabulary import Kind, Role
from audit.log import EventActor


def event_actor(actor: Actor, post: Post | None = None, role: str = "") -> EventActor:
    """How an event names who acted, and in which post."""
    return EventActor(actor.user_id, actor.username, post.agency_id if post else None, role)


def administrator_of(actor: Actor, agency: Agency) -> EventActor:
    """Who acts, if they may manage this agency's accounts. Raises NotPermitted."""
    if actor.is_system:
        return event_actor(actor)
    for post in actor.posts:
        if Role.AGENCY_ADMIN in post.roles and post.agency_id in (agency.pk, agency.parent_id):
            return event_actor(actor, post, Role.AGENCY_ADMIN)
    raise NotPermitted(
        f"你不能管理{agency.name}的账号。账号由该单位的单位管理员管理。",
        f"You cannot manage the accounts of {agency.code}; its own agency administrator can.",
    )


def manager_of(actor: Actor, user: User) -> EventActor:
    """Who acts, if they may manage this account: every agency it belongs to is theirs. Raises NotPermitted."""
    if user.is_system:
        raise NotPermitted("系统账号不能更改。", "The system account cannot be changed.")
    if actor.is_system:
        return event_actor(actor)
    held = Membership.objects.filter(user=user)
    agencies = {m.agency for m in (held.filter(active=True) or held).select_related("agency")}
    if not agencies:
        raise NotPermitted(
            f"账号“{user.username}”不属于任何单位，请由系统运维人员处理。",
            f"The account {user.username} belongs to no agency; the operator of the system can change it.",
        )
    # Every one of them is asked, not only the first.
    acting = [administrator_of(actor, agency) for agency in sorted(agencies, key=lambda agency: agency.pk)]
    return acting[0]


def may_help(actor: Actor, user: User) -> EventActor:
    """Who acts, if they may open this person's way in again: password, factors, lock, sessions. Raises NotPermitted.

    Never one's own: whoever has taken over an administrator's session could otherwise make it last.
    """
    if actor.user_id == user.pk:
        raise NotPermitted(
            "不能为自己办理。请由另一名管理员办理。",
            "You cannot do this for yourself; another administrator has to.",
            code="self_help",
        )
    return manager_of(actor, user)


def parameter_setter(actor: Actor, region_code: str) -> EventActor:
    """Who acts, if they may set parameters for this region. Raises NotPermitted."""
    if actor.is_system:
        return event_actor(actor)
    for post in actor.posts_of(Kind.DEVELOPMENT_COMMISSION):
        if Role.APPROVER in post.roles and not post.is_unit and region_code.startswith(post.region_code):
            return event_actor(actor, post, Role.APPROVER)
    raise NotPermitted(
        "地区参数只能由管辖该地区的发展改革委签发人设置。",
        "Only an approver of a development commission that covers the region can set its parameters.",
    )


def refuse_self_grant(actor: Actor, user: User) -> None:
    """Raises NotPermitted when the person who grants is the person who receives."""
    if actor.user_id == user.pk:
        raise NotPermitted(
            "不能给自己授予角色。请由本单位的另一名单位管理员办理。",
            "You cannot grant yourself a role; another administrator of your agency has to do it.",
            code="self_grant",
        )
