"""本页帮助: what a page is for and how it is used, for whoever has it open; nothing of a case."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from cases.web.frame import other_language
from cases.web.pages import PageRequest, page
from cases.web.show.guide import texts as shown


@page
def contents(request: PageRequest) -> HttpResponse:
    """All pages that have a text, by group."""
    return render(request, "web/guide/contents.html", {"groups": shown.contents()})


@require_http_methods(["GET"])
def guide(request: HttpRequest, key: str) -> HttpResponseBase:
    """The text of one page; those before the log-in are open to everybody."""
    if key not in shown.texts():
        raise Http404
    if key in shown.OPEN and not request.user.is_authenticated:
        return render(request, "web/guide/open.html", _of(key) | {"other_language": other_language()})
    return _inside(request, key)


@page
def _inside(request: PageRequest, key: str) -> HttpResponse:
    return render(request, "web/guide/page.html", _of(key))


def _of(key: str) -> dict[str, Any]:
    return {"name": shown.texts()[key].name, "blocks": shown.blocks(key)}
