"""Entering days of a region, or a national plan: the form, what it would move, and the entry."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from agencies.access.standing import is_fresh
from agencies.directory import get_directory
from audit import clock
from cases.calendar import plans
from cases.calendar.authority import KEPT_ELSEWHERE, keeper, planner, regions_kept
from cases.calendar.entering import Draft, checked, enter
from cases.calendar.preview import effect_of_days, effect_of_plan
from cases.policy.calendar import YearPlan
from cases.policy.entered.days import LOCAL_KINDS, stored
from cases.selectors.calendar.reading import find_entry
from cases.selectors.paging import Row
from cases.web.pages import PageRequest, page
from cases.web.show.calendar import days as shown
from cases.web.show.words import say
from cases.web.views.entry import confirm
from cases.workflow.errors import InvalidInput, NotAllowed, WorkflowError


@page
def new_days(request: PageRequest) -> HttpResponse:
    """Days off or worked days of a region; `from` names the entry that is corrected."""
    kept = regions_kept(request.actor)
    if not kept:
        raise NotAllowed(KEPT_ELSEWHERE, code="may_not_keep")
    source = _source(request)
    draft = _draft(request, source, kept[0])
    refused: WorkflowError | None = None
    effect: dict[str, Any] | None = None
    if request.method == "POST":
        enters = request.POST.get("step") == "enter"
        if enters and not is_fresh(request.session):
            return confirm.ask(request)
        try:
            if enters:
                entry = enter(actor=request.actor, draft=draft, now=clock.now())
                messages.success(request, gettext("已录入，开始适用；未办结期限正在重算"))
                return redirect("web:calendar_entry", entry_id=entry.pk)
            ready = checked(draft, clock.now())
            keeper(request.actor, ready.region)
            effect = shown.effect(effect_of_days(ready, clock.now()))
        except WorkflowError as error:
            refused = error
    context = {
        "draft": draft,
        "kinds": shown.kinds(draft.kind),
        "first": request.POST.get("first", draft.first.isoformat() if draft.first else ""),
        "last": request.POST.get("last", draft.last.isoformat() if draft.last else ""),
        "source": shown.row(source) if source else None,
        "effect": effect,
        **_refusal(refused),
    }
    return render(request, "web/calendar/new.html", context, status=refused.status if refused else 200)


@page
def new_plan(request: PageRequest) -> HttpResponse:
    """The State Council's notice of one year; somebody else compares it before it counts."""
    directory, now = get_directory(), clock.now()
    planner(request.actor, directory)
    year = request.POST.get("year") or request.GET.get("year") or str(timezone.localtime(now).year + 1)
    typed = {name: request.POST.get(name, "") for name in ("days", "reason", "source")}
    refused: WorkflowError | None = None
    effect: dict[str, Any] | None = None
    plan: YearPlan | None = None
    if request.method == "POST":
        try:
            plan = plans.plan_in(int(year) if year.isascii() and year.isdigit() else 0, typed["days"], now)
            if request.POST.get("step") == "propose":
                words = {"reason": typed["reason"] or f"{year} 年放假安排", "source": typed["source"]}
                entry = plans.propose(actor=request.actor, plan=plan, now=now, **words)
                messages.success(request, gettext("已录入，待另一人对照通知核对后适用"))
                return redirect("web:calendar_entry", entry_id=entry.pk)
            effect = shown.effect(effect_of_plan(plan, now))
        except WorkflowError as error:
            refused = error
    context = {
        "year": year,
        "typed": typed,
        "plan": shown.plan_days(stored(plan)) if plan and effect else [],
        "effect": effect,
        **_refusal(refused),
    }
    return render(request, "web/calendar/plan.html", context, status=refused.status if refused else 200)


def _refusal(refused: WorkflowError | None) -> dict[str, Any]:
    errors = {name: say(text) for name, text in refused.fields.items()} if refused else {}
    return {
        "errors": [{"anchor": f"i-{name}", "text": text} for name, text in errors.items()],
        "wrong": errors,
        "refused": say(refused.text) if refused and not isinstance(refused, InvalidInput) else "",
    }


def _source(request: PageRequest) -> Row | None:
    asked = request.POST.get("supersedes") or request.GET.get("from") or ""
    try:
        found = find_entry(UUID(asked)) if asked else None
    except ValueError:
        return None
    return found if found and found["kind"] in LOCAL_KINDS else None


def _draft(request: PageRequest, source: Row | None, region: str) -> Draft:
    """What was typed; on a fresh form what the entry says that is corrected, or the day that was clicked."""
    if request.method != "POST":
        day = _day(request.GET.get("day", ""))
        fresh = Draft(kind="holiday", region=region.ljust(6, "0"), first=day)
        if source is None:
            return fresh
        return replace(
            fresh,
            kind=source["kind"],
            region=source["region"].ljust(6, "0"),
            first=source["first_day"],
            last=source["last_day"],
            reason=source["reason"],
            source=source["source"],
            supersedes=str(source["id"]),
        )
    texts = {name: request.POST.get(name, "").strip() for name in ("kind", "region", "reason", "source", "supersedes")}
    return Draft(first=_day(request.POST.get("first", "")), last=_day(request.POST.get("last", "")), **texts)


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None
