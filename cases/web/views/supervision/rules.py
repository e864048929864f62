"""期限与催办规则: how long each task has, and which steps follow a deadline, in a region and by whose paper."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from agencies.directory import Directory, RegionRef, get_directory
from agencies.vocabulary import Label
from audit import clock
from cases.policy.dated import CHINA, load
from cases.web.pages import PageRequest, page
from cases.web.show.supervision import rules as show

WORDS = {
    "title": Label("期限与催办规则", "Rules of deadlines and reminders"),
    "sub": Label(
        "事项的办理期限，以及期限前后依次告知谁；按期限所在日适用的规则执行",
        "How long each task has, and who hears before and after a deadline; the rule of the day of the deadline holds",
    ),
    "region": Label("地区", "Region"),
    "show": Label("查看", "Show"),
    "steps": Label("提醒、催办、督办、通报", "Steps of a deadline"),
    "step": Label("步骤", "Step"),
    "when": Label("何时", "When"),
    "whom": Label("告知谁", "Who hears"),
    "own": Label("本地区规定", "regional"),
    "now": Label("现行", "In force"),
    "later": Label("将施行", "To come"),
    "default": Label("默认规则", "Default"),
    "source": Label("依据", "Source"),
    "rests": Label("依据：", "Source: "),
    "from": Label("起始期限日", "For deadlines from"),
    "until": Label("之前", "before"),
    "regions": Label("各地区的规定", "What regions have set"),
    "no_regions": Label("没有地区另作规定，均按默认规则", "No region has set its own; the default holds everywhere"),
    "how": Label(
        "地区可设参数 escalation.steps（tomorrow、overdue、pressed、reported，均为工作日数），"
        "自某日起生效，须注明依据文件。",
        "A region sets the parameter escalation.steps (tomorrow, overdue, pressed, reported, in working days) from a"
        " day on, with the paper it rests on.",
    ),
    "periods": Label("办理期限", "Time for each task"),
    "task": Label("事项", "Task"),
    "time": Label("默认期限", "Default"),
    "local": Label("本地区", "This region"),
    "since": Label("自", "from"),
    "same": Label("同默认", "as default"),
    "scroll": Label("表格，可左右滚动", "Table, scrolls sideways"),
    "days": Label("个工作日", "working days"),
    "late": Label(
        "系统停机期间到期的步骤，恢复后补发一次并注明迟发；已过时的提醒只记录、不再发。",
        "What fell due while the system was down fires once afterwards and says so; a reminder whose time has passed is"
        " recorded and not sent.",
    ),
}


@page
def escalation_rules(request: PageRequest) -> HttpResponse:
    """Of one's own region, or of one that is named."""
    directory, today = get_directory(), timezone.localtime(clock.now(), CHINA).date()
    own = request.actor.posts[0].region_code if request.actor.posts else ""
    asked = request.GET.get("region", "").strip()
    region = asked if asked in directory.regions else own
    named = directory.regions.get(region)
    context = {
        "words": WORDS,
        "region": region,
        "region_name": directory.region_path(region) if named else "",
        "unknown": Label(
            f"没有代码为“{asked}”的地区，以下为本单位所在地区。", f"There is no region {asked}; shown is your own."
        )
        if asked and asked != region
        else None,
        "options": [
            {"value": r.code, "label": f"{r.code} {r.name}", "selected": r.code == region}
            for r in _offered(directory, own)
        ],
        "versions": show.versions(region, directory, today),
        "regions": show.regions(directory),
        "periods": show.periods(region, directory, today),
        "default_source": Label("《本系统办理规则》", load("escalation")["defaults"]["source"]),
    }
    return render(request, "web/supervision/rules.html", context)


def _offered(directory: Directory, own: str) -> list[RegionRef]:
    """The region of one's own agency, what lies in it, and what it lies in."""
    return [
        region
        for code, region in sorted(directory.regions.items())
        if region.name not in ("市辖区", "县") and (code.startswith(own) or own.startswith(code))
    ]
