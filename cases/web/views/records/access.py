"""查阅日志: who read which personal data, for those who oversee; as a page and as a file."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext

from agencies.access.rates import EXPORTS, spend
from audit import clock
from cases.selectors.case import find_case_id
from cases.selectors.records.access import AccessFilter, access_lines, all_lines, busiest_days
from cases.web import filters
from cases.web.pages import PageRequest, page
from cases.web.show.records import access as access_page
from cases.web.show.trail.asked import day_of, typed_days
from cases.web.taking import attachment

PAGE_SIZE = 50
TYPED = ("from", "to", "case", "person")
# Without a first day the figures by person and day reach back so far.
WEEK = timedelta(days=6)


@page
def access_log(request: PageRequest) -> HttpResponse:
    """The lines with their filters, and who read most on one day."""
    actor = request.actor
    access_page.check(actor)
    offered, typed = access_page.offered(actor), _typed(request)
    given = filters.given(request.GET, offered)
    wanted, why_empty = _wanted(request, given, typed)
    found = access_lines(actor, wanted, cursor=filters.cursor(request.GET), size=PAGE_SIZE) if wanted else None
    since = wanted.since if wanted and wanted.since else _week_ago()
    context = {
        "page": filters.paged(found, [access_page.line(row) for row in found.rows]) if found else {"rows": []},
        "days": access_page.days(busiest_days(actor, replace(wanted, since=since))) if wanted else [],
        "since": timezone.localtime(since).strftime("%Y-%m-%d"),
        "notable": settings.ACCESS_LOG_NOTABLE,
        "keep_days": settings.ACCESS_LOG_DAYS,
        "filters": typed,
        "selects": filters.selects(offered, given),
        "unread": filters.unread(request.GET, offered, given, *typed_days(typed)),
        "why_empty": why_empty,
    }
    return render(request, "web/access_log.html", context)


@page
def access_csv(request: PageRequest) -> HttpResponse:
    """The lines that the page would show, the latest ten thousand, as a file; taking it is logged."""
    access_page.check(request.actor)
    spend(EXPORTS, str(request.actor.user_id))
    given = filters.given(request.GET, access_page.offered(request.actor))
    wanted, _ = _wanted(request, given, _typed(request))
    content = access_page.export(request, all_lines(request.actor, wanted) if wanted else [])
    return attachment(content, "access-log.csv")


def _typed(request: PageRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "").strip() for name in TYPED}


def _wanted(request: PageRequest, given: dict[str, str], typed: dict[str, str]) -> tuple[AccessFilter | None, str]:
    """The search; None and the reason where nothing can match."""
    case_id = find_case_id(request.actor, typed["case"]) if typed["case"] else None
    if typed["case"] and case_id is None:
        return None, gettext("没有编号为“%(n)s”的案件，或你所在机构不参与办理") % {"n": typed["case"]}
    wanted = AccessFilter(
        person=typed["person"] or None,
        agency_id=int(given["agency"]) if "agency" in given else None,
        way=given.get("way"),
        case_id=case_id,
        since=day_of(typed["from"]),
        until=day_of(typed["to"], later=1),
    )
    narrowed = any(typed.values()) or bool(given)
    return wanted, gettext("换一个条件再查") if narrowed else gettext("还没有人查看过个人信息原文")


def _week_ago() -> datetime:
    first = timezone.localtime(clock.now()).date() - WEEK
    return timezone.make_aware(datetime.combine(first, time()))
