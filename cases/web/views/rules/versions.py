"""规则: the list, one version with its decision, and the paper it rests on."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from agencies.access.standing import is_fresh
from audit import clock
from cases.documents.attachments import download_headers
from cases.models.rules import RuleFile, RuleVersion
from cases.rules.authority import proposing_kinds
from cases.rules.deciding import approve, reject
from cases.rules.proposing import NoSuchVersion, take_back
from cases.selectors.rules.reading import Wanted, find_version, list_versions
from cases.web import filters
from cases.web.filters import Select
from cases.web.pages import PageRequest, page
from cases.web.show.rules import versions as shown
from cases.web.show.settings.entrance import RULES, recent
from cases.web.show.words import say
from cases.web.views.entry import confirm
from cases.workflow.errors import WorkflowError

PAGE_SIZE = 25


@page
def rules(request: PageRequest) -> HttpResponse:
    """Every version, the latest proposal first."""
    offered = [
        Select("kind", gettext("种类"), gettext("全部种类"), list(shown.KIND_LABELS.items())),
        Select("region", gettext("地区"), gettext("全部地区"), shown.regions(request.actor)),
        Select("status", gettext("状态"), gettext("全部状态"), list(shown.STATUS_LABELS.items())),
    ]
    given, typed = filters.given(request.GET, offered), request.GET.get("day", "").strip()[:10]
    day = _day(typed)
    wanted = Wanted(given.get("kind", ""), given.get("region", ""), given.get("status", ""), day)
    found = list_versions(wanted, cursor=filters.cursor(request.GET), size=PAGE_SIZE)
    proposes, _only_price = proposing_kinds(request.actor)
    context = {
        "page": filters.paged(found, [shown.row(row) for row in found.rows]),
        "selects": filters.selects(offered, given),
        "chips": filters.chips(request.GET, offered, given),
        "unread": filters.unread(
            request.GET, offered, given, ("day", gettext("适用日期"), day.isoformat() if day else "")
        ),
        "typed": day.isoformat() if day else "",
        "may_propose": proposes,
        "recent": recent(request.actor, *RULES),
    }
    return render(request, "web/rules/list.html", context)


@page
def rule(request: PageRequest, version_id: UUID) -> HttpResponse:
    """One version. A POST approves, rejects or takes it back; before an approval one proves anew who one is."""
    refused: WorkflowError | None = None
    if request.method == "POST":
        if request.POST.get("do") == "approve" and not is_fresh(request.session):
            return confirm.ask(request)
        try:
            messages.success(request, _step(request, version_id))
            return redirect("web:rule", version_id=version_id)
        except NoSuchVersion:
            raise
        except WorkflowError as error:
            refused = error
    found = find_version(version_id)
    if found is None:
        raise NoSuchVersion
    told = [say(text) for text in refused.fields.values()] or [say(refused.text)] if refused else []
    context = {
        "version": shown.page_of(request.actor, found, clock.now()),
        "may_correct": found["status"] == "approved" and not found["repeal"] and proposing_kinds(request.actor)[0],
        "refused": "".join(told),
        "typed": request.POST.get("reason", "") if refused else "",
    }
    return render(request, "web/rules/version.html", context, status=refused.status if refused else 200)


@page
def rule_file(request: PageRequest, version_id: UUID) -> HttpResponse:
    """The scanned paper, as a file to keep."""
    paper = RuleFile.objects.filter(pk__in=RuleVersion.objects.filter(pk=version_id).values("file")).first()
    if paper is None:
        raise NoSuchVersion
    response = HttpResponse(bytes(paper.content))
    for name, value in download_headers({"sha256": paper.sha256, "filename": paper.filename}).items():
        response[name] = value
    return response


def _step(request: PageRequest, version_id: UUID) -> str:
    """Do what the button says and return the sentence about it."""
    actor, now, do = request.actor, clock.now(), request.POST.get("do", "")
    if do == "approve":
        approve(actor=actor, version_id=version_id, now=now, seen=request.POST.get("seen") == "yes")
        return gettext("已批准，自施行日期起适用")
    if do == "reject":
        reject(actor=actor, version_id=version_id, reason=request.POST.get("reason", ""), now=now)
        return gettext("已记录为不批准")
    if do == "take_back":
        take_back(actor=actor, version_id=version_id, now=now)
        return gettext("已撤回")
    raise NoSuchVersion


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None
