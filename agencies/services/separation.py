"""The three separated administrators: nobody is two of them, none works on cases, and the last stays.

The database refuses the same by a trigger (`membership_separated_roles`); here the sentence says what to do.
"""

from __future__ import annotations

from datetime import date

from django.db import connection

from agencies.errors import AgencyError, BadInput
from agencies.models import Agency, Membership, User, counting
from agencies.vocabulary import LABELS, SEPARATED_ROLES, Kind, Role

# Whose people run the platform of a region; a sub-unit covers none.
ADMINISTERING_KINDS = frozenset({Kind.DEVELOPMENT_COMMISSION, Kind.SUPERVISION})


def one_at_a_time() -> None:
    """Two administrators who end each other at the same moment wait here: the second finds the first gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('agencies/administrators', 0))")


def check_place(agency: Agency, role: str) -> None:
    """Raises BadInput where such an administrator would administer nothing."""
    if role in SEPARATED_ROLES and (agency.kind not in ADMINISTERING_KINDS or agency.is_unit):
        label = LABELS[Role(role)]
        raise BadInput(
            f"“{label.zh}”须设在发展改革委或督查单位本级，不设在{agency.name}。",
            f"A {label.en} belongs to a development commission or a supervision, not to {agency.code}.",
            field="role",
        )


def check_separate(user: User, role: str) -> None:
    """The account is locked by the caller. Raises AgencyError where the two roles exclude each other."""
    held = Membership.objects.filter(user=user, active=True).exclude(role=role).order_by("pk")
    excluded = held if role in SEPARATED_ROLES else held.filter(role__in=SEPARATED_ROLES)
    other = excluded.first()
    if other is not None:
        has, wants = LABELS[Role(other.role)], LABELS[Role(role)]
        raise AgencyError(
            f"系统、安全、审计管理员须分别由不同的人担任，也不兼任其他角色：{user.display_name}已是“{has.zh}”，"
            f"不能再任“{wants.zh}”。请另指定一人，或先收回原角色。",
            f"System, security and audit administrators are different people without other roles: {user.username} is"
            f" {has.en} and cannot be {wants.en}; name somebody else or end the other role first.",
            code="separated_roles",
        )


def check_not_last(membership: Membership, *, last: bool, today: date) -> None:
    """Raises AgencyError for the last of the three of an agency who is still in office, unless it is said (`last`)."""
    if last or membership.role not in SEPARATED_ROLES or not membership.user.is_active:
        return
    others = Membership.objects.filter(
        counting(today), agency_id=membership.agency_id, role=membership.role, user__is_active=True
    ).exclude(user_id=membership.user_id)
    if not others.exists():
        label = LABELS[Role(membership.role)]
        raise AgencyError(
            f"{membership.user.display_name}是{membership.agency.name}最后一名“{label.zh}”。请先授予接替者；"
            "确需空缺的，由系统运维人员用 manage.py 加 --last 办理。",
            f"{membership.user.username} is the last {label.en} of {membership.agency.code}; name a successor first,"
            " or have the operator of the system do it with --last.",
            code="last_administrator",
        )
