"""Days by which lists have to be answered follow the calendar too: by rule, while the issuer waits, on record."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from agencies.actors import find_actor
from audit import clock
from audit.models import Event
from audit.sight import working_as
from cases.calendar.entering import checked
from cases.calendar.preview import effect_of_days
from cases.intake.ledger.withdrawal import withdraw_batch
from cases.models import CalendarCount, ListBatch
from cases.policy.calendar import national_calendar
from cases.policy.dated import CHINA
from cases.policy.lists.due import counted_again, due_of
from tests.calendar.entries import approved, counted, draft, entered
from tests.intake.feedback.telling import sent
from tests.intake.ledgers import batch, bring, site, telecom

pytestmark = pytest.mark.usefixtures("demo_city")
NOW = datetime(2026, 11, 3, 10, tzinfo=CHINA)


@pytest.fixture(autouse=True)
def tuesday(demo_city: None) -> None:
    clock.set_clock(NOW)
    counted(NOW)


def day(name: str) -> str:
    due = batch(name).due_at
    return due.astimezone(CHINA).strftime("%m-%d %H:%M") if due else ""


def said() -> list[dict[str, Any]]:
    return [json.loads(bytes(e.body))["data"] for e in Event.objects.filter(action="import_recounted").order_by("id")]


def test_a_day_off_moves_lists_that_wait_by_rule_and_says_from_which_day_to_which() -> None:
    bring(telecom(site(1)), "全量")
    bring(telecom(site(2)), "重点", level="priority")
    bring(telecom(site(3)), "写明", due="2026-11-17")
    assert [day(name) for name in ("全量", "重点", "写明")] == ["11-17 18:00", "11-06 18:00", "11-17 18:00"]
    wanted = draft(first=date(2026, 11, 6))
    with working_as("calendar"):
        effect = effect_of_days(checked(wanted, NOW), NOW)
    assert effect.kinds["list_feedback"] == 2
    entered(first=date(2026, 11, 6), now=NOW)
    counted(NOW)
    assert [day(name) for name in ("全量", "重点", "写明")] == ["11-18 18:00", "11-09 18:00", "11-17 18:00"]
    first = said()[0]
    assert (first["batch"], first["from"], first["due"]) == (
        str(batch("全量").pk),
        "2026-11-17T10:00:00.000000Z",
        "2026-11-18T10:00:00.000000Z",
    )
    region = find_actor("drc-handler1").posts[0].region_code
    assert first["calendar"] == CalendarCount.objects.get(region_code=region).version
    counted(NOW)
    assert len(said()) == 2


def test_what_was_answered_or_taken_back_stands() -> None:
    for number, name in enumerate(("已反馈", "已撤回", "在办")):
        bring(telecom(site(number + 1)), name)
    sent("已反馈")
    withdraw_batch(actor=find_actor("drc-handler1"), batch=batch("已撤回"), why="trial", now=NOW)
    entered(first=date(2026, 11, 6), now=NOW)
    counted(NOW)
    assert [one["batch_name"] for one in said()] == ["在办"]
    assert [day(name) for name in ("已反馈", "已撤回", "在办")] == ["11-17 18:00", "11-17 18:00", "11-18 18:00"]


def test_a_plan_makes_the_day_of_a_list_sure() -> None:
    clock.set_clock(datetime(2026, 12, 24, 10, tzinfo=CHINA))
    bring(telecom(site(1)), "跨年")
    assert batch("跨年").due_provisional
    approved(now=clock.now())
    counted(clock.now())
    assert not batch("跨年").due_provisional
    assert said()[-1]["provisional"] is False


@transaction.atomic
def moved_without_event() -> None:
    ListBatch.objects.filter(name="全量").update(due_at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_database_takes_no_other_day_without_its_event() -> None:
    bring(telecom(site(1)), "全量")
    with working_as("calendar"), pytest.raises(DatabaseError, match="without an event"):
        moved_without_event()


@pytest.mark.parametrize(
    ("level", "override"), [("full", None), ("full", {"calendar_days": 3}), ("priority", None), ("priority", 1)]
)
def test_a_stored_rule_gives_the_same_day_again(level: str, override: Any) -> None:
    found = due_of(level, NOW, national_calendar(), override)
    assert counted_again(found.rule, NOW, national_calendar()) == found
    assert counted_again("stated", NOW, national_calendar()) is None
    assert counted_again("not_issued", NOW, national_calendar()) is None
