"""Before an order is signed or power is cut, whoever does it proves anew who it is; nothing that was typed is lost."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from agencies.actors import find_actor
from audit import clock
from cases.models import Case
from cases.web.whose import mark
from cases.workflow.transitions import TRANSITIONS
from tests.agencies.cast import events
from tests.entry_tools import code_of, with_app
from tests.web.conftest import LogIn
from tests.web.test_second_step import text
from tests.web.test_sessions import hidden
from tests.workflow.world import World

STEP_UP = {"sign_suspension_order", "execute_suspension", "issue_surcharge_list"}


def to_sign() -> tuple[Any, dict[str, str]]:
    """A case whose order waits for its signature, and the filled-in form."""
    world = World()
    world.now = clock.now()
    case = world.verified(world.open())
    world.determined(
        case, finding="self_operated", subject="sole_trader", disposals=["suspension"],
        ground="G5_power_authority", serious_or_refused=True, proven_from="2026-10-01",
    )  # fmt: skip
    files = {name: world.attach(case, "drc-approver1", f"{name}.pdf") for name in ("order_file", "legal_document")}
    row = Case.objects.get(pk=case)
    typed = {f"f.{name}": str(value) for name, value in files.items()}
    whose = mark(find_actor("drc-approver1").user_id)
    return row, {**typed, "f.note": "请按期执行", "version": str(row.version), "key": "sign", "whose": whose}


def aged(client: Client, seconds: int = 301) -> None:
    session = client.session
    session["proven"] -= seconds
    session.save()


def address(case: Case) -> str:
    return f"/cases/{case.number}/actions/sign_suspension_order/"


def signed(case: Case) -> bool:
    return Case.objects.get(pk=case.pk).version != case.version


def test_the_table_says_which_acts_want_it_and_all_of_them_are_checked_first() -> None:
    assert {row.action.value for row in TRANSITIONS.values() if row.step_up} == STEP_UP
    assert all(TRANSITIONS[action].one_way for action in STEP_UP), "files are kept by then"


def test_within_five_minutes_of_the_login_nothing_is_asked(log_in: LogIn) -> None:
    case, form = to_sign()
    client = log_in("drc-approver1")
    aged(client, 290)
    assert client.post(address(case), {**form, "step": "confirm"}).status_code == 302
    assert signed(case)


def test_after_that_the_act_waits_for_the_password_and_keeps_what_was_typed(log_in: LogIn) -> None:
    case, form = to_sign()
    client = log_in("drc-approver1")
    aged(client)
    asked = client.post(address(case), {**form, "step": "confirm"})
    assert asked.status_code == 403
    assert "此事项办理前须再次确认身份，内容还没有提交" in text(asked)
    assert not signed(case)
    wrong = client.post("/security/confirm/", {**hidden(asked.content.decode()), "password": "guess"})
    assert wrong.status_code == 400
    assert "密码不正确" in text(wrong)
    assert "guess" not in wrong.content.decode()
    back = client.post("/security/confirm/", {**hidden(wrong.content.decode()), "password": settings.DEMO_PASSWORD})
    carried = hidden(back.content.decode())
    assert carried["step"] == "check"
    assert not signed(case)
    check = client.post(address(case), carried)
    assert "请按期执行" in text(check)
    assert client.post(address(case), {**hidden(check.content.decode()), "step": "confirm"}).status_code == 302
    assert signed(case)
    assert events("account/drc-approver1")[-1]["action"] == "identity_confirmed"


@pytest.mark.parametrize("target", ["somewhere", "https://example.com/", "//example.com/", ""])
def test_a_proof_leads_on_within_this_site_whatever_is_asked(log_in: LogIn, target: str) -> None:
    client = log_in("drc-approver1")
    done = client.post("/security/confirm/", {"next": target, "password": settings.DEMO_PASSWORD})
    assert (done.status_code, done.headers["Location"]) == (302, "/security/")


def test_with_a_second_factor_the_password_proves_nothing(log_in: LogIn) -> None:
    case, form = to_sign()
    secret, _ = with_app("drc-approver1")
    client = Client()
    client.post("/login/", {"username": "drc-approver1", "password": settings.DEMO_PASSWORD})
    used = code_of(secret)
    assert client.post("/login/second/", {"code": used}).status_code == 302
    aged(client)
    asked = hidden(client.post(address(case), {**form, "step": "confirm"}).content.decode())
    refused = client.post("/security/confirm/", {**asked, "password": settings.DEMO_PASSWORD})
    assert refused.status_code == 400
    assert client.post("/security/confirm/", {**asked, "code": used}).status_code == 400, "used at the login"
    proven = client.post("/security/confirm/", {**asked, "code": code_of(secret, 1)})
    assert "身份已确认，内容还没有提交" in text(proven)


def test_other_acts_and_refused_ones_are_not_held_up(log_in: LogIn) -> None:
    case, form = to_sign()
    client = log_in("drc-handler1")
    aged(client)
    form["whose"] = mark(find_actor("drc-handler1").user_id)
    comment = {"version": form["version"], "key": "c", "f.comment": "已核对", "whose": form["whose"], "step": "now"}
    assert client.post(f"/cases/{case.number}/actions/comment/", comment).status_code == 302
    refused = client.post(address(case), {**form, "step": "confirm"})
    assert refused.status_code == 403
    assert "确认身份" not in text(refused)


def test_a_proof_of_the_future_proves_nothing(log_in: LogIn) -> None:
    case, form = to_sign()
    client = log_in("drc-approver1")
    aged(client, -3600)
    assert client.post(address(case), {**form, "step": "confirm"}).status_code == 403
    assert not signed(case)


def test_what_another_person_typed_is_not_handed_on(log_in: LogIn) -> None:
    case, form = to_sign()
    client = log_in("drc-approver1")
    aged(client)
    asked = hidden(client.post(address(case), {**form, "step": "confirm"}).content.decode())
    other = log_in("drc-reviewer1")
    handed = other.post("/security/confirm/", {**asked, "password": settings.DEMO_PASSWORD}, follow=True)
    assert "请按期执行" not in html.unescape(handed.content.decode())


@pytest.mark.parametrize("place", ["/security/app/", "/security/key/"])
def test_a_factor_is_set_up_only_by_whoever_has_just_proved_who_it_is(log_in: LogIn, place: str) -> None:
    client = log_in("drc-handler1")
    assert client.get(place).status_code == 200
    aged(client)
    assert client.get(place)["Location"] == f"/security/confirm/?next={place}"
    assert client.post(place, {"code": "123456"}).status_code == 302


def test_factors_are_removed_and_codes_made_only_after_it(log_in: LogIn) -> None:
    from allauth.mfa.models import Authenticator

    secret, _ = with_app("drc-handler1")
    client = Client()
    client.post("/login/", {"username": "drc-handler1", "password": settings.DEMO_PASSWORD})
    client.post("/login/second/", {"code": code_of(secret)})
    aged(client)
    row = Authenticator.objects.get(type="totp")
    for data in ({"do": "remove", "factor": str(row.pk)}, {"do": "codes"}):
        assert client.post("/security/", data)["Location"].startswith("/security/confirm/")
    assert Authenticator.objects.count() == 2
    aged(client, -301)
    assert client.post("/security/", {"do": "codes"}).status_code == 200
    assert client.post("/security/", {"do": "remove", "factor": str(row.pk)}).status_code == 302
    assert not Authenticator.objects.exists()


def test_the_way_back_leads_nowhere_outside(log_in: LogIn) -> None:
    client = log_in("drc-handler1")
    for target in ("https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"):
        answer = client.post("/security/confirm/", {"password": settings.DEMO_PASSWORD, "next": target})
        assert answer["Location"] == "/security/"
