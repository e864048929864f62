"""Whose readings somebody may look through: a region for those who oversee it, the own agency for those who decide."""

from __future__ import annotations

import pytest

from agencies.access.oversight import Oversight, oversight
from agencies.actors import system_actor
from agencies.directory import get_directory
from agencies.models import Agency
from agencies.services import create_agency
from tests.agencies.cast import NOW


def codes(actor):
    by_id = get_directory().by_id
    return {by_id[agency].code for agency in oversight(actor, get_directory()).agencies}


@pytest.mark.parametrize(
    ("username", "region", "shell"),
    [("sup-supervisor1", "32", True), ("xzsup-supervisor1", "3203", False), ("audit-admin1", "3203", False)],
)
def test_who_oversees_a_region_looks_through_all_its_agencies(who, username, region, shell):
    inside = {agency.code for agency in Agency.objects.all() if agency.region_id.startswith(region)}
    assert codes(who(username)) == inside
    assert oversight(who(username), get_directory()).shell is shell


def test_who_decides_in_a_commission_looks_through_it_and_its_units(who, agency):
    assert codes(who("drc-reviewer1")) == codes(who("drc-approver1")) == {"320300-drc"}
    create_agency(
        actor=system_actor(), code="320303-drc-desk", kind="development_commission", region="320303", name="云龙工作组",
        short_name="云龙组", monogram="发", parent=agency("320300-drc"), now=NOW,
    )  # fmt: skip
    assert codes(who("drc-reviewer1")) == {"320300-drc", "320303-drc-desk"}


@pytest.mark.parametrize("username", ["drc-handler1", "grid-approver1", "police-handler1", "admin1", "sec-admin1"])
def test_others_look_through_nothing(who, username):
    found = oversight(who(username), get_directory())
    assert (found, found.empty) == (Oversight(()), True)


def test_only_what_holds_neither_agencies_nor_the_operators_is_empty():
    assert [Oversight((), shell=True).empty, Oversight((1,)).empty, Oversight(()).empty] == [False, False, True]
