"""The workbenches of each sort of person, and the settings: who changes what, and what is kept of a change."""

from __future__ import annotations

from datetime import timedelta

import orjson

from agencies.directory import get_directory
from agencies.models import Agency
from audit import clock
from audit.models import Event
from cases.models import Task
from tests.web import story
from tests.web.test_reading import entered

DEADLINE = "/settings/parameters/deadline.determine/"


def test_each_sort_of_person_has_a_workbench_of_their_own(demo_city: None) -> None:
    case = story.dispatched(title="逾期一案")
    clock.advance(timedelta(days=40))
    supervisor = entered("sup-supervisor1").get("/").content.decode()
    assert "督办视图" in supervisor
    task = Task.objects.get(case_id=case.case_id, kind="check_consumption")
    assert f"/cases/{case.number}/actions/urge/?task={task.id}" in supervisor
    crew = entered("grid-crew1").get("/").content.decode()
    assert "/suspensions/code/" in crew
    for username in ("sys-admin1", "sec-admin1", "audit-admin1"):
        page = entered(username).get("/").content.decode()
        assert "最近的变更" in page
        assert case.number not in page
    assert 'data-tile="overdue"' in entered("drc-handler1").get("/").content.decode()


def test_an_approver_sets_a_deadline_and_the_event_holds_before_and_after(demo_city: None) -> None:
    client = entered("drc-approver1")
    wrong = client.post(
        DEADLINE, {"v.amount": "0", "unit": "working_days", "day": "2027-01-04", "source": "徐发改〔2026〕12号"}
    )
    assert wrong.status_code == 400
    assert "徐发改〔2026〕12号" in wrong.content.decode(), "what was typed stands there again"
    for amount, day in (("4", "2027-01-04"), ("6", "2027-03-01")):
        form = {"v.amount": amount, "unit": "working_days", "day": day, "source": "徐发改〔2026〕12号"}
        assert client.post(DEADLINE, form).status_code == 302
    bodies = [orjson.loads(bytes(event.body)) for event in Event.objects.filter(stream="config/deadline.determine")]
    assert [(b["data"]["before"], b["data"]["value"]) for b in sorted(bodies, key=lambda b: b["seq"])] == [
        (None, {"working_days": 4}),
        ({"working_days": 4}, {"working_days": 6}),
    ]
    page = client.get(DEADLINE).content.decode()
    assert "<del>4 个工作日</del>" in page
    assert "<ins>6 个工作日</ins>" in page


def test_nobody_else_sets_one_and_the_page_says_who_does(demo_city: None) -> None:
    form = {"v.amount": "4", "unit": "working_days", "day": "2027-01-04", "source": "徐发改〔2026〕12号"}
    for username in ("drc-handler1", "sys-admin1", "grid-handler1"):
        client = entered(username)
        page = client.get(DEADLINE).content.decode()
        assert 'name="v.amount"' not in page
        assert "签发人" in page
        assert client.post(DEADLINE, form).status_code == 403
    assert not Event.objects.filter(stream="config/deadline.determine").exists()
    assert entered("drc-approver1").get("/settings/parameters/calendar.holidays/").status_code == 404


def test_the_system_administrator_sets_up_an_agency_and_closes_it(demo_city: None) -> None:
    form = {"do": "create", "region": "3203", "code": "320300-market", "kind": "partner", "partner_sort": "market"}
    form |= {"name": "徐州市市场监管局", "short_name": "市场监管局", "monogram": "监"}
    assert entered("drc-approver1").post("/settings/agencies/", form).status_code == 403
    assert not Agency.objects.filter(code="320300-market").exists()
    client = entered("sys-admin1")
    assert client.post("/settings/agencies/", {**form, "partner_sort": ""}).status_code == 400
    assert client.post("/settings/agencies/", form).status_code == 302
    assert get_directory().by_code["320300-market"].active
    assert "徐州市市场监管局" in client.get("/settings/agencies/?region=3203").content.decode()
    gone = client.post("/settings/agencies/", {"do": "close", "region": "3203", "agency": "320300-market"})
    assert gone.status_code == 302
    assert not Agency.objects.get(code="320300-market").active
    actions = list(Event.objects.filter(stream="agency/320300-market").order_by("seq").values_list("action", flat=True))
    assert actions == ["agency_created", "agency_closed"]


def test_what_a_list_was_mapped_to_is_shown_to_its_own_agency(demo_city: None) -> None:
    assert entered("telecom-handler1").get("/settings/sources/").status_code == 200
    assert entered("drc-handler1").get("/settings/").status_code == 200
