"""Reading people: whom a task can be given to, whose accounts one manages, what a person is called."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from agencies.actors import Actor
from agencies.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Person:
    """A member of an agency with every role held there."""

    user_id: int
    username: str
    display_name: str
    staff_no: str
    is_active: bool
    agency_id: int
    agency_code: str
    agency_name: str
    roles: tuple[str, ...]


_MEMBERS = """
SELECT u.id, u.username, u.display_name, u.staff_no, u.is_active, a.id, a.code, a.name,
       array_agg(m.role::text ORDER BY m.role)
  FROM agencies_membership m
  JOIN agencies_user u ON u.id = m.user_id
  JOIN agencies_agency a ON a.id = m.agency_id
 WHERE m.active AND a.active AND m.agency_id = ANY(%s) AND (u.is_active OR %s)
   AND NOT EXISTS (SELECT FROM agencies_client c WHERE c.user_id = u.id)
 GROUP BY u.id, a.id
 ORDER BY a.code, u.username
"""


def assignable(actor: Actor, agency_id: int, roles: Iterable[str]) -> list[Person]:
    """The people to whom a task of this agency that needs one of these roles can be given, its sub-units' included.

    Empty where the actor is no member of the agency.
    """
    if not any(post.agency_id == agency_id and not post.is_unit for post in actor.posts):
        own = [post.agency_id for post in actor.posts if post.is_unit and post.principal_id == agency_id]
        return _members(own, roles)
    return _members([agency_id, *_units([agency_id])], roles)


def managed_accounts(actor: Actor) -> list[Person]:
    """Everyone, disabled accounts included, in the agencies that the actor administers."""
    administered = [post.agency_id for post in actor.posts if Role.AGENCY_ADMIN in post.roles]
    return _members([*administered, *_units(administered)], (), also_disabled=True)


def rosters(agency_ids: Iterable[int]) -> dict[int, list[Person]]:
    """The active people of each of these agencies, for work that the system does (who has to be told)."""
    found: dict[int, list[Person]] = {agency_id: [] for agency_id in agency_ids}
    for person in _members(list(found), ()):
        found[person.agency_id].append(person)
    return found


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
            Person(**dict(zip(Person.__dataclass_fields__, (*row[:-1], tuple(row[-1])), strict=True)))
            for row in cursor.fetchall()
        ]
    return [person for person in people if not wanted or wanted.intersection(person.roles)]
