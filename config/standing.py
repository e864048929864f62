"""Whoever owes something (a new password, a second factor) can do that and nothing else, on pages and over the API.

Asked for every request in one place, not by the doors: an address that nobody thought of is closed too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from agencies.access import standing
from agencies.access.sessions import standing_of
from cases.web.pages import error_page
from cases.workflow.view import Text
from config import errors

# What can be reached by whoever owes something: the doors, the language, and where it is put right.
OPEN = ("/login/", "/sso/", "/logout/", "/language/", "/api/v1/session")
WAYS = ("/security/", "/password/")


HEADING = Text("须先完成账号安全设置", "Finish the settings of your account first")
NOT_SENT = Text(
    "内容没有提交。请在新窗口打开“账号与安全”，按提示办好后，返回这一页重新提交。",
    "Nothing was submitted. Open “Account and security” in a new window, do what it asks, then return to this page and "
    "submit again.",
)


class Owed(NamedTuple):
    """Where it is put right, the code and the sentence for other systems."""

    name: str
    code: str
    text: Text


OWED = {
    standing.PROOF: Owed(
        "web:confirm",
        "second_factor_required",
        Text(
            "这次登录还没有验证双因素。请带 code（动态码或恢复码）重新登录，或 POST /api/v1/session/step-up。",
            "This session has not shown the second factor. Log in with code, or POST /api/v1/session/step-up.",
        ),
    ),
    standing.PASSWORD: Owed(
        "web:password",
        "password_change_required",
        Text(
            "密码须先修改：由管理员设置，或已到期。请用浏览器登录，在“修改密码”页修改后再试。",
            "The password has to be changed first: somebody else set it, or it is due. Do so with a browser.",
        ),
    ),
    standing.SET_UP: Owed(
        "web:security",
        "second_factor_required",
        Text(
            "你的角色必须使用双因素。请用浏览器登录，在“账号与安全”页设置验证器或安全密钥后再试。",
            "Your role requires a second factor. Log in with a browser and set one up under “Account and security”.",
        ),
    ),
}


def owing(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Lead whoever owes something to where it is put right."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        now = standing_of(request)
        if now is None or not now.owes or not request.user.is_authenticated or _is_open(request.path, now.owes):
            return get_response(request)
        return _answer(request, OWED[now.owes])

    return middleware


def _is_open(path: str, owes: str) -> bool:
    if path.startswith(OPEN):
        return True
    # Before the second factor was shown, nothing of the account can be changed either.
    return path == reverse("web:confirm") if owes == standing.PROOF else path.startswith(WAYS)


def _answer(request: HttpRequest, owed: Owed) -> HttpResponse:
    if errors.is_api(request):
        body = errors.problem(403, code=owed.code, detail=errors.say(owed.text))
        return JsonResponse(
            body, status=403, content_type=errors.CONTENT_TYPE, json_dumps_params={"ensure_ascii": False}
        )
    if "HX-Request" in request.headers:
        response = HttpResponse(status=403)
        response["HX-Redirect"] = reverse(owed.name)
        return response
    if request.method == "POST":
        return error_page(request, 403, errors.say(HEADING), errors.say(NOT_SENT), sign="lock", tone="warn")
    return redirect(owed.name)
