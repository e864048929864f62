"""统一身份认证: out to the city's sign-on, back from it, and its log-out; only where one is configured.

By the same way somebody who came so proves anew who it is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from agencies import sso
from agencies.access.rates import TooOften
from agencies.sso import SsoRefused
from cases.web.pages import error_page, inside, too_often
from cases.web.views.entry.auth import arrived

View = Callable[[HttpRequest], HttpResponse]


def _door(view: View) -> View:
    """Only where a sign-on is configured; what it refuses becomes a page with the sentence."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if settings.OIDC is None:
            raise Http404
        try:
            return view(request)
        except SsoRefused as refused:
            return _refused(request, refused)
        except TooOften as slow:
            return too_often(request, slow)

    return never_cache(require_GET(guarded))


@_door
def start(request: HttpRequest) -> HttpResponse:
    """Send the browser to the city's sign-on; with `anew` to prove there once more who is logged in here."""
    target = inside(request, settings.LOGIN_REDIRECT_URL)
    anew = "anew" in request.GET and request.user.is_authenticated
    return redirect(sso.begin(request, _absolute(request, "web:sso_return"), target, anew=anew))


@_door
def arrive(request: HttpRequest) -> HttpResponse:
    """Back from the sign-on: log in whom it names, or take the proof; or say why not."""
    user, target, anew = sso.finish(request)
    if not anew:
        return arrived(request, user, target, [])
    messages.success(request, gettext("身份已确认。原来的页面还开着的，请回到那里继续。"))
    return redirect(target)


@_door
def leave(request: HttpRequest) -> HttpResponse:
    """On to the log-out of the sign-on itself, for whoever shares this browser."""
    return redirect(sso.logout_address(_absolute(request, "web:login")) or reverse("web:login"))


def _absolute(request: HttpRequest, name: str) -> str:
    return request.build_absolute_uri(reverse(name))


def _refused(request: HttpRequest, refused: SsoRefused) -> HttpResponse:
    status, text = {
        "no_account": (
            403,
            gettext("统一身份认证已通过，但本系统没有与你对应的有效账号。请联系本单位管理员开通或启用账号后再登录。"),
        ),
        "expired": (400, gettext("这次登录已失效或已经用过。请回到登录页，重新点击“统一身份认证登录”。")),
        "not_confirmed": (
            403,
            gettext(
                "统一身份认证没有重新验证你本人的身份，没有确认。请用本人账号重试；仍不成功的，请安全管理员给一次性密码，用密码确认。"
            ),
        ),
        "declined": (400, gettext("统一身份认证没有完成登录。请回到登录页重试，或使用本系统的账号和密码登录。")),
    }.get(
        refused.code,
        (
            502,
            gettext(
                "统一身份认证暂时不能使用或答复有误，没有登录。请稍后重试，或使用本系统的账号和密码登录；多次不成功请告知系统运维人员。"
            ),
        ),
    )
    heading = gettext("没有确认身份") if refused.code == "not_confirmed" else gettext("没有登录")
    return error_page(request, status, heading, text, sign="lock", tone="warn")
