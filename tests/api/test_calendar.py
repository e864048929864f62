"""The working calendar over HTTP: a year, days of a region after a proof, and a plan that another person checks."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from tests.web.test_reading import entered
from tests.web.test_step_up import aged

pytestmark = pytest.mark.usefixtures("demo_city")
V1 = "/api/v1/calendar/"
PLAN = {
    "year": 2027,
    "days": "2027-01-01/2027-01-03,休\n2027-02-05/2027-02-11,休\n2027-01-09,班\n2027-02-14,班\n",
    "reason": "2027 年放假安排",
    "source": "国办发明电〔2026〕9号",
}


def days(**more: Any) -> dict[str, Any]:
    day = (timezone.localdate() + timedelta(days=10)).isoformat()
    return {
        "kind": "disaster",
        "region": "320300",
        "first": day,
        "reason": "停工",
        "source": "徐政办发〔2026〕1号",
        **more,
    }


def post(client: Client, address: str, body: dict[str, Any] | None = None) -> Any:
    return client.post(address, json.dumps(body or {}), "application/json")


def prove(client: Client) -> None:
    assert post(client, "/api/v1/session/step-up", {"password": settings.DEMO_PASSWORD}).status_code == 200


def test_a_year_says_which_days_are_worked() -> None:
    found = entered("cac-handler1").get(f"{V1}?region=320300&year=2026").json()
    assert (found["region"]["name"], found["year"], found["known"]) == ("徐州市", 2026, True)
    assert "2026-02-14" in found["worked"]
    assert "2026-02-17" in found["days_off"]
    assert len(found["version"]) == 12
    assert not entered("cac-handler1").get(f"{V1}?year=2040").json()["known"]
    assert entered("cac-handler1").get(f"{V1}?year=x").status_code == 400


def test_days_go_their_way_after_a_proof() -> None:
    client = entered("drc-approver1")
    aged(client)
    effect = post(client, f"{V1}preview", days())
    assert (effect.status_code, effect.json()["moved"]) == (200, 0)
    unproven = post(client, V1, days())
    assert (unproven.status_code, unproven.json()["code"]) == (403, "step_up_required")
    prove(client)
    made = post(client, V1, days())
    assert (made.status_code, made.json()["status"]) == (201, "in_force"), made.content
    address = f"{V1}{made.json()['id']}"
    assert made.json()["entered_by"]["name"] == "郑国栋"
    assert post(client, f"{address}/withdrawal", {"reason": ""}).status_code == 400
    ended = post(client, f"{address}/withdrawal", {"reason": "误录"})
    assert (ended.json()["status"], ended.json()["ended_reason"]) == ("withdrawn", "误录")
    assert post(client, f"{address}/withdrawal", {"reason": "再撤"}).status_code == 409
    assert client.get(address).json()["status"] == "withdrawn"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (days(first="x"), "first"),
        (days(kind=1), "kind"),
        (days(region="没有"), "region"),
        (days(more=1), "more"),
    ],
)
def test_what_cannot_be_read_is_named(body: dict[str, Any], field: str) -> None:
    client = entered("drc-approver1")
    prove(client)
    refused = post(client, V1, body)
    assert refused.status_code == 400
    assert field in str(refused.json())


def test_others_are_refused_and_a_strange_entry_is_not_there() -> None:
    client = entered("drc-handler1")
    prove(client)
    assert post(client, V1, days()).json()["code"] == "may_not_keep"
    assert post(client, f"{V1}preview", days()).status_code == 403
    assert post(client, f"{V1}plans/", PLAN).json()["code"] == "may_not_plan"
    assert client.get(f"{V1}01900000-0000-7000-8000-000000000000").status_code == 404


def test_a_plan_is_checked_by_another_person_or_taken_back() -> None:
    client, checker = entered("js-drc-handler1"), entered("js-drc-reviewer1")
    first = post(client, f"{V1}plans/", PLAN)
    assert (first.status_code, first.json()["status"]) == (201, "proposed")
    assert post(client, f"{V1}{first.json()['id']}/rejection").json()["status"] == "taken_back"
    second = f"{V1}{post(client, f'{V1}plans/', PLAN).json()['id']}"
    aged(checker)
    assert post(checker, f"{second}/approval").json()["code"] == "step_up_required"
    prove(checker)
    assert post(checker, f"{second}/approval").json()["status"] == "in_force"
    assert client.get(f"{V1}?year=2027").json()["known"]
    assert post(checker, f"{second}/rejection").status_code == 409
    assert post(checker, f"{second}/withdrawal", {"reason": "未公布"}).json()["status"] == "withdrawn"
