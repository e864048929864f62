"""Whom a task can be given to, and who may look at whom."""

from __future__ import annotations

from agencies.actors import system_actor
from agencies.selectors import assignable, display_names, managed_accounts, rosters
from agencies.services import disable_user, grant_role
from tests.agencies.cast import NOW


def names(people):
    return [person.username for person in people]


def test_a_task_can_be_given_to_people_of_the_agency_and_its_units_with_the_role(who, agency):
    found = assignable(who("grid-reviewer1"), agency("320300-grid").pk, ["field_crew"], rank=0)
    assert names(found) == [
        "grid-crew1",
        "grid-crew2",
        "grid-crew3",
        "gulou-crew1",
        "gulou-crew2",
        "tongshan-crew1",
        "tongshan-crew2",
        "jingkai-crew1",
        "jingkai-crew2",
    ]
    assert {p.agency_code for p in found} == {"320300-grid", "320302-grid", "320312-grid", "320371-grid"}


def test_a_member_of_a_unit_gives_tasks_inside_the_unit_only(who, agency):
    found = assignable(who("gulou-crew1"), agency("320300-grid").pk, ["field_crew"], rank=0)
    assert names(found) == ["gulou-crew1", "gulou-crew2"]


def test_nobody_gives_tasks_to_people_of_another_agency(who, agency):
    assert assignable(who("drc-reviewer1"), agency("320300-grid").pk, ["field_crew"], rank=0) == []


def test_people_are_listed_with_every_role(who, agency, user):
    drc = agency("320300-drc")
    grant_role(actor=system_actor(), user=user("drc-handler1"), agency=drc, role="reviewer", now=NOW)
    people = rosters([drc.pk])[drc.pk]
    assert names(people) == [
        "admin1",
        "admin2",
        "audit-admin1",
        "drc-approver1",
        "drc-approver2",
        "drc-handler1",
        "drc-handler2",
        "drc-reviewer1",
        "drc-reviewer2",
        "sec-admin1",
        "sys-admin1",
    ]
    assert people[5].display_name == "李明远"
    assert people[5].roles == ("handler", "reviewer")
    assert names(assignable(who("drc-handler1"), drc.pk, ["approver"], rank=0)) == ["drc-approver1", "drc-approver2"]


def test_an_administrator_manages_the_own_agency_and_its_units_disabled_accounts_included(who, user):
    disable_user(actor=system_actor(), user=user("gulou-crew1"), now=NOW)
    people = managed_accounts(who("grid-admin1"))
    assert {p.agency_code for p in people} == {"320300-grid", "320302-grid", "320312-grid", "320371-grid"}
    assert [p.is_active for p in people if p.username == "gulou-crew1"] == [False]
    assert managed_accounts(who("grid-handler1")) == []


def test_the_rosters_of_several_agencies_hold_their_active_people(user, agency):
    branch, partner = agency("320302-grid").pk, agency("320300-police").pk
    disable_user(actor=system_actor(), user=user("gulou-crew1"), now=NOW)
    found = rosters([branch, partner, 0])
    assert {agency_id: names(people) for agency_id, people in found.items()} == {
        branch: ["gulou-crew2"],
        partner: ["police-handler1", "police-handler2"],
        0: [],
    }


def test_names_are_for_those_who_work_here(who, user):
    person = user("drc-handler1")
    assert display_names(who("grid-crew1"), [person.pk, person.pk, 0]) == {person.pk: "李明远"}
