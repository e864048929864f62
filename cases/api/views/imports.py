"""Lists: sending one in, how far it is, and what became of every row."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.access.rates import UPLOADS, spend
from agencies.directory import get_directory
from agencies.vocabulary import Scope
from audit import clock
from audit.access.writing import Way
from cases.api import shapes
from cases.api.base import ApiView, language
from cases.api.params import Params, rendered
from cases.api.uploads import AROUND, read_form
from cases.intake.reading_log import note_rows
from cases.intake.receiving import LARGEST_FILE, content_of, find_agency, receive_list, ring
from cases.intake.selectors import batch_rows, get_batch, list_batches
from cases.intake.services import summarise
from cases.models import ListBatch
from cases.workflow.errors import InvalidInput, NotVisible
from cases.workflow.view import Text

UNFINISHED = (ListBatch.State.RECEIVED, ListBatch.State.IMPORTING)
LAST_ROW = 2**31 - 1


class NoSuchImport(NotVisible):
    """There is no such list for this person."""

    default = Text("没有这份名单，或不由你所在机构办理。", "There is no such list, or it is not your agency's.")


class ImportsView(ApiView):
    scopes = {"GET": Scope.SIGNALS_WRITE, "POST": Scope.SIGNALS_WRITE}

    parser_classes = [MultiPartParser]
    largest_body = LARGEST_FILE + AROUND

    @extend_schema(
        tags=["imports"],
        operation_id="imports_list",
        parameters=[*shapes.IMPORT_FILTERS, *shapes.PAGING],
        responses={200: shapes.ImportPage},
    )
    def get(self, request: Request) -> Response:
        """The lists of your agencies (for commissions and supervision, of your region), the latest first."""
        params = Params(request.query_params)
        kind = params.choice("kind", ListBatch.Kind.values)
        state = params.choice("state", ListBatch.State.values)
        paging = params.page()
        params.done()
        page = list_batches(self.actor, kind=kind, state=state, **paging)
        return Response({**rendered(page), "results": [_shown(row["batch"]) for row in page.rows]})

    @extend_schema(
        tags=["imports"],
        operation_id="imports_send",
        request={"multipart/form-data": shapes.ListFile},
        responses={200: shapes.Import, 202: shapes.Import},
    )
    def post(self, request: Request) -> Response:
        """Send a list in: 202, and a worker makes cases of it. The same file again is the same list: 200.

        A file that is no list is kept and refused with 400 (`not_a_list`).
        """
        spend(UPLOADS, str(self.actor.user_id))
        upload, typed = read_form(request, "kind", "agency", "batch")
        batch, fresh = receive_list(
            actor=self.actor,
            content=content_of(upload),
            filename=(upload.name if upload else "") or "",
            kind=typed.get("kind", ""),
            agency=find_agency(typed.get("agency", ""), get_directory()),
            batch_name=typed.get("batch", ""),
            now=clock.now(),
        )
        problem = summarise(batch).problem
        if problem is not None:
            raise InvalidInput(fields={"file": problem}, code="not_a_list", figures={"import": str(batch.id)})
        if batch.state in UNFINISHED:
            ring(batch)
        return Response(
            _shown(batch, again=not fresh),
            status=status.HTTP_202_ACCEPTED if batch.state in UNFINISHED else status.HTTP_200_OK,
            headers={"Location": f"/api/v1/imports/{batch.id}"},
        )


class ImportView(ApiView):
    scopes = {"GET": Scope.SIGNALS_WRITE}

    @extend_schema(tags=["imports"], operation_id="imports_show", responses={200: shapes.Import})
    def get(self, request: Request, batch_id: UUID) -> Response:
        """One list: how many rows are done, their fates and effects."""
        Params(request.query_params).done()
        return Response(_shown(batch_for(self, batch_id)))


class ImportRowsView(ApiView):
    scopes = {"GET": Scope.SIGNALS_WRITE}

    @extend_schema(
        tags=["imports"],
        operation_id="imports_rows",
        parameters=[*shapes.ROW_FILTERS, *shapes.PAGING],
        responses={200: shapes.ImportRows},
    )
    def get(self, request: Request, batch_id: UUID) -> Response:
        """What became of each row, in the order of the file; cells are masked."""
        params = Params(request.query_params)
        fate, after = params.choice("fate", FATES) or "", params.whole("cursor", 0, LAST_ROW) or 0
        size = params.page_size()
        params.done()
        reader = replace(self.actor, language=language()[:2])
        batch = batch_for(self, batch_id)
        rows, following = batch_rows(reader, batch, after=after, fate=fate, limit=size)
        note_rows(self.actor, batch, len(rows), way=Way.LIST, request=request)
        return Response({"results": rows, "next": None if following is None else str(following)})


# The beginning of a fate is enough: `reject` finds every reason for a refusal.
FATES = ("accept", "weak", "duplicate", "reject")


def batch_for(view: ApiView, batch_id: UUID) -> ListBatch:
    """The list, as far as this person may see it. Raises NoSuchImport."""
    found = get_batch(view.actor, batch_id)
    if found is None:
        raise NoSuchImport
    return found


def _shown(batch: ListBatch, *, again: bool = False) -> dict[str, Any]:
    summary = summarise(batch, again=again).as_dict(language())
    del summary["seconds"]  # how long a command took; here a worker does it
    return {
        **summary,
        "id": str(batch.id),
        "filename": batch.filename,
        "sha256": batch.sha256,
        "received_at": batch.received_at,
        "finished_at": batch.finished_at,
    }
