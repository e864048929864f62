"""Lists: sending one in, how far it is, and what became of every row."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any
from uuid import UUID

from celery import current_app
from django.db.models import Q
from drf_spectacular.utils import extend_schema
from kombu.exceptions import OperationalError
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.directory import get_directory
from audit import clock
from cases.api import shapes
from cases.api.base import ApiView, language
from cases.api.params import Params, rendered
from cases.api.throttles import Uploads
from cases.intake.receiving import find_agency, receive_list
from cases.intake.selectors import batch_rows, get_batch, visible_batches
from cases.intake.services import summarise
from cases.models import ListBatch
from cases.selectors.paging import CAP, Keyset, capped, instant
from cases.workflow.errors import InvalidInput, NotVisible
from cases.workflow.view import Text

LATEST_FIRST = Keyset("imports", ("received_at", "id"), (instant, UUID), descending=True)
UNFINISHED = (ListBatch.State.RECEIVED, ListBatch.State.IMPORTING)
LARGEST_FILE = 64 * 1024 * 1024
LAST_ROW = 2**31 - 1
logger = logging.getLogger(__name__)


class NoSuchImport(NotVisible):
    """There is no such list for this person."""

    default = Text("没有这份名单，或不由你所在机构办理。", "There is no such list, or it is not your agency's.")


class ImportsView(ApiView):
    parser_classes = [MultiPartParser]
    throttle_classes = [Uploads]

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
        found = visible_batches(self.actor)
        found = found.filter(**{name: value for name, value in (("kind", kind), ("state", state)) if value})
        total = capped(found.order_by()[: CAP + 1].count())
        at, size = LATEST_FIRST.decode(paging["cursor"]), paging["size"]
        if at is not None:
            when, last = at.values
            beyond = (
                Q(received_at__gt=when) | Q(received_at=when, id__gt=last)
                if at.backward
                else Q(received_at__lt=when) | Q(received_at=when, id__lt=last)
            )
            found = found.filter(beyond).order_by(*(("received_at", "id") if at.backward else ("-received_at", "-id")))
        rows = [_shown(batch) for batch in found[: size + 1]]
        return Response(rendered(LATEST_FIRST.page(rows, at, size, total)))

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
        file = request.FILES.get("file")
        if file is None or (file.size or 0) > LARGEST_FILE:
            limit = LARGEST_FILE // 1024 // 1024
            raise InvalidInput(
                fields={"file": Text(f"请选择一个不超过 {limit} MB 的文件", f"a file of at most {limit} MB")}
            )
        batch, fresh = receive_list(
            actor=self.actor,
            content=file.read(),
            filename=file.name or "",
            kind=_typed(request, "kind"),
            agency=find_agency(_typed(request, "agency"), get_directory()),
            batch_name=_typed(request, "batch"),
            now=clock.now(),
        )
        problem = summarise(batch).problem
        if problem is not None:
            raise InvalidInput(fields={"file": problem}, code="not_a_list", figures={"import": str(batch.id)})
        if batch.state in UNFINISHED:
            _ring(batch)
        return Response(
            _shown(batch, again=not fresh),
            status=status.HTTP_202_ACCEPTED if batch.state in UNFINISHED else status.HTTP_200_OK,
            headers={"Location": f"/api/v1/imports/{batch.id}"},
        )


class ImportView(ApiView):
    @extend_schema(tags=["imports"], operation_id="imports_show", responses={200: shapes.Import})
    def get(self, request: Request, batch_id: UUID) -> Response:
        """One list: how many rows are done, their fates and effects."""
        Params(request.query_params).done()
        return Response(_shown(_batch(self, batch_id)))


class ImportRowsView(ApiView):
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
        rows, following = batch_rows(reader, _batch(self, batch_id), after=after, fate=fate, limit=size)
        return Response({"results": rows, "next": None if following is None else str(following)})


# The beginning of a fate is enough: `reject` finds every reason for a refusal.
FATES = ("accept", "weak", "duplicate", "reject")


def _typed(request: Request, name: str) -> str:
    value = request.POST.get(name, "")
    if "\x00" in value:
        raise InvalidInput(fields={name: Text("含有不能使用的字符", "holds characters that cannot be used")})
    return value


def _batch(view: ApiView, batch_id: UUID) -> ListBatch:
    found = get_batch(view.actor, batch_id)
    if found is None:
        raise NoSuchImport
    return found


def _shown(batch: ListBatch, *, again: bool = False) -> dict[str, Any]:
    return {
        **summarise(batch, again=again).as_dict(language()),
        "id": str(batch.id),
        "filename": batch.filename,
        "sha256": batch.sha256,
        "received_at": batch.received_at,
        "finished_at": batch.finished_at,
    }


def _ring(batch: ListBatch) -> None:
    """A broker that is away loses nothing: a sweep takes up lists that stand still."""
    try:
        current_app.send_task("cases.import_batch", [str(batch.id)])
    except OperationalError:
        logger.warning("no worker could be rung for list %s", batch.id)
