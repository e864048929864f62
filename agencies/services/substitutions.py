"""Temporary substitution (代理): granted for days, ended early, and over by itself the day after the last.

What it gives is worked out by the SQL function `agencies_posts` on every request; here stand who may grant it and why
not. The database refuses what overlaps by a trigger of its own (`agencies_keep_substitution`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from agencies.access import trail
from agencies.actors import Actor
from agencies.authority import ender_of, event_actor, granter_of, refuse_self_grant
from agencies.errors import AgencyError, BadInput
from agencies.models import Agency, Membership, Substitution, User
from agencies.vocabulary import CASE_ROLES, LABELS, SEPARATED_ROLES, Confidentiality, Role
from audit.actions import Action
from audit.log import EventActor

LONGEST_DAYS = 92


@transaction.atomic
def grant_substitution(
    *,
    actor: Actor,
    absent: User,
    substitute: User,
    agency: Agency,
    roles: Sequence[str],
    first_day: date,
    last_day: date,
    now: datetime,
    reason: str = "",
) -> Substitution:
    """Let one person exercise roles of another in an agency, from one day to another, both included.

    Raises NotPermitted, BadInput, AgencyError (overlap, a chain, an administrator, somebody of another agency).
    """
    refuse_self_grant(actor, substitute)
    wanted = sorted(set(roles))
    _check_words(wanted, first_day, last_day, timezone.localdate(now), reason)
    # Every role is asked for, not only the first.
    acting = [granter_of(actor, agency, role, Confidentiality.ORDINARY) for role in wanted]
    # In the order of their ids, so that two grants at once cannot wait for each other.
    both = User.objects.select_for_update().filter(pk__in=[absent.pk, substitute.pk]).order_by("pk")
    locked = {person.pk: person for person in both}
    _check_people(locked[absent.pk], locked[substitute.pk], agency, wanted)
    _refuse_overlap(locked[absent.pk], locked[substitute.pk], agency, wanted, first_day, last_day)
    made = Substitution.objects.create(
        absent=absent,
        substitute=substitute,
        agency=agency,
        roles=wanted,
        first_day=first_day,
        last_day=last_day,
        reason=reason.strip(),
        granted_by_id=actor.user_id,
        created_at=now,
    )
    _record_granted(made, acting[0])
    return made


def _record_granted(made: Substitution, acting: EventActor) -> None:
    trail.note(
        made.absent,
        Action.SUBSTITUTION_GRANTED,
        {
            "substitution": made.pk,
            "substituted_by": made.substitute_id,
            "agency": made.agency_id,
            "agency_code": made.agency.code,
            "roles": made.roles,
            "first_day": made.first_day.isoformat(),
            "last_day": made.last_day.isoformat(),
        },
        by=acting,
        sealed={"reason": made.reason} if made.reason else None,
        now=made.created_at,
    )


@transaction.atomic
def end_substitution(*, actor: Actor, substitution: Substitution, now: datetime) -> None:
    """End it early: an administrator, or the absent person, who is back. Ending an ended one changes nothing."""
    agency = substitution.agency
    if actor.user_id == substitution.absent_id:
        acting = [event_actor(actor)]
    else:
        acting = [ender_of(actor, agency, role) for role in substitution.roles]
    # The account is locked, not the row: the application may change one column of it and lock none.
    User.objects.select_for_update().get(pk=substitution.absent_id)
    if not Substitution.objects.filter(pk=substitution.pk, ended_at__isnull=True).update(ended_at=now):
        return
    trail.note(
        substitution.absent,
        Action.SUBSTITUTION_ENDED,
        {
            "substitution": substitution.pk,
            "substituted_by": substitution.substitute_id,
            "agency": agency.pk,
            "agency_code": agency.code,
        },
        by=acting[0],
        now=now,
    )


def _check_words(roles: Sequence[str], first: date, last: date, today: date, reason: str) -> None:
    if not roles or not set(roles) <= CASE_ROLES:
        raise BadInput(
            "请选择要代理的角色；管理员角色不能代理。",
            "Choose the roles; those of administrators are exercised by nobody else.",
            field="roles",
        )
    if not today <= first <= last:
        raise BadInput(
            "代理从今天或以后的一天开始，结束日不早于开始日。",
            "A substitution begins today or later and does not end before it begins.",
            field="first_day" if first < today else "last_day",
        )
    if (last - first).days >= LONGEST_DAYS:
        raise BadInput(
            f"代理最长 {LONGEST_DAYS} 天；更久的请改授角色或办理离岗交接。",
            f"A substitution lasts {LONGEST_DAYS} days at most; beyond that, give the role itself.",
            field="last_day",
        )
    if len(reason) > 120 or not reason.isprintable():
        raise BadInput("事由不超过 120 个字。", "The reason has at most 120 characters.", field="reason")


def _check_people(absent: User, substitute: User, agency: Agency, roles: Sequence[str]) -> None:
    if absent.pk == substitute.pk:
        raise BadInput("不能由本人代理本人。", "Nobody stands in for themself.", field="substitute")
    for person in (absent, substitute):
        if not person.is_active or person.is_system:
            raise AgencyError(
                f"账号“{person.username}”已停用。",
                f"The account {person.username} is disabled.",
                code="account_disabled",
            )
    held = Membership.objects.filter(active=True, user_id__in=[absent.pk, substitute.pk])
    if held.filter(role__in=SEPARATED_ROLES).exists():
        raise AgencyError(
            "系统、安全、审计管理员不代理他人，也不由他人代理。",
            "System, security and audit administrators stand in for nobody, and nobody for them.",
            code="separated_roles",
        )
    missing = set(roles) - set(held.filter(user=absent, agency=agency).values_list("role", flat=True))
    if missing:
        label = LABELS[Role(min(missing))]
        raise BadInput(
            f"{absent.display_name}在{agency.name}没有“{label.zh}”角色，无从代理。",
            f"{absent.username} is no {label.en} of {agency.code}.",
            field="roles",
        )
    principal = agency.parent_id or agency.pk
    among = Q(agency_id=principal) | Q(agency__parent_id=principal)
    if not held.filter(among, user=substitute, role__in=CASE_ROLES).exists():
        raise AgencyError(
            f"{substitute.display_name}不在{agency.name}或其上下级单位办理案件，不能代理。请在本单位内指定。",
            f"{substitute.username} does not work on cases in {agency.code} or its principal; name a colleague.",
            code="of_another_agency",
        )


def _refuse_overlap(
    absent: User, substitute: User, agency: Agency, roles: Sequence[str], first: date, last: date
) -> None:
    meeting = Substitution.objects.filter(ended_at__isnull=True, first_day__lte=last, last_day__gte=first)
    twice = meeting.filter(absent=absent, agency=agency, roles__overlap=list(roles)).first()
    if twice is not None:
        raise AgencyError(
            f"{absent.display_name}的角色在 {twice.first_day} 至 {twice.last_day} 已由"
            f"{twice.substitute.display_name}代理。请先结束该项代理。",
            f"{twice.substitute.username} stands in for {absent.username} from {twice.first_day} to {twice.last_day};"
            " end that first.",
            code="substitution_overlaps",
        )
    away = meeting.filter(absent=substitute).first()
    busy = meeting.filter(substitute=absent).first()
    if away is not None or busy is not None:
        who = substitute if away is not None else absent
        raise AgencyError(
            f"{who.display_name}在此期间另有一项代理：代理不能转代。请另选一人，或先结束该项代理。",
            f"{who.username} has another substitution in these days, and one is not passed on; name somebody else.",
            code="substitution_chained",
        )
