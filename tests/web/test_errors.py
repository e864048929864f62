"""What is shown when something goes wrong: what happened, what to do, and nothing of the machine."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from audit import clock
from cases.models import Case
from cases.web.show.desk import officer
from tests.web import story
from tests.web.test_reading import entered


def test_a_failure_gives_a_reference_that_stands_in_the_log(
    demo_city: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the disk is on fire")

    monkeypatch.setattr(officer, "cells", broken)
    client = entered("drc-handler1")
    client.raise_request_exception = False
    with caplog.at_level(logging.ERROR):
        answer = client.get("/")
    assert answer.status_code == 500
    page = answer.content.decode()
    reference = re.search(r"E-\d{8}-[0-9A-F]{4}", page)
    assert reference
    assert any(record.getMessage().startswith(reference.group()) for record in caplog.records)
    assert "没有保存成功" in page
    assert "disk is on fire" not in page


def test_a_host_that_is_not_ours_is_refused_and_a_balancer_is_not(demo_city: None, client: Client) -> None:
    page = client.get("/cases/", headers={"Host": "10.0.0.7"})
    assert page.status_code == 400
    assert "请求有误" in page.content.decode()
    api = client.get("/api/v1/cases/", headers={"Host": "10.0.0.7"})
    assert (api.status_code, api.headers["Content-Type"]) == (400, "application/problem+json")
    assert client.get("/healthz", headers={"Host": "10.0.0.7"}).status_code == 200


@pytest.mark.parametrize("address", ["/cases/?q=%00", "/audit/?person=a%00b", "/tasks/?kind=%00"])
def test_what_no_database_holds_is_not_looked_for(demo_city: None, address: str) -> None:
    answer = entered("drc-handler1").get(address)
    assert answer.status_code == 400
    assert "text/html" in answer.headers["Content-Type"]


def test_nor_is_it_anybodys_name(demo_city: None, client: Client) -> None:
    assert client.post("/login/", {"username": "drc-handler1\x00", "password": "x"}).status_code == 400


def test_an_expired_form_says_so(demo_city: None) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/login/", {"username": "drc-handler1", "password": "x"})
    assert answer.status_code == 403
    assert "页面已过期" in answer.content.decode()


@pytest.mark.parametrize("address", ["/no/such/page/", "/cases/XZ26-9999/", "/audit/999999999/"])
def test_what_is_not_there_is_said_in_the_frame_of_the_product(demo_city: None, address: str) -> None:
    answer = entered("drc-handler1").get(address)
    assert answer.status_code == 404
    page = answer.content.decode()
    assert "没有找到" in page
    assert 'href="/tasks/"' in page


def test_a_stranger_learns_nothing_from_an_unknown_address(demo_city: None, client: Client) -> None:
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "drc-handler1" not in answer.content.decode()


@pytest.mark.parametrize("marker", ["xxxx", "W10", "eyJ9"])
def test_a_page_marker_of_no_list_leads_back_to_the_first_page(demo_city: None, marker: str) -> None:
    for address in ("/cases/", "/tasks/", "/audit/"):
        answer = entered("drc-handler1").get(f"{address}?after={marker}")
        assert answer.status_code == 400, address
        assert "请从第一页重新查看" in answer.content.decode()


CLOCK = "演示时钟：本系统当前以"


def test_the_demo_clock_stands_in_the_footer_that_is_printed(demo_city: None) -> None:
    client = entered("drc-handler1")
    footer = re.compile(r'<footer class="pfoot">.*?</footer>', re.DOTALL)
    for moved in (False, True):
        if moved:
            clock.advance(timedelta(days=3))
        found = footer.search(client.get("/cases/").content.decode())
        assert found
        assert (f'<span class="only-print">{CLOCK}' in found[0]) is moved


@pytest.mark.parametrize("address", ["/logout/", "/language/", "/audit/verify/", "/inbox/read/"])
def test_an_address_that_only_takes_a_button_says_so(demo_city: None, address: str) -> None:
    clock.advance(timedelta(days=3))
    answer = entered("drc-handler1").get(address)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    page = answer.content.decode()
    assert "这个地址不能直接打开" in page
    assert 'href="/tasks/"' in page
    assert CLOCK in page


def test_the_demo_clock_stands_on_an_expired_form_too(demo_city: None) -> None:
    clock.advance(timedelta(days=3))
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/login/", {"username": "drc-handler1", "password": "x"})
    assert answer.status_code == 403
    assert CLOCK in answer.content.decode()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "This page has expired" in client.post("/login/", {}).content.decode()


ENDLESS = "9" * 5000  # more digits than Python reads


def test_a_form_with_an_endless_number_is_answered_and_changes_nothing(demo_city: None) -> None:
    case = story.opened()
    addresses = {
        f"/cases/{case.number}/actions/comment/": ({"version": ENDLESS, "key": "k", "f.comment": "看看"}, 428),
        "/inbox/read/": ({"newest": ENDLESS}, 302),
        "/security/": ({"do": "remove", "factor": ENDLESS}, 400),
    }
    client = entered("drc-handler1")
    for address, (form, status) in addresses.items():
        assert client.post(address, form).status_code == status, address
    assert entered("drc-reviewer1").post("/audit/registers/provision/", {"subjects": ENDLESS}).status_code == 400
    ended = entered("admin1").post("/accounts/drc-handler1/", {"do": "end_substitution", "substitution": ENDLESS})
    assert ended.status_code == 404
    assert Case.objects.get().version == 1
