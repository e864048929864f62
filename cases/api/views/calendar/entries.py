"""The calendar of a region's year, its entries, and what whoever keeps them does: enter, preview, check, withdraw."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.directory import get_directory
from agencies.vocabulary import Scope
from audit import clock
from cases.api import shapes
from cases.api.base import ApiView, proven_in
from cases.api.params import Params
from cases.calendar import plans
from cases.calendar.authority import keeper
from cases.calendar.entering import Draft, NoSuchEntry, checked, enter, withdraw
from cases.calendar.preview import effect_of_days
from cases.models.calendar import CalendarEntry
from cases.policy.calendar import SATURDAY, WorkingCalendar
from cases.selectors import refs
from cases.selectors.calendar.reading import find_entry, list_entries
from cases.selectors.paging import Row
from cases.workflow.errors import InvalidInput
from cases.workflow.step_up import StepUpRequired
from cases.workflow.view import Text
from cases.workflow.workdays import standing_in

_TEXTS = ("kind", "region", "reason", "source", "supersedes")
FIRST_YEAR, LAST_YEAR = 2004, 2099
FILTERS = [
    OpenApiParameter("region", description="Code or full name; without it the whole country."),
    OpenApiParameter("year", int, description="The running year where it is left out."),
]


class CalendarView(ApiView):
    scopes = {"GET": Scope.CASES_READ}

    @extend_schema(
        tags=["calendar"], operation_id="calendar_read", parameters=FILTERS, responses={200: shapes.WorkingYear}
    )
    def get(self, request: Request) -> Response:
        """Which days of a year are worked in a region, and who said so."""
        params = Params(request.query_params)
        region = params.region() or ""
        year = params.whole("year", FIRST_YEAR, LAST_YEAR) or timezone.localtime(clock.now()).year
        params.done()
        directory = get_directory()
        standing = standing_in(region, directory)
        off, on = _days(year, standing.calendar)
        return Response(
            {
                "region": refs.region(directory, region) if region else None,
                "year": year,
                "version": standing.version,
                "known": standing.calendar.known(year),
                "days_off": off,
                "worked": on,
                "entries": [_shown(row) for row in list_entries(region, date(year, 1, 1), date(year, 12, 31))],
            }
        )

    @extend_schema(
        tags=["calendar"],
        operation_id="calendar_enter",
        request=shapes.LocalDays,
        responses={201: shapes.CalendarNote},
    )
    def post(self, request: Request) -> Response:
        """Enter days of a region, or correct an entry; they count at once. Prove anew who you are first."""
        draft = _draft(self.body())
        _proven(request)
        entry = enter(actor=self.actor, draft=draft, now=clock.now())
        return Response(_found(entry.pk), status=status.HTTP_201_CREATED)


class CalendarPreviewView(ApiView):
    @extend_schema(
        tags=["calendar"],
        operation_id="calendar_preview",
        request=shapes.LocalDays,
        responses={200: shapes.CalendarEffect},
    )
    def post(self, request: Request) -> Response:
        """How many open deadlines an entry would move; nothing is stored."""
        ready = checked(_draft(self.body()), clock.now())
        keeper(self.actor, ready.region)
        found = effect_of_days(ready, clock.now())
        return Response(
            {
                "looked_at": found.looked_at,
                "moved": found.moved,
                "shifts": [{"days": days, "deadlines": n} for days, n in sorted(found.shifts.items())],
                "overdue": found.overdue,
                "unsure": found.unsure,
            }
        )


class PlansView(ApiView):
    @extend_schema(
        tags=["calendar"],
        operation_id="calendar_propose_plan",
        request=shapes.PlanDraft,
        responses={201: shapes.CalendarNote},
    )
    def post(self, request: Request) -> Response:
        """Enter the State Council's plan of a year; another person compares it with the notice before it counts."""
        body, now = self.body(), clock.now()
        _only(body, "year", "days", "reason", "source")
        year = body.get("year")
        texts = _texts(body, "days", "reason", "source")
        plan = plans.plan_in(year if type(year) is int else 0, texts.pop("days"), now)
        entry = plans.propose(actor=self.actor, plan=plan, now=now, **texts)
        return Response(_found(entry.pk), status=status.HTTP_201_CREATED)


class EntryView(ApiView):
    scopes = {"GET": Scope.CASES_READ}

    @extend_schema(tags=["calendar"], operation_id="calendar_entry", responses={200: shapes.CalendarNote})
    def get(self, request: Request, entry_id: UUID) -> Response:
        """One entry."""
        Params(request.query_params).done()
        return Response(_found(entry_id))


class ApprovalView(ApiView):
    @extend_schema(
        tags=["calendar"], operation_id="calendar_approve_plan", request=None, responses={200: shapes.CalendarNote}
    )
    def post(self, request: Request, entry_id: UUID) -> Response:
        """Let a plan count that somebody else entered. Prove anew who you are first (`session/step-up`)."""
        _proven(request)
        plans.approve(actor=self.actor, entry_id=entry_id, now=clock.now())
        return Response(_found(entry_id))


class RejectionView(ApiView):
    @extend_schema(
        tags=["calendar"], operation_id="calendar_reject_plan", request=None, responses={200: shapes.CalendarNote}
    )
    def post(self, request: Request, entry_id: UUID) -> Response:
        """Say that a plan is not what the notice says; your own is taken back by the same."""
        found = _found(entry_id)
        own = found["entered_by"] is not None and found["entered_by"]["id"] == self.actor.user_id
        (plans.take_back if own else plans.reject)(actor=self.actor, entry_id=entry_id, now=clock.now())
        return Response(_found(entry_id))


class WithdrawalView(ApiView):
    @extend_schema(
        tags=["calendar"],
        operation_id="calendar_withdraw",
        request=shapes.CalendarWithdrawal,
        responses={200: shapes.CalendarNote},
    )
    def post(self, request: Request, entry_id: UUID) -> Response:
        """Let an entry count no more; it stays on record. Prove anew who you are first."""
        body = self.body()
        _only(body, "reason")
        _proven(request)
        end = plans.withdraw if _found(entry_id)["kind"] == CalendarEntry.Kind.PLAN else withdraw
        end(actor=self.actor, entry_id=entry_id, reason=_texts(body, "reason")["reason"], now=clock.now())
        return Response(_found(entry_id))


def _proven(request: Request) -> None:
    if not proven_in(request):
        raise StepUpRequired


def _draft(body: Mapping[str, Any]) -> Draft:
    """What is entered, out of the JSON; what is of the wrong sort is refused by its field."""
    _only(body, *_TEXTS, "first", "last")
    texts = _texts(body, *_TEXTS)
    wrong: dict[str, Text] = {}
    first, last = (_day(body.get(name), name, wrong) for name in ("first", "last"))
    if wrong:
        raise InvalidInput(fields=wrong)
    return Draft(first=first, last=last, **texts)


def _texts(body: Mapping[str, Any], *names: str) -> dict[str, str]:
    texts = {name: body.get(name, "") for name in names}
    wrong = {n: Text("应为文字。", "This is a text.") for n, value in texts.items() if not isinstance(value, str)}
    wrong |= {n: Text("含有不能使用的字符。", "Holds a NUL character.") for n, v in texts.items() if "\0" in str(v)}
    if wrong:
        raise InvalidInput(fields=wrong)
    return texts


def _day(value: Any, name: str, wrong: dict[str, Text]) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        wrong[name] = Text("应为日期，如 2026-12-01。", "This is a day such as 2026-12-01.")
        return None


def _only(body: Mapping[str, Any], *known: str) -> None:
    if unknown := set(body) - set(known):
        raise InvalidInput(fields=dict.fromkeys(sorted(unknown), Text("没有这个字段", "there is no such field")))


def _days(year: int, calendar: WorkingCalendar) -> tuple[list[date], list[date]]:
    first = date(year, 1, 1)
    days = [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]
    off = [day for day in days if day.weekday() < SATURDAY and not calendar.is_workday(day)]
    return off, [day for day in days if day.weekday() >= SATURDAY and calendar.is_workday(day)]


def _found(entry_id: UUID) -> dict[str, Any]:
    row = find_entry(entry_id)
    if row is None:
        raise NoSuchEntry
    return _shown(row)


def _shown(row: Row) -> dict[str, Any]:
    directory = get_directory()
    kept = ("id", "kind", "first_day", "last_day", "days", "reason", "source", "status", "entered_at", "decided_at")
    return {
        **{name: row[name] for name in (*kept, "ended_at", "ended_reason")},
        "region": refs.region(directory, row["region"]) if row["region"] else None,
        "supersedes": row["supersedes_id"],
        "entered_by": refs.person(row["entered_by_id"], row["enterer"]),
        "entered_agency": refs.agency(directory, row["entered_agency_id"]) if row["entered_agency_id"] else None,
        "decided_by": refs.person(row["decided_by_id"], row["decider"]),
        "ended_by": refs.person(row["ended_by_id"], row["ender"]),
    }
