"""The rows of a preview that need a look over HTTP: out as a workbook, back in with their cells set right."""

from __future__ import annotations

import io
from uuid import UUID

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.access.rates import EXPORTS, UPLOADS, spend
from agencies.vocabulary import Scope
from audit import clock
from cases.api import shapes
from cases.api.base import ApiView
from cases.api.params import Params
from cases.api.uploads import AROUND, read_form
from cases.api.views.attachments import OneForm
from cases.api.views.imports import find_import
from cases.intake.corrections.laying import lay_corrections
from cases.intake.corrections.writing import filename, take_out_problems
from cases.intake.feedback.taking import CONTENT_TYPE
from cases.intake.receiving import LARGEST_FILE, content_of, ring


class ImportProblemsView(ApiView):
    content_negotiation_class = OneForm

    @extend_schema(
        tags=["imports"], operation_id="imports_problems", responses={(200, CONTENT_TYPE): OpenApiTypes.BINARY}
    )
    def get(self, request: Request, batch_id: UUID) -> FileResponse:
        """The rows of the preview that need a look, in clear, for who sent the list; that it left is recorded."""
        Params(request.query_params).done()
        spend(EXPORTS, str(self.actor.user_id))
        batch = find_import(self, batch_id)
        staff = str(getattr(request.user, "staff_no", ""))
        content = take_out_problems(actor=self.actor, batch=batch, staff_no=staff, now=clock.now(), request=request)
        file = io.BytesIO(content)
        return FileResponse(file, as_attachment=True, filename=filename(batch), content_type=CONTENT_TYPE)


class ImportCorrectionsView(ApiView):
    scopes = {"POST": Scope.SIGNALS_WRITE}
    parser_classes = [MultiPartParser]
    largest_body = LARGEST_FILE + AROUND

    @extend_schema(
        tags=["imports"],
        operation_id="imports_correct",
        request={"multipart/form-data": shapes.CorrectedFile},
        responses={202: shapes.Corrected},
    )
    def post(self, request: Request, batch_id: UUID) -> Response:
        """Lay the corrected workbook of problem rows over the list: 202, and a worker reads the list on trial anew.

        Each changed cell is a mend, the raw cell is kept. One row that is none of the list, has lost its number or
        stands there twice, and nothing is taken: 400 names each such row.
        """
        spend(UPLOADS, str(self.actor.user_id))
        batch = find_import(self, batch_id)
        upload, _ = read_form(request)
        laid = lay_corrections(
            actor=self.actor,
            batch=batch,
            content=content_of(upload),
            filename=(upload.name if upload else "") or "",
            now=clock.now(),
        )
        ring(laid.batch)
        answer = {"state": laid.batch.state, "rows": laid.rows, "cells": laid.cells}
        return Response(answer, status=status.HTTP_202_ACCEPTED)
