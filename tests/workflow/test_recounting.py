"""The plan of a new year arrives with a release: provisional deadlines are counted again, the old times on record."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from chinese_calendar import constants
from django.core.management import call_command
from django.db import connection

from cases.calendar.loading import load_calendar
from cases.models import Outbox, Task
from cases.policy.calendar import national_calendar
from cases.tasks import watch_calendar
from tests.workflow.world import World, at

pytestmark = pytest.mark.usefixtures("demo_city")

# As the State Council might have it: New Year and Spring Festival, each with a worked weekend day.
HOLIDAYS = [date(2027, 1, 1), date(2027, 1, 2), date(2027, 1, 3), *(date(2027, 2, d) for d in range(5, 12))]
WORKDAYS = [date(2027, 1, 9), date(2027, 2, 14)]


@pytest.fixture
def world() -> World:
    return World("2026-12-24 10:00")


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Called, it is the release that brings the plan of 2027."""

    def publish() -> None:
        monkeypatch.setattr(constants, "holidays", {**constants.holidays, **dict.fromkeys(HOLIDAYS, "")})
        monkeypatch.setattr(constants, "workdays", {**constants.workdays, **dict.fromkeys(WORKDAYS, "")})
        forget()

    yield publish
    monkeypatch.undo()
    forget()


def forget() -> None:
    national_calendar.cache_clear()


def task(case: str, kind: str) -> Task:
    return Task.objects.get(case_id=case, kind=kind, state="open")


def events(stream: str, action: str) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT convert_from(body, 'UTF8') FROM audit_event WHERE stream = %s AND action = %s ORDER BY seq",
            [stream, action],
        )
        return [json.loads(row[0]) for row in cursor.fetchall()]


def test_the_calendar_is_recorded_once_and_nothing_sure_is_touched(world: World) -> None:
    world.now = at("2026-11-03 10:00")
    case = world.open()
    first = load_calendar(now=world.now)
    assert (first.new, first.last_year, first.deadlines, first.missing) == (True, 2026, 0, 2027)
    again = load_calendar(now=world.later(hours=1))
    assert (again.new, again.deadlines) == (False, 0)
    recorded = events("config/calendar", "calendar_loaded")
    assert [row["data"]["last_year"] for row in recorded] == [2026]
    assert recorded[0]["actor"]["username"] == "system"
    assert world.view(case).version == 1


def test_provisional_deadlines_are_counted_again_with_a_record_of_old_and_new(world: World, published: Any) -> None:
    load_calendar(now=world.now)
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["inspect_site"])
    before = task(case, "inspect_site")
    # Ten working days from Thursday, 24 December: with only 1 January known to be a holiday, that is 8 January.
    assert (before.due_at, before.provisional) == (at("2027-01-08 18:00"), True)
    published()
    world.later(days=1)
    loaded = load_calendar(now=world.now)
    assert (loaded.new, loaded.last_year, loaded.deadlines, loaded.missing) == (True, 2027, 1, None)
    after = task(case, "inspect_site")
    assert (after.due_at, after.provisional) == (at("2027-01-08 18:00"), False)
    row = events(f"case/{case}", "recount_deadlines")[0]
    assert row["touch"] == [{"id": str(after.id), "provisional": False}]
    assert row["actor"] == {"agency": None, "id": row["actor"]["id"], "role": "", "username": "system"}
    assert row["basis"] == ["project.calendar"]
    call_command("verify_audit", stream=f"case/{case}")
    assert load_calendar(now=world.now).deadlines == 0


def test_a_returned_follow_up_is_counted_from_the_closing_not_from_the_ruling(world: World, published: Any) -> None:
    world.now = at("2026-11-20 10:00")
    load_calendar(now=world.now)
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["analyse_traffic"])
    world.act(case, "cac-handler1", "report_traffic", result="not_confirmed")
    closing = {"finding": "false_positive", "subject": "unknown", "disposals": ["close"]}
    world.act(case, "drc-handler1", "propose_determination", **closing)
    world.act(case, "drc-reviewer1", "decide_determination", decision="approve")
    due = {row.due_rule: row.due_at for row in Task.objects.filter(case_id=case, kind="follow_up", state="open")}
    ninety = Task.objects.get(case_id=case, kind="follow_up", due_rule__contains="90")
    for day in ("2026-12-10 10:00", "2026-12-15 10:00"):
        world.now = at(day)
        late = str(Task.objects.get(case_id=case, due_rule=ninety.due_rule, state="open").pk)
        world.act(case, "drc-handler1", "return_task", task=late, reason_code="duplicate", reason="重复")
        ruler = "drc-reviewer1" if "10 " in day else "js-drc-reviewer1"
        world.act(case, ruler, "rule_on_return", decision="reassign", agency="320300-drc")
    assert Task.objects.get(case_id=case, due_rule=ninety.due_rule, state="open").due_at == due[ninety.due_rule]
    published()
    load_calendar(now=world.now)
    again = Task.objects.get(case_id=case, due_rule=ninety.due_rule, state="open")
    assert (again.due_at, again.provisional) == (due[ninety.due_rule], False)


def test_a_deadline_over_the_spring_festival_moves_and_its_holder_is_told(world: World, published: Any) -> None:
    world.now = at("2027-01-28 10:00")
    load_calendar(now=world.now)
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["inspect_site"])
    assert task(case, "inspect_site").due_at == at("2027-02-11 18:00")
    published()
    load_calendar(now=world.later(days=1))
    moved = task(case, "inspect_site")
    # 29 January, 1 to 4, 12 and (made up) 14 February, then 15 to 17: the seven days of the festival do not count.
    assert (moved.due_at, moved.provisional) == (at("2027-02-17 18:00"), False)
    row = events(f"case/{case}", "recount_deadlines")[0]["recounted"][0]
    assert (row["kind"], row["from"], row["due"]) == (
        "inspect_site",
        "2027-02-11T10:00:00.000000Z",
        "2027-02-17T10:00:00.000000Z",
    )
    told = Outbox.objects.filter(case_id=case, topic="task.due_changed").get()
    assert (told.payload["kind"], told.payload["action"]) == ("inspect_site", "recount_deadlines")
    call_command("verify_audit", stream=f"case/{case}")


def test_time_that_stood_still_stays_given_back(world: World, published: Any) -> None:
    """A clock paused by a request for assistance: the pause is kept, and what it makes unsure is marked."""
    load_calendar(now=world.now)
    case = world.open()
    world.act(case, "drc-handler1", "dispatch_verification", findings=["check_consumption"])
    sure = task(case, "check_consumption")
    assert (sure.due_at, sure.provisional) == (at("2026-12-31 18:00"), False)
    world.act(case, "grid-handler1", "request_assistance", agency="320300-telecom", question="请协查")
    world.later(days=1)
    world.act(case, "telecom-handler1", "answer_assistance", answer="已查")
    paused = task(case, "check_consumption")
    assert (paused.due_at, paused.provisional) == (at("2027-01-04 18:00"), True)
    published()
    load_calendar(now=world.later(hours=1))
    after = task(case, "check_consumption")
    assert (after.due_at, after.provisional) == (at("2027-01-04 18:00"), False)


def test_a_day_that_somebody_named_stands(world: World, published: Any) -> None:
    world.now = at("2026-12-28 10:00")
    load_calendar(now=world.now)
    case = world.open()
    watch = {"review_on": "2027-02-08", "reason_code": "awaiting_signal"}
    world.act(case, "drc-handler1", "continue_monitoring", **watch)
    published()
    load_calendar(now=world.later(hours=1))
    assert task(case, "review_monitoring").due_at == at("2027-02-08 18:00")
    assert world.view(case).version == 2


def test_a_window_that_no_calendar_allowed_opens_when_it_is_loaded(world: World, published: Any) -> None:
    case = world.verified(world.open())
    g5 = {"ground": "G5_power_authority", "serious_or_refused": True, "subject": "sole_trader"}
    world.determined(case, finding="self_operated", disposals=["suspension"], **g5)
    order, law = world.attach(case, "drc-approver1"), world.attach(case, "drc-approver1", "决定书.pdf")
    world.act(case, "drc-approver1", "sign_suspension_order", order_file=order, legal_document=law)
    checked = {"approval_level": "company", "order_checked": True, "serves_residents": False}
    world.act(case, "grid-approver1", "approve_suspension", user_class="ordinary", **checked)
    world.later(days=4)
    with pytest.raises(Exception, match="暂定"):
        world.serve(case)
    published()
    world.serve(case)
    world.now = at("2027-01-04 09:00")
    world.final_notice(case)
    world.later(minutes=30)
    world.execute(case)


def test_the_command_and_the_worker_say_which_year_is_missing(
    world: World, published: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.clock.now", lambda: world.now)
    out, err = io.StringIO(), io.StringIO()
    call_command("load_calendar", stdout=out, stderr=err)
    assert "日历至 2026 年：已载入" in out.getvalue()
    assert "2027 年放假安排尚未收录" in err.getvalue()
    with caplog.at_level(logging.WARNING, logger="cases.tasks"):
        watch_calendar()
    assert "no holiday plan for 2027" in caplog.text
    published()
    caplog.clear()
    world.now += timedelta(hours=1)
    watch_calendar()
    assert caplog.text == ""
    assert [row["data"]["last_year"] for row in events("config/calendar", "calendar_loaded")] == [2026, 2027]
