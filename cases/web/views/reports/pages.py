"""台账与通报: the list with the form that has one drawn up, a preview, one report with its versions, its files."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from agencies.access.rates import EXPORTS, UPLOADS, spend
from agencies.directory import get_directory
from audit import clock
from cases.models import Report, ReportVersion
from cases.policy.reports.weeks import last_complete
from cases.reporting.access import (
    asked,
    draw_now,
    drawing_agency,
    edition_of,
    filename,
    find_file,
    find_report,
    note_taken,
    watched_regions,
)
from cases.reporting.listing import list_reports, preview, versions_of
from cases.reporting.papers.ledger import sees_all
from cases.reporting.pieces import AGENCY, COMMISSION, TYPES, as_file
from cases.reporting.ringing import ring
from cases.web import filters
from cases.web.filters import Select
from cases.web.pages import PageRequest, page
from cases.web.show.reports import pages as shown
from cases.web.show.reports.figures import bulletin_tables, ledger_tables
from cases.workflow.errors import InvalidInput, NotVisible

PAGE_SIZE = 25


@page
def reports(request: PageRequest) -> HttpResponse:
    """The list; a POST has a report drawn up by a worker."""
    if request.method != "POST":
        return _list(request)
    spend(UPLOADS, str(request.actor.user_id))
    kind, week = request.POST.get("kind", ""), request.POST.get("week", "")
    try:
        version, begun = draw_now(actor=request.actor, kind=kind, week=week, now=clock.now())
    except InvalidInput as wrong:
        return _list(request, wrong)
    if begun:
        ring(version)
    messages.success(request, gettext("已开始生成，可以离开此页") if begun else gettext("这份报告正在生成"))
    return redirect("web:report_page", report_id=version.report_id)


def _list(request: PageRequest, wrong: InvalidInput | None = None) -> HttpResponse:
    actor, directory = request.actor, get_directory()
    offered = [Select("kind", gettext("种类"), gettext("全部种类"), list(shown.KIND_LABELS.items()))]
    if watched_regions(actor):
        offered.append(Select("region", gettext("地区"), gettext("全部地区"), filters.districts(actor, directory)))
    given = filters.given(request.GET, offered)
    found = list_reports(
        actor,
        kind=given.get("kind", ""),
        region=given.get("region", ""),
        cursor=filters.cursor(request.GET),
        size=PAGE_SIZE,
    )
    files = shown.files_of(actor, found.rows)
    agency = drawing_agency(actor)
    context = {
        "page": filters.paged(found, [shown.row(row, files) for row in found.rows]),
        "selects": filters.selects(offered, given),
        "chips": filters.chips(request.GET, offered, given),
        "unread": filters.unread(request.GET, offered, given),
        "region": directory.regions[agency.region_code].name if agency else "",
        **_typed(request, wrong),
    }
    return render(request, "web/reports/list.html", context, status=400 if wrong else 200)


def _typed(request: PageRequest, wrong: InvalidInput | None) -> dict[str, Any]:
    """The form as it was filled in, with what is wrong about it."""
    data = request.POST if request.method == "POST" else request.GET
    latest = f"{last_complete(clock.now()).first:%Y-%m-%d}"
    kind = data.get("kind", "")
    return {
        "errors": wrong.fields if wrong else {},
        "kinds": [(code, label, code == kind) for code, label in shown.KIND_LABELS.items()],
        "week": data.get("week", "") or latest,
        "latest": latest,
    }


@page
def preview_page(request: PageRequest) -> HttpResponse:
    """The figures of a week before anything is drawn up, numbered or kept."""
    agency = drawing_agency(request.actor)
    if agency is None:
        raise NotVisible
    kind = request.GET.get("kind", "")
    try:
        week = asked(kind, request.GET.get("week", ""), clock.now())
    except InvalidInput as wrong:
        return _list(request, wrong)
    spend(EXPORTS, str(request.actor.user_id))
    figures = preview(kind, agency.id, agency.region_code, week)
    context = {
        "kind": shown.KIND_LABELS[kind],
        "code": kind,
        "week": week,
        "region": get_directory().regions[agency.region_code].name,
        "tables": list(_tables(kind, figures, agency.region_code, COMMISSION)),
    }
    return render(request, "web/reports/preview.html", context)


def _tables(kind: str, figures: dict[str, Any], region: str, audience: str) -> Any:
    if kind == Report.Kind.OVERDUE:
        return bulletin_tables(figures)
    return ledger_tables(figures, region, whole=sees_all(audience, figures))


@page
def report_page(request: PageRequest, report_id: UUID) -> HttpResponse:
    """One report: its versions, their files, what differs, and the figures of the latest."""
    actor = request.actor
    report = find_report(actor, report_id)
    versions = versions_of(report)
    audience, _ = edition_of(actor, report)
    drawn = next((version for version in versions if version.state == ReportVersion.State.DRAWN), None)
    agency = drawing_agency(actor)
    context = {
        "report": report,
        "kind": shown.KIND_LABELS[report.kind],
        "versions": [shown.version(actor, version) for version in versions],
        "running": any(version.state == ReportVersion.State.DRAWING for version in versions),
        # Of a bulletin an agency that watches nobody has its own excerpt, and no figures of others.
        "tables": list(_tables(report.kind, drawn.figures, report.region_id, audience))
        if drawn is not None and audience != AGENCY
        else [],
        "excerpt": audience == AGENCY,
        "may_draw": agency is not None and agency.id == report.agency_id,
    }
    return render(request, "web/reports/report.html", context)


@page
def report_file(request: PageRequest, report_id: UUID, version: int, form: str) -> FileResponse:
    """A file as it is kept; taking it is recorded before its first byte leaves."""
    wanted = request.GET.get("agency", "")
    agency = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 12 else None
    file = find_file(request.actor, report_id, version, form, agency)
    spend(EXPORTS, str(request.actor.user_id))
    note_taken(actor=request.actor, file=file, now=clock.now(), request=request)
    return FileResponse(as_file(file), as_attachment=True, filename=filename(file), content_type=TYPES[form])
