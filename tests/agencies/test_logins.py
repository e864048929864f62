"""Logins and logouts leave events, and no secret in them."""

from __future__ import annotations

import pytest
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory

from agencies.access.backend import Accounts
from agencies.actors import system_actor
from agencies.models import User
from agencies.services import disable_user
from audit.models import Event, Sealed
from tests.agencies.cast import NOW, events


@pytest.fixture
def request_():
    request = RequestFactory(REMOTE_ADDR="10.1.2.3").post("/login/")
    request.session = SessionStore()
    request.user = AnonymousUser()
    return request


def actions(stream):
    return [event["action"] for event in events(stream)]


def test_a_login_and_a_logout_are_recorded(user, request_, settings):
    person = authenticate(request_, username="drc-handler1", password=settings.DEMO_PASSWORD)
    login(request_, person)
    logout(request_)
    assert actions("account/drc-handler1")[-2:] == ["login_succeeded", "logged_out"]
    event = events("account/drc-handler1")[-2]
    assert event["actor"]["id"] == event["data"]["user"] == person.pk
    assert Sealed.objects.filter(event__action="login_succeeded").get().data == {"address": "10.1.2.3"}


def test_a_wrong_password_is_recorded_on_the_account_without_the_password(user, request_):
    assert authenticate(request_, username="drc-handler1", password="guess-guess-guess") is None
    assert events("account/drc-handler1")[-1]["data"] == {"user": user("drc-handler1").pk, "disabled": False}
    assert actions("account/drc-handler1")[-1] == "login_failed"
    assert b"guess" not in b"".join(bytes(body) for body in Event.objects.values_list("body", flat=True))


def test_a_disabled_account_cannot_log_in_and_the_try_is_recorded(user, request_, settings):
    disable_user(actor=system_actor(), user=user("drc-handler1"), now=NOW)
    assert authenticate(request_, username="drc-handler1", password=settings.DEMO_PASSWORD) is None
    assert events("account/drc-handler1")[-1]["data"]["disabled"] is True


def test_an_unknown_name_is_kept_as_a_keyed_digest_only(db, request_):
    """It may be a password typed into the wrong field."""
    for name in ("MySecret!Password", "MySecret!Password", "someone-else"):
        authenticate(request_, username=name, password="x")
    tries = events("account/unknown")
    digests = [event["data"]["name_digest"] for event in tries]
    assert [event["action"] for event in tries] == ["login_failed"] * 3
    assert digests[0] == digests[1] != digests[2]
    assert b"MySecret" not in b"".join(bytes(body) for body in Event.objects.values_list("body", flat=True))
    assert "MySecret" not in str(list(Sealed.objects.values_list("data", flat=True)))


def test_a_logout_of_nobody_is_no_event(db, request_):
    before = Event.objects.count()
    logout(request_)
    assert Event.objects.count() == before


def test_the_system_actor_cannot_log_in(db, request_):
    assert authenticate(request_, username="system", password="") is None


def test_the_password_of_the_demo_opens_nothing_outside_it(user, request_, settings):
    settings.DEMO = False
    assert authenticate(request_, username="drc-handler1", password=settings.DEMO_PASSWORD) is None
    assert actions("account/drc-handler1")[-1] == "login_failed"


def test_the_system_actor_never_logs_in(user, request_):
    system = user("system")
    system.set_password("a password that somebody gave it")
    system.save()
    assert authenticate(request_, username="system", password="a password that somebody gave it") is None
    assert Accounts().get_user(system.pk) is None


def test_the_account_of_a_session_is_that_of_the_table_field_by_field(user):
    known = user("drc-handler1")
    read = Accounts().get_user(known.pk)
    names = [field.attname for field in User._meta.concrete_fields]
    assert {name: getattr(read, name) for name in names} == {name: getattr(known, name) for name in names}
    assert (read.is_active, read.is_system, read.keys) == (True, False, True)
