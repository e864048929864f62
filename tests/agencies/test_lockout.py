"""Guessing closes an account, or an address, for a while; who is closed out learns nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import authenticate, login
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory

from agencies.access import proof
from agencies.access.lockout import LockedOut
from agencies.errors import BadInput, NotPermitted
from agencies.models import User
from agencies.services import unlock
from audit import clock
from audit.models import Event, Sealed
from tests.agencies.cast import NOW, events
from tests.entry_tools import code_of, with_app

pytestmark = pytest.mark.usefixtures("demo_city")


def request_from(address: str = "10.1.2.3") -> Any:
    request = RequestFactory(REMOTE_ADDR=address, HTTP_USER_AGENT="Firefox of Zhang San").post(
        "/login/", {"username": "typed", "typed.f.comment": "楼顶有风机声"}
    )
    request.session = SessionStore()
    return request


def tries(username: str, count: int, address: str = "10.1.2.3") -> None:
    for n in range(count):
        assert authenticate(request_from(address), username=username, password=f"guess {n}") is None


def enter(username: str, address: str = "10.1.2.3") -> Any:
    return authenticate(request_from(address), username=username, password=settings.DEMO_PASSWORD)


def test_after_five_wrong_passwords_the_right_one_opens_nothing_for_a_quarter_of_an_hour() -> None:
    tries("drc-handler1", 4)
    assert enter("drc-handler1") is not None
    tries("drc-handler1", 1)
    with pytest.raises(LockedOut) as closed:
        enter("drc-handler1", "10.9.9.9")
    assert 890 <= closed.value.wait <= 900
    assert "登录失败次数过多，已暂停登录" in closed.value.text.zh
    assert "open it" in closed.value.text.en
    AccessAttempt.objects.update(attempt_time=clock.real_now() - timedelta(minutes=15, seconds=1))
    assert enter("drc-handler1") is not None


def test_who_has_logged_in_begins_anew() -> None:
    tries("drc-handler1", 4)
    request = request_from()
    login(request, enter("drc-handler1"))
    tries("drc-handler1", 4)
    assert enter("drc-handler1") is not None


def test_a_name_that_is_no_account_is_closed_in_the_same_words() -> None:
    tries("nobody-here", 5)
    tries("drc-handler1", 5, "10.1.2.4")
    said = []
    for name in ("nobody-here", "drc-handler1"):
        with pytest.raises(LockedOut) as closed:
            enter(name, "10.1.2.5")
        said.append(closed.value.text.zh)
    assert said[0] == said[1]


def test_nothing_that_was_typed_is_kept_and_no_more_than_is_needed(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        tries("MySecret!Password", 5)
        tries("drc-handler1", 1)
    kept = ("username", "user_agent", "get_data", "post_data", "http_accept", "path_info")
    rows = list(AccessAttempt.objects.values_list(*kept))
    assert {row[1:] for row in rows} == {("", "", "", "", "")}
    assert sorted(name for name, *_ in rows)[1] == "drc-handler1"
    bodies = Event.objects.filter(stream__startswith="account").values_list("body", flat=True)
    everything = str(rows) + caplog.text + str([bytes(body) for body in bodies])
    assert "MySecret" not in everything
    assert "风机" not in everything
    assert "Zhang San" not in everything
    assert "10.1.2.3" not in caplog.text


def test_an_address_is_closed_after_ten_times_as_many_and_only_that_one(settings: Any) -> None:
    settings.LOGIN_TRIES_PER_ADDRESS = 8
    tries("nobody1", 4)
    tries("nobody2", 4)
    with pytest.raises(LockedOut):
        enter("drc-handler1")
    assert enter("drc-handler1", "10.1.2.4") is not None


def test_a_login_of_ones_own_does_not_wash_off_the_guesses_at_others() -> None:
    tries("drc-approver1", 4)
    request = request_from()
    login(request, enter("drc-handler1"))
    tries("drc-approver1", 1)
    with pytest.raises(LockedOut):
        enter("drc-approver1")


def test_a_wrong_code_counts_like_a_wrong_password() -> None:
    secret, _ = with_app("drc-approver1")
    user = User.objects.get(username="drc-approver1")
    tries("drc-approver1", 2)
    for _n in range(2):
        with pytest.raises(BadInput):
            proof.finish(request_from(), user, code="000000")
    with pytest.raises(LockedOut):
        proof.finish(request_from(), user, code="000000")
    with pytest.raises(LockedOut):
        proof.finish(request_from(), user, code=code_of(secret))
    locked, failed = events("account/drc-approver1")[-2:]
    assert locked["action"] == "account_locked"
    assert failed["data"]["login_step"] == "second_factor"


def test_the_lock_is_an_event_whose_address_is_sealed() -> None:
    tries("drc-handler1", 5)
    event = events("account/drc-handler1")[-2]
    assert event["action"] == "account_locked"
    assert set(event["data"]) == {"user", "locked_until"}
    assert Sealed.objects.filter(event__action="account_locked").get().data == {"address": "10.1.2.3"}


def test_an_administrator_opens_it_for_others_and_nobody_for_themself(who: Any, user: Any) -> None:
    tries("drc-handler1", 5)
    unlock(actor=who("sec-admin1"), user=user("drc-handler1"), now=NOW)
    assert enter("drc-handler1") is not None
    assert events("account/drc-handler1")[-1]["action"] == "account_unlocked"
    tries("sec-admin1", 5, "10.1.2.4")
    for helper, person in (("sec-admin1", "sec-admin1"), ("drc-handler2", "drc-handler1"), ("admin1", "drc-handler1")):
        with pytest.raises(NotPermitted):
            unlock(actor=who(helper), user=user(person), now=NOW)
