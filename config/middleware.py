"""What holds for every request and answer: no NUL in an address, a strict content policy, and Chinese first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import cast

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from audit.sight import Sight, current, looking, nobody
from config.health import healthz

# Images may also stand inside the stylesheet (icons).
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def content_security_policy(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Set the policy, unless the view has set a stricter one of its own (uploaded files)."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response

    return middleware


def nobody_at_first(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """A request sees nothing before it has said who looks, and leaves nothing of that to the next one in its thread."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        with nobody():
            response = get_response(request)
            if isinstance(response, StreamingHttpResponse):
                # What is still to be read is read after this, as the same person.
                response.streaming_content = _as_before(current(), cast("Iterable[bytes]", response.streaming_content))
        return response

    return middleware


def _as_before(sight: Sight, parts: Iterable[bytes]) -> Iterator[bytes]:
    rest = iter(parts)
    while True:
        with looking(sight):
            part = next(rest, None)
        if part is None:
            return
        yield part


def no_nul(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """PostgreSQL holds no NUL and fails on being asked for one. The API names the parameter itself."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if "%00" in request.GET.urlencode() and not request.path.startswith("/api/"):
            raise BadRequest("NUL in the address")
        return get_response(request)

    return middleware


def health(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer a balancer before anybody asks for the Host: it calls each machine by its address."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return healthz(request) if request.path == "/healthz" else get_response(request)

    return middleware


def chinese_first(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Pages are Chinese until somebody chooses otherwise, whatever language the browser was installed in.

    The language of an account and the switch on every page are kept in a cookie. Systems that call the API do
    negotiate: there Accept-Language counts, and a cookie that a page left behind does not.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith("/api/"):
            request.COOKIES.pop(settings.LANGUAGE_COOKIE_NAME, None)
        else:
            request.META.pop("HTTP_ACCEPT_LANGUAGE", None)
        return get_response(request)

    return middleware
