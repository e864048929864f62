"""The second step of the login, and what whoever owes something can reach: nothing but where it is put right."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client
from django.utils import timezone

from agencies.access.second import factors
from agencies.actors import find_actor, system_actor
from agencies.models import Agency, Password, User
from agencies.services import end_substitution, give_password, grant_role, grant_substitution, reset_factors
from audit import clock
from audit.models import Event
from cases.models import Case
from tests.agencies.cast import events
from tests.entry_tools import code_of, with_app
from tests.web import story
from tests.web.conftest import LogIn
from tests.web.test_sessions import TYPED, address, form, hidden

PASSWORD = settings.DEMO_PASSWORD
PLACES = ("/", "/tasks/", "/cases/", "/imports/", "/audit/", "/inbox/", "/more/", "/accounts/")


def first_step(client: Client, username: str, **more: str) -> Any:
    return client.post("/login/", {"username": username, "password": PASSWORD, **more})


def text(answer: Any) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", answer.content.decode()))


def test_the_password_alone_is_no_login(demo_city: None, client: Client) -> None:
    secret, _ = with_app("drc-approver1")
    asked = first_step(client, "drc-approver1")
    assert asked.status_code == 200
    assert "第二步验证" in text(asked)
    assert client.get("/").status_code == 302
    assert client.get("/api/v1/cases/").status_code == 401
    wrong = client.post("/login/second/", {"code": "000000"})
    assert wrong.status_code == 400
    assert "验证码不正确，或已用过" in text(wrong)
    assert client.get("/").status_code == 302
    inside = client.post("/login/second/", {"code": code_of(secret), "next": "/tasks/"})
    assert inside["Location"] == "/tasks/"
    assert client.get("/tasks/").status_code == 200
    assert events("account/drc-approver1")[-1]["data"]["second_factor"] == "totp"


def test_a_code_opens_one_session_only(demo_city: None) -> None:
    secret, codes = with_app("drc-approver1")
    for code in (code_of(secret), codes[0]):
        first, second = Client(), Client()
        first_step(first, "drc-approver1")
        first_step(second, "drc-approver1")
        assert first.post("/login/second/", {"code": code}).status_code == 302
        assert second.post("/login/second/", {"code": code}).status_code == 400


def test_the_second_step_without_the_first_is_the_first(demo_city: None, client: Client) -> None:
    secret, _ = with_app("drc-approver1")
    assert client.get("/login/second/")["Location"] == "/login/"
    answer = client.post("/login/second/", {"code": code_of(secret)})
    assert answer.status_code == 400
    assert "登录等待超时，请重新输入密码" in text(answer)


@pytest.mark.parametrize("change", ["late", "password", "disabled"])
def test_the_second_step_waits_a_few_minutes_for_the_same_person(demo_city: None, client: Client, change: str) -> None:
    secret, _ = with_app("drc-approver1")
    first_step(client, "drc-approver1")
    person = User.objects.get(username="drc-approver1")
    if change == "late":
        session = client.session
        session["waiting_login"] = session["waiting_login"] | {"at": session["waiting_login"]["at"] - 301}
        session.save()
    elif change == "password":
        give_password(actor=system_actor(), user=person, now=clock.now())
    else:
        from agencies.services import disable_user

        disable_user(actor=system_actor(), user=person, now=clock.now())
    assert client.post("/login/second/", {"code": code_of(secret)}).status_code == 400
    assert client.get("/").status_code == 302


def test_what_was_typed_goes_through_both_steps_and_back(demo_city: None, client: Client) -> None:
    secret, _ = with_app("drc-handler1")
    case = story.opened()
    door = client.post(address(case), form(case))
    second = first_step(client, "drc-handler1", **hidden(door.content.decode()))
    assert TYPED in html.unescape(second.content.decode())
    wrong = client.post("/login/second/", {**hidden(second.content.decode()), "code": "000000"})
    back = client.post("/login/second/", {**hidden(wrong.content.decode()), "code": code_of(secret)})
    carried = hidden(back.content.decode())
    assert carried["f.comment"] == TYPED
    assert "code" not in carried
    assert Case.objects.get(pk=case.case_id).version == 1


def test_a_session_from_another_door_shows_the_second_factor_too(demo_city: None, client: Client) -> None:
    secret, _ = with_app("drc-handler1")
    client.force_login(User.objects.get(username="drc-handler1"))
    for place in (*PLACES[:-1], "/security/", "/password/", "/security/app/"):
        assert client.get(place)["Location"] == "/security/confirm/", place
    refused = client.get("/api/v1/cases/")
    assert (refused.status_code, refused.json()["code"]) == (403, "second_factor_required")
    assert client.post("/security/confirm/", {"code": code_of(secret), "next": "/tasks/"})["Location"] == "/tasks/"
    assert client.get("/tasks/").status_code == 200


def test_whoever_must_have_a_second_factor_sets_it_up_before_anything_else(
    demo_city: None, client: Client, settings: Any
) -> None:
    settings.SECOND_FACTOR = "required"
    assert first_step(client, "admin1").status_code == 302
    for place in PLACES:
        assert client.get(place)["Location"] == "/security/", place
    assert client.get("/cases/", headers={"hx-request": "true"})["HX-Redirect"] == "/security/"
    refused = client.post("/accounts/", {"do": "disable", "username": "drc-handler1"})
    assert refused.status_code == 403
    assert "内容没有提交" in text(refused)
    assert User.objects.get(username="drc-handler1").is_active
    for path in ("cases/", "tasks/", "regions/", "schema/"):
        answer = client.get(f"/api/v1/{path}")
        assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_required"), path
        assert "账号与安全" in answer.json()["detail"]
    assert client.get("/api/v1/session/").json()["owes"] == "set_up"
    assert "你的角色必须使用双因素登录" in text(client.get("/security/"))

    page = client.get("/security/app/").content.decode()
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")  # type: ignore[index]
    assert client.post("/security/app/", {"code": "000000"}).status_code == 400
    added = client.post("/security/app/", {"code": code_of(secret)})
    assert len(re.findall(r"<li><code>\d{10}</code>", added.content.decode())) == 10
    assert client.get("/").status_code == 200
    assert client.get("/api/v1/cases/").status_code == 200
    assert Authenticator.objects.filter(user__username="admin1").count() == 2


def test_a_new_role_wants_its_second_factor_with_the_next_request(log_in: LogIn, settings: Any) -> None:
    settings.SECOND_FACTOR = "required"
    client = log_in("drc-handler1")
    assert client.get("/").status_code == 200
    grant_role(
        actor=system_actor(),
        user=User.objects.get(username="drc-handler1"),
        agency=Agency.objects.get(code="320300-drc"),
        role="reviewer",
        now=clock.now(),
    )
    assert client.get("/")["Location"] == "/security/"


def test_who_stands_in_for_an_approver_wants_one_for_those_days(log_in: LogIn, settings: Any) -> None:
    settings.SECOND_FACTOR = "required"
    client = log_in("drc-handler1")
    assert client.get("/").status_code == 200
    today = timezone.localdate(clock.now())
    given = grant_substitution(
        actor=find_actor("sec-admin1"),
        absent=User.objects.get(username="drc-approver1"),
        substitute=User.objects.get(username="drc-handler1"),
        agency=Agency.objects.get(code="320300-drc"),
        roles=["approver"],
        first_day=today + timedelta(days=1),
        last_day=today + timedelta(days=1),
        now=clock.now(),
    )
    assert client.get("/").status_code == 200, "it has not begun"
    clock.set_clock(clock.now() + timedelta(days=1), frozen=True)
    try:
        assert client.get("/")["Location"] == "/security/"
        assert "你的角色必须使用双因素" in text(client.get("/security/"))
        assert factors.required_of(User.objects.get(username="drc-handler1"))
        end_substitution(actor=find_actor("sec-admin1"), substitution=given, now=clock.now())
        assert client.get("/").status_code == 200
    finally:
        clock.clear()


def test_a_password_that_was_given_is_changed_before_anything_else(demo_city: None, client: Client) -> None:
    person = User.objects.get(username="drc-handler1")
    secret = give_password(actor=find_actor("sec-admin1"), user=person, now=clock.now())
    client.post("/login/", {"username": "drc-handler1", "password": secret})
    for place in PLACES[:-1]:
        assert client.get(place)["Location"] == "/password/", place
    answer = client.get("/api/v1/cases/")
    assert (answer.status_code, answer.json()["code"]) == (403, "password_change_required")
    page = client.get("/password/")
    assert "当前密码由管理员设置" in text(page)
    new = "Vier Jahreszeiten 2026"
    done = client.post("/password/", {"current": secret, "password": new, "again": new})
    assert done.status_code == 302
    assert client.get("/").status_code == 200
    assert client.get("/api/v1/cases/").status_code == 200


def test_who_gets_in_again_is_told_what_others_did(log_in: LogIn) -> None:
    with_app("drc-approver1")
    with_app("drc-handler1")
    log_in("drc-handler2")
    for username in ("drc-approver1", "drc-handler2"):
        reset_factors(actor=find_actor("sec-admin1"), user=User.objects.get(username=username), now=clock.now())
    first = log_in("drc-approver1").get("/")
    assert "上次登录以来：重置双因素" in text(first)
    assert "上次登录以来" not in text(log_in("drc-approver1").get("/"))


def test_a_password_that_is_almost_due_is_said_at_the_login(log_in: LogIn) -> None:
    row = Password.objects.filter(user__username="drc-handler1")
    row.update(set_at=clock.real_now() - timedelta(days=80))
    assert "密码还有 10 天到期" in text(log_in("drc-handler1").get("/"))


def test_no_code_stands_in_an_event(demo_city: None, client: Client) -> None:
    secret, codes = with_app("drc-approver1")
    first_step(client, "drc-approver1")
    client.post("/login/second/", {"code": codes[0]})
    bodies = b"".join(bytes(body) for body in Event.objects.values_list("body", flat=True))
    assert codes[0].encode() not in bodies
    assert secret.encode() not in bodies
