"""Files of a case: upload, list, download."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.access.rates import UPLOADS, spend
from agencies.vocabulary import Scope
from audit import clock
from audit.access.writing import Way
from cases.api import shapes
from cases.api.base import ApiView, language
from cases.api.params import Params
from cases.api.uploads import AROUND, read_form
from cases.documents.attachments import (
    MAX_BYTES,
    FileRefused,
    FileWithheld,
    UploaderRefused,
    download_headers,
    read_attachment,
    store_attachment,
)
from cases.selectors.attachments import get_attachment, list_attachments
from cases.selectors.case import find_case_id
from cases.workflow.actions import Action
from cases.workflow.errors import InvalidInput, NotAllowed, NotVisible
from cases.workflow.view import Text


class NoSuchFile(NotVisible):
    """There is no such file for this person."""

    default = Text(
        "没有这份材料，或你所在机构不参与该案。", "There is no such file, or your agency takes no part in its case."
    )


class CaseAttachmentsView(ApiView):
    scopes = {"POST": Scope.FINDINGS_WRITE}

    parser_classes = [MultiPartParser]
    largest_body = MAX_BYTES + AROUND

    @extend_schema(tags=["attachments"], operation_id="attachments_list", responses={200: shapes.Attachments})
    def get(self, request: Request, ref: str) -> Response:
        """The files of a case, the oldest first."""
        Params(request.query_params).done()
        return Response({"results": list_attachments(self.actor, _case(self, ref))})

    @extend_schema(
        tags=["attachments"],
        operation_id="attachments_store",
        request={"multipart/form-data": shapes.Upload},
        responses={201: shapes.Attachment},
    )
    def post(self, request: Request, ref: str) -> Response:
        """Keep a file. It becomes part of the record when an act names its id: the hash then stands in the event."""
        spend(UPLOADS, str(self.actor.user_id))
        case_id = _case(self, ref)
        upload, typed = read_form(request, "kind")
        kind = typed.get("kind", Action.ATTACH_DOCUMENT.value)
        problems = {}
        if upload is None:
            problems["file"] = Text("请选择要上传的文件", "choose a file")
        if kind not in KINDS:
            problems["kind"] = Text("应为使用该材料的事项代码", "the code of the act that the file is for")
        if problems or upload is None:
            raise InvalidInput(fields=problems)
        try:
            stored = store_attachment(actor=self.actor, case_id=case_id, kind=kind, upload=upload, now=clock.now())
        except UploaderRefused as refused:
            raise NotAllowed(Text(refused.zh, refused.en)) from refused
        except FileRefused as refused:
            raise InvalidInput(fields={"file": Text(refused.zh, refused.en)}) from refused
        about = get_attachment(self.actor, UUID(stored))
        return Response(about, status=status.HTTP_201_CREATED, headers={"Location": f"/api/v1/attachments/{stored}"})


class OneForm(DefaultContentNegotiation):
    """A file has one form, whatever the client would like better; and a refusal is JSON as everywhere."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> tuple[Any, str]:
        return renderers[0], renderers[0].media_type


class AttachmentView(ApiView):
    content_negotiation_class = OneForm

    @extend_schema(
        tags=["attachments"],
        operation_id="attachments_read",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, attachment_id: UUID) -> HttpResponse:
        """The file itself, always as a download; that it was read is recorded."""
        Params(request.query_params).done()
        try:
            found = read_attachment(self.actor, attachment_id, now=clock.now(), way=Way.API, request=request)
        except FileWithheld as refused:
            raise NotAllowed(Text(refused.zh, refused.en), code="file_withheld") from refused
        if found is None:
            raise NoSuchFile
        about, content = found
        return HttpResponse(content, headers={**download_headers(about), "Content-Language": language()})


KINDS = tuple(action.value for action in Action)


def _case(view: ApiView, ref: str) -> UUID:
    found = find_case_id(view.actor, ref)
    if found is None:
        raise NotVisible
    return found
