"""National plans: from the release, and from a notice that people enter before one brings it."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from agencies.actors import find_actor
from agencies.directory import get_directory
from agencies.models import Agency
from audit.sight import working_as
from cases.calendar import authority, plans
from cases.calendar.entering import NoSuchEntry
from cases.calendar.loading import load_calendar, missing_year
from cases.models import CalendarEntry, Outbox
from cases.policy.calendar import YearPlan, national_calendar
from cases.policy.entered.days import stored
from cases.tasks import watch_calendar
from cases.workflow.errors import GuardRefused, NotAllowed
from cases.workflow.workdays import calendar_for
from notifications.wording import wording
from tests.calendar.entries import NOW, PLAN, approved, entered, proposed
from tests.workflow.world import at

pytestmark = pytest.mark.usefixtures("demo_city")


def national(year: int) -> YearPlan | None:
    return calendar_for("", get_directory()).plans.get(year)


def load() -> int:
    with working_as("calendar"):
        return load_calendar(now=NOW).plans


def test_the_plans_of_the_release_are_taken_up_once_with_its_version() -> None:
    assert load() == len([year for year in national_calendar().plans if year >= plans.FIRST_YEAR])
    entry = plans.current(2026)
    assert entry is not None
    assert entry.source.startswith("chinesecalendar 1.")
    assert entry.days == stored(national_calendar().plans[2026])
    assert (entry.entered_agency_id, entry.decided_by_id) == (None, None)
    assert load() == 0
    assert calendar_for("", get_directory()).version() == national_calendar().version()


def test_a_notice_that_people_enter_counts_once_a_second_person_has_checked_it() -> None:
    assert missing_year(NOW) == 2027
    entry = proposed()
    assert missing_year(NOW) == 2027
    for who, code in (
        ("js-drc-handler1", "may_not_check"),
        ("drc-approver1", "may_not_check"),
        ("grid-approver1", "may_not_check"),
    ):
        with pytest.raises(NotAllowed) as refused:
            plans.approve(actor=find_actor(who), entry_id=entry.pk, now=NOW)
        assert refused.value.code == code
    plans.approve(actor=find_actor("js-drc-approver1"), entry_id=entry.pk, now=NOW)
    assert missing_year(NOW) is None
    assert national(2027) == PLAN
    assert not calendar_for("320303", get_directory()).is_workday(date(2027, 2, 8))
    with pytest.raises(GuardRefused):
        plans.approve(actor=find_actor("js-drc-approver2"), entry_id=entry.pk, now=NOW)


def test_a_plan_is_decided_once_and_a_regions_days_are_none() -> None:
    entry, day = approved(), entered()
    for decide, who in ((plans.reject, "js-drc-approver2"), (plans.take_back, "js-drc-handler1")):
        with pytest.raises(GuardRefused) as refused:
            decide(actor=find_actor(who), entry_id=entry.pk, now=NOW)
        assert refused.value.code == "already_decided"
    # A reviewer checks plans and sets no region's days: those are not ended as if they were a plan.
    reviewer = find_actor("js-drc-reviewer1")
    for decide in (plans.approve, plans.reject):
        with pytest.raises(NoSuchEntry):
            decide(actor=reviewer, entry_id=day.pk, now=NOW)
    with pytest.raises(NoSuchEntry):
        plans.withdraw(actor=reviewer, entry_id=day.pk, reason="误", now=NOW)
    day.refresh_from_db()
    assert day.status == "in_force"


def test_plans_are_for_own_posts_of_the_highest_commission_alone() -> None:
    person, directory = find_actor("js-drc-approver1"), get_directory()
    (post,) = person.posts
    assert authority.plans(person, directory)
    for other in (
        replace(post, on_behalf=7),
        replace(post, is_unit=True),
        replace(post, kind="grid_company"),
        replace(post, roles=frozenset({"agency_admin"})),
    ):
        actor = replace(person, posts=(other,))
        assert not authority.plans(actor, directory)
        with pytest.raises(NotAllowed):
            authority.planner(actor, directory)
        with pytest.raises(NotAllowed):
            authority.checker(actor, directory, 0)


def test_nobody_checks_a_plan_of_their_own_and_a_city_enters_none() -> None:
    entry = proposed("js-drc-approver1")
    with pytest.raises(NotAllowed) as refused:
        plans.approve(actor=find_actor("js-drc-approver1"), entry_id=entry.pk, now=NOW)
    assert refused.value.code == "same_person"
    with pytest.raises(NotAllowed) as refused:
        proposed("drc-approver1", plan=replace(PLAN, holidays=PLAN.holidays - {date(2027, 2, 11)}))
    assert refused.value.code == "may_not_plan"


def test_a_plan_is_entered_once_and_taken_back_or_refused() -> None:
    entry = proposed()
    with pytest.raises(GuardRefused) as known:
        proposed("js-drc-handler2")
    assert known.value.code == "plan_known"
    with pytest.raises(NotAllowed):
        plans.take_back(actor=find_actor("js-drc-approver1"), entry_id=entry.pk, now=NOW)
    plans.take_back(actor=find_actor("js-drc-handler1"), entry_id=entry.pk, now=NOW)
    again = proposed()
    plans.reject(actor=find_actor("js-drc-reviewer1"), entry_id=again.pk, now=NOW)
    assert national(2027) is None
    assert sorted(CalendarEntry.objects.values_list("status", flat=True)) == ["rejected", "taken_back"]


def test_a_correction_supersedes_the_plan_and_another_that_waited_is_to_be_entered_anew() -> None:
    first = approved()
    longer = replace(PLAN, holidays=PLAN.holidays | {date(2027, 2, 12)})
    waiting = proposed("js-drc-handler2", plan=replace(PLAN, workdays=frozenset({date(2027, 1, 9)})))
    approved(plan=longer, now=NOW + timedelta(hours=1))
    first.refresh_from_db()
    assert first.status == "superseded"
    assert national(2027) == longer
    with pytest.raises(GuardRefused) as stale:
        plans.approve(actor=find_actor("js-drc-approver2"), entry_id=waiting.pk, now=NOW)
    assert stale.value.code == "superseded_already"


def test_a_release_does_not_overrule_what_people_have_compared_with_the_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    approved()
    other = replace(PLAN, workdays=frozenset({date(2027, 1, 9)}))
    released = national_calendar().with_plan(other)
    monkeypatch.setattr("cases.calendar.plans.national_calendar", lambda: released)
    with working_as("calendar"):
        assert [entry.status for entry in plans.load_release(NOW) if entry.first_day.year == 2027] == ["proposed"]
        assert plans.load_release(NOW) == []
    assert national(2027) == PLAN
    waiting = CalendarEntry.objects.get(status="proposed")
    plans.approve(actor=find_actor("js-drc-approver1"), entry_id=waiting.pk, now=NOW)
    assert national(2027) == other


def test_a_plan_of_the_release_is_corrected_and_never_withdrawn_one_of_people_is() -> None:
    load()
    shipped = plans.current(2026)
    assert shipped is not None
    checker = find_actor("js-drc-approver1")
    with pytest.raises(GuardRefused) as refused:
        plans.withdraw(actor=checker, entry_id=shipped.pk, reason="误", now=NOW)
    assert refused.value.code == "of_the_release"
    waiting = proposed()
    with pytest.raises(GuardRefused) as refused:
        plans.withdraw(actor=checker, entry_id=waiting.pk, reason="误", now=NOW)
    assert refused.value.code == "already_ended", "nobody decided about it, but it came with no release"
    plans.take_back(actor=find_actor("js-drc-handler1"), entry_id=waiting.pk, now=NOW)
    entry = approved()
    plans.withdraw(actor=checker, entry_id=entry.pk, reason="通知尚未公布", now=NOW)
    assert missing_year(NOW) == 2027


def test_the_operator_enters_a_file_that_a_person_checks(tmp_path: Path) -> None:
    file = tmp_path / "2027.csv"
    file.write_text("2027-01-01/2027-01-03,休\n2027-02-05/2027-02-11,休\n2027-01-09,班\n2027-02-14,班\n", "utf-8")
    out = io.StringIO()
    call_command("enter_plan", "2027", str(file), "--look", stdout=out)
    assert "2027-02-11" in out.getvalue()
    assert not CalendarEntry.objects.exists()
    call_command("enter_plan", "2027", str(file), "--source", "国办发明电〔2026〕9号", stdout=out)
    entry = CalendarEntry.objects.get()
    assert (entry.status, entry.days) == ("proposed", stored(PLAN))
    plans.approve(actor=find_actor("js-drc-approver1"), entry_id=entry.pk, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(CommandError, match="已经有效"):
        call_command("enter_plan", "2027", str(file), "--source", "国办发明电〔2026〕9号", stdout=out)
    file.write_text("2027-01-01,假", "utf-8")
    with pytest.raises(CommandError, match="第 1 行"):
        call_command("enter_plan", "2027", str(file), stdout=out)


def test_administrators_are_warned_once_from_october_and_once_more_when_the_year_has_begun(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def told() -> int:
        return Outbox.objects.filter(topic="calendar.missing").count()

    def watch_at(text: str) -> None:
        monkeypatch.setattr("audit.clock.now", lambda: at(text))
        watch_calendar()

    watch_at("2026-09-30 10:00")
    assert told() == 0
    for moment in ("2026-10-01 10:00", "2026-10-01 11:00", "2026-11-20 10:00"):
        watch_at(moment)
    commissions = Agency.objects.filter(kind="development_commission", parent=None, active=True).count()
    assert told() == commissions > 1
    payload = Outbox.objects.filter(topic="calendar.missing").first().payload
    assert (payload["number"], payload["link"]) == ("2027", "/calendar/?year=2027")
    assert "2027 年放假安排尚未载入" in wording("calendar.missing", payload).zh
    watch_at("2027-01-02 10:00")
    assert told() == 2 * commissions


def test_whoever_may_check_a_plan_hears_of_it_and_who_entered_it_does_not() -> None:
    entry = proposed("js-drc-reviewer1")
    (row,) = Outbox.objects.filter(topic="calendar.proposed")
    assert row.payload["by"] == entry.entered_by_id
    assert row.payload["link"] == f"/calendar/{entry.pk}/"
    assert Agency.objects.get(pk=row.agency_id).code == "320000-drc"
