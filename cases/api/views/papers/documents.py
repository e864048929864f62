"""Numbered documents: one with its versions, its files, the register of numbers, voiding and correcting."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.access.rates import EXPORTS, spend
from audit import clock
from audit.access.writing import Way
from cases.api import shapes
from cases.api.base import ApiView, language
from cases.api.params import Params
from cases.api.views.attachments import OneForm
from cases.documents.copies import FORMS, TextWithheld, take_copy
from cases.documents.fate import DocumentRefused, correct_document, void_document
from cases.documents.numbering import DOCUMENT_WORDS
from cases.selectors.documents import NEWEST, get_document, list_register, list_series
from cases.workflow.errors import GuardRefused, InvalidInput, NotAllowed, NotVisible
from cases.workflow.view import Text


class NoSuchDocument(NotVisible):
    """There is no such document for this person."""

    default = Text(
        "没有这份文书，或你所在机构不参与该案。", "There is no such document, or your agency takes no part in its case."
    )


class RegisterView(ApiView):
    @extend_schema(
        tags=["documents"],
        operation_id="documents_register",
        parameters=[
            OpenApiParameter(
                "agency", int, description="Id of the agency; with kind and year, its numbers are listed."
            ),
            OpenApiParameter("kind", str, enum=sorted(DOCUMENT_WORDS)),
            OpenApiParameter("year", int),
            OpenApiParameter("below", int, description="Only serials below this one."),
        ],
        responses={200: shapes.Register},
    )
    def get(self, request: Request) -> Response:
        """The series of numbers that you may read, and the numbers of one of them: none is missing, voided ones too."""
        params = Params(request.query_params)
        agency, year = params.whole("agency", 1, NEWEST), params.whole("year", 2000, 9999)
        kind = params.choice("kind", sorted(DOCUMENT_WORDS))
        below = params.whole("below", 1, NEWEST) or NEWEST
        params.done()
        series = [{name: row[name] for name in _SERIES} for row in list_series(self.actor)]
        asked = agency is not None and year is not None and kind is not None
        rows = list_register(agency or 0, kind or "", year or 0, below=below, size=100) if asked else []
        return Response({"series": series, "results": rows})


_SERIES = ("agency", "kind", "year", "last", "voided")


class DocumentView(ApiView):
    @extend_schema(tags=["documents"], operation_id="documents_read", responses={200: shapes.DocumentDetail})
    def get(self, request: Request, document_id: UUID) -> Response:
        """One document with its versions and what became of it."""
        Params(request.query_params).done()
        return Response(_found(get_document(self.actor, document_id)))


class CopyView(ApiView):
    content_negotiation_class = OneForm

    @extend_schema(
        tags=["documents"],
        operation_id="documents_copy",
        parameters=[OpenApiParameter("form", str, OpenApiParameter.PATH, enum=list(FORMS))],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, document_id: UUID, version: int, form: str) -> HttpResponse:
        """One version as a file, always as a download; that it was taken is recorded."""
        Params(request.query_params).done()
        spend(EXPORTS, str(self.actor.user_id))
        try:
            copy = take_copy(
                self.actor, document_id, min(version, 32767), form, now=clock.now(), way=Way.API, request=request
            )
        except TextWithheld as withheld:
            raise NotAllowed(Text(withheld.zh, withheld.en), code="text_withheld") from withheld
        if copy is None:
            raise NoSuchDocument
        return HttpResponse(copy.content, headers={**copy.headers, "Content-Language": language()})


class VoidView(ApiView):
    @extend_schema(
        tags=["documents"],
        operation_id="documents_void",
        request=shapes.Voiding,
        responses={200: shapes.DocumentDetail},
    )
    def post(self, request: Request, document_id: UUID) -> Response:
        """Let a document count no more; its number stays. Another person of the agency than the one who signed it."""
        body = _body(request, "reason", "explanation")
        try:
            done = void_document(
                actor=self.actor,
                document_id=document_id,
                reason=_text(body, "reason"),
                explanation=_text(body, "explanation"),
                now=clock.now(),
            )
        except DocumentRefused as refused:
            raise _refusal(refused, {}) from refused
        return Response(_found(done))


class CorrectionsView(ApiView):
    @extend_schema(
        tags=["documents"],
        operation_id="documents_correct",
        request=shapes.Correction,
        responses={200: shapes.DocumentDetail},
    )
    def post(self, request: Request, document_id: UUID) -> Response:
        """Issue a further version under the same number. Another person than the one who made the last one."""
        body = _body(request, "sections", "reason")
        sections = body.get("sections")
        if not isinstance(sections, list) or not all(isinstance(text, str) for text in sections):
            raise InvalidInput(fields={"sections": Text("应为若干段文字", "give a list of texts")})
        try:
            done = correct_document(
                actor=self.actor,
                document_id=document_id,
                sections=sections,
                reason=_text(body, "reason"),
                now=clock.now(),
            )
        except DocumentRefused as refused:
            raise _refusal(refused, {"why": "reason"}) from refused
        return Response(_found(done))


def _found(about: dict[str, Any] | None) -> dict[str, Any]:
    if about is None:
        raise NoSuchDocument
    return {name: value for name, value in about.items() if name != "service"}


def _body(request: Request, *names: str) -> dict[str, Any]:
    body = dict(request.data) if isinstance(request.data, dict) else {}
    if unknown := body.keys() - set(names):
        raise InvalidInput(fields=dict.fromkeys(unknown, Text("没有这个字段", "there is no such field")))
    return body


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name, "")
    return value if isinstance(value, str) else ""


def _refusal(refused: DocumentRefused, names: dict[str, str]) -> InvalidInput | GuardRefused:
    text = Text(refused.zh, refused.en)
    if refused.field:
        return InvalidInput(fields={names.get(refused.field, refused.field): text})
    return GuardRefused(text, code=refused.code)
