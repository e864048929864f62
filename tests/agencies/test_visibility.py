"""Which cases and tasks an actor sees. Without a reason to see one, nobody does."""

from __future__ import annotations

import pytest
from django.db import connection

from agencies.actors import system_actor
from agencies.directory import get_directory
from agencies.models import Agency, Membership
from agencies.services import grant_role
from agencies.visibility import Part, Participation, case_agencies, part, seen, share_with, sight_keys, whole_keys
from agencies.visibility import sees as sees_at
from agencies.vocabulary import CASE_ROLES, Role
from tests.agencies.cast import NOW, told


def sees(actor, participants, confidentiality="ordinary"):
    return sees_at(actor, participants, confidentiality)


def ids(*codes):
    by_code = get_directory().by_code
    return [by_code[code].id for code in codes]


def test_people_see_through_their_agency(who):
    assert case_agencies(who("drc-handler1")) == ids("320300-drc")
    assert case_agencies(who("sup-supervisor1")) == ids("320000-supervision")
    assert case_agencies(who("police-handler1")) == ids("320300-police")


def test_members_of_a_sub_unit_see_through_the_unit_only(who):
    assert case_agencies(who("gulou-crew1")) == ids("320302-grid")
    assert case_agencies(who("ct-handler1")) == ids("320300-telecom-ct")
    assert not sees(who("ct-handler1"), ids("320300-drc", "320300-telecom"))
    assert sees(who("ct-handler1"), ids("320300-telecom", "320300-telecom-ct"))


def test_an_administrator_and_the_system_see_no_case(who, user, agency):
    assert case_agencies(who("admin1")) == []
    assert case_agencies(system_actor()) == []
    assert not sees(who("admin1"), ids("320300-drc"))
    grant_role(actor=system_actor(), user=user("admin1"), agency=agency("320300-drc"), role="handler", now=NOW)
    assert sees(who("admin1"), ids("320300-drc"))


def test_a_role_elsewhere_does_not_open_the_cases_of_an_agency_one_administers(who, user, agency):
    person = user("admin1")
    grant_role(actor=system_actor(), user=person, agency=agency("320300-supervision"), role="supervisor", now=NOW)
    assert case_agencies(who("admin1")) == ids("320300-supervision")


def test_the_other_city_sees_nothing(who):
    assert not sees(who("nj-drc-handler1"), ids("320300-drc", "320300-grid", "320000-drc", "320000-supervision"))


def lift(username, role, ceiling):
    told(f"account/{username}")
    Membership.objects.filter(user__username=username, role=role).update(ceiling=ceiling)


def test_the_keys_of_sight_name_each_agency_with_each_rank_up_to_the_ceiling(who):
    [drc] = ids("320300-drc")
    assert sight_keys(who("drc-handler1")) == [drc * 4]
    lift("drc-handler1", "handler", "sensitive")
    assert sight_keys(who("drc-handler1")) == [drc * 4, drc * 4 + 1]
    lift("drc-handler1", "handler", "internal")
    assert sight_keys(who("drc-handler1")) == [drc * 4, drc * 4 + 1, drc * 4 + 2]
    assert sight_keys(who("admin1")) == sight_keys(system_actor()) == []


def test_the_ceiling_is_the_highest_of_the_roles_that_work_on_cases(who, user, agency):
    """An administrator's ceiling opens nothing, neither alone nor beside another role."""
    lift("admin1", "agency_admin", "internal")
    assert sight_keys(who("admin1")) == []
    grant_role(actor=system_actor(), user=user("admin1"), agency=agency("320300-drc"), role="handler", now=NOW)
    [post] = who("admin1").posts
    assert (post.ceiling, sight_keys(who("admin1"))) == ("ordinary", [post.agency_id * 4])
    grant_role(actor=system_actor(), user=user("admin1"), agency=agency("320300-drc"), role="reviewer", now=NOW)
    lift("admin1", "reviewer", "sensitive")
    assert who("admin1").posts[0].ceiling == "sensitive"


def test_the_keys_of_the_whole_are_those_of_sight_but_for_partners(who):
    for username in ("drc-handler1", "gulou-crew1", "sup-supervisor1"):
        assert whole_keys(who(username)) == sight_keys(who(username)) != []
    assert sight_keys(who("police-handler1")) != []
    assert whole_keys(who("police-handler1")) == whole_keys(who("admin1")) == []


def test_a_case_above_the_ceiling_is_seen_by_nobody(who):
    at = ids("320300-drc")
    lift("drc-handler1", "handler", "sensitive")
    assert [sees(who("drc-handler1"), at, level) for level in ("ordinary", "sensitive", "internal")] == [
        True,
        True,
        False,
    ]
    assert not sees(who("drc-handler2"), at, "sensitive")


@pytest.mark.parametrize(
    ("username", "code", "relation", "region", "owes", "found"),
    [
        ("drc-handler1", "320300-drc", "lead", "320302", False, Part.WHOLE),
        ("drc-handler1", "320300-drc", "lead", "320100", False, Part.WHOLE),
        ("drc-handler1", "320300-drc", "participant", "320302", False, Part.OWN),
        ("grid-handler1", "320300-grid", "participant", "320302", False, Part.OWN),
        ("grid-handler1", "320300-grid", "participant", "320302", True, Part.WHOLE),
        ("xzsup-supervisor1", "320300-supervision", "supervisor", "320302", False, Part.WHOLE),
        # Handed on to another city: what was supervised here stays readable as an own part.
        ("xzsup-supervisor1", "320300-supervision", "supervisor", "320100", False, Part.OWN),
        ("xzsup-supervisor1", "320300-supervision", "participant", "320302", False, Part.OWN),
        ("police-handler1", "320300-police", "partner", "320302", False, Part.OWN),
        ("police-handler1", "320300-police", "partner", "320302", True, Part.OWN),
        ("police-handler1", "320300-police", "lead", "320302", True, Part.OWN),
        ("police-handler1", "320300-drc", "lead", "320302", True, None),
        ("admin1", "320300-drc", "lead", "320302", True, None),
    ],
)
def test_how_much_of_a_case_is_read(who, username, code, relation, region, owes, found):
    [agency] = ids(code)
    assert part(who(username), [Participation(agency, relation, owes)], region, "ordinary") is found


def test_one_place_is_enough_for_the_whole_and_a_place_of_others_adds_nothing(who):
    [grid, drc] = ids("320300-grid", "320300-drc")
    there = [Participation(drc, "lead", False), Participation(grid, "participant", False)]
    assert part(who("grid-handler1"), there, "320302", "ordinary") is Part.OWN
    assert part(who("drc-handler1"), there, "320302", "ordinary") is Part.WHOLE
    assert part(who("drc-handler1"), there, "320302", "sensitive") is None
    assert part(who("drc-handler1"), [], "320302", "ordinary") is None


def test_the_roles_that_work_on_cases_are_the_same_in_sql_and_in_python(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT r FROM unnest(%s::text[]) r WHERE agencies_works_on_cases(r)", [[*Role]])
        assert {row[0] for row in cursor.fetchall()} == {role.value for role in CASE_ROLES}


@pytest.mark.parametrize(
    ("username", "numbers"),
    [
        ("drc-handler1", [1, 2]),
        ("police-handler1", [2]),
        ("ct-handler1", [1]),
        ("telecom-handler1", [1]),
        ("gulou-crew1", []),
        ("admin1", []),
        ("nj-drc-handler1", [3]),
    ],
)
def test_the_condition_in_sql_agrees_with_the_one_in_python(who, username, numbers):
    """Three cases, in rows that stand in for `cases_caseagency` in one statement."""
    rows = [(1, ids("320300-drc", "320300-telecom", "320300-telecom-ct")), (2, ids("320300-drc", "320300-police"))]
    rows.append((3, ids("320100-drc")))
    actor = who(username)
    pairs = [(case, agency) for case, agencies in rows for agency in agencies]
    rows_of = "SELECT *, 0 AS rank FROM unnest(%s::int[], %s::bigint[]) AS ca (case_id, agency_id)"
    stand_in = f"WITH cases_caseagency AS ({rows_of})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"{stand_in} SELECT n FROM generate_series(1, 4) n WHERE {seen('n')} ORDER BY n",
            [*map(list, zip(*pairs, strict=True)), sight_keys(actor)],
        )
        assert [row[0] for row in cursor.fetchall()] == numbers
    assert [case for case, agencies in rows if sees(actor, agencies)] == numbers


def shared(region):
    return [agency.code for agency in share_with(region, get_directory())]


def test_a_new_case_is_shared_with_its_commission_and_everyone_above(demo_city):
    assert shared("320302") == ["320300-drc", "320300-supervision", "320000-drc", "320000-supervision"]


def test_where_only_the_province_has_a_commission_it_leads(demo_city):
    assert shared("320505") == ["320000-drc", "320000-supervision"]
    assert shared("110101") == []


def test_the_commission_comes_first_where_a_supervision_is_nearer(demo_city):
    told("agency/320300-supervision")
    Agency.objects.filter(code="320300-supervision").update(region_id="320303")
    assert shared("320303") == ["320300-drc", "320300-supervision", "320000-drc", "320000-supervision"]


def test_where_no_commission_is_left_those_who_watch_still_see_and_nobody_leads(demo_city):
    codes = ("320300-drc", "320000-drc")
    for code in codes:
        told(f"agency/{code}")
    Agency.objects.filter(code__in=codes).update(active=False)
    assert shared("320302") == ["320300-supervision", "320000-supervision"]
