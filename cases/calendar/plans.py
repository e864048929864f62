"""National plans: taken from the release, or entered from the State Council's notice before a release brings them."""

from __future__ import annotations

from datetime import date, datetime
from importlib.metadata import version
from typing import Final
from uuid import UUID

from django.db import transaction

from agencies.actors import Actor, system_actor
from agencies.authority import event_actor
from agencies.directory import get_directory
from audit.actions import Action
from audit.services import hold
from cases.calendar.authority import checker, planner
from cases.calendar.entering import NoSuchEntry, check_text, end_before, end_for, locked, put_down, ring
from cases.calendar.telling import NATIONAL_STREAM, tell
from cases.calendar.warning import ask_to_check
from cases.models.calendar import CalendarEntry
from cases.policy.calendar import YearPlan, national_calendar
from cases.policy.dated import CHINA
from cases.policy.entered.days import BadPlan, checked_plan, read_plan, stored
from cases.workflow.errors import GuardRefused, InvalidInput, NotAllowed
from cases.workflow.view import Text

PACKAGE: Final = "chinesecalendar"
FIRST_YEAR: Final = 2019
PLAN, STATUS = CalendarEntry.Kind.PLAN, CalendarEntry.Status


def plan_in(year: int, text: str, now: datetime) -> YearPlan:
    """A notice as a file or as typed, if it is a plan of that year. Raises InvalidInput."""
    if not FIRST_YEAR <= year <= now.astimezone(CHINA).year + 2:
        raise InvalidInput(fields={"year": Text("年份有误。", "This is no year to plan.")})
    try:
        return checked_plan(read_plan(year, text))
    except BadPlan as bad:
        raise InvalidInput(fields={"days": Text(bad.zh, bad.en)}) from bad


@transaction.atomic
def propose(*, actor: Actor, plan: YearPlan, reason: str, source: str, now: datetime) -> CalendarEntry:
    """Put a plan down for somebody else to compare with the notice. Raises NotAllowed, InvalidInput, GuardRefused."""
    acting = planner(actor, get_directory())
    flaws: dict[str, Text] = {}
    texts = {"reason": check_text("reason", reason, flaws), "source": check_text("source", source, flaws)}
    if flaws:
        raise InvalidInput(fields=flaws)
    hold(NATIONAL_STREAM)
    if _same(plan, STATUS.IN_FORCE, STATUS.PROPOSED):
        raise GuardRefused(
            Text("这份放假安排已经有效，或正待核对。", "This plan is in force already, or waits to be checked."),
            code="plan_known",
        )
    entry = _entry(plan, actor.user_id, now, **texts)
    entry.entered_agency_id, entry.status, entry.supersedes = acting.agency, STATUS.PROPOSED, current(plan.year)
    put_down(entry, Action.CALENDAR_PROPOSED, acting, now)
    ask_to_check(entry, now)
    return entry


@transaction.atomic
def approve(*, actor: Actor, entry_id: UUID, now: datetime) -> CalendarEntry:
    """Let a plan count that somebody else entered. Raises NoSuchEntry, NotAllowed, GuardRefused."""
    entry = _proposed(entry_id)
    acting = checker(actor, get_directory(), entry.entered_by_id)
    before = current(entry.first_day.year)
    if (before.pk if before else None) != entry.supersedes_id:
        raise GuardRefused(
            Text(
                "录入后该年的安排已经变更。请不予采用，重新录入。",
                "The plan of that year has changed since this one was entered. Refuse it and enter it anew.",
            ),
            code="superseded_already",
        )
    if before is not None:
        end_before(before, actor.user_id, now)
    entry.status, entry.decided_by_id, entry.decided_at = STATUS.IN_FORCE, actor.user_id, now
    entry.save(update_fields=["status", "decided_by", "decided_at"])
    tell(entry, Action.CALENDAR_APPROVED, acting, now, ended=before)
    transaction.on_commit(ring)
    return entry


@transaction.atomic
def reject(*, actor: Actor, entry_id: UUID, now: datetime) -> CalendarEntry:
    """Say that a plan is not what the notice says. Raises NoSuchEntry, NotAllowed, GuardRefused."""
    entry = _proposed(entry_id)
    acting = checker(actor, get_directory(), entry.entered_by_id)
    entry.status, entry.decided_by_id, entry.decided_at = STATUS.REJECTED, actor.user_id, now
    entry.save(update_fields=["status", "decided_by", "decided_at"])
    tell(entry, Action.CALENDAR_REJECTED, acting, now)
    return entry


@transaction.atomic
def take_back(*, actor: Actor, entry_id: UUID, now: datetime) -> CalendarEntry:
    """Take one's own plan back while nobody has decided about it. Raises NoSuchEntry, NotAllowed, GuardRefused."""
    entry = _proposed(entry_id)
    if entry.entered_by_id != actor.user_id:
        raise NotAllowed(Text("只能由录入人收回。", "Only who entered it takes it back."), code="not_yours")
    entry.status, entry.decided_by_id, entry.decided_at = STATUS.TAKEN_BACK, actor.user_id, now
    entry.save(update_fields=["status", "decided_by", "decided_at"])
    acting = event_actor(actor, actor.post_at(entry.entered_agency_id) if entry.entered_agency_id else None)
    tell(entry, Action.CALENDAR_TAKEN_BACK, acting, now)
    return entry


@transaction.atomic
def withdraw(*, actor: Actor, entry_id: UUID, reason: str, now: datetime) -> CalendarEntry:
    """End a plan that people entered: the release's holds again, or the year has none. Raises as the others do."""
    entry = locked(entry_id)
    if entry.kind != PLAN:
        raise NoSuchEntry
    acting = checker(actor, get_directory(), 0)
    if entry.status == STATUS.IN_FORCE and entry.decided_by_id is None:
        raise GuardRefused(
            Text(
                "这份安排随版本载入，不能撤销；有误时请录入更正后的安排。",
                "This plan came with the release and is not withdrawn; enter the right one where it is wrong.",
            ),
            code="of_the_release",
        )
    end_for(entry, reason, actor, acting, now)
    return entry


@transaction.atomic
def load_release(now: datetime) -> list[CalendarEntry]:
    """Take the plans of this release up; returns what was entered or proposed. Running it again changes nothing.

    What people have compared with the notice is not overruled: there the release's plan waits to be looked at.
    """
    hold(NATIONAL_STREAM)
    return [entry for plan in national_calendar().plans.values() if (entry := _load(plan, now)) is not None]


def _load(plan: YearPlan, now: datetime) -> CalendarEntry | None:
    before, actor = current(plan.year), system_actor()
    if before is not None and before.days == stored(plan):
        return None
    if plan.year < FIRST_YEAR and before is None:
        return None
    by_people = before is not None and before.decided_by_id is not None
    if by_people and _same(plan, *STATUS.values):
        return None
    source = f"{PACKAGE} {version(PACKAGE)}（国务院办公厅放假通知）"
    entry = _entry(plan, actor.user_id, now, reason=f"{plan.year} 年放假安排", source=source)
    entry.supersedes = before
    entry.status = STATUS.PROPOSED if by_people else STATUS.IN_FORCE
    if before is not None and not by_people:
        end_before(before, actor.user_id, now)
    action = Action.CALENDAR_PROPOSED if by_people else Action.CALENDAR_ENTERED
    put_down(entry, action, event_actor(actor), now, ended=None if by_people else before)
    if by_people:
        ask_to_check(entry, now)
    return entry


def current(year: int) -> CalendarEntry | None:
    """The plan in force of a year."""
    return CalendarEntry.objects.filter(kind=PLAN, first_day=date(year, 1, 1), status=STATUS.IN_FORCE).first()


def _entry(plan: YearPlan, user_id: int, now: datetime, *, reason: str, source: str) -> CalendarEntry:
    return CalendarEntry(
        kind=PLAN,
        first_day=date(plan.year, 1, 1),
        last_day=date(plan.year, 12, 31),
        days=stored(plan),
        reason=reason,
        source=source,
        entered_by_id=user_id,
        entered_at=now,
    )


def _same(plan: YearPlan, *statuses: str) -> bool:
    found = CalendarEntry.objects.filter(kind=PLAN, first_day=date(plan.year, 1, 1), status__in=statuses)
    return any(days == stored(plan) for days in found.values_list("days", flat=True))


def _proposed(entry_id: UUID) -> CalendarEntry:
    entry = locked(entry_id)
    if entry.kind != PLAN:
        raise NoSuchEntry
    if entry.status != STATUS.PROPOSED:
        raise GuardRefused(
            Text("这份安排已有结论，请刷新后查看。", "This plan was decided already; reload the page."),
            code="already_decided",
        )
    return entry
