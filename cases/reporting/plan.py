"""Which reports should be there: each region's, on the working Monday morning that it has set; exactly once.

The sweep asks the tables and not the clock of the last sweep: what was missed while the system stood still is made up,
marked late, and says what it would have said. A report has its number from the moment on at which it is begun; the next
number of a region's series is given out under a lock, and the database holds that no week has two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.db.models import Max

from agencies.directory import AgencyRef, Directory, get_directory
from agencies.vocabulary import Kind
from audit.sight import working_as
from cases.models import CaseAgency, Report, ReportVersion
from cases.policy.dated import CHINA
from cases.policy.reports.numbers import KINDS, report_number
from cases.policy.reports.weeks import DEFAULT_HOUR, PARAMETER, Week, due_at, is_late, owed
from cases.workflow.workdays import calendar_for


@dataclass(frozen=True, slots=True)
class Due:
    """A report that should be there and is not."""

    kind: str
    agency: AgencyRef
    week: Week
    due_at: datetime


STATES: Final = ReportVersion.State
# A planned report that could not be drawn up is tried again.
RETRY: Final = timedelta(hours=1)


def hour_of(directory: Directory, region: str, day: date) -> int:
    """The hour of that day at which the region wants its reports; 0: it wants none by itself."""
    found = directory.parameter(PARAMETER, region, day)
    return DEFAULT_HOUR if found is None else int(found)


def due_of(agency: AgencyRef, week: Week) -> datetime:
    """When the reports on this week are due, or would be if the region wanted them."""
    directory = get_directory()
    hour = hour_of(directory, agency.region_code, week.after.first)
    return due_at(week, calendar_for(agency.region_code, directory), hour or DEFAULT_HOUR)


@working_as("reports")
def missing(now: datetime) -> list[Due]:
    """Every report that is due by now and was never begun, the oldest first."""
    directory = get_directory()
    commissions = [
        agency
        for agency in directory.by_id.values()
        if agency.active and not agency.is_unit and agency.kind == Kind.DEVELOPMENT_COMMISSION
    ]
    found = [due for agency in commissions for due in _of(agency, directory, now)]
    return sorted(found, key=lambda due: (due.due_at, due.week.first, due.agency.id, due.kind))


def _of(agency: AgencyRef, directory: Directory, now: datetime) -> Iterator[Due]:
    region, calendar = agency.region_code, calendar_for(agency.region_code, directory)
    hour = hour_of(directory, region, now.astimezone(CHINA).date())
    for kind in KINDS:
        latest = Report.objects.filter(kind=kind, region_id=region, versions__asked_by=None).aggregate(
            last=Max("first_day")
        )["last"]
        weeks = owed(now, calendar, hour, Week(latest) if latest else None)
        there = set(
            Report.objects.filter(
                kind=kind, region_id=region, first_day__in=[week.first for week in weeks]
            ).values_list("first_day", flat=True)
        )
        for week in weeks:
            # A week in which the region wanted none is not made up; one that never had a case has nothing to report.
            wanted = hour_of(directory, region, week.after.first)
            if wanted and week.first not in there and _had_cases(agency.id, week):
                yield Due(kind, agency, week, due_of(agency, week))


def _to_try_again(now: datetime) -> list[Due]:
    """Planned reports that could not be drawn up an hour ago."""
    failed = ReportVersion.objects.filter(state=STATES.FAILED, asked_by=None, asked_at__lt=now - RETRY)
    directory = get_directory()
    return [
        Due(
            version.report.kind,
            directory.by_id[version.report.agency_id],
            Week(version.report.first_day),
            version.due_at,
        )
        for version in failed.select_related("report").order_by("asked_at")
    ]


def _had_cases(agency_id: int, week: Week) -> bool:
    return CaseAgency.objects.filter(agency_id=agency_id, case__opened_at__lt=week.ends).exists()


@working_as("reports")
def begin(
    kind: str, agency: AgencyRef, week: Week, asked_by: int | None, now: datetime, *, again: bool = False
) -> tuple[ReportVersion, bool]:
    """The version that is to be drawn up, and whether this call began it.

    The plan begins one only where there is none; a person, or the operator with `again`, another version.

    Whoever asks for the same report meanwhile waits here and finds it. One that is being drawn up is handed back as it
    is; one that failed is drawn up again.
    """
    with transaction.atomic():
        _one_at_a_time(agency.region_code, kind)
        report = Report.objects.filter(kind=kind, region_id=agency.region_code, first_day=week.first).first()
        if report is None:
            report = _numbered(kind, agency, week, now)
        last = report.versions.order_by("version").last()
        if last is not None and (
            last.state == STATES.DRAWING or (asked_by is None and not again and last.state == STATES.DRAWN)
        ):
            return last, False
        due = due_of(agency, week)
        if last is not None and last.state == STATES.FAILED:
            last.state, last.problem, last.asked_by_id, last.asked_at = STATES.DRAWING, "", asked_by, now
            last.save(update_fields=["state", "problem", "asked_by", "asked_at"])
            return last, True
        number = last.version + 1 if last else 1
        # A later version is no late report: it was wanted when it was asked for.
        late = number == 1 and is_late(now, due)
        version = ReportVersion(
            report=report, version=number, asked_by_id=asked_by, asked_at=now, due_at=due, late=late
        )
        version.save(force_insert=True)
    return version, True


def _numbered(kind: str, agency: AgencyRef, week: Week, now: datetime) -> Report:
    region = get_directory().regions[agency.region_code]
    series = Report.objects.filter(kind=kind, region_id=region.code, year=week.year)
    serial = (series.aggregate(last=Max("serial"))["last"] or 0) + 1
    return Report.objects.create(
        kind=kind,
        region_id=region.code,
        agency_id=agency.id,
        first_day=week.first,
        last_day=week.last,
        year=week.year,
        serial=serial,
        number=report_number(region.name, kind, week.year, serial),
        created_at=now,
    )


def _one_at_a_time(region: str, kind: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"report/{region}/{kind}"])


@working_as("reports")
def sweep(now: datetime, standstill: timedelta) -> list[str]:
    """Begin what is due; the versions that a worker has to be rung for."""
    begun = [begin(due.kind, due.agency, due.week, None, now) for due in (*missing(now), *_to_try_again(now))]
    fresh = [str(version.pk) for version, new in begun if new]
    return [*fresh, *(found for found in standing_still(now - standstill) if found not in fresh)]


@working_as("reports")
def standing_still(before: datetime) -> list[str]:
    """Versions that were begun before this and are not there yet; the one somebody is still at is among them."""
    late = ReportVersion.objects.filter(state=STATES.DRAWING, asked_at__lt=before).order_by("asked_at")
    return [str(found) for found in late.values_list("pk", flat=True)]
