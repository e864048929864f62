"""Every error under /api/ is a problem document, in the language of the request."""

from __future__ import annotations

import pytest
from django.test import Client

from cases.api.views import reference


def check(answer, status, code):
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.data["status"] == status
    assert answer.data["code"] == code
    assert answer.data["type"] == f"urn:lianzhi:problem:{code}"
    assert answer.data["title"]
    assert answer.data["detail"]


def test_an_unknown_address(person):
    check(person("drc-handler1").get("nothing/here"), 404, "not_found")
    check(person("drc-handler1").get("/api/v2/cases/"), 404, "not_found")


def test_a_method_that_is_not_there(person, case):
    answer = person("drc-handler1").send("PUT", f"cases/{case['number']}", {})
    check(answer, 405, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]


def test_another_content_type(person):
    handler = person("drc-handler1")
    answer = handler.client.post("/api/v1/cases/", "a=b", "application/x-www-form-urlencoded")
    answer.data = answer.json()
    check(answer, 415, "unsupported_media_type")


def test_a_format_that_is_not_there(person):
    check(person("drc-handler1").get("cases/", Accept="image/png"), 406, "not_acceptable")


@pytest.mark.parametrize(
    "body", [b"{", b"\xff", b'{"title": NaN}', b'{"title": "a\\u0000b"}', b'{"title": "\\ud800"}', b"[]", b"1"]
)
def test_a_body_that_cannot_be_read(person, body):
    handler = person("drc-handler1")
    answer = handler.client.post("/api/v1/cases/", body, "application/json")
    answer.data = answer.json()
    check(answer, 400, "unreadable_body")


def test_nobody_is_logged_in(demo_city):
    answer = Client().get("/api/v1/cases/", headers={"Accept-Language": "en"})
    answer.data = answer.json()
    check(answer, 401, "not_logged_in")
    assert answer.data["title"] == "Not logged in"
    assert answer.headers["Content-Language"] == "en"


def test_a_failure_of_the_server_tells_nothing_about_it(person, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("the password is secret")

    monkeypatch.setattr(reference, "get_directory", fail)
    handler = person("drc-handler1")
    handler.client.raise_request_exception = False
    answer = handler.get("agencies/")
    check(answer, 500, "server_error")
    assert "secret" not in answer.content.decode()


def test_the_language_is_asked_for_or_that_of_the_account(person):
    from agencies.models import User

    User.objects.filter(username="drc-handler2").update(language="en")
    assert person("drc-handler1").get("nothing").data["title"] == "没有找到"
    assert person("drc-handler2").get("cases/?stage=x").data["title"] == "Bad request"
    assert person("drc-handler2", language="zh-Hans").get("cases/?stage=x").data["title"] == "请求有误"
    assert person("drc-handler1", language="en-GB,en;q=0.8").get("cases/?stage=x").data["title"] == "Bad request"


def test_answers_are_nobodys_to_cache(person):
    for path in ("cases/", "tasks/", "session/", "cases/none"):
        assert person("drc-handler1").get(path).headers["Cache-Control"] == "no-store"
