"""The reports that somebody reads, one of them with its versions and figures, a preview, drawing one up, its files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.access.rates import EXPORTS, UPLOADS, spend
from agencies.directory import Directory, get_directory
from agencies.vocabulary import Scope
from audit import clock
from cases.api.base import ApiView
from cases.api.params import Params, rendered
from cases.api.shapes.params import PAGING, REPORT_FILTERS, REPORT_WEEK
from cases.api.shapes.reports import ReportDetail, ReportDrawing, ReportFigures, ReportOrder, ReportPage
from cases.api.views.attachments import OneForm
from cases.models import Report, ReportFile, ReportVersion
from cases.policy.reports.figures import told_lines
from cases.policy.reports.numbers import KINDS
from cases.reporting.access import (
    FORMS,
    asked,
    changes_for,
    draw_now,
    drawing_agency,
    edition_of,
    filename,
    files_for,
    find_file,
    find_report,
    note_taken,
)
from cases.reporting.drawing import cases_so_far
from cases.reporting.listing import list_reports, preview, versions_of
from cases.reporting.papers.ledger import sees_all
from cases.reporting.pieces import AGENCY, COMMISSION, TYPES, as_file
from cases.reporting.ringing import ring
from cases.selectors import refs
from cases.workflow.errors import InvalidInput, NotVisible
from cases.workflow.view import Text

V1 = "/api/v1/reports/"
NEWEST_VERSION = 32767
MEMBERS = ("kind", "week")


class ReportsView(ApiView):
    scopes = {"GET": Scope.CASES_READ}

    @extend_schema(
        tags=["reports"],
        operation_id="reports_list",
        parameters=[*REPORT_FILTERS, *PAGING],
        responses={200: ReportPage},
    )
    def get(self, request: Request) -> Response:
        """Weekly ledgers and overdue bulletins that you read, the latest number first, each with its latest version.

        A commission, and whoever watches over its region, read both; other agencies the bulletins with an excerpt of
        their own.
        """
        params = Params(request.query_params)
        kind, region = params.choice("kind", KINDS) or "", params.region() or ""
        paging = params.page()
        params.done()
        found, directory = list_reports(self.actor, kind=kind, region=region, **paging), get_directory()
        return Response(rendered(found) | {"results": [_row(row, directory) for row in found.rows]})

    @extend_schema(tags=["reports"], operation_id="reports_draw", request=ReportOrder, responses={202: ReportDrawing})
    def post(self, request: Request) -> Response:
        """Have a report on a week that is over drawn up by a worker; where it is there already, a further version.

        For handlers, reviewers and approvers of the region's own commission. The number stays.
        """
        body = self.body()
        wrong = {name: Text("没有这一项，请去掉", "leave it out") for name in body.keys() - set(MEMBERS)}
        if wrong:
            raise InvalidInput(fields=wrong)
        kind, week = (value if isinstance(value, str) else "" for value in map(body.get, MEMBERS))
        spend(UPLOADS, str(self.actor.user_id))
        version, begun = draw_now(actor=self.actor, kind=kind, week=week, now=clock.now())
        if begun:
            ring(version)
        told = {
            "id": version.report_id,
            "number": version.report.number,
            "version": version.version,
            "state": version.state,
            "begun": begun,
        }
        address = {"Location": f"{V1}{version.report_id}"}
        return Response(told, status=status.HTTP_202_ACCEPTED, headers=address)


class ReportPreviewView(ApiView):
    @extend_schema(
        tags=["reports"], operation_id="reports_preview", parameters=REPORT_WEEK, responses={200: ReportFigures}
    )
    def get(self, request: Request) -> Response:
        """The figures that a report of your commission on this week would have; nothing is numbered or kept."""
        agency = drawing_agency(self.actor)
        if agency is None:
            raise NotVisible
        params = Params(request.query_params)
        kind, week = params.choice("kind", KINDS) or "", params.text("week") or ""
        params.done()
        chosen = asked(kind, week, clock.now())
        spend(EXPORTS, str(self.actor.user_id))
        figures = preview(kind, agency.id, agency.region_code, chosen)
        return Response(
            {
                "kind": kind,
                "region": refs.region(get_directory(), agency.region_code),
                "first_day": chosen.first,
                "last_day": chosen.last,
                "figures": _figures(kind, figures, agency.region_code, COMMISSION),
            }
        )


class ReportView(ApiView):
    scopes = {"GET": Scope.CASES_READ}

    @extend_schema(tags=["reports"], operation_id="reports_read", responses={200: ReportDetail})
    def get(self, request: Request, report_id: UUID) -> Response:
        """One report: its versions, their files, what a later one says otherwise, and the figures of the latest."""
        Params(request.query_params).done()
        report, directory = find_report(self.actor, report_id), get_directory()
        versions, (audience, _) = versions_of(report), edition_of(self.actor, report)
        drawn = next((version for version in versions if version.state == ReportVersion.State.DRAWN), None)
        told = drawn is not None and audience != AGENCY
        return Response(
            {
                "id": report.pk,
                "kind": report.kind,
                "number": report.number,
                "region": refs.region(directory, report.region_id),
                "agency": refs.agency(directory, report.agency_id),
                "first_day": report.first_day,
                "last_day": report.last_day,
                "excerpt": audience == AGENCY,
                "versions": [self._version(version, audience) for version in versions],
                "figures": _figures(report.kind, drawn.figures, report.region_id, audience)
                if drawn is not None and told
                else None,
            }
        )

    def _version(self, found: ReportVersion, audience: str) -> dict[str, Any]:
        whole = audience != AGENCY
        names = ("version", "state", "late", "due_at", "asked_at", "drawn_at")
        changes = changes_for(found, audience)
        return {
            **{name: getattr(found, name) for name in names},
            "asked_by": refs.person(found.asked_by_id, found.asked_by.display_name if found.asked_by else None),
            "cases": (found.cases if found.drawn_at else cases_so_far(found)) if whole else None,
            "files": [_file(found, file) for file in files_for(self.actor, found)],
            "changes": [{"path": path, "before": before, "after": after} for path, before, after in changes],
        }


class ReportFileView(ApiView):
    scopes = {"GET": Scope.CASES_READ}
    content_negotiation_class = OneForm

    @extend_schema(
        tags=["reports"],
        operation_id="reports_file",
        parameters=[
            OpenApiParameter("form", str, OpenApiParameter.PATH, enum=list(FORMS)),
            OpenApiParameter("agency", str, description="Code of the agency whose excerpt it is, where you have two."),
        ],
        responses={(200, kind): OpenApiTypes.BINARY for kind in TYPES.values()},
    )
    def get(self, request: Request, report_id: UUID, version: int, form: str) -> FileResponse:
        """A file as it is kept, in the edition that is made for you; that it was taken is recorded first."""
        params = Params(request.query_params)
        agency = params.agency()
        params.done()
        file = find_file(self.actor, report_id, min(version, NEWEST_VERSION), form, agency.id if agency else None)
        spend(EXPORTS, str(self.actor.user_id))
        note_taken(actor=self.actor, file=file, now=clock.now(), request=request._request)  # noqa: SLF001
        return FileResponse(as_file(file), as_attachment=True, filename=filename(file), content_type=TYPES[form])


def _row(row: Mapping[str, Any], directory: Directory) -> dict[str, Any]:
    names = ("id", "kind", "number", "first_day", "last_day", "version", "state", "late", "asked_at", "drawn_at")
    return {
        **{name: row[name] for name in names},
        "region": refs.region(directory, row["region"]),
        "agency": refs.agency(directory, row["agency_id"]),
    }


def _file(version: ReportVersion, file: ReportFile) -> dict[str, Any]:
    of = file.agency.code if file.agency is not None else None
    address = f"{V1}{version.report_id}/versions/{version.version}/{file.form}"
    return {
        "form": file.form,
        "agency": of,
        "size": file.size,
        "sha256": file.sha256,
        "address": f"{address}?agency={of}" if of else address,
    }


def _figures(kind: str, figures: Mapping[str, Any], home: str, audience: str) -> dict[str, Any]:
    """As the page has them: sums over too few cases are left out for whoever does not see each case's energy."""
    if kind == Report.Kind.OVERDUE:
        return _late(figures, get_directory())
    whole = sees_all(audience, dict(figures))
    return {
        when: {
            **figures[when],
            "regions": [
                {"region": code, **line}
                for code, line in told_lines(figures[when]["regions"], home, whole=whole).items()
            ],
        }
        for when in ("now", "before")
    }


def _late(figures: Mapping[str, Any], directory: Directory) -> dict[str, Any]:
    agencies = [
        {"agency": refs.agency(directory, int(agency)), **counted} for agency, counted in figures["agencies"].items()
    ]
    return {**figures, "agencies": agencies}
