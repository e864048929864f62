"""Roles with days: given from a day on, to a day, and ended on record by the system when their last day is over."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from agencies.actors import find_actor, system_actor
from agencies.errors import AgencyError, BadInput, NotPermitted
from agencies.models import Membership
from agencies.selectors import rosters
from agencies.services import end_role, grant_role, limit_role
from agencies.sight import sight_of
from agencies.tasks import end_roles
from audit import clock
from audit.verification.ranges import verify_range
from tests.agencies.cast import events
from tests.days import today


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_current_timezone())


@pytest.fixture
def give(who, user, agency):
    """A grid handler of Xuzhou becomes its reviewer, on days."""

    def _give(role="reviewer", actor="sec-admin1", username="grid-handler1", code="320300-grid", **days):
        return grant_role(
            actor=who(actor), user=user(username), agency=agency(code), role=role, now=clock.now(), **days
        )

    return _give


def roles(username="grid-handler1"):
    return sorted(role for post in find_actor(username).posts for role in post.roles)


def verified() -> list[str]:
    connection.ensure_connection()
    with transaction.atomic():
        return [problem.zh for problem in verify_range(connection.connection, "account/", "account0").problems]


def test_a_role_counts_from_its_first_day_to_its_last_in_china(give):
    first, last = today() + timedelta(days=2), today() + timedelta(days=4)
    give(first_day=first, last_day=last)
    moments = [
        (clock.now(), False),
        (midnight(first) - timedelta(seconds=1), False),
        (midnight(first), True),
        (midnight(last) + timedelta(hours=23, minutes=59), True),
        (midnight(last) + timedelta(days=1), False),
    ]
    agency = find_actor("grid-handler1").posts[0].agency_id
    for at, held in moments:
        clock.set_clock(at, frozen=True)
        assert roles() == (["handler", "reviewer"] if held else ["handler"]), at
        told = next(each for each in rosters([agency])[agency] if each.username == "grid-handler1")
        assert ("reviewer" in told.roles) is held, at
    clock.clear()


def test_the_sight_of_a_person_follows_the_days(give, user):
    """Somebody who holds nothing else sees nothing before the first day and after the last."""
    first = today() + timedelta(days=1)
    before = sight_of(find_actor("grid-handler1")).keys
    give(role="handler", code="320300-drc", first_day=first, last_day=first)
    assert sight_of(find_actor("grid-handler1")).keys == before
    clock.set_clock(midnight(first), frozen=True)
    there = sight_of(find_actor("grid-handler1")).keys
    assert set(before) < set(there)
    clock.set_clock(midnight(first) + timedelta(days=1), frozen=True)
    assert sight_of(find_actor("grid-handler1")).keys == before
    clock.clear()


def test_a_role_that_is_over_is_ended_on_record_by_the_system(give):
    held = give(last_day=today())
    end_roles()
    assert Membership.objects.get(pk=held.pk).active
    clock.set_clock(midnight(today() + timedelta(days=1)), frozen=True)
    end_roles()
    end_roles()
    row = Membership.objects.get(pk=held.pk)
    assert (row.active, row.until) == (False, clock.now())
    ended = [event for event in events("account/grid-handler1") if event["action"] == "role_ended"]
    assert [(event["actor"]["username"], event["data"]["role"]) for event in ended] == [("system", "reviewer")]
    clock.clear()
    assert verified() == []


def test_a_last_day_is_set_on_record_with_the_one_before(give, who):
    held = give()
    first, second = today() + timedelta(days=9), today() + timedelta(days=5)
    for day in (first, second, second):
        limit_role(
            actor=who("sec-admin1"), membership=Membership.objects.get(pk=held.pk), last_day=day, now=clock.now()
        )
    told = [event["data"] for event in events("account/grid-handler1") if event["action"] == "role_limited"]
    assert [(data["last_day_before"], data["last_day"]) for data in told] == [
        (None, first.isoformat()),
        (first.isoformat(), second.isoformat()),
    ]
    assert verified() == []
    # Of somebody else: no event of this transaction is theirs.
    Membership.objects.filter(user__username="drc-handler1").update(last_day=first)
    with pytest.raises(DatabaseError, match="has no event"), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_what_is_refused(give, who, user, agency):
    with pytest.raises(BadInput, match="今天或以后"):
        give(first_day=today() - timedelta(days=1))
    with pytest.raises(BadInput, match="最后一日"):
        give(first_day=today() + timedelta(days=3), last_day=today() + timedelta(days=2))
    with pytest.raises(BadInput, match="管理员不设"):
        give(role="audit_admin", username="drc-handler2", code="320300-drc", last_day=today())
    give()
    with pytest.raises(AgencyError, match="已有"):
        give(last_day=today() + timedelta(days=3))
    held = Membership.objects.get(user=user("grid-handler1"), role="reviewer", active=True)
    with pytest.raises(NotPermitted):
        limit_role(actor=who("drc-approver1"), membership=held, last_day=today(), now=clock.now())


def test_a_role_that_has_begun_gets_a_last_day_and_one_that_is_over_none(give, who):
    held, first = give(first_day=today()), today()
    clock.set_clock(midnight(first + timedelta(days=3)), frozen=True)
    limit_role(actor=who("sec-admin1"), membership=held, last_day=first + timedelta(days=3), now=clock.now())
    clock.set_clock(midnight(first + timedelta(days=4)), frozen=True)
    with pytest.raises(AgencyError, match="已经收回"):
        limit_role(actor=who("sec-admin1"), membership=held, last_day=first + timedelta(days=9), now=clock.now())
    clock.clear()


def test_a_later_last_day_is_given_by_whoever_may_give_the_role(give, who):
    """An administrator of the agency ends an approver and brings the day forward, and does not put it off."""
    soon = today() + timedelta(days=5)
    held = give(role="approver", last_day=soon)
    limit_role(actor=who("grid-admin1"), membership=held, last_day=soon - timedelta(days=1), now=clock.now())
    with pytest.raises(NotPermitted, match="安全管理员"):
        limit_role(actor=who("grid-admin1"), membership=held, last_day=soon, now=clock.now())
    limit_role(actor=who("sec-admin1"), membership=held, last_day=soon, now=clock.now())
    assert Membership.objects.get(pk=held.pk).last_day == soon


def test_a_role_to_come_keeps_the_administrators_apart(give, who, user):
    """Whoever is to be one of the three holds nothing else until then; who is to come is no successor yet."""
    with pytest.raises(AgencyError, match="分别由不同的人"):
        give(role="audit_admin", username="drc-handler2", code="320300-drc", first_day=today() + timedelta(days=5))
    own = Membership.objects.get(user=user("sys-admin1"), role="system_admin", active=True)
    for held in Membership.objects.filter(user=user("drc-handler2"), active=True):
        end_role(actor=system_actor(), membership=held, now=clock.now())
    give(role="system_admin", username="drc-handler2", code="320300-drc", first_day=today() + timedelta(days=5))
    with pytest.raises(AgencyError, match="最后一名"):
        end_role(actor=who("sec-admin1"), membership=own, now=clock.now())
    clock.set_clock(midnight(today() + timedelta(days=5)), frozen=True)
    end_role(actor=who("sec-admin1"), membership=own, now=clock.now())
    clock.clear()


def test_a_role_that_is_held_does_not_change_its_ceiling_on_a_later_day(give):
    give()
    with pytest.raises(AgencyError, match="预定"):
        give(ceiling="sensitive", first_day=today() + timedelta(days=1))
    assert roles() == ["handler", "reviewer"]


def test_what_is_over_and_not_ended_yet_stands_in_nobodys_way(give):
    give(last_day=today())
    clock.set_clock(midnight(today() + timedelta(days=1)) + timedelta(minutes=5), frozen=True)
    later = today() + timedelta(days=3)
    give(first_day=later)
    told = Membership.objects.filter(user__username="grid-handler1", role="reviewer").order_by("pk")
    assert [(each.active, each.first_day) for each in told] == [(False, None), (True, later)]
    assert verified() == []
    clock.clear()
