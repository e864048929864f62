"""Who is told of the calendar: that a year has no plan, and that a plan waits to be checked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.db import transaction

from agencies.directory import AgencyRef, Directory, get_directory
from agencies.vocabulary import Kind, Role
from audit.sight import working_as
from cases.models.calendar import CalendarEntry
from cases.policy.dated import CHINA
from cases.workflow.recording.notices import notice

ADMINISTRATORS: Final = [Role.AGENCY_ADMIN.value, Role.SYSTEM_ADMIN.value, Role.APPROVER.value]
CHECKERS: Final = [Role.REVIEWER.value, Role.APPROVER.value]


@transaction.atomic
def warn_of_missing(year: int, now: datetime) -> int:
    """Tell administrators and approvers of each commission's region once, and once more when the year has begun."""
    begun = "begun" if now.astimezone(CHINA).year >= year else "ahead"
    payload = {"number": str(year), "roles": ADMINISTRATORS, "link": f"/calendar/?year={year}"}
    return sum(
        notice(
            topic="calendar.missing",
            agency_id=agency.id,
            payload=payload,
            key=f"calendar.missing/{year}/{begun}/{agency.id}",
            now=now,
        )
        for agency in _commissions(get_directory())
    )


def ask_to_check(entry: CalendarEntry, now: datetime) -> None:
    """Tell whoever may compare a plan with the notice, in the transaction that enters it; not who entered it."""
    directory = get_directory()
    payload = {
        "number": str(entry.first_day.year),
        "roles": CHECKERS,
        "by": entry.entered_by_id,
        "link": f"/calendar/{entry.pk}/",
    }
    with working_as("calendar"):
        for agency in _commissions(directory):
            if directory.addressee(Kind.DEVELOPMENT_COMMISSION, agency.region_code[:-2]) is None:
                notice(
                    topic="calendar.proposed",
                    agency_id=agency.id,
                    payload=payload,
                    key=f"calendar.proposed/{entry.pk}/{agency.id}",
                    now=now,
                )


def _commissions(directory: Directory) -> Iterator[AgencyRef]:
    for agency in directory.by_code.values():
        if agency.active and not agency.is_unit and agency.kind == Kind.DEVELOPMENT_COMMISSION:
            yield agency
