"""Sessions of a person: so many at once, each on the person's page, ended from there or by an administrator."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client

from agencies.actors import system_actor
from agencies.models import LiveSession, User
from agencies.services import disable_user, give_password
from audit import clock
from tests.agencies.cast import events
from tests.entry_tools import with_app
from tests.web.conftest import LogIn
from tests.web.test_second_step import text
from tests.web.test_sessions import ends


def person(username: str = "drc-handler1") -> User:
    return User.objects.get(username=username)


def ids(client: Client) -> list[str]:
    return re.findall(r'name="session" value="([^"]+)"', client.get("/security/").content.decode())


def is_in(client: Client) -> bool:
    return client.get("/tasks/").status_code == 200


def test_the_oldest_of_too_many_sessions_ends(log_in: LogIn, settings: Any) -> None:
    settings.SESSION_LIMIT = 3
    clients = [log_in("drc-handler1") for _ in range(3)]
    assert all(map(is_in, clients))
    fourth = log_in("drc-handler1")
    assert [is_in(client) for client in (*clients, fourth)] == [False, True, True, True]
    assert ends("drc-handler1") == ["limit"]
    page = clients[0].get("/tasks/")
    assert "ended=elsewhere" not in page["Location"], "the cookie is gone by now"


def test_whoever_was_signed_out_is_told_so(log_in: LogIn) -> None:
    first, second = log_in("drc-handler1"), log_in("drc-handler1")
    second.post("/security/", {"do": "sign_out", "session": ids(second)[0]})
    away = first.get("/tasks/")
    assert away["Location"] == "/login/?next=/tasks/&ended=elsewhere"
    assert "这次登录已被结束" in text(first.get(away["Location"]))
    assert ends("drc-handler1") == [], "what ended it has its own event"
    assert events("account/drc-handler1")[-1]["action"] == "sessions_ended"


def test_the_page_lists_ones_own_sessions_in_words(demo_city: None, log_in: LogIn) -> None:
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0"
    client = Client(headers={"user-agent": agent})
    client.post("/login/", {"username": "drc-handler1", "password": "Lianzhi-Demo-2026"})
    log_in("drc-handler2")
    page = html.unescape(client.get("/security/").content.decode())
    assert "Edge · Windows" in page
    assert "127.0.0.1" in page
    assert ids(client) == [], "the present one is not signed out here"
    assert LiveSession.objects.count() == 2


def test_all_others_are_ended_at_once_and_this_one_stays(log_in: LogIn) -> None:
    here, *others = [log_in("drc-handler1") for _ in range(3)]
    assert here.post("/security/", {"do": "sign_out_others"}).status_code == 302
    assert [is_in(client) for client in (here, *others)] == [True, False, False]
    assert events("account/drc-handler1")[-1]["data"]["sessions"] == 2


def test_nobody_ends_anothers_session_from_the_own_page(log_in: LogIn) -> None:
    mine, other = log_in("drc-handler1"), log_in("drc-handler2")
    foreign = str(LiveSession.objects.get(user=person("drc-handler2")).pk)
    for value in (foreign, "", "x", "0" * 32):
        mine.post("/security/", {"do": "sign_out", "session": value})
    assert is_in(other)
    assert is_in(mine)


@pytest.mark.parametrize("what", ["password", "disabled", "factor"])
def test_what_changes_the_way_in_ends_the_sessions(log_in: LogIn, what: str) -> None:
    client = log_in("drc-handler1")
    if what == "password":
        give_password(actor=system_actor(), user=person(), now=clock.now())
    elif what == "disabled":
        disable_user(actor=system_actor(), user=person(), now=clock.now())
    else:
        with_app("drc-handler1")
    assert not LiveSession.objects.filter(user=person()).exists()
    assert client.get("/tasks/").status_code == 302


def test_a_session_without_its_row_is_over_whatever_the_cache_holds(log_in: LogIn) -> None:
    client = log_in("drc-handler1")
    LiveSession.objects.all().delete()
    assert not is_in(client)
    assert client.get("/api/v1/tasks/").status_code == 401


def test_a_logout_takes_the_row_with_it(log_in: LogIn) -> None:
    client = log_in("drc-handler1")
    assert LiveSession.objects.count() == 1
    client.post("/logout/")
    assert LiveSession.objects.count() == 0


def test_the_security_administrator_sees_and_ends_the_sessions_of_the_region_only(log_in: LogIn) -> None:
    admin, client, stranger = log_in("sec-admin1"), log_in("drc-handler1"), log_in("grid-handler1")
    page = admin.get("/accounts/drc-handler1/sign-in/")
    assert page.status_code == 200
    assert "登录会话" in text(page)
    for place in ("/accounts/nj-drc-handler1/sign-in/", "/accounts/system/sign-in/", "/accounts/nobody/sign-in/"):
        assert admin.get(place).status_code == 404
        assert admin.post(place, {"do": "sign_out"}).status_code == 404
    for username in ("drc-handler2", "admin1", "audit-admin1"):
        assert log_in(username).get("/accounts/drc-handler1/sign-in/").status_code == 404
    assert admin.post("/accounts/drc-handler1/sign-in/", {"do": "sign_out"}).status_code == 302
    assert not is_in(client)
    assert is_in(stranger)
    told = events("account/drc-handler1")[-1]
    assert (told["action"], told["actor"]["username"]) == ("sessions_ended", "sec-admin1")


def test_the_page_of_help_does_what_it_says_and_never_for_oneself(log_in: LogIn) -> None:
    with_app("drc-handler1")
    admin = log_in("sec-admin1")
    given = admin.post("/accounts/drc-handler1/sign-in/", {"do": "password"})
    assert re.search(r"一次性密码：<code>[\w-]{19}</code>", given.content.decode())
    assert admin.post("/accounts/drc-handler1/sign-in/", {"do": "factors"}).status_code == 302
    assert admin.post("/accounts/drc-handler1/sign-in/", {"do": "unlock"}).status_code == 302
    assert admin.post("/accounts/drc-handler1/sign-in/", {"do": "dance"}).status_code == 404
    for do in ("password", "factors", "unlock"):
        refused = admin.post("/accounts/sec-admin1/sign-in/", {"do": do})
        assert refused.status_code == 403
        assert "不能为自己办理" in text(refused)


def test_everybody_sees_who_helps(log_in: LogIn) -> None:
    page = text(log_in("drc-handler1").get("/security/"))
    assert person("sec-admin1").display_name in page
    assert person("admin1").display_name not in page


def test_the_last_events_of_the_account_name_the_system_in_words(log_in: LogIn) -> None:
    said = text(log_in("drc-handler1").get("/security/"))
    assert "· 系统" in said
    assert "· system" not in said
