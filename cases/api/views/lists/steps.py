"""A list step by step over HTTP: its columns, its rows on trial, cells set right, the import started or stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.digits import from_digits
from agencies.vocabulary import Scope
from audit import clock
from audit.access.writing import Way
from cases.api import shapes
from cases.api.base import ApiView, language
from cases.api.params import Params
from cases.api.views.imports import LAST_ROW, find_import, whole_batch
from cases.intake.receiving import ring
from cases.intake.steps.mapping import SheetAnswer, confirm_mapping
from cases.intake.steps.mending import mend_row
from cases.intake.steps.moving import cancel_list, commit_list, resume_list
from cases.intake.steps.trial import WORDS, note_trial, trial_row, trial_rows
from cases.models import ListBatch
from cases.workflow.errors import InvalidInput
from cases.workflow.view import Text


class ImportMappingView(ApiView):
    scopes = {"GET": Scope.SIGNALS_WRITE, "POST": Scope.SIGNALS_WRITE}

    @extend_schema(tags=["imports"], operation_id="imports_mapping", responses={200: shapes.ImportMapping})
    def get(self, request: Request, batch_id: UUID) -> Response:
        """Which column was taken for what, how surely, and which dates could be two days."""
        Params(request.query_params).done()
        return Response(_mapping(find_import(self, batch_id)))

    @extend_schema(
        tags=["imports"],
        operation_id="imports_map",
        request=shapes.MappingAnswer,
        responses={202: shapes.ImportMapping},
    )
    def post(self, request: Request, batch_id: UUID) -> Response:
        """Confirm the columns: 202, and a worker reads the list on trial. Nothing is written to a case.

        A date column whose order is open is refused with 400 (`order_asked`), the columns being taken all the same.
        """
        body = self.body()
        batch = confirm_mapping(
            actor=self.actor,
            batch=find_import(self, batch_id),
            answers=_answers(body),
            save=body.get("save") is True,
            now=clock.now(),
        )
        ring(batch)
        return Response(_mapping(batch), status=status.HTTP_202_ACCEPTED)


class ImportPreviewView(ApiView):
    scopes = {"GET": Scope.SIGNALS_WRITE}

    @extend_schema(
        tags=["imports"],
        operation_id="imports_preview",
        parameters=[*shapes.TRIAL_FILTERS, *shapes.PAGING],
        responses={200: shapes.ImportPreview},
    )
    def get(self, request: Request, batch_id: UUID) -> Response:
        """What would become of each row; cells are in clear for the sender and masked for others."""
        params = Params(request.query_params)
        show, after = params.choice("show", WORDS) or "problem", params.whole("cursor", 0, LAST_ROW) or 0
        size = params.page_size()
        params.done()
        batch = find_import(self, batch_id)
        reader = replace(self.actor, language=language()[:2])
        rows, following = trial_rows(reader, batch, after=after, show=show, limit=size)
        note_trial(self.actor, batch, len(rows), way=Way.API, request=request)
        preview = batch.preview
        return Response(
            {
                "state": batch.state,
                "rows": batch.rows_total or 0,
                "done": preview.get("done", 0),
                "finished": preview.get("finished", False),
                "fates": preview.get("fates", {}),
                "problems": preview.get("problems", 0),
                "estimate": preview.get("estimate"),
                "results": rows,
                "next": None if following is None else str(following),
            }
        )


class ImportMendsView(ApiView):
    scopes = {"POST": Scope.SIGNALS_WRITE}

    @extend_schema(tags=["imports"], operation_id="imports_mend", request=shapes.Mend, responses={200: shapes.TrialRow})
    def post(self, request: Request, batch_id: UUID) -> Response:
        """Set cells of one row right before the import; the raw cells are kept beside them. Answers the row anew."""
        row, cells = _mend(self.body())
        batch = find_import(self, batch_id)
        mend_row(actor=self.actor, batch=batch, number=row, cells=cells, now=clock.now())
        reader = replace(self.actor, language=language()[:2])
        note_trial(self.actor, batch, 1, way=Way.API, request=request)
        return Response(trial_row(reader, batch, row))


class _MoveView(ApiView):
    scopes = {"POST": Scope.SIGNALS_WRITE}
    move: Callable[..., ListBatch]

    def moved(self, batch_id: UUID) -> Response:
        """The batch after the move; a worker is rung where there is work."""
        batch = type(self).move(actor=self.actor, batch=find_import(self, batch_id), now=clock.now())
        if batch.state == ListBatch.State.IMPORTING:
            ring(batch)
        return Response(whole_batch(self.actor, batch), status=status.HTTP_202_ACCEPTED)


class ImportCommitView(_MoveView):
    move = staticmethod(commit_list)

    @extend_schema(tags=["imports"], operation_id="imports_commit", request=None, responses={202: shapes.Import})
    def post(self, request: Request, batch_id: UUID) -> Response:
        """Start the import of a list whose preview is through; its columns and mends are recorded."""
        return self.moved(batch_id)


class ImportCancelView(_MoveView):
    move = staticmethod(cancel_list)

    @extend_schema(tags=["imports"], operation_id="imports_cancel", request=None, responses={202: shapes.Import})
    def post(self, request: Request, batch_id: UUID) -> Response:
        """Stop after the chunk that is being written; what was committed stays."""
        return self.moved(batch_id)


class ImportResumeView(_MoveView):
    move = staticmethod(resume_list)

    @extend_schema(tags=["imports"], operation_id="imports_resume", request=None, responses={202: shapes.Import})
    def post(self, request: Request, batch_id: UUID) -> Response:
        """Go on with a cancelled list behind its last committed row, or at its columns where there is none."""
        return self.moved(batch_id)


def _mapping(batch: ListBatch) -> dict[str, Any]:
    sheets = []
    for one in batch.columns.get("sheets", ()):
        fields = {column: name for name, column in one["columns"].items()}
        sheets.append(
            {
                "name": one["name"],
                "known": one.get("known", False),
                "columns": [
                    {
                        "column": column,
                        "header": header,
                        "field": fields.get(column),
                        "confidence": one["confidence"].get(fields.get(column, ""), 0.0),
                    }
                    for column, header in enumerate(one["headers"])
                ],
                "orders": one.get("orders", {}),
                "asked": [{"field": name, **asked} for name, asked in one.get("asked", {}).items()],
            }
        )
    return {"state": batch.state, "sheets": sheets, "hidden": batch.columns.get("hidden", [])}


def _answers(body: dict[str, Any]) -> list[SheetAnswer]:
    """Raises InvalidInput for what is not a list of sheets with their columns."""
    unknown = set(body) - {"sheets", "save"}
    sheets = body.get("sheets")
    usable = isinstance(sheets, list) and all(
        isinstance(one, dict)
        and set(one) <= {"columns", "orders"}
        and _numbers(one.get("columns"))
        and _words(one.get("orders", {}))
        for one in sheets
    )
    if unknown or not usable or not isinstance(body.get("save", False), bool):
        says = Text(
            '应为 {"sheets": [{"columns": {"ip": 0}, "orders": {"first": "mdy"}}], "save": true}，列号从 0 起',
            'send {"sheets": [{"columns": {"ip": 0}, "orders": {"first": "mdy"}}], "save": true}; columns from 0',
        )
        raise InvalidInput(fields={next(iter(sorted(unknown)), "sheets")[:40]: says})
    return [SheetAnswer(one["columns"], one.get("orders", {})) for one in sheets or ()]


def _numbers(value: Any) -> bool:
    return isinstance(value, dict) and all(type(number) is int for number in value.values())


def _words(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(word, str) for word in value.values())


def _mend(body: dict[str, Any]) -> tuple[int, dict[int, str]]:
    """Raises InvalidInput for what is not a row and its cells."""
    row, cells = body.get("row"), body.get("cells")
    if set(body) == {"row", "cells"} and type(row) is int and 0 < row <= LAST_ROW and _words(cells):
        numbered = {from_digits(name, 10**4): value.strip() for name, value in (cells or {}).items()}
        if None not in numbered:
            return row, {cell: value for cell, value in numbered.items() if cell is not None}
    says = Text(
        '应为 {"row": 12, "cells": {"1": "36.154.192.217"}}，单元格从 0 起',
        'send {"row": 12, "cells": {"1": "36.154.192.217"}}; cells from 0',
    )
    raise InvalidInput(fields={"row": says})
