"""The feed: signals in batches from a platform that pushes, and what became of each."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.access.rates import PUSHES, spend
from agencies.actors import Actor
from agencies.vocabulary import Scope
from audit import clock
from audit.access.writing import Way
from cases.api import shapes
from cases.api.base import ApiView, language
from cases.api.headers import idempotency_key
from cases.api.params import Params
from cases.api.views.imports import UNFINISHED, NoSuchImport
from cases.intake.feeds import signals as feed
from cases.intake.feeds.reading import packed
from cases.intake.reading_log import note_rows
from cases.intake.receiving import ring
from cases.intake.selectors import batch_rows, get_batch
from cases.intake.services import process_list
from cases.models import ListBatch
from cases.workflow.errors import InvalidInput, WorkflowError
from cases.workflow.view import Text

logger = logging.getLogger(__name__)

# Whoever pushes waits this long for the fates; after that the answer says where to ask.
PATIENCE_SECONDS = 20.0
KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=True,
    description="The same key again is the same request: it is answered as the first time and changes nothing.",
)
EXAMPLE = OpenApiExample(
    "hourly",
    value={
        "kind": "telecom",
        "agency": "320300-telecom",
        "signals": [
            {
                "ip": "112.80.1.9",
                "port": 51234,
                "pool": "eth.f2pool.com",
                "first": "2026-11-26T09:02:11+08:00",
                "last": "2026-11-26T09:55:40+08:00",
                "count": 412,
            }
        ],
    },
    request_only=True,
)


class SignalsView(ApiView):
    scopes = {"POST": Scope.SIGNALS_PUSH}

    @extend_schema(
        tags=["imports"],
        operation_id="signals_push",
        parameters=[KEY],
        examples=[EXAMPLE],
        request=shapes.Push,
        responses={200: shapes.Pushed, 202: shapes.Pushed},
    )
    def post(self, request: Request) -> Response:
        """Push up to 1000 signals of one kind: 200 with the fate of each, by its index; 202 while a worker is at it.

        A signal that cannot be used is answered with its reason and kept with the others; it refuses no request. The
        members of a signal are the columns of a list of that kind.
        """
        spend(PUSHES, str(self.actor.user_id))
        key = idempotency_key(request)
        if key is None:
            raise InvalidInput(
                Text(
                    "缺少 Idempotency-Key。请为每次推送取一个新的键（建议用 UUID），重发时用同一个键。",
                    "The Idempotency-Key is missing: send a new one (a UUID is best) with each push.",
                ),
                code="idempotency_key_missing",
            )
        push, raw = feed.read_push(self.actor, self.body()), self.raw_body()
        batch, again = feed.receive_push(actor=self.actor, key=key, push=push, raw=raw, now=clock.now())
        if batch.state in UNFINISHED:
            _work_on(batch, self.actor, raw)
        if batch.state in UNFINISHED:
            ring(batch)
        done = batch.state not in UNFINISHED
        return Response(
            _answer(self, batch, request),
            status=status.HTTP_200_OK if done else status.HTTP_202_ACCEPTED,
            headers={
                "Location": f"/api/v1/signals/{batch.id}",
                **({"Idempotency-Replayed": "true"} if again else {}),
            },
        )


class PushedView(ApiView):
    scopes = {"GET": Scope.SIGNALS_PUSH}

    @extend_schema(tags=["imports"], operation_id="signals_show", responses={200: shapes.Pushed})
    def get(self, request: Request, batch_id: UUID) -> Response:
        """What became of the signals of one push, by their index."""
        Params(request.query_params).done()
        batch = get_batch(self.actor, batch_id)
        if batch is None or not feed.is_push(batch):
            raise NoSuchImport
        return Response(_answer(self, batch, request))


def _work_on(batch: ListBatch, actor: Actor, raw: bytes) -> None:
    """As far as patience reaches. The signals are kept: what stops the import here does not stop a worker."""
    try:
        process_list(
            batch_id=batch.id, actor=actor, now=clock.now(), content=packed(raw), budget_seconds=PATIENCE_SECONDS
        )
    except WorkflowError as refused:
        logger.warning("push %s is left to a worker: %s", batch.id, refused.code)
    batch.refresh_from_db()


def _answer(view: ApiView, batch: ListBatch, request: Request) -> dict[str, Any]:
    reader = replace(view.actor, language=language()[:2])
    rows, _ = batch_rows(reader, batch, limit=feed.MOST_SIGNALS)
    note_rows(view.actor, batch, len(rows), way=Way.API, request=request)
    return {
        "id": str(batch.id),
        "batch": batch.name,
        "kind": batch.kind,
        "agency": batch.agency.code,
        "state": batch.state,
        "received_at": batch.received_at,
        "signals": batch.rows_total,
        "done": batch.rows_done,
        "fates": [_fate(row) for row in rows],
    }


def _fate(row: dict[str, Any]) -> dict[str, Any]:
    """The row of a signal: where it stood in the request, and what is told of it; none of what it held."""
    told = {name: row[name] for name in ("fate", "effect", "reason", "notes", "case", "case_id")}
    return {"index": row["row"] - 1, **told}
