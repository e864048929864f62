"""What was really billed: the file, and every account and month of it beside the bills here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.access.rates import UPLOADS, spend
from audit import clock
from cases.api.base import ApiView, say
from cases.api.params import Params, rendered
from cases.api.shapes import money as shapes
from cases.api.shapes.params import PAGING
from cases.api.uploads import AROUND, read_form
from cases.billing.access import billing_post, company_people
from cases.billing.comparing.selecting import SHOWN, difference, explained, file_rows, list_files
from cases.billing.comparing.services import compare, find_file
from cases.intake.receiving import LARGEST_FILE, content_of
from cases.models.money import BilledFile
from cases.selectors.paging import Row

_LINE = ("number", "line", "account", "case_number", "month", "bill", "differences", "reason")
_FIGURES = ("our_kwh", "our_amount", "their_kwh", "their_amount")


class BilledFilesView(ApiView):
    parser_classes = [MultiPartParser]
    largest_body = LARGEST_FILE + AROUND

    @extend_schema(
        tags=["money"], operation_id="reconciliation_list", parameters=PAGING, responses={200: shapes.BilledFilePage}
    )
    def get(self, request: Request) -> Response:
        """The comparisons of your grid company, the latest first."""
        params = Params(request.query_params)
        paging = params.page()
        params.done()
        company_people(self.actor)
        answer = rendered(list_files(self.actor, **paging))
        rows = [_state(row, orjson.loads(row["counted"]), row["uploader"]) for row in answer["results"]]
        return Response({**answer, "results": rows})

    @extend_schema(
        tags=["money"],
        operation_id="reconciliation_upload",
        request={"multipart/form-data": shapes.BilledUpload},
        responses={201: shapes.BilledFileState},
    )
    def post(self, request: Request) -> Response:
        """Put what was really billed beside the bills here. A record only: nothing follows from it by itself."""
        spend(UPLOADS, str(self.actor.user_id))
        billing_post(self.actor)
        upload, _typed = read_form(request)
        content, name = content_of(upload), (upload.name if upload else "") or ""
        found = compare(actor=self.actor, content=content, filename=name, now=clock.now())
        location = {"Location": f"/api/v1/reconciliation/{found.id}"}
        return Response(_shown(found), status=status.HTTP_201_CREATED, headers=location)


class BilledFileView(ApiView):
    @extend_schema(tags=["money"], operation_id="reconciliation_read", responses={200: shapes.BilledFileState})
    def get(self, request: Request, file_id: UUID) -> Response:
        """One comparison with its counts."""
        Params(request.query_params).done()
        return Response(_shown(find_file(self.actor, file_id)))


class BilledRowsView(ApiView):
    @extend_schema(
        tags=["money"],
        operation_id="reconciliation_rows",
        parameters=[*shapes.BILLED_ROWS, *PAGING],
        responses={200: shapes.BilledLines},
    )
    def get(self, request: Request, file_id: UUID) -> Response:
        """Its accounts and months, each with both sides and what differs."""
        params = Params(request.query_params)
        wanted, paging = params.choice("show", SHOWN), params.page()
        params.done()
        answer = rendered(file_rows(find_file(self.actor, file_id), shown=wanted, **paging))
        return Response({**answer, "results": [_line(row) for row in answer["results"]]})


def _shown(found: BilledFile) -> dict[str, Any]:
    return _state(vars(found), found.counts, found.uploaded_by.display_name)


def _state(file: Row, counts: dict[str, int], uploader: str) -> dict[str, Any]:
    names = ("id", "filename", "sha256", "months", "uploaded_at")
    found = {name: file[name] for name in names}
    return {**found, "rows": file["rows_total"], "counts": counts, "uploaded_by": uploader}


def _line(row: Row) -> dict[str, Any]:
    said, differs = explained(row), difference(row)
    figures = {**{name: row[name] for name in _FIGURES}, "difference": differs}
    return {
        **{name: row[name] for name in _LINE},
        **{name: None if value is None else f"{value:f}" for name, value in figures.items()},
        "said": say(said) if said else None,
    }
