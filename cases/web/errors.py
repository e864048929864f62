"""What nobody foresaw: its reference, and the page. Nothing is read from the database, which may be what failed."""

from __future__ import annotations

import logging
import secrets

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone

logger = logging.getLogger(__name__)


def reference(request: HttpRequest) -> str:
    """A reference that also stands in the log, so that one line of a phone call finds the other."""
    code = f"E-{timezone.localdate():%Y%m%d}-{secrets.token_hex(2).upper()}"
    logger.error("%s at %s %s", code, request.method, request.path)
    return code


def server_error(request: HttpRequest) -> HttpResponse:
    """A 500 as a page."""
    context = {"code": reference(request), "stylesheet": static("cases/app.css")}
    return HttpResponse(render_to_string("500.html", context), status=500)
