"""文书核验: open to everybody who holds a document. One word, and nothing of a case."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from agencies.access.addresses import client_address
from agencies.access.rates import ALL_CHECKS, CHECKS, TooOften, spend
from cases.documents.check import check
from cases.web.frame import other_language
from cases.web.pages import too_often
from cases.web.show.papers.document import STATES

LONGEST = 80


@require_http_methods(["GET"])
def check_page(request: HttpRequest) -> HttpResponse:
    """The form; with number and code, whether the document counts."""
    number, code = (request.GET.get(name, "")[:LONGEST] for name in ("number", "code"))
    shown: dict[str, Any] = {"number": number, "code": code, "found": "", "other_language": other_language()}
    if number or code:
        try:
            spend(CHECKS, client_address(request))
            spend(ALL_CHECKS, "all")
        except TooOften as slow:
            response = too_often(request, slow)
            response["Cache-Control"] = "private, no-store"
            return response
        shown["found"] = check(number, code)
        shown["words"], shown["tone"] = STATES[shown["found"]]
    response = render(request, "web/papers/check.html", shown)
    response["Cache-Control"] = "private, no-store"
    return response
