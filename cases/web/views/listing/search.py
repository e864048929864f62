"""The search box and the filter form: words are posted, and go on sealed in an address."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from cases.selectors.case import find_case_id
from cases.web.pages import PageRequest, page, post_only
from cases.web.show.listing.asked import KEPT
from cases.web.show.listing.words import LONGEST, seal_words


@post_only
@page
def search(request: PageRequest) -> HttpResponse:
    """To the case of an exact number, else to the list with these words and the conditions of the form."""
    actor, typed = request.actor, request.POST.get("q", "").replace("\x00", "").strip()[:LONGEST]
    if typed and find_case_id(actor, typed):
        return _to(request, reverse("web:case", args=[typed.upper()]))
    kept = {name: request.POST[name] for name in KEPT if name not in ("q", "w") and request.POST.get(name)}
    if typed:
        kept["w"] = seal_words(actor.user_id, typed)
    return redirect(f"{reverse('web:cases')}?{urlencode(kept)}" if kept else reverse("web:cases"))


def _to(request: PageRequest, address: str) -> HttpResponse:
    """To another page altogether: its scripts are not those of the list, so a fragment of it is not enough."""
    if "HX-Request" not in request.headers:
        return redirect(address)
    response = HttpResponse()
    response["HX-Redirect"] = address
    return response
