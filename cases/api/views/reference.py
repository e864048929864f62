"""Regions and agencies, for filters and for naming an addressee."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.directory import get_directory
from agencies.vocabulary import LABELS, Kind
from cases.api import shapes
from cases.api.base import ApiView, say
from cases.api.bearer import ANY
from cases.api.params import Params
from cases.selectors import refs


class RegionsView(ApiView):
    scopes = {"GET": ANY}

    @extend_schema(
        tags=["reference"],
        operation_id="regions_list",
        parameters=shapes.REGION_FILTERS,
        responses={200: shapes.Regions},
    )
    def get(self, request: Request) -> Response:
        """The regions directly inside one (`parent`), else the provinces."""
        params = Params(request.query_params)
        parent = params.region("parent")
        params.done()
        regions = get_directory().regions.values()
        inside = [region for region in regions if region.parent_code == parent]
        return Response(
            {
                "results": [
                    {"code": r.code, "gb_code": r.gb_code, "name": r.name, "level": r.level, "parent": r.parent_code}
                    for r in inside
                ]
            }
        )


class AgenciesView(ApiView):
    scopes = {"GET": ANY}

    @extend_schema(
        tags=["reference"],
        operation_id="agencies_list",
        parameters=shapes.AGENCY_FILTERS,
        responses={200: shapes.Agencies},
    )
    def get(self, request: Request) -> Response:
        """Active agencies, sub-units included, of a region and what lies in it."""
        params = Params(request.query_params)
        region, kind = params.region(), params.choice("kind", [kind.value for kind in Kind])
        params.done()
        directory = get_directory()
        found = [
            {
                **(refs.agency(directory, agency.id) or {}),
                "kind_label": say(LABELS[Kind(agency.kind)]),
                "region": agency.region_code,
                "parent": agency.parent_id,
                "duties": sorted(agency.duties),
                "partner_sort": agency.partner_sort,
            }
            for agency in directory.by_code.values()
            if agency.active
            and (region is None or agency.region_code.startswith(region))
            and kind in (None, agency.kind)
        ]
        return Response({"results": found})
