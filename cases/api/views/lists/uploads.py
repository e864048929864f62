"""A list in parts: begun, sent part by part, asked about after a broken connection, finished or given up.

The way of tus 1.0 and of the IETF's draft on resumable uploads (PATCH with Upload-Offset, HEAD to ask, 409 with the
right offset, DELETE), with JSON where they put what is said of the file into headers. See decision 0078.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import Any, Final
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.access.rates import PARTS, UPLOADS, spend
from agencies.digits import from_digits
from agencies.directory import get_directory
from agencies.vocabulary import Scope
from audit import clock
from cases.api import shapes
from cases.api.base import ApiView, JsonParser
from cases.api.params import Params
from cases.api.views.imports import received
from cases.intake.ledger.statement import Stated
from cases.intake.receiving import find_agency
from cases.intake.uploads.beginning import Announced, begin, find_upload, under_way
from cases.intake.uploads.finishing import cancel, finish
from cases.intake.uploads.parts import LARGEST_PART, SMALLEST_PART, append_part
from cases.models import ListUpload
from cases.workflow.errors import InvalidInput
from cases.workflow.view import Text

OFFSET: Final = "Upload-Offset"
TEXTS: Final = ("kind", "agency", "batch", "filename", "sha256", "issuer", "level", "due")
MEMBERS: Final = frozenset({*TEXTS, "size", "steps"})
# RFC 9530: a dictionary of algorithms, each with a digest in base64 between colons.
_SHA256: Final = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):\s*(?:$|,)")
_WHERE = OpenApiParameter(
    OFFSET, OpenApiTypes.INT, OpenApiParameter.HEADER, response=True, description="Bytes that are here."
)
_START = OpenApiParameter(
    OFFSET, OpenApiTypes.STR, OpenApiParameter.HEADER, required=True, pattern="^[0-9]{1,9}$",
    description="Where this part begins: the bytes that were here before.",
)  # fmt: skip
_DIGEST = OpenApiParameter(
    "Content-Digest", OpenApiTypes.STR, OpenApiParameter.HEADER,
    description="sha-256=:BASE64: of this part (RFC 9530); another part is refused.",
)  # fmt: skip


class PartParser(BaseParser):
    """The bytes of a part as they are."""

    media_type = "application/partial-upload"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return stream.read()


class _UploadView(ApiView):
    """Answers carry the offset as a header, refusals by it too."""

    offset: int | None = None

    def shown(self, upload: ListUpload, code: int = status.HTTP_200_OK) -> Response:
        self.offset = upload.received
        return Response(_shown(upload), status=code, headers={"Location": f"/api/v1/imports/uploads/{upload.id}"})

    def handle_exception(self, exc: Exception) -> Response:
        self.offset = getattr(exc, "expected", self.offset)
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        if self.offset is not None:
            response.headers[OFFSET] = str(self.offset)
        return response


class UploadsView(_UploadView):
    scopes = {"GET": Scope.SIGNALS_WRITE, "POST": Scope.SIGNALS_WRITE}

    @extend_schema(tags=["imports"], operation_id="uploads_list", responses={200: shapes.ListUploads})
    def get(self, request: Request) -> Response:
        """Your own uploads of lists, the latest first; none is shown to anybody else."""
        Params(request.query_params).done()
        return Response({"results": [_shown(upload) for upload in under_way(self.actor, clock.now())]})

    @extend_schema(
        tags=["imports"],
        operation_id="uploads_begin",
        request=shapes.AnnouncedList,
        parameters=[_WHERE],
        responses={201: shapes.ListUpload},
    )
    def post(self, request: Request) -> Response:
        """Begin to send a list in parts: 201 with the address to send them to. Nothing is imported before the end.

        Send them one behind the other with PATCH, and then POST to `finish`. What is not finished within a day is
        thrown away; an account may have five unfinished uploads, 400 MB in all.
        """
        spend(UPLOADS, str(self.actor.user_id))
        upload = begin(actor=self.actor, announced=_announced(self.body()), now=clock.now())
        return self.shown(upload, status.HTTP_201_CREATED)


class UploadView(_UploadView):
    scopes = dict.fromkeys(("GET", "PATCH", "DELETE"), Scope.SIGNALS_WRITE)
    http_method_names = ["get", "head", "patch", "delete"]
    parser_classes = [PartParser]
    largest_body = LARGEST_PART

    @extend_schema(
        tags=["imports"], operation_id="uploads_show", parameters=[_WHERE], responses={200: shapes.ListUpload}
    )
    def get(self, request: Request, upload_id: UUID) -> Response:
        """How far an upload is: `offset` (and Upload-Offset, with HEAD too) is where the next part begins."""
        Params(request.query_params).done()
        return self.shown(find_upload(self.actor, upload_id, clock.now()))

    @extend_schema(
        tags=["imports"],
        operation_id="uploads_append",
        request={PartParser.media_type: OpenApiTypes.BINARY},
        parameters=[_START, _DIGEST, _WHERE],
        responses={200: shapes.ListUpload},
    )
    def patch(self, request: Request, upload_id: UUID) -> Response:
        """Send the next part. A part that is here already changes nothing; another offset is 409 with the right one.

        A part is kept whole or not at all: after a broken connection ask for the offset and go on from there.
        """
        spend(PARTS, str(self.actor.user_id))
        start, content = _start(request), _content(request)
        now = clock.now()
        return self.shown(append_part(actor=self.actor, upload_id=upload_id, start=start, content=content, now=now))

    @extend_schema(tags=["imports"], operation_id="uploads_cancel", request=None, responses={204: None})
    def delete(self, request: Request, upload_id: UUID) -> Response:
        """Give an upload up; its parts are gone. An import that came of it stays."""
        cancel(actor=self.actor, upload_id=upload_id, now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class UploadFinishView(_UploadView):
    scopes = {"POST": Scope.SIGNALS_WRITE}
    parser_classes = [JsonParser]

    @extend_schema(
        tags=["imports"],
        operation_id="uploads_finish",
        request=None,
        responses={200: shapes.Import, 201: shapes.Import, 202: shapes.Import},
    )
    def post(self, request: Request, upload_id: UUID) -> Response:
        """Make an import of an upload that is complete, answered like a file sent in one piece; again: the same import.

        409 where bytes are missing (`upload_incomplete`) or the file is not the one announced (`digest_mismatch`): the
        upload stays as it is.
        """
        spend(UPLOADS, str(self.actor.user_id))
        batch, fresh = finish(actor=self.actor, upload_id=upload_id, now=clock.now())
        return received(self.actor, batch, fresh=fresh)


def _shown(upload: ListUpload) -> dict[str, Any]:
    return {
        "id": str(upload.id),
        "kind": upload.kind,
        "agency": get_directory().by_id[upload.agency_id].code,
        "batch": upload.batch_name,
        "filename": upload.filename,
        "size": upload.size,
        "offset": upload.received,
        "smallest_part": SMALLEST_PART,
        "largest_part": LARGEST_PART,
        "begun_at": upload.begun_at,
        "expires_at": upload.expires_at,
        "imported": str(upload.batch_id) if upload.batch_id else None,
    }


def _announced(body: dict[str, Any]) -> Announced:
    """Raises InvalidInput with each member that cannot be used."""
    problems = {str(name)[:40]: Text("没有这一项", "there is no such member") for name in body.keys() - MEMBERS}
    texts = {name: body.get(name, "") for name in TEXTS}
    size, steps = body.get("size"), body.get("steps", False)
    problems |= {n: Text("应为文字", "a text") for n, value in texts.items() if not isinstance(value, str)}
    if type(size) is not int:
        problems["size"] = Text("请写文件的字节数（整数）", "the bytes of the file, a whole number")
    if not isinstance(steps, bool):
        problems["steps"] = Text("应为 true 或 false", "true or false")
    if problems or type(size) is not int:
        raise InvalidInput(fields=problems)
    return Announced(
        kind=texts["kind"],
        agency=find_agency(texts["agency"], get_directory()),
        batch_name=texts["batch"],
        filename=texts["filename"],
        size=size,
        sha256=texts["sha256"],
        steps=steps,
        stated=Stated(*(texts[name] for name in ("issuer", "level", "due"))),
    )


def _start(request: Request) -> int:
    start = from_digits(request.headers.get(OFFSET, "").strip(), 2**31 - 1)
    if start is None:
        raise InvalidInput(
            Text(
                "请在 Upload-Offset 中写明分片从第几字节起，例如 0。",
                "Say in Upload-Offset at which byte the part begins, such as 0.",
            ),
            code="unreadable_offset",
        )
    return start


def _content(request: Request) -> bytes:
    """The part as it was sent. Raises InvalidInput where it broke off, or is not what its digest says."""
    sent: Any = request.data
    content = sent if isinstance(sent, bytes) else b""
    if len(content) != int(request.META.get("CONTENT_LENGTH") or 0):
        raise InvalidInput(
            Text(
                "分片没有收全，未予保存；请查询位置后重发。", "The part broke off and was not kept; ask for the offset."
            ),
            code="part_incomplete",
        )
    header = request.headers.get("Content-Digest")
    if header is not None and not hmac.compare_digest(hashlib.sha256(content).digest(), _digest(header)):
        raise InvalidInput(
            Text(
                "分片与 Content-Digest 不符，未予保存；请重发这个分片。",
                "The part is not what Content-Digest says and was not kept; send it again.",
            ),
            code="digest_mismatch",
        )
    return content


def _digest(header: str) -> bytes:
    found = _SHA256.search(header)
    if found is None:
        raise InvalidInput(
            Text("Content-Digest 应为 sha-256=:BASE64:。", "Content-Digest has the form sha-256=:BASE64:."),
            code="unreadable_digest",
        )
    return base64.b64decode(found[1])
