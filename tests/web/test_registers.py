"""The registers of impact assessments and provisions: who adds, who reads, what the product adds by itself."""

from __future__ import annotations

import csv
import io
from contextlib import closing
from datetime import timedelta
from typing import Any

import psycopg2
import pytest

from agencies.actors import find_actor
from agencies.models import ImpactAssessment, Provision
from agencies.registers.services import add_assessment
from audit import clock
from audit.models import Access, Event
from audit.verification import verify
from cases.models import ListBatch
from cases.retention.provisions import generate
from tests.intake.samples import bring
from tests.servers import Servers
from tests.web import story
from tests.web.test_access_lines import LIST
from tests.web.test_reading import entered

IMPACT, PROVISION = "/audit/registers/impact/", "/audit/registers/provision/"
ASSESSED = {
    "activity": "监测名单与用电数据比对",
    "occasion": "automated",
    "lawful": "依据实施方案第十九条，限于核查所需",
    "impact": "可能误列，设人工复核",
    "measures": "遮盖、分级查看、留痕",
    "conclusion": "with_measures",
    "assessed_on": "2026-01-15",
}
PROVIDED = {
    "recipient": "徐州市公安局",
    "purpose": "协助查明经营者",
    "basis": "行政处罚法第二十六条",
    "subjects": "3",
    "provided_on": "2026-01-20",
    "fields": ["holder", "address"],
}


TAKE = "DELETE FROM agencies_impactassessment"
CHANGE = "UPDATE agencies_impactassessment SET conclusion = 'proceed'"


def problems() -> set[str]:
    return {problem.code for problem in verify().problems}


def test_a_deciding_person_of_a_commission_adds_both_and_each_leaves_an_event(demo_city: None) -> None:
    client = entered("drc-reviewer1")
    assert client.post(IMPACT, ASSESSED).status_code == 302
    assert client.post(PROVISION, PROVIDED).status_code == 302
    assert "监测名单与用电数据比对" in client.get(IMPACT).content.decode()
    text = client.get(PROVISION).content.decode()
    assert "徐州市公安局" in text
    assert "用户名称" in text
    assert {"impact_assessed", "provision_recorded"} <= set(Event.objects.values_list("action", flat=True))
    assert problems() == set()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"activity": " "}, "activity"),
        ({"activity": "长" * 121}, "activity"),
        ({"occasion": "whim"}, "occasion"),
        ({"conclusion": ""}, "conclusion"),
        ({"assessed_on": "2999-01-01"}, "assessed_on"),
        ({"assessed_on": "today"}, "assessed_on"),
        ({"measures": ""}, "measures"),
    ],
)
def test_what_is_missing_or_wrong_is_named_and_nothing_is_kept(
    demo_city: None, wrong: dict[str, str], field: str
) -> None:
    answer = entered("drc-approver1").post(IMPACT, ASSESSED | wrong)
    assert answer.status_code == 400
    assert f'href="#i-{field}"' in answer.content.decode()
    assert not ImpactAssessment.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"subjects": "0"},
        {"subjects": "many"},
        {"subjects": "１２"},
        {"fields": []},
        {"fields": ["soul"]},
        {"basis": ""},
    ],
)
def test_a_provision_wants_all_its_parts(demo_city: None, wrong: dict[str, Any]) -> None:
    assert entered("drc-reviewer1").post(PROVISION, PROVIDED | wrong).status_code == 400
    assert not Provision.objects.exists()


def test_supervision_reads_its_region_and_adds_nothing(demo_city: None) -> None:
    entered("drc-reviewer1").post(IMPACT, ASSESSED)
    entered("js-drc-reviewer1").post(IMPACT, ASSESSED | {"activity": "省级抽查"})
    city, province = entered("xzsup-supervisor1"), entered("sup-supervisor1")
    assert "省级抽查" not in city.get(IMPACT).content.decode()
    assert "省级抽查" in province.get(IMPACT).content.decode()
    assert "<form" not in city.get(IMPACT).content.decode().split("<main")[1]
    for path, given in ((IMPACT, ASSESSED), (PROVISION, PROVIDED)):
        assert city.post(path, given).status_code == 403


@pytest.mark.parametrize("path", [IMPACT, PROVISION, "/audit/registers/impact.csv", "/audit/registers/provision.csv"])
@pytest.mark.parametrize("who", ["drc-handler1", "grid-reviewer1", "admin1"])
def test_everybody_else_is_refused(demo_city: None, path: str, who: str) -> None:
    client = entered(who)
    assert client.get(path).status_code == 403
    if not path.endswith("csv"):
        assert client.post(path, ASSESSED).status_code == 403
    assert not ImpactAssessment.objects.exists()


def test_an_unknown_register_is_not_found(demo_city: None) -> None:
    assert entered("drc-reviewer1").get("/audit/registers/other/").status_code == 404
    assert entered("drc-reviewer1").get("/audit/registers/other.csv").status_code == 404


def test_the_product_puts_down_each_of_its_own_provisions_once(demo_city: None) -> None:
    case = story.dispatched()
    bring("telecom", LIST.encode(), name="两行的名单")
    entered("telecom-handler1").get(f"/imports/{ListBatch.objects.get().pk}/refused.csv")
    entered("drc-reviewer1").get(PROVISION)
    assert not Provision.objects.exists(), "reading writes nothing"
    assert generate() == 4
    assert generate() == 0
    rows = Provision.objects.filter(case_id=case.case_id).select_related("agency", "recipient")
    assert {row.agency.code for row in rows} == {"320300-drc"}
    assert {row.recipient.kind for row in rows if row.recipient} == {
        "telecom_bureau",
        "grid_company",
        "cyberspace_office",
    }
    feedback = Provision.objects.get(purpose="feedback")
    assert (feedback.subjects, feedback.recipient and feedback.recipient.kind) == (1, "telecom_bureau")
    text = entered("drc-reviewer1").get(PROVISION).content.decode()
    assert "下发核查" in text
    assert case.number in text
    assert problems() == set()


def test_the_file_is_neutral_and_is_logged(demo_city: None) -> None:
    client = entered("drc-reviewer1")
    client.post(IMPACT, ASSESSED | {"activity": "=HYPERLINK()"})
    answer = client.get("/audit/registers/impact.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1][2] == "'=HYPERLINK()"
    line = Access.objects.latest("id")
    assert (line.way, line.items, line.rows) == ("export", ["registers"], 1)


def add(days_ago: int) -> None:
    add_assessment(
        actor=find_actor("drc-reviewer1"),
        typed=ASSESSED | {"assessed_on": "2020-01-15"},
        now=clock.real_now() - timedelta(days=days_ago),
    )


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM agencies_impactassessment",
        "UPDATE agencies_impactassessment SET activity = 'x'",
        "TRUNCATE agencies_impactassessment",
    ],
)
def test_a_line_stays_as_it_is_for_three_years(fresh_db: Any, demo_city: None, statement: str) -> None:
    add(days_ago=3 * 365 - 2)
    for url, code in ((fresh_db.database_url, "42501"), (fresh_db.owner_url, "LZ003")):
        with closing(psycopg2.connect(url)) as connection, pytest.raises(psycopg2.Error) as refused:
            connection.cursor().execute(statement)
        assert refused.value.pgcode == code


def test_after_three_years_the_owner_may_delete(fresh_db: Any, demo_city: None) -> None:
    add(days_ago=3 * 365 + 2)
    with closing(psycopg2.connect(fresh_db.owner_url)) as connection:
        connection.cursor().execute(TAKE)
        connection.commit()
    assert not ImpactAssessment.objects.exists()
    assert problems() == set(), "what had its time may be gone"


def test_what_is_older_than_three_years_is_not_written_again(demo_city: None) -> None:
    story.dispatched()
    assert generate(clock.now() + timedelta(days=3 * 365 + 1)) == 0
    assert generate() == 3


def behind_the_triggers(servers: Servers, database: str, table: str, statement: str) -> None:
    """As a superuser who switches off what keeps the lines."""
    with closing(servers.cluster.connect(database)) as root, root.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        cursor.execute(statement)
        root.commit()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE agencies_provision SET subjects = 9",
        "UPDATE agencies_provision SET event_id = event_id + 1000000",
        "DELETE FROM agencies_provision",
    ],
)
def test_a_line_of_the_products_own_that_was_changed_is_found(
    servers: Servers, fresh_db: Any, demo_city: None, statement: str
) -> None:
    story.dispatched()
    assert generate() == 3
    assert problems() == set()
    behind_the_triggers(servers, fresh_db.name, "agencies_provision", statement)
    assert problems() == {"register"}


@pytest.mark.parametrize(
    "statement",
    [CHANGE, TAKE],
)
def test_a_line_changed_behind_the_triggers_is_found(
    servers: Servers, fresh_db: Any, demo_city: None, statement: str
) -> None:
    add(days_ago=1)
    assert problems() == set()
    behind_the_triggers(servers, fresh_db.name, "agencies_impactassessment", statement)
    assert problems() == {"register"}
