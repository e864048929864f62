"""期限计算: the periods of administrative law from one day, at an address that can be cited."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from agencies.directory import get_directory
from audit import clock
from cases.web.pages import PageRequest, page
from cases.web.show.law import deadlines as show


@page
def deadlines(request: PageRequest) -> HttpResponse:
    """Every clock, or the one that is named."""
    directory, today = get_directory(), timezone.localtime(clock.now()).date()
    region = request.actor.posts[0].region_code if request.actor.posts else ""
    found = show.asked(request.GET, directory, today, region)
    context = {
        "asked": found,
        "typed": request.GET,
        "problems": [{"field": name, "text": text} for name, text in found.problems.items()],
        "rows": show.rows(found, directory),
        "versions": show.versions(found, directory),
        "rule_region": directory.regions[found.region].name if found.region in directory.regions else "",
        **show.options(found, directory),
    }
    return render(request, "web/deadlines.html", context, status=400 if found.problems else 200)
