"""Accounts for their administrators' pages: the list with its filter, and one person with roles and substitutions."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from agencies.actors import Actor
from agencies.authority import ORDINARY_ROLES
from agencies.directory import AgencyRef
from agencies.models import Membership, Substitution, User, counting
from agencies.selectors import administered, kept_accounts
from agencies.services.roles import ROLES_OF_KIND
from agencies.vocabulary import CASE_ROLES, LABELS, SEPARATED_ROLES, Confidentiality, Role
from audit import clock

STATES = ("active", "disabled", "roleless")
LONGEST_LIST = 200
# Roles that the security administrator gives and ends.
ADMINISTRATION = frozenset({Role.AGENCY_ADMIN, *SEPARATED_ROLES})


def listed(actor: Actor, params: QueryDict) -> dict[str, Any]:
    """The accounts that fit the filter, the first two hundred; the agencies and roles that can be given."""
    agencies = administered(actor)
    wanted = {name: params.get(name, "").strip() for name in ("q", "agency", "state")}
    found = _filtered(kept_accounts(actor), agencies, wanted).order_by("agency__code", "username")
    people = list(found.prefetch_related("memberships__agency")[: LONGEST_LIST + 1])
    return {
        "people": [_row(actor, user) for user in people[:LONGEST_LIST]],
        "more": len(people) > LONGEST_LIST,
        "wanted": wanted,
        **_choices(actor, agencies),
    }


def _filtered(people: QuerySet[User], agencies: list[AgencyRef], wanted: dict[str, str]) -> QuerySet[User]:
    if wanted["q"]:
        q = wanted["q"]
        people = people.filter(Q(username__icontains=q) | Q(display_name__icontains=q) | Q(staff_no__iexact=q))
    if wanted["agency"] in {agency.code for agency in agencies}:
        held = Membership.objects.filter(active=True, agency__code=wanted["agency"])
        people = people.filter(Q(pk__in=held.values("user_id")) | Q(agency__code=wanted["agency"]))
    if wanted["state"] in STATES:
        active = Membership.objects.filter(active=True).values("user_id")
        people = {
            "active": people.filter(is_active=True),
            "disabled": people.filter(is_active=False),
            "roleless": people.exclude(pk__in=active),
        }[wanted["state"]]
    return people


def _choices(actor: Actor, agencies: list[AgencyRef]) -> dict[str, Any]:
    """What this person can give here: everything, everyday roles, or none."""
    given = set[str]().union(*(ROLES_OF_KIND[agency.kind] for agency in agencies))
    if administered(actor, Role.SECURITY_ADMIN):
        given |= ADMINISTRATION
    else:
        given &= ORDINARY_ROLES if administered(actor, Role.AGENCY_ADMIN) else frozenset()
    return {
        "agencies": [(agency.code, agency.name) for agency in agencies],
        "roles": [(role.value, LABELS[role]) for role in Role if role.value in given],
        "ceilings": [(level.value, LABELS[level]) for level in Confidentiality],
        "may_create": bool(administered(actor, Role.AGENCY_ADMIN, Role.SYSTEM_ADMIN)),
        "may_grant": bool(administered(actor, Role.AGENCY_ADMIN, Role.SECURITY_ADMIN)),
        "secures": bool(administered(actor, Role.SECURITY_ADMIN)),
    }


def _row(actor: Actor, user: User) -> dict[str, Any]:
    secures, posts = bool(administered(actor, Role.SECURITY_ADMIN)), dict[int, dict[str, Any]]()
    for held in user.memberships.all():
        if held.active:
            post = posts.setdefault(held.agency_id, {"code": held.agency.code, "name": held.agency.name, "roles": []})
            post["roles"].append((held.role, LABELS[Role(held.role)], secures or held.role not in ADMINISTRATION))
    return {
        "username": user.username,
        "name": user.display_name,
        "staff_no": user.staff_no,
        "active": user.is_active,
        "self": user.pk == actor.user_id,
        "posts": list(posts.values()),
        "resettable": secures,
        # An account of a separated administrator is the security administrator's alone.
        "stoppable": user.pk != actor.user_id
        and (secures or not any(held.active and held.role in SEPARATED_ROLES for held in user.memberships.all())),
    }


def of_person(actor: Actor, user: User) -> dict[str, Any]:
    """Everything about one account that its administrators may know; of its work nothing."""
    roles = user.memberships.select_related("agency", "granted_by").order_by("-active", "-since", "pk")
    substitutions = Substitution.objects.filter(Q(absent=user) | Q(substitute=user)).order_by("-first_day", "-pk")
    agencies, secures = administered(actor), administered(actor, Role.SECURITY_ADMIN)
    working = [held for held in roles if held.active and held.role in CASE_ROLES]
    today = timezone.localdate(clock.now())
    return {
        "person": {**_row(actor, user), "agency": user.agency, "created_at": user.created_at},
        "held": [{"row": held, "label": LABELS[Role(held.role)], "ceiling": LABELS[Confidentiality(held.ceiling)],
            "endable": held.active and bool(secures or held.role not in ADMINISTRATION),
            "begins": held.first_day or timezone.localtime(held.since).date(),
            "ends": timezone.localtime(held.until).date() if held.until else held.last_day,
            "to_come": held.active and held.first_day is not None and held.first_day > today,
            "limitable": held.role not in SEPARATED_ROLES}
                 for held in roles],
        "substitutions": [_substitution(user, each) for each in substitutions.select_related(
            "absent", "substitute", "agency", "granted_by")[:50]],
        "absences": _absences(actor, user, working),
        "colleagues": _colleagues(actor, user, working),
        "today": clock.now(),
        "may_rename": bool(administered(actor, Role.AGENCY_ADMIN, Role.SYSTEM_ADMIN)),
        "may_hand_over": bool(administered(actor, Role.AGENCY_ADMIN)) and user.pk != actor.user_id,
        **_choices(actor, agencies),
    }  # fmt: skip


def _absences(actor: Actor, user: User, working: list[Membership]) -> list[dict[str, Any]]:
    """In each agency where this person arranges it: the roles that can be exercised by another, and by whom."""
    secured, own = ({a.id for a in administered(actor, role)} for role in (Role.SECURITY_ADMIN, Role.AGENCY_ADMIN))
    held = [
        each for each in working if each.agency_id in secured or (each.agency_id in own and each.role in ORDINARY_ROLES)
    ]
    found = []
    for agency in sorted({each.agency for each in held}, key=lambda agency: agency.code):
        there = [each for each in held if each.agency_id == agency.pk]
        people = _colleagues(actor, user, there)
        if people:
            roles = [(each.role, LABELS[Role(each.role)]) for each in there]
            found.append({"code": agency.code, "name": agency.name, "roles": roles, "colleagues": people})
    return found


def _colleagues(actor: Actor, user: User, working: list[Membership]) -> list[tuple[str, str]]:
    """Who can stand in or take over: who works on cases in the same principal agency or its units."""
    principals = {held.agency.parent_id or held.agency_id for held in working}
    beside = Membership.objects.filter(
        Q(agency_id__in=principals) | Q(agency__parent_id__in=principals),
        counting(timezone.localdate(clock.now())),
        role__in=CASE_ROLES,
    )
    found = kept_accounts(actor).filter(pk__in=beside.values("user_id"), is_active=True)
    return list(found.exclude(pk=user.pk).order_by("username").values_list("username", "display_name"))


def _substitution(user: User, each: Substitution) -> dict[str, Any]:
    return {
        "row": each,
        "other": each.substitute if each.absent_id == user.pk else each.absent,
        "is_absent": each.absent_id == user.pk,
        "roles": [LABELS[Role(role)] for role in each.roles],
        "over": each.ended_at is not None or each.last_day < timezone.localdate(clock.now()),
    }
