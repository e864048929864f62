"""How late a task is, in words: by the days of the case's own region on every page, and never of one that rests."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

import pytest

from audit import clock
from cases.policy.dated import CHINA
from tests.api.conftest import Person
from tests.calendar.entries import entered
from tests.intake.ledgers import batch, bring, site, telecom
from tests.web import story

DUE = re.compile(r'<span class="due[^>]*><b>([^<]*)</b>')


def at(text: str) -> datetime:
    now = datetime.fromisoformat(text).replace(tzinfo=CHINA)
    clock.set_clock(now, frozen=True)
    return now


@pytest.fixture
def late(demo_city: None) -> Any:
    """Two days of the city were off meanwhile. All four answers were due on one day."""
    at("2026-11-03 10:00")
    case = story.dispatched()
    now = at("2026-11-30 10:00")
    entered(now=now, first=date(2026, 11, 19), last=date(2026, 11, 20))
    return case


def said(who: str, path: str) -> set[str]:
    return set(DUE.findall(Person(who).client.get(path).content.decode()))


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("grid-handler1", "/cases/{0}/"),
        ("grid-handler1", "/cases/{0}/actions/report_consumption/"),
        ("grid-handler1", "/cases/"),
        ("grid-handler1", "/tasks/"),
        ("sup-supervisor1", "/overdue/?kind=check_consumption"),
    ],
)
def test_days_that_the_region_had_off_make_nobody_later(late: Any, who: str, path: str) -> None:
    # Due on Tuesday the tenth: fourteen working days of the country, two of which the city had off.
    assert "超期 12 个工作日" in said(who, path.format(late.number))


def test_the_list_of_orders_counts_by_the_region_too(late: Any) -> None:
    story.do("sup-supervisor1", "urge", late, level="supervise", demand="请三日内答复")
    before = said("sup-supervisor1", "/urges/")
    entered(now=clock.now(), first=date(2026, 12, 1), last=None)
    after = said("sup-supervisor1", "/urges/")
    assert len(before) == len(after) == 1 and before != after


def test_a_list_is_late_by_the_days_of_its_agencys_region(demo_city: None) -> None:
    at("2026-11-03 10:00")
    bring(telecom(site(1)), "名单", due="2026-11-10")
    now = at("2026-11-30 10:00")
    entered(now=now, first=date(2026, 11, 19), last=date(2026, 11, 20))
    for path in ("/imports/", f"/imports/{batch('名单').pk}/"):
        assert said("drc-handler1", path) == {"超期 12 个工作日"}, path


def test_a_task_that_stands_still_is_late_in_no_list_and_hides_none_that_is(late: Any) -> None:
    story.do("grid-handler1", "request_assistance", late, agency="320300-police", question="请协助核对")
    page = f"/cases/{late.number}/actions/report_consumption/"
    assert said("grid-handler1", page) >= {"暂停计时", "超期 12 个工作日"}
    assert said("drc-handler1", "/cases/") == {"超期 12 个工作日"}, "three others are late"
    story.do("telecom-handler1", "report_subscriber", late, result="identified", subject="sole_trader")
    story.do("cac-handler1", "report_traffic", late, result="confirmed", pools="2", connections="40")
    shown = Person("drc-handler1").get("cases/").data["results"][0]["next_task"]
    assert (shown["kind"], shown["paused"]) == ("inspect_site", False)
