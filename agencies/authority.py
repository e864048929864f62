"""Who may manage accounts, agencies and parameters. Closed by default; checked by the services, not by the pages.

1. The system actor (somebody at the server's shell) may everything here, and names the first administrators.
2. An agency_admin keeps the accounts of the own agency and its sub-units and gives the ordinary roles there.
3. A system_admin keeps agencies and accounts in the region of the own agency, but gives no role.
4. A security_admin gives and ends every role and ceiling there, and helps who is locked out; opens no account.
5. An audit_admin changes nothing at all.
6. An approver of a development commission sets parameters for regions that the commission covers.
7. Nobody grants a role to themself, not even an administrator.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from agencies.actors import Actor, Post
from agencies.errors import NotPermitted
from agencies.models import Agency, Membership, User
from agencies.vocabulary import LABELS, SEPARATED_ROLES, Confidentiality, Kind, Role
from audit.log import EventActor

# What an agency's own administrator gives: everyday work, whose decisions somebody else still signs.
ORDINARY_ROLES: Final = frozenset({Role.HANDLER, Role.REVIEWER, Role.FIELD_CREW, Role.BILLING})


def event_actor(actor: Actor, post: Post | None = None, role: str = "") -> EventActor:
    """How an event names who acted, and in which post."""
    return EventActor(actor.user_id, actor.username, post.agency_id if post else None, role)


def covers(post: Post, role: str, agency: Agency) -> bool:
    """Whether this post administers the agency in this role: its own and its sub-units, or its region's."""
    if role not in post.roles:
        return False
    if role == Role.AGENCY_ADMIN:
        return post.agency_id in (agency.pk, agency.parent_id)
    return agency.region_id.startswith(post.region_code)


def acting_as(actor: Actor, agency: Agency, *roles: str) -> EventActor | None:
    """Who acts, in the first of these roles that covers the agency; None where none does."""
    if actor.is_system:
        return event_actor(actor)
    found = ((post, role) for role in roles for post in actor.posts if covers(post, role, agency))
    post, role = next(found, (None, ""))
    return event_actor(actor, post, role) if post else None


def account_keeper(actor: Actor, agency: Agency) -> EventActor:
    """Who acts, if they may open accounts in this agency. Raises NotPermitted."""
    return acting_as(actor, agency, Role.AGENCY_ADMIN, Role.SYSTEM_ADMIN) or _refuse(agency)


def account_stopper(actor: Actor, agency: Agency) -> EventActor:
    """Who acts, if they may take this agency's accounts out of use and put them back. Raises NotPermitted."""
    keepers = (Role.AGENCY_ADMIN, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)
    return acting_as(actor, agency, *keepers) or _refuse(agency)


def handing_over(actor: Actor, agency: Agency) -> EventActor:
    """Who acts, if they may hand over open work of this agency: its own administrator. Raises NotPermitted.

    The three separated administrators do not learn which cases somebody works on.
    """
    acting = acting_as(actor, agency, Role.AGENCY_ADMIN)
    if acting is None:
        raise NotPermitted(
            f"离岗交接由{agency.name}的单位管理员办理。",
            f"Open work of {agency.code} is handed over by its own administrator.",
        )
    return acting


def security_of(actor: Actor, agency: Agency) -> EventActor:
    """Who acts, if they are the agency's security administrator. Raises NotPermitted."""
    acting = acting_as(actor, agency, Role.SECURITY_ADMIN)
    if acting is None:
        raise NotPermitted(
            f"{agency.name}的密码、锁定和登录验证由安全管理员办理。请联系本地区的安全管理员。",
            f"Passwords, locks and second factors of {agency.code} are the security administrator's; ask them.",
            code="security_admin_only",
        )
    return acting


def granter_of(actor: Actor, agency: Agency, role: str, ceiling: str) -> EventActor:
    """Who acts, if they may give this role with this ceiling in this agency. Raises NotPermitted."""
    acting = acting_as(actor, agency, Role.SECURITY_ADMIN)
    if acting is not None:
        return acting
    local = acting_as(actor, agency, Role.AGENCY_ADMIN)
    if local is not None and role in ORDINARY_ROLES and ceiling == Confidentiality.ORDINARY:
        return local
    if local is None and acting_as(actor, agency, Role.SYSTEM_ADMIN) is None:
        _refuse(agency)
    label = LABELS[Role(role)]
    raise NotPermitted(
        f"“{label.zh}”角色或“普通”以上密级由安全管理员授予。请开设账号后交安全管理员办理。",
        f"The role {label.en}, or a ceiling above ordinary, is given by the security administrator; ask them.",
        code="security_admin_only",
    )


def ender_of(actor: Actor, agency: Agency, role: str) -> EventActor:
    """Who acts, if they may end this role in this agency: its administrator ends work, not administration."""
    acting = acting_as(actor, agency, Role.SECURITY_ADMIN)
    if acting is None and role not in SEPARATED_ROLES | {Role.AGENCY_ADMIN}:
        acting = acting_as(actor, agency, Role.AGENCY_ADMIN)
    if acting is not None:
        return acting
    if acting_as(actor, agency, Role.AGENCY_ADMIN, Role.SYSTEM_ADMIN) is None:
        _refuse(agency)
    label = LABELS[Role(role)]
    raise NotPermitted(
        f"“{label.zh}”角色由安全管理员收回。请联系本地区的安全管理员。",
        f"The role {label.en} is ended by the security administrator; ask them.",
        code="security_admin_only",
    )


def manager_of(actor: Actor, user: User, may: Callable[[Actor, Agency], EventActor] = account_stopper) -> EventActor:
    """Who acts, if they may manage this account: every agency it belongs to is theirs. Raises NotPermitted.

    An account of one of the three separated administrators is the security administrator's alone.
    """
    if user.is_system:
        raise NotPermitted("系统账号不能更改。", "The system account cannot be changed.")
    if actor.is_system:
        return event_actor(actor)
    if Membership.objects.filter(user=user, active=True, role__in=SEPARATED_ROLES).exists():
        may = security_of
    agencies = agencies_of(user)
    if not agencies:
        raise NotPermitted(
            f"账号“{user.username}”不属于任何单位，请由系统运维人员处理。",
            f"The account {user.username} belongs to no agency; the operator of the system can change it.",
        )
    # Every one of them is asked, not only the first.
    acting = [may(actor, agency) for agency in agencies]
    return acting[0]


def agencies_of(user: User) -> list[Agency]:
    """Where an account belongs: where it holds roles, else where it held some, else where it was opened."""
    held = Membership.objects.filter(user=user)
    found = {m.agency for m in (held.filter(active=True) or held).select_related("agency")}
    if not found and user.agency is not None:
        found = {user.agency}
    return sorted(found, key=lambda agency: agency.pk)


def operator_of(actor: Actor, region_code: str) -> EventActor:
    """Who acts, if they may set up and close agencies in this region. Raises NotPermitted."""
    if actor.is_system:
        return event_actor(actor)
    for post in actor.posts:
        if Role.SYSTEM_ADMIN in post.roles and region_code.startswith(post.region_code):
            return event_actor(actor, post, Role.SYSTEM_ADMIN)
    raise NotPermitted(
        "单位由本地区的系统管理员或系统运维人员设置。",
        "Agencies are set up by the region's system administrator or the operator of the system.",
    )


def may_help(actor: Actor, user: User) -> EventActor:
    """Who acts, if they may open this person's way in again: password, factors, lock, sessions. Raises NotPermitted.

    Never one's own: whoever has taken over an administrator's session could otherwise make it last.
    """
    if actor.user_id == user.pk and not user.is_system:
        raise NotPermitted(
            "不能为自己办理。请由另一名管理员办理。",
            "You cannot do this for yourself; another administrator has to.",
            code="self_help",
        )
    return manager_of(actor, user, security_of)


def parameter_setter(actor: Actor, region_code: str) -> EventActor:
    """Who acts, if they may set parameters for this region. Raises NotPermitted."""
    if actor.is_system:
        return event_actor(actor)
    for post in actor.posts_of(Kind.DEVELOPMENT_COMMISSION):
        # A substitute works on cases; what holds for a whole region is decided by the approver.
        own = post.on_behalf is None and not post.is_unit
        if own and Role.APPROVER in post.roles and region_code.startswith(post.region_code):
            return event_actor(actor, post, Role.APPROVER)
    raise NotPermitted(
        "地区参数只能由管辖该地区的发展改革委签发人设置。",
        "Only an approver of a development commission that covers the region can set its parameters.",
    )


def refuse_self_grant(actor: Actor, user: User) -> None:
    """Raises NotPermitted when the person who grants is the person who receives."""
    if actor.user_id == user.pk:
        raise NotPermitted(
            "不能给自己授予角色。请由另一名管理员办理。",
            "You cannot grant yourself a role; another administrator has to do it.",
            code="self_grant",
        )


def _refuse(agency: Agency) -> EventActor:
    raise NotPermitted(
        f"你不能管理{agency.name}的账号。账号由该单位的单位管理员管理。",
        f"You cannot manage the accounts of {agency.code}; its own agency administrator can.",
    )
