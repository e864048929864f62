"""统一身份认证: out to the city's sign-on, back from it, and its log-out; only where one is configured."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from agencies import sso
from agencies.access.rates import TooOften
from agencies.sso import SsoRefused
from cases.web.pages import error_page, too_often


@never_cache
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Send the browser to the city's sign-on."""
    _require_setting()
    target = request.GET.get("next", "")
    here = target.startswith("/") and url_has_allowed_host_and_scheme(
        target, {request.get_host()}, require_https=request.is_secure()
    )
    try:
        address = sso.begin(request, _absolute(request, "web:sso_return"), target if here else "/")
    except SsoRefused as refused:
        return _refused(request, refused)
    except TooOften as slow:
        return too_often(request, slow)
    return redirect(address)


@never_cache
@require_GET
def arrive(request: HttpRequest) -> HttpResponse:
    """Back from the sign-on: log in whom it names, or say why not."""
    _require_setting()
    try:
        _, target = sso.finish(request)
    except SsoRefused as refused:
        return _refused(request, refused)
    except TooOften as slow:
        return too_often(request, slow)
    return redirect(target)


@never_cache
@require_GET
def leave(request: HttpRequest) -> HttpResponse:
    """On to the log-out of the sign-on itself, for whoever shares this browser."""
    _require_setting()
    back = reverse("web:login")
    return redirect(sso.logout_address(request.build_absolute_uri(back)) or back)


def _require_setting() -> None:
    if settings.OIDC is None:
        raise Http404


def _absolute(request: HttpRequest, name: str) -> str:
    return request.build_absolute_uri(reverse(name))


def _refused(request: HttpRequest, refused: SsoRefused) -> HttpResponse:
    status, text = {
        "no_account": (
            403,
            gettext("统一身份认证已通过，但本系统没有与你对应的有效账号。请联系本单位管理员开通或启用账号后再登录。"),
        ),
        "expired": (400, gettext("这次登录已失效或已经用过。请回到登录页，重新点击“统一身份认证登录”。")),
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
    return error_page(request, status, gettext("没有登录"), text, sign="lock", tone="warn")
