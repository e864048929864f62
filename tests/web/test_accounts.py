"""Accounts: one's own password, and what an agency's administrator may do to the accounts of the agency."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.test import Client

from agencies.models import Membership, User
from tests.agencies.cast import events
from tests.web.conftest import LogIn
from tests.web.test_reading import entered

NEW = "四季分明 four seasons 2026"


def test_people_change_their_own_password_and_stay_logged_in_where_they_are(demo_city: None, log_in: LogIn) -> None:
    here, elsewhere = log_in("drc-handler1"), log_in("drc-handler1")
    answer = here.post("/password/", {"current": settings.DEMO_PASSWORD, "password": NEW, "again": NEW})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert "密码已修改" in here.get("/").content.decode()
    assert elsewhere.get("/").status_code == 302
    assert authenticate(username="drc-handler1", password=NEW)
    assert events("account/drc-handler1")[-1]["action"] in ("password_changed", "login_succeeded")


@pytest.mark.parametrize(
    ("current", "new", "again", "sentence"),
    [
        ("wrong", NEW, NEW, "当前密码不正确"),
        (settings.DEMO_PASSWORD, NEW, "something else", "两次输入的新密码不一致"),
        (settings.DEMO_PASSWORD, "short", "short", "密码不能使用"),
        ("", "", "", "当前密码不正确"),
    ],
)
def test_a_password_that_cannot_be_used_changes_nothing(
    demo_city: None, log_in: LogIn, current: str, new: str, again: str, sentence: str
) -> None:
    client = log_in("drc-handler1")
    answer = client.post("/password/", {"current": current, "password": new, "again": again})
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert authenticate(username="drc-handler1", password=settings.DEMO_PASSWORD)


def test_only_an_administrator_sees_the_accounts_and_only_those_of_the_agency(demo_city: None) -> None:
    page = entered("grid-admin1").get("/accounts/").content.decode()
    assert {"grid-handler1", "gulou-crew1"} <= set(re.findall(r'name="username" value="([^"]+)"', page))
    assert "drc-handler1" not in page
    for username in ("drc-handler1", "sup-supervisor1", "police-handler1"):
        answer = entered(username).get("/accounts/")
        assert answer.status_code == 403
        assert "账号由单位管理员管理" in answer.content.decode()
        assert "/accounts/" not in entered(username).get("/").content.decode()


def did(client: Client, do: str, **data: str) -> str:
    answer = client.post("/accounts/", {"do": do, **data}, follow=True)
    return str(answer.status_code) if answer.status_code == 404 else answer.content.decode()


def test_a_new_account_logs_in_with_the_password_that_was_shown_once(demo_city: None) -> None:
    client = entered("admin1")
    typed = {"username": "drc-handler9", "display_name": "新来者", "staff_no": "XZ9", "agency": "320300-drc"}
    page = did(client, "create", role="handler", **typed)
    found = re.search(r"drc-handler9 的一次性密码：<code>([^<]+)</code>", page)
    assert found is not None
    assert authenticate(username="drc-handler9", password=found[1])
    assert found[1] not in client.get("/accounts/").content.decode()
    assert "已经使用" in did(client, "create", role="handler", **typed)
    assert "没有“督查”角色" in did(client, "create", role="supervisor", **{**typed, "username": "x2", "staff_no": ""})
    assert "不超过 40 个字" in did(
        client, "create", role="handler", **{**typed, "username": "x2", "staff_no": "9" * 21}
    )
    acts = [event["action"] for event in events("account/drc-handler9")]
    assert acts[:2] == ["account_created", "role_granted"]


def test_a_forgotten_password_is_reset_and_an_account_disabled_and_enabled(demo_city: None) -> None:
    client, person = entered("sec-admin1"), entered("drc-handler1")
    # From the list to the page of one person's way in: the one place where a password is given.
    helping = "/accounts/drc-handler1/sign-in/"
    assert f'href="{helping}"' in client.get("/accounts/").content.decode()
    assert f'href="{helping}"' in client.get("/accounts/drc-handler1/").content.decode()
    found = re.search(r"<code>([^<]+)</code>", client.post(helping, {"do": "password"}).content.decode())
    assert found is not None
    assert authenticate(username="drc-handler1", password=found[1])
    assert person.get("/").status_code == 302
    assert "已停用账号 drc-handler1" in did(client, "disable", username="drc-handler1")
    assert authenticate(username="drc-handler1", password=found[1]) is None
    assert "已启用账号 drc-handler1" in did(client, "enable", username="drc-handler1")
    assert authenticate(username="drc-handler1", password=found[1])


def test_roles_are_given_and_ended_by_another_than_who_receives_them(demo_city: None) -> None:
    client, of = entered("grid-admin1"), {"username": "gulou-crew1", "agency": "320302-grid", "role": "handler"}
    assert "已授予 gulou-crew1 角色" in did(client, "grant", **of)
    assert "已有“经办”角色" in did(client, "grant", **of)
    assert "已收回 gulou-crew1 的角色" in did(client, "end", **of)
    assert not Membership.objects.filter(user__username="gulou-crew1", role="handler", active=True).exists()
    assert did(client, "end", **of) == "404"
    own = {"username": "grid-admin1", "agency": "320300-grid", "role": "approver"}
    assert "不能给自己授予角色" in did(client, "grant", **own)
    assert "不能停用自己的账号" in did(client, "disable", username="grid-admin1")


@pytest.mark.parametrize("do", ["disable", "enable", "grant", "end", "create", "", "drop"])
def test_the_accounts_of_others_are_not_there(demo_city: None, do: str) -> None:
    client = entered("admin1")
    before = User.objects.get(username="grid-handler1").password
    named = {"username": "grid-handler1", "agency": "320300-grid", "role": "handler", "display_name": "x"}
    assert did(client, do, **named) == did(client, do, **{**named, "username": "nobody-at-all"}) == "404"
    assert User.objects.get(username="grid-handler1").password == before
