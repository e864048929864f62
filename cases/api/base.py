"""What every address of the API shares: who asks, in which language, strict JSON in, fast JSON out."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar, NamedTuple, cast

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils import translation
from rest_framework import exceptions, status
from rest_framework.authentication import SessionAuthentication
from rest_framework.parsers import BaseParser
from rest_framework.permissions import SAFE_METHODS, IsAuthenticated
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agencies.access.addresses import client_address
from agencies.access.rates import ADDRESS, API, spend
from agencies.access.standing import is_fresh
from agencies.actors import Actor, NoSuchActor, load_actor
from agencies.sight import look_as, look_as_asker
from cases.api.bearer import ClientToken, check_scope
from cases.api.params import Params
from cases.workflow.errors import NotAllowed
from cases.workflow.forms.body import read_object
from cases.workflow.view import Text


class CsrfFailed(NotAllowed):
    """The request did not come from a page or client of this session."""

    code = "csrf_failed"
    default = Text(
        "缺少或不符的 CSRF 令牌。登录（POST /api/v1/session/）的答复里有 csrf_token，请放入 X-CSRFToken 再发；"
        "经 HTTPS 发送时，还须在 Origin 或 Referer 中写明本站地址。",
        "The CSRF token is missing or wrong. Send the csrf_token from POST /api/v1/session/ as X-CSRFToken; over "
        "HTTPS, name this site in Origin or Referer as well.",
    )


class SessionLogin(SessionAuthentication):
    """The session of the pages and of POST /session/. A request without one is answered 401, not 403."""

    def authenticate_header(self, request: Request) -> str:
        return 'Session realm="lianzhi"'

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied as denied:
            raise CsrfFailed from denied


class JsonRenderer(BaseRenderer):
    """orjson: dates, UUIDs and large lists without a serializer in between."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else orjson.dumps(data, default=str)


class JsonParser(BaseParser):
    """Strict JSON: see `read_object`. The bytes stay with the view: they can be read from the line but once."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        raw = stream.read()
        if parser_context is not None:
            parser_context["view"].raw = raw
        return read_object(raw)


class LengthRequired(exceptions.APIException):
    """A body in chunks. To Django it is no body at all, so that an act would be done without what was typed."""

    status_code = status.HTTP_411_LENGTH_REQUIRED
    default_code = "length_required"


class Asker(NamedTuple):
    """Who asks, for what reads the person itself, under its lock."""

    user_id: int


class ApiView(APIView):
    """One address. `actor` is read once a request, so a role that has ended is gone at once."""

    authentication_classes = [ClientToken, SessionLogin]
    # What a system of an agency needs to call this address, by method. What does not stand here is for people only.
    scopes: ClassVar[dict[str, str]] = {}
    permission_classes = [IsAuthenticated]
    renderer_classes = [JsonRenderer]
    parser_classes = [JsonParser]
    http_method_names = ["get", "head", "post", "delete"]
    # Bytes; what is longer is refused before it is read.
    largest_body = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    # The body as it came, once it was asked for.
    raw = b""

    @cached_property
    def actor(self) -> Actor:
        try:
            actor = load_actor(cast("int", self.request.user.pk))
        except NoSuchActor as gone:
            raise exceptions.NotAuthenticated from gone
        look_as(actor)
        return actor

    @property
    def asker(self) -> Asker:
        return Asker(cast("int", self.request.user.pk))

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """1. A body that is too large is not read. 2. How often. 3. The language asked for, else the person's own.

        4. Who asks. 5. Whether a system of an agency may. 6. A parameter in the address of a change is refused: whoever
        sends `?dry_run=1` did not mean to act.
        """
        self._check_length(request)
        spend(ADDRESS, client_address(request))
        if not request.headers.get("Accept-Language") and request.user.is_authenticated:
            translation.activate("en" if request.user.language == "en" else "zh-hans")
        super().initial(request, *args, **kwargs)
        if request.user.is_authenticated:
            look_as_asker(request.user.pk)
        if request.user.is_authenticated:
            spend(API, str(request.user.pk))
        check_scope(request, self.scope_needed(request, **kwargs))
        if request.method not in SAFE_METHODS:
            Params(request.query_params).done()

    def scope_needed(self, request: Request, **kwargs: Any) -> str | None:
        """The scope that a system needs for this request, None where no system may send it."""
        method = "GET" if request.method == "HEAD" else request.method or ""
        return self.scopes.get(method)

    def get_authenticate_header(self, request: Request) -> str:
        """How to get in: people by a session, which a client without a token is taken for."""
        return SessionLogin().authenticate_header(request)

    def _check_length(self, request: Request) -> None:
        length = request.META.get("CONTENT_LENGTH")
        if not length and "Transfer-Encoding" in request.headers:
            raise LengthRequired
        if length and int(length) > self.largest_body:
            raise RequestDataTooBig

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Content-Language", language())
        # Case data belong to nobody's cache.
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def body(self) -> dict[str, Any]:
        """The JSON object of the request. Raises InvalidInput for anything else."""
        return cast("dict[str, Any]", self.request.data)

    def raw_body(self) -> bytes:
        """The bytes of that object as they came. Not `request.body`: the check of the session has read them already."""
        self.body()
        return self.raw


def proven_in(request: Request) -> bool:
    """Whether a person has proved within the last minutes, in this session, who it is. A system never has."""
    return isinstance(request.successful_authenticator, SessionLogin) and is_fresh(request.session)


def language() -> str:
    """The language of this request as a header names it."""
    return "en" if (translation.get_language() or "").startswith("en") else "zh-Hans"


def say(text: Any) -> str:
    """A text or label in the language of this request."""
    return str(text.get(language()))
