"""The trail's page: what is found on it, the verification and who may ask for it."""

from __future__ import annotations

from typing import Any

from audit.models import Event
from tests.servers import Servers
from tests.web import story
from tests.web.test_reading import entered
from tests.web.test_registers import behind_the_triggers

VERIFY = "/audit/verify/"


def test_the_trail_opens_without_an_event_and_with_one_that_is_seen(demo_city: None) -> None:
    event = Event.objects.get(stream=f"case/{story.opened().case_id}", seq=1).pk
    for username, status in (("drc-handler1", 200), ("nj-drc-handler1", 404)):
        client = entered(username)
        assert client.get("/audit/").status_code == 200
        assert client.get(f"/audit/{event}/").status_code == status


def test_a_case_is_verified_by_whoever_sees_it_and_is_none_for_others(demo_city: None) -> None:
    number = story.opened().number
    client = entered("drc-handler1")
    answer = client.post(VERIFY, {"case": number, "back": "https://elsewhere.example/"})
    assert (answer.status_code, answer["Location"]) == (302, "/audit/")
    page = client.get("/audit/").content.decode()
    assert "完整性校验通过" in page
    assert f"{number}：1 条记录、1 条链连续" in page
    for username, asked in (("nj-drc-handler1", number), ("drc-handler1", "XZ26-9999")):
        client = entered(username)
        assert client.post(VERIFY, {"case": asked}).status_code == 404
        assert "完整性校验通过" not in client.get("/audit/").content.decode()


def test_the_whole_trail_is_verified_for_supervisors_alone_and_by_nobody_outside(demo_city: None) -> None:
    client = entered("drc-handler1")
    refused = client.post(VERIFY)
    assert (refused.status_code, "需“督查”角色" in refused.content.decode()) == (403, True)
    client = entered("sup-supervisor1")
    assert client.post(VERIFY, {"case": ""}).status_code == 302
    page = client.get("/audit/").content.decode()
    assert "完整性校验通过" in page
    assert "完整性校验未通过" not in page
    client.logout()
    assert client.post(VERIFY).status_code == 401


def test_what_was_changed_behind_the_events_is_said_at_once(servers: Servers, fresh_db: Any, demo_city: None) -> None:
    case = story.opened()
    change = f"UPDATE cases_case SET title = '另一处' WHERE id = '{case.case_id}'"
    behind_the_triggers(servers, fresh_db.name, "cases_case", change)
    page = entered("drc-handler1").post(VERIFY, {"case": case.number}, follow=True).content.decode()
    assert "完整性校验未通过，请通知系统管理员保全数据库" in page
    assert "完整性校验通过" not in page
