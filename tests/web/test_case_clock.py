"""时限 of a case: what ran and stood still, in words and figures, now and as of a past day; page and API."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest

from agencies.directory import get_directory
from agencies.models import User
from audit import clock
from cases.policy.calendar import national_calendar
from cases.policy.clocks import Holder
from cases.selectors.clocks.case import _Told
from tests.api.conftest import Person
from tests.web import story

CHINA = timezone(timedelta(hours=8))
HOUR = 3600
DAY = 9 * HOUR


def at(text: str) -> None:
    clock.set_clock(datetime.fromisoformat(text).replace(tzinfo=CHINA), frozen=True)


def page(who: str, number: str, query: str = "") -> Any:
    return Person(who).client.get(f"/cases/{number}/clock/{query}")


def asked(who: str, number: str, query: str = "") -> Any:
    return Person(who).get(f"cases/{number}/clock{query}")


@pytest.fixture
def case(demo_city: None) -> Any:
    """Traffic is analysed: accepted, asked round for two days, put off; Mid-Autumn and National Day lie between."""
    at("2026-09-23 10:00")
    story.opened("另一户")
    opened = story.opened()
    at("2026-09-24 10:00")
    story.do("drc-handler1", "dispatch_verification", opened, findings=["analyse_traffic", "check_consumption"])
    at("2026-09-28 09:00")
    story.do("cac-handler1", "accept_task", opened)
    story.do("cac-handler1", "request_assistance", opened, agency="320300-police", question="请协助核对")
    at("2026-09-30 09:00")
    story.do("police-handler1", "answer_assistance", opened, answer="已核对")
    story.do("cac-handler1", "request_extension", opened, due_on="2026-10-20", reason="取证需要")
    at("2026-10-08 12:00")
    story.do("drc-reviewer1", "decide_extension", opened, decision="grant")
    at("2026-10-09 18:00")
    return opened


def task(found: Any, kind: str) -> Any:
    return next(row for row in found["tasks"] if row["kind"] == kind)


def test_the_figures_of_a_task_at_this_moment(case: Any) -> None:
    found = asked("drc-handler1", case.number).data
    row = task(found, "analyse_traffic")
    assert (row["state"], row["reason"]) == ("running", "answered")
    assert row["person"]["name"] == User.objects.get(username="cac-handler1").display_name, "who accepted it"
    # Thursday from ten; the 25th is Mid-Autumn. Again from Wednesday the 30th; 1 to 7 October are off.
    assert row["elapsed"] == 8 * HOUR + DAY + 2 * DAY
    assert row["paused"] == {"assistance": 2 * DAY}
    assert row["due_at"] == "2026-10-20T10:00:00+00:00"
    assert not row["overdue"]
    assert [(s["state"], s["seconds"]) for s in row["segments"]] == [
        ("running", 8 * HOUR),
        ("paused", 2 * DAY),
        ("running", DAY + 3 * HOUR),
        ("running", 15 * HOUR),
    ]
    late = task(found, "check_consumption")
    assert (late["due_at"], late["overdue"], late["late"]) == ("2026-10-09T10:00:00+00:00", False, 0)


def test_whose_turn_it_was_and_nobodys(case: Any) -> None:
    found = asked("drc-handler1", case.number).data
    assert found["whole"]
    first = found["turns"][0]
    assert [agency["code"] for agency in first["agencies"]] == ["320300-drc"]
    held = {row["agency"]["code"]: row["seconds"] for row in found["held"] if row["agency"]}
    # Thursday and five days: the grid company ran all the time, the police while it was asked.
    assert held["320300-grid"] == 8 * HOUR + 5 * DAY
    assert held["320300-police"] == 2 * DAY
    assert held["320300-cac"] == 8 * HOUR + 3 * DAY


def test_as_of_a_past_day_the_old_deadline_stands_and_the_pause_goes_on(case: Any) -> None:
    row = task(asked("drc-handler1", case.number, "?on=2026-09-29").data, "analyse_traffic")
    assert (row["state"], row["reason"]) == ("paused", "assistance")
    # Five working days from Thursday the 24th are the 9th of October; two of them have stood still so far.
    assert row["due_at"] == "2026-10-12T10:00:00+00:00"
    assert row["remaining"] == 5 * DAY
    body = asked("drc-handler1", case.number, "?on=2026-10-07").data
    row = task(body, "analyse_traffic")
    assert row["due_at"] == "2026-10-12T10:00:00+00:00", "the extension of the 8th is not known yet"
    (asked_for,) = body["extensions"]
    assert (asked_for["state"], asked_for["decided_at"], asked_for["due_at"]) == ("asked", None, None)
    assert (asked_for["from"], asked_for["to"]) == ("2026-10-12T10:00:00+00:00", "2026-10-20")
    (granted,) = asked("drc-handler1", case.number).data["extensions"]
    assert (granted["state"], granted["due_at"]) == ("granted", "2026-10-20T10:00:00+00:00")
    assert task(asked("drc-handler1", case.number, "?on=2026-09-23").data, "triage")["state"] == "running"
    assert asked("drc-handler1", case.number, "?on=2026-09-01").data["tasks"] == []


def test_the_page_says_it_in_words(case: Any) -> None:
    text = page("drc-handler1", case.number).content.decode()
    for words in (
        "剩 8 个工作日",
        "今日 18:00 到期",
        "协查待答复 2 个工作日",
        "已批准",
        "由谁办理",
    ):
        assert words in text, words
    assert "<svg" in text
    past = page("drc-handler1", case.number, "?on=2026-09-29").content.decode()
    assert "暂停计时，剩 5 个工作日" in past
    assert "没有申请过延期" in past
    at("2026-10-14 09:00")
    assert "超期 4 个工作日" in page("drc-handler1", case.number).content.decode()


def test_a_day_that_is_none_is_said_and_the_present_is_shown(case: Any) -> None:
    for wrong in ("2026-13-01", "2026-12-01", "soon"):
        answer = page("drc-handler1", case.number, f"?on={wrong}")
        assert answer.status_code == 400
        assert f'value="{wrong}"' in answer.content.decode()
        assert asked("drc-handler1", case.number, f"?on={wrong}").status_code == 400


def test_an_own_part_has_its_own_tasks_and_persons_only(case: Any) -> None:
    found = asked("police-handler1", case.number).data
    assert not found["whole"]
    assert [row["kind"] for row in found["tasks"]] == ["answer_assistance"]
    assert (found["turns"], found["held"], found["extensions"]) == ([], [], [])
    answer = page("police-handler1", case.number)
    assert answer.status_code == 200
    assert "供电" not in answer.content.decode().split("<main", 1)[-1]


def test_a_unit_holds_a_task_from_the_moment_it_was_given_to_it(demo_city: None) -> None:
    at("2026-11-03 10:00")
    given = story.dispatched()
    found = task(asked("drc-handler1", given.number).data, "check_consumption")
    at("2026-11-04 10:00")
    story.do("grid-reviewer1", "assign_task", given, task=found["id"], unit="320303-grid")
    at("2026-11-04 12:00")
    row = task(asked("drc-handler1", given.number).data, "check_consumption")
    assert row["unit"]["code"] == "320303-grid"
    held = [(each["unit"] and each["unit"]["code"], each["running"]) for each in row["holders"]]
    assert held == [(None, DAY), ("320303-grid", 2 * HOUR)]


def test_of_an_own_part_no_person_of_another_agency_is_named(demo_city: None) -> None:
    part: Any = SimpleNamespace(whole=False, agencies=frozenset({2}), tasks=frozenset())
    data = {"people": {"7": "张三"}, "ledger": None, "tasks": None}
    told = _Told(data, part, get_directory(), national_calendar(), clock.now())
    holders = (Holder(1, None, 7), Holder(1, 3, 7), Holder(2, None, 7), Holder(1, 2, 7))
    assert [told._holder(holder)["person"] is not None for holder in holders] == [False, False, True, True]


def moment(day: int) -> str:
    return f"2026-11-{day:02}T10:00:00+08:00"


def stretch(task: str, begins: int, due: int, seq: int, ends: int | None = None) -> dict[str, Any]:
    times = {"begins": moment(begins), "ends": ends and moment(ends), "due": moment(due)}
    return {"task": task, "agency": 2, "unit": None, "person": None, "state": "running", "reason": "", **times} | {
        "seq": seq,
        "action": "decide_extension",
    }


def side(of: str, closed: int | None, seq: int | None) -> dict[str, Any]:
    asked = {"task": of, "kind": "analyse_traffic", "from": moment(12), "to": "2026-11-20"}
    times = {"opened_at": moment(4), "closed_at": closed and moment(closed), "due_at": moment(30)}
    return {"id": f"{of} {seq}", "kind": "decide_extension", "data": asked, "closed_seq": seq, **times}


def test_of_an_own_part_the_extensions_of_its_own_tasks_are_told_with_what_became_of_them(demo_city: None) -> None:
    now = datetime.fromisoformat(moment(9))
    part: Any = SimpleNamespace(whole=False, agencies=[2], tasks=["own", "gap"])
    data: dict[str, Any] = {
        "people": None,
        "ledger": [
            *(stretch("own", *each) for each in ((3, 12, 2, 6), (6, 20, 6, 12), (12, 25, 9))),
            stretch("other", 3, 12, 2),
            stretch("gap", 12, 20, 9),
        ],
        "tasks": [
            *({"id": each, "kind": "analyse_traffic", "data": {}} for each in ("own", "other", "gap")),
            *(side("own", *each) for each in ((5, 5), (6, 6), (7, 7), (8, 8), (12, 9), (None, None))),
            side("other", 6, 6),
        ],
        "case": {"extensions": [{"seq": 5, "granted": False}, *({"seq": n, "granted": True} for n in (6, 7, 9))]},
    }
    told = _Told(data, part, get_directory(), national_calendar(), now)
    assert [task["id"] for task in told.tasks] == ["own"], "what no stretch had begun of is not there yet"
    assert [row.seq for row in told.ledgers["own"]] == [2, 6]
    named = datetime.fromisoformat(moment(20))
    found = told._extensions()
    assert {row["task"] for row in found} == {"own"}
    assert [(row["state"], row["due_at"]) for row in found] == [
        ("refused", None),
        ("granted", named),
        # The clock that stood still had brought a later day already.
        ("granted", None),
        ("fell_away", None),
        ("asked", None),
        ("asked", None),
    ]


def test_who_does_not_see_the_case_finds_no_clock(case: Any) -> None:
    for who in ("telecom-handler1", "admin1"):
        assert page(who, case.number).status_code == 404
        assert asked(who, case.number).status_code == 404
    assert page("drc-handler1", "XZ26-9999").status_code == 404


def test_the_case_page_leads_there(case: Any) -> None:
    text = Person("drc-handler1").client.get(f"/cases/{case.number}/").content.decode()
    assert f'href="/cases/{case.number}/clock/"' in text


def test_where_the_clock_stands_still_nobody_is_told_to_be_late(demo_city: None) -> None:
    at("2026-11-03 10:00")
    case = story.dispatched()
    story.do("cac-handler1", "request_assistance", case, agency="320300-police", question="请协助核对")
    at("2026-11-30 10:00")
    rows = {row["kind"]: row for row in Person("cac-handler1").get("tasks/").data["results"]}
    assert (rows["analyse_traffic"]["paused"], rows["analyse_traffic"]["overdue"]) == (True, False)
    text = Person("cac-handler1").client.get(f"/cases/{case.number}/").content.decode()
    standing = next(part for part in text.split('<div class="holder') if "流量核查" in part)
    assert "暂停计时" in standing
    assert "超期" not in standing.split("</svg>")[0]
    story.do("police-handler1", "answer_assistance", case, answer="已核对")
    rows = {row["kind"]: row for row in Person("cac-handler1").get("tasks/").data["results"]}
    assert (rows["analyse_traffic"]["paused"], rows["analyse_traffic"]["overdue"]) == (False, False)
