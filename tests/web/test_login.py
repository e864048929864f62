"""The door: it says no more than it must, and leads where one wanted to go."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from tests.web.conftest import LogIn


def message(client: Client, username: str, password: str) -> str:
    answer = client.post("/login/", {"username": username, "password": password})
    assert answer.status_code == 400
    return str(answer.context["error"])


def test_it_never_tells_which_part_was_wrong(demo_city: None, client: Client) -> None:
    wrong_password = message(client, "drc-handler1", "not the password")
    unknown = message(client, "nobody-at-all", settings.DEMO_PASSWORD)
    assert wrong_password == unknown == "账号或密码不正确，请核对后重新输入。多次不成功请联系安全管理员。"


def test_it_leads_to_the_page_that_was_asked_for(demo_city: None, client: Client) -> None:
    asked = client.get("/cases/?stage=verification")
    assert asked.status_code == 302
    assert asked["Location"] == "/login/?next=/cases/%3Fstage%3Dverification"
    typed = {"username": "drc-handler1", "password": settings.DEMO_PASSWORD, "next": "/cases/?stage=verification"}
    assert client.post("/login/", typed)["Location"] == "/cases/?stage=verification"


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", "解放路"]
)
def test_it_leads_nowhere_outside(demo_city: None, client: Client, target: str) -> None:
    typed = {"username": "drc-handler1", "password": settings.DEMO_PASSWORD, "next": target}
    assert client.post("/login/", typed)["Location"] == "/"


def test_a_staff_number_opens_the_door_too(demo_city: None, client: Client) -> None:
    from agencies.models import User

    number = User.objects.get(username="drc-handler1").staff_no
    assert number
    answer = client.post("/login/", {"username": number, "password": settings.DEMO_PASSWORD})
    assert answer.status_code == 302


def test_it_shows_the_demo_logins_in_the_demo_only(demo_city: None, client: Client, settings: object) -> None:
    assert "drc-reviewer1" in client.get("/login/").content.decode()
    settings.DEMO = False  # type: ignore[attr-defined]
    assert "drc-reviewer1" not in client.get("/login/").content.decode()


def test_logging_out_takes_a_form_and_ends_the_session(log_in: LogIn) -> None:
    client = log_in("drc-handler1")
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/").status_code == 302


def test_every_page_but_the_door_wants_a_login(demo_city: None, client: Client) -> None:
    for address in ("/", "/tasks/", "/cases/", "/cases/XZ26-0001/", "/imports/", "/audit/", "/inbox/", "/more/"):
        answer = client.get(address)
        assert answer.status_code == 302, address
        assert answer["Location"].startswith("/login/?next="), address
