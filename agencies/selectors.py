"""Reading people: whom a task can be given to, whose accounts one manages, what a person is called."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from agencies.actors import Actor, Post
from agencies.directory import AgencyRef, get_directory
from agencies.models import Membership, User
from agencies.vocabulary import SEPARATED_ROLES, Role


@dataclass(frozen=True, slots=True)
class Person:
    """A member of an agency with every role held there.

    `ceilings` are those of the roles, in their order; `rank` is how confidential a case the person may open through
    this agency, -1 for none at all.
    """

    user_id: int
    username: str
    display_name: str
    staff_no: str
    is_active: bool
    agency_id: int
    agency_code: str
    agency_name: str
    rank: int
    ceilings: tuple[str, ...]
    roles: tuple[str, ...]


_MEMBERS = """
SELECT u.id, u.username, u.display_name, u.staff_no, u.is_active, a.id, a.code, a.name,
       coalesce(max(agencies_rank(m.ceiling)) FILTER (WHERE agencies_works_on_cases(m.role)), -1),
       array_agg(m.ceiling::text ORDER BY m.role), array_agg(m.role::text ORDER BY m.role)
  FROM agencies_membership m
  JOIN agencies_user u ON u.id = m.user_id
  JOIN agencies_agency a ON a.id = m.agency_id
 WHERE m.active AND a.active AND m.agency_id = ANY(%s)
   AND (u.is_active AND agencies_in_days(m.first_day, m.last_day) OR %s)
   AND NOT EXISTS (SELECT FROM agencies_client c WHERE c.user_id = u.id)
 GROUP BY u.id, a.id
 ORDER BY a.code, u.username
"""


def assignable(actor: Actor, agency_id: int, roles: Iterable[str], *, rank: int) -> list[Person]:
    """The people to whom a task of this agency that needs one of these roles can be given, its sub-units' included.

    Only those whose ceiling reaches `rank`, that of the case. Empty where the actor is no member of the agency.
    """
    if not any(post.agency_id == agency_id and not post.is_unit for post in actor.posts):
        own = [post.agency_id for post in actor.posts if post.is_unit and post.principal_id == agency_id]
        return [person for person in _members(own, roles) if person.rank >= rank]
    return [person for person in _members([agency_id, *_units([agency_id])], roles) if person.rank >= rank]


def administered(actor: Actor, *roles: str) -> list[AgencyRef]:
    """The agencies that the actor administers in one of these roles (by default in any that keeps accounts)."""
    wanted = frozenset(roles or (Role.AGENCY_ADMIN, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN))
    own = [post for post in actor.posts if wanted & post.roles]
    return [agency for agency in get_directory().by_code.values() if any(_reaches(p, wanted, agency) for p in own)]


def _reaches(post: Post, wanted: frozenset[str], agency: AgencyRef) -> bool:
    """The own agency and its sub-units for its administrator, the region for the separated ones."""
    if not agency.active:
        return False
    if Role.AGENCY_ADMIN in wanted & post.roles and post.agency_id in (agency.id, agency.parent_id):
        return True
    return bool(wanted & post.roles & SEPARATED_ROLES) and agency.region_code.startswith(post.region_code)


def managed_accounts(actor: Actor) -> list[Person]:
    """Everyone, disabled accounts included, in the agencies that the actor administers."""
    return _members([agency.id for agency in administered(actor)], (), also_disabled=True)


def kept_accounts(actor: Actor) -> QuerySet[User]:
    """The accounts that belong to the agencies that the actor administers.

    By a role there; without any role anywhere, by one that was held there or because the account was opened there.
    """
    ids = [agency.id for agency in administered(actor)]
    held = Membership.objects.filter(user=OuterRef("pk"))
    without = ~Exists(held.filter(active=True)) & (Q(agency_id__in=ids) | Exists(held.filter(agency_id__in=ids)))
    return User.objects.filter(Exists(held.filter(active=True, agency_id__in=ids)) | without, is_system=False)


def rosters(agency_ids: Iterable[int]) -> dict[int, list[Person]]:
    """The active people of each of these agencies, for work that the system does (who has to be told)."""
    found: dict[int, list[Person]] = {agency_id: [] for agency_id in agency_ids}
    for person in _members(list(found), ()):
        found[person.agency_id].append(person)
    return found


def separated() -> list[tuple[int, str]]:
    """The agencies where administrators of a region sit (三员), each with its region."""
    return seats(*SEPARATED_ROLES)


def seats(*roles: Role) -> list[tuple[int, str]]:
    """The agencies where somebody has one of these roles, each with its region."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT a.id, a.region_id FROM agencies_membership m JOIN agencies_agency a ON a.id = m.agency_id"
            " JOIN agencies_user u ON u.id = m.user_id AND u.is_active"
            " WHERE m.active AND agencies_in_days(m.first_day, m.last_day) AND a.active AND m.role = ANY(%s)"
            " ORDER BY a.id",
            [[role.value for role in roles]],
        )
        return cursor.fetchall()


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody who exercises these roles of an absent person in an agency today, up to a rank of confidentiality."""

    agency_id: int
    absent_id: int
    substitute_id: int
    roles: tuple[str, ...]
    rank: int


def stand_ins(agency_ids: Iterable[int]) -> list[StandIn]:
    """The substitutions of today in these agencies, as far as they give anything (see `agencies_posts`)."""
    with connection.cursor() as cursor:
        cursor.execute(_STAND_INS, [list(agency_ids)])
        return [StandIn(row[0], row[1], row[2], tuple(row[3]), row[4]) for row in cursor.fetchall()]


_STAND_INS = """
SELECT s.agency_id, s.absent_id, s.substitute_id,
       ARRAY(SELECT jsonb_array_elements_text(post -> 'roles')), agencies_rank(post ->> 'ceiling')
  FROM (SELECT DISTINCT agency_id, absent_id, substitute_id FROM agencies_substitution
         WHERE ended_at IS NULL AND agencies_today() BETWEEN first_day AND last_day AND agency_id = ANY(%s)) s
  JOIN agencies_user u ON u.id = s.substitute_id AND u.is_active
 CROSS JOIN LATERAL jsonb_array_elements(coalesce(agencies_stood_posts(s.substitute_id), '[]')) AS p(post)
 WHERE (post ->> 'agency_id')::bigint = s.agency_id AND (post ->> 'on_behalf')::bigint = s.absent_id
 ORDER BY s.agency_id, s.absent_id, s.substitute_id
"""


def display_names(actor: Actor, user_ids: Iterable[int]) -> dict[int, str]:
    """What these people are called, for the history of a case. Nothing for somebody without posts."""
    if not actor.posts and not actor.is_system:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, display_name FROM agencies_user WHERE id = ANY(%s)", [sorted(set(user_ids))])
        return dict(cursor.fetchall())


def _units(agency_ids: list[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM agencies_agency WHERE parent_id = ANY(%s) AND active ORDER BY id", [agency_ids])
        return [row[0] for row in cursor.fetchall()]


def _members(agency_ids: list[int], roles: Iterable[str], *, also_disabled: bool = False) -> list[Person]:
    wanted = frozenset(roles)
    with connection.cursor() as cursor:
        cursor.execute(_MEMBERS, [agency_ids, also_disabled])
        people = [
            Person(**dict(zip(Person.__dataclass_fields__, (*row[:-2], tuple(row[-2]), tuple(row[-1])), strict=True)))
            for row in cursor.fetchall()
        ]
    return [person for person in people if not wanted or wanted.intersection(person.roles)]
