"""Messages about no case: each once by its key, to administrators, who see no case."""

from __future__ import annotations

import json

import pytest
from django.db import DatabaseError, OperationalError, connections, transaction

from agencies.actors import system_actor
from agencies.models import Agency, Membership
from agencies.services import end_role
from agencies.sight import seeing
from audit.sight import working_as
from cases.models import Outbox
from cases.workflow.recording.notices import is_path, notice
from notifications.models import Message
from notifications.relay import deliver_all
from notifications.selectors import inbox, unread_count
from notifications.services import mark_read
from tests.notifications.conftest import NOW
from tests.notifications.test_recipients import Person, told
from tests.web.test_reading import entered

ADMINISTRATORS = ["agency_admin", "system_admin"]
NOTICE = "SELECT outbox_notice('k/1', NULL, NULL, 'x', %s, '{}', now())"


def agency(code):
    return Agency.objects.get(code=code).pk


def say(code="320300-grid", key="k/1", roles=ADMINISTRATORS, **more):
    payload = {"roles": roles, "link": "/settings/", "dead": 1, "retrying": 2, **more.pop("payload", {})}
    return notice(topic="delivery.stuck", agency_id=agency(code), payload=payload, key=key, now=NOW, **more)


def told_people():
    return sorted(Message.objects.values_list("user__username", flat=True))


def test_the_same_key_twice_is_one_row_and_one_message_a_person(demo_city):
    assert [say(), say(), say(key="k/2")] == [True, False, True]
    assert deliver_all() == 2
    assert Outbox.objects.count() == 2
    assert told_people() == sorted(["grid-admin1", "grid-admin2", "sys-admin1"] * 2)


def test_two_at_once_with_one_key_are_one(demo_city, fresh_db):
    """The second waits for the first: it must not answer before it is sure."""
    with transaction.atomic():
        assert say()
        with connections["owner"].cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
            with pytest.raises(OperationalError, match="lock timeout"):
                cursor.execute(NOTICE, [agency("320300-grid")])
    with connections["owner"].cursor() as cursor:
        cursor.execute(NOTICE, [agency("320300-grid")])
        assert cursor.fetchone() == (False,)


@pytest.mark.parametrize(
    ("roles", "people"),
    [
        (["agency_admin"], ["grid-admin1", "grid-admin2"]),
        (["system_admin"], ["sys-admin1"]),
        (ADMINISTRATORS, ["grid-admin1", "grid-admin2", "sys-admin1"]),
    ],
)
def test_administrators_of_the_agency_and_of_its_region_are_told(demo_city, roles, people):
    say(roles=roles)
    deliver_all()
    assert told_people() == people


def test_an_agency_without_an_administrator_is_looked_after_by_its_regions(demo_city):
    say("320300-telecom", roles=["agency_admin"])
    deliver_all()
    assert told_people() == ["sys-admin1"]


def test_nobody_is_told_instead_of_administrators(demo_city, caplog):
    say("320100-drc")
    assert deliver_all() == 1
    assert told_people() == []
    assert "finds nobody to tell" in caplog.text


def test_the_rule_for_administrators_alone():
    rosters = {1: [Person(10, ("handler",)), Person(14, ("agency_admin",))], 7: [Person(70, ("system_admin",))]}
    rosters[8] = [Person(80, ("system_admin",)), Person(81, ("audit_admin",))]

    def asked(*roles, groups=((7,), (8,)), agencies=(1,)):
        from notifications.recipients import recipients

        return [r.user_id for r in recipients({"roles": roles}, agencies, [], rosters, (), groups)]

    assert asked("agency_admin") == [14]
    assert asked("system_admin") == [70]
    assert asked("audit_admin") == [81]
    assert asked("system_admin", groups=()) == [14]
    assert asked("agency_admin", agencies=(7,)) == [70]
    assert asked("agency_admin", "handler") == [14, 10]
    assert asked("agency_admin", agencies=(2,), groups=()) == []
    assert told({"roles": ["handler"]}) == [10, 11]


def test_administrators_are_never_told_of_a_case(opened):
    case = opened()
    say(code="320300-drc", case_id=case, seq=1, payload={"number": "x"})
    deliver_all()
    assert "admin1" not in told_people()
    assert "sys-admin1" not in told_people()


def test_a_message_without_a_case_is_read_by_whom_it_was_written_to_and_leads_where_it_says(demo_city, who):
    say()
    deliver_all()
    admin = who("grid-admin1")
    with seeing(admin):
        (message,) = inbox(admin)
        assert (message.case_id, message.link, unread_count(admin)) == (None, "/settings/", 1)
    with seeing(who("admin1")):
        assert inbox(who("admin1")) == []
    client = entered("grid-admin1")
    answer = client.get(f"/inbox/{message.id}/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/settings/")
    with seeing(admin):
        assert unread_count(admin) == 0


def test_who_has_left_the_agency_reads_it_no_more_behind_neither_wall(demo_city, who):
    say()
    deliver_all()
    before = who("grid-admin1")
    end_role(actor=system_actor(), membership=Membership.objects.get(user__username="grid-admin1"), now=NOW)
    with seeing(who("grid-admin1")):
        assert unread_count(who("grid-admin1")) == 0
    # The second wall by itself: the application still believes in the post.
    with seeing(before):
        assert unread_count(before) == 0
        assert mark_read(actor=before, now=NOW, newest=10**9) == 0


def test_five_notices_and_more_are_never_one_line(demo_city):
    with transaction.atomic():
        for n in range(8):
            say(key=f"k/{n}")
    deliver_all()
    assert told_people().count("sys-admin1") == 8


@pytest.mark.parametrize("link", ["https://evil.example/", "//evil.example", "/\\evil.example", "cases/", "/a\nb", 7])
def test_a_notice_leads_nowhere_outside(demo_city, link):
    assert not is_path(link)
    with pytest.raises(ValueError, match="path of the product"):
        say(payload={"link": link})


def test_a_message_with_a_foreign_link_leads_to_the_inbox(demo_city, fresh_db, who):
    say()
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE cases_outbox SET payload = payload || %s", [json.dumps({"link": "//evil.example"})])
    deliver_all()
    with seeing(who("grid-admin1")):
        (message,) = inbox(who("grid-admin1"))
    assert entered("grid-admin1").get(f"/inbox/{message.id}/").headers["Location"] == "/inbox/"


def test_without_a_key_there_is_no_notice(demo_city):
    with pytest.raises(ValueError, match="needs a key"):
        say(key="")


@pytest.mark.own_sight
def test_only_system_actors_of_the_list_write_notices(demo_city):
    with working_as("relay"):
        number = Outbox.objects.count()
    for name in ("windows", "verifier"):
        with working_as(name), pytest.raises(DatabaseError, match="notices are written by"), transaction.atomic():
            say()
    with working_as("relay"):
        assert say()
        assert Outbox.objects.count() == number + 1
