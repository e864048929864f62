"""What holds for every request and answer: no NUL in an address, a strict content policy, and Chinese first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import cast

from django.conf import settings
from django.core.exceptions import BadRequest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from audit.sight import Sight, current, looking, nobody
from cases.api.uploads import AROUND
from cases.documents.attachments import AT_ONCE, MAX_BYTES
from cases.intake.receiving import LARGEST_FILE
from cases.web.pages import too_large
from cases.web.show.tips.form import MOST_PICTURES, PICTURE_MB
from config.health import healthz

# Bytes of a form with files: what the largest list or the photographs of an inspection come to. Other forms hold text.
LARGEST_LIST = LARGEST_FILE + AROUND
LARGEST_ACT = AT_ONCE * MAX_BYTES + AROUND
LARGEST_TIP = MOST_PICTURES * PICTURE_MB * 1024 * 1024 + AROUND
PUBLIC_FORM = "/report/"

# Images may also stand inside the stylesheet (icons).
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def content_security_policy(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Set the policy and its companions, unless the view has set a stricter one of its own (uploaded files)."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.path.startswith("/suspensions/"):
            response.headers.setdefault("Permissions-Policy", WITH_PLACE)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return middleware


# Nothing of ours asks a browser for these; what a page cannot use, a script in it cannot either.
_UNUSED = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media", "fullscreen",
    "geolocation", "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "payment",
    "picture-in-picture", "screen-wake-lock", "serial", "storage-access", "usb", "xr-spatial-tracking",
)  # fmt: skip
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _UNUSED),
    # Nobody embeds what is ours, and no window that opened us keeps a hand on it.
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Permitted-Cross-Domain-Policies": "none",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}

# The crew at the meter may send along where it is, when somebody agrees to that.
WITH_PLACE = HEADERS["Permissions-Policy"].replace("geolocation=()", "geolocation=(self)")


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


class Forget(FileUploadHandler):
    """The files of somebody who is not logged in: their names are read, so that the form can be shown again."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        return None

    def file_complete(self, file_size: int) -> SimpleUploadedFile:
        return SimpleUploadedFile(self.file_name or "", b"")


def bodies(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """A page's form that is too large is refused before it is read. The API judges each address by itself."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith("/api/") or request.method in ("GET", "HEAD", "OPTIONS"):
            return get_response(request)
        length, largest = request.headers.get("Content-Length") or "0", _largest(request)
        if not length.isdecimal() or int(length) > largest:
            return too_large(request, max(1, largest // 1024 // 1024))
        if not request.user.is_authenticated and not _is_tip(request):
            request.upload_handlers = [Forget(request)]
        return get_response(request)

    return middleware


def _is_tip(request: HttpRequest) -> bool:
    """The one form with files that is open to everybody, where it is open."""
    return bool(settings.PUBLIC_TIPS) and request.path == PUBLIC_FORM


def _largest(request: HttpRequest) -> int:
    """Only the forms that take files may hold more than text."""
    if request.content_type != "multipart/form-data":
        return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    if request.path.startswith("/imports/"):
        return LARGEST_LIST
    if _is_tip(request):
        return LARGEST_TIP
    return (
        LARGEST_ACT
        if request.path.startswith(("/cases/", "/suspensions/"))
        else int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    )
