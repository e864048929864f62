"""Open deadlines follow the calendar: old and new on record, the holder told, pauses kept, and nothing done twice."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.management import call_command

from agencies.actors import find_actor, system_actor
from agencies.services import set_parameter
from audit.sight import working_as
from cases.calendar import plans
from cases.calendar.entering import checked, withdraw
from cases.calendar.preview import effect_of_days, effect_of_plan, effect_of_withdrawal
from cases.models import CalendarCount, Outbox
from cases.policy.calendar import national_calendar
from cases.workflow.clockwork import recounting
from tests.calendar.entries import PLAN, approved, counted, draft, entered
from tests.workflow.test_recounting import events, task
from tests.workflow.world import World, at

pytestmark = pytest.mark.usefixtures("demo_city")


@pytest.fixture
def world() -> World:
    found = World("2026-11-03 10:00")
    counted(found.now)
    return found


def inspecting(world: World, **more: Any) -> str:
    case = world.open(**more)
    world.act(case, "drc-handler1", "dispatch_verification", findings=["inspect_site"])
    counted(world.now)
    return case


def due(case: str) -> Any:
    return task(case, "inspect_site").due_at


def test_a_day_off_moves_what_is_open_with_old_and_new_on_record_and_the_holder_is_told(world: World) -> None:
    case = inspecting(world)
    assert due(case) == at("2026-11-17 18:00")
    entered(first=date(2026, 11, 5), last=date(2026, 11, 6), now=world.later(hours=1))
    assert due(case) == at("2026-11-17 18:00")  # the worker has not come yet
    assert counted(world.later(minutes=1)).deadlines == 1
    assert due(case) == at("2026-11-19 18:00")
    (row,) = events(f"case/{case}", "recount_deadlines")
    (moved,) = row["recounted"]
    assert (moved["from"], moved["due"]) == ("2026-11-17T10:00:00.000000Z", "2026-11-19T10:00:00.000000Z")
    assert row["calendar"] == CalendarCount.objects.get(region_code="320303").version
    told = Outbox.objects.get(case_id=case, topic="task.due_changed")
    assert told.payload["due_at"] == "2026-11-19T10:00:00.000000Z"
    assert counted(world.later(minutes=1)).deadlines == 0
    assert len(events(f"case/{case}", "recount_deadlines")) == 1
    call_command("verify_audit", stream=f"case/{case}")


def test_a_withdrawal_and_a_correction_bring_deadlines_back(world: World) -> None:
    case = inspecting(world)
    entry = entered(now=world.now)
    counted(world.later(minutes=1))
    assert due(case) == at("2026-11-18 18:00")
    second = entered(kind="workday", first=date(2026, 11, 7), supersedes=str(entry.pk), now=world.now)
    counted(world.later(minutes=1))
    assert due(case) == at("2026-11-16 18:00")  # Saturday the 7th is worked
    withdraw(actor=find_actor("drc-approver1"), entry_id=second.pk, reason="误录", now=world.now)
    counted(world.later(minutes=1))
    assert due(case) == at("2026-11-17 18:00")


def test_only_the_region_and_what_lies_in_it_moves(world: World) -> None:
    here, there = inspecting(world), inspecting(world, region_code="320302", title="鼓楼区 商户")
    entered(region="320303", now=world.now)
    assert counted(world.later(minutes=1)).deadlines == 1
    assert (due(here), due(there)) == (at("2026-11-18 18:00"), at("2026-11-17 18:00"))


def test_time_that_stood_still_stays_given_back(world: World) -> None:
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["check_consumption"])
    world.act(case, "grid-handler1", "request_assistance", agency="320300-telecom", question="请协查")
    world.later(days=1)
    world.act(case, "telecom-handler1", "answer_assistance", answer="已查")
    counted(world.now)
    assert task(case, "check_consumption").due_at == at("2026-11-11 18:00")
    entered(first=date(2026, 11, 9), now=world.now)
    counted(world.later(minutes=1))
    assert task(case, "check_consumption").due_at == at("2026-11-12 18:00")


def test_what_the_preview_says_is_what_is_done(world: World) -> None:
    inspecting(world)
    inspecting(world, region_code="320302", title="鼓楼区 商户")
    with working_as("calendar"):
        effect = effect_of_days(checked(draft(last=date(2026, 11, 6)), world.now), world.now)
    assert (effect.looked_at, effect.moved, dict(effect.shifts)) == (2, 2, {2: 2})
    assert dict(effect.kinds) == {"inspect_site": 2}
    entry = entered(last=date(2026, 11, 6), now=world.now)
    assert counted(world.later(minutes=1)).deadlines == effect.moved
    with working_as("calendar"):
        assert dict(effect_of_withdrawal(entry, world.now).shifts) == {-2: 2}
        again = checked(draft(last=date(2026, 11, 5), supersedes=str(entry.pk)), world.now)
        assert dict(effect_of_days(again, world.now).shifts) == {-1: 2}
        # Were the day worked after all, late in the day, the work would be overdue at once.
        assert effect_of_withdrawal(entry, at("2026-11-18 10:00")).overdue == 2


def test_a_plan_that_people_entered_makes_deadlines_sure(world: World) -> None:
    world.now = at("2026-12-24 10:00")
    case = inspecting(world)
    assert task(case, "inspect_site").provisional
    with working_as("calendar"):
        assert effect_of_plan(PLAN, world.now).unsure == 1
    entry = approved(now=world.now)
    counted(world.later(minutes=1))
    assert not task(case, "inspect_site").provisional
    plans.withdraw(actor=find_actor("js-drc-approver1"), entry_id=entry.pk, reason="未公布", now=world.now)
    counted(world.later(minutes=1))
    assert task(case, "inspect_site").provisional


def test_days_that_a_region_set_as_a_parameter_go_on_counting_and_move_what_is_open(world: World) -> None:
    case = inspecting(world)
    values = {"key": "calendar.holidays", "value": ["2026-11-05"], "source": "徐发改〔2026〕12号"}
    set_parameter(actor=system_actor(), region="320300", effective_from=date(2026, 11, 1), now=world.now, **values)
    counted(world.later(minutes=1))
    assert due(case) == at("2026-11-18 18:00")
    # What the page says of the same day goes before it.
    entered(kind="national", first=date(2026, 11, 5), reason="照常上班", now=world.now)
    counted(world.later(minutes=1))
    assert due(case) == at("2026-11-17 18:00")


def test_a_worker_that_stops_half_way_leaves_the_rest_to_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [inspecting(world, title=f"商户 {n}") for n in range(3)]
    monkeypatch.setattr(recounting, "CASES_A_TURN", 1)
    entered(now=world.now)
    first = counted(world.later(minutes=1), budget_seconds=-1)
    assert (first.deadlines, first.left) == (1, True)
    assert counted(world.later(minutes=1)).deadlines == 2
    assert [len(events(f"case/{case}", "recount_deadlines")) for case in cases] == [1, 1, 1]
    assert counted(world.later(minutes=1)).regions == 0


def test_what_was_opened_under_the_calendar_before_is_found_a_little_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An act that read the calendar just before the change commits just after the recount."""
    inspecting(world)
    entered(now=world.now)
    counted(world.later(minutes=1))
    with monkeypatch.context() as before:
        before.setattr("cases.workflow.recording.writing.calendar_for", lambda *_: national_calendar())
        late = world.open(title="稍后提交的案件")
        world.act(late, "drc-handler1", "dispatch_verification", findings=["inspect_site"])
    assert due(late) == at("2026-11-17 18:00")
    assert counted(world.later(minutes=1)).regions == 0
    assert counted(world.later(minutes=2)).deadlines == 1
    assert due(late) == at("2026-11-18 18:00")
    assert counted(world.later(minutes=5)).regions == 0
