"""Cases: the list, one case, its timeline, and opening one."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.access.rates import SEARCHES, spend
from agencies.access.reads import note_read
from agencies.vocabulary import Scope
from audit import clock
from audit.access.writing import Way
from cases.api import shapes
from cases.api.answers import done
from cases.api.base import ApiView, say
from cases.api.headers import etag, idempotency_key, outcome_headers
from cases.api.listing import asked
from cases.api.params import Params, rendered
from cases.selectors.case import find_case_id, get_case
from cases.selectors.cases import list_cases
from cases.selectors.precision.personal import personal, revealed
from cases.selectors.precision.texts import in_clear
from cases.selectors.precision.watermark import signature
from cases.selectors.reach.parts import reading
from cases.selectors.timeline import timeline
from cases.workflow.engine import OPEN_CASE, perform
from cases.workflow.errors import NotVisible
from cases.workflow.telling import free_texts, tell


class CasesView(ApiView):
    scopes = {"GET": Scope.CASES_READ, "POST": Scope.SIGNALS_WRITE}

    @extend_schema(
        tags=["cases"],
        operation_id="cases_list",
        parameters=[*shapes.CASE_FILTERS, *shapes.PAGING],
        responses={200: shapes.CasePage},
    )
    def get(self, request: Request) -> Response:
        """The cases you see, the newest first or in another order."""
        params = Params(request.query_params)
        wanted = asked(params, self.actor)
        paging = params.page()
        params.done()
        if wanted.q:
            spend(SEARCHES, str(self.actor.user_id))
        return Response(rendered(list_cases(self.actor, wanted, **paging)))

    @extend_schema(request=None, responses={201: shapes.Done})
    def post(self, request: Request) -> Response:
        """Open a case (`open_case`). Its fields stand in the schema with those of the other acts."""
        result = perform(
            case_id=None,
            action=OPEN_CASE,
            actor=self.actor,
            data=self.body(),
            expected_version=None,
            idempotency_key=idempotency_key(request),
            now=clock.now(),
        )
        headers = outcome_headers(result) | {"Location": f"/api/v1/cases/{result.number}"}
        return Response(done(result), status=status.HTTP_201_CREATED, headers=headers)


class CaseView(ApiView):
    scopes = {"GET": Scope.CASES_READ}

    @extend_schema(tags=["cases"], operation_id="cases_show", responses={200: shapes.CaseDetail})
    def get(self, request: Request, ref: str) -> Response:
        """One case by its id or number. ETag is its version, to be sent as If-Match with the next act."""
        Params(request.query_params).done()
        case = get_case(self.actor, ref)
        if case is None:
            raise NotVisible
        return Response(case, headers={"ETag": etag(case["version"])})


class PersonalView(ApiView):
    @extend_schema(tags=["cases"], operation_id="cases_personal", responses={200: shapes.Personal})
    def get(self, request: Request, ref: str) -> Response:
        """Whom a case concerns, in the form you may see; what is in clear is read under your name in the access log.

        A value with `revealable` is shown in clear for half an hour (`until`) after `reveal_personal_data` with a
        reason: to you, on this case.
        """
        Params(request.query_params).done()
        case_id = find_case_id(self.actor, ref)
        if case_id is None:
            raise NotVisible
        now = clock.now()
        opened = revealed(self.actor, case_id, now=now)
        rows = personal(self.actor, case_id, opened=opened)
        in_clear = [row["item"] for row in rows if not row["masked"]]
        if in_clear:
            purpose = opened.purpose if any(row["until"] for row in rows) else ""
            note_read(
                actor=self.actor, way=Way.API, case_id=case_id, items=in_clear, purpose=purpose, request=request,
                rows=len(in_clear),
            )  # fmt: skip
        return Response({"results": rows, "signature": signature(self.actor, "", now) if in_clear else ""})


class TimelineView(ApiView):
    scopes = {"GET": Scope.CASES_READ}

    @extend_schema(
        tags=["cases"],
        operation_id="cases_timeline",
        parameters=[shapes.ORDER, *shapes.PAGING],
        responses={200: shapes.TimelinePage},
    )
    def get(self, request: Request, ref: str) -> Response:
        """What happened on a case, from its audit chain, each event with a sentence in your language."""
        params = Params(request.query_params)
        newest_first = params.choice("order", ("oldest", "newest")) == "newest"
        paging = params.page()
        params.done()
        case_id = find_case_id(self.actor, ref)
        read = reading(self.actor, case_id) if case_id else None
        if case_id is None or read is None:
            raise NotVisible
        page = timeline(self.actor, case_id, texts=free_texts, newest_first=newest_first, read=read, **paging)
        if page is None:
            raise NotVisible
        items = in_clear(self.actor, case_id, [entry["text"] for entry in page.rows], read)
        if items:
            note_read(
                actor=self.actor, way=Way.API, case_id=case_id, target="timeline", items=items, request=request,
                rows=len(items),
            )  # fmt: skip
        answer = rendered(page)
        answer["results"] = [_told(entry) for entry in page.rows]
        return Response(answer)


def _told(entry: dict[str, Any]) -> dict[str, Any]:
    return {**entry, "sentence": say(tell(entry))}
