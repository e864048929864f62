"""What a session by the city's sign-on still owes, and how it proves anew who somebody is."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from agencies.access.standing import is_fresh
from agencies.actors import find_actor
from agencies.models import User
from agencies.services import give_password
from audit import clock
from tests.agencies.cast import events
from tests.entry_tools import code_of, with_app
from tests.sso.provider import WHEN
from tests.sso.test_sso import approve, come, told
from tests.web.test_second_step import text
from tests.web.test_sessions import hidden
from tests.web.test_step_up import address, signed, to_sign


def given_password(username):
    return give_password(actor=find_actor("sec-admin1"), user=User.objects.get(username=username), now=clock.now())


def anew(client, user, flaw="", target="/cases/"):
    out = client.get("/sso/", {"anew": "1", "next": target})
    assert "prompt=login" in out["Location"]
    assert "max_age=0" in out["Location"]
    return client.get(approve(out["Location"], user, flaw))


@pytest.mark.parametrize("flaw", ["", "two factors"])
def test_no_password_has_to_be_changed_by_whoever_used_none(sso, flaw):
    given_password("drc-handler1")
    client, _, _ = come("drc-handler1", flaw)
    assert client.get("/cases/").status_code == 200


def test_the_password_is_owed_again_by_whoever_comes_in_by_it(sso):
    secret = given_password("drc-handler1")
    client, _, _ = come("drc-handler1", "two factors")
    client.post("/login/", {"username": "drc-handler1", "password": secret})
    assert client.get("/cases/")["Location"] == "/password/"


def test_a_factor_of_ours_is_shown_unless_that_of_the_provider_counts(sso):
    secret, _ = with_app("drc-handler1")
    client, _, _ = come("drc-handler1")
    assert client.get("/cases/")["Location"] == "/security/confirm/"
    assert client.get("/api/v1/cases/").json()["code"] == "second_factor_required"
    assert client.post("/security/confirm/", {"code": code_of(secret)}).status_code == 302
    assert client.get("/cases/").status_code == 200
    client, _, _ = come("drc-handler1", "two factors")
    assert client.get("/cases/").status_code == 200


def test_an_approver_sets_one_up_unless_that_of_the_provider_counts(sso):
    sso.SECOND_FACTOR = "required"
    client, _, _ = come("drc-approver1")
    assert client.get("/cases/")["Location"] == "/security/"
    assert client.get("/security/app/")["Location"] == "/security/confirm/?next=/security/app/"
    assert "统一身份认证重新验证" in client.get("/security/confirm/").content.decode()
    assert anew(client, "drc-approver1", target="/security/app/")["Location"] == "/security/app/"
    assert client.get("/security/app/").status_code == 200
    client, _, _ = come("drc-approver1", "two factors")
    assert client.get("/cases/").status_code == 200


def test_a_provider_that_asked_for_nothing_has_proved_nothing(sso):
    """Its own session may be hours old: whoever finds an open desk comes through it by a click."""
    client, _, _ = come("drc-approver1")
    assert not is_fresh(client.session)
    client, _, _ = come("drc-approver1", "asked now")
    assert is_fresh(client.session)
    client, _, _ = come("drc-approver1", client=client)
    assert not is_fresh(client.session), "coming once more does not keep what was proved"
    with_app("drc-approver1")
    client, _, _ = come("drc-approver1", "asked now")
    assert not is_fresh(client.session), "a factor of ours is what proves it"


@pytest.mark.parametrize("flaw", WHEN)
def test_an_instant_that_is_none_proves_nothing_and_keeps_nobody_out(sso, flaw):
    client, _, _ = come("drc-handler1", flaw)
    assert client.get("/cases/").status_code == 200
    assert not is_fresh(client.session)


def test_an_order_is_signed_after_the_provider_has_asked_anew(sso):
    case, form = to_sign()
    client, _, _ = come("drc-approver1", "two factors")
    asked = client.post(address(case), {**form, "step": "confirm"})
    assert asked.status_code == 403
    assert "已重新验证，继续" in text(asked)
    carried = {**hidden(asked.content.decode()), "by_sign_on": "1"}
    early = client.post("/security/confirm/", carried)
    assert early.status_code == 400
    assert "还没有重新验证" in text(early)
    assert anew(client, "drc-approver1", "two factors", "/security/")["Location"] == "/security/"
    assert events("account/drc-approver1")[-1]["data"]["method"] == "sso"
    check = client.post(address(case), hidden(client.post("/security/confirm/", carried).content.decode()))
    assert not signed(case)
    assert client.post(address(case), {**hidden(check.content.decode()), "step": "confirm"}).status_code == 302
    assert signed(case)


@pytest.mark.parametrize(
    ("user", "flaw"),
    [("drc-handler1", "two factors"), ("drc-approver1", "asked long ago"), ("drc-approver1", "does not say when"),
     ("drc-approver1", "")],
)  # fmt: skip
def test_another_person_an_old_proof_or_a_weaker_one_confirms_nothing(sso, user, flaw):
    client, _, _ = come("drc-approver1", "two factors")
    refused = anew(client, user, flaw)
    assert refused.status_code == 403
    assert "没有确认身份" in text(refused)
    assert not is_fresh(client.session)
    assert told("sso_refused")[-1]["code"] == "not_confirmed"
    assert client.session["_auth_user_id"] == str(User.objects.get(username="drc-approver1").pk)


def test_the_sign_on_confirms_nobody_who_came_by_a_password(sso):
    client = Client()
    client.post("/login/", {"username": "drc-handler1", "password": settings.DEMO_PASSWORD})
    assert "统一身份认证" not in client.get("/security/confirm/").content.decode()
    assert anew(client, "drc-handler1").status_code == 403


def test_what_others_did_to_the_account_is_said_by_this_door_too(sso):
    come("drc-handler1")
    given_password("drc-handler1")
    client, _, _ = come("drc-handler1")
    assert "上次登录以来：管理员重设密码" in text(client.get("/"))
