"""Who is responsible where, and that a process notices every change."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection, transaction

from agencies.actors import system_actor
from agencies.directory import get_directory, read_stamp
from agencies.models import Agency, RegionParameter
from agencies.services import close_agency, create_agency
from agencies.vocabulary import Kind
from tests.agencies.cast import NOW, told

COMMISSION, GRID = Kind.DEVELOPMENT_COMMISSION, Kind.GRID_COMPANY


def codes(agencies):
    return [agency.code for agency in agencies]


def test_the_nearest_agency_of_a_kind_is_the_addressee(demo_city):
    directory = get_directory()
    assert directory.addressee(GRID, "320303").code == "320300-grid"
    assert directory.addressee(GRID, "320106").code == "320100-grid"
    assert directory.addressee(COMMISSION, "320505").code == "320000-drc"
    assert directory.addressee(GRID, "320505") is None
    assert directory.addressee(COMMISSION, "110101") is None


def test_a_sub_unit_is_never_an_addressee(demo_city):
    assert get_directory().addressee(GRID, "320302").code == "320300-grid"


def test_the_power_authority_is_found_by_its_duty(demo_city):
    assert get_directory().addressee("power_authority", "320371").code == "320300-drc"
    assert get_directory().addressee("power_authority", "320505") is None


def test_partners_are_found_by_their_sort_and_not_by_their_kind(demo_city):
    directory = get_directory()
    found = {sort: directory.partner(sort, "320312").code for sort in ("police", "discipline", "culture", "street")}
    assert found == {
        "police": "320300-police",
        "discipline": "320300-discipline",
        "culture": "320300-culture",
        "street": "320300-street",
    }
    assert directory.partner("police", "320106") is None
    assert directory.addressee(Kind.PARTNER, "320312") is None


def test_commissions_and_supervisions_up_to_the_province_watch_a_region(demo_city):
    assert codes(get_directory().watchers("320302")) == [
        "320300-drc",
        "320300-supervision",
        "320000-drc",
        "320000-supervision",
    ]
    assert codes(get_directory().watchers("320106")) == ["320100-drc", "320000-drc", "320000-supervision"]
    assert codes(get_directory().watchers("110101")) == []


def test_the_superior_is_of_the_same_kind_one_region_up(demo_city):
    directory = get_directory()
    superior = {
        code: directory.superior(directory.by_code[code].id) for code in ("320300-drc", "320000-drc", "320300-grid")
    }
    assert superior["320300-drc"].code == "320000-drc"
    assert superior["320000-drc"] is None
    assert superior["320300-grid"] is None


def test_a_new_agency_is_seen_at_once_and_costs_nothing_until_then(demo_city, django_assert_num_queries):
    stamp = get_directory().stamp
    with django_assert_num_queries(0):
        assert get_directory(stamp) is get_directory(stamp)
    with django_assert_num_queries(1):
        get_directory()
    create_agency(
        actor=system_actor(),
        code="320303-drc",
        kind=COMMISSION,
        region="320303",
        name="云龙区发展和改革委员会",
        short_name="云龙发改委",
        monogram="发",
        now=NOW,
    )
    assert read_stamp() != stamp
    assert get_directory().addressee(COMMISSION, "320303").code == "320303-drc"
    assert codes(get_directory().watchers("320303"))[:2] == ["320303-drc", "320300-drc"]
    close_agency(actor=system_actor(), agency=Agency.objects.get(code="320303-drc"), now=NOW)
    assert get_directory().addressee(COMMISSION, "320303").code == "320300-drc"


def test_a_change_that_is_rolled_back_leaves_nothing_in_the_process(demo_city):
    """The stamp of a rolled-back change must not be given to the next one, which the process would then never read."""
    before = get_directory().stamp
    seen = set()
    for _ in range(2):
        with transaction.atomic():
            Agency.objects.filter(code="320300-police").update(short_name="市公安局")
            seen.add(get_directory().stamp)
            transaction.set_rollback(True)
    assert len(seen | {before}) == 3
    assert get_directory().by_code["320300-police"].short_name == "公安局"


@pytest.mark.parametrize("table", ["agencies_agency", "agencies_regionparameter"])
def test_every_change_moves_the_stamp(demo_city, table):
    before = read_stamp()
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET id = id")
    assert read_stamp() != before


def parameter(region, key, value, start, end=None):
    told(f"config/{key}")
    RegionParameter.objects.create(
        region_id=region, key=key, value=value, effective_from=start, effective_to=end, source="徐发改〔2026〕12号"
    )


def test_the_nearest_parameter_in_force_that_day_counts(demo_city):
    parameter("32", "deadline.triage", 4, date(2026, 1, 1))
    parameter("3203", "deadline.triage", 2, date(2026, 6, 1), date(2026, 9, 1))
    parameter("3203", "deadline.triage", 5, date(2026, 9, 1))
    asked = {
        ("320302", date(2025, 12, 31)): None,
        ("320302", date(2026, 5, 31)): 4,
        ("320302", date(2026, 6, 1)): 2,
        ("320302", date(2026, 8, 31)): 2,
        ("320302", date(2026, 9, 1)): 5,
        ("320106", date(2026, 9, 1)): 4,
        ("110101", date(2026, 9, 1)): None,
    }
    directory = get_directory()
    assert {key: directory.parameter("deadline.triage", *key) for key in asked} == asked
    assert directory.parameter("deadline.accept", "320302", date(2026, 9, 1)) is None
