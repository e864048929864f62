"""A region's own days: who sets them, what is refused, how they are corrected and withdrawn, and their trail."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import psycopg2
import pytest
from django.db import DatabaseError, connection, transaction

from agencies.actors import find_actor
from agencies.directory import get_directory
from audit.verification import verify
from cases.calendar.authority import regions_kept
from cases.calendar.entering import NoSuchEntry, withdraw
from cases.models import CalendarEntry
from cases.workflow.errors import GuardRefused, InvalidInput, NotAllowed
from cases.workflow.workdays import calendar_for
from tests.calendar.entries import NOW, approved, entered, proposed

pytestmark = pytest.mark.usefixtures("demo_city")
DAY = date(2026, 11, 5)


def works(region: str, day: date = DAY) -> bool:
    return calendar_for(region, get_directory()).is_workday(day)


def told() -> list[tuple[str, dict[str, Any]]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT action, convert_from(body, 'UTF8') FROM audit_event WHERE stream LIKE 'calendar/%' ORDER BY id"
        )
        return [(action, json.loads(body)) for action, body in cursor.fetchall()]


def test_a_day_off_counts_at_once_in_the_region_and_in_what_lies_in_it() -> None:
    assert works("320303")
    entry = entered(last=date(2026, 11, 6))
    assert not works("3203")
    assert not works("320303", date(2026, 11, 6))
    assert works("3201")
    ((action, body),) = told()
    assert (action, body["stream"], body["actor"]["role"]) == ("calendar_entered", "calendar/3203", "approver")
    assert body["data"]["content"]["source"] == "徐政办发电〔2026〕12号"
    # Free text is kept beside the event, which holds its hash.
    assert "暴雪" not in str(body)
    assert CalendarEntry.objects.get().reason == "暴雪红色预警停工"
    assert str(entry.pk) == body["data"]["entry"]


def test_the_regions_that_somebody_keeps_are_those_where_they_approve_themselves() -> None:
    approver = find_actor("drc-approver1")
    (post,) = approver.posts
    assert regions_kept(approver) == (post.region_code,)
    elsewhere = replace(post, agency_code="320100-drc", region_code="3201")
    for other in (
        replace(elsewhere, roles=frozenset({"handler"})),
        replace(elsewhere, on_behalf=7),
        replace(elsewhere, is_unit=True),
        replace(elsewhere, kind="grid_company"),
    ):
        assert regions_kept(replace(approver, posts=(post, other))) == (post.region_code,)
    assert regions_kept(replace(approver, posts=(post, elsewhere))) == ("3201", post.region_code)


def test_a_county_says_otherwise_than_its_city() -> None:
    entered()
    entered(region="320303", kind="national", reason="云龙区未停工")
    assert works("320303")
    assert not works("320302")


@pytest.mark.parametrize(
    "who",
    [
        "drc-handler1",
        "drc-reviewer1",
        "grid-approver1",
        "nj-drc-approver1",
        "xzsup-supervisor1",
        "admin1",
        "sys-admin1",
    ],
)
def test_only_an_approver_of_a_commission_that_covers_the_region_sets_its_days(who: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        entered(who)
    assert refused.value.code == "may_not_keep"
    assert not CalendarEntry.objects.exists()


def test_the_province_sets_days_of_the_city_and_the_city_none_of_the_province() -> None:
    entered("js-drc-approver1")
    with pytest.raises(NotAllowed):
        entered(region="320000", first=date(2026, 11, 9))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "plan"),
        ("kind", ""),
        ("region", "没有这个区"),
        ("region", ""),
        ("first", None),
        ("first", date(2030, 1, 1)),
        ("last", date(2026, 11, 4)),
        ("last", date(2026, 12, 6)),
        ("reason", "  "),
        ("reason", "长" * 201),
        ("source", ""),
        ("supersedes", "not an id"),
    ],
)
def test_what_cannot_be_a_day_is_refused_by_its_field(field: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        entered(**{field: value})
    assert list(refused.value.fields) == [field]


def test_a_region_speaks_once_of_a_day() -> None:
    entered(last=date(2026, 11, 6))
    with pytest.raises(InvalidInput) as refused:
        entered(kind="workday", first=date(2026, 11, 6))
    assert "更正或撤销" in refused.value.fields["first"].zh


def test_a_correction_supersedes_and_a_withdrawal_ends_and_nothing_is_gone() -> None:
    first = entered()
    second = entered(first=date(2026, 11, 9), supersedes=str(first.pk), now=NOW + timedelta(hours=1))
    first.refresh_from_db()
    assert (first.status, first.ended_by_id) == ("superseded", second.entered_by_id)
    assert works("3203")
    assert not works("3203", date(2026, 11, 9))
    with pytest.raises(GuardRefused):
        entered(supersedes=str(first.pk), first=date(2026, 11, 12))
    later = NOW + timedelta(hours=2)
    withdraw(actor=find_actor("drc-approver2"), entry_id=second.pk, reason="预警解除", now=later)
    assert works("3203", date(2026, 11, 9))
    with pytest.raises(GuardRefused):
        withdraw(actor=find_actor("drc-approver2"), entry_id=second.pk, reason="再撤", now=later)
    assert CalendarEntry.objects.count() == 2
    assert [action for action, _ in told()] == ["calendar_entered", "calendar_entered", "calendar_withdrawn"]


def test_a_withdrawal_wants_a_reason_and_the_same_right() -> None:
    entry = entered()
    with pytest.raises(InvalidInput):
        withdraw(actor=find_actor("drc-approver1"), entry_id=entry.pk, reason=" ", now=NOW)
    with pytest.raises(NotAllowed):
        withdraw(actor=find_actor("nj-drc-approver1"), entry_id=entry.pk, reason="x", now=NOW)
    with pytest.raises(NoSuchEntry):
        withdraw(actor=find_actor("js-drc-approver1"), entry_id=approved().pk, reason="x", now=NOW)


def run(sql: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def code_of(error: pytest.ExceptionInfo[DatabaseError]) -> str:
    cause: Any = error.value.__cause__
    return str(cause.pgcode)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("first_day = first_day - 1", "LZ014"),
        ("kind = 'workday'", "LZ014"),
        ("source = 'x'", "LZ014"),
        ("reason = 'x'", "LZ014"),
        ("entered_at = now()", "LZ014"),
        ("status = 'proposed'", "LZ014"),
        # A step that may be made, but of which no event tells.
        ("status = 'withdrawn', ended_by_id = entered_by_id, ended_at = now()", "LZ002"),
    ],
)
def test_the_database_keeps_an_entry_as_it_is(change: str, code: str) -> None:
    entry = entered()
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError) as error:
        run(f"UPDATE cases_calendarentry SET {change} WHERE id = %s", str(entry.pk))
    assert code_of(error) == code


def test_no_entry_is_deleted_not_even_by_the_owner(fresh_db: Any) -> None:
    entered()
    run("DELETE FROM cases_calendarentry")  # the application sees no row to delete
    assert CalendarEntry.objects.count() == 1
    with closing(psycopg2.connect(fresh_db.owner_url)) as owner, owner.cursor() as cursor:
        cursor.execute("SELECT set_config('lianzhi.system', 'tests', false)")
        for sql in ("DELETE FROM cases_calendarentry", "TRUNCATE cases_calendarentry"):
            with pytest.raises(psycopg2.DatabaseError) as error:
                cursor.execute(sql)
            assert error.value.pgcode == "LZ003"
            owner.rollback()


def test_no_entry_comes_without_an_event() -> None:
    entered()
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    same = "kind, reason, source, digest, status, entered_at, entered_by_id, region_id, ended_reason"
    with pytest.raises(DatabaseError) as error:
        run(
            f"INSERT INTO cases_calendarentry (id, first_day, last_day, {same})"
            f" SELECT gen_random_uuid(), first_day + 7, last_day + 7, {same} FROM cases_calendarentry"
        )
    assert code_of(error) == "LZ002"


def test_a_person_cannot_write_a_plan_that_holds_without_a_second_one() -> None:
    entry = proposed()
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError) as error:
        run(
            "UPDATE cases_calendarentry SET status = 'in_force', decided_by_id = entered_by_id, decided_at = now()"
            " WHERE id = %s",
            str(entry.pk),
        )
    assert code_of(error) == "23514"


def test_no_plan_of_a_person_begins_in_force() -> None:
    entry = proposed()
    same = "kind, first_day, last_day, days, reason, source, digest, entered_at, entered_by_id, entered_agency_id"
    with pytest.raises(DatabaseError) as error:
        run(
            f"INSERT INTO cases_calendarentry (id, status, ended_reason, {same})"
            f" SELECT gen_random_uuid(), 'in_force', '', {same} FROM cases_calendarentry WHERE id = %s",
            str(entry.pk),
        )
    assert code_of(error) == "LZ014"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("last_day = last_day + 1", "digest, last"),
        ("status = 'withdrawn', ended_by_id = entered_by_id, ended_at = entered_at", "ended_at, ended_by, status"),
        ("reason = 'x'", "digest, reason"),
        ("entered_by_id = (SELECT id FROM agencies_user WHERE username = 'drc-approver2')", "entered_by"),
    ],
)
def test_verification_builds_every_entry_and_names_what_was_changed(fresh_db: Any, change: str, said: str) -> None:
    first = entered()
    second = entered(first=date(2026, 11, 9), supersedes=str(first.pk))
    third = entered(first=date(2026, 11, 12))
    withdraw(actor=find_actor("drc-approver1"), entry_id=third.pk, reason="误录", now=NOW)
    approved()
    assert verify().problems == ()
    with closing(psycopg2.connect(fresh_db.owner_url)) as owner, owner, owner.cursor() as cursor:
        cursor.execute("ALTER TABLE cases_calendarentry DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE cases_calendarentry DISABLE ROW LEVEL SECURITY")
        cursor.execute(f"UPDATE cases_calendarentry SET {change} WHERE id = %s", [str(second.pk)])
        assert cursor.rowcount == 1
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE cases_calendarentry ENABLE ROW LEVEL SECURITY")
        cursor.execute("ALTER TABLE cases_calendarentry ENABLE TRIGGER USER")
    (problem,) = verify().problems
    assert (problem.code, problem.stream) == ("calendar", "calendar/3203")
    assert problem.en == f"the entry {second.pk} of the calendar: differs from its events: {said}"
