"""What the database itself refuses, whoever asks, and that the migrations can be taken back."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor

from agencies.models import Agency, Membership, User
from agencies.regions import reference_rows
from config.database.routers import migrating
from tests.agencies.cast import NOW, told

BAD_REGIONS = [
    ({"code": "3299", "level": "county", "parent_id": "32", "letter": "X9"}, "region_level_is_length"),
    ({"code": "329901", "level": "county", "parent_id": "3203", "letter": "X9"}, "region_parent_is_prefix"),
    ({"code": "3299", "level": "city", "parent_id": None, "letter": "X9"}, "region_parent_is_prefix"),
    ({"code": "3299", "level": "city", "parent_id": "32", "letter": "XZ"}, "region_letter_once"),
    ({"code": "3299", "level": "city", "parent_id": "32", "letter": "X9", "gb_code": "329901"}, "region_gb_code"),
    ({"code": "3299", "level": "town", "parent_id": "32", "letter": "X9"}, "region_level"),
]


def test_it_refuses_a_region_whose_code_would_not_mean_containment(fresh_db):
    for row, rule in BAD_REGIONS:
        columns = {"gb_code": row["code"].ljust(6, "0"), "name": "某地", **row}
        statement = f"INSERT INTO agencies_region ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})"
        with pytest.raises(Exception, match=rule), transaction.atomic(using="owner"):
            connections["owner"].cursor().execute(statement, list(columns.values()))


@pytest.mark.parametrize("table", ["agency", "user", "membership", "regionparameter", "region", "stamp"])
def test_the_application_role_deletes_nothing(db, table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege(%(t)s, 'DELETE'), has_table_privilege(%(t)s, 'TRUNCATE')",
            {"t": f"agencies_{table}"},
        )
        assert cursor.fetchone() == (False, False)


@pytest.mark.parametrize("table", ["region", "stamp"])
def test_the_application_role_cannot_change_reference_data(db, table):
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, 'INSERT, UPDATE')", [f"agencies_{table}"])
        assert cursor.fetchone() == (False,)


def unit(**changes):
    values = {"code": "320303-x", "kind": "grid_company", "region_id": "320303", "parent": "320300-grid"} | changes
    values["parent"] = Agency.objects.get(code=values["parent"])
    told(f"agency/{values['code']}")
    return Agency.objects.create(name="某供电服务中心", short_name="某供电", monogram="电", **values)


@pytest.mark.parametrize(
    "changes",
    [{"kind": "telecom_bureau"}, {"region_id": "320102"}, {"parent": "320302-grid", "region_id": "320302"}],
)
def test_it_refuses_a_sub_unit_that_does_not_fit_its_parent(demo_city, changes):
    with (
        pytest.raises(IntegrityError, match=r"下属单位 320303-x 与上级 .*不符"),
        transaction.atomic(),
    ):
        unit(**changes)


def test_it_accepts_a_sub_unit_that_fits(demo_city):
    assert unit().is_unit


def test_it_refuses_to_put_an_agency_with_units_under_another(demo_city):
    with pytest.raises(IntegrityError, match="下属单位"), transaction.atomic():
        Agency.objects.filter(code="320300-grid").update(parent=Agency.objects.get(code="320100-grid"))


def test_it_refuses_a_second_agency_of_a_kind_and_a_second_power_authority(demo_city):
    with pytest.raises(IntegrityError, match="agency_one_per_kind_and_region"), transaction.atomic():
        Agency.objects.create(
            code="320300-drc2", kind="development_commission", region_id="3203", name="x", short_name="x", monogram="x"
        )
    with pytest.raises(IntegrityError, match="agency_one_power_authority"), transaction.atomic():
        Agency.objects.filter(code="320300-grid").update(duties=["power_authority"])


def test_it_refuses_a_role_that_somebody_gives_themself(demo_city):
    person = User.objects.get(username="admin1")
    agency = Agency.objects.get(code="320300-drc")
    with pytest.raises(IntegrityError, match="nobody_grants_themself"), transaction.atomic():
        Membership.objects.create(user=person, agency=agency, role="approver", since=NOW, granted_by=person)


def test_it_refuses_the_same_role_twice_and_an_end_without_a_date(demo_city):
    held = Membership.objects.get(user__username="drc-handler1")
    system = User.objects.get(username="system")
    with pytest.raises(IntegrityError, match="membership_role_once"), transaction.atomic():
        Membership.objects.create(user=held.user, agency=held.agency, role="handler", since=NOW, granted_by=system)
    with pytest.raises(IntegrityError, match="membership_ended_has_an_end"), transaction.atomic():
        Membership.objects.filter(pk=held.pk).update(active=False)


def test_the_reference_data_and_the_functions_go_out_and_come_back(fresh_db):
    owner = connections["owner"]
    with migrating():
        MigrationExecutor(owner).migrate([("agencies", "0002_posts_function_and_stamp")])
        assert counted(owner) == (0, 0)
        MigrationExecutor(owner).migrate([("agencies", "0001_regions_agencies_people")])
        with owner.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_proc WHERE proname LIKE 'agencies%'")
            assert cursor.fetchone() == (0,)
        MigrationExecutor(owner).migrate([("agencies", "0004_system_actor")])
        assert counted(owner) == (len(list(reference_rows())), 1)


def counted(owner):
    with owner.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM agencies_region), (SELECT count(*) FROM agencies_user)")
        return cursor.fetchone()
