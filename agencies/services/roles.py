"""Roles: given and ended. They count from the next request on, because no request keeps the posts of another.

One that is given from a day on, or to a day, counts on these days (`agencies_posts` asks); `end_past` ends on record
what is over.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from agencies.access import trail
from agencies.actors import Actor, system_actor
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
    first_day: date | None = None,
    last_day: date | None = None,
) -> Membership:
    """Give a person one role in an agency. Raises NotPermitted, BadInput, AgencyError (already held, disabled).

    A role that is held with another ceiling is ended and given again with this one. The days are both included.
    """
    refuse_self_grant(actor, user)
    _check_words(agency, role, ceiling)
    later = _check_days(role, first_day, last_day, timezone.localdate(now))
    acting = granter_of(actor, agency, role, ceiling)
    # The account is locked first: a second grant of the same role waits here and then finds the first.
    held = User.objects.select_for_update().get(pk=user.pk)
    if not actor.is_system:
        for other in agencies_of(held):
            granter_of(actor, other, role, ceiling)
    # What is over stands in nobody's way until the task comes to it.
    _end_each(_over(now).filter(user=held), now)
    _check(held, agency, role, ceiling)
    if not actor.is_system:
        _require_number(held, role)
    _end_before(actor, held, agency, role, later=later, now=now)
    days = {"first_day": first_day, "last_day": last_day}
    membership = Membership.objects.create(
        user=held, agency=agency, role=role, since=now, ceiling=ceiling, granted_by_id=actor.user_id, **days
    )
    told = {"agency": agency.pk, "agency_code": agency.code, "role": role, "ceiling": ceiling}
    told |= {name: day.isoformat() for name, day in days.items() if day is not None}
    trail.note(held, Action.ROLE_GRANTED, told, by=acting, now=now)
    return membership


def _end_before(actor: Actor, user: User, agency: Agency, role: str, *, later: bool, now: datetime) -> None:
    """End the role as it is held with another ceiling. Raises AgencyError where the new one begins `later`."""
    before = Membership.objects.filter(user=user, agency=agency, role=role, active=True).first()
    if before is not None and later:
        raise AgencyError(
            "这个角色现已担任，密级不能预定变更日。请在当天办理，或先收回再授予。",
            "The role is held now; its ceiling changes on the day itself, or after the role was ended.",
            code="role_held",
        )
    if before is not None:
        end_role(actor=actor, membership=before, now=now)


@transaction.atomic
def limit_role(*, actor: Actor, membership: Membership, last_day: date, now: datetime) -> None:
    """Let a role end with a day, included. Raises NotPermitted, BadInput, AgencyError (it has ended meanwhile).

    Whoever may end a role may bring its day forward; a later day than the one that stands is a grant.
    """
    acting, today = ender_of(actor, membership.agency, membership.role), timezone.localdate(now)
    locked = Membership.objects.select_for_update().select_related(None).get(pk=membership.pk)
    before = locked.last_day
    if not locked.active or (before is not None and before < today):
        raise AgencyError("这个角色已经收回。", "The role has been ended meanwhile.", code="role_ended")
    _check_last_day(locked.role, max(locked.first_day or today, today), last_day)
    if before == last_day:
        return
    if before is not None and last_day > before:
        refuse_self_grant(actor, membership.user)
        acting = granter_of(actor, membership.agency, locked.role, locked.ceiling)
    locked.last_day = last_day
    locked.save(update_fields=["last_day"])
    told = {
        "agency": locked.agency_id,
        "agency_code": membership.agency.code,
        "role": locked.role,
        "last_day_before": before.isoformat() if before else None,
        "last_day": last_day.isoformat(),
    }
    trail.note(membership.user, Action.ROLE_LIMITED, told, by=acting, now=now)


def end_past(now: datetime) -> int:
    """End on record the roles whose last day is over; they count no more since. Returns how many."""
    return _end_each(_over(now), now)


def _over(now: datetime) -> QuerySet[Membership]:
    """On record still, and of no account since midnight."""
    over = Membership.objects.filter(active=True, last_day__lt=timezone.localdate(now))
    return over.select_related("agency", "user").order_by("pk")


def _end_each(over: QuerySet[Membership], now: datetime) -> int:
    held, system = list(over), system_actor()
    for each in held:
        end_role(actor=system, membership=each, now=now, last=True)
    return len(held)


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
    separation.check_not_last(locked, last=last and actor.is_system, today=timezone.localdate(now))
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


def _check_days(role: str, first: date | None, last: date | None, today: date) -> bool:
    """Whether it begins on a day to come."""
    if first is not None and first < today:
        raise BadInput("角色从今天或以后的一天开始。", "A role begins today or later.", field="first_day")
    _check_last_day(role, first or today, last)
    return first is not None and first > today


def _check_last_day(role: str, earliest: date, last: date | None) -> None:
    if last is None:
        return
    if last < earliest:
        raise BadInput(
            "最后一日不早于今天，也不早于开始日。",
            "The last day is no earlier than today and than the first.",
            field="last_day",
        )
    if role in SEPARATED_ROLES:
        # It could leave a region without one, with nobody acting on that day.
        raise BadInput(
            "系统、安全、审计管理员不设最后一日：请先授予接替者，再收回。",
            "Of the three administrators none has a last day: name a successor, then end the role.",
            field="last_day",
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
