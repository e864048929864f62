"""Second factors and proving anew, over the API."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from cases.models import Case
from tests.api.conftest import V1
from tests.entry_tools import code_of, with_app
from tests.web.test_step_up import aged, to_sign

PASSWORD = settings.DEMO_PASSWORD


@pytest.fixture
def client(demo_city: None) -> Client:
    return Client()


def send(client: Client, path: str, **headers: str) -> Any:
    return lambda **body: client.post(f"{V1}/{path}", json.dumps(body), "application/json", headers=headers)


def login(client: Client, username: str, **more: str) -> Any:
    return send(client, "session/")(username=username, password=PASSWORD, **more)


def sign(client: Client, case: Any, form: dict[str, str]) -> Any:
    headers = {"If-Match": f'"{case.version}"', "Idempotency-Key": "k1"}
    path = f"cases/{case.number}/actions/sign_suspension_order"
    return send(client, path, **headers)(order_file=form["f.order_file"], legal_document=form["f.legal_document"])


def test_the_login_takes_the_code_with_the_password(client: Client) -> None:
    secret, codes = with_app("drc-approver1")
    asked = login(client, "drc-approver1")
    assert (asked.status_code, asked.json()["code"]) == (401, "second_factor_code_required")
    assert client.get(f"{V1}/cases/").status_code == 401
    wrong = login(client, "drc-approver1", code="000000")
    assert wrong.status_code == 400
    assert "code" in wrong.json()["errors"]
    assert client.get(f"{V1}/cases/").status_code == 401
    used = code_of(secret)
    inside = login(client, "drc-approver1", code=used)
    assert (inside.status_code, inside.json()["owes"]) == (200, "")
    assert client.get(f"{V1}/cases/").status_code == 200
    assert login(Client(), "drc-approver1", code=used).status_code == 400
    assert login(Client(), "drc-approver1", code=codes[0]).status_code == 200


def test_who_has_no_second_factor_needs_no_code(client: Client) -> None:
    assert login(client, "drc-handler1").status_code == 200
    assert login(Client(), "drc-handler1", code="123456").status_code == 200


def test_an_act_that_wants_it_names_the_way_and_goes_on_after_it(client: Client) -> None:
    case, form = to_sign()
    login(client, "drc-approver1")
    aged(client)
    refused = sign(client, case, form)
    assert (refused.status_code, refused.json()["code"]) == (403, "step_up_required")
    assert "POST /api/v1/session/step-up" in refused.json()["detail"]
    assert Case.objects.get(pk=case.pk).version == case.version
    assert send(client, "session/step-up")(password="guess").status_code == 400
    assert sign(client, case, form).status_code == 403
    assert send(client, "session/step-up")(password=PASSWORD).json() == {"seconds": 300}
    assert sign(client, case, form).status_code == 200


def test_with_a_second_factor_only_its_code_counts(client: Client) -> None:
    secret, _ = with_app("drc-approver1")
    used = code_of(secret)
    login(client, "drc-approver1", code=used)
    aged(client)
    assert send(client, "session/step-up")(password=PASSWORD).status_code == 400
    assert send(client, "session/step-up")(code=used).status_code == 400
    assert send(client, "session/step-up")(code=code_of(secret, 1)).status_code == 200


def test_guessing_at_the_step_up_closes_the_account(client: Client) -> None:
    login(client, "drc-approver1")
    answers = [send(client, "session/step-up")(password=f"guess {n}").status_code for n in range(6)]
    assert answers == [400, 400, 400, 400, 429, 429]
    closed = login(Client(), "drc-approver1")
    assert (closed.status_code, closed.json()["code"]) == (429, "locked_out")
    assert int(closed.headers["Retry-After"]) > 800


def test_without_a_session_there_is_nothing_to_prove(client: Client) -> None:
    assert send(client, "session/step-up")(password=PASSWORD).status_code == 401


def test_whoever_may_not_act_or_see_is_answered_as_ever(person: Any) -> None:
    case, form = to_sign()
    for username, status in (("drc-handler1", 403), ("nj-drc-handler1", 404)):
        someone = person(username)
        aged(someone.client)
        answer = sign(someone.client, case, form)
        assert answer.status_code == status, answer.json()
        assert answer.json()["code"] != "step_up_required"


def test_the_acts_of_a_case_say_which_of_them_want_it(person: Any) -> None:
    case, _form = to_sign()
    acts = person("drc-approver1").get(f"cases/{case.number}/actions").data["actions"]
    assert {act["action"] for act in acts if act["step_up"]} == {
        "sign_suspension_order", "execute_suspension", "issue_surcharge_list",
    }  # fmt: skip
