"""电价测算: the same energy under every price class and surcharge, at an address that can be cited."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from agencies.directory import get_directory
from audit import clock
from cases.web.pages import PageRequest, page
from cases.web.show.law import tariff as show
from cases.workflow.errors import NotAllowed
from cases.workflow.reference.comparison import may_compare, read
from cases.workflow.view import Text

CLOSED = Text(
    "电价测算由发展改革部门和供电企业营销人员使用。需要测算结果的，请向案件的牵头部门索取。",
    "The comparison is for the commission and the grid company's billing; ask the commission for a result.",
)


@page
def tariff(request: PageRequest) -> HttpResponse:
    """The form, and the comparison once there is an energy to compare."""
    if not may_compare(request.actor):
        raise NotAllowed(CLOSED)
    directory, today = get_directory(), timezone.localtime(clock.now()).date()
    region = request.actor.posts[0].region_code
    asked = read(request.GET, directory.regions, today, region)
    context = {
        "asked": asked,
        "typed": request.GET,
        "problems": [{"field": name, "text": text} for name, text in asked.problems.items()],
        "result": show.result(asked) if asked.found else None,
        **show.options(asked, directory),
    }
    return render(request, "web/tariff.html", context, status=400 if asked.problems else 200)
