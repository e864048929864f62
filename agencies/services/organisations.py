"""Agencies: set up and closed by the region's system administrator or the operator of the system."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from agencies.actors import Actor
from agencies.authority import operator_of
from agencies.errors import AgencyError, BadInput
from agencies.models import Agency, Membership
from agencies.regions import UnknownRegion, normalise
from agencies.vocabulary import Duty, Kind, PartnerSort, codes
from audit.actions import Action
from audit.log import EventActor
from audit.services import record


@transaction.atomic
def create_agency(
    *,
    actor: Actor,
    code: str,
    kind: str,
    region: str,
    name: str,
    short_name: str,
    monogram: str,
    now: datetime,
    parent: Agency | None = None,
    duties: Sequence[str] = (),
    partner_sort: str = "",
) -> Agency:
    """Set up an agency, or a sub-unit of `parent`. `region` is a code or a name. Raises NotPermitted, BadInput."""
    region_code = _region_of(code, region)
    acting = operator_of(actor, region_code)
    _check(code, kind, region_code, parent, duties, partner_sort)
    agency = Agency.objects.create(
        code=code,
        kind=kind,
        region_id=region_code,
        parent=parent,
        name=name,
        short_name=short_name,
        monogram=monogram,
        duties=list(duties),
        partner_sort=partner_sort,
    )
    _record_created(acting, agency, parent, now)
    return agency


@transaction.atomic
def close_agency(*, actor: Actor, agency: Agency, now: datetime) -> None:
    """Close an agency that nobody holds a role in any more and that owes nothing; it keeps its past.

    Raises NotPermitted, AgencyError.
    """
    acting = operator_of(actor, agency.region_id)
    locked = Agency.objects.select_for_update().get(pk=agency.pk)
    if not locked.active:
        return
    people = Membership.objects.filter(agency=locked, active=True).count()
    units = Agency.objects.filter(parent=locked, active=True).count()
    if people or units:
        raise AgencyError(
            f"{locked.name}还有 {people} 个在任角色、{units} 个下属单位。请先逐一终止，再停用单位。",
            f"{locked.code} still has {people} roles and {units} sub-units; end them first.",
            code="agency_in_use",
        )
    locked.active = False
    _save_closed(locked)
    record(
        stream=f"agency/{locked.code}",
        action=Action.AGENCY_CLOSED,
        actor=acting,
        data={"agency": locked.pk},
        now=now,
    )


def _save_closed(agency: Agency) -> None:
    try:
        with transaction.atomic():
            agency.save(update_fields=["active"])
    except IntegrityError as error:
        # What an agency owes is known one layer up, which refuses by a constraint of its own.
        cause: Any = error.__cause__
        if getattr(getattr(cause, "diag", None), "constraint_name", "") != "agency_owes_nothing":
            raise
        raise AgencyError(
            f"{agency.name}还有未办的事项，或牵头的案件尚未办结。请先办理、改派或移交，再停用单位。",
            f"{agency.code} still owes work or leads open cases; finish, reassign or transfer them first.",
            code="agency_owes_work",
        ) from error


def _record_created(acting: EventActor, agency: Agency, parent: Agency | None, now: datetime) -> None:
    record(
        stream=f"agency/{agency.code}",
        action=Action.AGENCY_CREATED,
        actor=acting,
        data={
            "agency": agency.pk,
            "kind": agency.kind,
            "region": agency.region_id,
            "agency_name": agency.name,
            "short_name": agency.short_name,
            "monogram": agency.monogram,
            "parent": parent.code if parent else None,
            "duties": agency.duties,
            "partner_sort": agency.partner_sort,
        },
        now=now,
    )


def _region_of(code: str, region: str) -> str:
    try:
        found = normalise(region)
    except UnknownRegion as error:
        raise BadInput(error.text.zh, error.text.en, field="region") from error
    if not code.startswith(found.ljust(6, "0") + "-"):
        raise BadInput(
            f"单位代码“{code}”应以辖区代码 {found.ljust(6, '0')}- 开头。",
            f'The agency code "{code}" should begin with its region, {found.ljust(6, "0")}-.',
            field="code",
        )
    return found


def _check(
    code: str, kind: str, region_code: str, parent: Agency | None, duties: Sequence[str], partner_sort: str
) -> None:
    if kind not in codes(Kind):
        raise BadInput(f"没有“{kind}”这类单位。", f'There is no kind of agency "{kind}".', field="kind")
    if unknown := set(duties) - set(codes(Duty)):
        raise BadInput(f"没有“{unknown.pop()}”这项职责。", "There is no such duty.", field="duties")
    if (kind == Kind.PARTNER) != (partner_sort in codes(PartnerSort)):
        raise BadInput(
            "协办单位须写明类别（公安、纪委监委、文旅、街道等），其他单位不写。",
            "A partner agency needs its sort (police, culture …), any other agency has none.",
            field="partner_sort",
        )
    if Agency.objects.filter(code=code).exists():
        raise BadInput(f"单位代码“{code}”已经使用。", f"The agency code {code} is taken.", field="code")
    if parent is None:
        _refuse_second(kind, region_code, partner_sort)
    elif parent.is_unit or parent.kind != kind or not region_code.startswith(parent.region_id):
        raise BadInput(
            "下属单位须与上级同类、在上级辖区之内，且上级本身不是下属单位。",
            "A sub-unit has its parent's kind, lies in its region, and its parent is no sub-unit itself.",
            field="parent",
        )


def _refuse_second(kind: str, region_code: str, partner_sort: str) -> None:
    there = Agency.objects.filter(
        kind=kind, region_id=region_code, partner_sort=partner_sort, parent__isnull=True, active=True
    ).first()
    if there is not None:
        raise BadInput(
            f"该地区已有同类单位“{there.name}”（{there.code}）。请先停用它，或把新单位设为它的下属单位。",
            f"The region already has {there.code}; close it first, or make the new one its sub-unit.",
            field="kind",
        )
