"""The audit trail over HTTP: who reads what, the filters, and one event with its proof."""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta

import pytest

from agencies.actors import system_actor
from agencies.models import Agency, User
from agencies.services import end_role, grant_role, set_parameter
from audit import clock


@pytest.fixture
def acted(person, case):
    """A case opened by the handler and commented on by the reviewer."""
    person("drc-reviewer1").act(case, "comment", comment="请尽快")
    return case


def actions(answer):
    return [event["action"] for event in answer.data["results"] if event["case"]]


def test_supervision_reads_the_cases_it_sees_the_latest_first(person, acted):
    answer = person("sup-supervisor1").get(f"events/?case={acted['number']}")
    assert actions(answer) == ["comment", "open_case"]
    event = answer.data["results"][0]
    assert event["label"] == "备注"
    assert event["case"]["number"] == acted["number"]
    assert event["agency"]["code"] == "320300-drc"


def test_it_finds_a_person_and_a_week(person, acted):
    supervisor = person("sup-supervisor1")
    week = supervisor.get(f"events/?case={acted['number']}").data["results"][0]["at"]
    from datetime import datetime

    year, number, _ = datetime.fromisoformat(week).isocalendar()
    found = supervisor.get(f"events/?person=drc-reviewer1&week={year}-W{number:02d}")
    assert "comment" in actions(found)
    assert "open_case" not in actions(found)
    assert actions(supervisor.get(f"events/?person=drc-reviewer1&week={year - 1}-W{number:02d}")) == []
    assert actions(supervisor.get("events/?action=comment&agency=320300-drc")) == ["comment"]
    assert actions(supervisor.get("events/?action=comment&since=2100-01-01")) == []
    assert actions(supervisor.get("events/?action=comment&until=2100-01-01")) == ["comment"]


def test_a_handler_reads_the_own_acts_and_a_reviewer_those_of_the_agency(person, acted):
    path = f"events/?case={acted['number']}"
    assert actions(person("drc-handler1").get(path)) == ["open_case"]
    assert actions(person("drc-reviewer1").get(path)) == ["comment", "open_case"]
    assert actions(person("drc-handler2").get(path)) == []


def test_supervision_reads_the_accounts_of_its_own_region(person, acted):
    streams = lambda who: {e["stream"] for e in person(who).get("events/?page_size=100").data["results"]}  # noqa: E731
    province = streams("sup-supervisor1")
    assert "account/drc-handler1" in province
    assert {s for s in streams("drc-handler1") if s.startswith("account/")} == {"account/drc-handler1"}
    assert "account/drc-handler1" in streams("admin1")
    assert not any(stream.startswith("case/") for stream in streams("admin1"))
    assert "account/grid-handler1" not in streams("admin1")


def test_supervision_reads_the_settings_that_hold_in_its_region(person):
    days = {"working_days": 2}
    for region in ("32", "3203", "3201"):
        set_parameter(
            actor=system_actor(),
            region=region,
            key="deadline.triage",
            value=days,
            effective_from=date(2026, 12, 1),
            source="发改〔2026〕1号",
            now=clock.now(),
        )
    set_for = lambda who: [  # noqa: E731
        json.loads(person(who).get(f"events/{event['id']}").data["body"])["data"]["region"]
        for event in person(who).get("events/?action=parameter_changed").data["results"]
    ]
    assert sorted(set_for("sup-supervisor1")) == ["32", "3201", "3203"]
    assert sorted(set_for("xzsup-supervisor1")) == ["32", "3203"]
    for outsider in ("drc-handler1", "drc-approver1", "admin1", "police-handler1"):
        assert set_for(outsider) == []


def test_an_agency_reads_of_an_account_what_happened_while_it_was_theirs(person):
    mover = User.objects.get(username="grid-handler2")
    left = clock.now()
    end_role(actor=system_actor(), membership=mover.memberships.get(), now=left)
    there = Agency.objects.get(code="320300-cac")
    grant_role(actor=system_actor(), user=mover, agency=there, role="handler", now=left + timedelta(hours=1))
    read = lambda who, query="": [  # noqa: E731
        event["action"]
        for event in person(who).get(f"events/?page_size=100{query}").data["results"]
        if event["stream"] == "account/grid-handler2"
    ]
    assert read("grid-admin1") == ["role_ended", "role_granted", "account_created"]
    assert read("sup-supervisor1", "&action=role_granted") == ["role_granted", "role_granted"]


def test_an_event_can_be_checked_by_hand(person, acted):
    supervisor = person("sup-supervisor1")
    comment, opening = supervisor.get(f"events/?case={acted['number']}").data["results"]
    first = supervisor.get(f"events/{opening['id']}").data
    second = supervisor.get(f"events/{comment['id']}").data
    assert hashlib.sha256(b"\0" + first["body"].encode()).hexdigest() == first["leaf"]
    assert first["next_prev"] == first["leaf"] == second["prev"]
    assert second["next_prev"] is None
    assert "请尽快" not in second["body"]


def test_an_event_of_others_is_not_there(person, acted):
    opening = person("sup-supervisor1").get(f"events/?case={acted['number']}").data["results"][1]
    outsider = person("nj-drc-handler1")
    seen, unseen = outsider.get(f"events/{opening['id']}"), outsider.get("events/999999999")
    assert seen.status_code == unseen.status_code == 404
    assert seen.content == unseen.content
    for bad in ("0", "-1", "abc", "²", "٣", "9223372036854775808", "9" * 5000):
        assert outsider.get(f"events/{bad}").content == unseen.content
    supervisor = person("sup-supervisor1")
    in_other_digits = str(opening["id"]).translate({ord("0") + n: ord("０") + n for n in range(10)})
    assert supervisor.get(f"events/{in_other_digits}").content == unseen.content
    assert supervisor.get(f"events/{opening['id']}").status_code == 200


def test_the_events_of_a_case_that_is_not_seen_are_those_of_none(person, acted):
    outsider = person("nj-drc-handler1")
    unseen, none = (outsider.get(f"events/?case={number}") for number in (acted["number"], "XZ26-9999"))
    assert unseen.status_code == none.status_code == 404
    assert unseen.content == none.content


@pytest.mark.parametrize(
    "query",
    [
        "?week=2026-47",
        "?week=2026-W60",
        "?action=sleep",
        "?since=monday",
        "?agency=x",
        "?week=2026-W47&since=2026-11-01",
    ],
)
def test_an_unusable_filter_is_refused(person, query):
    assert person("sup-supervisor1").get(f"events/{query}").status_code == 400


def test_pages_of_the_trail_lose_nothing(person, case):
    handler = person("drc-handler1")
    for n in range(4):
        handler.act(case, "comment", comment=f"第 {n} 条")
    supervisor, seen, cursor = person("sup-supervisor1"), [], ""
    for _ in range(3):
        answer = supervisor.get(f"events/?case={case['number']}&page_size=2{cursor}").data
        seen += [event["seq"] for event in answer["results"]]
        cursor = f"&cursor={answer['next']}"
    assert seen == [5, 4, 3, 2, 1]
