"""The demo city: complete, the same when loaded twice, and never outside the demo."""

from __future__ import annotations

import io
import json

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db.models import Count

from agencies.actors import system_actor
from agencies.models import Agency, Membership, User
from agencies.services import end_role
from audit.models import Event
from tests.agencies.cast import NOW, events


def run(*arguments):
    out = io.StringIO()
    call_command("load_demo_city", *arguments, stdout=out)
    return out.getvalue()


def test_xuzhou_has_an_agency_of_each_kind_and_a_branch_in_each_county(demo_city):
    city = Agency.objects.filter(region="3203", parent=None)
    assert set(city.values_list("kind", flat=True)) == {
        "development_commission",
        "grid_company",
        "cyberspace_office",
        "telecom_bureau",
        "supervision",
        "partner",
    }
    assert set(city.exclude(partner_sort="").values_list("partner_sort", flat=True)) == {
        "police",
        "discipline",
        "culture",
        "street",
    }
    assert Agency.objects.filter(parent__code="320300-grid", region__level="county").count() == 10
    assert set(Agency.objects.filter(parent__code="320300-telecom").values_list("code", flat=True)) == {
        "320300-telecom-ct",
        "320300-telecom-cu",
        "320300-telecom-cm",
    }


def test_every_role_has_two_or_three_people_wherever_it_is_held(demo_city):
    held = Membership.objects.values_list("agency__code", "role").annotate(people=Count("user"))
    separated = {"system_admin", "security_admin", "audit_admin"}
    assert {(c, role): n for c, role, n in held if role not in separated and not 2 <= n <= 3} == {}
    assert sorted((code, role, n) for code, role, n in held if role in separated) == [
        ("320300-drc", role, 1) for role in sorted(separated)
    ]
    everywhere = {role for _code, role, _people in held} - separated
    assert everywhere == {"handler", "reviewer", "approver", "field_crew", "billing", "supervisor", "agency_admin"}


def test_the_people_of_the_design_are_there(demo_city):
    named = dict(User.objects.values_list("display_name", "username"))
    assert named["李明远"] == "drc-handler1"
    assert named["王海涛"] == "grid-crew1"
    assert {"周启明", "孙悦", "许昊", "何静", "陈洁"} <= set(named)


def test_everyone_logs_in_with_the_documented_password_and_has_a_salt_of_their_own(demo_city, settings):
    assert authenticate(username="grid-crew1", password=settings.DEMO_PASSWORD)
    hashes = list(User.objects.filter(is_system=False).values_list("password", flat=True))
    assert len(set(hashes)) == len(hashes) == 78
    assert all(password.startswith("argon2$") for password in hashes)


def test_a_second_run_changes_nothing(demo_city):
    before = (Agency.objects.count(), User.objects.count(), Membership.objects.count(), Event.objects.count())
    run()
    assert (Agency.objects.count(), User.objects.count(), Membership.objects.count(), Event.objects.count()) == before


def test_a_second_run_does_not_give_back_an_ended_role(demo_city):
    end_role(actor=system_actor(), membership=Membership.objects.get(user__username="drc-handler1"), now=NOW)
    run()
    assert not Membership.objects.filter(user__username="drc-handler1", active=True).exists()


def test_it_is_refused_outside_the_demo(db, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="演示城市只能装入演示或测试环境"):
        run()
    assert User.objects.count() == 1


def test_it_prints_every_login_and_the_password(demo_city, settings):
    lines = run().splitlines()
    assert lines[0].split() == ["用户名", "姓名", "角色", "单位"]
    assert lines[1].split() == ["drc-handler1", "李明远", "经办", "徐州市发展和改革委员会"]
    assert len(lines) == 1 + 78 + 1
    assert settings.DEMO_PASSWORD in lines[-1]


def test_it_prints_them_as_json(demo_city, settings):
    content = json.loads(run("--json"))
    assert content["password"] == settings.DEMO_PASSWORD
    assert content["logins"][0] == {
        "username": "drc-handler1",
        "display_name": "李明远",
        "agency": "320300-drc",
        "agency_name": "徐州市发展和改革委员会",
        "role": "handler",
    }


def test_the_demos_accounts_have_events_like_any_other(demo_city):
    assert [event["action"] for event in events("account/grid-crew1")] == ["account_created", "role_granted"]
    assert [event["action"] for event in events("agency/320302-grid")] == ["agency_created"]
