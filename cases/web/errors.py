"""What nobody foresaw, and a form whose token has expired: their pages, and a reference for the log.

Nothing is read from the database for the first, which may be what failed.
"""

from __future__ import annotations

import logging
import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from cases.web import entrance, whose
from cases.web.pages import error_page
from cases.web.views.tips import report

logger = logging.getLogger(__name__)


def reference(request: HttpRequest) -> str:
    """A reference that also stands in the log, so that one line of a phone call finds the other."""
    code = f"E-{timezone.localdate():%Y%m%d}-{secrets.token_hex(2).upper()}"
    # The route: what people type into an address may be somebody's name.
    match = request.resolver_match
    logger.error("%s at %s %s", code, request.method, match.route if match else "…")
    return code


def server_error(request: HttpRequest) -> HttpResponse:
    """A 500 as a page."""
    context = {"code": reference(request), "stylesheet": static("cases/app.css")}
    return HttpResponse(render_to_string("500.html", context), status=500)


def expired_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open when somebody logged in or out in another window: back to it, filled in as it was.

    Only for whoever filled it in, and only where the browser says that it stood on a page of this site; what another
    site sends is not shown again.
    """
    if request.path == reverse("web:report") and entrance.from_here(request):
        return report.again(request)
    if request.method == "POST" and entrance.from_here(request) and not request.path.startswith(settings.LOGIN_URL):
        sent = entrance.sent(request)
        if request.user.is_authenticated and not whose.belongs_to(sent, request.user.pk):
            return _of_another(request)
        return entrance.resume(request, request.get_full_path(), sent, status=403)
    return render(request, "403_csrf.html", status=403)


def _of_another(request: HttpRequest) -> HttpResponse:
    text = gettext("这一页是另一位使用者打开的，所填内容没有提交，也不再显示。请从你自己的页面办理。")
    return error_page(request, 403, gettext("内容没有提交"), text, sign="lock", tone="warn")
