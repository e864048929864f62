"""The accounts of an agency for its administrator's page: who, where, in which roles, and what can be chosen."""

from __future__ import annotations

from typing import Any

from agencies.actors import Actor
from agencies.selectors import Person, administered, managed_accounts
from agencies.services.roles import ROLES_OF_KIND
from agencies.vocabulary import LABELS, SEPARATED_ROLES, Confidentiality, Role


def context(actor: Actor) -> dict[str, Any]:
    """Every account once, with all its posts there; the agencies and roles that can be given."""
    people: dict[str, list[Person]] = {}
    for person in managed_accounts(actor):
        people.setdefault(person.username, []).append(person)
    agencies = administered(actor)
    given = {Role.AGENCY_ADMIN.value, *SEPARATED_ROLES}.union(*(ROLES_OF_KIND[agency.kind] for agency in agencies))
    return {
        "people": [_row(actor, found) for found in people.values()],
        "agencies": [(agency.code, agency.name) for agency in agencies],
        "roles": [(role.value, LABELS[role]) for role in Role if role.value in given],
        "ceilings": [(level.value, LABELS[level]) for level in Confidentiality],
    }


def _row(actor: Actor, found: list[Person]) -> dict[str, Any]:
    first = found[0]
    return {
        "username": first.username,
        "name": first.display_name,
        "staff_no": first.staff_no,
        "active": first.is_active,
        "self": first.user_id == actor.user_id,
        "resettable": {p.agency_code for p in found} <= {a.code for a in administered(actor, Role.SECURITY_ADMIN)},
        "posts": [{"code": p.agency_code, "name": p.agency_name, "roles": _roles(p)} for p in found],
    }


def _roles(person: Person) -> list[tuple[str, Any, Any]]:
    """Each role with its name and, where it is more than ordinary, its ceiling."""
    held = zip(person.roles, person.ceilings, strict=True)
    return [
        (role, LABELS[Role(role)], LABELS[Confidentiality(ceiling)] if ceiling != Confidentiality.ORDINARY else "")
        for role, ceiling in held
    ]
