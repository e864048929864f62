"""电价测算: the same energy under every price class and surcharge, at an address that can be cited."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from agencies.access.rates import EXPORTS, spend
from agencies.directory import get_directory
from audit import clock
from cases.selectors.case import get_case
from cases.web.pages import PageRequest, page
from cases.web.show.law import sheet
from cases.web.show.law import tariff as show
from cases.web.show.simulation import figures_of
from cases.web.taking import taken
from cases.workflow.errors import NotAllowed, NotVisible
from cases.workflow.reference.comparison import Asked, may_compare, read
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
    number = request.GET.get("case", "").strip()
    case = get_case(request.actor, number) if may_compare(request.actor) and number else None
    if case is not None and not any(request.GET.get(name, "").strip() for name in request.GET if name != "case"):
        # The figures stand in the address from here on, to be changed and cited.
        figures = figures_of(case, timezone.localtime(clock.now()).date())
        return redirect(f"{reverse('web:tariff')}?{urlencode(figures)}")
    asked, typed = _asked(request), request.GET.dict()
    if number and case is None:
        asked.problems["case"] = UNSEEN
    context = {
        "asked": asked,
        "case": case,
        "typed": typed,
        "exchanged": "HX-Request" in request.headers,
        "problems": [{"field": name, "text": text} for name, text in asked.problems.items()],
        "result": show.result(asked) if asked.found else None,
        "files": show.files(typed),
        **show.options(asked, get_directory(), typed),
    }
    return render(request, "web/tariff.html", context, status=400 if asked.problems else 200)


@page
def tariff_file(request: PageRequest, kind: str) -> HttpResponse:
    """The bills beside each other as XLSX or CSV, by the question that stands in the address."""
    asked = _asked(request)
    if kind not in ("xlsx", "csv"):
        raise NotVisible
    if asked.found is None:
        return redirect(f"{reverse('web:tariff')}?{request.GET.urlencode()}")  # which says what is missing
    spend(EXPORTS, str(request.actor.user_id))
    rows = sheet.table(sheet.sheet(asked.found, sheet.plans(asked.found)))
    return taken(request, rows, kind, what="tariff", name="tariff-comparison")


def _asked(request: PageRequest) -> Asked:
    if not may_compare(request.actor):
        raise NotAllowed(CLOSED)
    today, region = timezone.localtime(clock.now()).date(), request.actor.posts[0].region_code
    return read(request.GET, get_directory().regions, today, region)
