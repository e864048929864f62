"""Temporary substitution: who may grant it, whom it suits, what it gives on which days, and that it is on record."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from agencies.actors import find_actor, system_actor
from agencies.errors import AgencyError, BadInput, NotPermitted
from agencies.models import Agency, Membership, Substitution, User
from agencies.selectors import stand_ins
from agencies.services import (
    create_user,
    disable_user,
    end_role,
    end_substitution,
    grant_role,
    grant_substitution,
    set_parameter,
)
from audit import clock
from audit.verification.ranges import verify_range
from tests.agencies.cast import NOW, events, told
from tests.days import today


def stand_in(actor="sec-admin1", absent="grid-reviewer1", substitute="grid-handler1", code="320300-grid", **more):
    days = {"first_day": today(), "last_day": today() + timedelta(days=6)}
    given = {"roles": ["reviewer"], "now": clock.now(), **days, **more}
    return grant_substitution(
        actor=find_actor(actor) if actor != "system" else system_actor(),
        absent=User.objects.get(username=absent),
        substitute=User.objects.get(username=substitute),
        agency=Agency.objects.get(code=code),
        **given,
    )


def posts(username):
    return [(p.agency_code, sorted(p.roles), p.on_behalf_name) for p in find_actor(username).posts]


def test_the_substitute_exercises_the_roles_beside_the_own_and_the_absent_keeps_them(demo_city):
    stand_in()
    assert posts("grid-handler1") == [("320300-grid", ["handler"], ""), ("320300-grid", ["reviewer"], "何静")]
    assert find_actor("grid-handler1").stood_for == (User.objects.get(username="grid-reviewer1").pk,)
    assert posts("grid-reviewer1") == [("320300-grid", ["reviewer"], "")]


def test_it_holds_from_the_first_day_to_the_last_in_china_and_ends_by_itself(demo_city):
    first, last = today() + timedelta(days=2), today() + timedelta(days=3)
    stand_in(first_day=first, last_day=last)
    china = timezone.get_current_timezone()
    moments = [
        (datetime(first.year, first.month, first.day, tzinfo=china) - timedelta(seconds=1), 1),
        (datetime(first.year, first.month, first.day, tzinfo=china), 2),
        (datetime(last.year, last.month, last.day, 23, 59, 59, tzinfo=china), 2),
        (datetime(last.year, last.month, last.day, tzinfo=china) + timedelta(days=1), 1),
    ]
    for at, count in moments:
        clock.set_clock(at, frozen=True)
        assert len(posts("grid-handler1")) == count, at
    clock.clear()


def test_some_of_the_roles_may_be_given_and_what_the_absent_loses_is_lost(demo_city):
    drc = Agency.objects.get(code="320300-grid")
    person = User.objects.get(username="grid-reviewer1")
    other = grant_role(actor=system_actor(), user=person, agency=drc, role="billing", now=NOW)
    stand_in(roles=["reviewer", "billing"])
    assert posts("grid-handler1")[1][1] == ["billing", "reviewer"]
    end_role(actor=system_actor(), membership=other, now=clock.now())
    assert posts("grid-handler1")[1][1] == ["reviewer"]
    end_role(actor=system_actor(), membership=Membership.objects.get(user=person, role="reviewer"), now=clock.now())
    assert len(posts("grid-handler1")) == 1


def test_nothing_is_exercised_for_a_disabled_account_nor_by_somebody_who_no_longer_works_there(demo_city):
    made = stand_in()
    disable_user(actor=system_actor(), user=made.absent, now=clock.now())
    assert len(posts("grid-handler1")) == 1
    assert stand_ins([made.agency_id]) == []
    stand_in(absent="grid-reviewer2", substitute="grid-handler2")
    assert len(stand_ins([made.agency_id])) == 1
    end_role(actor=system_actor(), membership=Membership.objects.get(user__username="grid-handler2"), now=clock.now())
    assert posts("grid-handler2") == []


def test_the_ceiling_is_the_lower_of_the_two(demo_city):
    grid = Agency.objects.get(code="320300-grid")
    cases = [("internal", "ordinary", "ordinary"), ("sensitive", "internal", "sensitive")]
    for n, (absent, substitute, expected) in enumerate([*cases, ("ordinary", "internal", "ordinary")]):
        for username, ceiling in ((f"a{n}", absent), (f"b{n}", substitute)):
            create(username, grid, ceiling)
        made = stand_in(absent=f"a{n}", substitute=f"b{n}", roles=["handler"])
        with connection.cursor() as cursor:
            cursor.execute("SELECT agencies_stood_posts(%s) -> 0 ->> 'ceiling'", [made.substitute_id])
            assert cursor.fetchone()[0] == expected


def create(username, agency, ceiling="ordinary", role="handler"):
    user = create_user(
        actor=system_actor(),
        agency=agency,
        roles=[],
        username=username,
        display_name=username,
        password="shan-shui-2026-xz",
        now=NOW,
    )
    grant_role(actor=system_actor(), user=user, agency=agency, role=role, ceiling=ceiling, now=NOW)
    return user


@pytest.mark.parametrize(
    ("changes", "error", "sentence"),
    [
        ({"substitute": "grid-reviewer1"}, BadInput, "不能由本人代理本人"),
        ({"roles": []}, BadInput, "请选择要代理的角色"),
        ({"roles": ["agency_admin"]}, BadInput, "管理员角色不能代理"),
        ({"roles": ["billing"]}, BadInput, "没有“电费核算”角色，无从代理"),
        ({"substitute": "nj-grid-handler1"}, AgencyError, "不能代理。请在本单位内指定"),
        ({"substitute": "drc-handler1"}, AgencyError, "不能代理。请在本单位内指定"),
        ({"substitute": "grid-admin1"}, AgencyError, "不能代理。请在本单位内指定"),
        ({"substitute": "sys-admin1"}, AgencyError, "系统、安全、审计管理员不代理他人"),
        ({"absent": "audit-admin1", "code": "320300-drc", "substitute": "drc-handler1"}, AgencyError, "不由他人代理"),
        ({"first_day": date(2020, 1, 1)}, BadInput, "代理从今天或以后的一天开始"),
        ({"last_day": date(2020, 1, 1)}, BadInput, "结束日不早于开始日"),
        ({"last_day": date(2099, 1, 1)}, BadInput, "代理最长 92 天"),
        ({"reason": "x" * 121}, BadInput, "事由不超过 120 个字"),
    ],
)
def test_it_refuses_what_is_no_substitution(demo_city, changes, error, sentence):
    with pytest.raises(error, match=sentence):
        stand_in(**changes)
    assert not Substitution.objects.exists()


def test_a_unit_and_its_principal_stand_in_for_each_other(demo_city):
    stand_in(absent="gulou-crew1", substitute="grid-crew1", code="320302-grid", roles=["field_crew"])
    assert posts("grid-crew1")[1] == ("320302-grid", ["field_crew"], "钟铁军")
    stand_in(absent="grid-crew2", substitute="gulou-crew2", roles=["field_crew"])
    assert posts("gulou-crew2")[1] == ("320300-grid", ["field_crew"], "马振宇")


@pytest.mark.parametrize(
    ("actor", "absent", "roles", "allowed"),
    [
        ("grid-admin1", "grid-reviewer1", ["reviewer"], True),
        ("grid-admin1", "grid-approver1", ["approver"], False),
        ("sec-admin1", "grid-approver1", ["approver"], True),
        ("admin1", "grid-reviewer1", ["reviewer"], False),
        ("sys-admin1", "grid-reviewer1", ["reviewer"], False),
        ("audit-admin1", "grid-reviewer1", ["reviewer"], False),
        ("grid-reviewer1", "grid-reviewer1", ["reviewer"], False),
        ("grid-handler1", "grid-reviewer1", ["reviewer"], False),
    ],
)
def test_who_gives_the_role_gives_the_substitution(demo_city, actor, absent, roles, allowed):
    if allowed:
        stand_in(actor, absent, roles=roles)
        return
    with pytest.raises(NotPermitted):
        stand_in(actor, absent, roles=roles)


def test_every_role_is_asked_for_not_only_the_first(demo_city):
    grid, person = Agency.objects.get(code="320300-grid"), User.objects.get(username="grid-approver1")
    grant_role(actor=system_actor(), user=person, agency=grid, role="reviewer", now=NOW)
    grant_role(actor=system_actor(), user=person, agency=grid, role="billing", now=NOW)
    for roles in (["approver", "billing"], ["billing", "approver"], ["reviewer", "approver"]):
        with pytest.raises(NotPermitted, match="由安全管理员授予"):
            stand_in("grid-admin1", "grid-approver1", roles=roles)


def test_nobody_makes_themself_a_substitute(demo_city):
    grid, person = Agency.objects.get(code="320300-grid"), User.objects.get(username="grid-admin1")
    grant_role(actor=system_actor(), user=person, agency=grid, role="handler", now=NOW)
    with pytest.raises(NotPermitted, match="不能给自己授予角色"):
        stand_in("grid-admin1", substitute="grid-admin1")


def test_the_same_role_has_one_substitute_a_day(demo_city):
    made = stand_in()
    with pytest.raises(AgencyError, match="已由赵一鸣代理。请先结束该项代理"):
        stand_in(substitute="grid-handler2", first_day=made.last_day, last_day=made.last_day + timedelta(days=3))
    following = made.last_day + timedelta(days=1)
    stand_in(substitute="grid-handler2", first_day=following, last_day=following)
    end_substitution(actor=find_actor("sec-admin1"), substitution=made, now=clock.now())
    stand_in(substitute="grid-handler2", last_day=made.last_day)


def test_a_substitution_is_not_passed_on(demo_city):
    """何静 is absent, 赵一鸣 stands in; then nobody stands in for 赵一鸣, and he for nobody while he is away."""
    stand_in()
    with pytest.raises(AgencyError, match="代理不能转代"):
        stand_in(absent="grid-handler1", substitute="grid-handler2", roles=["handler"])
    with pytest.raises(AgencyError, match="代理不能转代"):
        stand_in(absent="grid-billing1", substitute="grid-reviewer1", roles=["billing"])


def test_past_the_services_too_no_chain_gives_anything(demo_city):
    made = stand_in()
    told("account/grid-handler1")
    with pytest.raises(IntegrityError, match="代理与另一项代理重叠"), transaction.atomic():
        Substitution.objects.create(
            absent=made.substitute, substitute=User.objects.get(username="grid-handler2"), agency=made.agency,
            roles=["handler"], first_day=made.first_day, last_day=made.last_day, granted_by=made.granted_by,
            created_at=NOW,
        )  # fmt: skip
    with pytest.raises(IntegrityError, match="管理员不代理"), transaction.atomic():
        Substitution.objects.create(
            absent=User.objects.get(username="drc-handler1"), substitute=User.objects.get(username="sec-admin1"),
            agency=Agency.objects.get(code="320300-drc"), roles=["handler"], first_day=made.first_day,
            last_day=made.last_day, granted_by=User.objects.get(username="system"), created_at=NOW,
        )  # fmt: skip


def test_of_two_grants_at_once_for_the_same_role_one_is_refused(demo_city, fresh_db):
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def grant(substitute):
        try:
            start.wait()
            stand_in(substitute=substitute)
            outcomes.append("given")
        except AgencyError as error:
            outcomes.append(error.code)
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=grant, args=(name,)) for name in ("grid-handler1", "grid-handler2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["given", "substitution_overlaps"]


def test_it_is_ended_early_by_an_administrator_or_by_who_is_back(demo_city):
    made = stand_in()
    for actor in ("grid-handler1", "grid-handler2", "admin1", "audit-admin1"):
        with pytest.raises(NotPermitted):
            end_substitution(actor=find_actor(actor), substitution=made, now=clock.now())
    for _ in range(2):
        end_substitution(actor=find_actor("grid-reviewer1"), substitution=made, now=clock.now())
    assert len(posts("grid-handler1")) == 1
    assert [e["action"] for e in events("account/grid-reviewer1")][2:] == ["substitution_granted", "substitution_ended"]


def test_it_changes_nothing_else_of_a_substitution_and_not_without_an_event(demo_city, fresh_db):
    made = stand_in()
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        Substitution.objects.filter(pk=made.pk).update(last_day=date(2099, 1, 1))
    with pytest.raises(Exception, match="has no event of this transaction"), transaction.atomic():
        Substitution.objects.filter(pk=made.pk).update(ended_at=NOW)
    with pytest.raises(Exception, match="代理只能提前结束"), transaction.atomic(using="owner"):
        Substitution.objects.using("owner").filter(pk=made.pk).update(last_day=date(2099, 1, 1))


def test_the_replay_of_the_events_gives_the_table(demo_city, fresh_db):
    made = stand_in(reason="出差")
    stand_in(absent="grid-reviewer2", substitute="grid-handler2")
    end_substitution(actor=find_actor("sec-admin1"), substitution=made, now=clock.now())

    def problems():
        return verify_range(connection.connection, "account/", "account0").problems

    assert [p for p in problems() if p.stream.startswith("account/grid-reviewer")] == []
    assert "出差" not in str(events("account/grid-reviewer1"))
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE agencies_substitution DISABLE TRIGGER USER")
        cursor.execute("UPDATE agencies_substitution SET last_day = last_day + 30 WHERE ended_at IS NULL")
    (lacking, extra) = [p for p in problems() if p.stream == "account/grid-reviewer2"]
    assert "代理缺少事件所记的一行" in lacking.zh
    assert "没有事件记载" in extra.zh


def test_a_substitute_sets_no_parameter_of_a_region(demo_city):
    stand_in(absent="drc-approver1", substitute="drc-handler1", code="320300-drc", roles=["approver"])
    with pytest.raises(NotPermitted, match="只能由管辖该地区的发展改革委签发人设置"):
        set_parameter(
            actor=find_actor("drc-handler1"), region="320300", key="calendar.holidays", value=["2026-12-01"],
            effective_from=date(2026, 12, 1), source="徐发改〔2026〕12号", now=NOW,
        )  # fmt: skip
