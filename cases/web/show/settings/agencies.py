"""The agencies of a region and what lies in it: with sub-units, duties and how many hold a role there."""

from __future__ import annotations

from typing import Any

from agencies.actors import Actor
from agencies.authority import operator_of
from agencies.directory import AgencyRef, Directory
from agencies.errors import NotPermitted
from agencies.models import Agency, Membership
from agencies.vocabulary import LABELS, Duty, Kind, PartnerSort
from cases.web.show.words import listed, say


def listing(actor: Actor, region: str, directory: Directory) -> list[dict[str, Any]]:
    """The principal agencies in and above a region, each with its sub-units; the closed ones at the end."""
    held = _held()
    found = [
        agency
        for agency in directory.by_id.values()
        if not agency.is_unit and (agency.region_code.startswith(region) or region.startswith(agency.region_code))
    ]
    found.sort(key=lambda agency: (not agency.active, agency.region_code, list(Kind).index(Kind(agency.kind))))
    return [{**_row(agency, directory, held), "may": may_keep(actor, agency.region_code)} for agency in found]


def _held() -> dict[int, int]:
    """How many people hold a role in each agency."""
    held: dict[int, set[int]] = {}
    for agency, user in Membership.objects.filter(active=True).values_list("agency_id", "user_id"):
        held.setdefault(agency, set()).add(user)
    return {agency: len(users) for agency, users in held.items()}


def _row(agency: AgencyRef, directory: Directory, held: dict[int, int]) -> dict[str, Any]:
    units = [unit for unit in directory.by_id.values() if unit.parent_id == agency.id]
    region = directory.regions.get(agency.region_code)
    return {
        "id": agency.id,
        "code": agency.code,
        "name": agency.name,
        "active": agency.active,
        "kind": LABELS[Kind(agency.kind)],
        "region": region.name if region else agency.region_code,
        "duties": listed(say(LABELS[Duty(duty)]) for duty in agency.duties),
        "people": held.get(agency.id, 0),
        "units": [
            {"id": u.id, "code": u.code, "name": u.name, "active": u.active, "people": held.get(u.id, 0)} for u in units
        ],
    }


def may_keep(actor: Actor, region: str) -> bool:
    """Whether this person sets up and closes agencies in the region."""
    try:
        operator_of(actor, region)
    except NotPermitted:
        return False
    return True


def offered(region: str) -> dict[str, Any]:
    """The choices of the form."""
    parents = Agency.objects.filter(parent__isnull=True, active=True, region__code__startswith=region).order_by("code")
    return {
        "kinds": [(kind.value, LABELS[kind]) for kind in Kind],
        "partner_sorts": [(sort.value, LABELS[sort]) for sort in PartnerSort],
        "duties": [(duty.value, LABELS[duty]) for duty in Duty],
        "parents": [(parent.code, parent.name) for parent in parents],
    }
