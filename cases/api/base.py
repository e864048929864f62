"""What every address of the API shares: who asks, in which language, strict JSON in, fast JSON out."""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple, cast

import orjson
from django.utils import translation
from rest_framework import exceptions
from rest_framework.authentication import SessionAuthentication
from rest_framework.parsers import BaseParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agencies.actors import Actor, NoSuchActor, load_actor
from cases.workflow.errors import InvalidInput, NotAllowed
from cases.workflow.view import Text


class CsrfFailed(NotAllowed):
    """The request did not come from a page or client of this session."""

    code = "csrf_failed"
    default = Text(
        "缺少或不符的 CSRF 令牌。登录（POST /api/v1/session/）的答复里有 csrf_token，请放入 X-CSRFToken 再发。",
        "The CSRF token is missing or wrong. Send the csrf_token from POST /api/v1/session/ as X-CSRFToken.",
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
    """Strict JSON: no NaN, no lone surrogates, and no NUL, which PostgreSQL cannot store."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        raw = stream.read()
        try:
            data = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise unreadable_body() from error
        if b"\\u0000" in raw and _has_nul(data):
            raise unreadable_body()
        return data


def unreadable_body() -> InvalidInput:
    return InvalidInput(
        Text(
            "请求正文不是可用的 JSON（UTF-8，无 NaN，无空字符）。",
            "The body is not usable JSON (UTF-8, without NaN and without NUL characters).",
        ),
        code="unreadable_body",
    )


def _has_nul(data: Any) -> bool:
    if isinstance(data, str):
        return "\x00" in data
    if isinstance(data, dict):
        return any(_has_nul(key) or _has_nul(value) for key, value in data.items())
    return isinstance(data, list) and any(_has_nul(item) for item in data)


class Asker(NamedTuple):
    """Who asks, for what reads the person itself, under its lock."""

    user_id: int


class ApiView(APIView):
    """One address. `actor` is read once a request, so a role that has ended is gone at once."""

    authentication_classes = [SessionLogin]
    permission_classes = [IsAuthenticated]
    renderer_classes = [JsonRenderer]
    parser_classes = [JsonParser]
    metadata_class = None

    @cached_property
    def actor(self) -> Actor:
        try:
            return load_actor(cast("int", self.request.user.pk))
        except NoSuchActor as gone:
            raise exceptions.NotAuthenticated from gone

    @property
    def asker(self) -> Asker:
        return Asker(cast("int", self.request.user.pk))

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """The language asked for in the request, else the person's own."""
        if not request.headers.get("Accept-Language") and request.user.is_authenticated:
            translation.activate("en" if request.user.language == "en" else "zh-hans")
        super().initial(request, *args, **kwargs)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Content-Language", language())
        # Case data belong to nobody's cache.
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def body(self) -> dict[str, Any]:
        """The JSON object of the request. Raises InvalidInput for anything else."""
        data = self.request.data
        if not isinstance(data, dict):
            raise InvalidInput(
                Text("请求正文应为一个 JSON 对象。", "Send one JSON object as the body."), code="unreadable_body"
            )
        return data


def language() -> str:
    """The language of this request as a header names it."""
    return "en" if (translation.get_language() or "").startswith("en") else "zh-Hans"


def say(text: Any) -> str:
    """A text or label in the language of this request."""
    return str(text.get(language()))
