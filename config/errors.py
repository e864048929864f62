"""Every error of the API in one shape: RFC 9457 problem details (`application/problem+json`).

Members beside the standard ones: `code` (stable, for programs), `article` (the legal basis of a refusal), `errors`
(what is wrong with which input), `missing` (what a gate still wants), `figures` (numbers behind the refusal).
`instance` stands in a 500 only: the reference under which the log has it. The text is in the language of the request.
"""

from __future__ import annotations

import logging
import math
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import get_language
from django.views import defaults
from redis.exceptions import RedisError
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from agencies.errors import AgencyError
from cases.selectors.paging import InvalidCursor
from cases.web import errors as pages
from cases.workflow.errors import InvalidInput, WorkflowError
from cases.workflow.view import Text

CONTENT_TYPE = "application/problem+json"
SESSION = 'Session realm="lianzhi"'
STALE_CURSOR = Text("页码已失效，请从第一页重新读取。", "This page marker cannot be used; start from the first page.")
logger = logging.getLogger(__name__)

TITLES = {
    400: Text("请求有误", "Bad request"),
    401: Text("未登录", "Not logged in"),
    403: Text("无权办理", "Not allowed"),
    404: Text("没有找到", "Not found"),
    405: Text("不支持此方法", "Method not allowed"),
    406: Text("不支持所要的格式", "Not acceptable"),
    409: Text("不能办理", "Refused"),
    411: Text("缺少内容长度", "Length required"),
    412: Text("版本已变", "Stale version"),
    413: Text("内容过大", "Too large"),
    415: Text("不支持此内容类型", "Unsupported media type"),
    428: Text("缺少版本条件", "Precondition required"),
    429: Text("请求过于频繁", "Too many requests"),
    500: Text("系统出错", "Server error"),
    503: Text("暂时不能服务", "Service unavailable"),
}
DETAILS = {
    400: Text("请求无法读取，请核对格式后再发。", "The request cannot be read; check its form and send it again."),
    401: Text("请先登录，再发送请求。", "Log in first, then send the request again."),
    403: Text("你的账号没有办理此事的权限。", "Your account may not do this."),
    404: Text("没有这个地址或对象，或你无权查看。", "There is no such address or object, or you may not see it."),
    405: Text("此地址不支持这个方法，允许的方法见 Allow。", "This address does not take this method; see Allow."),
    411: Text("请求正文须带 Content-Length，不接收分块传输。", "Send the body with a Content-Length, not in chunks."),
    413: Text("请求正文过大，未予读取。请拆分后再发。", "The body is too large and was not read; send it in parts."),
    500: Text("系统出错，已记入日志；没有任何改动。", "The server failed and has logged it; nothing was changed."),
    503: Text(
        "系统暂时不能服务，请稍后再发；带同一个 Idempotency-Key 再发不会重复办理。",
        "The service is not available; send it again later. With the same Idempotency-Key nothing is done twice.",
    ),
}
CODES = {
    401: "not_logged_in",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    411: "length_required",
    413: "too_large",
    500: "server_error",
    503: "unavailable",
}
RETRY_SECONDS = 5


def say(text: Text) -> str:
    return text.en if (get_language() or "").startswith("en") else text.zh


def problem(status: int, *, code: str, detail: str, **members: Any) -> dict[str, Any]:
    """The body; members that are empty are left out."""
    title = TITLES.get(status) or (TITLES[400] if status < 500 else TITLES[500])
    body = {
        "type": f"urn:lianzhi:problem:{code}",
        "title": say(title),
        "status": status,
        "detail": detail,
        "code": code,
    }
    return body | {name: value for name, value in members.items() if value}


def problem_details(error: Exception, context: dict[str, Any]) -> Response | None:
    """The exception handler of Django REST framework; None lets an unknown error become a 500."""
    headers: dict[str, str] = {}
    if isinstance(error, InvalidCursor):
        body = from_workflow(InvalidInput(fields={"cursor": STALE_CURSOR}))
    elif isinstance(error, WorkflowError):
        body = from_workflow(error)
        # A refused token says so in its own challenge; people are led to the login.
        challenge = getattr(error, "challenge", SESSION if error.status == 401 else "")
        headers = {"WWW-Authenticate": challenge} if challenge else {}
    elif isinstance(error, AgencyError):
        errors = {error.field: say(Text(*error.text))} if error.field else None
        body = problem(error.status, code=error.code, detail=say(Text(*error.text)), errors=errors)
        headers = retry_after(getattr(error, "wait", None))
    elif isinstance(error, RequestDataTooBig):
        body = plain(413)
    elif isinstance(error, DataError):
        # PostgreSQL could not hold a value that passed the form: the input's fault, and a gap in its checks.
        logger.error("a value passed the checks and not the database", exc_info=error)
        body = plain(400)
    elif isinstance(error, OperationalError | InterfaceError | RedisError):
        logger.error("a server does not answer", exc_info=error)
        body = plain(503)
        headers = retry_after(RETRY_SECONDS)
    elif isinstance(error, Http404):
        body = plain(404)
    elif isinstance(error, PermissionDenied):
        body = plain(403)
    elif isinstance(error, exceptions.APIException):
        body = from_framework(error)
        headers = framework_headers(error)
    else:
        return None
    set_rollback()
    return Response(body, status=body["status"], headers=headers, content_type=CONTENT_TYPE)


def from_workflow(error: WorkflowError) -> dict[str, Any]:
    return problem(
        error.status,
        code=error.code,
        detail=say(error.text),
        article=error.article,
        errors={name: say(text) for name, text in error.fields.items()},
        missing=list(error.missing),
        figures=error.figures,
    )


def from_framework(error: exceptions.APIException) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        detail = say(Text("填写有误，请按各项提示改正。", "Some of the input cannot be used; see each field."))
        return problem(400, code="invalid_input", detail=detail, errors=flat_fields(error.detail))
    known = DETAILS.get(error.status_code)
    code = CODES.get(error.status_code) or str(getattr(error, "default_code", "error"))
    return problem(error.status_code, code=code, detail=say(known) if known else str(error.detail))


def flat_fields(detail: Any, path: str = "") -> dict[str, str]:
    """DRF nests its messages like the input; here each place gets a dotted name and one sentence."""
    if isinstance(detail, dict):
        found: dict[str, str] = {}
        for name, inner in detail.items():
            found |= flat_fields(inner, f"{path}.{name}" if path else str(name))
        return found
    if isinstance(detail, list) and any(isinstance(inner, dict) for inner in detail):
        return flat_fields({str(number): inner for number, inner in enumerate(detail) if inner}, path)
    sentences = [str(inner) for inner in detail] if isinstance(detail, list) else [str(detail)]
    return {path or "non_field_errors": " ".join(sentences)}


def framework_headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = str(challenge)
    return headers | retry_after(getattr(error, "wait", None))


def retry_after(wait: float | None) -> dict[str, str]:
    """Rounded up: who comes back a moment too early is turned away again."""
    return {} if wait is None else {"Retry-After": str(max(1, math.ceil(wait)))}


def plain(status: int) -> dict[str, Any]:
    code = CODES.get(status, "bad_request" if status < 500 else "server_error")
    return problem(status, code=code, detail=say(DETAILS.get(status) or TITLES.get(status) or TITLES[400]))


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _json(status: int, **members: str) -> HttpResponse:
    body = plain(status) | members
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE, json_dumps_params={"ensure_ascii": False})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _json(400) if is_api(request) else defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _json(403) if is_api(request) else defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _json(404) if is_api(request) else defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if not is_api(request):
        return pages.server_error(request)
    return _json(500, instance=f"urn:lianzhi:failure:{pages.reference(request)}")
