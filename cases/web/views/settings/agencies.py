"""机构与地区: the agencies of a region, set up and closed by its system administrator."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from agencies.directory import get_directory
from agencies.errors import AgencyError, BadInput
from agencies.models import Agency
from agencies.services import close_agency, create_agency
from agencies.vocabulary import Label
from audit import clock
from audit.actions import Action
from cases.web.pages import PageRequest, page
from cases.web.show.settings import agencies as shown
from cases.web.show.settings.entrance import recent
from cases.web.show.words import say
from cases.web.views.settings.parameters import region_of, region_options
from cases.workflow.errors import NotVisible

WORDS: Final = {
    "title": Label("机构与地区", "Agencies and regions"),
    "sub": Label(
        "每个地区每类单位只有一个，下属单位挂在上级之下。由该地区的系统管理员设置和停用",
        "One agency of each kind a region, sub-units below it; the region's system administrator sets up and closes",
    ),
    "region": Label("地区", "Region"),
    "show": Label("查看", "Show"),
    "name": Label("名称", "Name"),
    "kind": Label("类别", "Kind"),
    "duties": Label("职责", "Duties"),
    "people": Label("在任人数", "People"),
    "act": Label("操作", "Act"),
    "closed": Label("已停用", "closed"),
    "close": Label("停用", "Close"),
    "sure": Label("停用后不能恢复，记录保留", "It cannot be opened again; its past stays"),
    "confirm": Label("确认停用", "Close it"),
    "new": Label("新设机构", "Set up an agency"),
    "code": Label("代码", "Code"),
    "code_help": Label(
        "以地区六位代码和短横线开头，如 320300-drc", "Begins with the region's code, such as 320300-drc"
    ),
    "short": Label("简称", "Short name"),
    "mark": Label("标识字", "Mark"),
    "parent": Label("上级单位（下属单位才选）", "Parent (of a sub-unit)"),
    "no_parent": Label("无", "none"),
    "sort": Label("协办单位类别", "Sort of partner"),
    "who": Label("由该地区的系统管理员设置", "The region's system administrator sets agencies up"),
    "made": Label("已设立", "Set up"),
    "ended": Label("已停用该单位", "Closed"),
    "none": Label("这个地区没有单位", "No agency in this region"),
    "scroll": Label("表格，可左右滚动", "Table, scrolls sideways"),
}
_TYPED: Final = ("code", "name", "short_name", "monogram", "kind", "parent", "partner_sort")


@page
def agencies(request: PageRequest) -> HttpResponse:
    """The list; the form sets one up, the buttons close one."""
    directory = get_directory()
    region = region_of(request, directory)
    refused: AgencyError | None = None
    if request.method == "POST":
        try:
            done = _CHANGES.get(request.POST.get("do", ""), _unknown)(request, region.code)
        except AgencyError as wrong:
            refused = wrong
        else:
            messages.success(request, say(done))
            return redirect(f"{reverse('web:agencies')}?region={region.code}")
    context: dict[str, Any] = {
        "words": WORDS,
        "region": region,
        "options": region_options(request.actor, directory, region),
        "rows": shown.listing(request.actor, region.code, directory),
        "may": shown.may_keep(request.actor, region.code),
        "refused": refused.text if refused else None,
        "typed": {name: request.POST.get(name, "") for name in _TYPED},
        "chosen": request.POST.getlist("duties"),
        "recent": recent(request.actor, Action.AGENCY_CREATED, Action.AGENCY_CLOSED),
        **shown.offered(region.code),
    }
    return render(request, "web/settings/agencies.html", context, status=refused.status if refused else 200)


def _create(request: PageRequest, region: str) -> Label:
    typed = {name: request.POST.get(name, "").strip() for name in _TYPED}
    parent = Agency.objects.filter(code=typed["parent"]).first() if typed["parent"] else None
    for name in ("code", "name", "short_name", "monogram"):
        if not typed[name]:
            raise BadInput(
                "代码、名称、简称和标识字都须填写。", "Code, name, short name and mark are needed.", field=name
            )
    create_agency(
        actor=request.actor,
        code=typed["code"],
        kind=typed["kind"],
        region=region,
        name=typed["name"],
        short_name=typed["short_name"],
        monogram=typed["monogram"],
        parent=parent,
        duties=request.POST.getlist("duties"),
        partner_sort=typed["partner_sort"],
        now=clock.now(),
    )
    return WORDS["made"]


def _close(request: PageRequest, _region: str) -> Label:
    agency = Agency.objects.filter(code=request.POST.get("agency", "")).first()
    if agency is None:
        raise NotVisible
    close_agency(actor=request.actor, agency=agency, now=clock.now())
    return WORDS["ended"]


def _unknown(_request: PageRequest, _region: str) -> Label:
    raise NotVisible


_CHANGES: Final = {"create": _create, "close": _close}
