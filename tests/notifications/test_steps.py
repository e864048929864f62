"""The steps of deadlines in the inboxes: one line for many, which leads to the list, and to the right people."""

from __future__ import annotations

import pytest
from django.test import Client

from agencies.actors import find_actor
from cases.workflow.clockwork.escalating import escalate
from notifications.relay import deliver_all
from notifications.selectors import inbox
from tests.workflow.world import World, at

pytestmark = pytest.mark.usefixtures("demo_city")


def read(username: str) -> list[tuple[str, str]]:
    return [(message.text.zh, message.link) for message in inbox(find_actor(username)) if "deadline" in message.topic]


def test_many_deadlines_of_one_sweep_are_one_line_that_leads_to_the_list() -> None:
    world = World("2026-11-03 10:00")
    for _ in range(7):
        world.open()
    for moment in ("2026-11-05 09:00", "2026-11-06 18:00", "2026-11-10 09:00", "2026-11-13 09:00"):
        escalate(now=at(moment))
        deliver_all()
    assert ("7 件期限将至：线索分办", "/tasks/") in read("drc-handler1")
    assert read("drc-reviewer1") == [
        ("7 件已逾期，报牵头单位督办：线索分办", "/overdue/"),
        ("7 件已逾期，催办：线索分办", "/overdue/"),
    ]
    newest = inbox(find_actor("drc-reviewer1"))[0]
    client = Client()
    client.post("/login/", {"username": "drc-reviewer1", "password": "Lianzhi-Demo-2026"})
    assert client.get(f"/inbox/{newest.id}/")["Location"] == "/overdue/"


def test_a_few_are_told_one_by_one_and_each_leads_to_its_case() -> None:
    world = World("2026-11-03 10:00")
    world.open()
    world.open(region_code="320302")
    escalate(now=at("2026-11-20 09:00"))
    deliver_all()
    told = read("drc-reviewer1")
    assert [link for _, link in told] == [""] * len(told)
    assert sorted(text.split(" ", 1)[1] for text, _ in told) == [
        *["已逾期，催办：线索分办，期限 11-06 18:00（迟发）"] * 2,
        *["已逾期，报牵头单位督办：线索分办，期限 11-06 18:00（迟发）"] * 2,
    ]
    assert read("drc-handler1") == [], "reminders of the past are not sent"
