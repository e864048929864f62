"""Lists: sending one in, how far it is, and what became of every row."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.access.rates import UPLOADS, spend
from agencies.actors import Actor
from agencies.directory import get_directory
from agencies.vocabulary import Scope
from audit import clock
from audit.access.writing import Way
from cases.api import shapes
from cases.api.base import ApiView, language, say
from cases.api.params import Params, rendered
from cases.api.uploads import AROUND, read_form
from cases.intake.ledger.figures import NOTHING, Clearance, clearances, is_overdue
from cases.intake.ledger.statement import Stated
from cases.intake.reading_log import note_rows
from cases.intake.receiving import LARGEST_FILE, content_of, find_agency, receive_list, ring
from cases.intake.regions import region_counts
from cases.intake.selectors import ORDERS, Wanted, batch_delta, batch_rows, get_batch, list_batches
from cases.intake.services import summarise
from cases.models import ListBatch
from cases.policy.lists.due import describe
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
        level, overdue = params.choice("level", ListBatch.Level.values), params.boolean("overdue")
        order, paging, now = params.choice("order", ORDERS) or "received", params.page(), clock.now()
        params.done()
        page = list_batches(self.actor, Wanted(kind, state, level, overdue, now), order=order, **paging)
        figures = clearances(row["batch"] for row in page.rows)
        shown = [shown_batch(batch, figures.get(batch.id, NOTHING), now) for batch in (r["batch"] for r in page.rows)]
        return Response({**rendered(page), "results": shown})

    @extend_schema(
        tags=["imports"],
        operation_id="imports_send",
        request={"multipart/form-data": shapes.ListFile},
        responses={200: shapes.Import, 201: shapes.Import, 202: shapes.Import},
    )
    def post(self, request: Request) -> Response:
        """Send a list in: 202, and a worker makes cases of it. The same file again is the same list: 200.

        With `steps` it waits at its columns (state `mapping`, 201) until they are confirmed, looked at and committed.
        Without, dates whose day and month could be swapped make weak rows, unless the source has told their order.
        A file that is no list is kept and refused with 400 (`not_a_list`).
        """
        spend(UPLOADS, str(self.actor.user_id))
        upload, typed = read_form(request, "kind", "agency", "batch", "steps", "issuer", "level", "due")
        if typed.get("steps", "false") not in ("true", "false"):
            raise InvalidInput(fields={"steps": Text("应为 true 或 false", "true or false")})
        batch, fresh = receive_list(
            actor=self.actor,
            content=content_of(upload),
            filename=(upload.name if upload else "") or "",
            kind=typed.get("kind", ""),
            agency=find_agency(typed.get("agency", ""), get_directory()),
            batch_name=typed.get("batch", ""),
            now=clock.now(),
            led=typed.get("steps") == "true",
            stated=Stated(*(typed.get(name, "") for name in ("issuer", "level", "due"))),
        )
        return received(self.actor, batch, fresh=fresh)


def received(actor: Actor, batch: ListBatch, *, fresh: bool) -> Response:
    """The answer to a list that has come, in one piece or in parts. Raises InvalidInput for what is no list."""
    problem = summarise(batch).problem
    if problem is not None:
        raise InvalidInput(fields={"file": problem}, code="not_a_list", figures={"import": str(batch.id)})
    if batch.state in UNFINISHED:
        ring(batch)
    return Response(
        whole_batch(actor, batch, again=not fresh),
        status=_status(batch, fresh=fresh),
        headers={"Location": f"/api/v1/imports/{batch.id}"},
    )


def _status(batch: ListBatch, *, fresh: bool) -> int:
    if batch.state in UNFINISHED:
        return status.HTTP_202_ACCEPTED
    return status.HTTP_201_CREATED if fresh else status.HTTP_200_OK


class ImportView(ApiView):
    scopes = {"GET": Scope.SIGNALS_WRITE}

    @extend_schema(tags=["imports"], operation_id="imports_show", responses={200: shapes.ImportDetail})
    def get(self, request: Request, batch_id: UUID) -> Response:
        """One list: rows done, their fates, effects and regions, how far it is answered, what is new since the last."""
        Params(request.query_params).done()
        batch = find_import(self, batch_id)
        counts = region_counts(self.actor, batch) if batch.state == ListBatch.State.DONE else []
        return Response({**whole_batch(self.actor, batch), "regions": [count.as_dict() for count in counts]})


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
        batch = find_import(self, batch_id)
        rows, following = batch_rows(reader, batch, after=after, fate=fate, limit=size)
        note_rows(self.actor, batch, len(rows), way=Way.LIST, request=request)
        return Response({"results": rows, "next": None if following is None else str(following)})


# The beginning of a fate is enough: `reject` finds every reason for a refusal.
FATES = ("accept", "weak", "duplicate", "reject")


def find_import(view: ApiView, batch_id: UUID) -> ListBatch:
    """The list, if this person may see it. Raises NoSuchImport."""
    found = get_batch(view.actor, batch_id)
    if found is None:
        raise NoSuchImport
    return found


def whole_batch(actor: Actor, batch: ListBatch, *, again: bool = False) -> dict[str, Any]:
    """One list, with what changed since the one before."""
    delta = batch_delta(actor, batch)
    shown = shown_batch(batch, clearances([batch]).get(batch.id, NOTHING), clock.now(), again=again)
    return shown | {"delta": asdict(delta) if delta else None}


def shown_batch(batch: ListBatch, cleared: Clearance, now: datetime, *, again: bool = False) -> dict[str, Any]:
    """A list among others."""
    summary = summarise(batch, again=again).as_dict(language())
    del summary["seconds"]  # how long a command took; here a worker does it
    return {
        **summary,
        "id": str(batch.id),
        "filename": batch.filename,
        "sha256": batch.sha256,
        "received_at": batch.received_at,
        "finished_at": batch.finished_at,
        "due_at": batch.due_at,
        "due_rule": say(Text(*describe(batch.due_rule))),
        "due_provisional": batch.due_provisional,
        "overdue": is_overdue(batch, cleared, now),
        "sites": cleared.sites,
        "closed": cleared.closed,
        "answered": cleared.answered,
        "clearance": None if cleared.rate is None else str(cleared.rate),
        "delta": None,
        "withdrawn_at": batch.withdrawn_at,
        "withdrawn_by": batch.withdrawn_by.username if batch.withdrawn_by else None,
        "withdrawn_reason": batch.withdrawn_why or None,
    }
