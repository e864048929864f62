"""Every error under /api/ is a problem document, in the language of the request."""

from __future__ import annotations

import io

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client

from cases.api.views import reference
from tests.agencies.cast import told
from tests.api.conftest import OPENING


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


def test_what_is_allowed_is_what_is_listed(person, case):
    for path in ("cases/", f"cases/{case['number']}", "session/"):
        answer = person("drc-handler1").send("OPTIONS", path)
        check(answer, 405, "method_not_allowed")
        assert "OPTIONS" not in answer.headers["Allow"]


def test_another_content_type(person):
    handler = person("drc-handler1")
    answer = handler.client.post("/api/v1/cases/", "a=b", "application/x-www-form-urlencoded")
    answer.data = answer.json()
    check(answer, 415, "unsupported_media_type")


def test_a_format_that_is_not_there(person):
    check(person("drc-handler1").get("cases/", Accept="image/png"), 406, "not_acceptable")


def nested(inner: bytes, depth: int) -> bytes:
    return b'{"source": ' + b"[" * depth + inner + b"]" * depth + b"}"


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "once"}], ids=["without_key", "with_key"])
@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff",
        b'{"title": NaN}',
        b'{"title": 1e400}',
        b'{"title": "a\\u0000b"}',
        b'{"\\u0000": 1}',
        b'{"title": "\\ud800"}',
        b"[]",
        b"1",
        b"null",
        b"\xef\xbb\xbf{}",
        b'{"title": 9007199254740993}',
        b'{"title": -18446744073709551616000}',
        nested(b"", 21),
        nested(b"", 980),
        nested(b'"\\u0000"', 600),
        nested(b"", 100_000),
    ],
    ids=lambda body: repr(body[:30]),
)
def test_a_body_that_cannot_be_read(person, body, headers):
    handler = person("drc-handler1")
    answer = handler.client.post("/api/v1/cases/", body, "application/json", headers=headers)
    answer.data = answer.json()
    check(answer, 400, "unreadable_body")


def test_a_name_that_stands_twice_is_not_guessed_at(person):
    handler = person("drc-handler1", language="en")
    for body in (b'{"title": "one", "title": "two"}', b'{"signals": [{"family": "traffic", "family": "funds"}]}'):
        answer = handler.client.post("/api/v1/cases/", body, "application/json", headers=handler.language)
        answer.data = answer.json()
        check(answer, 400, "unreadable_body")
        assert "more than once" in answer.data["detail"]


@pytest.mark.parametrize("path", ["session/", "cases/", "cases/XZ26-0001/attachments/", "imports/"])
def test_a_body_that_is_too_large_is_not_read(demo_city, path):
    class Unread(io.RawIOBase):
        def readinto(self, buffer):
            raise AssertionError("it was read")

    answer = Client().generic(
        "POST",
        f"/api/v1/{path}",
        content_type="application/json",
        CONTENT_LENGTH=str(2**31),
        **{"wsgi.input": Unread()},
    )
    answer.data = answer.json()
    check(answer, 413, "too_large")


def test_a_body_in_chunks_is_refused_instead_of_taken_for_none(person, case):
    handler = person("drc-handler1")
    answer = handler.send(
        "POST", f"cases/{case['number']}/actions/comment", If_Match='"1"', Transfer_Encoding="chunked"
    )
    check(answer, 411, "length_required")


def test_a_parameter_in_the_address_of_a_change_is_refused(person):
    answer = person("drc-handler1").post("cases/?dry_run=true", OPENING)
    check(answer, 400, "invalid_input")
    assert list(answer.data["errors"]) == ["dry_run"]
    assert person("drc-handler1").get("cases/").data["total"]["value"] == 0


def test_nobody_is_logged_in(demo_city):
    answer = Client().get("/api/v1/cases/", headers={"Accept-Language": "en"})
    answer.data = answer.json()
    check(answer, 401, "not_logged_in")
    assert answer.data["title"] == "Not logged in"
    assert answer.headers["Content-Language"] == "en"


def test_a_failure_of_the_server_tells_nothing_but_where_to_find_it(person, monkeypatch, caplog):
    def fail(*_, **__):
        raise RuntimeError("the password is secret")

    monkeypatch.setattr(reference, "get_directory", fail)
    handler = person("drc-handler1")
    handler.client.raise_request_exception = False
    answer = handler.get("agencies/")
    check(answer, 500, "server_error")
    assert "secret" not in answer.content.decode()
    found = answer.data["instance"].removeprefix("urn:lianzhi:failure:")
    assert any(record.getMessage().startswith(f"{found} at GET") for record in caplog.records)


@pytest.mark.parametrize("failure", [OperationalError, InterfaceError])
def test_a_database_that_is_away_is_worth_another_try(person, monkeypatch, failure):
    def fail(*_, **__):
        raise failure("connection to server at 10.0.0.1 failed")

    monkeypatch.setattr(reference, "get_directory", fail)
    answer = person("drc-handler1").get("agencies/")
    check(answer, 503, "unavailable")
    assert answer.headers["Retry-After"] == "5"
    assert "10.0.0.1" not in answer.content.decode()


def test_the_language_is_asked_for_or_that_of_the_account(person):
    from agencies.models import User

    told("account/drc-handler2")
    User.objects.filter(username="drc-handler2").update(language="en")
    assert person("drc-handler1").get("nothing").data["title"] == "没有找到"
    assert person("drc-handler2").get("cases/?stage=x").data["title"] == "Bad request"
    assert person("drc-handler2", language="zh-Hans").get("cases/?stage=x").data["title"] == "请求有误"
    assert person("drc-handler1", language="en-GB,en;q=0.8").get("cases/?stage=x").data["title"] == "Bad request"


def test_a_cookie_that_a_page_left_behind_does_not_decide(person):
    handler = person("drc-handler1", language="en")
    handler.client.cookies["django_language"] = "zh-hans"
    assert handler.get("cases/?stage=x").data["title"] == "Bad request"
    assert handler.get("nothing").data["title"] == "Not found"


def test_answers_are_nobodys_to_cache(person):
    for path in ("cases/", "tasks/", "session/", "cases/none"):
        assert person("drc-handler1").get(path).headers["Cache-Control"] == "no-store"
