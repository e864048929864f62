"""监管盲区清单 over the API."""

from __future__ import annotations

import io
from typing import Any

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.access.rates import EXPORTS, spend
from audit import clock
from cases.api.base import ApiView
from cases.api.params import Params, rendered
from cases.api.shapes.measures import BlindSpots
from cases.api.shapes.params import PAGING
from cases.api.views.attachments import OneForm
from cases.intake.reports.blindspots import SPOTS, XLSX, filename, report
from cases.policy.dated import CHINA
from cases.selectors.law.blindspots import ORDERS, BlindFilter, Totals, list_blind_spots, totals, watches
from cases.selectors.paging import Row
from cases.workflow.errors import NotVisible

FILTERS = [
    OpenApiParameter(
        "region", str, OpenApiParameter.QUERY, description="GB/T 2260 code or full name; what lies in it counts too."
    ),
    OpenApiParameter(
        "reason", str, OpenApiParameter.QUERY, description="Code of the missing legal basis.", enum=list(SPOTS)
    ),
    OpenApiParameter(
        "order", str, OpenApiParameter.QUERY, description="newest where it is left out.", enum=list(ORDERS)
    ),
]


def _wanted(params: Params) -> BlindFilter:
    return BlindFilter(
        region=params.region(),
        reason=params.choice("reason", SPOTS),
        order=params.choice("order", ORDERS) or "newest",
    )


class BlindSpotsView(ApiView):
    @extend_schema(
        tags=["blind spots"], operation_id="blind_spots", parameters=[*FILTERS, *PAGING], responses={200: BlindSpots}
    )
    def get(self, request: Request) -> Response:
        """Proven mining that no measure reaches: for commissions and supervisions, the cases they read as a whole."""
        if not watches(self.actor):
            raise NotVisible
        params = Params(request.query_params)
        wanted, paging = _wanted(params), params.page()
        params.done()
        found = list_blind_spots(self.actor, wanted, **paging)
        answer = rendered(found)
        answer["results"] = [_row(row) for row in found.rows]
        return Response(answer | {"totals": _totals(totals(self.actor, wanted))})


class BlindSpotsReportView(ApiView):
    content_negotiation_class = OneForm

    @extend_schema(
        tags=["blind spots"],
        operation_id="blind_spots_report",
        parameters=FILTERS,
        responses={(200, XLSX): OpenApiTypes.BINARY},
    )
    def get(self, request: Request) -> FileResponse:
        """The register as a workbook with a cover; that it was taken out is recorded."""
        if not watches(self.actor):
            raise NotVisible
        params = Params(request.query_params)
        wanted = _wanted(params)
        params.done()
        spend(EXPORTS, str(self.actor.user_id))
        now, staff = clock.now(), str(getattr(request.user, "staff_no", ""))
        content = report(
            actor=self.actor,
            wanted=wanted,
            form="xlsx",
            staff_no=staff,
            now=now,
            request=request._request,  # noqa: SLF001
        )
        return FileResponse(io.BytesIO(content), as_attachment=True, filename=filename("xlsx", now), content_type=XLSX)


def _row(row: Row) -> dict[str, Any]:
    spot, day = SPOTS.get(row["reason"]), clock.now().astimezone(CHINA).date()
    names = ("id", "number", "title", "stage", "region", "lead_agency", "reason", "subject", "since", "review_on")
    return {
        **{name: row[name] for name in (*names, "kwh", "holder")},
        "zh": spot.zh if spot else row["reason"],
        "en": spot.en if spot else row["reason"],
        "article": spot.article(day, row["region_code"]) if spot else "",
    }


def _totals(found: Totals) -> dict[str, Any]:
    return {
        "cases": found.cases,
        "kwh": None if found.kwh is None else f"{found.kwh:f}",
        "without_kwh": found.without_kwh,
        "by_reason": [{"code": code, "cases": n} for code, n in found.by_reason],
        "by_region": [{"code": code, "cases": n} for code, n in found.by_region],
    }
