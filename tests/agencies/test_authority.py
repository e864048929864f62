"""Who may manage an account, help its person in, and set what holds for a region: each rule asked by itself."""

from __future__ import annotations

import pytest

from agencies.actors import find_actor, system_actor
from agencies.authority import agencies_of, manager_of, may_help, parameter_setter
from agencies.errors import NotPermitted
from agencies.models import Agency, Membership, User
from agencies.services import create_agency, grant_role
from tests.agencies.cast import NOW, told


def codes(user):
    return [agency.code for agency in agencies_of(user)]


@pytest.fixture
def nobodys(db, demo_city):
    """An account that belongs to no agency."""
    told("account/stray")
    return User.objects.create(username="stray", display_name="某人", created_at=NOW)


def test_the_operator_manages_every_account_but_the_systems_own(user, nobodys):
    for each in (user("drc-handler1"), user("sec-admin1"), nobodys):
        assert manager_of(system_actor(), each).id == system_actor().user_id
    for actor in (system_actor(), find_actor("sec-admin1")):
        with pytest.raises(NotPermitted, match="系统账号不能更改"):
            manager_of(actor, User.objects.get(is_system=True))


def test_an_account_of_no_agency_is_the_operators(nobodys):
    assert codes(nobodys) == []
    for username in ("admin1", "sys-admin1", "sec-admin1"):
        with pytest.raises(NotPermitted, match="不属于任何单位"):
            manager_of(find_actor(username), nobodys)


def test_an_account_belongs_where_it_works_else_where_it_worked_else_where_it_was_opened(user, agency, nobodys):
    person = user("drc-handler1")
    grant_role(actor=system_actor(), user=person, agency=agency("320300-grid"), role="handler", now=NOW)
    assert codes(person) == ["320300-drc", "320300-grid"]
    told("account/drc-handler1")
    Membership.objects.filter(user=person, agency__code="320300-drc").update(active=False, until=NOW)
    assert codes(person) == ["320300-grid"]
    Membership.objects.filter(user=person).update(active=False, until=NOW)
    assert codes(person) == ["320300-drc", "320300-grid"]
    told("account/stray")
    User.objects.filter(pk=nobodys.pk).update(agency=agency("320300-cac"))
    assert codes(User.objects.get(pk=nobodys.pk)) == ["320300-cac"]


def test_nobody_opens_the_own_way_in_again_but_others_and_the_operator_do(user):
    with pytest.raises(NotPermitted, match="不能为自己办理") as refused:
        may_help(find_actor("sec-admin1"), user("sec-admin1"))
    assert refused.value.code == "self_help"
    assert may_help(find_actor("sec-admin1"), user("drc-handler1")).id == user("sec-admin1").pk
    assert may_help(system_actor(), user("sec-admin1")).id == system_actor().user_id


def test_the_system_account_is_helped_by_nobody(db, demo_city):
    with pytest.raises(NotPermitted, match="系统账号不能更改"):
        may_help(system_actor(), User.objects.get(is_system=True))


def test_what_holds_for_a_region_is_not_set_from_a_sub_unit(user, agency):
    create_agency(
        actor=system_actor(), code="320303-drc-desk", kind="development_commission", region="320303",
        name="云龙工作组", short_name="云龙组", monogram="发", parent=agency("320300-drc"), now=NOW,
    )  # fmt: skip
    desk = Agency.objects.get(code="320303-drc-desk")
    grant_role(actor=system_actor(), user=user("grid-handler1"), agency=desk, role="approver", now=NOW)
    with pytest.raises(NotPermitted, match="签发人"):
        parameter_setter(find_actor("grid-handler1"), "320303")
    assert parameter_setter(find_actor("drc-approver1"), "320303").id == user("drc-approver1").pk
