"""工作日历: a year or a month of a region with its marks, and one entry with what may be done about it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from agencies.access.standing import is_fresh
from agencies.actors import Actor
from agencies.directory import get_directory
from audit import clock
from cases.calendar import plans
from cases.calendar.authority import CHECKING, checker, keeps, regions_kept
from cases.calendar.authority import plans as may_plan
from cases.calendar.entering import NoSuchEntry, withdraw
from cases.calendar.loading import missing_year
from cases.calendar.preview import effect_of_plan, effect_of_withdrawal
from cases.models.calendar import CalendarEntry
from cases.policy.entered.days import plan_of
from cases.selectors.calendar.reading import find_entry, followers, list_entries
from cases.selectors.paging import Row
from cases.web.pages import PageRequest, page
from cases.web.show.calendar import days as shown
from cases.web.show.settings.entrance import CALENDAR, recent
from cases.web.show.words import say
from cases.web.views.entry import confirm
from cases.workflow.errors import NotAllowed, WorkflowError
from cases.workflow.workdays import calendar_for

FIRST_YEAR, LAST_YEAR = 2004, 2099
PROVING = ("approve", "withdraw")


@page
def calendar(request: PageRequest) -> HttpResponse:
    """The year (with `month` one month) of a region: which days are worked, who said so and why."""
    directory, now = get_directory(), clock.now()
    offered = shown.regions(request.actor, directory)
    asked = request.GET.get("region")
    home = request.actor.posts[0].region_code if request.actor.posts else ""
    region = asked if asked is not None and asked in dict(offered) else home if home in dict(offered) else ""
    year = _number(request.GET.get("year"), FIRST_YEAR, LAST_YEAR) or timezone.localtime(now).year
    month = _number(request.GET.get("month"), 1, 12)
    entries = list_entries(region, date(year, month or 1, 1), shown.last_of(year, month or 12))
    known = calendar_for(region, directory)
    context = {
        "region": region,
        "regions": [(code, name, code == region) for code, name in offered],
        "year": year,
        "before": year - 1 if year > FIRST_YEAR else 0,
        "after": year + 1 if year < LAST_YEAR else 0,
        "month": month,
        "weekdays": shown.WEEKDAYS,
        "months": shown.months(region, year, entries, directory, month),
        "known": known.known(year),
        "missing": missing_year(now) == year or not known.known(year),
        "version": known.version(),
        "entries": [shown.row(row) for row in entries],
        "may_keep": bool(regions_kept(request.actor)),
        "may_plan": may_plan(request.actor, directory),
        "recent": recent(request.actor, *CALENDAR),
    }
    return render(request, "web/calendar/calendar.html", context)


@page
def entry(request: PageRequest, entry_id: UUID) -> HttpResponse:
    """One entry. A POST previews what its end or its approval would move, or does it; then one proves who one is."""
    refused: WorkflowError | None = None
    effect: dict[str, Any] | None = None
    step, now = request.POST.get("do", ""), clock.now()
    found = find_entry(entry_id)
    if found is None:
        raise NoSuchEntry
    if request.method == "POST":
        if step in PROVING and not is_fresh(request.session):
            return confirm.ask(request)
        try:
            if step == "preview":
                effect = _effect(request.actor, found, now)
            else:
                messages.success(request, _step(request, found, step, now))
                return redirect("web:calendar_entry", entry_id=entry_id)
        except NoSuchEntry:
            raise
        except WorkflowError as error:
            refused = error
    context = {
        "entry": shown.row(found),
        "plan": shown.plan_days(found["days"]),
        "before": _before(found),
        "followers": [shown.row(one) for one in followers(entry_id)],
        "effect": effect,
        "typed": request.POST.get("reason", ""),
        "wrong": {name: say(text) for name, text in refused.fields.items()} if refused else {},
        "refused": say(refused.text) if refused else "",
        **_buttons(request.actor, found),
    }
    return render(request, "web/calendar/entry.html", context, status=refused.status if refused else 200)


def _step(request: PageRequest, found: Row, step: str, now: datetime) -> str:
    actor, entry_id = request.actor, found["id"]
    if step == "approve":
        plans.approve(actor=actor, entry_id=entry_id, now=now)
        return gettext("已核对，开始适用；未办结期限正在重算")
    if step == "reject":
        plans.reject(actor=actor, entry_id=entry_id, now=now)
        return gettext("已记为不采用")
    if step == "take_back":
        plans.take_back(actor=actor, entry_id=entry_id, now=now)
        return gettext("已收回")
    end = plans.withdraw if found["kind"] == CalendarEntry.Kind.PLAN else withdraw
    end(actor=actor, entry_id=entry_id, reason=request.POST.get("reason", ""), now=now)
    return gettext("已撤销；未办结期限正在重算")


def _effect(actor: Actor, found: Row, now: datetime) -> dict[str, Any]:
    """Only for whoever could do it: the same question of anybody would only cost."""
    may = _buttons(actor, found)
    if not (may["may_withdraw"] or may["may_check"]):
        raise NotAllowed(may["why_not"] or None)
    if found["kind"] != CalendarEntry.Kind.PLAN:
        return shown.effect(effect_of_withdrawal(CalendarEntry.objects.get(pk=found["id"]), now))
    return shown.effect(effect_of_plan(plan_of(found["first_day"].year, found["days"]), now))


def _buttons(actor: Actor, found: Row) -> dict[str, Any]:
    """Who may do what about it, and why not."""
    may: dict[str, Any] = dict.fromkeys(("may_withdraw", "may_correct", "may_check", "may_take_back"), False)
    may["why_not"] = None
    waits, holds = found["status"] == "proposed", found["status"] == "in_force"
    if found["kind"] != CalendarEntry.Kind.PLAN:
        may["may_withdraw"] = may["may_correct"] = holds and keeps(actor, found["region"])
        return may
    directory = get_directory()
    may["may_correct"] = holds and may_plan(actor, directory)
    may["may_take_back"] = waits and found["entered_by_id"] == actor.user_id
    try:
        checker(actor, directory, found["entered_by_id"] if waits else 0)
        may["may_check"] = waits
        may["may_withdraw"] = holds and found["decided_by_id"] is not None
    except NotAllowed as refused:
        may["why_not"] = say(refused.text) if waits and any(actor.has_role(role) for role in CHECKING) else None
    return may


def _before(found: Row) -> dict[str, Any] | None:
    before = find_entry(found["supersedes_id"]) if found["supersedes_id"] else None
    return {**shown.row(before), "plan": shown.plan_days(before["days"])} if before else None


def _number(typed: str | None, least: int, most: int) -> int:
    return int(typed) if typed and typed.isascii() and typed.isdigit() and least <= int(typed[:6]) <= most else 0
