"""Giving and ending roles: who may, what is refused with which sentence, what is recorded."""

from __future__ import annotations

import threading

import pytest
from django.db import connections

from agencies.actors import find_actor, system_actor
from agencies.errors import AgencyError, BadInput, NotPermitted
from agencies.models import Agency, Membership, User
from agencies.services import close_agency, disable_user, end_role, grant_role
from tests.agencies.cast import NOW, events


def grant(actor, user, agency, role):
    return grant_role(actor=actor, user=user, agency=agency, role=role, now=NOW)


def test_an_administrator_gives_a_role_inside_the_own_agency(who, user, agency):
    person = user("drc-handler1")
    grant(who("admin1"), person, agency("320300-drc"), "reviewer")
    assert who("drc-handler1").posts[0].roles == {"handler", "reviewer"}
    event = events("account/drc-handler1")[-1]
    assert event["action"] == "role_granted"
    assert event["actor"] == {
        "id": user("admin1").pk,
        "username": "admin1",
        "agency": agency("320300-drc").pk,
        "role": "agency_admin",
    }
    assert event["data"] == {
        "user": person.pk,
        "agency": agency("320300-drc").pk,
        "agency_code": "320300-drc",
        "role": "reviewer",
        "ceiling": "ordinary",
    }


def test_an_administrator_of_the_principal_gives_roles_in_its_sub_units(who, user, agency):
    grant(who("grid-admin1"), user("grid-crew1"), agency("320302-grid"), "field_crew")
    assert {post.agency_code for post in who("grid-crew1").posts} == {"320300-grid", "320302-grid"}


@pytest.mark.parametrize(
    ("actor", "target", "code", "sentence"),
    [
        ("admin1", "grid-handler1", "320300-grid", "你不能管理徐州供电公司的账号。账号由该单位的单位管理员管理。"),
        ("admin1", "grid-handler1", "320300-drc", "你不能管理徐州供电公司的账号。账号由该单位的单位管理员管理。"),
        (
            "drc-approver1",
            "drc-handler1",
            "320300-drc",
            "你不能管理徐州市发展和改革委员会的账号。账号由该单位的单位管理员管理。",
        ),
        (
            "grid-admin1",
            "nj-grid-handler1",
            "320100-grid",
            "你不能管理南京供电公司的账号。账号由该单位的单位管理员管理。",
        ),
        ("admin1", "admin1", "320300-drc", "不能给自己授予角色。请由另一名管理员办理。"),
    ],
)
def test_it_refuses_who_may_not_give_it(who, user, agency, actor, target, code, sentence):
    before = Membership.objects.count()
    with pytest.raises(NotPermitted) as refused:
        grant(who(actor), user(target), agency(code), "reviewer")
    assert refused.value.text.zh == sentence
    assert refused.value.status == 403
    assert Membership.objects.count() == before


@pytest.mark.parametrize(
    ("code", "role", "sentence"),
    [
        ("320300-drc", "billing", "徐州市发展和改革委员会没有“电费核算”角色。"),
        ("320300-grid", "supervisor", "徐州供电公司没有“督查”角色。"),
        ("320300-police", "approver", "徐州市公安局没有“签发”角色。"),
        ("320300-drc", "emperor", "没有“emperor”这个角色。"),
    ],
)
def test_it_refuses_a_role_that_the_agency_does_not_have(user, agency, code, role, sentence):
    with pytest.raises(BadInput) as refused:
        grant(system_actor(), user("drc-handler1"), agency(code), role)
    assert refused.value.text.zh == sentence
    assert refused.value.field == "role"


def test_the_system_account_gets_no_role(who, user, agency):
    with pytest.raises(AgencyError, match="账号“system”已停用或不可授予角色"):
        grant(who("admin1"), user("system"), agency("320300-drc"), "reviewer")


def test_it_refuses_a_role_that_is_held(user, agency):
    with pytest.raises(AgencyError, match="李明远在徐州市发展和改革委员会已有“经办”角色"):
        grant(system_actor(), user("drc-handler1"), agency("320300-drc"), "handler")


def test_it_refuses_a_disabled_account_and_a_closed_agency(user, agency):
    person = user("drc-handler1")
    for membership in Membership.objects.filter(agency__code="320300-street"):
        end_role(actor=system_actor(), membership=membership, now=NOW)
    close_agency(actor=system_actor(), agency=agency("320300-street"), now=NOW)
    with pytest.raises(AgencyError, match="徐州市镇街工作协调办公室已停用"):
        grant(system_actor(), person, agency("320300-street"), "handler")
    disable_user(actor=system_actor(), user=person, now=NOW)
    with pytest.raises(AgencyError, match="已停用或不可授予角色"):
        grant(system_actor(), person, agency("320300-drc"), "reviewer")


def test_a_role_ends_at_once_and_stays_on_record(who, user):
    held = Membership.objects.get(user__username="drc-handler1")
    end_role(actor=who("admin1"), membership=held, now=NOW)
    held.refresh_from_db()
    assert (held.active, held.until) == (False, NOW)
    assert who("drc-handler1").posts == ()
    assert events("account/drc-handler1")[-1]["action"] == "role_ended"


def test_ending_an_ended_role_records_nothing(who):
    held = Membership.objects.get(user__username="drc-handler1")
    for _ in range(2):
        end_role(actor=who("admin1"), membership=held, now=NOW)
    assert [event["action"] for event in events("account/drc-handler1")].count("role_ended") == 1


def test_an_administrator_ends_no_role_elsewhere(who):
    held = Membership.objects.get(user__username="grid-handler1")
    with pytest.raises(NotPermitted, match="你不能管理徐州供电公司的账号"):
        end_role(actor=who("admin1"), membership=held, now=NOW)
    held.refresh_from_db()
    assert held.active


def test_a_role_given_again_is_a_new_row(who, user, agency):
    held = Membership.objects.get(user__username="drc-handler1")
    end_role(actor=who("admin1"), membership=held, now=NOW)
    grant(who("admin1"), user("drc-handler1"), agency("320300-drc"), "handler")
    assert Membership.objects.filter(user=held.user, role="handler").count() == 2


def test_a_refusal_leaves_neither_role_nor_event(who, user, agency):
    before = len(events("account/grid-handler1"))
    with pytest.raises(NotPermitted):
        grant(who("admin1"), user("grid-handler1"), agency("320300-drc"), "reviewer")
    assert len(events("account/grid-handler1")) == before


def test_eight_administrators_at_once_give_a_role_once(demo_city, fresh_db):
    outcomes: list[str] = []
    start = threading.Barrier(8)

    def give():
        try:
            start.wait()
            grant(
                find_actor("admin1"),
                User.objects.get(username="drc-handler1"),
                Agency.objects.get(code="320300-drc"),
                "reviewer",
            )
            outcomes.append("given")
        except AgencyError as error:
            outcomes.append(error.code)
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=give) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["given"] + ["role_held"] * 7
    assert [event["action"] for event in events("account/drc-handler1")].count("role_granted") == 2
