"""电价测算: the same energy under every price class and surcharge, at an address that can be cited."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from agencies.directory import get_directory
from audit import clock
from cases.selectors.case import get_case
from cases.web.pages import PageRequest, page
from cases.web.show.law import tariff as show
from cases.web.show.simulation import figures_of
from cases.workflow.errors import NotAllowed
from cases.workflow.reference.comparison import may_compare, read
from cases.workflow.view import Text

CLOSED = Text(
    "电价测算由发展改革部门和供电企业营销人员使用。需要测算结果的，请向案件的牵头部门索取。",
    "The comparison is for the commission and the grid company's billing; ask the commission for a result.",
)


UNSEEN = Text(
    "没有这个案件，或者不在可见范围内，请核对编号", "There is no such case, or you do not see it; check the number"
)


@page
def tariff(request: PageRequest) -> HttpResponse:
    """The form, and the comparison once there is an energy to compare."""
    if not may_compare(request.actor):
        raise NotAllowed(CLOSED)
    directory, today = get_directory(), timezone.localtime(clock.now()).date()
    number = request.GET.get("case", "").strip()
    case = get_case(request.actor, number) if number else None
    if case is not None and not any(request.GET.get(name, "").strip() for name in request.GET if name != "case"):
        # The figures stand in the address from here on, to be changed and cited.
        return redirect(f"{reverse('web:tariff')}?{urlencode(figures_of(case, today))}")
    asked = read(request.GET, directory.regions, today, request.actor.posts[0].region_code)
    if number and case is None:
        asked.problems["case"] = UNSEEN
    context = {
        "asked": asked,
        "case": case,
        "typed": request.GET,
        "problems": [{"field": name, "text": text} for name, text in asked.problems.items()],
        "result": show.result(asked) if asked.found else None,
        **show.options(asked, directory),
    }
    return render(request, "web/tariff.html", context, status=400 if asked.problems else 200)
