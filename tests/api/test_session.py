"""Logging in and out, and requests without a session or without its token."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from django.test import Client
from rest_framework.permissions import AllowAny, IsAuthenticated

from agencies.access import logins
from cases.api import urls
from cases.api.base import ApiView, SessionLogin
from cases.api.bearer import ClientToken
from tests.api.conftest import OPENING, V1

PASSWORD = settings.DEMO_PASSWORD


@pytest.fixture
def client(demo_city, redis_url):
    return Client(enforce_csrf_checks=True)


def login(client, username="drc-handler1", password=PASSWORD, **headers):
    body = json.dumps({"username": username, "password": password})
    return client.post(f"{V1}/session/", body, "application/json", headers=headers)


def test_a_session_says_who_one_is_and_in_which_posts(client):
    answer = login(client)
    assert answer.status_code == 200
    data = answer.json()
    assert data["user"]["username"] == "drc-handler1"
    assert data["posts"][0]["agency"]["code"] == "320300-drc"
    assert data["posts"][0]["roles"] == ["handler"]
    assert data["posts"][0]["role_labels"] == ["经办"]
    assert client.get(f"{V1}/session/").json()["user"] == data["user"]


def test_changes_want_the_token_of_the_session(client):
    token = login(client).json()["csrf_token"]
    refused = client.post(f"{V1}/cases/", "{}", "application/json")
    assert refused.status_code == 403
    assert refused.json()["code"] == "csrf_failed"
    assert "csrf_token" in refused.json()["detail"]
    accepted = client.post(f"{V1}/cases/", "{}", "application/json", headers={"X-CSRFToken": token})
    assert accepted.status_code == 400
    assert accepted.json()["code"] == "invalid_input"


def test_after_logging_out_nothing_is_answered(client):
    token = login(client).json()["csrf_token"]
    assert client.delete(f"{V1}/session/", headers={"X-CSRFToken": token}).status_code == 204
    answer = client.get(f"{V1}/cases/")
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_logged_in"
    assert answer.headers["WWW-Authenticate"].startswith("Session")
    assert client.get(f"{V1}/session/").status_code == 401


@pytest.mark.parametrize(
    ("username", "password"), [("drc-handler1", "wrong"), ("nobody", PASSWORD), ("system", PASSWORD)]
)
def test_a_wrong_login_does_not_say_which_part_was_wrong(client, username, password):
    answer = login(client, username, password)
    assert answer.status_code == 401
    assert answer.json()["detail"].startswith("用户名或密码不正确")
    english = login(client, username, password, accept_language="en")
    assert english.json()["detail"].startswith("The username or password is wrong")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        '{"username": 1, "password": ""}',
        "not json",
        '{"username":"a\\u0000"}',
        '{"username": "drc-handler1", "password": "x", "remember": true}',
    ],
)
def test_an_unusable_login_is_refused(client, body):
    assert client.post(f"{V1}/session/", body, "application/json").status_code == 400


def test_a_form_of_another_site_cannot_log_anybody_in(client):
    answer = client.post(f"{V1}/session/", {"username": "drc-handler1", "password": PASSWORD})
    assert answer.status_code == 415


def test_guessing_is_slowed_down(client, settings):
    settings.LOGIN_TRIES = 100  # before the lock comes, how fast it goes
    answers = [login(client, password=f"guess {n}").status_code for n in range(11)]
    assert answers[:10] == [401] * 10
    assert answers[10] == 429
    slow = login(client)
    assert slow.status_code == 429
    assert int(slow.headers["Retry-After"]) <= 60
    assert login(client, "drc-handler2").status_code == 200


def test_both_doors_count_the_same_guesses(client, settings):
    page, settings.LOGIN_TRIES = Client(), 100
    for n in range(10):
        assert page.post("/login/", {"username": "drc-handler1", "password": f"guess {n}"}).status_code == 400
    slow = page.post("/login/", {"username": "Drc-Handler1", "password": PASSWORD})
    assert slow.status_code == 429
    assert "登录尝试过于频繁" in slow.content.decode()
    assert login(client).status_code == 429


def test_one_place_cannot_try_many_accounts_whatever_it_says_of_itself(client, monkeypatch):
    monkeypatch.setattr(logins, "PER_ADDRESS", 3)
    for n in range(3):
        assert login(client, f"nobody{n}", x_forwarded_for=f"10.0.0.{n}").status_code == 401
    assert login(client, "nobody", x_forwarded_for="10.0.0.9").status_code == 429


def test_behind_a_proxy_the_address_is_the_one_that_it_appended(client, monkeypatch, settings):
    settings.BEHIND_PROXY = True
    monkeypatch.setattr(logins, "PER_ADDRESS", 1)
    assert login(client, "nobody1", x_forwarded_for="1.1.1.1, 10.0.0.1").status_code == 401
    assert login(client, "nobody2", x_forwarded_for="2.2.2.2, 10.0.0.1").status_code == 429
    assert login(client, "nobody3", x_forwarded_for="1.1.1.1, 10.0.0.2").status_code == 401


def test_both_doors_are_closed_by_the_same_lock(client):
    page = Client()
    for n in range(4):
        assert page.post("/login/", {"username": "drc-handler1", "password": f"guess {n}"}).status_code == 400
    assert login(client, password="guess").status_code == 401
    closed = login(client)
    assert (closed.status_code, closed.json()["code"]) == (429, "locked_out")
    assert 800 < int(closed.headers["Retry-After"]) <= 900
    again = page.post("/login/", {"username": "Drc-Handler1", "password": PASSWORD})
    assert again.status_code == 429
    assert "登录失败次数过多，已暂停登录" in again.content.decode()
    assert login(client, "drc-handler2").status_code == 200


def test_without_redis_work_goes_on_and_only_the_lock_keeps_guesses_out(client, settings):
    before = login(client, "drc-handler2").cookies
    settings.CACHES = {"default": {"BACKEND": "config.cache.RedisCache", "LOCATION": "unix:///nonexistent"}}
    assert before
    assert client.get(f"{V1}/cases/").status_code == 200
    stranger = Client(enforce_csrf_checks=True)
    assert [login(stranger, password="guess").status_code for _ in range(7)] == [401] * 5 + [429] * 2
    told = {"X-CSRFToken": login(stranger, "drc-handler2").json()["csrf_token"]}
    opened = stranger.post(f"{V1}/cases/", json.dumps(OPENING), "application/json", headers=told)
    assert opened.status_code == 201
    # A session that cannot be taken out of the cache would come back with it.
    assert stranger.delete(f"{V1}/session/", headers=told).status_code == 503


def test_over_https_a_change_says_which_site_it_means(client):
    token = login(client).json()["csrf_token"]
    silent = client.post(f"{V1}/cases/", "{}", "application/json", headers={"X-CSRFToken": token}, secure=True)
    assert silent.status_code == 403
    assert "Referer" in silent.json()["detail"]
    named = {"X-CSRFToken": token, "Referer": "https://testserver/"}
    assert client.post(f"{V1}/cases/", "{}", "application/json", headers=named, secure=True).status_code == 400


def test_a_disabled_account_is_out_at_once(client):
    from agencies.actors import system_actor
    from agencies.models import User
    from agencies.services import disable_user
    from audit import clock

    login(client)
    disable_user(actor=system_actor(), user=User.objects.get(username="drc-handler1"), now=clock.now())
    assert client.get(f"{V1}/cases/").status_code == 401


def test_every_address_asks_who_it_is_but_the_one_where_one_says_so():
    # The two addresses of RFC 6749, where a system says who it is by its secret.
    plain = {each.name for each in urls.urlpatterns if not hasattr(each.callback, "view_class")}
    assert plain == {"token", "revoke"}
    views = {each.callback.view_class for each in urls.urlpatterns if each.name not in plain}
    open_to_all = {view for view in views if issubclass(view, ApiView) and AllowAny in view.permission_classes}
    assert {view.__name__ for view in open_to_all} == {"SessionView"}
    for view in views - open_to_all:
        assert IsAuthenticated in view.permission_classes, view
        # A system of an agency has no use for the description of the interface.
        ways = [ClientToken, SessionLogin] if issubclass(view, ApiView) else [SessionLogin]
        assert view.authentication_classes == ways, view
