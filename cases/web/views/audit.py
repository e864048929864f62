"""审计: the trail by person, action, agency, date and case; one event with its place in the chain; verification."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from cases.selectors.case import find_case_id
from cases.selectors.events import EventFilter, get_event, search_events
from cases.web import filters
from cases.web.pages import PageRequest, page, post_only
from cases.web.show import audit as audit_page
from cases.workflow.errors import NotVisible

PAGE_SIZE = 25
TYPED = ("from", "to", "case", "person")


@page
def trail(request: PageRequest, event_id: int | None = None) -> HttpResponse:
    """The search, and beside it the event that was chosen."""
    actor, offered = request.actor, audit_page.offered(request.actor)
    given = filters.given(request.GET, offered)
    typed = {name: request.GET.get(name, "").strip() for name in TYPED}
    wanted, why_empty = _wanted(request, given, typed)
    found = search_events(actor, wanted, cursor=filters.cursor(request.GET), size=PAGE_SIZE) if wanted else None
    event = get_event(actor, event_id) if event_id is not None else None
    if event_id is not None and event is None:
        raise NotVisible
    rows = [audit_page.row(item, request.GET) for item in found.rows] if found else []
    context = {
        "page": filters.paged(found, rows) if found else {"rows": []},
        "event": audit_page.event(actor, event) if event else None,
        "filters": typed,
        "unread": filters.unread(request.GET, offered, given, *typed_days(typed)),
        "selects": filters.selects(offered, given),
        "verdict": audit_page.verdict(request.session.get(audit_page.SESSION_KEY)),
        "may_verify": audit_page.may_verify(actor),
        "why_empty": why_empty,
    }
    return render(request, "web/audit.html", context)


@post_only
@page
def verify_now(request: PageRequest) -> HttpResponse:
    """Recompute the chain of one case, or of everything, and keep the result for this session."""
    number = request.POST.get("case", "").strip()
    case_id = find_case_id(request.actor, number) if number else None
    if number and case_id is None:
        raise NotVisible
    report = audit_page.verify(request.actor, f"case/{case_id}" if case_id else None)
    request.session[audit_page.SESSION_KEY] = audit_page.remember(request.actor, report, number)
    if not report.ok:
        messages.error(request, gettext("完整性校验未通过，请通知系统管理员保全数据库"))
    return redirect("web:audit")


def _wanted(request: PageRequest, given: dict[str, str], typed: dict[str, str]) -> tuple[EventFilter | None, str]:
    """The search; None and the reason where nothing can match."""
    case_id = find_case_id(request.actor, typed["case"]) if typed["case"] else None
    if typed["case"] and case_id is None:
        return None, gettext("没有编号为“%(n)s”的案件，或你所在机构不参与办理") % {"n": typed["case"]}
    person = audit_page.find_person(request.actor, typed["person"]) if typed["person"] else None
    if typed["person"] and person is None:
        return None, gettext("没有找到“%(n)s”这位人员") % {"n": typed["person"]}
    return EventFilter(
        actor_id=person,
        agency_id=int(given["agency"]) if "agency" in given else None,
        action=given.get("action"),
        case_id=case_id,
        since=day_of(typed["from"]),
        until=day_of(typed["to"], later=1),
    ), gettext("换一个条件再查")


def day_of(text: str, later: int = 0) -> datetime | None:
    """Midnight of a typed day or of some days later, local time; None for what is no day."""
    try:
        return timezone.make_aware(datetime.combine(date.fromisoformat(text) + timedelta(days=later), time()))
    except (ValueError, OverflowError):
        return None


def typed_days(typed: dict[str, str]) -> list[tuple[str, str, str]]:
    """The two days as `filters.unread` asks about them."""
    first = typed["from"] if day_of(typed["from"]) else ""
    last = typed["to"] if day_of(typed["to"], later=1) else ""
    return [("from", gettext("自"), first), ("to", gettext("至"), last)]
