"""期限与地区参数: what holds in a region, and a new value from a day on, by the approver of its commission."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from agencies.actors import Actor
from agencies.directory import Directory, RegionRef, get_directory
from agencies.errors import AgencyError, BadInput
from agencies.services import set_parameter
from agencies.vocabulary import Label
from audit import clock
from audit.actions import Action
from cases.policy.dated import CHINA
from cases.web.pages import PageRequest, page
from cases.web.show.settings import parameters as shown
from cases.web.show.settings.entrance import recent
from cases.web.show.words import say
from cases.workflow.errors import NotVisible

WORDS: Final = {
    "title": Label("期限与地区参数", "Deadlines and parameters"),
    "sub": Label(
        "地区可以另作规定，自某日起生效，须有依据文件。由该地区发展改革委的签发人设置",
        "A region can set its own from a day on, by a paper; an approver of its commission does",
    ),
    "region": Label("地区", "Region"),
    "show": Label("查看", "Show"),
    "name": Label("参数", "Parameter"),
    "default": Label("默认", "Default"),
    "now": Label("现行", "In force"),
    "later": Label("将施行", "To come"),
    "source": Label("依据文件", "Paper"),
    "same": Label("同默认", "as default"),
    "from": Label("自", "from"),
    "set": Label("设置新的值", "Set a new value"),
    "unit": Label("单位", "unit"),
    "day": Label("生效日期", "In force from"),
    "history": Label("沿革", "History"),
    "before": Label("此前", "Before"),
    "after": Label("此后", "After"),
    "until": Label("至", "until"),
    "none": Label("这个地区没有另作规定", "The region has set nothing of its own"),
    "who": Label(
        "只有管辖该地区的发展改革委签发人可以设置", "Only an approver of a commission that covers the region sets this"
    ),
    "done": Label("已设置，自所填日期起生效", "Set, in force from that day"),
    "scroll": Label("表格，可左右滚动", "Table, scrolls sideways"),
}


@page
def parameters(request: PageRequest) -> HttpResponse:
    """Every parameter, as it holds in one region."""
    directory, today = get_directory(), _today()
    region = region_of(request, directory)
    rows = [shown.row(key, region.code, directory, today) for key in shown.known()]
    families = [
        {"label": label, "rows": [row for row in rows if shown.family(row["key"]) == code]}
        for code, label in shown.FAMILIES.items()
    ]
    context = {
        "words": WORDS,
        "region": region,
        "options": region_options(request.actor, directory, region),
        "families": [family for family in families if family["rows"]],
        "recent": recent(request.actor, Action.PARAMETER_CHANGED),
    }
    return render(request, "web/settings/parameters.html", context)


@page
def parameter(request: PageRequest, key: str) -> HttpResponse:
    """One parameter: its history in the region, and the form."""
    directory = get_directory()
    if key not in shown.known():
        raise NotVisible
    region = region_of(request, directory)
    refused: AgencyError | None = None
    if request.method == "POST":
        try:
            _set(request, key, region)
        except AgencyError as wrong:
            refused = wrong
        else:
            messages.success(request, say(WORDS["done"]))
            return redirect(f"{reverse('web:parameter', args=[key])}?region={region.code}")
    typed = request.POST if request.method == "POST" else {}
    context: dict[str, Any] = {
        "words": WORDS,
        "row": shown.row(key, region.code, directory, _today()),
        "region": region,
        "options": region_options(request.actor, directory, region),
        "fields": [{**field._asdict(), "value": typed.get(f"v.{field.name}", "")} for field in shown.fields(key)],
        "units": [(unit, label, unit == typed.get("unit")) for unit, label in shown.UNITS.items()],
        "has_unit": shown.has_unit(key),
        "typed": {"day": typed.get("day", ""), "source": typed.get("source", "")},
        "may": shown.may_set(request.actor, region.code),
        "refused": refused.text if refused else None,
        "history": shown.history(key, region.code, directory),
        "recent": recent(request.actor, Action.PARAMETER_CHANGED, stream=f"config/{key}"),
    }
    return render(request, "web/settings/parameter.html", context, status=refused.status if refused else 200)


def _set(request: PageRequest, key: str, region: RegionRef) -> None:
    typed = request.POST
    try:
        day = date.fromisoformat(typed.get("day", ""))
    except ValueError:
        raise BadInput("日期须写作 2026-12-01 的形式。", "Write days as 2026-12-01.", field="day") from None
    value = shown.typed_value(key, typed.dict())
    source = typed.get("source", "").strip()
    set_parameter(
        actor=request.actor,
        region=region.code,
        key=key,
        value=value,
        effective_from=day,
        source=source,
        now=clock.now(),
    )


def _today() -> date:
    return timezone.localtime(clock.now(), CHINA).date()


def region_of(request: PageRequest, directory: Directory) -> RegionRef:
    """The one that is named, else that of one's own agency."""
    asked = request.POST.get("region") or request.GET.get("region", "")
    own = request.actor.posts[0].region_code if request.actor.posts else next(iter(directory.regions))
    found: RegionRef = directory.regions.get(asked) or directory.regions[own]
    return found


def region_options(actor: Actor, directory: Directory, chosen: RegionRef) -> list[dict[str, Any]]:
    own = actor.posts[0].region_code if actor.posts else ""
    return [
        {"value": code, "label": f"{code} {region.name}", "selected": code == chosen.code}
        for code, region in sorted(directory.regions.items())
        if region.name not in ("市辖区", "县") and (code.startswith(own) or own.startswith(code))
    ]
