"""Who reported a tip of a list that an agency sends in is opened as the reporter of a public tip is, no other way."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from agencies.actors import find_actor
from audit import clock
from audit.models import Access, Event, Sealed
from cases.intake.tips import opening
from cases.models import Case, PersonalRecord
from cases.selectors.precision.viewers import REPORTER_OPENERS
from cases.workflow.engine import perform
from cases.workflow.errors import WorkflowError
from cases.workflow.forms.cooperation import PURPOSES, REPORTER_PURPOSES
from tests.intake.ledgers import batch, bring
from tests.intake.test_one_site import FLAT, sheet
from tests.retention.story import later
from tests.web.test_reading import entered

pytestmark = pytest.mark.usefixtures("demo_city")
NAME, PHONE = "欧阳诗涵", "13952108866"
COLUMNS = ("举报时间", "举报内容", "地址", "举报人", "举报人电话")
WHY = {"items": ["reporter"], "purpose": "clarify", "reason": "电话核实噪声时段"}


@pytest.fixture
def case() -> Case:
    rows = ("2026-10-01 09:00", "机器很响", FLAT, NAME, PHONE), ("2026-10-02 09:00", "不知在哪", "", NAME, PHONE)
    bring(sheet(COLUMNS, *rows), "举报", kind="tips", actor=find_actor("drc-handler1"))
    found = Case.objects.order_by("number").first()
    assert found is not None
    kept = {record.value for record in PersonalRecord.objects.filter(protected=True)}
    assert kept == {NAME, PHONE}
    return found


def reveal(case: Case, username: str = "drc-handler1", **change: Any) -> None:
    perform(
        case_id=case.id,
        action="reveal_personal_data",
        actor=find_actor(username),
        data={**WHY, **change},
        expected_version=None,
        idempotency_key=None,
        now=clock.now(),
    )


def refused(case: Case, username: str = "drc-handler1", **change: Any) -> WorkflowError:
    with pytest.raises(WorkflowError) as told:
        reveal(case, username, **change)
    assert not Event.objects.filter(action="reveal_personal_data").exists()
    return told.value


def shown(client: Client, case: Case) -> str:
    """What the page of the case and the API say of whom it concerns."""
    page = client.get(f"/cases/{case.number}/").content.decode()
    return page + client.get(f"/api/v1/cases/{case.number}/personal").content.decode()


def told_in(text: str) -> bool:
    return NAME in text or PHONE in text


def test_no_page_and_no_answer_shows_it_before_a_reason_is_given(case: Case) -> None:
    where = batch("举报").id
    paths = ["/cases/", f"/cases/{case.number}/", f"/imports/{where}/", f"/imports/{where}/mapping/", "/audit/"]
    paths += [f"/api/v1/imports/{where}/rows", f"/api/v1/cases/{case.number}", f"/api/v1/cases/{case.number}/personal"]
    for username in ("drc-handler1", "drc-reviewer1", "drc-approver1", "sup-supervisor1", "telecom-handler1"):
        person = entered(username)
        for path in paths:
            assert not told_in(person.get(path).content.decode()), (username, path)


def test_a_reason_opens_it_for_half_an_hour_to_that_person_alone(case: Case) -> None:
    reveal(case)
    handler = entered("drc-handler1")
    assert NAME in shown(handler, case)
    assert PHONE in shown(handler, case)
    assert not told_in(shown(entered("drc-handler2"), case))
    later(seconds=31 * 60)
    assert not told_in(shown(entered("drc-handler1"), case))


def test_the_reason_is_in_the_trail_and_each_look_in_the_access_log(case: Case) -> None:
    reveal(case, "drc-reviewer1")
    event = Event.objects.get(action="reveal_personal_data")
    body = json.loads(bytes(event.body))
    assert (event.stream, body["actor"]["username"]) == (f"case/{case.id}", "drc-reviewer1")
    told = body["set"]["last_reveal"]
    assert (told["items"], told["purpose"]) == (["reporter"], "clarify")
    assert "电话核实" not in bytes(event.body).decode()
    assert "电话核实" in str(Sealed.objects.get(event=event).data)
    assert not Access.objects.filter(username="drc-reviewer1", items__contains=["reporter"]).exists()
    entered("drc-reviewer1").get(f"/cases/{case.number}/")
    entered("drc-reviewer1").get(f"/api/v1/cases/{case.number}/personal")
    lines = Access.objects.filter(username="drc-reviewer1", case_id=case.id).order_by("id")
    assert [(line.way, "reporter" in line.items, line.purpose) for line in lines] == [
        ("page", True, "clarify"),
        ("api", True, "clarify"),
    ]


def test_both_ways_are_open_to_the_same_people_for_the_same_reasons() -> None:
    assert dict(REPORTER_PURPOSES) == opening.REASONS
    assert opening.REPORTER_OPENERS is REPORTER_OPENERS
    assert not set(opening.REASONS) & {code for code, _ in PURPOSES}
    assert timedelta(minutes=30) == opening.OPEN_FOR


@pytest.mark.parametrize(
    "username",
    ["drc-approver1", "sup-supervisor1", "js-drc-handler1", "xzsup-supervisor1", "cac-handler1", "nj-drc-handler1"],
)
def test_nobody_else_opens_it(case: Case, username: str) -> None:
    """An approver of the leading commission neither, as with public tips."""
    reveal_by = refused(case, username)
    assert reveal_by.status in (403, 404), reveal_by.code
    revealable = entered(username).get(f"/api/v1/cases/{case.number}").json().get("revealable", [])
    assert "reporter" not in revealable


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"purpose": "visit"}, "purpose"),
        ({"purpose": "curiosity"}, "purpose"),
        ({"reason": ""}, "reason"),
        ({"reason": "  x "}, "reason"),
        ({"items": ["reporter", "phone"]}, "items"),
        ({"items": ["phone"]}, "purpose"),
    ],
)
def test_it_is_asked_for_alone_and_for_a_reason_that_is_about_the_reporter(
    case: Case, change: dict[str, Any], field: str
) -> None:
    refusal = refused(case, **change)
    assert refusal.status == 400
    assert field in refusal.fields


def test_a_reveal_of_the_other_items_does_not_open_it(case: Case) -> None:
    reveal(case, items=["subscriber", "phone", "account"], purpose="visit")
    assert not told_in(shown(entered("drc-handler1"), case))


def test_whoever_sent_the_list_in_has_its_own_cells_back_in_a_file_only_and_that_is_noted(case: Case) -> None:
    """What was refused goes back as it came, to be corrected; whoever only leads gets no such file."""
    where = batch("举报").id
    rows = entered("drc-handler1").get(f"/imports/{where}/refused.csv")
    text = b"".join(rows.streaming_content).decode() if rows.streaming else rows.content.decode()
    assert told_in(text)
    with connection.cursor() as cursor:
        cursor.execute("SELECT username, way FROM audit_access WHERE target = %s", [f"import/{where}"])
        assert ("drc-handler1", "export") in cursor.fetchall()
    assert Event.objects.filter(action="export_made").exists()
    for username in ("drc-reviewer1", "sup-supervisor1"):
        assert entered(username).get(f"/imports/{where}/refused.csv").status_code in (403, 404)
