"""What was decided under a calendar is repeated with the calendar of then; and a cut rests on days that are known."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import pytest
from django.db.models import F
from django.db.models.functions import Coalesce

from agencies.actors import find_actor
from audit.models import Event
from audit.sight import working_as
from cases.calendar import plans
from cases.calendar.entering import withdraw
from cases.calendar.loading import load_calendar
from cases.models import CalendarEntry
from cases.policy.calendar import WorkingCalendar, YearPlan, national_calendar
from cases.policy.deadlines import counted_again
from cases.policy.entered.days import PLAN, LocalDay, calendar_of, plan_of
from cases.workflow.errors import GuardRefused
from tests.calendar.entries import PLAN as OF_2027
from tests.calendar.entries import approved, entered
from tests.workflow.world import World, at

pytestmark = pytest.mark.usefixtures("demo_city")
WITH_TWO_DAYS_MORE = YearPlan(2027, OF_2027.holidays | {date(2027, 1, 4), date(2027, 1, 5)}, OF_2027.workdays)


def calendar_of_then(region: str, moment: datetime) -> WorkingCalendar:
    """Nothing but the entries and their times."""
    held = CalendarEntry.objects.annotate(since=Coalesce(F("decided_at"), F("entered_at"))).filter(since__lte=moment)
    held = held.filter(status__in=("in_force", "superseded", "withdrawn")).exclude(ended_at__lte=moment)
    known, local = {}, []
    for entry in held:
        if entry.kind == PLAN:
            assert entry.days is not None
            known[entry.first_day.year] = plan_of(entry.first_day.year, entry.days)
        else:
            local.append(LocalDay(str(entry.region_id), entry.kind, entry.first_day, entry.last_day))
    return calendar_of(region, national_calendar(), known, local)


def dispatched(world: World, title: str) -> str:
    case = world.open(title=title)
    world.act(case, "drc-handler1", "dispatch_verification", findings=["inspect_site"])
    world.later(hours=1)
    return case


def said(case: str) -> dict[str, Any]:
    event = Event.objects.get(stream=f"case/{case}", action="dispatch_verification")
    found: dict[str, Any] = json.loads(bytes(event.body))
    return found


def test_a_past_deadline_is_repeated_with_the_calendar_of_then() -> None:
    world = World("2026-12-24 10:00")
    with working_as("calendar"):
        load_calendar(now=at("2026-12-23 10:00"))
    cases = [dispatched(world, "尚无安排")]
    plan = approved(now=world.later(hours=1))
    cases.append(dispatched(world, "安排已公布"))
    stop = entered(region="320303", first=date(2026, 12, 28), now=world.later(hours=1))
    cases.append(dispatched(world, "停工"))
    withdraw(actor=find_actor("drc-approver1"), entry_id=stop.pk, reason="误录", now=world.later(hours=1))
    cases.append(dispatched(world, "停工已撤销"))
    plans.withdraw(actor=find_actor("js-drc-approver1"), entry_id=plan.pk, reason="更正", now=world.later(hours=1))
    approved(plan=WITH_TWO_DAYS_MORE, now=world.later(hours=1))
    cases.append(dispatched(world, "更正后的安排"))
    told = [said(case) for case in cases]
    assert told[1]["calendar"] == told[3]["calendar"]
    assert len({body["calendar"] for body in told}) == 4
    assert len({opened["due"] for body in told for opened in body["open"]}) >= 3
    for body in told:
        moment = datetime.fromisoformat(body["at"])
        calendar = calendar_of_then("320303", moment)
        assert calendar.version() == body["calendar"]
        (opened,) = body["open"]
        again = counted_again(opened["due_rule"], moment, (), calendar)
        assert again is not None
        assert (again.at, again.provisional) == (
            datetime.fromisoformat(opened["due"]),
            opened.get("provisional", False),
        )


def test_no_notice_is_served_into_a_year_whose_plan_nobody_has_checked() -> None:
    world = World("2026-12-28 10:00")
    case = world.verified(world.open())
    suspension = {"disposals": ["suspension"], "ground": "G5_power_authority", "serious_or_refused": True}
    world.determined(case, finding="self_operated", subject="sole_trader", **suspension)
    with pytest.raises(GuardRefused) as refused:
        world.served(case)
    assert refused.value.code == "provisional_day"
    assert "暂定" in refused.value.text.zh
    waiting = plans.propose(
        actor=find_actor("js-drc-handler1"), plan=OF_2027, reason="放假安排", source="国办发明电", now=world.now
    )
    with pytest.raises(GuardRefused) as refused:
        world.serve(case)
    assert refused.value.code == "provisional_day", "entered by one person, compared by nobody"
    plans.approve(actor=find_actor("js-drc-approver1"), entry_id=waiting.pk, now=world.now)
    world.serve(case)
    plans.withdraw(actor=find_actor("js-drc-approver1"), entry_id=waiting.pk, reason="未公布", now=world.now)
    world.now = at("2027-01-04 09:00")
    world.final_notice(case)
    world.later(minutes=40)
    with pytest.raises(GuardRefused) as refused:
        world.execute(case)
    assert refused.value.code == "provisional_day"
