"""Roles: given and ended. They count from the next request on, because no request keeps the posts of another."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from agencies.access import trail
from agencies.actors import Actor
from agencies.authority import agencies_of, ender_of, granter_of, refuse_self_grant
from agencies.errors import AgencyError, BadInput
from agencies.models import Agency, Client, Membership, User
from agencies.services import separation
from agencies.vocabulary import CASE_ROLES, LABELS, SEPARATED_ROLES, Confidentiality, Kind, Role, codes
from audit.actions import Action

# Which roles exist in which kind of agency, read off the permission matrix: a role elsewhere could do nothing.
ROLES_OF_KIND: dict[str, frozenset[str]] = {
    Kind.DEVELOPMENT_COMMISSION: frozenset({Role.HANDLER, Role.REVIEWER, Role.APPROVER}),
    Kind.GRID_COMPANY: frozenset({Role.HANDLER, Role.REVIEWER, Role.APPROVER, Role.FIELD_CREW, Role.BILLING}),
    Kind.CYBERSPACE_OFFICE: frozenset({Role.HANDLER, Role.REVIEWER, Role.APPROVER}),
    Kind.TELECOM_BUREAU: frozenset({Role.HANDLER, Role.REVIEWER, Role.APPROVER}),
    Kind.SUPERVISION: frozenset({Role.SUPERVISOR}),
    Kind.PARTNER: frozenset({Role.HANDLER, Role.REVIEWER}),
}


@transaction.atomic
def grant_role(
    *,
    actor: Actor,
    user: User,
    agency: Agency,
    role: str,
    now: datetime,
    ceiling: str = Confidentiality.ORDINARY.value,
) -> Membership:
    """Give a person one role in an agency. Raises NotPermitted, BadInput, AgencyError (already held, disabled).

    A role that is held with another ceiling is ended and given again with this one.
    """
    refuse_self_grant(actor, user)
    _check_words(agency, role, ceiling)
    acting = granter_of(actor, agency, role, ceiling)
    # The account is locked first: a second grant of the same role waits here and then finds the first.
    held = User.objects.select_for_update().get(pk=user.pk)
    if not actor.is_system:
        for other in agencies_of(held):
            granter_of(actor, other, role, ceiling)
    _check(held, agency, role, ceiling)
    if not actor.is_system:
        _require_number(held, role)
    before = Membership.objects.filter(user=held, agency=agency, role=role, active=True).first()
    if before is not None:
        end_role(actor=actor, membership=before, now=now)
    membership = Membership.objects.create(
        user=held, agency=agency, role=role, since=now, ceiling=ceiling, granted_by_id=actor.user_id
    )
    told = {"agency": agency.pk, "agency_code": agency.code, "role": role, "ceiling": ceiling}
    trail.note(held, Action.ROLE_GRANTED, told, by=acting, now=now)
    return membership


@transaction.atomic
def end_role(*, actor: Actor, membership: Membership, now: datetime, last: bool = False) -> None:
    """End a role; it stays on record. Ending an ended role changes nothing. Raises NotPermitted, AgencyError.

    `last`: the operator of the system says that an agency shall be without such an administrator.
    """
    acting = ender_of(actor, membership.agency, membership.role)
    separation.one_at_a_time()
    locked = Membership.objects.select_for_update().select_related(None).get(pk=membership.pk)
    if not locked.active:
        return
    separation.check_not_last(locked, last=last and actor.is_system)
    locked.active = False
    locked.until = now
    locked.save(update_fields=["active", "until"])
    told = {"agency": locked.agency_id, "agency_code": membership.agency.code, "role": locked.role}
    trail.note(membership.user, Action.ROLE_ENDED, told, by=acting, now=now)


def _check_words(agency: Agency, role: str, ceiling: str) -> None:
    """The role exists in such an agency, and the ceiling at all."""
    if role not in codes(Role):
        raise BadInput(f"没有“{role}”这个角色。", f'There is no role "{role}".', field="role")
    if ceiling not in codes(Confidentiality):
        raise BadInput(f"没有“{ceiling}”这个密级。", "There is no such confidentiality.", field="ceiling")
    separation.check_place(agency, role)
    if role not in SEPARATED_ROLES | {Role.AGENCY_ADMIN} | ROLES_OF_KIND[agency.kind]:
        label = LABELS[Role(role)]
        raise BadInput(
            f"{agency.name}没有“{label.zh}”角色。", f"{agency.code} has no role of {label.en}.", field="role"
        )


def _check(user: User, agency: Agency, role: str, ceiling: str) -> None:
    """This account can hold the role now; it is locked by the caller."""
    client = Client.objects.filter(user=user).first()
    if client is not None and (role != Role.HANDLER or agency.pk != client.agency_id):
        raise BadInput(
            f"“{user.username}”是外部系统的账号，只能在其所属单位担任经办。",
            f"{user.username} is the account of a system, which is a handler of its own agency and nothing else.",
            field="role",
        )
    if not user.is_active or user.is_system:
        raise AgencyError(
            f"账号“{user.username}”已停用或不可授予角色。",
            f"The account {user.username} is disabled or cannot hold a role.",
            code="account_disabled",
        )
    if not agency.active:
        raise AgencyError(f"{agency.name}已停用。", f"{agency.code} is closed.", code="agency_closed")
    if Membership.objects.filter(user=user, agency=agency, role=role, active=True, ceiling=ceiling).exists():
        raise AgencyError(
            f"{user.display_name}在{agency.name}已有“{LABELS[Role(role)].zh}”角色。",
            f"{user.username} already is {LABELS[Role(role)].en} of {agency.code}.",
            code="role_held",
        )
    separation.check_separate(user, role)


def _require_number(user: User, role: str) -> None:
    """The operator of the system, who sets up, may do without."""
    if role in CASE_ROLES and not user.staff_no:
        raise BadInput(
            f"{user.display_name}还没有登记工号。办理案件的人须有工号，以免一人两个账号；请先补登。",
            f"{user.username} has no staff number; whoever works on cases needs one, so that nobody has two accounts.",
            field="staff_no",
        )
