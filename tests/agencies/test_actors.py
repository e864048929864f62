"""Loading the person who acts, in one query."""

from __future__ import annotations

import pytest
from django.db import connection

from agencies.actors import NoSuchActor, load_actor, system_actor
from agencies.models import Agency, Membership, User
from agencies.services import disable_user, end_role, grant_role
from tests.agencies.cast import NOW, told


def test_a_person_is_read_with_agency_duties_and_roles(who, agency):
    actor = who("drc-approver1")
    (post,) = actor.posts
    assert (actor.display_name, actor.language, actor.is_system) == ("郑国栋", "zh", False)
    assert (post.agency_code, post.kind, post.region_code) == ("320300-drc", "development_commission", "3203")
    assert (post.principal_id, post.is_unit) == (agency("320300-drc").pk, False)
    assert (post.duties, post.roles) == ({"power_authority"}, {"approver"})


def test_a_member_of_a_sub_unit_knows_the_principal(who, agency):
    (post,) = who("gulou-crew1").posts
    assert (post.agency_code, post.region_code, post.is_unit) == ("320302-grid", "320302", True)
    assert post.principal_id == agency("320300-grid").pk
    assert post.agency_id != post.principal_id


def test_it_takes_one_query(user, django_assert_num_queries):
    person = user("drc-handler1")
    with django_assert_num_queries(1):
        load_actor(person.pk)


def test_roles_of_one_agency_are_one_post_and_agencies_are_posts(user, agency):
    person = user("drc-handler1")
    for code, role in (("320300-drc", "reviewer"), ("320300-supervision", "supervisor")):
        grant_role(actor=system_actor(), user=person, agency=agency(code), role=role, now=NOW)
    posts = {post.agency_code: post.roles for post in load_actor(person.pk).posts}
    assert posts == {"320300-drc": {"handler", "reviewer"}, "320300-supervision": {"supervisor"}}


def test_an_ended_role_is_gone_from_the_next_read(user):
    person = user("drc-handler1")
    end_role(actor=system_actor(), membership=Membership.objects.get(user=person), now=NOW)
    assert load_actor(person.pk).posts == ()


def test_a_disabled_account_is_nobody(user):
    person = user("drc-handler1")
    disable_user(actor=system_actor(), user=person, now=NOW)
    with pytest.raises(NoSuchActor, match="已停用"):
        load_actor(person.pk)


def test_an_unknown_person_is_nobody(demo_city, who):
    with pytest.raises(NoSuchActor, match="没有账号“0”"):
        load_actor(0)
    with pytest.raises(NoSuchActor, match="没有账号“nobody”"):
        who("nobody")


@pytest.mark.parametrize("closed", ["320302-grid", "320300-grid"])
def test_nobody_acts_for_a_closed_agency_or_for_a_unit_of_one(who, closed):
    told(f"agency/{closed}")
    Agency.objects.filter(code=closed).update(active=False)
    assert who("gulou-crew1").posts == ()


def test_the_system_actor_has_a_name_and_no_post(db):
    actor = system_actor()
    assert (actor.username, actor.is_system, actor.posts) == ("system", True, ())
    assert not User.objects.get(username="system").has_usable_password()


def test_only_the_application_role_may_ask_for_posts(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_function_privilege('agencies_posts(bigint)', 'EXECUTE'),"
            " (SELECT count(*) FROM aclexplode((SELECT proacl FROM pg_proc WHERE proname = 'agencies_posts'))"
            "   WHERE grantee = 0)"
        )
        assert cursor.fetchone() == (True, 0)
