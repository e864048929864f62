"""Whose work a person sees, in the lists and in the figures of the workbench."""

from __future__ import annotations

import pytest

from agencies.actors import find_actor, system_actor
from agencies.errors import AgencyError
from agencies.models import Agency, Membership, User
from agencies.services import close_agency, create_agency, end_role, grant_role
from audit import clock
from cases.models import Case, CaseAgency
from cases.selectors.pages import open_task_total, tasks_by_stage
from cases.selectors.reach.scopes import task_scopes


@pytest.fixture
def grant(demo_city):
    def give(username, agency, role):
        user, there = User.objects.get(username=username), Agency.objects.get(code=agency)
        grant_role(actor=system_actor(), user=user, agency=there, role=role, now=clock.now())
        return find_actor(username)

    return give


def ids(*codes):
    return [Agency.objects.get(code=code).pk for code in codes]


def test_a_scope_is_the_whole_agency_or_the_unit_and_never_both(who, grant):
    grid, gulou = ids("320300-grid", "320302-grid")
    assert task_scopes(who("grid-crew1")) == [("agency_id", grid, 0)]
    assert task_scopes(who("gulou-crew1")) == [("unit_id", gulou, 0)]
    assert task_scopes(who("admin1")) == []
    assert task_scopes(grant("gulou-crew1", "320300-grid", "handler")) == [("agency_id", grid, 0)]


def test_the_figures_of_a_units_member_are_those_of_the_unit(do, opened, who):
    case, other = opened(), opened()
    for each in (case, other):
        do("drc-handler1", "dispatch_verification", each, findings=["trace_subscriber"])
    do("telecom-handler1", "assign_task", case, unit="320300-telecom-ct")
    for username, n in (("ct-handler1", 1), ("cu-handler1", 0), ("telecom-handler1", 2)):
        actor = who(username)
        assert open_task_total(actor) == n
        assert sum(tasks_by_stage(actor).values()) == n, username


def set_up(code, kind, **more):
    names = {"name": code, "short_name": code, "monogram": "新"}
    return create_agency(actor=system_actor(), code=code, kind=kind, region=code[:6], now=clock.now(), **names, **more)


def test_who_is_set_up_to_supervise_sees_the_cases_that_were_there_before(do, opened, demo_city):
    here, elsewhere = opened("320303"), opened("320302")
    county = set_up("320303-drc", "development_commission")
    seen = CaseAgency.objects.filter(agency=county).values_list("case_id", "relation")
    assert [(str(case), relation) for case, relation in seen] == [(here, "supervisor")]
    assert set_up("320302-supervision", "supervision").pk in CaseAgency.objects.filter(case_id=elsewhere).values_list(
        "agency_id", flat=True
    )


def test_a_case_that_turns_out_to_lie_in_a_county_is_seen_by_the_countys_supervision(do, opened, demo_city):
    county = set_up("320303-supervision", "supervision")
    case = opened("3203")
    assert not CaseAgency.objects.filter(case_id=case, agency=county).exists()
    do("system", "attach_signal", case, source="trace", region_code="320303")
    assert CaseAgency.objects.get(case_id=case, agency=county).relation == "supervisor"
    assert Case.objects.get(pk=case).lead_agency.code == "320300-drc"


def test_no_other_agency_that_is_set_up_sees_anything(opened, demo_city):
    opened()
    made = [
        set_up("320303-cac", "cyberspace_office"),
        set_up("320300-telecom-cb", "telecom_bureau", parent=Agency.objects.get(code="320300-telecom")),
        set_up("320300-market", "partner", partner_sort="market"),
    ]
    assert not CaseAgency.objects.filter(agency__in=made).exists()


@pytest.mark.parametrize("code", ["320300-telecom-ct", "320300-cac", "320300-drc"])
def test_an_agency_that_owes_work_or_leads_a_case_is_not_closed(do, opened, code):
    case = opened()
    do("drc-handler1", "dispatch_verification", case, findings=["trace_subscriber", "analyse_traffic"])
    do("telecom-handler1", "assign_task", case, unit="320300-telecom-ct")
    for membership in Membership.objects.filter(agency__code__startswith=code):
        end_role(actor=system_actor(), membership=membership, now=clock.now(), last=True)
    agency = Agency.objects.get(code=code)
    with pytest.raises(AgencyError, match="还有未办的事项"):
        close_agency(actor=system_actor(), agency=agency, now=clock.now())
    assert Agency.objects.get(code=code).active
